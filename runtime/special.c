/* Values in the far tails are exponentials of large arguments, whose rounding
 * they multiply: what is computed before an exponential is long double. */
#include "runtime/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

static const long double HALF_ROOT = 0.70710678118654752440084436210484904L;            /* sqrt(1/2) */
static const long double DENSITY_AT_ZERO = 0.39894228040143267793994605993438187L;      /* 1/sqrt(2 pi) */

double eig_normcdf(double a)
{
    return (double)(0.5L * erfcl(-(long double)a * HALF_ROOT));
}

double eig_normpdf(double a)
{
    return (double)(DENSITY_AT_ZERO * expl(-0.5L * a * a));
}

/* A first guess that three steps make exact. */
static long double omega_guess(long double a)
{
    if (a < -2)
        return expl(a);
    if (a < 4)
        return expl(2 * (a - 1) / 3);
    long double log_a = logl(a);
    return a - log_a + log_a / a;
}

/* The iteration of Fritsch, Shafer and Crowley (1973): each step multiplies the
 * number of right digits by four. */
static long double omega(long double a)
{
    long double x = omega_guess(a);
    for (int k = 0; k < 3; k++) {
        long double rest = a - x - logl(x), y = 2 * (1 + x) * (1 + x + 2 * rest / 3);
        x *= 1 + rest / (1 + x) * (y - rest) / (y - 2 * rest);
    }
    return x;
}

double eig_wright_omega(double a)
{
    if (!(a > -800))                    /* below, the value underflows */
        return a <= -800 ? 0.0 : a;
    return a > 1e300 ? a - log(a) : (double)omega(a);
}

/* x = b y with y + log(y) = a/b - log(b). Where y is small that difference may be one of large numbers;
 * x = exp((a - x)/b) is none. */
double eig_log_root(double a, double b)
{
    if (!(b > 0 && b <= DBL_MAX && fabs(a) <= DBL_MAX))
        return b > 0 && b <= DBL_MAX && fabs(a) > DBL_MAX ? (a > 0 ? a : 0.0) : (double)NAN;
    long double s = (long double)a / b;
    if (s < -800)                       /* x < exp(a/b) */
        return 0.0;
    long double y = omega(s - logl(b));
    return (double)(y < 1 ? expl(s - y) : b * y);
}

static long double logistic(long double y)
{
    long double e = expl(-fabsl(y));
    return (y >= 0 ? 1 : e) / (1 + e);
}

/* Newton's method on y + b logistic(y) = a, which ascends in y for b > -4; the
 * solution is between a - b and a. For large b that is far apart; exp(y) in the
 * place of logistic(y) has an end in closed form, and is at most twice as large
 * where y <= 0, that is a <= b/2; above, -y is the solution with b - a. A step that leaves what is left of that, or is
 * not half of the one before, halves it instead: no cycle lasts. */
double eig_logit_root(double a, double b)
{
    enum { MOST_STEPS = 200 };
    if (!(b > -4 && b <= DBL_MAX && fabs(a) <= DBL_MAX))
        return b > -4 && fabs(a) > DBL_MAX && b < fabs(a) ? (a > 0 ? 1.0 : 0.0) : (double)NAN;
    long double lo = (long double)a - (b > 0 ? b : 0), hi = (long double)a - (b < 0 ? b : 0);
    if (b > 1) {
        bool low = a <= b / 2;
        long double side = low ? a : (long double)b - a, shifted = side + logl(b);
        long double end = shifted < -60 ? side : logl(omega(shifted) / b), from = end - 0.01L, to = end + 0.7L;
        lo = low ? from : -to;
        hi = low ? to : -from;
    }
    long double y = lo + (hi - lo) / 2, before = hi - lo;
    for (int k = 0; k < MOST_STEPS; k++) {
        long double x = logistic(y), rest = (a - y) - b * x;
        if (rest > 0)
            lo = y;
        else
            hi = y;
        long double next = y + rest / (1 + b * x * (1 - x));
        if (fabsl(next - y) <= 0x1p-62L * (1 + fabsl(y)))
            return (double)logistic(next);
        if (!(next >= lo && next <= hi && fabsl(next - y) <= before / 2))
            next = lo + (hi - lo) / 2;
        before = fabsl(next - y);
        y = next;
    }
    return (double)logistic(y);
}

/* The integral of t^b exp(a t) for t from 0 to 1: 1/(b + 1) + a/(b + 2) + a^2/(2! (b + 3)) + ... above 0; below, exp(a) times the integral of
 * (1 - t)^b exp(-a t), 1/(b + 1) - a/((b + 1) (b + 2)) + ...: no terms cancel. */
static long double moment_series(long double a, long double b)
{
    enum { MOST_TERMS = 400 };
    long double sum = 0, term = a < 0 ? expl(a) / (b + 1) : 1;
    for (int k = 1; k < MOST_TERMS; k++) {
        long double part = a < 0 ? term : term / (b + k), before = sum;
        sum += part;
        if (sum == before)
            break;
        term *= a < 0 ? -a / (b + 1 + k) : a / k;
    }
    return sum;
}

/* By parts, m(b) = exp(a)/(exp(a) - 1) - b/a m(b - 1), in which little cancels where |a| is large compared to b. */
double eig_exp_mean(double a, double b)
{
    enum { MOST = 32 };
    if (!(b >= 1 && b <= MOST && b == floor(b)))
        return (double)NAN;
    if (!(fabs(a) <= DBL_MAX))
        return a < 0 ? 0.0 : a > 0 ? 1.0 : a;
    if (fabs(a) < 2 * b + 8)
        return (double)(moment_series(a, b) / moment_series(a, 0));
    long double less = expl(-fabsl(a)), end = (a > 0 ? 1 : -less) / (1 - less), m = 1;
    for (int k = 1; k <= (int)b; k++)
        m = end - k / (long double)a * m;
    return (double)m;
}
