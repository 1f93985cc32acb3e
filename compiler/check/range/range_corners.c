/* The network at the corners of a cell: its matrix, and how quick its rows are. */
#include "compiler/check/range/range_search.h"

/* How many times as long time constants are at theta as at the params' own values. */
static mpq_t *slow_at(RangeProblem *p, const mpq_t *theta)
{
    mpq_t *slow = rationals_new(p->cx, p->base.q);
    for (size_t a = 0; a < p->base.q; a++)
        ranges_slow_at(&p->ranges, a, theta, slow[a]);
    return slow;
}

/* quick: of the rows of one corner. */
static void take_quick(RangeProblem *p, const mpq_t *slow, const mpq_t *theta, double *quick)
{
    mpq_t there;
    mpq_init(there);
    for (size_t a = 0; a < p->base.q; a++) {
        ranges_slow_at(&p->ranges, a, theta, there);
        quick[a] = mpq_get_d(slow[a]) / mpq_get_d(there);
    }
    mpq_clear(there);
}

static CellCorners corners_in(RangeProblem *p, const RangeCell *cell, const mpq_t *point)
{
    const Ranges *r = &p->ranges;
    size_t most = (size_t)1 << r->n_params;
    CellCorners out = {.matrix = ARENA_ARRAY(&p->cx->arena, most, ClaimMatrix), .theta = ARENA_ARRAY(&p->cx->arena, most, mpq_t *)};
    if (r->speed) {
        out.slow = slow_at(p, point);
        out.quick = ARENA_ARRAY(&p->cx->arena, most * p->base.q, double);
    }
    for (uint32_t which = 0; which < 1u << r->n_params; which++) {
        bool again = false;
        for (size_t k = 0; k < r->n_params; k++)
            again |= (which >> k & 1) && mpq_equal(cell->lo[k], cell->hi[k]);
        if (again)
            continue;
        mpq_t *theta = out.theta[out.n] = rationals_new(p->cx, r->n_params);
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        if (out.quick)
            take_quick(p, (const mpq_t *)out.slow, (const mpq_t *)theta, out.quick + out.n * p->base.q);
        ranges_matrix_at(p->cx, &p->base, r, (const mpq_t *)theta, &out.matrix[out.n++]);
    }
    return out;
}

CellCorners range_corners(RangeProblem *p, const RangeCell *cell, const mpq_t *point)
{
    Arena kept = p->cx->arena;
    p->cx->arena = (Arena){0};
    CellCorners out = corners_in(p, cell, point);
    out.room = p->cx->arena;
    p->cx->arena = kept;
    return out;
}

void range_corners_clear(const RangeProblem *p, CellCorners *c)
{
    for (size_t k = 0; k < c->n; k++) {
        claim_matrix_clear(&c->matrix[k]);
        rationals_clear(c->theta[k], p->ranges.n_params);
    }
    rationals_clear(c->slow, c->slow ? p->base.q : 0);
    arena_free(&c->room);
}
