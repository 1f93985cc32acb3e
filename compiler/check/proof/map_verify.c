/* The part of the verifier behind maps. */
#include "compiler/check/proof/file/map_file.h"

#include <stdlib.h>

/* ---- the two planes ---- */

static const char *params_fault(const Ranges *a, const Ranges *b)
{
    bool same = a->n_params == b->n_params;
    for (size_t k = 0; same && k < a->n_params; k++)
        same = mpq_equal(a->lo[k], b->lo[k]) && mpq_equal(a->hi[k], b->hi[k]);
    return same ? NULL : "the params of the two matrices differ";
}

static const char *plane_fault(const CertificateFile *p)
{
    if (p->ranges.n_params > RANGES_MAX_PARAMS || p->matrix.n_kernels || p->matrix.mean_slope || p->matrix.n_sums)
        return "there are too many params, or kernels, or mean slopes";
    for (size_t k = 0; k < p->ranges.n_params; k++)
        if (mpq_cmp(p->ranges.lo[k], p->ranges.hi[k]) > 0)
            return "a range is empty";
    return p->ranges.speed ? ranges_speeds_fault(&p->ranges, (const mpq_t *)p->ranges.value, p->matrix.q) : NULL;
}

static const char *planes_fault(const MapFile *m)
{
    const char *fault = plane_fault(&m->plane);
    bool has_attained = m->attained.matrix.q > 0;
    if (!fault && has_attained)
        fault = plane_fault(&m->attained);
    if (!fault && has_attained)
        fault = params_fault(&m->plane.ranges, &m->attained.ranges);
    return fault;
}

/* ---- the cells are the plane in pieces ---- */

/* The next param from `k` on whose range is more than a point; n_params: none. */
static size_t next_wide(const Ranges *r, size_t k)
{
    while (k < r->n_params && mpq_equal(r->lo[k], r->hi[k]))
        k++;
    return k;
}

static bool is_inside(const Ranges *r, const MapCell *c)
{
    for (size_t k = 0; k < r->n_params; k++)
        if (mpq_cmp(c->lo[k], r->lo[k]) < 0 || mpq_cmp(c->hi[k], r->hi[k]) > 0 || mpq_cmp(c->lo[k], c->hi[k]) > (mpq_equal(r->lo[k], r->hi[k]) ? 0 : -1))
            return false;
    return true;
}

/* out += the product of the sides, of params whose range is more than a point. */
static void add_volume(const Ranges *r, const mpq_t *lo, const mpq_t *hi, mpq_t out)
{
    mpq_t volume, side;
    mpq_inits(volume, side, (mpq_ptr)0);
    mpq_set_ui(volume, 1, 1);
    for (size_t k = next_wide(r, 0); k < r->n_params; k = next_wide(r, k + 1)) {
        mpq_sub(side, hi[k], lo[k]);
        mpq_mul(volume, volume, side);
    }
    mpq_add(out, out, volume);
    mpq_clears(volume, side, (mpq_ptr)0);
}

static bool overlap(const Ranges *r, const MapCell *a, const MapCell *b)
{
    for (size_t k = next_wide(r, 0); k < r->n_params; k = next_wide(r, k + 1))
        if (mpq_cmp(a->lo[k], b->hi[k]) >= 0 || mpq_cmp(b->lo[k], a->hi[k]) >= 0)
            return false;
    return true;
}

typedef struct Placed {
    const MapCell *cell;
    size_t axis;                /* along which they are sorted */
} Placed;

static int by_lower_end(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    int c = mpq_cmp(x->cell->lo[x->axis], y->cell->lo[y->axis]);
    return c ? c : x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* From one end of an axis to the other: a cell is compared with those that reach beyond its lower end. */
static const char *overlap_fault(Ctx *cx, const MapFile *m)
{
    const Ranges *r = &m->plane.ranges;
    size_t axis = next_wide(r, 0), n_open = 0, work = 200 * 1000 * 1000;
    if (axis == r->n_params)
        return NULL;        /* a point: its volume is 1, as is that of each cell */
    Placed *placed = ARENA_ARRAY(&cx->arena, m->n_cells, Placed);
    const MapCell **open = ARENA_ARRAY(&cx->arena, m->n_cells, const MapCell *);
    for (size_t k = 0; k < m->n_cells; k++)
        placed[k] = (Placed){&m->cell[k], axis};
    qsort(placed, m->n_cells, sizeof *placed, by_lower_end);
    for (size_t k = 0; k < m->n_cells; k++) {
        const MapCell *c = placed[k].cell;
        size_t kept = 0;
        if (work < n_open)
            return "too many cells lie side by side";
        work -= n_open;
        for (size_t j = 0; j < n_open; j++) {
            if (overlap(r, c, open[j]))
                return arena_printf(&cx->arena, "cells %td and %td overlap", open[j] - m->cell, c - m->cell);
            if (mpq_cmp(open[j]->hi[axis], c->lo[axis]) > 0)
                open[kept++] = open[j];
        }
        open[kept++] = c;
        n_open = kept;
    }
    return NULL;
}

/* Cells inside the plane that do not overlap and have its area together leave nothing out. */
static const char *pieces_fault(Ctx *cx, const MapFile *m)
{
    const Ranges *r = &m->plane.ranges;
    const char *fault = NULL;
    mpq_t all, sum;
    mpq_inits(all, sum, (mpq_ptr)0);
    for (size_t k = 0; !fault && k < m->n_cells; k++) {
        if (!is_inside(r, &m->cell[k]))
            fault = arena_printf(&cx->arena, "cell %zu is empty, or not inside the plane", k);
        add_volume(r, m->cell[k].lo, m->cell[k].hi, sum);
    }
    add_volume(r, r->lo, r->hi, all);
    if (!fault && !mpq_equal(all, sum))
        fault = "the cells do not cover the plane, or overlap";
    mpq_clears(all, sum, (mpq_ptr)0);
    return fault ? fault : overlap_fault(cx, m);
}

/* ---- regions ---- */

static const char *region_fault(Ctx *cx, const MapFile *m, const MapCell *c)
{
    MapRegion whole = map_region_of_centre(c->region);
    size_t proof = whole == c->region ? c->proof : c->centre;
    if (c->region == MAP_UNDECIDED || (proof != MAP_NO_PROOF && map_shows(&m->proof[proof], whole)))
        return NULL;
    return arena_printf(&cx->arena, "cell %td is said to be \"%s\", which is more than what is proved", c - m->cell, map_region[c->region].name);
}

/* ---- proofs ---- */

/* Cells, bucket by bucket: of proof k, those from from[k] up to from[k + 1]. */
typedef struct Users {
    size_t *from;
    const MapCell **cell;
} Users;

static Users users_of(Ctx *cx, const MapFile *m, bool at_centre)
{
    Users u = {ARENA_ARRAY(&cx->arena, m->n_proofs + 2, size_t), ARENA_ARRAY(&cx->arena, m->n_cells + 1, const MapCell *)};
    for (size_t k = 0; k < m->n_cells; k++) {
        size_t proof = at_centre ? m->cell[k].centre : m->cell[k].proof;
        if (proof != MAP_NO_PROOF)
            u.from[proof + 2]++;
    }
    for (size_t k = 2; k < m->n_proofs + 2; k++)
        u.from[k] += u.from[k - 1];
    for (size_t k = 0; k < m->n_cells; k++) {
        size_t proof = at_centre ? m->cell[k].centre : m->cell[k].proof;
        if (proof != MAP_NO_PROOF)
            u.cell[u.from[proof + 1]++] = &m->cell[k];
    }
    return u;
}

/* Witnesses are about attained slopes, where there are such. */
static const CertificateFile *plane_of(const MapFile *m, const Evidence *e)
{
    return !e->is_certificate && m->attained.matrix.q ? &m->attained : &m->plane;
}

static const char *box_fault(Ctx *cx, const MapFile *m, const Evidence *e, mpq_t *lo, mpq_t *hi)
{
    const CertificateFile *p = plane_of(m, e);
    return range_cell_fault(cx, &p->matrix, &p->ranges, &(RangeCell){.lo = lo, .hi = hi, .evidence = *e});
}

/* The least box around the cells: a proof that does for it does for all of them. */
static bool holds_around(Ctx *cx, const MapFile *m, const Evidence *e, const MapCell *const *cell, size_t n)
{
    size_t n_params = m->plane.ranges.n_params;
    RangeCell box;
    range_cell_init(cx, &box, n_params);
    for (size_t k = 0; k < n_params; k++) {
        mpq_set(box.lo[k], cell[0]->lo[k]);
        mpq_set(box.hi[k], cell[0]->hi[k]);
        for (size_t j = 1; j < n; j++) {
            if (mpq_cmp(cell[j]->lo[k], box.lo[k]) < 0)
                mpq_set(box.lo[k], cell[j]->lo[k]);
            if (mpq_cmp(cell[j]->hi[k], box.hi[k]) > 0)
                mpq_set(box.hi[k], cell[j]->hi[k]);
        }
    }
    bool holds = !box_fault(cx, m, e, box.lo, box.hi);
    range_cell_clear(&box, n_params);
    return holds;
}

static const char *centre_fault(Ctx *cx, const MapFile *m, const Evidence *e, const MapCell *c)
{
    const CertificateFile *p = plane_of(m, e);
    mpq_t *theta = rationals_new(cx, p->ranges.n_params);
    for (size_t k = 0; k < p->ranges.n_params; k++) {
        mpq_add(theta[k], c->lo[k], c->hi[k]);
        mpq_div_2exp(theta[k], theta[k], 1);
    }
    const char *fault = range_point_fault(cx, &p->matrix, &p->ranges, (const mpq_t *)theta, e);
    rationals_clear(theta, p->ranges.n_params);
    return fault;
}

static const char *proof_fault(Ctx *cx, const MapFile *m, size_t k, const Users *whole, const Users *centre)
{
    const Evidence *e = &m->proof[k];
    size_t n = whole->from[k + 1] - whole->from[k];
    const MapCell *const *cell = whole->cell + whole->from[k];
    bool all = n > 1 && holds_around(cx, m, e, cell, n);
    const char *fault = NULL;
    if (n + centre->from[k + 1] - centre->from[k] == 0)
        return arena_printf(&cx->arena, "proof %zu is of no cell", k);
    for (size_t j = 0; !all && !fault && j < n; j++)
        if ((fault = box_fault(cx, m, e, cell[j]->lo, cell[j]->hi)))
            fault = arena_printf(&cx->arena, "cell %td: %s", cell[j] - m->cell, fault);
    for (size_t j = centre->from[k]; !fault && j < centre->from[k + 1]; j++)
        if ((fault = centre_fault(cx, m, e, centre->cell[j])))
            fault = arena_printf(&cx->arena, "the centre of cell %td: %s", centre->cell[j] - m->cell, fault);
    return fault;
}

/* Matrices of one proof's corners are in a memory that is returned before the next one. */
static const char *proofs_fault(Ctx *cx, const MapFile *m)
{
    Users whole = users_of(cx, m, false), centre = users_of(cx, m, true);
    const char *fault = NULL;
    for (size_t k = 0; !fault && k < m->n_proofs; k++) {
        Ctx room = {0};
        fault = proof_fault(&room, m, k, &whole, &centre);
        if (fault)
            fault = arena_strdup(&cx->arena, fault);
        arena_free(&room.arena);
    }
    return fault;
}

VerifyResult verify_map(Ctx *cx, const MapFile *m)
{
    const char *fault = planes_fault(m);
    if (!fault)
        fault = pieces_fault(cx, m);
    for (size_t k = 0; !fault && k < m->n_cells; k++)
        fault = region_fault(cx, m, &m->cell[k]);
    if (!fault)
        fault = proofs_fault(cx, m);
    if (fault)
        return (VerifyResult){.reason = fault};
    return (VerifyResult){.accepted = true, .reason = arena_printf(&cx->arena, "%zu proof%s, at the corners of their cells", m->n_proofs,
                                                                   m->n_proofs == 1 ? "" : "s")};
}
