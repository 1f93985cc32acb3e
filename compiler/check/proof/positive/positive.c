#include "compiler/check/proof/positive/positive.h"

#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include "compiler/check/proof/positive/positive_dense.h"
#include "compiler/check/proof/positive/positive_rows.h"
#include "compiler/check/proof/wide.h"

/* Everything below counts on IEEE double arithmetic that rounds each operation
 * once. A fused multiply-add rounds less often and is allowed. */
_Static_assert(FLT_EVAL_METHOD == 0 && DBL_MANT_DIG == 53 && FLT_RADIX == 2, "IEEE doubles");
#ifdef __FAST_MATH__
#error "the proof's rounding bounds do not hold under -ffast-math"
#endif

/* ---- exact ------------------------------------------------------------------ */

/* A denominator that many hostile fractions have in common would fill the memory
 * before the cost of the elimination is known. */
enum { MAX_COMMON_BITS = 1 << 20 };

/* The lower triangle of M, row by row: m[i(i+1)/2 + j]; common gets a common
 * denominator, which stays wrong beyond MAX_COMMON_BITS. */
static void rational_form(const LyapunovForm *f, mpq_t *m, mpz_ptr common)
{
    mpq_t scratch;
    mpq_init(scratch);
    for (size_t i = 0, k = 0; i < f->n; i++)
        for (size_t j = 0; j <= i; j++, k++) {
            mpq_init(m[k]);
            positive_entry(f, i, j, m[k], scratch);
            if (mpz_sizeinbase(common, 2) <= MAX_COMMON_BITS)
                mpz_lcm(common, common, mpq_denref(m[k]));
        }
    mpq_clear(scratch);
}

/* The same as integers, times the common denominator; NULL when that is too long. */
static mpz_t *integer_form(const LyapunovForm *f)
{
    size_t count = f->n * (f->n + 1) / 2;
    mpq_t *exact = malloc(count * sizeof *exact);
    mpz_t *whole = malloc(count * sizeof *whole), common;
    mpz_init_set_ui(common, 1);
    if (exact && whole)
        rational_form(f, exact, common);
    bool is_good = exact && whole && mpz_sizeinbase(common, 2) <= MAX_COMMON_BITS;
    for (size_t k = 0; exact && whole && k < count; k++) {
        if (is_good) {
            mpz_init(whole[k]);
            mpz_divexact(whole[k], common, mpq_denref(exact[k]));
            mpz_mul(whole[k], whole[k], mpq_numref(exact[k]));
        }
        mpq_clear(exact[k]);
    }
    mpz_clear(common);
    free(exact);
    if (!is_good) {
        free(whole);
        return NULL;
    }
    return whole;
}

/* About n^3/3 products of numbers of up to n * bits; 1e10 is some ten seconds. */
static bool is_too_long(const mpz_t *m, size_t n)
{
    size_t bits = 0;
    for (size_t k = 0; k < n * (n + 1) / 2; k++) {
        size_t b = mpz_sizeinbase(m[k], 2);
        bits = b > bits ? b : bits;
    }
    double order = (double)n, limbs = order * (double)bits / 128 + 1;
    return order * order * order * pow(limbs, 1.6) > 1e10;
}

/* Bareiss: after step k every entry is a minor of order k + 2, the division is
 * exact, and the pivots are the leading principal minors: M is positive
 * definite exactly when all of them are positive (Sylvester). */
static bool bareiss(mpz_t *m, size_t n)
{
    mpz_t scratch;
    mpz_init(scratch);
    bool positive = true;
    mpz_srcptr previous = NULL;
    for (size_t k = 0; k < n && positive; k++) {
        mpz_srcptr pivot = m[k * (k + 1) / 2 + k];
        positive = mpz_sgn(pivot) > 0;
        for (size_t i = k + 1; i < n && positive; i++)
            for (size_t j = k + 1; j <= i; j++) {
                mpz_ptr x = m[i * (i + 1) / 2 + j];
                mpz_mul(x, x, pivot);
                mpz_mul(scratch, m[i * (i + 1) / 2 + k], m[j * (j + 1) / 2 + k]);
                mpz_sub(x, x, scratch);
                if (previous)
                    mpz_divexact(x, x, previous);
            }
        previous = pivot;
    }
    mpz_clear(scratch);
    return positive;
}

bool positive_exactly(const LyapunovForm *f, bool *too_long)
{
    enum { MOST = 400 };        /* beyond it the integers alone fill the memory */
    *too_long = f->n > MOST;
    mpz_t *m = *too_long ? NULL : integer_form(f);
    *too_long = !m || is_too_long(m, f->n);
    bool positive = !*too_long && bareiss(m, f->n);
    for (size_t k = 0; m && k < f->n * (f->n + 1) / 2; k++)
        mpz_clear(m[k]);
    free(m);
    return positive;
}

/* ---- Rump's test ------------------------------------------------------------
 *
 * Rump, Verification of positive definiteness, BIT 46 (2006) 433-452.
 * Let u = 2^-53 and B = D M D, D a diagonal of powers of two, so that M is
 * positive definite exactly when B is, and 1/2 <= B_ii <= 4.
 *
 * 1. Entries. The computed b of B has |b_ij - B_ij| <= r_ij (positive_dense.c);
 *    with R = max_i sum_j r_ij, ||b - B||_2 <= R.
 * 2. Cholesky. Take C symmetric with C_ij = b_ij off the diagonal and
 *    C_ii <= b_ii - c. If floating Cholesky of C ends with all pivots > 0 and
 *    finite, its factor satisfies L L' = C + E, |E| <= g |L| |L|', with
 *    g = (n+2)u / (1 - (n+2)u): each l_ij comes from at most n - 1 products, their
 *    sum in any order, and a product with a rounded reciprocal (Higham, Accuracy
 *    and Stability, lemma 8.4 and theorem 10.3; n + 1 there, one more for the
 *    reciprocal). Row i of L has sum_k l_ik^2 = C_ii + E_ii <= C_ii / (1 - g),
 *    so |E_ij| <= g/(1-g) sqrt(C_ii C_jj) and ||E||_2 <= g/(1-g) tr(C).
 * 3. Underflow, gradual or flushed to zero, adds at most 2^-1021 to each of the at
 *    most n + 4 operations behind an E_ij, so n (n+4) 2^-1019 to ||E||_2 < 2^-900.
 *
 * Hence B >= b - R I >= C + (c - R) I = L L' - E + (c - R) I is positive
 * definite when c > R + g/(1-g) tr(C) + 2^-900, and tr(C) <= T = sum b_ii. The code takes
 *        c = 1.25 ((n+4) u T + R) + 2^-900,
 * where 1.25 is ample for 1/(1-g)^2 and for the rounding of T, R and c themselves
 * (n < 2^15, each such error < n u relative).
 * For the margin, C_ii <= b_ii - c - m B_ii proves B - m diag(B), that is M
 * scaled to unit diagonal minus m I, positive definite. */

enum { TILE = POSITIVE_TILE, PANEL = POSITIVE_PANEL };

/* Columns from .. to-1, all rows below: subtracts what the panel's earlier
 * columns contribute, takes the root, divides. False at a pivot that is not > 0. */
INTO_WIDE bool factor_panel(double *a, size_t order, size_t from, size_t to)
{
    for (size_t j = from; j < to; j++) {
        double *column = a + j * order;
        size_t start = j / TILE * TILE;     /* rows of the tile above the diagonal are not used */
        for (size_t k = from; k < j; k++) {
            const double *left = a + k * order;
            double by = left[j];
            for (size_t i = start; i < order; i += TILE)
                *(Four *)(column + i) -= *(const Four *)(left + i) * by;
        }
        double pivot = column[j];
        if (!(pivot > 0) || !isfinite(pivot))
            return false;
        double root = sqrt(pivot), reciprocal = 1 / root;
        column[j] = root;
        for (size_t i = j + 1; i < order; i++)
            column[i] *= reciprocal;
    }
    return true;
}

/* The 4 x 4 tile at (i, j) minus the product of the panel's rows i.. and j... */
INTO_WIDE void update_tile(double *a, size_t order, const double *rows, const double *columns, size_t width)
{
    Four sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
    for (size_t k = 0; k < width; k++) {
        Four left = *(const Four *)(rows + TILE * k);
        const double *right = columns + TILE * k;
        sum0 += left * right[0];
        sum1 += left * right[1];
        sum2 += left * right[2];
        sum3 += left * right[3];
    }
    *(Four *)a -= sum0;
    *(Four *)(a + order) -= sum1;
    *(Four *)(a + 2 * order) -= sum2;
    *(Four *)(a + 3 * order) -= sum3;
}

/* The same for the tiles at (i, j) and (i + 4, j): twice as many sums, and none waits for the one before it. */
INTO_WIDE void update_two_tiles(double *a, size_t order, const double *rows, const double *below, const double *columns, size_t width)
{
    Four up0 = {0}, up1 = {0}, up2 = {0}, up3 = {0}, low0 = {0}, low1 = {0}, low2 = {0}, low3 = {0};
    for (size_t k = 0; k < width; k++) {
        Four up = *(const Four *)(rows + TILE * k), low = *(const Four *)(below + TILE * k);
        const double *right = columns + TILE * k;
        up0 += up * right[0];
        low0 += low * right[0];
        up1 += up * right[1];
        low1 += low * right[1];
        up2 += up * right[2];
        low2 += low * right[2];
        up3 += up * right[3];
        low3 += low * right[3];
    }
    *(Four *)a -= up0;
    *(Four *)(a + TILE) -= low0;
    *(Four *)(a + order) -= up1;
    *(Four *)(a + order + TILE) -= low1;
    *(Four *)(a + 2 * order) -= up2;
    *(Four *)(a + 2 * order + TILE) -= low2;
    *(Four *)(a + 3 * order) -= up3;
    *(Four *)(a + 3 * order + TILE) -= low3;
}

INTO_WIDE void update_rest(double *a, size_t order, size_t from, size_t to, double *panel)
{
    size_t width = to - from;
    for (size_t i = to; i < order; i += TILE)
        for (size_t k = 0; k < width; k++)
            memcpy(panel + i * width + TILE * k, a + (from + k) * order + i, TILE * sizeof *a);
    for (size_t j = to; j < order; j += TILE) {
        size_t i = j;
        for (; i + TILE < order; i += 2 * TILE)
            update_two_tiles(a + j * order + i, order, panel + i * width, panel + (i + TILE) * width, panel + j * width, width);
        if (i < order)
            update_tile(a + j * order + i, order, panel + i * width, panel + j * width, width);
    }
}

/* Lower Cholesky in place, right-looking by panels; as far as the given columns. */
WIDE
bool positive_eliminate(double *a, size_t order, size_t columns, double *panel)
{
    for (size_t from = 0; from < columns; from += PANEL) {
        size_t to = from + PANEL < columns ? from + PANEL : columns;
        if (!factor_panel(a, order, from, to))
            return false;
        update_rest(a, order, from, to, panel);
    }
    return true;
}

/* Whether floating Cholesky of b - down I - margin diag(b), diagonal rounded down, ends. */
static bool shifted_ends(PositiveDense *d, double down, double margin)
{
    for (size_t j = 0; j < d->order; j++) {     /* the lower triangle, in whole tiles */
        size_t at = j * d->order + j / TILE * TILE, behind = (j + 1) * d->order;
        memcpy(d->work + at, d->b + at, (behind - at) * sizeof *d->work);
    }
    for (size_t i = 0; i < d->n; i++) {
        double *x = &d->work[i * d->order + i];
        double cut = nextafter(down + margin * (*x * (1 + 0x1p-40)), INFINITY);
        *x = nextafter(*x - cut, -INFINITY);
    }
    return positive_eliminate(d->work, d->order, d->order, d->panel);
}

/* The largest of 2^-40 .. 1 that is proved, searched by halving the exponent's range
 * as often as about 1e9 operations allow. */
static double proved_margin(PositiveDense *d, double c)
{
    double order = (double)d->n, cost = order * order * order / 3;
    double low = -40, high = 0, best = 0;
    for (int steps = (int)fmin(8, 1e9 / cost); steps > 0; steps--) {
        double mid = (low + high) / 2, margin = exp2(mid);
        if (shifted_ends(d, c, margin)) {
            best = margin;
            low = mid;
        } else {
            high = mid;
        }
    }
    return best;
}

/* The C library may answer for the x87 unit, while doubles are computed by SSE with
 * a rounding mode of its own (bits 13 and 14 of MXCSR, 0: to nearest). Flushing
 * subnormals to zero, other bits of it, is allowed for: step 3 above. */
bool rounds_to_nearest(void)
{
#ifdef __SSE2__
    if (_mm_getcsr() & _MM_ROUND_MASK)
        return false;
#endif
    return fegetround() == FE_TONEAREST;
}

Positive positive_by_cholesky(const LyapunovForm *f, double *margin)
{
    PositiveDense d;
    Positive answer = POSITIVE_UNKNOWN;
    if (margin)
        *margin = 0;
    if (rounds_to_nearest() && positive_dense_alloc(&d, f)) {
        answer = POSITIVE_NO;
        if (positive_assemble(&d, f)) {
            double trace = 0, radius = 0, n = (double)d.n;
            for (size_t i = 0; i < d.n; i++) {
                trace += d.b[i * d.order + i];
                radius = fmax(radius, d.radius[i]);
            }
            double c = 1.25 * ((n + 4) * U * trace + radius) + 0x1p-900;
            if (shifted_ends(&d, c, 0))
                answer = POSITIVE_YES;
            else if (shifted_ends(&d, -4 * c, 0))
                answer = POSITIVE_UNKNOWN;
            if (answer == POSITIVE_YES && margin)
                *margin = proved_margin(&d, c);
        }
        positive_dense_free(&d);
    }
    return answer;
}
