#include "compiler/check/stability.h"

static size_t count_projected(const Net *net)
{
    size_t n = 0;
    for (size_t a = 0; a < net->n_pops; a++) {
        Num step = net->pop[a].model->prox_step;
        n += step && mpq_sgn(step) == 0;
    }
    return n;
}

static bool has_prox_steps(const Net *net)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (net->pop[a].model->prox_step)
            return true;
    return false;
}

/* The time constant of the plain network that this one is (Theorem 13). */
static Num plain_tau(const Net *net, size_t pop, Num tau)
{
    if (!net->pop[pop].model->prox_step)
        return tau;
    mpq_ptr q = num_new(net->nums);
    mpq_mul(q, tau, net->pop[pop].model->prox_step);
    return q;
}

static bool all_tau_equal(const Net *net)
{
    Num first = plain_tau(net, 0, net_tau_max(&net->pop[0]));
    for (size_t a = 0; a < net->n_pops; a++)
        if (!mpq_equal(plain_tau(net, a, net_tau_min(&net->pop[a])), first) ||
            !mpq_equal(plain_tau(net, a, net_tau_max(&net->pop[a])), first))
            return false;
    return true;
}

/* tau of each row of the claim's matrix, whose rows are whole populations or
 * their neurons in order; the largest of the population where they differ, which
 * is the safe side of a rate. */
static const Num *row_tau(Ctx *cx, const Net *net, const ClaimMatrix *m)
{
    const Num *tau = ARENA_ARRAY(&cx->arena, m->q, Num);
    size_t row = 0;
    for (size_t a = 0; m->n_kernels && a < m->q; a++)
        ((Num *)tau)[a] = net_tau_max(&net->pop[a]);       /* rows are populations, some longer than the net's */
    if (m->n_kernels)
        return tau;
    for (size_t a = 0; a < net->n_pops; a++)
        for (size_t left = net->pop[a].size; left > 0; row++) {
            ((Num *)tau)[row] = net_tau_max(&net->pop[a]);
            left -= claim_matrix_size(m, row);
        }
    return tau;
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

/* Row i sends weights of this sign or none to every row, by the matrix itself. */
static bool sends(const ClaimMatrix *m, size_t from, int sign)
{
    for (size_t i = 0; i < m->q; i++)
        for (size_t e = m->row_from[i]; e < m->row_from[i + 1]; e++)
            if (m->column[e] == from && i != from && mpq_sgn(m->entry[e]) == -sign)
                return false;
    return true;
}

/* The hypotheses that hold, or NULL. */
static const char *planar_reason(const Net *net, const ClaimMatrix *m)
{
    if (net->n != 2 || m->q != 2 || m->n_kernels)
        return NULL;
    Planar f = planar_facts(net);
    if (f.smooth)
        return "two neurons with continuously differentiable activations";
    if (f.bounded)
        return "two neurons with bounded activations";
    bool ei = (sends(m, 0, 1) && sends(m, 1, -1)) || (sends(m, 0, -1) && sends(m, 1, 1));
    return f.nonnegative && ei ? "an excitatory and an inhibitory neuron with nonnegative activations" : NULL;
}

/* ---- conclusions ---- */

static void conclude_equal_tau(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    out->verdict = TRUTH_CERTIFIED;
    out->conclusion = "for every constant input there is exactly one equilibrium, and every trajectory converges to it exponentially";
    out->theorem = "Theorem 3 (docs/theory.md): diagonal stability, slopes in [0, L], equal time constants";
    out->rate = stability_equal_tau_rate(cx, net->nums, lds, net_tau_max(&net->pop[0]));
}

static void conclude_any_tau(StabilityReport *out, const char *theorem, const char *how)
{
    out->verdict = TRUTH_CERTIFIED;
    out->conclusion = how;
    out->theorem = theorem;
}

static void conclude_open(StabilityReport *out)
{
    out->conclusion = "for every constant input there is exactly one equilibrium, for these and all other time constants; "
                      "it is locally exponentially stable wherever the activations are differentiable at it";
    out->theorem = "Theorems 2 and 4 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = "convergence from every initial state is not proved: the time constants differ, and none of the conditions for that "
                "case holds (quasi-dominance, symmetrisable weights, two neurons); nothing suggests that it fails";
}

static void conclude_projected(const Net *net, size_t n_projected, StabilityReport *out)
{
    if (n_projected == net->n_pops) {
        conclude_any_tau(out, "Theorem 14 (docs/theory.md): projected dynamics, diagonal stability, any time constants",
                         "for every constant input there is exactly one equilibrium, and every trajectory that starts where the costs are "
                         "finite converges to it exponentially");
        return;
    }
    out->conclusion = "for every constant input there is exactly one equilibrium";
    out->theorem = "Theorems 2 and 14 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = "convergence: some populations follow the projected dynamics and others do not, and the theorems are about networks in "
                "which all or none do";
}

/* The multipliers are the same for every step, rates are not: those above are of the plain network. */
static void qualify_prox_steps(Ctx *cx, StabilityReport *out)
{
    out->rate = NULL;
    out->theorem = arena_printf(&cx->arena, "%s; Theorem 13: the same for these proximal steps", out->theorem);
}

static void conclude_certified(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const char *both = "for every constant input there is exactly one equilibrium, and every trajectory converges to it";
    const char *planar;
    Num rate = NULL;
    size_t n_projected = count_projected(net);
    out->unique = TRUTH_CERTIFIED;
    if (n_projected) {
        conclude_projected(net, n_projected, out);
        return;
    }
    bool dominant = stability_dominance(cx, net->nums, &lds->matrix, row_tau(cx, net, &lds->matrix), &rate);
    if (all_tau_equal(net)) {
        conclude_equal_tau(cx, net, lds, out);
        if (dominant && (!out->rate || mpq_cmp(rate, out->rate) > 0)) {
            out->theorem = "Theorem 5 (docs/theory.md): quasi-dominance, slopes in [0, L]";
            out->rate = rate;
        }
    } else if (dominant) {
        conclude_any_tau(out, "Theorem 5 (docs/theory.md): quasi-dominance, slopes in [0, L], any time constants",
                         "for every constant input there is exactly one equilibrium, and every trajectory converges to it exponentially");
        out->rate = rate;
    } else if (stability_is_symmetrisable(cx, &lds->matrix)) {
        conclude_any_tau(out, "Theorem 6 (docs/theory.md): symmetrisable weights, diagonal stability, any time constants", both);
    } else if ((planar = planar_reason(net, &lds->matrix))) {
        conclude_any_tau(out, arena_printf(&cx->arena, "Theorem 7 (docs/theory.md): %s, diagonal stability, any time constants", planar), both);
    } else {
        conclude_open(out);
    }
    if (has_prox_steps(net))
        qualify_prox_steps(cx, out);
}

/* A wave is two vectors, its real and its imaginary part, unless it is constant on populations and real. */
static bool is_one_vector(const Witness *w)
{
    if (w->is_zero_sum || w->rank != 1 || !w->frequency)
        return w->is_zero_sum || w->rank == 1;
    bool one = w->frequency[0] == 0 && w->frequency[1] == 0;
    for (size_t i = 0; one && i < w->n; i++)
        one = mpq_sgn(w->im[i]) == 0;
    return one;
}

static void conclude_refuted(const LdsReport *lds, StabilityReport *out)
{
    bool one_vector = is_one_vector(&lds->evidence.witness);
    out->conclusion = "diagonal stability does not hold, so this method proves neither a unique equilibrium nor convergence; "
                      "that is no statement about what the network does at its actual inputs";
    out->theorem = "Theorem 1 (docs/theory.md)";
    out->open = one_vector
        ? "uniqueness and stability; the witness is one vector, so with threshold-linear activations of these slopes some constant "
          "input would have no equilibrium or several (Theorem 8)"
        : "uniqueness and stability; the witness needs more than one vector, so it does not speak against uniqueness";
}

void stability_conclude(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    *out = (StabilityReport){0};
    if (lds->verdict == TRUTH_CERTIFIED) {
        conclude_certified(cx, net, lds, out);
    } else if (lds->verdict == TRUTH_REFUTED) {
        conclude_refuted(lds, out);
    } else {
        const char *obstacle = theory_obstacle(cx, net);
        out->conclusion = obstacle ? obstacle
            : "diagonal stability was not decided, so nothing is concluded about equilibria or convergence";
        out->theorem = "none";
        out->open = lds->reason;
    }
    theory_qualify(cx, net, out);
}
