#include "compiler/check/stability/lmi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/wide.h"
#include "compiler/check/stability/lmi_block.h"

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

size_t lmi_row(size_t d)
{
    return (d + 3) / 4 * 4;
}

bool lmi_is_positive(size_t d, double *a)
{
    return lmi_factor(d, lmi_row(d), a);
}

/* ---- steps ---- */

typedef struct Newton {
    const Lmi *l;
    size_t n_blocks, row;
    LmiBlock *block;
    double *h, *g, *n;          /* (m + 1) rows of `row`, m + 1, m + 1: Hessian, gradient then step, the norm's row then solved */
    double *gradient, *trial;   /* m + 1 */
    double *sides;              /* m + 1 rows of LMI_SIDES */
    double *y;                  /* m, and t */
    double mu;
} Newton;

/* F(y) - t I, factored; false outside. */
static bool factor_at(Newton *w, const double *y)
{
    size_t m = w->l->m;
    for (size_t k = 0; k < m; k++)
        if (w->l->is_positive[k] && !(y[k] > 0))
            return false;
    for (size_t k = 0; k < w->n_blocks; k++)
        if (!lmi_block_factor(&w->block[k], y, m))
            return false;
    return true;
}

/* Gradient and Hessian of  t/mu + logdet(F(y) - tI) + sum log y_k  at what is factored. */
static void differentiate(Newton *w)
{
    size_t m = w->l->m, row = w->row;
    memset(w->h, 0, (m + 1) * row * sizeof *w->h);
    memset(w->g, 0, (m + 1) * sizeof *w->g);
    w->g[m] = 1 / w->mu;
    for (size_t k = 0; k < w->n_blocks; k++)
        lmi_block_add(&w->block[k], m, row, w->g, w->h);
    for (size_t k = 0; k <= m; k++)
        for (size_t l = 0; l < k; l++)
            w->h[l * row + k] = w->h[k * row + l];
    for (size_t k = 0; k < m; k++)
        if (w->l->is_positive[k]) {
            w->h[k * row + k] += 1 / (w->y[k] * w->y[k]);
            w->g[k] += 1 / w->y[k];
        } else {
            w->h[k * row + k] *= 1 + 1e-12;
        }
}

/* g becomes H^-1 g, n H^-1 times the norm's row. */
static void solve_both(Newton *w)
{
    size_t m = w->l->m;
    memset(w->sides, 0, (m + 1) * LMI_SIDES * sizeof *w->sides);
    for (size_t k = 0; k <= m; k++) {
        w->sides[k * LMI_SIDES] = w->g[k];
        w->sides[k * LMI_SIDES + 1] = k < m ? w->l->norm[k] : 0;
    }
    lmi_solve(m + 1, w->row, w->h, w->sides);
    for (size_t k = 0; k <= m; k++) {
        w->g[k] = w->sides[k * LMI_SIDES];
        w->n[k] = w->sides[k * LMI_SIDES + 1];
    }
}

/* Newton's step, with the norm kept, from y, at which F - tI is factored: its decrement, or -1. */
static double newton(Newton *w)
{
    size_t m = w->l->m, s = m + 1;
    differentiate(w);
    if (!lmi_factor(s, w->row, w->h))
        return -1;
    memcpy(w->gradient, w->g, s * sizeof *w->g);
    solve_both(w);
    double up = wide_dot(m, w->l->norm, w->g), down = wide_dot(m, w->l->norm, w->n);
    for (size_t k = 0; k < s; k++)
        w->g[k] -= up / down * w->n[k];
    return sqrt(fmax(0, wide_dot(s, w->gradient, w->g)));
}

/* To where F - tI is factored; false when no step stays inside. */
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

/* A t below all eigenvalues of F(y), which is factored; false where there is none. */
static bool start(Newton *w)
{
    size_t m = w->l->m;
    double scale = wide_dot(m, w->l->norm, w->y);
    bool inside = false;
    for (size_t k = 0; k < m; k++)
        w->y[k] /= scale;
    for (w->y[m] = -w->mu; !(inside = factor_at(w, w->y)) && w->y[m] > -1e100;)
        w->y[m] *= 2;
    w->mu = fabs(w->y[m]);
    return inside;
}

static void maximise(Newton *w)
{
    if (!start(w))
        return;
    for (int outer = 0; outer < OUTER; outer++) {
        for (int inner = 0; inner < INNER; inner++) {
            double decrement = newton(w);
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
    return lmi_maximise_from(l, 1, y);
}

double lmi_maximise_from(const Lmi *l, double room, double *y)
{
    size_t m = l->m, s = m + 1, row = lmi_row(s);
    double *space = malloc((s * row + s * LMI_SIDES + 5 * s) * sizeof *space), t = -INFINITY;
    Newton w = {.l = l, .row = row, .mu = room};
    w.block = lmi_blocks(l, &w.n_blocks);
    if (w.block && space) {
        w.h = space;
        w.sides = w.h + s * row;
        w.g = w.sides + s * LMI_SIDES;
        w.n = w.g + s;
        w.gradient = w.n + s;
        w.trial = w.gradient + s;
        w.y = w.trial + s;
        memcpy(w.y, y, m * sizeof *y);
        maximise(&w);
        memcpy(y, w.y, m * sizeof *y);
        t = w.y[m];
    }
    if (w.block)
        lmi_blocks_free(w.block, w.n_blocks);
    free(space);
    return t;
}
