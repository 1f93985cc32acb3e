/* Equilibria in cells of params that are not diagonally stable: boxes that hold one each, wherever in the cell the
 * params are, and what the one in a box does to trajectories beside it. Found at the centre, and offered to the
 * verifier for the whole cell. */
#include "compiler/check/range_search.h"

#include "compiler/check/equilibria.h"
#include "compiler/check/lds.h"

enum { MOST_ROWS = 12 };        /* statements are decided by exact elimination, at each corner */

/* Refutations are about slopes that are attained. */
static const ClaimMatrix *base_of(const RangeProblem *p)
{
    return p->attained_base.q ? &p->attained_base : &p->base;
}

static const Ranges *ranges_of(const RangeProblem *p)
{
    return p->attained_base.q ? &p->attained : &p->ranges;
}

const char *range_equilibria_init(RangeProblem *p, const SlopeReport *slope)
{
    const ClaimMatrix *m = base_of(p);
    const char *reason = theory_no_convergence(p->cx, p->net);
    SlopeReport *attained = ARENA_ARRAY(&p->cx->arena, p->net->n_pops, SlopeReport);
    LocalNet *local = ARENA_NEW(&p->cx->arena, LocalNet);
    if (!reason && m->q > MOST_ROWS)
        reason = arena_printf(&p->cx->arena, "the matrix has %zu rows, more than %d", m->q, MOST_ROWS);
    if (!reason && p->net->model->params_in_inputs)
        reason = "a param of the plane stands in inputs or gains";
    lds_attained(p->net, slope, attained);
    if (reason || !local_net(p->cx, p->net, attained, NULL, m, local, &reason))
        return reason;
    RowTau tau = stability_row_tau(p->cx, p->net, m);
    p->tau = tau.most;
    for (size_t a = 0; a < m->q; a++)
        if (!mpq_equal(tau.least[a], tau.most[a]))
            p->tau = NULL;
    p->at_input = local;
    return NULL;
}

RangeBeside range_beside(const Evidence *e)
{
    RangeBeside most = BESIDE_NOTHING;
    for (size_t k = 0; k < e->n_statements; k++) {
        StatementKind kind = e->statement[k].kind;
        RangeBeside says = kind == STATEMENT_SEVERAL ? BESIDE_SEVERAL
                         : kind == STATEMENT_UNSTABLE || kind == STATEMENT_UNSTABLE_WITHIN ? BESIDE_UNSTABLE
                         : kind == STATEMENT_ATTRACTING ? BESIDE_ATTRACTING : BESIDE_NOTHING;
        most = says > most ? says : most;
    }
    return most;
}

/* ---- one point ---- */

RangeBeside range_point_equilibria(RangeProblem *p, LdsReport *lds)
{
    Evidence *e = &lds->evidence;
    e->statement = ARENA_ARRAY(&p->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    const Equilibria *places = NULL;
    stability_add_equilibria(p->at_input, p->net, lds, &places);
    return range_beside(e);
}

/* ---- one cell ---- */

typedef struct CellCase {
    RangeProblem *p;
    RangeCell *cell;
    ClaimMatrix centre, *corner;
    size_t n_corners;
} CellCase;

static void case_init(RangeProblem *p, RangeCell *cell, CellCase *out)
{
    const Ranges *r = ranges_of(p);
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    *out = (CellCase){.p = p, .cell = cell, .n_corners = (size_t)1 << r->n_params};
    out->corner = ARENA_ARRAY(&p->cx->arena, out->n_corners, ClaimMatrix);
    for (size_t which = 0; which < out->n_corners; which++) {
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        ranges_matrix_at(p->cx, base_of(p), r, (const mpq_t *)theta, &out->corner[which]);
    }
    range_cell_centre(r, cell, theta);
    ranges_matrix_at(p->cx, base_of(p), r, (const mpq_t *)theta, &out->centre);
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
    if (!range_cell_fault(c->p->cx, base_of(c->p), ranges_of(c->p), c->cell))
        return true;
    statement_clear(&e->statement[--e->n_statements]);
    return false;
}

/* The last box is apart from another one. */
static bool keep_several(CellCase *c)
{
    size_t n_boxes = c->cell->evidence.n_statements;
    for (size_t k = 0; k + 1 < n_boxes; k++) {
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
    for (size_t k = 0; c->p->tau && k < n_boxes; k++) {
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

RangeEquilibria range_cell_equilibria(RangeProblem *p, RangeCell *cell, bool compare_corners)
{
    CellCase c;
    Equilibria found;
    RangeEquilibria out = {0};
    Evidence *e = &cell->evidence;
    case_init(p, cell, &c);
    e->statement = ARENA_ARRAY(&p->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    equilibria_find(p->at_input, &c.centre, &found);
    keep_boxes(&c, &found);
    out.beside = range_beside(e);
    if (out.beside != BESIDE_SEVERAL) {
        keep_forms(&c, &found);
        out.beside = range_beside(e);
        out.falls_short = e->n_statements < 2 * found.n;        /* a box and a form each */
        out.corners_differ = compare_corners && !out.falls_short && corners_differ(&c, found.n);
    }
    case_clear(&c);
    return out;
}
