#include "compiler/check/stability/lmi.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/wide.h"

enum { OUTER = 30, INNER = 20 };

bool lmi_init(Lmi *l, size_t d, size_t m)
{
    *l = (Lmi){d, m, calloc(m * d * d, sizeof *l->basis), calloc(m, sizeof *l->is_positive), calloc(m, sizeof *l->norm)};
    if (l->basis && l->is_positive && l->norm)
        return true;
    lmi_free(l);
    return false;
}

void lmi_free(Lmi *l)
{
    free(l->basis);
    free(l->is_positive);
    free(l->norm);
    *l = (Lmi){0};
}

void lmi_add(Lmi *l, size_t k, size_t i, size_t j, double x)
{
    double *b = l->basis + k * l->d * l->d;
    b[i * l->d + j] += x;
    b[j * l->d + i] += x;
}

/* Lower factor in place; false when a is not positive definite. */
static bool factor(size_t n, double *a)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            double sum = a[i * n + j] - wide_dot(j, a + i * n, a + j * n);
            if (i == j && !(sum > 0 && sum <= DBL_MAX))
                return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    return true;
}

static void solve(size_t n, const double *f, double *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            b[i] -= f[i * n + k] * b[k];
        b[i] /= f[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            b[i] -= f[k * n + i] * b[k];
        b[i] /= f[i * n + i];
    }
}

bool lmi_is_positive(size_t d, double *a)
{
    return factor(d, a);
}

/* Most of a matrix is 0. */
typedef struct Entry {
    size_t i, j;
    double x;
} Entry;

/* Indices that some matrix ties to each other: in between all are 0, so the blocks are factored each for itself. The conditions at
 * the corners of a cell are such blocks. */
typedef struct Block {
    size_t d;
    Entry *entry;               /* of the m matrices, one after the other, on and below the diagonal */
    size_t *first;              /* m + 1: where those of each begin */
    double *f, *z, *bz, *zbz;   /* d * d: F - tI or its factor, its inverse, B_k Z, Z B_k Z on and below the diagonal */
} Block;

typedef struct Newton {
    const Lmi *l;
    size_t n_blocks;
    Block *block;
    double *h, *g, *n;          /* (m + 1)^2, m + 1, m + 1: Hessian, gradient then step, the norm's row then solved */
    double *gradient, *trial;   /* m + 1 */
    double *y;                  /* m, and t */
    double mu;
} Newton;

/* ---- blocks ---- */

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

/* The entries of the block of these n indices; none is written where `out` is NULL. */
static size_t list_entries(const Lmi *l, const size_t *index, size_t n, Entry *out, size_t *first)
{
    size_t n_entries = 0, d = l->d;
    for (size_t k = 0; k < l->m; k++) {
        if (out)
            first[k] = n_entries;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                double x = l->basis[(k * d + index[i]) * d + index[j]];
                if (x != 0 && out)
                    out[n_entries] = (Entry){i, j, x};
                n_entries += x != 0;
            }
    }
    return n_entries;
}

static void free_block(Block *b)
{
    free(b->entry);
    free(b->first);
    free(b->f);
}

/* The block of the indices with this root, in ascending order; false without memory. */
static bool take_block(const Lmi *l, const size_t *parent, size_t root, size_t *index, Block *out)
{
    size_t n = 0;
    for (size_t i = 0; i < l->d; i++)
        if (parent[i] == root)
            index[n++] = i;
    size_t n_entries = list_entries(l, index, n, NULL, NULL);
    *out = (Block){.d = n, .entry = malloc((n_entries + 1) * sizeof *out->entry), .first = malloc((l->m + 1) * sizeof *out->first)};
    out->f = calloc(4 * n * n, sizeof *out->f);
    if (!out->entry || !out->first || !out->f)
        return false;
    out->z = out->f + n * n;
    out->bz = out->z + n * n;
    out->zbz = out->bz + n * n;
    out->first[l->m] = list_entries(l, index, n, out->entry, out->first);
    return true;
}

static bool split(Newton *w)
{
    const Lmi *l = w->l;
    size_t *parent = malloc((2 * l->d + 1) * sizeof *parent);
    w->block = calloc(l->d + 1, sizeof *w->block);
    bool ok = parent && w->block;
    if (ok)
        tie_indices(l, parent);
    for (size_t i = 0; ok && i < l->d; i++)
        if (parent[i] == i)
            ok = take_block(l, parent, i, parent + l->d, &w->block[w->n_blocks++]);
    free(parent);
    return ok;
}

/* ---- steps ---- */

static bool factor_block(Block *b, const double *y, size_t m)
{
    size_t d = b->d;
    memset(b->f, 0, d * d * sizeof *b->f);
    for (size_t k = 0; k < m; k++)
        for (size_t e = b->first[k]; e < b->first[k + 1]; e++)
            b->f[b->entry[e].i * d + b->entry[e].j] += y[k] * b->entry[e].x;
    for (size_t i = 0; i < d; i++)
        b->f[i * d + i] -= y[m];
    return factor(d, b->f);
}

/* f = F(y) - t I, factored; false outside. */
static bool factor_at(Newton *w, const double *y)
{
    size_t m = w->l->m;
    for (size_t k = 0; k < m; k++)
        if (w->l->is_positive[k] && !(y[k] > 0))
            return false;
    for (size_t k = 0; k < w->n_blocks; k++)
        if (!factor_block(&w->block[k], y, m))
            return false;
    return true;
}

static void invert(Block *b)
{
    size_t d = b->d;
    memset(b->z, 0, d * d * sizeof *b->z);
    for (size_t j = 0; j < d; j++) {
        b->z[j * d + j] = 1;
        solve(d, b->f, b->z + j * d);
    }
}

/* bz = B_k Z, by rows. */
static void multiply_right(Block *b, size_t k)
{
    size_t d = b->d;
    memset(b->bz, 0, d * d * sizeof *b->bz);
    for (const Entry *e = b->entry + b->first[k]; e < b->entry + b->first[k + 1]; e++) {
        wide_add(d, e->x, b->z + e->j * d, b->bz + e->i * d);
        if (e->i != e->j)
            wide_add(d, e->x, b->z + e->i * d, b->bz + e->j * d);
    }
}

static bool is_zero_row(const Block *b, const double *row)
{
    for (size_t j = 0; j < b->d; j++)
        if (row[j] != 0)
            return false;
    return true;
}

/* zbz = Z times what stands in bz, symmetric. */
static void multiply_left(Block *b, const double *bz)
{
    size_t d = b->d;
    memset(b->zbz, 0, d * d * sizeof *b->zbz);
    for (size_t r = 0; r < d; r++) {
        if (is_zero_row(b, bz + r * d))
            continue;
        for (size_t i = 0; i < d; i++)
            wide_add(i + 1, b->z[i * d + r], bz + r * d, b->zbz + i * d);
    }
}

/* The trace of B_l times a symmetric matrix of which only the lower part is read. */
static double trace_with(const Block *b, size_t l, const double *lower)
{
    double on = 0, below = 0;
    for (const Entry *e = b->entry + b->first[l]; e < b->entry + b->first[l + 1]; e++)
        *(e->i == e->j ? &on : &below) += e->x * lower[e->i * b->d + e->j];
    return on + 2 * below;
}

/* What the block adds to gradient and Hessian (below the diagonal) of logdet(F(y) - tI). */
static void add_block(Newton *w, Block *b)
{
    size_t d = b->d, m = w->l->m, s = m + 1;
    invert(b);
    for (size_t k = 0; k < m; k++) {
        multiply_right(b, k);
        multiply_left(b, b->bz);
        for (size_t l = 0; l <= k; l++)
            w->h[k * s + l] += trace_with(b, l, b->zbz);
        w->g[k] += trace_with(b, k, b->z);
    }
    multiply_left(b, b->z);
    for (size_t l = 0; l < m; l++)
        w->h[m * s + l] -= trace_with(b, l, b->zbz);
    w->h[m * s + m] += wide_dot(d * d, b->z, b->z);
    for (size_t i = 0; i < d; i++)
        w->g[m] -= b->z[i * d + i];
}

/* Newton's step for  t/mu + logdet(F(y) - tI) + sum log y_k  with the norm kept: its decrement, or -1. */
static double newton(Newton *w)
{
    size_t m = w->l->m, s = m + 1;
    memset(w->h, 0, s * s * sizeof *w->h);
    memset(w->g, 0, s * sizeof *w->g);
    w->g[m] = 1 / w->mu;
    for (size_t k = 0; k < w->n_blocks; k++)
        add_block(w, &w->block[k]);
    for (size_t k = 0; k <= m; k++) {
        for (size_t l = 0; l < k; l++)
            w->h[l * s + k] = w->h[k * s + l];
        w->n[k] = k < m ? w->l->norm[k] : 0;
    }
    for (size_t k = 0; k < m; k++)
        if (w->l->is_positive[k]) {
            w->h[k * s + k] += 1 / (w->y[k] * w->y[k]);
            w->g[k] += 1 / w->y[k];
        } else {
            w->h[k * s + k] *= 1 + 1e-12;
        }
    if (!factor(s, w->h))
        return -1;
    memcpy(w->gradient, w->g, s * sizeof *w->g);
    solve(s, w->h, w->g);
    solve(s, w->h, w->n);
    double up = wide_dot(m, w->l->norm, w->g), down = wide_dot(m, w->l->norm, w->n);
    for (size_t k = 0; k < s; k++)
        w->g[k] -= up / down * w->n[k];
    return sqrt(fmax(0, wide_dot(s, w->gradient, w->g)));
}

/* False when no step stays inside. */
static bool move(Newton *w, double decrement)
{
    size_t s = w->l->m + 1;
    double *trial = w->trial;
    for (double part = decrement < 0.25 ? 1 : 1 / (1 + decrement); part > 1e-8; part /= 2) {
        for (size_t k = 0; k < s; k++)
            trial[k] = w->y[k] + part * w->g[k];
        if (factor_at(w, trial)) {
            memcpy(w->y, trial, s * sizeof *trial);
            return true;
        }
    }
    return false;
}

/* A t below all eigenvalues of F(y). */
static void start(Newton *w)
{
    size_t m = w->l->m;
    double scale = wide_dot(m, w->l->norm, w->y);
    for (size_t k = 0; k < m; k++)
        w->y[k] /= scale;
    for (w->y[m] = -1; !factor_at(w, w->y) && w->y[m] > -1e100;)
        w->y[m] *= 2;
    w->mu = fabs(w->y[m]);
}

static void maximise(Newton *w)
{
    start(w);
    for (int outer = 0; outer < OUTER; outer++) {
        for (int inner = 0; inner < INNER; inner++) {
            double decrement = factor_at(w, w->y) ? newton(w) : -1;
            if (decrement < 0 || !move(w, decrement))
                return;
            if (decrement < 0.3)
                break;
        }
        double gap = w->mu * (double)(w->l->d + w->l->m);       /* the largest t is at most so far away */
        if ((w->y[w->l->m] > 0 && gap < w->y[w->l->m] / 5) || w->y[w->l->m] + gap < 0)
            return;
        w->mu *= 0.2;
    }
}

double lmi_maximise(const Lmi *l, double *y)
{
    size_t m = l->m, s = m + 1;
    double *room = malloc((s * s + 5 * s) * sizeof *room), t = -INFINITY;
    Newton w = {.l = l, .mu = 1};
    if (split(&w) && room) {
        w.h = room;
        w.g = w.h + s * s;
        w.n = w.g + s;
        w.gradient = w.n + s;
        w.trial = w.gradient + s;
        w.y = w.trial + s;
        memcpy(w.y, y, m * sizeof *y);
        maximise(&w);
        memcpy(y, w.y, m * sizeof *y);
        t = w.y[m];
    }
    for (size_t k = 0; k < w.n_blocks; k++)
        free_block(&w.block[k]);
    free(w.block);
    free(room);
    return t;
}
