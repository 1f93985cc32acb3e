/* Points of the ranges: what they are called, and whether diagonal stability is refuted at one. */
#include "compiler/check/range/range_points.h"

/* Of own params, or of the params where there are none: all points of the search. */
static const char *point_text(Ctx *cx, const Ranges *r, const mpq_t *at)
{
    Sbuf text = {0};
    RangeBox over = ranges_box(r);
    for (size_t k = 0; k < over.n; k++) {
        sbuf_printf(&text, "%s%s = ", k ? ", " : "", over.name[k]);
        num_print(at[k], &text);
    }
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

mpq_t *range_middle_of(Ctx *cx, const Ranges *r, const RangeCell *cell)
{
    RangeBox box = range_cell_box(r, cell);
    mpq_t *at = rationals_new(cx, box.n);
    for (size_t k = 0; k < box.n; k++) {
        mpq_add(at[k], box.lo[k], box.hi[k]);
        mpq_div_2exp(at[k], at[k], 1);
    }
    return at;
}

const char *range_about_middle(Ctx *cx, const Ranges *r, const RangeCell *cell)
{
    const char *text = "";
    RangeBox over = ranges_box(r);
    mpq_t *at = range_middle_of(cx, r, cell);
    for (size_t k = 0; k < over.n; k++)
        text = arena_printf(&cx->arena, "%s%s%s = %s", text, k ? ", " : "", over.name[k], num_brief(cx, at[k]));
    rationals_clear(at, over.n);
    return text;
}

/* The point as a cell, whose box of params is not one where functions are enclosed. */
static bool point_as_cell(RangeProblem *p, const mpq_t *at, RangeCell *out)
{
    RangeBox box;
    range_cell_init(p->cx, out, p->ranges.n_params);
    if (p->ranges.n_own)
        range_cell_own_init(p->cx, out, p->ranges.n_own);
    box = range_cell_box(&p->ranges, out);
    for (size_t k = 0; k < box.n; k++) {
        mpq_set(box.lo[k], at[k]);
        mpq_set(box.hi[k], at[k]);
    }
    return range_own_derive(&p->ranges, out);
}

/* With the witness that was found, whatever functions are exactly. */
static bool refutes_at(RangeProblem *p, const mpq_t *at, const LdsReport *there)
{
    RangeCell point;
    bool refutes = point_as_cell(p, at, &point);
    point.evidence = there->evidence;
    refutes = refutes && range_cell_holds(p, &point);
    point.evidence = (Evidence){0};
    range_cell_clear(&point, p->ranges.n_params);
    return refutes;
}

static void keep_point(RangeProblem *p, RangeReport *r, const mpq_t *at, const LdsReport *there)
{
    Ctx *cx = p->cx;
    RangeBox over = ranges_box(&p->ranges);
    r->lds = TRUTH_REFUTED;
    r->there = *there;
    r->point = point_text(cx, &p->ranges, at);
    r->n_at = over.n;
    r->at_name = over.name;
    r->at = rationals_new(cx, over.n);
    for (size_t k = 0; k < over.n; k++)
        mpq_set(r->at[k], at[k]);
    r->reason = arena_printf(&cx->arena, "diagonal stability fails at %s, and without it a network may be stable or not", r->point);
}

bool range_refuted_at(RangeProblem *p, RangeReport *out, const mpq_t *at)
{
    LdsReport there = {0};
    mpq_t *theta = rationals_new(p->cx, p->ranges.n_params);
    bool is_of_model = !p->has_powers || p->ranges.n_own, refuted = false;
    if (is_of_model && range_own_theta(&p->ranges, at, theta)) {
        range_point_decide(p, (const mpq_t *)theta, &there);
        refuted = there.verdict == TRUTH_REFUTED && refutes_at(p, at, &there);
        if (refuted) {
            keep_point(p, out, at, &there);
        } else {
            claim_matrix_clear(&there.matrix);
            evidence_clear(&there.evidence);
        }
    }
    rationals_clear(theta, p->ranges.n_params);
    return refuted;
}

bool range_refuted_at_corner(RangeProblem *p, RangeReport *out)
{
    RangeBox over = ranges_box(&p->ranges);
    mpq_t *at = rationals_new(p->cx, over.n);
    bool found = false;
    for (uint32_t which = 0; !found && which < 1u << over.n; which++) {
        for (size_t k = 0; k < over.n; k++)
            mpq_set(at[k], which >> k & 1 ? over.hi[k] : over.lo[k]);
        found = range_refuted_at(p, out, (const mpq_t *)at);
    }
    rationals_clear(at, over.n);
    return found;
}
