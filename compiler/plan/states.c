/* The numbers that neurons carry, and what populations send. A network of
 * leaky rates has one state a neuron, which is what it sends, and needs nothing
 * of this. */
#include "compiler/plan/build.h"
#include "runtime/rng.h"

static EigState round_state(Ctx *cx, const ModelPop *p, const ModelState *s)
{
    return (EigState){
        .name = s->name, .kind = EIG_STATE_EQUATION,
        .drift = expr_to_code(cx, s->drift),
        .noise = s->noise ? expr_to_code(cx, s->noise) : (EigCode){ 0 },
        .entity = eig_fnv1a(arena_printf(&cx->arena, "%s.%s", p->name, s->name)),
        .start = expr_to_code(cx, s->start),
    };
}

static bool has_states(const Net *net)
{
    for (size_t q = 0; q < net->n_pops; q++)
        if (net->pop[q].model->n_states > 0)
            return true;
    return false;
}

/* State k of a population stands behind state k - 1 of all its neurons. */
static void place_states(Ctx *cx, const Net *net, EigProblem *out, EigPop *pop)
{
    for (size_t q = 0; q < net->n_pops; q++) {
        const ModelPop *m = net->pop[q].model;
        EigState *state = ARENA_ARRAY(&cx->arena, m->n_states + 1, EigState);
        for (size_t k = 0; k < m->n_states; k++)
            state[k] = round_state(cx, m, &m->state[k]);
        pop[q].n_states = m->n_states;
        pop[q].state = m->n_states ? state : NULL;
        pop[q].state_from = out->n_x;
        out->n_x += (m->n_states ? m->n_states : 1) * m->size;
    }
}

static bool is_first_state(const Expr *rate)
{
    return !rate || (rate->kind == EXPR_VAR && rate->as.var == EIG_VAR_STATE);
}

/* Signal q is the rate of population q. */
static void round_rates(Ctx *cx, const Net *net, EigProblem *out)
{
    EigSignal *signal = ARENA_ARRAY(&cx->arena, net->n_pops, EigSignal);
    bool all_first = true;
    for (size_t q = 0; q < net->n_pops; q++) {
        const Expr *rate = net->pop[q].model->rate;
        signal[q].pop = q;
        if (!is_first_state(rate))
            signal[q].code = expr_to_code(cx, rate);
        all_first = all_first && is_first_state(rate);
    }
    if (all_first)
        return;
    out->signal = signal;
    out->n_signals = net->n_pops;
}

void plan_states(Ctx *cx, const Net *net, EigProblem *out, EigPop *pop)
{
    if (has_states(net))
        place_states(cx, net, out, pop);
    round_rates(cx, net, out);
}
