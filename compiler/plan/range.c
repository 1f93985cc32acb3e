/* What a model may mean and a run cannot compute: numbers that are exact but
 * beyond the doubles, and activations that are no functions. */
#include <math.h>

#include "compiler/plan/build.h"
#include "runtime/layout.h"

static bool too_large(Ctx *cx, Span at, const char *what)
{
    Diag *d = diag_at(cx, D_E0806, at, "%s is beyond the range of double precision", what);
    diag_help(cx, d, "numbers of a run lie below 1.8e308 in size; check the units");
    return false;
}

static bool too_large_for_single(Ctx *cx, Span at)
{
    Diag *d = diag_at(cx, D_E0806, at, "a weight is beyond the range of single precision");
    diag_help(cx, d, "with `precision = f32_weights` they lie below 3.4e38 in size; leave it out");
    return false;
}

static bool jumps(Ctx *cx, const ModelPop *m)
{
    Diag *d = diag_at(cx, D_E0713, m->act.span, "the activation of `%s` has all values of an interval at one input", m->name);
    diag_help(cx, d, "a run needs one value: make it steep instead, `%s`, or take short steps: `prox_step = 0.5`",
              m->act.cost ? "cost(x) = ... + 0.005 * x^2" : "hard_selector + quadratic(0.01)");
    return false;
}

static bool code_in_range(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_CONST && !isfinite(code->op[k].value))
            return false;
    return true;
}

static bool states_in_range(Ctx *cx, const EigPop *p, const ModelPop *m)
{
    bool ok = true;
    for (size_t k = 0; k < p->n_states; k++) {
        const EigState *s = &p->state[k];
        if (m->n_states == 0 && !code_in_range(&s->noise))
            ok = too_large(cx, m->noise->span, "a constant of the noise");
        if (m->n_states == 0)
            continue;
        if (!code_in_range(&s->drift) || !code_in_range(&s->noise) || !code_in_range(&s->noise_slope))
            ok = too_large(cx, m->state[k].span, "a constant of the equation");
        if (!code_in_range(&s->start))
            ok = too_large(cx, m->state[k].start->span, "a constant of the start");
    }
    return ok;
}

static bool pop_in_range(Ctx *cx, const EigPop *p, const ModelPop *m)
{
    if (!states_in_range(cx, p, m))
        return false;
    if (!isfinite(p->rate))
        return too_large(cx, m->tau_span, "1/tau");
    if (m->act.set_valued && !m->stepped)
        return jumps(cx, m);
    if (!code_in_range(&p->phi))
        return too_large(cx, m->act.span, "a constant of the activation");
    if (!code_in_range(&p->input))
        return too_large(cx, m->input->span, "a constant of the input");
    return m->n_states || code_in_range(&p->start) || too_large(cx, m->start->span, "a constant of the start");
}

static bool block_in_range(const EigProblem *p, const EigBlock *b)
{
    if (!b->w)
        return isfinite(b->weight);
    size_t post = p->pop[b->post].size;
    size_t n = b->kind == EIG_BLOCK_SPARSE ? (size_t)b->row_from[post] : post * p->pop[b->pre].size;
    if (b->kind == EIG_BLOCK_KERNEL)
        n = eig_kernel_weights(b);
    double sum = 0.0;
    for (size_t k = 0; k < n; k++)
        sum += b->w[k] * 0.0;       /* 0 unless some entry is infinite */
    return sum == 0.0;
}

static bool current_in_range(const EigBlock *b)
{
    bool ok = code_in_range(&b->gate) && code_in_range(&b->pair);
    for (size_t k = 0; k < b->n_parts; k++)
        ok = ok && code_in_range(&b->part[k].code);
    return ok;
}

bool plan_in_range(Ctx *cx, const Plan *plan)
{
    bool ok = true;
    const EigProblem *p = &plan->problem;
    const Net *net = plan->net;
    bool times = isfinite(p->duration) && isfinite(p->h);
    for (size_t k = 0; k < eig_n_clocks(p); k++)
        times &= isfinite(eig_ratio_times(eig_clock(p, k).every, 1));
    if (!times)
        ok = too_large(cx, net->model->sim.span, "a time of the simulate block");
    for (size_t q = 0; q < p->n_pops; q++)
        ok &= pop_in_range(cx, &p->pop[q], net->pop[q].model);
    for (size_t k = 0; k < p->n_blocks; k++) {
        const ModelConn *c = &net->model->conns.at[net->block[k].conn];
        if (!block_in_range(p, &p->block[k]))
            ok = p->block[k].w32 ? too_large_for_single(cx, c->weight_span) : too_large(cx, c->weight_span, "a weight");
        if (!current_in_range(&p->block[k]))
            ok = too_large(cx, c->span, "a constant of the current");
    }
    return ok;
}
