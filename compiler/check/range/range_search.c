/* Cells of params: multipliers and witnesses found at the centre, offered to the
 * verifier for the whole cell; cells for which they do not do are cut in two. */
#include "compiler/check/range/range_search.h"

#include "compiler/check/lds/lds.h"

/* ---- one point ---- */

void range_point_decide(RangeProblem *p, const mpq_t *theta, LdsReport *out)
{
    *out = (LdsReport){0};
    ranges_matrix_at(p->cx, &p->base, &p->ranges, theta, &out->matrix);
    lds_decide(p->cx, p->net, out);
    if (out->verdict != TRUTH_REFUTED || !p->attained_base.q)
        return;
    claim_matrix_clear(&out->matrix);
    evidence_clear(&out->evidence);
    *out = (LdsReport){0};
    ranges_matrix_at(p->cx, &p->attained_base, &p->attained, theta, &out->matrix);
    lds_decide(p->cx, p->net, out);
    if (out->verdict == TRUTH_REFUTED)
        return;
    evidence_clear(&out->evidence);         /* refuted for larger slopes, certified for smaller ones */
    out->verdict = TRUTH_UNDECIDED;
}

/* ---- one cell ---- */

static bool own_centre(const Ranges *r, const RangeCell *c, mpq_t *theta)
{
    mpq_t own[RANGES_MAX_PARAMS];
    for (size_t k = 0; k < r->n_own; k++) {
        mpq_init(own[k]);
        mpq_add(own[k], c->own_lo[k], c->own_hi[k]);
        mpq_div_2exp(own[k], own[k], 1);
    }
    bool ok = range_own_theta(r, (const mpq_t *)own, theta);
    for (size_t k = 0; k < r->n_own; k++)
        mpq_clear(own[k]);
    return ok;
}

void range_cell_centre(const Ranges *r, const RangeCell *c, mpq_t *theta)
{
    if (r->n_own && own_centre(r, c, theta))
        return;
    for (size_t k = 0; k < r->n_params; k++) {
        mpq_add(theta[k], c->lo[k], c->hi[k]);
        mpq_div_2exp(theta[k], theta[k], 1);
    }
}

bool range_cell_holds(RangeProblem *p, const RangeCell *c)
{
    bool attained = !c->evidence.is_certificate && p->attained_base.q;
    return !range_cell_fault(p->cx, attained ? &p->attained_base : &p->base, attained ? &p->attained : &p->ranges, c);
}

/* Of a point of the cell that is certified. */
static void decide_certified(RangeProblem *p, RangeCell *cell, const mpq_t *theta, LdsReport *there, RangeVerdict *v)
{
    CellCorners corners = range_corners(p, cell, theta);
    if (!p->makes_no_statements)
        stability_propose_all(p->cx, p->net, p->slope, &corners, p->rate, there);
    cell->evidence = there->evidence;
    v->converges_at_centre = evidence_converges(&cell->evidence);
    v->has_rate_at_centre = range_has_rate(p, &cell->evidence);
    if (range_claim_holds(p, cell, &corners) || range_cell_common(p, cell, &corners)) {
        range_cell_keep(p, cell, &corners);
        v->whole = p->is_verified_later || range_cell_holds(p, cell) ? TRUTH_CERTIFIED : TRUTH_UNDECIDED;
    }
    range_corners_clear(p, &corners);
}

RangeVerdict range_cell_decide_from(RangeProblem *p, RangeCell *cell, const mpq_t *theta)
{
    RangeVerdict v = {0};
    LdsReport lds;
    range_point_decide(p, theta, &lds);
    v.centre = lds.verdict;
    if (lds.verdict == TRUTH_CERTIFIED) {
        decide_certified(p, cell, theta, &lds, &v);
    } else {
        cell->evidence = lds.evidence;
        v.whole = lds.verdict == TRUTH_REFUTED && range_cell_holds(p, cell) ? TRUTH_REFUTED : TRUTH_UNDECIDED;
    }
    if (v.whole != TRUTH_UNDECIDED) {
        v.converges = evidence_converges(&cell->evidence);
        v.has_rate = range_has_rate(p, &cell->evidence);
    }
    claim_matrix_clear(&lds.matrix);
    return v;
}

RangeVerdict range_cell_decide(RangeProblem *p, RangeCell *cell)
{
    mpq_t *theta = rationals_new(p->cx, p->ranges.n_params);
    range_cell_centre(&p->ranges, cell, theta);
    RangeVerdict v = range_cell_decide_from(p, cell, (const mpq_t *)theta);
    rationals_clear(theta, p->ranges.n_params);
    return v;
}
