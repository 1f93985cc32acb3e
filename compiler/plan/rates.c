/* Time constants that differ neuron by neuron: what a step reads of each is a function of the neuron's number, whose
 * nearest double is found in strips. */
#include "compiler/net/pair_round.h"
#include "compiler/plan/build.h"

typedef struct Rates {
    Ctx *cx;
    const Net *net;
    const NetPop *p;
    const Expr *leak;           /* the time constant of x' = (phi - x)/leak; never 0 */
} Rates;

static const Expr *call(const Rates *r, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_call(r->cx, r->net->nums, r->leak->span, fn, b ? 2 : 1, arg);
}

static const Expr *constant(const Rates *r, Num x)
{
    return expr_const(r->cx, r->p->model->tau_span, x);
}

/* plan_leak, as an expression. */
static const Expr *leak_of(const Rates *r)
{
    const ModelPop *m = r->p->model;
    if (!m->prox_step)
        return m->tau_of;
    return mpq_sgn(m->prox_step) == 0 ? constant(r, r->net->model->sim.step) : call(r, EIG_FN_MUL, constant(r, m->prox_step), m->tau_of);
}

typedef double OfLeak(NumPool *nums, const ModelSim *sim, Num leak);

static double rate(NumPool *nums, const ModelSim *sim, Num leak)
{
    (void)sim;
    return plan_rate(nums, leak);
}

static double exp_step(NumPool *nums, const ModelSim *sim, Num leak)
{
    (void)nums;
    return plan_exp_step(sim->step, leak);
}

/* Where the expression leaves the doubles on the way. */
static double by_number(const Rates *r, OfLeak *of, size_t k)
{
    const Model *m = r->net->model;
    PairEval eval;
    PairValue tau;
    NumPool scratch = { 0 };
    pair_eval_begin(&eval, r->p->model->tau_of, m->sim.seed);
    if (!pair_eval(&eval, k, 0, &tau))
        BUG("neuron %zu had a time constant", k);
    double x = of(&scratch, &m->sim, plan_leak(&scratch, &m->sim, r->p->model, tau.q ? tau.q : num_from_double(&scratch, tau.d)));
    pair_eval_end(&eval);
    num_pool_free(&scratch);
    return x;
}

/* e says in the language what `of` computes. */
static const double *each(const Rates *r, const Expr *e, OfLeak *of)
{
    size_t n = r->p->size;
    double *out = ARENA_ARRAY(&r->cx->arena, n, double);
    signed char sign[PAIR_STRIP];
    PairRound round;
    pair_round_begin(&round, e, r->net->model->sim.seed, num_int(r->net->nums, 1), 0, n);
    for (size_t k = 0; k < n;) {
        size_t strip = n - k < PAIR_STRIP ? n - k : PAIR_STRIP, done = pair_round_strip(&round, 0, NULL, k, strip, out + k, sign);
        k += done;
        if (done < strip) {
            out[k] = by_number(r, of, k);
            k++;
        }
    }
    pair_round_end(&round);
    return out;
}

void plan_rates(Ctx *cx, const Net *net, const NetPop *p, EigPop *pop)
{
    const ModelSim *sim = &net->model->sim;
    Rates r = { .cx = cx, .net = net, .p = p, .leak = p->model->tau_of };
    r.leak = leak_of(&r);
    pop->rate_of = each(&r, call(&r, EIG_FN_DIV, constant(&r, num_int(net->nums, 1)), r.leak), rate);
    if (sim->method != EIG_METHOD_EXPEULER || !sim->has_step)
        return;
    const Expr *steps = call(&r, EIG_FN_DIV, constant(&r, sim->step), r.leak);
    pop->exp_step_of = each(&r, call(&r, EIG_FN_NEG, call(&r, EIG_FN_EXPM1, call(&r, EIG_FN_NEG, steps, NULL), NULL), NULL), exp_step);
}
