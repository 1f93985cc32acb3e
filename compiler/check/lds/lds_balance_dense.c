/* Balancing of components of which most rows read most others: whole rows of n numbers, and whole columns. */
#include "compiler/check/lds/lds.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/wide.h"

enum { DENSE_ROWS = 100, POWER_SWEEPS = 30, FINE_SWEEPS = 60, PLAIN_SWEEPS = 20, SIDE = 32 };

static const int32_t NOTHING = -(1 << 30);          /* the exponent of 0 */

bool lds_is_dense(const LdsPart *p)
{
    return p->n >= DENSE_ROWS && p->n <= LDS_DENSE_ROWS && p->n_edges > p->n * p->n / 2;
}

/* Every place (i, j), by tiles that stay in the cache. */
#define FOR_PLACES(n, i, j)                                                         \
    for (size_t top = 0; top < (n); top += SIDE)                                    \
        for (size_t left = 0; left < (n); left += SIDE)                             \
            for (size_t j = left; j < (n) && j < left + SIDE; j++)                  \
                for (size_t i = top; i < (n) && i < top + SIDE; i++)

static int32_t largest(size_t n, const int32_t *exponent, const int32_t *shift, int32_t sign)
{
    int32_t most = NOTHING;
    for (size_t k = 0; k < n; k++) {
        int32_t x = exponent[k] + sign * shift[k];
        most = x > most ? x : most;
    }
    return most;
}

/* Makes the largest entry of each row and its column equal, to a factor of two. */
static void find_powers(LdsPart *p, const int32_t *exponent)
{
    size_t n = p->n;
    int32_t *row = ARENA_ARRAY(&p->cx->arena, n * n, int32_t), *column = ARENA_ARRAY(&p->cx->arena, n * n, int32_t);
    int32_t *s = ARENA_ARRAY(&p->cx->arena, n, int32_t);
    for (size_t k = 0; p->n_edges < n * n && k < n * n; k++)
        row[k] = NOTHING;
    for (size_t i = 0; i < n; i++)
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            row[i * n + p->column[e]] = exponent[e];
    FOR_PLACES(n, i, j)
        column[j * n + i] = row[i * n + j];
    bool moved = true;
    for (int sweep = 0; moved && sweep < POWER_SWEEPS; sweep++) {
        moved = false;
        for (size_t i = 0; i < n; i++) {
            int32_t to = (largest(n, column + i * n, s, 1) - largest(n, row + i * n, s, -1)) / 2;
            moved |= to != s[i];
            s[i] = to;
        }
    }
    for (size_t i = 0; i < n; i++)
        p->s_exp[i] = s[i];
}

/* Osborne's steps: row and column become equally large in the 2-norm. Of squares, which needs no divisions. */
static void find_factors(LdsPart *p, const double *row, const double *column, double *s, double *inverse)
{
    double worst = 1;
    for (size_t i = 0; i < p->n; i++)
        p->balance[i] = s[i] = inverse[i] = 1;
    for (int sweep = 0; worst > 1e-8 && sweep < FINE_SWEEPS; sweep++) {
        worst = 0;
        for (size_t i = 0; i < p->n; i++) {
            double out = wide_dot(p->n, column + i * p->n, s), in = wide_dot(p->n, row + i * p->n, inverse), to = sqrt(sqrt(out / in));
            if (!(in > 0 && out > 0) || !isfinite(to) || !(to > 0))
                continue;
            worst = fmax(worst, fabs(to / p->balance[i] - 1));
            p->balance[i] = to;
            s[i] = to * to;
            inverse[i] = 1 / s[i];
        }
    }
}

void lds_balance_dense(LdsPart *p, const int32_t *exponent)
{
    size_t n = p->n;
    double *row = ARENA_ARRAY(&p->cx->arena, n * n, double), *column = ARENA_ARRAY(&p->cx->arena, n * n, double);
    double *s = ARENA_ARRAY(&p->cx->arena, n, double), *inverse = ARENA_ARRAY(&p->cx->arena, n, double);
    find_powers(p, exponent);
    lds_scale(p, exponent);
    for (size_t i = 0; i < n; i++)
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            row[i * n + p->column[e]] = p->k[e] * p->k[e];
    FOR_PLACES(n, i, j)
        column[j * n + i] = row[i * n + j];
    find_factors(p, row, column, s, inverse);
}

/* ---- all rows at once, which takes no columns ----
 * Where rows read most others, each step of Osborne's moves a row by what is next to the mean of all, and to take them one after
 * the other gains little. */

/* *in = sum_j k_ij^2 / s_j; out_j += k_ij^2 s_i, for row i. *run is at its first run. */
static const size_t *add_row(const LdsPart *p, const size_t *run, size_t i, const double *s, const double *inverse, double *in, double *out)
{
    for (*in = 0; *run < p->row_from[i + 1]; run++) {
        size_t e = *run, j = p->column[e];
        *in += wide_squares(run[1] - e, p->k + e, inverse + j, s[i], out + j);
    }
    return run;
}

/* One step of all rows; the largest change. */
static double step_at_once(LdsPart *p, double *s, double *inverse, double *in, double *out)
{
    const size_t *run = p->run;
    double worst = 0;
    memset(out, 0, p->n * sizeof *out);
    for (size_t i = 0; i < p->n; i++)
        run = add_row(p, run, i, s, inverse, &in[i], out);
    for (size_t i = 0; i < p->n; i++) {
        double to = sqrt(sqrt(out[i] / in[i]));
        if (!(in[i] > 0 && out[i] > 0))
            continue;
        worst = fmax(worst, fabs(to / p->balance[i] - 1));
        p->balance[i] = to;
        s[i] = to * to;
        inverse[i] = 1 / s[i];
    }
    return worst;
}

bool lds_balance_plain(LdsPart *p)
{
    static const double near = 64, enough = 1e-6;
    size_t n = p->n;
    double *s = ARENA_ARRAY(&p->cx->arena, 4 * n, double), *inverse = s + n, *in = inverse + n, *out = in + n, worst = 1;
    for (size_t i = 0; i < n; i++)
        p->balance[i] = s[i] = inverse[i] = 1;
    for (int sweep = 0; worst > enough && sweep < PLAIN_SWEEPS; sweep++)
        worst = step_at_once(p, s, inverse, in, out);
    for (size_t i = 0; i < n; i++)
        if (!(p->balance[i] < near && p->balance[i] > 1 / near))
            return false;
    return worst <= enough;
}
