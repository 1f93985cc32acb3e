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

static void look_at(Map *m, RangeCell box, int depth)
{
    RangeCell part;
    RangeVerdict v = range_cell_decide(&m->problem, &box);
    MapRegion region = region_of(v);
    bool proved = region == MAP_STABLE || region == MAP_NOT_LDS || (region == MAP_LDS && !v.converges_at_centre);
    if (!proved && depth > 0 && m->problem.ranges.n_params) {
        for (unsigned which = 0; quarter(m, &box, which, &part); which++)
            look_at(m, part, depth - 1);
        range_cell_clear(&box, m->problem.ranges.n_params);
        return;
    }
    if (v.whole == TRUTH_UNDECIDED) {       /* what was found at the centre proves nothing of the cell */
        evidence_clear(&box.evidence);
    }
    vec_push(&m->problem.cx->arena, &m->cells, ((MapCell){region, box}));
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
    look_at(m, all, depth);
}

void map_clear(Map *m)
{
    for (size_t k = 0; k < m->cells.n; k++)
        range_cell_clear(&m->cells.at[k].box, m->problem.ranges.n_params);
    for (int axis = 0; axis < 2; axis++)
        mpq_clears(m->lo[axis], m->hi[axis], (mpq_ptr)0);
    range_problem_clear(&m->problem);
}
