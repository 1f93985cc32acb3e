/* What the theorems do not speak of. They are about networks of leaky rates,
 * tau x' = -x + phi(u + W x); a model that is more than that is not judged. */
#include "compiler/check/theory_limits.h"

const char *theory_obstacle(Ctx *cx, const Net *net)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (net->pop[a].model->n_states > 0)
            return arena_printf(&cx->arena, "population `%s` is given by equations, and the theorems (docs/theory.md) are about "
                                "neurons with a time constant and an activation", net->pop[a].model->name);
    for (size_t k = 0; k < net->model->conns.n; k++)
        if (net->model->conns.at[k].n_terms > 0)
            return arena_printf(&cx->arena, "the connection %s brings a current, and the theorems (docs/theory.md) are about "
                                "weights times rates", net->model->conns.at[k].label);
    return NULL;
}

/* What theorems on convergence do not speak of: a population with noise, a connection with a delay; NULL: none. */
typedef struct Beyond {
    const char *noisy, *delayed;
} Beyond;

static Beyond beyond_of(const Net *net)
{
    Beyond b = {0};
    for (size_t a = 0; !b.noisy && a < net->n_pops; a++)
        if (net->pop[a].model->noise)
            b.noisy = net->pop[a].model->name;
    for (size_t k = 0; !b.delayed && k < net->model->conns.n; k++)
        if (net->model->conns.at[k].delay)
            b.delayed = net->model->conns.at[k].label;
    return b;
}

const char *theory_no_convergence(Ctx *cx, const Net *net)
{
    Beyond b = beyond_of(net);
    return b.noisy   ? arena_printf(&cx->arena, "population `%s` has noise", b.noisy)
         : b.delayed ? arena_printf(&cx->arena, "the connection %s has a delay", b.delayed)
                     : NULL;
}

const char *theory_noise(Ctx *cx, const Net *net)
{
    Beyond b = beyond_of(net);
    return b.noisy ? arena_printf(&cx->arena, "population `%s` has noise", b.noisy) : NULL;
}

static void drop_convergence(Evidence *e)
{
    size_t kept = 0;
    for (size_t k = 0; k < e->n_statements; k++) {
        if (statement_table[e->statement[k].kind].says == STATES_STRUCTURE)
            e->statement[kept++] = e->statement[k];
        else
            statement_clear(&e->statement[k]);
    }
    e->n_statements = kept;
}

void theory_qualify(Ctx *cx, const Net *net, Evidence *e, StabilityReport *out)
{
    Beyond b = beyond_of(net);
    if (!b.noisy && !b.delayed)
        return;
    drop_convergence(e);
    if (out->unique != TRUTH_CERTIFIED)
        return;
    const char *proved = out->conclusion, *noun = !b.delayed ? "noise" : b.noisy ? "noise and delays" : "delays";
    out->verdict = TRUTH_UNDECIDED;
    out->rate = NULL;
    if (b.noisy) {
        out->unique = TRUTH_UNDECIDED;
        out->conclusion = arena_printf(&cx->arena, "the theorems are about the network without %s; of that it is proved: %s", noun, proved);
        out->open = arena_printf(&cx->arena, "what population `%s` does with its noise", b.noisy);
        return;
    }
    out->conclusion = "for every constant input there is exactly one equilibrium, whatever the delays, since an equilibrium does "
                      "not change in time";
    out->theorem = "Theorem 2 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = arena_printf(&cx->arena, "convergence: the connection %s has a delay, and the theorems on convergence are about "
                             "networks without delays; of that it is proved: %s", b.delayed, proved);
}
