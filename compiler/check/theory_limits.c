/* What the theorems do not speak of. They are about networks of leaky rates,
 * tau x' = -x + phi(u + W x); a model that is more than that is not judged. */
#include "compiler/check/stability.h"

const char *theory_obstacle(Ctx *cx, const Net *net)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (net->pop[a].model->n_states > 0)
            return arena_printf(&cx->arena, "population `%s` is given by equations, and the theorems (docs/theory.md) are about "
                                "neurons with a time constant and an activation", net->pop[a].model->name);
    return NULL;
}
