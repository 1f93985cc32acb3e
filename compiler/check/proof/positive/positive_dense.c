#include "compiler/check/proof/positive/positive_dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/wide.h"
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
    d->radius = calloc(order, sizeof *d->radius);
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

/* p_i unit 2^-scale[i] for row i and a group of columns; false where its unit is far from the others. */
static bool row_factor(const PositiveDense *d, const LyapunovForm *f, size_t i, uint32_t group, double *by)
{
    const ScaledEntries *s = f->a->scaled;
    Split unit = split(s->unit[f->member[i] * s->n_groups + group]);
    long e = d->p[i].exponent + unit.exponent - d->scale[i];
    if (e > 900 || e < -900)
        return false;
    *by = shift(d->p[i].mantissa * unit.mantissa, e);
    return true;
}

static bool is_full(const PositiveDense *d, const LyapunovForm *f, size_t row)
{
    return d->n == f->a->q && f->a->row_from[row + 1] - f->a->row_from[row] == d->n;
}

/* Row i of P A, scaled, off the diagonal, in `to`; down[j] = 2^-scale[j]. All columns are there, so that they are their own places. */
static bool add_full_row(const PositiveDense *d, const LyapunovForm *f, size_t i, const double *down, double *to)
{
    const ScaledEntries *s = f->a->scaled;
    const double *value = s->value + f->a->row_from[i];
    double by;
    for (size_t from = 0, end = 0; from < d->n; from = end) {
        uint32_t group = s->group[from];
        while (end < d->n && (s->n_groups == 1 || s->group[end] == group))
            end = s->n_groups == 1 ? d->n : end + 1;
        if (!row_factor(d, f, i, group, &by))
            return false;
        wide_scale(end - from, by, value + from, down + from, to + from);
    }
    to[i] = 0;
    return true;
}

/* The same of a row with some of the columns. */
static bool add_scaled_row(const PositiveDense *d, const LyapunovForm *f, size_t i, const double *down, double *to)
{
    const ScaledEntries *s = f->a->scaled;
    size_t row = f->member[i];
    uint32_t group = UINT32_MAX;
    double by = 0;
    memset(to, 0, d->n * sizeof *to);
    for (size_t k = f->a->row_from[row]; k < f->a->row_from[row + 1]; k++) {
        uint32_t column = f->a->column[k];
        size_t j = d->place[column];
        if (j == UINT32_MAX || j == i)
            continue;
        if (s->group[column] != group) {
            group = s->group[column];
            if (!row_factor(d, f, i, group, &by))
                return false;
        }
        to[j] = by * s->value[k] * down[j];
    }
    return true;
}

/* P A by rows in `work`; false where the numbers are too far apart. */
static bool form_scaled(PositiveDense *d, const LyapunovForm *f)
{
    double *down = malloc(d->n * sizeof *down);
    bool done = down && has_moderate_scales(d);
    for (size_t j = 0; done && j < d->n; j++)
        down[j] = shift(1, -d->scale[j]);
    for (size_t i = 0; done && i < d->n; i++) {
        double *row = d->work + i * d->order;
        done = is_full(d, f, f->member[i]) ? add_full_row(d, f, i, down, row) : add_scaled_row(d, f, i, down, row);
    }
    free(down);
    return done;
}

/* ---- b and the radii ----
 * r_ij <= 16u (|t_1| + |t_2|) + 2^-950: at most 14.1u for each term, u for their sum, the rest slack; the last is for underflow. */

typedef struct Scratch {
    mpq_t entry, other;
} Scratch;

/* The radius of entry (i, j), i > j; false where the entry alone decides that M is not positive definite. */
static bool take_radius(PositiveDense *d, const LyapunovForm *f, size_t i, size_t j, double size, Scratch *x)
{
    if (!(size <= 4)) {
        if (!assemble_exactly(d, f, i, j, x->entry, x->other))
            return false;
        size = fabs(d->b[j * d->order + i]);
    }
    double r = 16 * U * size + 0x1p-950;
    d->radius[i] += r;
    d->radius[j] += r;
    return true;
}

/* From T = P A in `work`: b = -(T + T') at the rows i.. and columns j.., four of each, as far as they are below the diagonal. */
static bool take_one_by_one(PositiveDense *d, const LyapunovForm *f, size_t i, size_t j, Scratch *x)
{
    for (size_t column = j; column < j + 4; column++)
        for (size_t row = i > column ? i : column + 1; row < i + 4 && row < d->n; row++) {
            double forth = d->work[row * d->order + column], back = d->work[column * d->order + row];
            d->b[column * d->order + row] = -(forth + back);
            if (!take_radius(d, f, row, column, fabs(forth) + fabs(back), x))
                return false;
        }
    return true;
}

typedef int64_t FourWhole __attribute__((vector_size(32)));

INTO_WIDE void transpose(Four *x)
{
    Four a = __builtin_shufflevector(x[0], x[1], 0, 4, 2, 6), b = __builtin_shufflevector(x[0], x[1], 1, 5, 3, 7);
    Four c = __builtin_shufflevector(x[2], x[3], 0, 4, 2, 6), e = __builtin_shufflevector(x[2], x[3], 1, 5, 3, 7);
    x[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    x[1] = __builtin_shufflevector(b, e, 0, 1, 4, 5);
    x[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    x[3] = __builtin_shufflevector(b, e, 2, 3, 6, 7);
}

/* The same at once, where all are below the diagonal and no size is beyond 4; else false, and no radius is taken. Those of column
 * j go to beside[j], as four sums. */
INTO_WIDE bool take_tile(PositiveDense *d, size_t i, size_t j, Four *beside)
{
    Four forth[4], size[4], rows = {0};
    FourWhole all = {-1, -1, -1, -1};
    for (size_t k = 0; k < 4; k++)
        forth[k] = *(const Four *)(d->work + (i + k) * d->order + j);
    transpose(forth);
    for (size_t k = 0; k < 4; k++) {
        Four back = *(const Four *)(d->work + (j + k) * d->order + i);
        *(Four *)(d->b + (j + k) * d->order + i) = -(forth[k] + back);
        size[k] = (Four)((FourWhole)forth[k] & INT64_MAX) + (Four)((FourWhole)back & INT64_MAX);      /* without signs */
        all &= size[k] <= 4;
    }
    if (!(all[0] & all[1] & all[2] & all[3]))
        return false;
    for (size_t k = 0; k < 4; k++) {
        Four r = size[k] * (16 * U) + 0x1p-950;
        rows += r;
        beside[j + k] += r;
    }
    *(Four *)(d->radius + i) += rows;
    return true;
}

/* All of b and the radii from P A, by blocks that stay in the cache. */
WIDE static bool take_all(PositiveDense *d, const LyapunovForm *f, Scratch *x)
{
    enum { SIDE = 32 };
    Four *beside = (Four *)d->panel;
    memset(beside, 0, d->order * sizeof *beside);
    for (size_t left = 0; left < d->order; left += SIDE)
        for (size_t top = left; top < d->order; top += SIDE)
            for (size_t j = left; j < d->order && j < left + SIDE; j += 4)
                for (size_t i = top > j ? top : j; i < d->order && i < top + SIDE; i += 4)
                    if ((i == j || !take_tile(d, i, j, beside)) && !take_one_by_one(d, f, i, j, x))
                        return false;
    for (size_t j = 0; j < d->n; j++)
        d->radius[j] += (beside[j][0] + beside[j][1]) + (beside[j][2] + beside[j][3]);
    return true;
}

/* All of b and the radii, term by term. */
static bool scatter_all(PositiveDense *d, const LyapunovForm *f, Scratch *x)
{
    for (size_t i = 0; i < d->n; i++)
        scatter_row(d, f, i);
    for (size_t j = 0; j < d->n; j++)
        for (size_t i = 0; i < j; i++)
            if (!take_radius(d, f, j, i, d->b[j * d->order + i], x))
                return false;
    return true;
}

bool positive_assemble(PositiveDense *d, const LyapunovForm *f)
{
    Scratch x;
    if (!assemble_diagonal(d, f))
        return false;
    mpq_inits(x.entry, x.other, NULL);
    bool sane = f->a->scaled && form_scaled(d, f) ? take_all(d, f, &x) : scatter_all(d, f, &x);
    mpq_clears(x.entry, x.other, NULL);
    return sane;
}
