/* Where to cut a cell that is not proved. In doubles: a bad cut costs work, no truth. */
#include "compiler/check/range/range_search.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"

enum { MOST_ROWS = 16 };        /* of components whose eigenvalues are looked at */

/* Logarithm of how many times as quick as at its one end a row is at the other. */
static double influence_on_speed(const RangeProblem *p, const RangeCell *c, size_t k)
{
    double most = 0;
    for (size_t a = 0; p->ranges.speed && a < p->base.q; a++)
        if (p->ranges.speed[a] >> k & 1)
            most = log(mpq_get_d(c->hi[k]) / mpq_get_d(c->lo[k]));
    return most;
}

/* Largest change of an entry from one end of the cell to the other along a param. */
static double influence(const RangeProblem *p, const RangeCell *c, size_t k)
{
    double most = 0, width = mpq_get_d(c->hi[k]) - mpq_get_d(c->lo[k]);
    for (size_t t = 0; t < p->ranges.n_terms; t++) {
        const RangeTerm *x = &p->ranges.term[t];
        double others = 1;
        if (!(x->params >> k & 1))
            continue;
        for (size_t j = 0; j < p->ranges.n_params; j++)
            if (j != k && x->params >> j & 1)
                others *= (mpq_get_d(c->lo[j]) + mpq_get_d(c->hi[j])) / 2;
        for (size_t e = 0; e < x->n; e++)
            most = fmax(most, fabs(mpq_get_d(x->entry[e]) * others * width));
        for (size_t a = 0; a < x->n_self; a++)
            most = fmax(most, fabs(mpq_get_d(x->self[a]) * others * width));
    }
    return most;
}

/* R_ij of a component's rows, R the matrix reduced to populations. */
static double reduced_entry(const ClaimMatrix *m, const Component *c, size_t i, size_t j)
{
    size_t a = c->member[i], b = c->member[j];
    mpq_srcptr held = claim_matrix_entry(m, a, b);
    double x = held ? mpq_get_d(held) * (double)claim_matrix_size(m, b) : 0;
    return a == b && m->self ? x + mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : x;
}

/* Least eigenvalue of -(P R + R' P), rows and columns divided by `scale`, which is set first if it is 0. */
static double least_eigenvalue(const ClaimMatrix *m, const Component *c, double *scale)
{
    size_t n = c->n;
    double s[MOST_ROWS * MOST_ROWS], value[MOST_ROWS], vector[MOST_ROWS * MOST_ROWS];
    for (size_t i = 0; i < n; i++)
        if (scale[i] == 0)
            scale[i] = sqrt(fabs(2 * mpq_get_d(c->p[i]) * reduced_entry(m, c, i, i))) + 1e-300;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            s[i * n + j] = -(mpq_get_d(c->p[i]) * reduced_entry(m, c, i, j) + mpq_get_d(c->p[j]) * reduced_entry(m, c, j, i)) /
                           (scale[i] * scale[j]);
    eigen_symmetric(n, s, value, vector);
    return value[0];
}

/* The least over the corners of the cell that are left when param k stands at `at`. */
static double worst_corner(RangeProblem *p, const RangeCell *cell, const Component *c, double *scale, size_t k, mpq_srcptr at)
{
    double least = INFINITY;
    mpq_t *theta = rationals_new(p->cx, p->ranges.n_params);
    for (uint32_t which = 0; which < 1u << p->ranges.n_params; which++) {
        ClaimMatrix m;
        if (which >> k & 1)
            continue;
        for (size_t j = 0; j < p->ranges.n_params; j++)
            mpq_set(theta[j], j == k ? at : which >> j & 1 ? cell->hi[j] : cell->lo[j]);
        ranges_matrix_at(p->cx, &p->base, &p->ranges, (const mpq_t *)theta, &m);
        least = fmin(least, least_eigenvalue(&m, c, scale));
        claim_matrix_clear(&m);
    }
    rationals_clear(theta, p->ranges.n_params);
    return least;
}

/* How much the multipliers of the centre lose towards both ends. A param that makes matters worse in one
 * direction only loses nothing by being cut: one half would be as hard as the whole. */
static double loss(RangeProblem *p, const RangeCell *cell, const Component *c, double *scale, size_t k)
{
    mpq_t middle;
    mpq_init(middle);
    mpq_add(middle, cell->lo[k], cell->hi[k]);
    mpq_div_2exp(middle, middle, 1);
    double centre = worst_corner(p, cell, c, scale, k, middle);
    double ends = fmax(worst_corner(p, cell, c, scale, k, cell->lo[k]), worst_corner(p, cell, c, scale, k, cell->hi[k]));
    mpq_clear(middle);
    return centre - ends;
}

static bool by_loss(RangeProblem *p, const RangeCell *cell, const Component *c, size_t *best, double *most)
{
    double scale[MOST_ROWS] = {0};
    ClaimMatrix m;
    bool found = false;
    if (c->n > MOST_ROWS)
        return false;
    mpq_t *theta = rationals_new(p->cx, p->ranges.n_params);
    range_cell_centre(&p->ranges, cell, theta);
    ranges_matrix_at(p->cx, &p->base, &p->ranges, (const mpq_t *)theta, &m);
    least_eigenvalue(&m, c, scale);
    claim_matrix_clear(&m);
    rationals_clear(theta, p->ranges.n_params);
    for (size_t k = 0; k < p->ranges.n_params; k++) {
        double size = loss(p, cell, c, scale, k);
        if (!(size > *most))
            continue;
        *most = size;
        *best = k;
        found = true;
    }
    return found;
}

static size_t by_influence(RangeProblem *p, const RangeCell *cell, bool is_stable)
{
    size_t best = 0;
    double most = -1;
    for (size_t k = 0; k < p->ranges.n_params; k++) {
        double size = influence(p, cell, k), quick = is_stable ? influence_on_speed(p, cell, k) : 0;
        size = quick > size ? quick : size;
        if (size > most) {
            most = size;
            best = k;
        }
    }
    return best;
}

size_t range_cell_longest(RangeProblem *p, const RangeCell *cell, bool is_stable)
{
    size_t best = 0;
    double most = 1e-9;
    bool found = false;
    Arena kept = p->cx->arena;
    p->cx->arena = (Arena){0};          /* matrices of corners, by the thousand */
    for (size_t c = 0; !is_stable && p->ranges.n_params > 1 && cell->evidence.is_certificate && c < cell->evidence.n_components; c++)
        found |= by_loss(p, cell, &cell->evidence.component[c], &best, &most);
    arena_free(&p->cx->arena);
    p->cx->arena = kept;
    return found ? best : by_influence(p, cell, is_stable);
}
