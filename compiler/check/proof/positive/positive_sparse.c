#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/positive/positive_rows.h"

/* B = D M D as in positive.c, D powers of two with 1/2 <= B_ii <= 4, but by rows, of
 * the entries that are there: M_ij = -(p_i a_ij + p_j a_ji) is 0 elsewhere, exactly. The
 * computed b has |b_ij - B_ij| <= r_ij, r_ij = 16u (|t_1| + |t_2|) + 2^-1000 with t_1 and t_2 the two terms.
 *
 * Dominance. If x > 0 and B_ii x_i > sum over j of |B_ij| x_j for every i, B is positive
 * definite: X B X with X = diag(x) is symmetric and strictly diagonally dominant with a
 * positive diagonal. x comes from an iteration whose errors do not matter; the
 * inequality is tested with bounds of them: a sum of k products of positive doubles is off by at most
 * k + 1 roundings, relatively.
 *
 * Cholesky. Rump's test of positive.c, whose bounds hold for any order of the rows, front by front
 * (positive_dissect.c, positive_fronts.c): where few entries fill in it costs little. */
enum { FEW_SWEEPS = 20, PERRON_SWEEPS = 100, MANY_SWEEPS = 300 };

static void rows_free(Rows *r)
{
    free(r->from);
    free(r->end);
    free(r->entry);
    free(r->own);
    free(r->scale);
    free(r->p);
    free(r->place);
}

static size_t place_of(const Rows *r, const LyapunovForm *f, size_t i, size_t k)
{
    size_t j = r->place[f->a->column[k]];
    return j == i ? UINT32_MAX : j;
}

/* Room for each entry twice, once in its own row and once in its column's. */
static bool rows_alloc(Rows *r, const LyapunovForm *f)
{
    size_t n = f->n;
    *r = (Rows){.n = n};
    r->from = calloc(n + 1, sizeof *r->from);
    r->end = calloc(n, sizeof *r->end);
    r->own = calloc(n, sizeof *r->own);
    r->scale = calloc(n, sizeof *r->scale);
    r->p = calloc(n, sizeof *r->p);
    r->place = malloc(f->a->q * sizeof *r->place);
    if (!r->from || !r->end || !r->own || !r->scale || !r->p || !r->place)
        return false;
    memset(r->place, 0xff, f->a->q * sizeof *r->place);
    for (size_t i = 0; i < n; i++)
        r->place[f->member[i]] = (uint32_t)i;
    for (size_t i = 0; i < n; i++)
        for (size_t k = f->a->row_from[f->member[i]]; k < f->a->row_from[f->member[i] + 1]; k++) {
            size_t j = place_of(r, f, i, k);
            if (j == UINT32_MAX)
                continue;
            r->from[i + 1]++;
            r->from[j + 1]++;
        }
    for (size_t i = 0; i < n; i++)
        r->from[i + 1] += r->from[i];
    memcpy(r->end, r->from, n * sizeof *r->end);
    r->entry = malloc((r->from[n] + 1) * sizeof *r->entry);
    return r->entry != NULL;
}

/* False where M_ii = -2 p_i a_ii > 0 fails. */
static bool read_diagonal(Rows *r, const LyapunovForm *f)
{
    for (size_t i = 0; i < r->n; i++) {
        mpq_srcptr a = claim_matrix_entry(f->a, f->member[i], f->member[i]);
        if (!a || mpq_sgn(a) >= 0 || mpq_sgn(f->p[i]) <= 0)
            return false;
        Split x = split(a);
        r->p[i] = split(f->p[i]);
        long e = r->p[i].exponent + x.exponent;
        r->scale[i] = floor_half(e);
        r->own[i] = shift(-2 * (r->p[i].mantissa * x.mantissa), e - 2 * r->scale[i]);
    }
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    uint32_t x = ((const Entry *)a)->column, y = ((const Entry *)b)->column;
    return (x > y) - (x < y);
}

/* Adds the two terms of a pair, in either order the same sum. */
static void join_row(Rows *r, size_t i)
{
    size_t kept = r->from[i];
    qsort(r->entry + kept, r->end[i] - kept, sizeof *r->entry, compare_entries);
    for (size_t k = r->from[i]; k < r->end[i]; k++) {
        Entry *last = r->entry + kept - 1;
        if (kept > r->from[i] && last->column == r->entry[k].column) {
            last->value += r->entry[k].value;
            last->size += r->entry[k].size;
        } else {
            r->entry[kept++] = r->entry[k];
        }
    }
    r->end[i] = kept;
}

static void read_entries(Rows *r, const LyapunovForm *f)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = f->a->row_from[f->member[i]]; k < f->a->row_from[f->member[i] + 1]; k++) {
            size_t j = place_of(r, f, i, k);
            if (j == UINT32_MAX)
                continue;
            Split x = split(claim_matrix_at(f->a, f->member[i], k));
            double t = shift(r->p[i].mantissa * x.mantissa, r->p[i].exponent + x.exponent - r->scale[i] - r->scale[j]);
            r->entry[r->end[i]++] = (Entry){(uint32_t)j, -t, fabs(t)};
            r->entry[r->end[j]++] = (Entry){(uint32_t)i, -t, fabs(t)};
        }
    for (size_t i = 0; i < r->n; i++)
        join_row(r, i);
}

static double radius_of(const Entry *e)
{
    return 16 * U * e->size + 0x1p-1000;
}

/* ---- dominance ---- */

/* Whether b_ii x_i > sum |b_ij| x_j whatever the roundings. Every x_i is at least 1, so that no product with a radius underflows. */
static bool dominates_by(const Rows *r, const double *x)
{
    bool dominates = true;
    for (size_t i = 0; i < r->n; i++) {
        double sum = 0, terms = (double)(r->end[i] - r->from[i]) + 8;
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            sum += (fabs(r->entry[k].value) + radius_of(&r->entry[k])) * x[r->entry[k].column];
        dominates &= r->own[i] * (1 - 20 * U) * x[i] > sum * (1 + 2 * terms * U);
    }
    return dominates;
}

/* The same; else x_i becomes what makes it an equation, and 1 more. */
static bool sweep(const Rows *r, double *x)
{
    bool dominates = dominates_by(r, x);
    for (size_t i = 0; i < r->n && !dominates; i++) {
        double sum = 1;
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            sum += fabs(r->entry[k].value) * x[r->entry[k].column];
        x[i] = sum / r->own[i];
    }
    return dominates;
}

static bool is_dominant(const Rows *r, int sweeps)
{
    double *x = malloc(r->n * sizeof *x), most = 1;
    bool dominates = false;
    for (size_t i = 0; x && i < r->n; i++)
        x[i] = 1;
    for (int k = 0; x && k < sweeps && !dominates && most < 1e12; k++) {
        dominates = sweep(r, x);
        for (size_t i = 0; i < r->n; i++)
            most = fmax(most, x[i]);
    }
    free(x);
    return dominates && isfinite(most);
}

/* x goes to what |b_ij| / b_ii does to itself most. Near the edge that vector dominates long before the sums above, which grow there
 * for as many sweeps as the edge is near. The least x_i is 1. False where x grows in every row, then no x dominates, and where it is
 * so uneven that products would leave the doubles. */
static bool perron_sweep(const Rows *r, double *x, double *next)
{
    bool grows = true;
    double least = DBL_MAX, most = 0;
    for (size_t i = 0; i < r->n; i++) {
        double sum = 0;
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            sum += fabs(r->entry[k].value) * x[r->entry[k].column];
        sum /= r->own[i];
        grows &= sum >= x[i];
        next[i] = x[i] + sum;           /* which goes to one vector where sums alone would go back and forth */
        least = fmin(least, next[i]);
        most = fmax(most, next[i]);
    }
    for (size_t i = 0; i < r->n; i++)
        x[i] = next[i] / least;
    return !grows && most / least < 0x1p500;
}

static bool is_dominant_by_perron(const Rows *r)
{
    double *x = malloc(2 * r->n * sizeof *x);
    bool dominates = false;
    for (size_t i = 0; x && i < r->n; i++)
        x[i] = 1;
    for (int k = 0; x && k < PERRON_SWEEPS && !dominates && perron_sweep(r, x, x + r->n); k++)
        dominates = k % 5 == 4 && dominates_by(r, x);
    free(x);
    return dominates;
}

/* ---- Rump's test ---- */

/* POSITIVE_UNKNOWN: fronts would be too large. */
static Positive by_fronts(const Rows *r)
{
    double trace = 0, worst = 0, n = (double)r->n;
    for (size_t i = 0; i < r->n; i++) {
        double radius = 16 * U * r->own[i];
        trace += r->own[i];
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            radius += radius_of(&r->entry[k]);
        worst = fmax(worst, radius);
    }
    Dissection d;
    Positive answer = POSITIVE_UNKNOWN;
    if (dissect_rows(r, &d))
        answer = fronts_end(r, &d, 1.25 * ((n + 4) * U * trace + worst) + 0x1p-900) ? POSITIVE_YES : POSITIVE_NO;
    dissection_free(&d);
    return answer;
}

/* Dominance is found soon in most cases. Where fronts are small they say more, and as soon; a matrix that they do not prove
 * hardly dominates. Larger ones are not looked at, and leave dominance. */
static bool is_positive(const Rows *r, ProofKind *how)
{
    *how = PROOF_DOMINANCE;
    if (is_dominant(r, FEW_SWEEPS))
        return true;
    Positive answer = by_fronts(r);
    if (answer != POSITIVE_UNKNOWN)
        *how = PROOF_RUMP;
    return answer == POSITIVE_UNKNOWN ? is_dominant_by_perron(r) || is_dominant(r, MANY_SWEEPS) : answer == POSITIVE_YES;
}

bool positive_by_rows(const LyapunovForm *f, ProofKind *how)
{
    Rows r;
    bool is_proved = false;
    if (rounds_to_nearest() && f->n < UINT32_MAX / 2 && rows_alloc(&r, f)) {
        if (read_diagonal(&r, f)) {
            read_entries(&r, f);
            is_proved = is_positive(&r, how);
        }
        rows_free(&r);
    }
    return is_proved;
}
