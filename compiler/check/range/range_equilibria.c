/* Equilibria in cells of params that are not diagonally stable: boxes that hold one each, wherever in the cell the
 * params are, and what the one in a box does to trajectories beside it. Found at the centre, and offered to the
 * verifier for the whole cell. */
#include "compiler/check/range/range_search.h"

#include <math.h>

#include "compiler/check/proof/file/map_file.h"
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

RangeBeside range_beside(const Evidence *e)
{
    int most = N_BESIDE - 1;
    while (most > BESIDE_NOTHING && !map_shows(e, (MapRegion)(MAP_NOT_LDS + most)))
        most--;
    return (RangeBeside)most;
}

/* ---- one point ---- */

/* All equilibria of two neurons, but for those where pieces meet, are looked for on straight pieces, and all that they do. */
static bool is_straight_pair(const RangeProblem *p)
{
    return p->straight && range_base(p)->q == 2 && range_base(p)->n == 2;
}

bool range_adds_to_runaway(const RangeProblem *p)
{
    return p->at_input && is_straight_pair(p);
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

/* Of the equilibria that attract two are named as different ones. */
static void keep_two_attracting(Ctx *cx, LdsReport *lds)
{
    Evidence *e = &lds->evidence;
    size_t at[STATEMENTS_EACH], n = 0;
    for (size_t k = 0; k < e->n_statements && n < STATEMENTS_EACH; k++)
        if (e->statement[k].kind == STATEMENT_ATTRACTING)
            at[n++] = mpz_get_ui(mpq_numref(statement_numbers(&e->statement[k], "equilibrium")[0]));
    for (size_t k = 1; k < n; k++) {
        Statement proposed;
        propose_several(cx, lds->matrix.q, at[0], at[k], &proposed);
        if (stability_keep(cx, lds, &proposed))
            return;
    }
}

/* Of one that attracts, that it is the other neuron's inhibition which holds one of two there. */
static void keep_inhibition(Ctx *cx, LdsReport *lds)
{
    size_t n = lds->evidence.n_statements;
    for (size_t k = 0; lds->matrix.q == 2 && k < n; k++)
        for (size_t row = 0; lds->evidence.statement[k].kind == STATEMENT_ATTRACTING && row < 2; row++) {
            Statement proposed;
            propose_inhibition(cx, k, row, &proposed);
            if (stability_keep(cx, lds, &proposed))
                return;
        }
}

RangeBeside range_point_equilibria(RangeProblem *p, const mpq_t *theta, LdsReport *lds)
{
    Evidence *e = &lds->evidence;
    e->statement = ARENA_ARRAY(&p->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    const Equilibria *places = NULL;
    if (p->straight)
        straight_at(p, theta, e);
    if (p->at_input && !is_straight_pair(p) && range_beside(e) != BESIDE_RUNAWAY) {
        stability_add_equilibria(p->at_input, p->net, lds, &places);
        if (range_beside(e) == BESIDE_SEVERAL)
            keep_two_attracting(p->cx, lds);
        if (range_beside(e) == BESIDE_ATTRACTING)
            keep_inhibition(p->cx, lds);
    }
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
    *out = (CellCase){.p = p, .first = cell->evidence.n_statements, .cell = cell};
    out->corner = range_corner_matrices(p, cell, &out->n_corners);
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

ClaimMatrix *range_corner_matrices(RangeProblem *p, const RangeCell *cell, size_t *n)
{
    const Ranges *r = range_ranges(p);
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    *n = (size_t)1 << r->n_params;
    ClaimMatrix *corner = ARENA_ARRAY(&p->cx->arena, *n, ClaimMatrix);
    for (size_t which = 0; which < *n; which++) {
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        ranges_matrix_at(p->cx, range_base(p), r, (const mpq_t *)theta, &corner[which]);
    }
    rationals_clear(theta, r->n_params);
    return corner;
}

bool range_keep_statement(RangeProblem *p, const ClaimMatrix *corner, size_t n_corners, Evidence *e, Statement *proposed)
{
    bool has_room = e->n_statements < STATEMENTS_EACH;
    if (has_room)
        e->statement[e->n_statements++] = *proposed;
    if (has_room && !range_corners_fault(p->cx, corner, n_corners, e, e->n_statements - 1))
        return true;
    statement_clear(proposed);
    e->n_statements -= has_room;
    return false;
}

static bool keep(CellCase *c, Statement *proposed)
{
    return range_keep_statement(c->p, c->corner, c->n_corners, &c->cell->evidence, proposed);
}

/* ---- what is seen at a point, in doubles ---- */

typedef struct Sight {
    Equilibria found;
    bool falls[EQUILIBRIA_MOST], grows[EQUILIBRIA_MOST];        /* neither: that is not seen */
    bool is_inhibited;          /* some that falls, of two neurons, by the inhibition of one */
    RangeBeside beside;
} Sight;

/* The Jacobian at x; false where slopes are not enclosed. */
static bool jacobian_at(const RangeProblem *p, const Equilibria *e, const double *x, double *j)
{
    size_t n = e->n_rows;
    bool fine = true;
    mpq_t t;
    mpq_init(t);
    for (size_t a = 0; fine && a < n; a++) {
        double s = e->v[a], least = 0, most = 0, tau = num_to_double(p->tau[a]);
        for (size_t b = 0; b < n; b++)
            s += e->w[a * n + b] * x[b];
        fine = fabs(s) < 0x1p200;
        mpq_set_d(t, fine ? s : 0);
        fine = fine && local_slopes(p->at_input, a, t, t, &least, &most);
        for (size_t b = 0; b < n; b++)
            j[a * n + b] = ((least + most) / 2 * e->w[a * n + b] - (a == b)) / tau;
    }
    mpq_clear(t);
    return fine;
}

/* One of two neurons grows by itself, and is inhibited by the other one. */
static bool is_inhibited(const double *j)
{
    return (j[0] > 0 && j[1] < 0) || (j[3] > 0 && j[2] < 0);
}

static void see(const RangeProblem *p, const ClaimMatrix *m, Sight *out)
{
    size_t n_falling = 0, n_growing = 0;
    *out = (Sight){.beside = BESIDE_NOTHING};
    equilibria_find(p->at_input, m, &out->found);
    double *j = ARENA_ARRAY(&p->cx->arena, m->q * m->q, double);
    for (size_t k = 0; p->tau && k < out->found.n; k++) {
        FormParts parts;
        if (!jacobian_at(p, &out->found, out->found.at[k], j) || !form_parts(&p->cx->arena, m->q, j, &parts))
            continue;
        out->grows[k] = parts.n_growing > 0;
        out->falls[k] = !out->grows[k] && m->n == m->q;
        out->is_inhibited |= out->falls[k] && m->q == 2 && is_inhibited(j);
        n_growing += out->grows[k];
        n_falling += out->falls[k];
    }
    out->beside = n_falling > 1 ? BESIDE_BISTABLE : out->found.n > 1 ? BESIDE_SEVERAL : n_growing ? BESIDE_UNSTABLE
                : out->is_inhibited ? BESIDE_INHIBITION : n_falling ? BESIDE_ATTRACTING : BESIDE_NOTHING;
}

/* ---- what is proved in all of the cell ---- */

/* Box `number` is apart from an earlier one. */
static bool keep_several(CellCase *c, size_t number)
{
    const Evidence *e = &c->cell->evidence;
    for (size_t k = c->first; k < number; k++) {
        Statement proposed;
        if (e->statement[k].kind != STATEMENT_EQUILIBRIUM && e->statement[k].kind != STATEMENT_MOVING)
            continue;
        propose_several(c->p->cx, c->centre.q, k, number, &proposed);
        if (keep(c, &proposed))
            return true;
    }
    return false;
}

/* A box with the equilibrium that is at place k of what is seen at the centre: one that goes along with it, or one that stays, which is
 * less demanding where activations are nearly level. */
static bool keep_box(CellCase *c, const Sight *at, size_t k, size_t *number)
{
    const LocalNet *net = c->p->at_input;
    Statement proposed;
    *number = c->cell->evidence.n_statements;
    return (propose_moving(net, c->corner, c->n_corners, &at->found, at->found.at[k], &proposed) && keep(c, &proposed)) ||
           (propose_equilibrium_for_all(net, c->corner, c->n_corners, &at->found, at->found.at[k], &proposed) && keep(c, &proposed));
}

static void keep_form(CellCase *c, const Sight *at, size_t number)
{
    const Evidence *e = &c->cell->evidence;
    Statement proposed;
    if (!c->p->tau || !propose_form(c->p->at_input, &at->found, &e->statement[number], number, c->p->tau, &proposed) || !keep(c, &proposed))
        return;
    size_t form = e->n_statements - 1;
    for (size_t row = 0; at->is_inhibited && row < 2; row++) {
        propose_inhibition(c->p->cx, form, row, &proposed);
        if (keep(c, &proposed))
            return;
    }
}

/* Those that attract first, until two of these are apart; then the others, until any two are. */
static void keep_boxes(CellCase *c, const Sight *at)
{
    const Evidence *e = &c->cell->evidence;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < at->found.n; k++) {
            size_t number;
            if (at->falls[k] != (pass == 0) || !keep_box(c, at, k, &number))
                continue;
            if (pass == 0 || at->found.n == 1)
                keep_form(c, at, number);
            if (range_beside(e) < (pass == 0 ? BESIDE_BISTABLE : BESIDE_SEVERAL))
                keep_several(c, number);
            if (range_beside(e) >= at->beside)
                return;
        }
}

static void look_in_boxes(RangeProblem *p, RangeCell *cell, bool compare_corners, RangeEquilibria *out)
{
    CellCase c;
    Sight at, there;
    case_init(p, cell, &c);
    see(p, &c.centre, &at);
    keep_boxes(&c, &at);
    out->beside = range_beside(&cell->evidence);
    out->falls_short = at.beside > out->beside;
    for (size_t k = 0; compare_corners && !out->falls_short && !out->corners_differ && k < c.n_corners; k++) {
        see(p, &c.corner[k], &there);
        out->corners_differ = there.beside > out->beside;
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
    if (out.beside >= BESIDE_RUNAWAY && !range_adds_to_runaway(p))
        return out;
    if (p->at_input && !is_straight_pair(p))
        look_in_boxes(p, cell, compare_corners, &out);
    else
        compare_straight(p, cell, compare_corners, &out);
    return out;
}
