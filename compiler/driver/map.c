#include "compiler/driver/map.h"

void map_end(const Map *m, const MapCell *c, int axis, bool upper, mpq_t out)
{
    if (m->axis[axis] == SIZE_MAX) {
        mpq_set(out, upper ? m->hi[axis] : m->lo[axis]);
    } else if (m->is_inverse[axis]) {           /* above 0 */
        mpq_inv(out, upper ? c->lo[m->axis[axis]] : c->hi[m->axis[axis]]);
    } else {
        mpq_set(out, upper ? c->hi[m->axis[axis]] : c->lo[m->axis[axis]]);
    }
}

/* In the middle of what is drawn: between 1/a and 1/b that is 2/(a + b). */
static void middle(const Map *m, mpq_srcptr lo, mpq_srcptr hi, size_t k, mpq_t out)
{
    bool is_inverse = (m->axis[0] == k && m->is_inverse[0]) || (m->axis[1] == k && m->is_inverse[1]);
    mpq_add(out, lo, hi);
    if (is_inverse) {
        mpq_t product;
        mpq_init(product);
        mpq_mul(product, lo, hi);
        mpq_div(out, product, out);
        mpq_mul_2exp(out, out, 1);
        mpq_clear(product);
    } else {
        mpq_div_2exp(out, out, 1);
    }
}

/* Both lists of regions are in the order of RangeBeside. */
_Static_assert(MAP_RUNAWAY_NONE - MAP_NOT_LDS == N_BESIDE - 1 && MAP_CENTRE_RUNAWAY_NONE - MAP_CENTRE_NOT_LDS == N_BESIDE - 1, "in order");

/* A cell while it is looked at. */
typedef struct Look {
    MapRegion region;
    RangeCell box;              /* with evidence, as far as something is proved in all of it */
    Evidence centre;            /* of what is proved at its centre only */
} Look;

/* ---- what is known of a cell ---- */

static MapRegion region_of(RangeVerdict v)
{
    if (v.whole == TRUTH_CERTIFIED)
        return v.converges ? MAP_STABLE : MAP_LDS;
    if (v.whole == TRUTH_REFUTED)
        return MAP_NOT_LDS;
    if (v.centre == TRUTH_CERTIFIED)
        return v.converges_at_centre ? MAP_CENTRE_STABLE : MAP_CENTRE_LDS;
    return v.centre == TRUTH_REFUTED ? MAP_CENTRE_NOT_LDS : MAP_UNDECIDED;
}

/* What equilibria say at theta, with the proof in *proof, which is cleared first, when there is any. */
static RangeBeside look_at_point(Map *m, const mpq_t *theta, Evidence *proof)
{
    LdsReport there;
    range_point_decide(&m->problem, theta, &there);
    RangeBeside beside = there.verdict == TRUTH_REFUTED ? range_point_equilibria(&m->problem, theta, &there) : BESIDE_NOTHING;
    claim_matrix_clear(&there.matrix);
    if (beside != BESIDE_NOTHING) {
        evidence_clear(proof);
        *proof = there.evidence;
    } else {
        evidence_clear(&there.evidence);
    }
    return beside;
}

static RangeBeside look_at_centre(Map *m, Look *c)
{
    const Ranges *r = &m->problem.ranges;
    mpq_t *theta = rationals_new(m->problem.cx, r->n_params);
    range_cell_centre(r, &c->box, theta);
    RangeBeside beside = look_at_point(m, (const mpq_t *)theta, &c->centre);
    rationals_clear(theta, r->n_params);
    return beside;
}

/* Of a cell that is not diagonally stable: the region that equilibria make of it, of its centre's only where they say nothing of
 * all of it. True when cutting it would say no more. */
static bool look_at_equilibria(Map *m, Look *c, bool may_cut)
{
    RangeEquilibria all = range_cell_equilibria(&m->problem, &c->box, may_cut);
    c->region = MAP_NOT_LDS + all.beside;
    if (may_cut && (all.falls_short || all.corners_differ))
        return false;
    RangeBeside there = all.falls_short ? look_at_centre(m, c) : BESIDE_NOTHING;
    if (there > BESIDE_NOTHING && all.beside == BESIDE_NOTHING)
        c->region = MAP_CENTRE_NOT_LDS + there;
    else
        evidence_clear(&c->centre);
    return true;
}

/* Of a cell that is stable at its centre: multipliers found at a corner, where they are harder to find, may do for all of it. */
static RangeVerdict decide_from_corners(Map *m, Look *c, RangeVerdict at_centre)
{
    size_t n = m->problem.ranges.n_params;
    mpq_t *theta = rationals_new(m->problem.cx, n);
    RangeVerdict v = at_centre;
    for (unsigned which = 0; v.whole == TRUTH_UNDECIDED && which >> n == 0; which++) {
        RangeCell same = {.lo = c->box.lo, .hi = c->box.hi};
        for (size_t k = 0; k < n; k++)
            mpq_set(theta[k], which >> k & 1 ? c->box.hi[k] : c->box.lo[k]);
        RangeVerdict there = range_cell_decide_from(&m->problem, &same, (const mpq_t *)theta);
        if (there.whole == TRUTH_CERTIFIED && (there.converges || !at_centre.converges_at_centre)) {
            evidence_clear(&c->box.evidence);
            c->box.evidence = same.evidence;
            v = there;
        } else {
            evidence_clear(&same.evidence);
        }
        if (there.centre != TRUTH_CERTIFIED)
            break;              /* some corner is beyond the line */
    }
    rationals_clear(theta, n);
    return v;
}

/* True when cutting it would say no more. */
static bool look_at(Map *m, Look *c, bool may_cut)
{
    RangeVerdict v = range_cell_decide(&m->problem, &c->box);
    if (!may_cut && v.whole == TRUTH_UNDECIDED && v.centre == TRUTH_CERTIFIED)
        v = decide_from_corners(m, c, v);
    c->region = region_of(v);
    if (v.whole == TRUTH_UNDECIDED) {           /* what was found holds at the centre */
        c->centre = c->box.evidence;
        c->box.evidence = (Evidence){0};
    }
    map_strip(v.whole == TRUTH_UNDECIDED ? &c->centre : &c->box.evidence);
    if (map_looks_further(m) && v.whole == TRUTH_REFUTED)
        return look_at_equilibria(m, c, may_cut);
    if (map_looks_further(m) && v.centre == TRUTH_REFUTED && !may_cut)
        c->region = MAP_CENTRE_NOT_LDS + look_at_centre(m, c);
    return v.whole == TRUTH_REFUTED || (v.whole == TRUTH_CERTIFIED && (v.converges || !v.converges_at_centre));
}

/* ---- cells ---- */

/* Quarter (or half, where one param does not matter) number `which` of a box. */
static bool quarter(const Map *m, const RangeCell *whole, unsigned which, RangeCell *out)
{
    size_t n = m->problem.ranges.n_params;
    if (which >> n)
        return false;
    range_cell_init(m->problem.cx, out, n);
    for (size_t k = 0; k < n; k++) {
        mpq_set(out->lo[k], whole->lo[k]);
        mpq_set(out->hi[k], whole->hi[k]);
        middle(m, whole->lo[k], whole->hi[k], k, which >> k & 1 ? out->lo[k] : out->hi[k]);
    }
    return true;
}

/* What is proved of the cell becomes proofs of the map. */
static void add_cell(Map *m, Look *c)
{
    MapCell cell = {c->region, c->box.lo, c->box.hi, MAP_NO_PROOF, MAP_NO_PROOF};
    if (evidence_is_some(&c->box.evidence))
        cell.proof = map_keep(m, &c->box.evidence);
    if (evidence_is_some(&c->centre))
        cell.centre = map_keep(m, &c->centre);
    vec_push(&m->problem.cx->arena, &m->cells, cell);
}

static bool recall(Map *m, Look *c)
{
    MapCell cell = {MAP_UNDECIDED, c->box.lo, c->box.hi, MAP_NO_PROOF, MAP_NO_PROOF};
    cell.proof = map_recall(m, &cell);
    if (cell.proof == MAP_NO_PROOF)
        return false;
    const Evidence *e = &m->proofs.at[cell.proof];
    cell.region = !e->is_certificate ? MAP_NOT_LDS + (MapRegion)range_beside(e) : evidence_converges(e) ? MAP_STABLE : MAP_LDS;
    vec_push(&m->problem.cx->arena, &m->cells, cell);
    return true;
}

/* What was found at the centre of a cell that is cut may do for some quarter. */
static void leave_behind(Map *m, Look *c)
{
    Evidence *found = evidence_is_some(&c->box.evidence) ? &c->box.evidence : &c->centre;
    if (evidence_is_some(found) && (found->is_certificate || !map_looks_further(m)))
        map_keep(m, found);
    evidence_clear(&c->centre);
    range_cell_clear(&c->box, m->problem.ranges.n_params);
}

/* Quarters are looked at along x first, whichever of the two params comes first by its name. */
static unsigned in_turn(const Map *m, unsigned n, unsigned turn)
{
    return n == 4 && m->axis[0] == 1 ? (turn & 1) << 1 | turn >> 1 : turn;
}

static void add_cells(Map *m, RangeCell box, int depth)
{
    Look look = {.box = box};
    bool may_cut = depth > 0 && m->problem.ranges.n_params > 0;
    if (recall(m, &look))
        return;
    if (look_at(m, &look, may_cut) || !may_cut) {
        add_cell(m, &look);
        return;
    }
    RangeCell parts[1 << 2];
    unsigned n = 0;
    while (quarter(m, &box, n, &parts[n]))
        n++;
    leave_behind(m, &look);
    for (unsigned turn = 0; turn < n; turn++)
        add_cells(m, parts[in_turn(m, n, turn)], depth - 1);
}

void map_cells(Map *m, int depth)
{
    const Ranges *r = &m->problem.ranges;
    RangeCell all;
    range_cell_init(m->problem.cx, &all, r->n_params);
    for (size_t k = 0; k < r->n_params; k++) {
        mpq_set(all.lo[k], r->lo[k]);
        mpq_set(all.hi[k], r->hi[k]);
    }
    add_cells(m, all, depth);
}

void map_clear(Map *m)
{
    for (size_t k = 0; k < m->cells.n; k++) {
        rationals_clear(m->cells.at[k].lo, m->problem.ranges.n_params);
        rationals_clear(m->cells.at[k].hi, m->problem.ranges.n_params);
    }
    for (size_t k = 0; k < m->proofs.n; k++)
        evidence_clear(&m->proofs.at[k]);
    for (int axis = 0; axis < 2; axis++)
        mpq_clears(m->lo[axis], m->hi[axis], (mpq_ptr)0);
    range_problem_clear(&m->problem);
}
