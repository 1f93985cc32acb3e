#include "compiler/check/proof/positive_dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/pages.h"

/* out = M_ij = -(p_i a_ij + p_j a_ji), exactly. */
void positive_entry(const LyapunovForm *f, size_t i, size_t j, mpq_ptr out, mpq_ptr scratch)
{
    mpq_srcptr forth = claim_matrix_entry(f->a, f->member[i], f->member[j]);
    mpq_srcptr back = claim_matrix_entry(f->a, f->member[j], f->member[i]);
    mpq_set_ui(out, 0, 1);
    if (forth)
        mpq_mul(out, f->p[i], forth);
    if (back) {
        mpq_mul(scratch, f->p[j], back);
        mpq_add(out, out, scratch);
    }
    mpq_neg(out, out);
}

void positive_dense_free(PositiveDense *d)
{
    pages_free(d->b, d->order * d->order * sizeof *d->b);
    pages_free(d->work, d->order * d->order * sizeof *d->work);
    free(d->panel);
    free(d->radius);
    free(d->scale);
    free(d->p);
    free(d->place);
}

bool positive_dense_alloc(PositiveDense *d, const LyapunovForm *f)
{
    size_t n = f->n, order = (n + POSITIVE_TILE - 1) / POSITIVE_TILE * POSITIVE_TILE;
    *d = (PositiveDense){.n = n, .order = order};
    if (n > POSITIVE_MAX_ORDER)
        return false;
    d->b = pages_get(order * order * sizeof *d->b);
    d->work = pages_get(order * order * sizeof *d->work);
    d->panel = aligned_alloc(64, (order * POSITIVE_PANEL * sizeof *d->panel + 63) / 64 * 64);
    d->radius = calloc(n, sizeof *d->radius);
    d->scale = malloc(n * sizeof *d->scale);
    d->p = malloc(n * sizeof *d->p);
    d->place = malloc(f->a->q * sizeof *d->place);
    return d->b && d->work && d->panel && d->radius && d->scale && d->p && d->place;
}

/* Scales and diagonal; false where M_ii = -2 p_i a_ii > 0 fails, which decides. */
static bool assemble_diagonal(PositiveDense *d, const LyapunovForm *f)
{
    memset(d->place, 0xff, f->a->q * sizeof *d->place);
    for (size_t i = 0; i < d->n; i++) {
        mpq_srcptr a = claim_matrix_entry(f->a, f->member[i], f->member[i]);
        if (!a || mpq_sgn(a) >= 0 || mpq_sgn(f->p[i]) <= 0)
            return false;
        d->place[f->member[i]] = (uint32_t)i;
        d->p[i] = split(f->p[i]);
        Split x = split(a);
        long e = d->p[i].exponent + x.exponent;
        d->scale[i] = floor_half(e);
        double value = shift(-2 * (d->p[i].mantissa * x.mantissa), e - 2 * d->scale[i]);
        d->b[i * d->order + i] = value;
        d->radius[i] = 16 * U * value;
    }
    for (size_t i = d->n; i < d->order; i++)
        d->b[i * d->order + i] = 1;
    return true;
}

/* Adds -p_i a_ij to the lower triangle and its size to the upper. Each product
 * of two rounded mantissas is off by at most 13.1u. */
static void scatter_row(PositiveDense *d, const LyapunovForm *f, size_t i)
{
    size_t row = f->member[i];
    for (size_t k = f->a->row_from[row]; k < f->a->row_from[row + 1]; k++) {
        size_t j = d->place[f->a->column[k]];
        if (j == UINT32_MAX || j == i)
            continue;
        Split x = split(claim_matrix_at(f->a, row, k));
        double t = shift(d->p[i].mantissa * x.mantissa,
                         d->p[i].exponent + x.exponent - d->scale[i] - d->scale[j]);
        size_t low = i < j ? i : j, high = i < j ? j : i;
        d->b[low * d->order + high] -= t;
        d->b[high * d->order + low] += fabs(t);
    }
}

/* Entry (i, j), i > j, where two large terms cancel or overflow: exact, then rounded once. */
static bool assemble_exactly(PositiveDense *d, const LyapunovForm *f, size_t i, size_t j, mpq_ptr m, mpq_ptr scratch)
{
    positive_entry(f, i, j, m, scratch);
    Split x = split(m);
    double value = shift(x.mantissa, x.exponent - d->scale[i] - d->scale[j]);
    d->b[j * d->order + i] = value;
    d->b[i * d->order + j] = fabs(value);
    return fabs(value) < 8;     /* B_ij^2 < B_ii B_jj <= 16 for a positive definite B */
}

/* ---- entries that are doubles times a unit of their row (entries.h) ----
 * A term is then 2^-scale[j] (p_i unit 2^-scale[i]) value: 6u from p, 6u from the unit, u from their product and u from that
 * with the value, 14.1u in all. With |scale[j]| <= 60, underflow costs at most 2^-961. */

enum { MOST_SCALE = 60 };

static bool has_moderate_scales(const PositiveDense *d)
{
    bool all = true;
    for (size_t i = 0; i < d->n; i++)
        all &= labs(d->scale[i]) <= MOST_SCALE;
    return all;
}

/* Row i of P A, scaled, off the diagonal, in `to`; down[j] = 2^-scale[j]. False where its unit is far from the others. */
static bool add_scaled_row(const PositiveDense *d, const LyapunovForm *f, size_t i, const double *down, double *to)
{
    const ScaledEntries *s = f->a->scaled;
    size_t row = f->member[i];
    uint32_t group = UINT32_MAX;
    double by = 0;
    for (size_t k = f->a->row_from[row]; k < f->a->row_from[row + 1]; k++) {
        uint32_t column = f->a->column[k];
        size_t j = d->place[column];
        if (j == UINT32_MAX || j == i) {
            if (j == i)
                to[i] = 0;
            continue;
        }
        if (s->group[column] != group) {
            group = s->group[column];
            Split unit = split(s->unit[row * s->n_groups + group]);
            long e = d->p[i].exponent + unit.exponent - d->scale[i];
            if (e > 900 || e < -900)
                return false;
            by = shift(d->p[i].mantissa * unit.mantissa, e);
        }
        to[j] = by * s->value[k] * down[j];
    }
    return true;
}

/* b = -(T + T'), and the sizes in its upper triangle, by tiles that stay in the cache. */
static void add_transposed(PositiveDense *d, const double *t)
{
    enum { SIDE = 32 };
    size_t n = d->n, order = d->order;
    for (size_t left = 0; left < n; left += SIDE)
        for (size_t top = left; top < n; top += SIDE)
            for (size_t j = left; j < n && j < left + SIDE; j++)
                for (size_t i = top > j ? top : j + 1; i < n && i < top + SIDE; i++) {
                    double forth = t[i * order + j], back = t[j * order + i];
                    d->b[j * order + i] = -(forth + back);
                    d->b[i * order + j] = fabs(forth) + fabs(back);
                }
}

/* Both triangles of b; false, leaving them 0, where the numbers are too far apart. */
static bool assemble_scaled(PositiveDense *d, const LyapunovForm *f)
{
    double *down = malloc(d->n * sizeof *down);
    bool done = down && has_moderate_scales(d);
    for (size_t j = 0; done && j < d->n; j++)
        down[j] = shift(1, -d->scale[j]);
    for (size_t i = 0; done && i < d->n; i++) {
        double *row = d->work + i * d->order;
        if (d->n < f->a->q || f->a->row_from[f->member[i] + 1] - f->a->row_from[f->member[i]] < f->a->q)
            memset(row, 0, d->n * sizeof *row);
        done = add_scaled_row(d, f, i, down, row);
    }
    if (done)
        add_transposed(d, d->work);
    free(down);
    return done;
}

/* b and the radii r_ij <= 16u (|t_1| + |t_2|) + 2^-950: at most 14.1u for each term, u for
 * their sum, the rest slack; the last is for underflow. */
bool positive_assemble(PositiveDense *d, const LyapunovForm *f)
{
    if (!assemble_diagonal(d, f))
        return false;
    if (!f->a->scaled || !assemble_scaled(d, f))
        for (size_t i = 0; i < d->n; i++)
            scatter_row(d, f, i);
    mpq_t m, scratch;
    mpq_inits(m, scratch, NULL);
    bool sane = true;
    for (size_t j = 0; j < d->n && sane; j++) {
        const double *size = d->b + j * d->order;       /* of (i, j) for i < j */
        double sum = 0;
        for (size_t i = 0; i < j && sane; i++) {
            if (!(size[i] <= 4))
                sane = assemble_exactly(d, f, j, i, m, scratch);
            double r = 16 * U * size[i] + 0x1p-950;
            d->radius[i] += r;
            sum += r;
        }
        d->radius[j] += sum;
    }
    mpq_clears(m, scratch, NULL);
    return sane;
}
