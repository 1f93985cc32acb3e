#include "compiler/check/proof/symbol.h"

#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdint.h>
#include <stdlib.h>

#include "compiler/check/proof/positive/positive.h"

_Static_assert(FLT_EVAL_METHOD == 0 && DBL_MANT_DIG == 53 && FLT_RADIX == 2, "IEEE doubles");
#ifdef __FAST_MATH__
#error "the proof's rounding bounds do not hold under -ffast-math"
#endif

/* ---- the transform ----------------------------------------------------------
 *
 * Let n = r m, r prime. The transform X of n numbers follows from those, Y_j, of the r
 * subsequences j, j + r, j + 2 r, ...: X_k = sum over j < r of w^(jk) Y_j(k mod m),
 * w = exp(-2 pi i / n). Let S be the sum of the absolute values of all numbers, S_j that of
 * subsequence j, u = 2^-53. |Y_j| <= S_j. If the computed Y_j are off by at most e S_j, then
 * the computed X_k are off by at most (e + (r + 6) u) S: a twiddle factor is off by less
 * than u, a complex product by less than 3 u of the product of absolute values, a sum of r
 * terms by less than r u of the sum of theirs, and the terms of second order are below
 * u S, since e and r u are below 2^-20. By induction, and as the rows of a torus are
 * followed by its columns in the same way, the error is at most u S times the sum of r + 6
 * over all prime factors, with their multiplicity; 2 u are for reading the rationals. */

typedef struct Twiddles {
    size_t n;
    double *re, *im;            /* exp(-2 pi i j / n), each part within 2^-54 */
} Twiddles;

static size_t least_factor(size_t n)
{
    for (size_t r = 2; r * r <= n; r++)
        if (n % r == 0)
            return r;
    return n;
}

/* Sum of r + 6 over the prime factors of n. */
static double levels(size_t n)
{
    double sum = 0;
    while (n > 1) {
        size_t r = least_factor(n);
        sum += (double)r + 6;
        n /= r;
    }
    return sum;
}

double symbol_work(const size_t extent[2])
{
    double n = (double)extent[0] * (double)extent[1];
    return n * (levels(extent[0]) + levels(extent[1]) + 40);
}

static void twiddle(Twiddles *t, size_t j, mpfr_ptr angle, mpfr_ptr sine, mpfr_ptr cosine)
{
    mpfr_const_pi(angle, MPFR_RNDN);
    mpfr_mul_ui(angle, angle, 2 * j, MPFR_RNDN);
    mpfr_div_ui(angle, angle, t->n, MPFR_RNDN);
    mpfr_sin_cos(sine, cosine, angle, MPFR_RNDN);
    t->re[j] = mpfr_get_d(cosine, MPFR_RNDN);
    t->im[j] = -mpfr_get_d(sine, MPFR_RNDN);
}

static bool twiddles_init(Twiddles *t, size_t n)
{
    *t = (Twiddles){.n = n, .re = malloc(n * sizeof *t->re), .im = malloc(n * sizeof *t->im)};
    if (!t->re || !t->im)
        return false;
    mpfr_t angle, sine, cosine;
    mpfr_inits2(128, angle, sine, cosine, (mpfr_ptr)0);
    for (size_t j = 0; j <= n / 2; j++) {
        twiddle(t, j, angle, sine, cosine);
        if (j) {
            t->re[n - j] = t->re[j];
            t->im[n - j] = -t->im[j];
        }
    }
    mpfr_clears(angle, sine, cosine, (mpfr_ptr)0);
    return true;
}

static void twiddles_free(Twiddles *t)
{
    free(t->re);
    free(t->im);
}

/* Numbers with a stride. */
typedef struct Series {
    double *re, *im;
    size_t step;
} Series;

/* out[q * m + k] for all q, from the r transforms that stand at out[j * m + k]. */
static void combine(const Twiddles *t, size_t n, size_t r, size_t k, Series out, double *scratch)
{
    size_t m = n / r, per_turn = t->n / n;
    for (size_t j = 0; j < r; j++) {
        scratch[2 * j] = out.re[(j * m + k) * out.step];
        scratch[2 * j + 1] = out.im[(j * m + k) * out.step];
    }
    for (size_t q = 0; q < r; q++) {
        double re = scratch[0], im = scratch[1];
        size_t turn = k + q * m, at = 0;
        for (size_t j = 1; j < r; j++) {
            at += turn;
            at -= at >= n ? n : 0;
            double c = t->re[at * per_turn], s = t->im[at * per_turn];
            re += c * scratch[2 * j] - s * scratch[2 * j + 1];
            im += c * scratch[2 * j + 1] + s * scratch[2 * j];
        }
        out.re[turn * out.step] = re;
        out.im[turn * out.step] = im;
    }
}

static void transform(const Twiddles *t, size_t n, Series in, Series out, double *scratch)
{
    if (n == 1) {
        out.re[0] = in.re[0];
        out.im[0] = in.im[0];
        return;
    }
    size_t r = least_factor(n), m = n / r;
    for (size_t j = 0; j < r; j++)
        transform(t, m, (Series){in.re + j * in.step, in.im + j * in.step, in.step * r},
                  (Series){out.re + j * m * out.step, out.im + j * m * out.step, out.step}, scratch);
    for (size_t k = 0; k < m; k++)
        combine(t, n, r, k, out, scratch);
}

/* Along one axis: `count` series of n, whose first numbers lie `apart`. */
static bool transform_axis(size_t n, size_t step, size_t count, size_t apart, double *re, double *im, double *work)
{
    Twiddles t;
    double *scratch = malloc(2 * n * sizeof *scratch);
    bool ok = twiddles_init(&t, n) && scratch;
    for (size_t k = 0; ok && k < count; k++) {
        double *to_re = work, *to_im = work + n;
        transform(&t, n, (Series){re + k * apart, im + k * apart, step}, (Series){to_re, to_im, 1}, scratch);
        for (size_t j = 0; j < n; j++) {
            re[k * apart + j * step] = to_re[j];
            im[k * apart + j * step] = to_im[j];
        }
    }
    twiddles_free(&t);
    free(scratch);
    return ok;
}

static bool all_finite(const double *x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!(fabs(x[k]) < 1e290))
            return false;
    return true;
}

void symbol_free(Symbol *s)
{
    if (!s)
        return;
    free(s->re);
    free(s->im);
    free(s);
}

Symbol *symbol_new(const mpq_t *value, const size_t extent[2])
{
    size_t n = extent[0] * extent[1];
    if (symbol_work(extent) > SYMBOL_MOST_WORK || !rounds_to_nearest())
        return NULL;
    Symbol *s = calloc(1, sizeof *s);
    double *work = malloc(2 * n * sizeof *work), sum = 0;
    if (s) {
        s->re = malloc(n * sizeof *s->re);
        s->im = calloc(n, sizeof *s->im);
    }
    bool ok = s && work && s->re && s->im;
    for (size_t k = 0; ok && k < n; k++) {
        s->re[k] = mpq_get_d(value[k]);     /* towards 0: off by less than 2 u of it */
        sum += fabs(s->re[k]);
    }
    ok = ok && all_finite(s->re, n) && transform_axis(extent[0], 1, extent[1], extent[0], s->re, s->im, work) &&
         transform_axis(extent[1], extent[0], extent[0], 1, s->re, s->im, work) && all_finite(s->re, n) && all_finite(s->im, n);
    free(work);
    if (!ok) {
        symbol_free(s);
        return NULL;
    }
    /* The sum itself is off by less than n u; numbers below the normal doubles count as 1e-300 each. */
    double relative = 0x1p-53 * (levels(extent[0]) + levels(extent[1]) + 4);
    s->error = (sum * (1 + 0x1p-50 * ((double)n + 2)) * relative + 1e-300 * ((double)n + 1)) * (1 + 0x1p-50);
    return s;
}

/* ---- frequencies ------------------------------------------------------------ */

bool symbol_is_real(const size_t extent[2], size_t k)
{
    size_t f = k % extent[0], g = k / extent[0];
    return 2 * f % extent[0] == 0 && 2 * g % extent[1] == 0;
}

void symbol_exact(const mpq_t *value, const size_t extent[2], size_t k, mpq_t out)
{
    bool turns_x = k % extent[0] != 0, turns_y = k / extent[0] != 0;
    mpq_set_ui(out, 0, 1);
    for (size_t y = 0; y < extent[1]; y++)
        for (size_t x = 0; x < extent[0]; x++) {
            bool minus = (turns_x && x % 2) != (turns_y && y % 2);
            (minus ? mpq_sub : mpq_add)(out, out, value[y * extent[0] + x]);
        }
}

bool symbol_counts(const size_t extent[2], size_t k)
{
    size_t f = k % extent[0], g = k / extent[0];
    size_t other = (extent[1] - g) % extent[1] * extent[0] + (extent[0] - f) % extent[0];
    return k != 0 && k <= other;
}

/* ---- balls --------------------------------------------------------------------
 *
 * A radius is a sum of at most ten products of numbers that are 0 or more, each
 * rounded: `up` makes up for that, and for underflow. */

static double up(double x)
{
    return x * (1 + 0x1p-48) + 1e-300;
}

static double size_of(Ball a)
{
    return fabs(a.re) + fabs(a.im);
}

Ball ball_of(mpq_srcptr x)
{
    Ball b = {.re = mpq_get_d(x)};
    b.radius = up(0x1p-52 * fabs(b.re));
    return b;
}

Ball ball_add(Ball a, Ball b)
{
    Ball c = {.re = a.re + b.re, .im = a.im + b.im};
    c.radius = up(a.radius + b.radius + 0x1p-52 * size_of(c));
    return c;
}

/* Each part has three roundings of numbers below size_of(a) size_of(b). */
Ball ball_mul(Ball a, Ball b)
{
    Ball c = {.re = a.re * b.re - a.im * b.im, .im = a.re * b.im + a.im * b.re};
    c.radius = up(size_of(a) * b.radius + size_of(b) * a.radius + a.radius * b.radius + 0x1p-49 * size_of(a) * size_of(b));
    return c;
}

/* a / d, d a real number in [least, most], least > 0: the middle quotient, and how far the others are. */
static Ball divide(Ball a, double middle, double least, double spread)
{
    Ball c = {.re = a.re / middle, .im = a.im / middle};
    c.radius = up(a.radius / least + size_of(a) / middle * (spread / least) + 0x1p-50 * size_of(c));
    return c;
}

bool ball_positive(size_t n, Ball *m)
{
    if (!rounds_to_nearest())
        return false;
    for (size_t k = 0; k < n; k++) {
        Ball pivot = m[k * n + k];
        double least = pivot.re - pivot.radius;
        least -= 0x1p-50 * fabs(least);
        if (!(least > 0) || !(pivot.re < DBL_MAX))
            return false;
        for (size_t i = k + 1; i < n; i++)
            for (size_t j = k + 1; j <= i; j++) {
                Ball back = {m[j * n + k].re, -m[j * n + k].im, m[j * n + k].radius};
                Ball x = divide(ball_mul(m[i * n + k], back), pivot.re, least, pivot.radius);
                m[i * n + j] = ball_add(m[i * n + j], (Ball){-x.re, -x.im, x.radius});
            }
    }
    return true;
}
