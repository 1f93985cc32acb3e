/* Networks that no matrix is made of: their slopes are not bounded, their weights not exact. */
#include "compiler/check/lds/lds.h"
#include "compiler/check/theory_limits.h"

/* NULL, or why the slopes allow no claim. */
static const char *slope_obstacle(Ctx *cx, const Net *net, const SlopeReport *slope)
{
    for (size_t a = 0; a < net->n_pops; a++) {
        const char *name = net->pop[a].model->name;
        if (!slope[a].proved)
            return arena_printf(&cx->arena, "the slope bounds of population `%s` are not proved: %s", name, slope[a].reason);
        if (!slope[a].monotone)
            return arena_printf(&cx->arena, "the activation of population `%s` is not nondecreasing", name);
        if (!slope[a].bounded)
            return arena_printf(&cx->arena, "the slope of population `%s` has %s: only local statements are possible", name,
                                slope[a].too_large ? "no bound within the range of double precision"
                                : net->pop[a].model->act.slope_unbounded ? "no finite bound" : "no bound that is known");
    }
    return NULL;
}

const char *reduce_obstacle(Ctx *cx, const Net *net, const SlopeReport *slope)
{
    const char *reason = theory_obstacle(cx, net);
    return reason ? reason : slope_obstacle(cx, net, slope);
}

const char *reduce_weight_obstacle(Ctx *cx, const Net *net)
{
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        if (b->is_rounded || b->kind == BLOCK_UNDRAWN)
            return arena_printf(&cx->arena, "the connection %s has some %zu different weights, and no more than %d are kept exactly",
                                net->model->conns.at[b->conn].label, b->values.n + b->n_expected, NET_MAX_EXACT);
    }
    return NULL;
}
