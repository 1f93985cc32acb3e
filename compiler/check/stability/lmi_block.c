#include "compiler/check/stability/lmi_block.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/wide.h"

/* ---- what a block is made of ---- */

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static void tie_indices(const Lmi *l, size_t *parent)
{
    size_t d = l->d;
    for (size_t i = 0; i < d; i++)
        parent[i] = i;
    for (size_t k = 0; k < l->m; k++)
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < i; j++)
                if (l->basis[(k * d + i) * d + j] != 0)
                    parent[root_of(parent, i)] = root_of(parent, j);
    for (size_t i = 0; i < d; i++)
        parent[i] = root_of(parent, i);
}

/* Entries of the matrices that are not 0 in rows of the block: all stand in its columns. */
static size_t count_terms(const Lmi *l, const size_t *index, size_t n)
{
    size_t n_terms = 0;
    for (size_t k = 0; k < l->m; k++)
        for (size_t i = 0; i < n; i++) {
            const double *row = l->basis + (k * l->d + index[i]) * l->d;
            for (size_t j = 0; j < n; j++)
                n_terms += row[index[j]] != 0;
        }
    return n_terms;
}

static bool allocate(LmiBlock *b, size_t m, size_t n_terms)
{
    size_t d = b->d, row = b->row;
    b->below = malloc((n_terms + 1) * sizeof *b->below);
    b->on = malloc((n_terms + 1) * sizeof *b->on);
    b->rows = malloc((n_terms + d) * sizeof *b->rows);
    b->term = malloc((n_terms + 1) * sizeof *b->term);
    b->tile = malloc((d + 3) / 4 * row * sizeof *b->tile);
    b->first_below = calloc(3 * (m + 1), sizeof *b->first_below);
    b->f = calloc(5 * d * row + row + d * LMI_SIDES, sizeof *b->f);
    if (!b->below || !b->on || !b->rows || !b->term || !b->tile || !b->first_below || !b->f)
        return false;
    b->first_on = b->first_below + m + 1;
    b->first_rows = b->first_on + m + 1;
    b->z = b->f + d * row;
    b->zt = b->z + d * row;
    b->bz = b->zt + d * row;
    b->zbz = b->bz + d * row;
    b->diagonal = b->zbz + d * row;
    b->unit = b->diagonal + row;
    return true;
}

static void add_entry(LmiBlock *b, size_t i, size_t j, double x, uint32_t *n_below, uint32_t *n_on)
{
    if (i == j)
        b->on[(*n_on)++] = (LmiEntry){(uint32_t)i, (uint32_t)(i * b->row + i), x};
    else if (i > j)
        b->below[(*n_below)++] = (LmiEntry){(uint32_t)(i * b->row + j), (uint32_t)(j * b->row + i), x};
}

static void list_entries(const Lmi *l, const size_t *index, LmiBlock *b)
{
    uint32_t n_below = 0, n_on = 0, n_rows = 0;
    LmiTerm *term = b->term;
    for (size_t k = 0; k < l->m; k++) {
        b->first_below[k] = n_below;
        b->first_on[k] = n_on;
        b->first_rows[k] = n_rows;
        for (size_t i = 0; i < b->d; i++) {
            const double *from = l->basis + (k * l->d + index[i]) * l->d;
            LmiRow row = {(uint32_t)(i * b->row), 0, term};
            for (size_t j = 0; j < b->d; j++)
                if (from[index[j]] != 0) {
                    *term++ = (LmiTerm){(uint32_t)j, from[index[j]]};
                    add_entry(b, i, j, from[index[j]], &n_below, &n_on);
                }
            row.n_terms = (uint32_t)(term - row.term);
            if (row.n_terms)
                b->rows[n_rows++] = row;
        }
    }
    b->first_below[l->m] = n_below;
    b->first_on[l->m] = n_on;
    b->first_rows[l->m] = n_rows;
    for (size_t i = 0; i < b->d; i++)
        b->rows[n_rows + i] = (LmiRow){(uint32_t)(i * b->row), 0, term};
}

/* bz marks what is read. */
static void list_tiles(LmiBlock *b, size_t m)
{
    for (size_t e = 0; e < b->first_below[m]; e++)
        b->bz[b->below[e].at / 4] = 1;
    for (size_t g = 0; g < b->row / 4; g++)
        for (size_t i = 0, n = 0; i < b->d; i++) {
            if (b->bz[i * (b->row / 4) + g] == 0)
                continue;
            if (n % 4 == 0)
                b->tile[b->n_tiles++].column = (uint32_t)(4 * g);
            for (size_t k = n++ % 4; k < 4; k++)
                b->tile[b->n_tiles - 1].row[k] = (uint32_t)i;
        }
    memset(b->bz, 0, b->d * b->row * sizeof *b->bz);
}

/* The block of the indices with this root, in ascending order; false without memory. */
static bool take_block(const Lmi *l, const size_t *parent, size_t root, size_t *index, LmiBlock *out)
{
    size_t n = 0;
    for (size_t i = 0; i < l->d; i++)
        if (parent[i] == root)
            index[n++] = i;
    *out = (LmiBlock){.d = n, .row = lmi_row(n)};
    if (!allocate(out, l->m, count_terms(l, index, n)))
        return false;
    list_entries(l, index, out);
    list_tiles(out, l->m);
    return lmi_stars(out, l->m);
}

LmiBlock *lmi_blocks(const Lmi *l, size_t *n_blocks)
{
    size_t *parent = malloc((2 * l->d + 1) * sizeof *parent);
    LmiBlock *block = calloc(l->d + 1, sizeof *block);
    bool ok = parent && block;
    *n_blocks = 0;
    if (ok)
        tie_indices(l, parent);
    for (size_t i = 0; ok && i < l->d; i++)
        if (parent[i] == i)
            ok = take_block(l, parent, i, parent + l->d, &block[(*n_blocks)++]);
    free(parent);
    if (ok)
        return block;
    lmi_blocks_free(block, *n_blocks);
    return NULL;
}

void lmi_blocks_free(LmiBlock *block, size_t n_blocks)
{
    for (size_t k = 0; k < n_blocks; k++) {
        free(block[k].below);
        free(block[k].on);
        free(block[k].rows);
        free(block[k].term);
        free(block[k].tile);
        free(block[k].first_below);
        free(block[k].f);
        lmi_stars_free(&block[k]);
    }
    free(block);
}

/* ---- factors ---- */

/* What the columns before take from four rows of column j, from row g on, in the order of wide_dot. */
INTO_WIDE void subtract_columns(const double *a, size_t row, size_t j, size_t g, Four *from)
{
    Four part[4] = {{0}, {0}, {0}, {0}}, rest = {0};
    size_t k = 0;
    for (; k + 4 <= j; k += 4) {
        part[0] += *(const Four *)(a + k * row + g) * a[k * row + j];
        part[1] += *(const Four *)(a + (k + 1) * row + g) * a[(k + 1) * row + j];
        part[2] += *(const Four *)(a + (k + 2) * row + g) * a[(k + 2) * row + j];
        part[3] += *(const Four *)(a + (k + 3) * row + g) * a[(k + 3) * row + j];
    }
    for (; k < j; k++)
        rest += *(const Four *)(a + k * row + g) * a[k * row + j];
    *from -= (part[0] + part[1]) + (part[2] + part[3]) + rest;
}

WIDE bool lmi_factor(size_t n, size_t row, double *a)
{
    for (size_t j = 0; j < n; j++) {
        double *column = a + j * row, pivot = 0;
        for (size_t g = j / 4 * 4; g < n; g += 4) {
            Four left = *(const Four *)(column + g);
            subtract_columns(a, row, j, g, &left);
            if (g <= j) {
                if (!(left[j - g] > 0 && left[j - g] <= DBL_MAX))
                    return false;
                pivot = sqrt(left[j - g]);
            }
            *(Four *)(column + g) = left / pivot;
        }
        column[j] = pivot;
    }
    return true;
}

/* b_i -= by b_k */
#define TAKE(k, by)                                             \
    do {                                                        \
        double taken_by = (by);                                 \
        const Four *other = (const Four *)(b + (k) * LMI_SIDES);\
        b0 -= other[0] * taken_by;                              \
        b1 -= other[1] * taken_by;                              \
        b2 -= other[2] * taken_by;                              \
        b3 -= other[3] * taken_by;                              \
    } while (0)

WIDE void lmi_solve(size_t n, size_t row, const double *f, double *b)
{
    for (size_t i = 0; i < n; i++) {
        Four *at = (Four *)(b + i * LMI_SIDES), b0 = at[0], b1 = at[1], b2 = at[2], b3 = at[3];
        for (size_t k = 0; k < i; k++)
            TAKE(k, f[k * row + i]);
        at[0] = b0 / f[i * row + i];
        at[1] = b1 / f[i * row + i];
        at[2] = b2 / f[i * row + i];
        at[3] = b3 / f[i * row + i];
    }
    for (size_t i = n; i-- > 0;) {
        Four *at = (Four *)(b + i * LMI_SIDES), b0 = at[0], b1 = at[1], b2 = at[2], b3 = at[3];
        for (size_t k = i + 1; k < n; k++)
            TAKE(k, f[i * row + k]);
        at[0] = b0 / f[i * row + i];
        at[1] = b1 / f[i * row + i];
        at[2] = b2 / f[i * row + i];
        at[3] = b3 / f[i * row + i];
    }
}

bool lmi_block_factor(LmiBlock *b, const double *y, size_t m)
{
    memset(b->f, 0, b->d * b->row * sizeof *b->f);
    for (size_t k = 0; k < m; k++) {
        for (size_t e = b->first_below[k]; e < b->first_below[k + 1]; e++)
            b->f[b->below[e].mirror] += y[k] * b->below[e].x;
        for (size_t e = b->first_on[k]; e < b->first_on[k + 1]; e++)
            b->f[b->on[e].mirror] += y[k] * b->on[e].x;
    }
    for (size_t i = 0; i < b->d; i++)
        b->f[i * b->row + i] -= y[m];
    return lmi_factor(b->d, b->row, b->f);
}

/* ---- derivatives ---- */

static void invert(LmiBlock *b)
{
    for (size_t from = 0; from < b->d; from += LMI_SIDES) {
        memset(b->unit, 0, b->d * LMI_SIDES * sizeof *b->unit);
        size_t n = b->d - from < LMI_SIDES ? b->d - from : LMI_SIDES;
        for (size_t j = 0; j < n; j++)
            b->unit[(from + j) * LMI_SIDES + j] = 1;
        lmi_solve(b->d, b->row, b->f, b->unit);
        for (size_t i = 0; i < b->d; i++)
            for (size_t j = 0; j < n; j++)
                b->z[(from + j) * b->row + i] = b->zt[i * b->row + from + j] = b->unit[i * LMI_SIDES + j];
    }
}

/* bz = the rows of B_k Z that are not 0. */
INTO_WIDE void multiply_right(const LmiBlock *b, const LmiRow *rows, size_t n_rows)
{
    for (size_t r = 0; r < n_rows; r++)
        for (size_t g = 0; g < b->row; g += 4) {
            Four sum = {0};
            for (size_t t = 0; t < rows[r].n_terms; t++)
                sum += *(const Four *)(b->z + rows[r].term[t].column * b->row + g) * rows[r].term[t].x;
            *(Four *)(b->bz + r * b->row + g) = sum;
        }
}

/* zbz and its diagonal = Z times the rows that stand in `from`, where a trace reads it. */
INTO_WIDE void multiply_left(const LmiBlock *b, const double *from, const LmiRow *rows, size_t n_rows)
{
    for (size_t g = 0; g < b->row; g += 4) {
        Four sum = {0};
        for (size_t r = 0; r < n_rows; r++)
            sum += *(const Four *)(from + r * b->row + g) * *(const Four *)(b->zt + rows[r].at + g);
        *(Four *)(b->diagonal + g) = sum;
    }
    for (const LmiTile *t = b->tile; t < b->tile + b->n_tiles; t++) {
        Four sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
        for (size_t r = 0; r < n_rows; r++) {
            Four right = *(const Four *)(from + r * b->row + t->column);
            const double *left = b->zt + rows[r].at;
            sum0 += right * left[t->row[0]];
            sum1 += right * left[t->row[1]];
            sum2 += right * left[t->row[2]];
            sum3 += right * left[t->row[3]];
        }
        *(Four *)(b->zbz + t->row[0] * b->row + t->column) = sum0;
        *(Four *)(b->zbz + t->row[1] * b->row + t->column) = sum1;
        *(Four *)(b->zbz + t->row[2] * b->row + t->column) = sum2;
        *(Four *)(b->zbz + t->row[3] * b->row + t->column) = sum3;
    }
}

/* The trace of B_l times what stands on and below the diagonal of a symmetric matrix. */
INTO_WIDE double trace_with(const LmiBlock *b, size_t l, const double *diagonal, const double *lower)
{
    double on = 0, below = 0;
    for (size_t e = b->first_on[l]; e < b->first_on[l + 1]; e++)
        on += b->on[e].x * diagonal[b->on[e].at];
    for (size_t e = b->first_below[l]; e < b->first_below[l + 1]; e++)
        below += b->below[e].x * lower[b->below[e].at];
    return on + 2 * below;
}

/* The sum of the squares of all entries of Z. */
static double square(const LmiBlock *b)
{
    size_t d = b->d;
    for (size_t i = 0; i < d; i++)
        memcpy(b->bz + i * d, b->z + i * b->row, d * sizeof *b->bz);
    return wide_dot(d * d, b->bz, b->bz);
}

/* Of m matrices of any kind. */
WIDE static void add_products(LmiBlock *b, size_t m, size_t row, double *gradient, double *hessian)
{
    for (size_t k = 0; k < m; k++) {
        const LmiRow *rows = b->rows + b->first_rows[k];
        size_t n_rows = b->first_rows[k + 1] - b->first_rows[k];
        multiply_right(b, rows, n_rows);
        multiply_left(b, b->bz, rows, n_rows);
        for (size_t l = 0; l <= k; l++)
            hessian[k * row + l] += trace_with(b, l, b->diagonal, b->zbz);
    }
    multiply_left(b, b->z, b->rows + b->first_rows[m], b->d);
    for (size_t l = 0; l < m; l++)
        hessian[m * row + l] -= trace_with(b, l, b->diagonal, b->zbz);
    for (size_t i = 0; i < b->d; i++)
        b->diagonal[i] = b->z[i * b->row + i];
    for (size_t k = 0; k < m; k++)
        gradient[k] += trace_with(b, k, b->diagonal, b->z);
}

void lmi_block_add(LmiBlock *b, size_t m, size_t row, double *gradient, double *hessian)
{
    invert(b);
    if (b->star)
        lmi_stars_add(b, m, row, gradient, hessian);
    else
        add_products(b, m, row, gradient, hessian);
    hessian[m * row + m] += square(b);
    for (size_t i = 0; i < b->d; i++)
        gradient[m] -= b->z[i * b->row + i];
}
