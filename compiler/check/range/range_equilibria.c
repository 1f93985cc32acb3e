/* Equilibria in cells of params that are not diagonally stable: boxes that hold one each, wherever in the cell the
 * params are, and what the one in a box does to trajectories beside it. Found at the centre, and offered to the
 * verifier for the whole cell. */
#include "compiler/check/range/range_search.h"

#include "compiler/check/stability/equilibria.h"
#include "compiler/check/lds/lds.h"

enum { MOST_ROWS = 12 };        /* statements are decided by exact elimination, at each corner */

/* Refutations are about slopes that are attained. */
const ClaimMatrix *range_base(const RangeProblem *p)
{
    return p->attained_base.q ? &p->attained_base : &p->base;
}

const Ranges *range_ranges(const RangeProblem *p)
{
    return p->attained_base.q ? &p->attained : &p->ranges;
}

/* Time constants, and the network at its input; false with *reason where it is none of which theorems speak. */
static bool init_local(RangeProblem *p, const SlopeReport *slope, LocalNet *local, const char **reason)
{
    const ClaimMatrix *m = range_base(p);
    SlopeReport *attained = ARENA_ARRAY(&p->cx->arena, p->net->n_pops, SlopeReport);
    *reason = theory_no_convergence(p->cx, p->net);
    lds_attained(p->net, slope, attained);
    if (*reason || !local_net(p->cx, p->net, attained, NULL, m, local, reason))
        return false;
    RowTau tau = stability_row_tau(p->cx, p->net, m);
    p->tau = tau.most;
    for (size_t a = 0; a < m->q; a++)
        if (!mpq_equal(tau.least[a], tau.most[a]))
            p->tau = NULL;
    return true;
}

const char *range_equilibria_init(RangeProblem *p, const SlopeReport *slope)
{
    const ClaimMatrix *m = range_base(p);
    const char *reason;
    LocalNet *local = ARENA_NEW(&p->cx->arena, LocalNet);
    if (p->net->model->params_in_tau)
        return "a param of the plane stands in time constants";
    if (!init_local(p, slope, local, &reason))
        return reason;
    if (p->tau)
        range_straight_init(p, local);
    if (m->q > MOST_ROWS)
        return arena_printf(&p->cx->arena, "the matrix has %zu rows, more than %d", m->q, MOST_ROWS);
    if (p->net->model->params_in_inputs)
        return "a param of the plane stands in inputs or gains";
    p->at_input = local;
    return NULL;
}

static RangeBeside says(StatementKind kind)
{
    switch (kind) {
    case STATEMENT_RUNAWAY: case STATEMENT_PIECES_RUNAWAY: case STATEMENT_FORM_RUNAWAY:
        return BESIDE_RUNAWAY;
    case STATEMENT_SEVERAL:
        return BESIDE_SEVERAL;
    case STATEMENT_UNSTABLE: case STATEMENT_UNSTABLE_WITHIN: case STATEMENT_PIECES_UNSTABLE:
        return BESIDE_UNSTABLE;
    case STATEMENT_ATTRACTING: case STATEMENT_PIECES_ATTRACT:
        return BESIDE_ATTRACTING;
    case STATEMENT_SEVERAL_OR_NONE:
        return BESIDE_SEVERAL_OR_NONE;
    default:
        return BESIDE_NOTHING;
    }
}

RangeBeside range_beside(const Evidence *e)
{
    RangeBeside most = BESIDE_NOTHING;
    for (size_t k = 0; k < e->n_statements; k++)
        most = says(e->statement[k].kind) > most ? says(e->statement[k].kind) : most;
    return most;
}

/* ---- one point ---- */

/* All equilibria of two neurons, but for those where pieces meet, are looked for on straight pieces, and all that they do. */
static bool is_straight_pair(const RangeProblem *p)
{
    return p->straight && range_base(p)->q == 2 && range_base(p)->n == 2;
}

/* The cell is the point theta. */
static void straight_at(RangeProblem *p, const mpq_t *theta, Evidence *e)
{
    size_t n = p->ranges.n_params;
    RangeCell point;
    range_cell_init(p->cx, &point, n);
    for (size_t k = 0; k < n; k++) {
        mpq_set(point.lo[k], theta[k]);
        mpq_set(point.hi[k], theta[k]);
    }
    point.evidence = *e;
    range_cell_straight(p, &point);
    *e = point.evidence;
    point.evidence = (Evidence){0};
    range_cell_clear(&point, n);
}

RangeBeside range_point_equilibria(RangeProblem *p, const mpq_t *theta, LdsReport *lds)
{
    Evidence *e = &lds->evidence;
    e->statement = ARENA_ARRAY(&p->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    const Equilibria *places = NULL;
    if (p->straight)
        straight_at(p, theta, e);
    if (p->at_input && !is_straight_pair(p) && range_beside(e) != BESIDE_RUNAWAY)
        stability_add_equilibria(p->at_input, p->net, lds, &places);
    return range_beside(e);
}

/* ---- one cell ---- */

typedef struct CellCase {
    RangeProblem *p;
    size_t first;               /* number of the first statement about equilibria in boxes */
    RangeCell *cell;
    ClaimMatrix centre, *corner;
    size_t n_corners;
} CellCase;

static void case_init(RangeProblem *p, RangeCell *cell, CellCase *out)
{
    const Ranges *r = range_ranges(p);
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    *out = (CellCase){.p = p, .first = cell->evidence.n_statements, .cell = cell, .n_corners = (size_t)1 << r->n_params};
    out->corner = ARENA_ARRAY(&p->cx->arena, out->n_corners, ClaimMatrix);
    for (size_t which = 0; which < out->n_corners; which++) {
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        ranges_matrix_at(p->cx, range_base(p), r, (const mpq_t *)theta, &out->corner[which]);
    }
    range_cell_centre(r, cell, theta);
    ranges_matrix_at(p->cx, range_base(p), r, (const mpq_t *)theta, &out->centre);
    rationals_clear(theta, r->n_params);
}

static void case_clear(CellCase *c)
{
    claim_matrix_clear(&c->centre);
    for (size_t k = 0; k < c->n_corners; k++)
        claim_matrix_clear(&c->corner[k]);
}

/* Adds the statement when it holds in all of the cell; otherwise clears it. */
static bool keep(CellCase *c, Statement *proposed)
{
    Evidence *e = &c->cell->evidence;
    e->statement[e->n_statements++] = *proposed;
    if (!range_cell_fault(c->p->cx, range_base(c->p), range_ranges(c->p), c->cell))
        return true;
    statement_clear(&e->statement[--e->n_statements]);
    return false;
}

/* The last box is apart from another one. */
static bool keep_several(CellCase *c)
{
    size_t n_boxes = c->cell->evidence.n_statements;
    for (size_t k = c->first; k + 1 < n_boxes; k++) {
        Statement proposed;
        propose_several(c->p->cx, c->centre.q, k, n_boxes - 1, &proposed);
        if (keep(c, &proposed))
            return true;
    }
    return false;
}

/* Until two are apart; the first and the last, which are likely to be farthest from each other, before the others. */
static void keep_boxes(CellCase *c, const Equilibria *found)
{
    for (size_t k = 0; k < found->n; k++) {
        size_t at = k == 0 ? 0 : k == 1 ? found->n - 1 : k - 1;
        Statement proposed;
        if (propose_equilibrium_for_all(c->p->at_input, c->corner, c->n_corners, found, found->at[at], &proposed) && keep(c, &proposed) &&
            keep_several(c))
            return;
    }
}

static void keep_forms(CellCase *c, const Equilibria *found)
{
    Evidence *e = &c->cell->evidence;
    size_t n_boxes = e->n_statements;
    for (size_t k = c->first; c->p->tau && k < n_boxes; k++) {
        Statement proposed;
        if (propose_form(c->p->at_input, found, &e->statement[k], k, c->p->tau, &proposed))
            keep(c, &proposed);
    }
}

/* At a corner more of them are seen than at the centre, or fewer. */
static bool corners_differ(const CellCase *c, size_t n_at_centre)
{
    Equilibria there;
    for (size_t k = 0; k < c->n_corners; k++) {
        equilibria_find(c->p->at_input, &c->corner[k], &there);
        if (there.n != n_at_centre)
            return true;
    }
    return false;
}

static void look_in_boxes(RangeProblem *p, RangeCell *cell, bool compare_corners, RangeEquilibria *out)
{
    CellCase c;
    Equilibria found;
    Evidence *e = &cell->evidence;
    case_init(p, cell, &c);
    equilibria_find(p->at_input, &c.centre, &found);
    keep_boxes(&c, &found);
    out->beside = range_beside(e);
    if (out->beside != BESIDE_SEVERAL) {
        keep_forms(&c, &found);
        out->beside = range_beside(e);
        out->falls_short = e->n_statements - c.first < 2 * found.n;         /* a box and a form each */
        out->corners_differ = compare_corners && !out->falls_short && corners_differ(&c, found.n);
    }
    case_clear(&c);
}

/* What straight pieces say at theta, where the cell's own witness refutes, too. */
static RangeBeside straight_there(RangeProblem *p, const RangeCell *cell, const mpq_t *theta)
{
    Evidence e = {.witness = cell->evidence.witness};
    e.statement = ARENA_ARRAY(&p->cx->arena, STATEMENTS_EACH, Statement);
    straight_at(p, theta, &e);
    RangeBeside beside = range_beside(&e);
    e.witness = (Witness){0};
    evidence_clear(&e);
    return beside;
}

/* Whether more is said at the centre, and at the corners. */
static void compare_straight(RangeProblem *p, const RangeCell *cell, bool compare_corners, RangeEquilibria *out)
{
    const Ranges *r = range_ranges(p);
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    range_cell_centre(r, cell, theta);
    out->falls_short = straight_there(p, cell, (const mpq_t *)theta) > out->beside;
    for (size_t which = 0; compare_corners && !out->falls_short && !out->corners_differ && which >> r->n_params == 0; which++) {
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        out->corners_differ = straight_there(p, cell, (const mpq_t *)theta) > out->beside;
    }
    rationals_clear(theta, r->n_params);
}

RangeEquilibria range_cell_equilibria(RangeProblem *p, RangeCell *cell, bool compare_corners)
{
    RangeEquilibria out = {0};
    Evidence *e = &cell->evidence;
    e->statement = ARENA_ARRAY(&p->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    if (p->straight)
        range_cell_straight(p, cell);
    out.beside = range_beside(e);
    if (out.beside == BESIDE_RUNAWAY)
        return out;
    if (p->at_input && !is_straight_pair(p))
        look_in_boxes(p, cell, compare_corners, &out);
    else
        compare_straight(p, cell, compare_corners, &out);
    return out;
}
