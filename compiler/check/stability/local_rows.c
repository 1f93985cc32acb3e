/* Which rows a network has near a point: populations where their neurons are alike, neurons elsewhere. */
#include "compiler/check/lds/lds.h"
#include "compiler/check/stability/local.h"

/* False, and nothing to be cleared, where there is none in these rows. */
static bool read_rows(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, ClaimMatrix *m, LocalNet *out, const char **reason)
{
    if (!reduce_with_slopes(cx, net, gains, NULL, m, reason))
        return false;
    Num *ones = ARENA_ARRAY(&cx->arena, m->q, Num);
    for (size_t a = 0; a < m->q; a++)
        ones[a] = num_int(net->nums, 1);
    if (local_net(cx, net, slope, ones, m, out, reason))
        return true;
    claim_matrix_clear(m);
    return false;
}

bool local_with_slopes_one(Ctx *cx, const Net *net, const SlopeReport *slope, size_t most_rows, GainLevel *gains, ClaimMatrix *m, LocalNet *out,
                           const char **reason)
{
    const char *later;
    size_t rows = reduce_count_rows_with(cx, net, GAINS_OWN);
    *gains = GAINS_OWN;
    *reason = arena_printf(&cx->arena, "it has %zu rows of neurons that differ, more than %zu", rows, most_rows);
    if (rows > most_rows)
        return false;
    if (read_rows(cx, net, slope, *gains, m, out, reason))
        return true;
    *gains = GAINS_EACH;
    if (net->n > most_rows)
        *reason = arena_printf(&cx->arena, "%s, and %zu neurons are more than the %zu that are looked at one by one", *reason, net->n, most_rows);
    return net->n <= most_rows && read_rows(cx, net, slope, *gains, m, out, &later);
}
