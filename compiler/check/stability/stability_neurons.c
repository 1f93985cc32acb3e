/* Neurons that differ in time constant, one by one: where a row for many leaves it open whether a refuted network is stable, an equilibrium may
 * be unstable, or rates run away, with the time constant that each of them has. Where a certified network leaves convergence open, it may follow from
 * these times, or, from rows for many, which are a smaller problem, for all times. */
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
    const char *reason;
    *out = (LdsReport){0};
    return reduce_net(cx, net, slope, GAINS_OWN_EACH_TAU, &out->matrix, &reason) && lds_write_out(cx, lds, out);
}

/* Rows are neurons where these differ in time constant: the same network in rows of many. */
static bool decide_together(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *out)
{
    const char *reason;
    *out = (LdsReport){0};
    if (!reduce_net(cx, net, slope, GAINS_LARGEST_ALL_TAU, &out->matrix, &reason))
        return false;
    lds_decide(cx, net, out);
    return out->verdict == TRUTH_CERTIFIED;
}

/* What is said for all params is about the rows that the network has. */
static bool asks_for_all_params(const Net *net)
{
    bool any = false;
    for (size_t k = 0; k < net->model->requires.n; k++)
        any |= net->model->requires.at[k].for_all_params;
    return any;
}

void stability_converge_in_other_rows(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds)
{
    LdsReport other = {0};
    bool fine = false, together = reduce_has_own_tau(cx, net) && lds->matrix.q == reduce_count_rows(cx, net);
    if (stability_strongest(&lds->evidence) || lds->matrix.n_kernels || theory_no_convergence(cx, net) || asks_for_all_params(net))
        return;
    if (together)
        fine = decide_together(cx, net, slope, &other);
    else if (stability_tau_is_range(cx, net, lds) && stability_rows_by_tau(cx, net, lds))
        fine = write_out(cx, net, slope, lds, &other);
    if (fine)
        stability_search(cx, net, slope, &other, false);
    bool is_more = fine && stability_strongest(&other.evidence);
    LdsReport dropped = is_more ? *lds : other;
    *lds = is_more ? other : *lds;
    drop(&dropped);
}

bool stability_refute_by_neurons(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    LdsReport each;
    StabilityReport said = {0};
    if (theory_no_convergence(cx, net) || !stability_tau_is_range(cx, net, lds) || !stability_rows_by_tau(cx, net, lds))
        return false;
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops ? net->n_pops : 1, SlopeReport);
    lds_attained(net, slope, attained);
    bool refuted = write_out(cx, net, attained, lds, &each);
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
