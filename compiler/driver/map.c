#include "compiler/driver/map.h"

const MapRegionRow map_region[N_MAP_REGIONS] = {
#define R(id, name, colour, text) {name, colour, text},
    MAP_REGIONS(R)
#undef R
};

mpq_srcptr map_end(const Map *m, const MapCell *c, int axis, bool upper)
{
    if (m->axis[axis] == SIZE_MAX)
        return upper ? m->hi[axis] : m->lo[axis];
    return upper ? c->box.hi[m->axis[axis]] : c->box.lo[m->axis[axis]];
}

/* Both lists of regions are in the order of RangeBeside. */
_Static_assert(MAP_SEVERAL - MAP_NOT_LDS == (int)BESIDE_SEVERAL && MAP_CENTRE_SEVERAL - MAP_CENTRE_NOT_LDS == (int)BESIDE_SEVERAL, "in order");

static void cell_clear(const Map *m, MapCell *c)
{
    range_cell_clear(&c->box, m->problem.ranges.n_params);
    evidence_clear(&c->centre);
}

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
    RangeBeside beside = there.verdict == TRUTH_REFUTED ? range_point_equilibria(&m->problem, &there) : BESIDE_NOTHING;
    claim_matrix_clear(&there.matrix);
    if (beside != BESIDE_NOTHING) {
        evidence_clear(proof);
        *proof = there.evidence;
    } else {
        evidence_clear(&there.evidence);
    }
    return beside;
}

static RangeBeside look_at_centre(Map *m, MapCell *c)
{
    const Ranges *r = &m->problem.ranges;
    mpq_t *theta = rationals_new(m->problem.cx, r->n_params);
    range_cell_centre(r, &c->box, theta);
    RangeBeside beside = look_at_point(m, (const mpq_t *)theta, &c->centre);
    rationals_clear(theta, r->n_params);
    return beside;
}

/* At some corner more is proved than `all`. */
static bool corners_say_more(Map *m, const MapCell *c, RangeBeside all)
{
    const Ranges *r = &m->problem.ranges;
    mpq_t *theta = rationals_new(m->problem.cx, r->n_params);
    Evidence proof = {0};
    bool any = false;
    for (unsigned which = 0; !any && which >> r->n_params == 0; which++) {
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? c->box.hi[k] : c->box.lo[k]);
        any = look_at_point(m, (const mpq_t *)theta, &proof) > all;
    }
    evidence_clear(&proof);
    rationals_clear(theta, r->n_params);
    return any;
}

/* Of a cell that is not diagonally stable: the region that equilibria make of it. True when cutting it would say no more. */
static bool look_at_equilibria(Map *m, MapCell *c, bool may_cut)
{
    RangeEquilibria all = range_cell_equilibria(&m->problem, &c->box, may_cut);
    RangeBeside there = all.falls_short ? look_at_centre(m, c) : all.beside;
    c->region = MAP_NOT_LDS + all.beside;
    if (there > all.beside) {
        c->region = MAP_CENTRE_NOT_LDS + there;
        return false;
    }
    evidence_clear(&c->centre);
    return !all.corners_differ && !(may_cut && all.falls_short && corners_say_more(m, c, all.beside));
}

/* True when cutting it would say no more. */
static bool look_at(Map *m, MapCell *c, bool may_cut)
{
    RangeVerdict v = range_cell_decide(&m->problem, &c->box);
    c->region = region_of(v);
    if (v.whole == TRUTH_UNDECIDED) {           /* what was found holds at the centre */
        c->centre = c->box.evidence;
        c->box.evidence = (Evidence){0};
    }
    if (m->problem.at_input && v.whole == TRUTH_REFUTED)
        return look_at_equilibria(m, c, may_cut);
    if (m->problem.at_input && v.centre == TRUTH_REFUTED && !may_cut)
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
        mpq_ptr end = which >> k & 1 ? out->lo[k] : out->hi[k];
        mpq_add(end, whole->lo[k], whole->hi[k]);
        mpq_div_2exp(end, end, 1);
    }
    return true;
}

static void add_cells(Map *m, RangeCell box, int depth)
{
    MapCell cell = {.box = box};
    RangeCell part;
    bool may_cut = depth > 0 && m->problem.ranges.n_params > 0;
    if (look_at(m, &cell, may_cut) || !may_cut) {
        vec_push(&m->problem.cx->arena, &m->cells, cell);
        return;
    }
    for (unsigned which = 0; quarter(m, &cell.box, which, &part); which++)
        add_cells(m, part, depth - 1);
    cell_clear(m, &cell);
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
    for (size_t k = 0; k < m->cells.n; k++)
        cell_clear(m, &m->cells.at[k]);
    for (int axis = 0; axis < 2; axis++)
        mpq_clears(m->lo[axis], m->hi[axis], (mpq_ptr)0);
    range_problem_clear(&m->problem);
}
