/* What theorems on convergence want of a network beside its matrix: time constants, the dynamics of its steps, and for two
 * neurons their activations. */
#include "compiler/check/lds/lds.h"
#include "compiler/net/pair_eval.h"
#include "compiler/check/stability/stability.h"

static StepLimit limit_of(const ModelPop *p)
{
    if (p->is_switched)
        return LIMIT_SWITCHED;
    return p->prox_step && mpq_sgn(p->prox_step) == 0 ? LIMIT_PROJECTED : LIMIT_NONE;
}

StepLimit stability_limit(const Net *net)
{
    StepLimit first = net->n_pops ? limit_of(net->pop[0].model) : LIMIT_NONE;
    for (size_t a = 1; a < net->n_pops; a++)
        if (limit_of(net->pop[a].model) != first)
            return LIMIT_PARTLY;
    return first;
}

bool stability_limit_fits(StepLimit limit, StatementKind kind)
{
    if (limit == LIMIT_PROJECTED)
        return kind == STATEMENT_PROJECTED || kind == STATEMENT_PROJECTED_RATE;
    if (limit == LIMIT_SWITCHED)
        return kind == STATEMENT_SWITCHED || kind == STATEMENT_SWITCHED_RATE;
    return limit == LIMIT_NONE && statement_is_plain(kind);
}

bool stability_has_prox_steps(const Net *net)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (net->pop[a].model->prox_step || net->pop[a].model->is_switched)
            return true;
    return false;
}

/* ---- time constants ---- */

/* The time constant of the plain network that this one is (Theorem 13). */
static Num plain_tau(const Net *net, size_t pop, Num tau)
{
    if (!net->pop[pop].model->prox_step)
        return tau;
    mpq_ptr q = num_new(net->nums);
    mpq_mul(q, tau, net->pop[pop].model->prox_step);
    return q;
}

static Num smallest_tau(const Net *net)
{
    Num smallest = NULL;
    for (size_t a = 0; a < net->n_pops; a++) {
        Num tau = plain_tau(net, a, net_tau_min(&net->pop[a]));
        smallest = smallest && mpq_cmp(smallest, tau) <= 0 ? smallest : tau;
    }
    return smallest;
}

static bool tau_differs(const NetPop *p)
{
    return p->tau_min && !mpq_equal(p->tau_min, p->tau_max);
}

/* Of the neurons of a population in which they differ, one by one. False where that cannot be told, which net_build would have said. */
static bool taus_of_neurons(const Net *net, size_t pop, Num *out)
{
    const NetPop *p = &net->pop[pop];
    PairEval eval;
    bool fine = true;
    pair_eval_begin(&eval, p->model->tau_of, net->model->sim.seed);
    for (size_t k = 0; fine && k < p->size; k++) {
        PairValue x;
        fine = pair_eval(&eval, k, 0, &x);
        mpq_ptr own = num_new(net->nums);
        if (fine && x.q)
            mpq_set(own, x.q);
        else if (fine)
            mpq_set_d(own, x.d);
        out[k] = own;
    }
    pair_eval_end(&eval);
    return fine;
}

/* Of the neurons of each of the rows of population `pop`, the first of which is `row`; the row behind them. */
static size_t tau_of_rows(Ctx *cx, const Net *net, const ClaimMatrix *m, size_t pop, bool shortest, size_t row, Num *out)
{
    const NetPop *p = &net->pop[pop];
    Num end = shortest ? net_tau_min(p) : net_tau_max(p), *own = NULL;
    if (tau_differs(p) && p->size > 1 && !m->n_kernels && claim_matrix_size(m, row) == 1) {
        own = ARENA_ARRAY(&cx->arena, p->size, Num);
        own = taus_of_neurons(net, pop, own) ? own : NULL;
    }
    for (size_t left = p->size; left > 0; row++) {
        out[row] = own ? own[p->size - left] : end;
        left -= m->n_kernels ? left : claim_matrix_size(m, row);
    }
    return row;
}

/* Rows are whole populations, some with kernels longer than the net's, or their neurons in order. */
RowTau stability_row_tau(Ctx *cx, const Net *net, const ClaimMatrix *m)
{
    Num *least = ARENA_ARRAY(&cx->arena, m->q, Num), *most = ARENA_ARRAY(&cx->arena, m->q, Num);
    size_t row = 0;
    for (size_t a = 0; a < net->n_pops; a++) {
        size_t from = row;
        tau_of_rows(cx, net, m, a, true, from, least);
        row = tau_of_rows(cx, net, m, a, false, from, most);
        for (size_t k = from; k < row; k++) {
            bool same = mpq_equal(least[k], most[k]);
            least[k] = plain_tau(net, a, least[k]);
            most[k] = same ? least[k] : plain_tau(net, a, most[k]);
        }
    }
    for (; row < m->q; row++)           /* sums have none; the smallest binds no rate */
        least[row] = most[row] = smallest_tau(net);
    return (RowTau){least, most};
}

/* At gain 1: the slope bound of the prox of the cost alone. Where that is constant, anything above 0 will do. */
static void prox_slope(const NetPop *p, const SlopeReport *slope, mpq_t out)
{
    if (p->gain_max)
        mpq_set(out, slope->unit_hi);
    else
        mpq_div(out, slope->hi, p->model->act.gain);
    if (mpq_sgn(out) == 0)
        mpq_set_ui(out, 1, 1);
}

bool stability_row_lag(Ctx *cx, const Net *net, const SlopeReport *slope, const ClaimMatrix *m, mpq_t *lag)
{
    size_t row = 0;
    Num *tau = ARENA_ARRAY(&cx->arena, m->q, Num);
    if (reduce_has_own_gains(net))
        return false;
    for (size_t a = 0; a < net->n_pops; a++) {
        if (!slope[a].proved || !slope[a].bounded)
            return false;
        tau_of_rows(cx, net, m, a, false, row, tau);
        for (size_t left = net->pop[a].size; left > 0; row++) {
            prox_slope(&net->pop[a], &slope[a], lag[row]);
            mpq_mul(lag[row], lag[row], tau[row]);
            left -= m->n_kernels ? left : claim_matrix_size(m, row);
        }
    }
    return true;
}

/* ---- two neurons (Theorem 7) ---- */

/* Built of functions that are continuously differentiable wherever they are
 * defined. Wherever: slope.c has proved that the whole line is inside. */
static bool is_smooth(const Expr *e)
{
    Num exponent;
    if (e->kind == EXPR_SOLVE)
        return false;               /* the ends of its domain and its kinks are corners of phi */
    if (e->kind != EXPR_CALL)
        return true;
    switch (e->as.call.fn) {
    case EIG_FN_ABS: case EIG_FN_MIN: case EIG_FN_MAX: case EIG_FN_SQRT: case EIG_FN_FLOOR:
    case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return false;
    case EIG_FN_POW:
        if (!expr_is_const(e->as.call.arg[1], &exponent) || mpz_cmp_ui(mpq_denref(exponent), 1) != 0)
            return false;
        break;
    default:
        break;
    }
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!is_smooth(e->as.call.arg[k]))
            return false;
    return true;
}

typedef struct Planar {
    bool smooth, bounded, nonnegative;      /* both activations */
} Planar;

static Planar planar_facts(const Net *net)
{
    Planar f = {.smooth = true, .bounded = true, .nonnegative = true};
    for (size_t a = 0; a < net->n_pops; a++) {
        const Activation *act = &net->pop[a].model->act;
        f.smooth &= is_smooth(act->phi);
        f.bounded &= act->range_lo && act->range_hi;
        f.nonnegative &= act->range_lo && mpq_sgn(act->range_lo) >= 0;
    }
    return f;
}

bool stability_planar_fits(const Net *net, StatementKind kind)
{
    Planar f = planar_facts(net);
    return kind == STATEMENT_PLANAR_SMOOTH ? f.smooth : kind == STATEMENT_PLANAR_BOUNDED ? f.bounded : f.nonnegative;
}
