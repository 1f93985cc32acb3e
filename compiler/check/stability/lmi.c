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

typedef struct Newton {
    const Lmi *l;
    double *f, *z, *zb, *zbz;   /* d * d: F - tI or its factor, its inverse, Z B_k, Z B_k Z */
    double *h, *g, *n;          /* (m + 1)^2, m + 1, m + 1: Hessian, gradient then step, the norm's row then solved */
    double *y;                  /* m, and t */
    double mu;
} Newton;

/* f = F(y) - t I, factored; false outside. */
static bool factor_at(Newton *w, const double *y)
{
    size_t d = w->l->d, m = w->l->m;
    memset(w->f, 0, d * d * sizeof *w->f);
    for (size_t k = 0; k < m; k++) {
        const double *b = w->l->basis + k * d * d;
        if (w->l->is_positive[k] && !(y[k] > 0))
            return false;
        for (size_t i = 0; i < d * d; i++)
            w->f[i] += y[k] * b[i];
    }
    for (size_t i = 0; i < d; i++)
        w->f[i * d + i] -= y[m];
    return factor(d, w->f);
}

static void invert(Newton *w)
{
    size_t d = w->l->d;
    memset(w->z, 0, d * d * sizeof *w->z);
    for (size_t j = 0; j < d; j++) {
        w->z[j * d + j] = 1;
        solve(d, w->f, w->z + j * d);
    }
}

/* out = a b, b symmetric. */
static void multiply(size_t d, const double *a, const double *b, double *out)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            out[i * d + j] = wide_dot(d, a + i * d, b + j * d);
}

/* Newton's step for  t/mu + logdet(F(y) - tI) + sum log y_k  with the norm kept: its decrement, or -1. */
static double newton(Newton *w)
{
    size_t d = w->l->d, m = w->l->m, s = m + 1;
    invert(w);
    for (size_t k = 0; k <= m; k++) {
        const double *b = w->l->basis + k * d * d;
        if (k < m) {
            multiply(d, w->z, b, w->zb);
            multiply(d, w->zb, w->z, w->zbz);
        } else {
            multiply(d, w->z, w->z, w->zbz);
        }
        for (size_t l = 0; l < m && l <= k; l++)
            w->h[k * s + l] = w->h[l * s + k] = (k < m ? 1 : -1) * wide_dot(d * d, w->zbz, w->l->basis + l * d * d);
        w->g[k] = k < m ? wide_dot(d * d, w->z, b) : 1 / w->mu;
        w->n[k] = k < m ? w->l->norm[k] : 0;
    }
    w->h[m * s + m] = wide_dot(d * d, w->z, w->z);
    for (size_t i = 0; i < d; i++)
        w->g[m] -= w->z[i * d + i];
    for (size_t k = 0; k < m; k++)
        if (w->l->is_positive[k]) {
            w->h[k * s + k] += 1 / (w->y[k] * w->y[k]);
            w->g[k] += 1 / w->y[k];
        } else {
            w->h[k * s + k] *= 1 + 1e-12;
        }
    if (!factor(s, w->h))
        return -1;
    double *gradient = w->zb;       /* room for m + 1 numbers: see lmi_maximise */
    memcpy(gradient, w->g, s * sizeof *gradient);
    solve(s, w->h, w->g);
    solve(s, w->h, w->n);
    double up = wide_dot(m, w->l->norm, w->g), down = wide_dot(m, w->l->norm, w->n);
    for (size_t k = 0; k < s; k++)
        w->g[k] -= up / down * w->n[k];
    return sqrt(fmax(0, wide_dot(s, gradient, w->g)));
}

/* False when no step stays inside. */
static bool move(Newton *w, double decrement, double *trial)
{
    size_t s = w->l->m + 1;
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

static void maximise(Newton *w, double *trial)
{
    start(w);
    for (int outer = 0; outer < OUTER; outer++) {
        for (int inner = 0; inner < INNER; inner++) {
            double decrement = factor_at(w, w->y) ? newton(w) : -1;
            if (decrement < 0 || !move(w, decrement, trial))
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
    size_t d = l->d, m = l->m, s = m + 1, square = d * d > s ? d * d : s;
    double *room = malloc((4 * square + s * s + 4 * s) * sizeof *room);
    if (!room)
        return -INFINITY;
    double *h = room + 4 * square;
    Newton w = {l, room, room + square, room + 2 * square, room + 3 * square, h, h + s * s, h + s * s + s, h + s * s + 2 * s, 1};
    memcpy(w.y, y, m * sizeof *y);
    maximise(&w, h + s * s + 3 * s);
    memcpy(y, w.y, m * sizeof *y);
    double t = w.y[m];
    free(room);
    return t;
}
