#include "compiler/check/lds/lds.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/wide.h"

enum { POWER_STEPS = 300, SOLVE_MAX = 600, RUN_WORTH = 100 };

/* ---- a block without negative entries: x >= 0 with A x >= 0 refutes ---- */

/* Rows whose outgoing entries are all >= 0. */
static void find_excitatory(const LdsPart *p, bool *keep)
{
    for (size_t i = 0; i < p->n; i++)
        keep[i] = true;
    for (size_t e = 0; e < p->n_edges; e++)
        if (p->k[e] < 0)
            keep[p->column[e]] = false;
}

/* y = K x over the kept rows, without the diagonal; x is 0 elsewhere. */
static void apply_kept(const LdsPart *p, const bool *keep, const double *x, double *y)
{
    for (size_t i = 0; i < p->n; i++) {
        size_t from = p->row_from[i], behind = p->n - 1 - i;
        y[i] = 0;
        if (p->n >= RUN_WORTH && keep[i] && p->row_from[i + 1] - from == p->n - 1) {      /* it reads all others */
            y[i] = wide_dot(i, p->k + from, x) + wide_dot(behind, p->k + from + i, x + i + 1);
            continue;
        }
        for (size_t e = p->row_from[i]; keep[i] && e < p->row_from[i + 1]; e++)
            if (keep[p->column[e]])
                y[i] += p->k[e] * x[p->column[e]];
    }
}

static double normalise(size_t n, double *x)
{
    double top = 0;
    for (size_t i = 0; i < n; i++)
        top = fmax(top, fabs(x[i]));
    for (size_t i = 0; top > 0 && i < n; i++)
        x[i] /= top;
    return top;
}

/* Perron vector of the kept block by powers of K + I; its root. */
static double perron(const LdsPart *p, const bool *keep, double *x, double *y)
{
    double root = 0;
    for (size_t i = 0; i < p->n; i++)
        x[i] = keep[i];
    for (int step = 0; step < POWER_STEPS; step++) {
        apply_kept(p, keep, x, y);
        double change = 0;
        for (size_t i = 0; i < p->n; i++)
            y[i] += x[i];
        root = normalise(p->n, y) - 1;
        for (size_t i = 0; i < p->n; i++) {
            change = fmax(change, fabs(x[i] - y[i]));
            x[i] = y[i];
        }
        if (change < 1e-15)
            break;
    }
    return root;
}

/* Gauss elimination with partial pivoting: a x = b, b becomes x. */
static bool solve(size_t n, double *a, double *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[best * n + k]))
                best = i;
        if (a[best * n + k] == 0)
            return false;
        for (size_t j = 0; best != k && j < n; j++) {
            double t = a[k * n + j];
            a[k * n + j] = a[best * n + j];
            a[best * n + j] = t;
        }
        double t = b[k];
        b[k] = b[best];
        b[best] = t;
        for (size_t i = k + 1; i < n; i++) {
            double l = a[i * n + k] / a[k * n + k];
            for (size_t j = k + 1; l != 0 && j < n; j++)
                a[i * n + j] -= l * a[k * n + j];
            b[i] -= l * b[k];
        }
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            b[i] -= a[i * n + j] * b[j];
        b[i] /= a[i * n + i];
    }
    return true;
}

/* Just above root 1, (I - K) x = -b has x > 0 for b > 0: every row then holds strictly. */
static bool refute_near_one(LdsPart *p, const bool *keep, const double *b, double *x, LdsFinding *f)
{
    double *a = calloc(p->n * p->n, sizeof *a);
    if (!a)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        a[i * p->n + i] = 1;
        x[i] = keep[i] ? -b[i] : 0;
        for (size_t e = p->row_from[i]; keep[i] && e < p->row_from[i + 1]; e++)
            if (keep[p->column[e]])
                a[i * p->n + p->column[e]] = -p->k[e];
    }
    bool solved = solve(p->n, a, x);
    free(a);
    for (size_t i = 0; solved && i < p->n; i++)
        solved = x[i] >= 0;
    return solved && lds_offer_v(p, 1, x, "excitatory block", f);
}

bool lds_test_excitatory(LdsPart *p, LdsFinding *f)
{
    bool *keep = ARENA_ARRAY(&p->cx->arena, p->n, bool);
    double *x = ARENA_ARRAY(&p->cx->arena, 2 * p->n, double), *y = x + p->n;
    find_excitatory(p, keep);
    double root = perron(p, keep, x, y);
    if (root < 1 - 1e-3)
        return true;
    if (lds_offer_v(p, 1, x, "excitatory block", f) || p->n > SOLVE_MAX)
        return true;
    double *b = ARENA_ARRAY(&p->cx->arena, p->n, double);
    memcpy(b, x, p->n * sizeof *b);
    refute_near_one(p, keep, b, x, f);
    return true;
}

/* ---- the worst direction of the best scaling so far ---- */

bool lds_test_top_vector(LdsPart *p, LdsFinding *f)
{
    if (lds_part_balance_margin(p) <= 0)
        lds_offer_v(p, 1, p->worst, "worst direction of the balanced scaling", f);
    return true;
}
