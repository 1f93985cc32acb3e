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

/* Of params that are worth the same, the one with the lower values is cut, not the one that is declared first. */
static bool is_lower(const RangeCell *cell, size_t k, size_t than)
{
    int way = mpq_cmp(cell->lo[k], cell->lo[than]);
    return way < 0 || (way == 0 && mpq_cmp(cell->hi[k], cell->hi[than]) < 0);
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
        if (!(size > *most) && !(found && size == *most && is_lower(cell, k, *best)))
            continue;
        *most = size;
        *best = k;
        found = true;
    }
    return found;
}

/* ---- cells of own params ---- */

/* The cell with own param k from one place to another, in quarters of its way, about. False where it has no values. */
static bool slice(const Ranges *r, const RangeCell *cell, size_t k, unsigned from, unsigned to, RangeCell *out)
{
    unsigned part[2] = {from, to};
    for (size_t j = 0; j < r->n_own; j++) {
        mpq_set(out->own_lo[j], cell->own_lo[j]);
        mpq_set(out->own_hi[j], cell->own_hi[j]);
    }
    for (int side = 0; side < 2; side++) {
        mpq_ptr x = side ? out->own_hi[k] : out->own_lo[k];
        mpq_t width;
        mpq_init(width);
        mpq_sub(width, cell->own_hi[k], cell->own_lo[k]);
        mpq_set_ui(x, part[side], 4);
        mpq_canonicalize(x);
        mpq_mul(x, x, width);
        mpq_add(x, x, cell->own_lo[k]);
        mpq_clear(width);
    }
    return range_own_near(r, out);
}

/* How much entries, and the speeds of rows, change in the cell, all params together. */
static double spread(const RangeProblem *p, const RangeCell *cell, bool is_stable)
{
    double sum = 0;
    for (size_t k = 0; k < p->ranges.n_params; k++)
        sum += fmax(influence(p, cell, k), is_stable ? influence_on_speed(p, cell, k) : 0);
    return sum;
}

/* The least over all components and corners, of the multipliers that there are. */
static double worst_of_all(RangeProblem *p, const RangeCell *box, const Evidence *e, double (*scale)[MOST_ROWS])
{
    double least = INFINITY;
    for (size_t c = 0; c < e->n_components; c++)
        if (e->component[c].n <= MOST_ROWS)
            least = fmin(least, fmin(worst_corner(p, box, &e->component[c], scale[c], 0, box->lo[0]),
                                     worst_corner(p, box, &e->component[c], scale[c], 0, box->hi[0])));
    return least;
}

/* What a cut along own param k gains: the half that gains less, as it is, or, with multipliers of its own, what those of the centre lose towards
 * both ends. */
static double own_gain(RangeProblem *p, const RangeCell *cell, size_t k, double whole, double (*scale)[MOST_ROWS], RangeCell *part)
{
    static const unsigned place[5][2] = {{0, 2}, {2, 4}, {2, 2}, {0, 0}, {4, 4}};
    double worst[5];
    for (size_t j = 0; j < 5; j++)
        worst[j] = slice(&p->ranges, cell, k, place[j][0], place[j][1], part) ? worst_of_all(p, part, &cell->evidence, scale) : -HUGE_VAL;
    return fmax(fmin(worst[0], worst[1]) - whole, worst[2] - fmax(worst[3], worst[4]));
}

/* Of what is missing at least one part in WORTH, or it is not what is missing. */
static bool by_own_gain(RangeProblem *p, const RangeCell *cell, RangeCell *part, size_t *best)
{
    enum { WORTH = 20 };
    double most = 1e-9, (*scale)[MOST_ROWS] = arena_array(&p->cx->arena, cell->evidence.n_components + 1, sizeof *scale);
    bool found = false;
    mpq_t *theta = rationals_new(p->cx, p->ranges.n_params);
    ClaimMatrix centre;
    range_cell_centre(&p->ranges, cell, theta);
    ranges_matrix_at(p->cx, &p->base, &p->ranges, (const mpq_t *)theta, &centre);
    for (size_t c = 0; c < cell->evidence.n_components; c++)
        if (cell->evidence.component[c].n <= MOST_ROWS)
            least_eigenvalue(&centre, &cell->evidence.component[c], scale[c]);
    claim_matrix_clear(&centre);
    rationals_clear(theta, p->ranges.n_params);
    double whole = worst_of_all(p, cell, &cell->evidence, scale);
    most = fmax(most, -whole / WORTH);
    for (size_t k = 0; k < p->ranges.n_own; k++) {
        double gain = mpq_equal(cell->own_lo[k], cell->own_hi[k]) ? 0 : own_gain(p, cell, k, whole, scale, part);
        if (gain > most) {
            most = gain;
            *best = k;
            found = true;
        }
    }
    return found;
}

/* Where the entries change least in both halves together; where these have no values, or change nothing, the widest one. */
static size_t by_own_spread(RangeProblem *p, const RangeCell *cell, bool is_stable, RangeCell *part)
{
    size_t best = 0;
    double least = INFINITY, widest = -1;
    for (size_t k = 0; k < p->ranges.n_own; k++) {
        double sum = 0, width = mpq_get_d(cell->own_hi[k]) - mpq_get_d(cell->own_lo[k]);
        for (unsigned half = 0; half < 4; half += 2)
            sum += slice(&p->ranges, cell, k, half, half + 2, part) ? spread(p, part, is_stable) : HUGE_VAL;
        width /= mpq_get_d(p->ranges.own_hi[k]) - mpq_get_d(p->ranges.own_lo[k]);
        if (width > 0 && (sum < least * (1 - 1e-9) || (sum <= least && width > widest))) {
            best = k;
            least = sum;
            widest = width;
        }
    }
    return best;
}

static size_t own_longest(RangeProblem *p, const RangeCell *cell, bool is_stable, bool has_values)
{
    size_t best = 0;
    RangeCell part;
    range_cell_init(p->cx, &part, p->ranges.n_params);
    range_cell_own_init(p->cx, &part, p->ranges.n_own);
    bool looks = has_values && !is_stable && p->ranges.n_own > 1 && cell->evidence.is_certificate;
    if (!looks || !by_own_gain(p, cell, &part, &best))
        best = by_own_spread(p, cell, is_stable, &part);
    range_cell_clear(&part, p->ranges.n_params);
    return best;
}

/* ---- which ---- */

static size_t by_influence(RangeProblem *p, const RangeCell *cell, bool is_stable)
{
    size_t best = 0;
    double most = -1;
    for (size_t k = 0; k < p->ranges.n_params; k++) {
        double size = influence(p, cell, k), quick = is_stable ? influence_on_speed(p, cell, k) : 0;
        size = quick > size ? quick : size;
        if (size > most || (size == most && is_lower(cell, k, best))) {
            most = size;
            best = k;
        }
    }
    return best;
}

size_t range_cell_longest(RangeProblem *p, const RangeCell *cell, bool is_stable, bool has_values)
{
    size_t best = 0;
    double most = 1e-9;
    bool found = false;
    Arena kept = p->cx->arena;
    p->cx->arena = (Arena){0};          /* matrices of corners, by the thousand */
    if (p->ranges.n_own)
        best = own_longest(p, cell, is_stable, has_values);
    for (size_t c = 0; !p->ranges.n_own && !is_stable && p->ranges.n_params > 1 && cell->evidence.is_certificate && c < cell->evidence.n_components; c++)
        found |= by_loss(p, cell, &cell->evidence.component[c], &best, &most);
    arena_free(&p->cx->arena);
    p->cx->arena = kept;
    return found || p->ranges.n_own ? best : by_influence(p, cell, is_stable);
}
