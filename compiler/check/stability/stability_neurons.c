/* Neurons that differ in time constant, one by one: where a row for many leaves it open whether a refuted network is stable, an equilibrium may
 * be unstable, or rates run away, with the time constant that each of them has. */
#include "compiler/check/lds/lds.h"
#include "compiler/check/stability/stability.h"

bool stability_tau_is_range(Ctx *cx, const Net *net, const LdsReport *lds)
{
    RowTau tau = stability_row_tau(cx, net, &lds->matrix);
    bool differ = false;
    for (size_t a = 0; a < lds->matrix.q; a++)
        differ |= !mpq_equal(tau.least[a], tau.most[a]);
    return differ;
}

size_t stability_rows_by_tau(Ctx *cx, const Net *net, const LdsReport *lds)
{
    size_t rows = reduce_count_rows_with(cx, net, GAINS_OWN_EACH_TAU);
    bool is_tried = rows > lds->matrix.q && rows <= REDUCE_MOST_EACH_TAU_ROWS && !lds->matrix.mean_slope && !lds->matrix.n_sums && !lds->matrix.n_kernels;
    return is_tried ? rows : 0;
}

static void drop(LdsReport *r)
{
    if (r->matrix.q)
        claim_matrix_clear(&r->matrix);
    evidence_clear(&r->evidence);
}

/* The same refutation, in rows of single neurons where time constants differ. */
static bool write_out(Ctx *cx, const Net *net, const SlopeReport *slope, const LdsReport *lds, LdsReport *out)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops ? net->n_pops : 1, SlopeReport);
    const char *reason;
    *out = (LdsReport){0};
    lds_attained(net, slope, attained);
    return reduce_net(cx, net, attained, GAINS_OWN_EACH_TAU, &out->matrix, &reason) && lds_write_out(cx, lds, out);
}

bool stability_refute_by_neurons(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    LdsReport each;
    StabilityReport said = {0};
    if (theory_no_convergence(cx, net) || !stability_tau_is_range(cx, net, lds) || !stability_rows_by_tau(cx, net, lds))
        return false;
    bool refuted = write_out(cx, net, slope, lds, &each);
    if (refuted) {
        stability_search(cx, net, slope, &each, false);
        stability_seek_equilibria(cx, net, slope, &each, &said);
        refuted = stability_conclude_equilibria(cx, net, &each, &said);
    }
    drop(refuted ? lds : &each);
    if (refuted) {
        *lds = each;
        *out = said;
    }
    return refuted;
}
