#include "compiler/check/lds/lds_leading.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/wide.h"

enum { BLOCK = LEADING_BLOCK, BASIS = LEADING_BASIS, KEPT = LEADING_KEPT };
static const double INDEPENDENT = 1e-10;        /* part of a vector that has to lie outside of the others */

/* Numbers between -1 and 1 without a pattern. */
static double scattered(size_t i)
{
    uint64_t x = (i + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 31) * 0xBF58476D1CE4E5B9u;
    return (double)(x >> 11) * 0x1p-52 - 1;
}

bool leading_init(Leading *l, const LdsPart *p)
{
    size_t n = p->n;
    *l = (Leading){.p = p};
    l->basis = calloc(n * (3 * BASIS + 5 * BLOCK + 3 * KEPT), sizeof *l->basis);
    if (!l->basis)
        return false;
    l->forth = l->basis + n * BASIS;
    l->back = l->forth + n * BASIS;
    l->left = l->back + n * BASIS;
    l->right = l->left + n * BLOCK;
    l->up = l->right + n * BLOCK;
    l->down = l->up + n * BLOCK;
    l->next = l->down + n * BLOCK;
    l->vector = l->next + n * BLOCK;
    l->forth_of = l->vector + n * KEPT;
    l->back_of = l->forth_of + n * KEPT;
    for (size_t k = 0; k < n * BLOCK; k++)
        l->next[k] = scattered(k);
    return true;
}

void leading_clear(Leading *l)
{
    free(l->basis);
}

double leading_cost(const LdsPart *p)
{
    return 4.0 * BASIS * (double)p->n_edges + 8.0 * BASIS * BASIS * (double)p->n;
}

/* up = K right and down = K' left, eight vectors at once. */
WIDE static void products(const LdsPart *p, const double *left, const double *right, double *up, double *down)
{
    memset(down, 0, p->n * BLOCK * sizeof *down);
    for (size_t i = 0; i < p->n; i++) {
        Four low = {0}, high = {0};
        const Four *own = (const Four *)(left + i * BLOCK);
        Four own_low = own[0], own_high = own[1];
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
            size_t at = (size_t)p->column[e] * BLOCK;
            const Four *x = (const Four *)(right + at);
            Four *y = (Four *)(down + at);
            double k = p->k[e];
            low += x[0] * k;
            high += x[1] * k;
            y[0] += own_low * k;
            y[1] += own_high * k;
        }
        Four *to = (Four *)(up + i * BLOCK);
        to[0] = low;
        to[1] = high;
    }
}

/* B and B' times the basis vectors from the first on. */
static void multiply(Leading *l, const double *scale, size_t first)
{
    size_t n = l->p->n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < BLOCK; k++) {
            l->left[i * BLOCK + k] = l->basis[i * BASIS + first + k] * scale[i];
            l->right[i * BLOCK + k] = l->basis[i * BASIS + first + k] / scale[i];
        }
    products(l->p, l->left, l->right, l->up, l->down);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < BLOCK; k++) {
            l->forth[i * BASIS + first + k] = l->up[i * BLOCK + k] * scale[i];
            l->back[i * BASIS + first + k] = l->down[i * BLOCK + k] / scale[i];
        }
}

/* x' y for the first n_x columns of x and eight of y, both of rows of BASIS. */
WIDE static void gram(size_t n, size_t n_x, const double *x, const double *y, double *out)
{
    memset(out, 0, n_x * BLOCK * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const Four *row = (const Four *)(y + i * BASIS);
        for (size_t k = 0; k < n_x; k++) {
            Four *to = (Four *)(out + k * BLOCK);
            to[0] += row[0] * x[i * BASIS + k];
            to[1] += row[1] * x[i * BASIS + k];
        }
    }
}

/* y -= x c */
WIDE static void subtract(size_t n, size_t n_x, const double *x, const double *c, double *y)
{
    for (size_t i = 0; i < n; i++) {
        Four *row = (Four *)(y + i * BASIS), low = row[0], high = row[1];
        for (size_t k = 0; k < n_x; k++) {
            const Four *by = (const Four *)(c + k * BLOCK);
            low -= by[0] * x[i * BASIS + k];
            high -= by[1] * x[i * BASIS + k];
        }
        row[0] = low;
        row[1] = high;
    }
}

static double column_dot(size_t n, const double *x, const double *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i * BASIS] * y[i * BASIS];
    return sum;
}

static void column_add(size_t n, double by, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i * BASIS] += by * x[i * BASIS];
}

/* Makes eight columns of the basis, from the first on, orthonormal, twice for orthogonality to rounding. What depends on the
 * others becomes 0, an eigenvector of nothing. */
static void orthonormalise(Leading *l, size_t first)
{
    size_t n = l->p->n;
    double c[BASIS * BLOCK], *block = l->basis + first;
    for (size_t k = 0; k < BLOCK; k++) {
        double norm = sqrt(column_dot(n, block + k, block + k));
        for (size_t i = 0; norm > 0 && i < n; i++)
            block[i * BASIS + k] /= norm;
    }
    for (int pass = 0; pass < 2; pass++) {
        gram(n, first, l->basis, block, c);
        subtract(n, first, l->basis, c, block);
        for (size_t k = 0; k < BLOCK; k++) {
            double *x = block + k;
            for (size_t j = 0; j < k; j++)
                column_add(n, -column_dot(n, block + j, x), block + j, x);
            double norm = sqrt(column_dot(n, x, x));
            for (size_t i = 0; i < n; i++)
                x[i * BASIS] = norm > INDEPENDENT ? x[i * BASIS] / norm : 0;
        }
    }
}

/* Q' S Q, S = (B + B') / 2, which is 0 beyond neighbouring blocks. */
static void project(const Leading *l, double *t)
{
    size_t n = l->p->n;
    double forth[2 * BLOCK * BLOCK], back[2 * BLOCK * BLOCK];
    memset(t, 0, BASIS * BASIS * sizeof *t);
    for (size_t b = 0; b < LEADING_DEPTH; b++) {
        size_t first = b * BLOCK, n_x = b + 1 < LEADING_DEPTH ? 2 * BLOCK : BLOCK;
        gram(n, n_x, l->basis + first, l->forth + first, forth);
        gram(n, n_x, l->basis + first, l->back + first, back);
        for (size_t k = 0; k < n_x; k++)
            for (size_t j = 0; j < BLOCK; j++) {
                double x = (forth[k * BLOCK + j] + back[k * BLOCK + j]) / 2;
                t[(first + k) * BASIS + first + j] = x;
                t[(first + j) * BASIS + first + k] = x;
            }
    }
}

/* out = x turned, for the vectors kept. by: BASIS x KEPT. */
WIDE static void turn(size_t n, const double *x, const double *by, double *out)
{
    for (size_t i = 0; i < n; i++) {
        Four sum[KEPT / 4] = {{0}};
        for (size_t a = 0; a < BASIS; a++) {
            const Four *row = (const Four *)(by + a * KEPT);
            for (size_t k = 0; k < KEPT / 4; k++)
                sum[k] += row[k] * x[i * BASIS + a];
        }
        for (size_t k = 0; k < KEPT / 4; k++)
            ((Four *)(out + i * KEPT))[k] = sum[k];
    }
}

static void expand(Leading *l)
{
    size_t n = l->p->n;
    double ritz[BASIS * BASIS], value[BASIS], by[BASIS * KEPT];
    project(l, l->turn);
    eigen_symmetric(BASIS, l->turn, value, ritz);
    for (size_t k = 0; k < KEPT; k++) {
        l->value[k] = value[BASIS - 1 - k];
        for (size_t a = 0; a < BASIS; a++)
            by[a * KEPT + k] = ritz[(BASIS - 1 - k) * BASIS + a];
    }
    turn(n, l->basis, by, l->vector);
    turn(n, l->forth, by, l->forth_of);
    turn(n, l->back, by, l->back_of);
}

void leading_find(Leading *l, const double *scale)
{
    size_t n = l->p->n;
    for (size_t b = 0; b < LEADING_DEPTH; b++) {
        size_t first = b * BLOCK;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < BLOCK; k++)
                l->basis[i * BASIS + first + k] = b == 0 ? l->next[i * BLOCK + k]
                    : (l->forth[i * BASIS + first - BLOCK + k] + l->back[i * BASIS + first - BLOCK + k]) / 2;
        orthonormalise(l, first);
        multiply(l, scale, first);
    }
    expand(l);
}

void leading_keep(Leading *l)
{
    for (size_t i = 0; i < l->p->n; i++)
        for (size_t k = 0; k < BLOCK; k++)
            l->next[i * BLOCK + k] = l->vector[i * KEPT + k];
}
