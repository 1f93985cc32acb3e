#include "runtime/draw.h"

#include <float.h>
#include <math.h>

#include "runtime/elementary.h"
#include "runtime/normal.h"

const EigDistInfo eig_dist[EIG_N_DISTS] = {
#define DISTRIBUTION(id, name, first, second, unit_a, unit_b, text) { name, { first, second }, { unit_a, unit_b }, text },
#include "runtime/distribution.def"
#undef DISTRIBUTION
};

/* ---- the gamma distribution with scale 1 ---- */

enum { MOST_TERMS = 100000 };

/* x^a e^-x / Gamma(a + 1) */
static double gamma_front(double a, double x)
{
    return exp(a * log(x) - x - lgamma(a + 1.0));
}

/* The lower part P(a, x), and 1 - P(a, x) in *rest: the series below a + 1, the
 * continued fraction above (Abramowitz and Stegun 6.5.29, 6.5.31). */
static double gamma_parts(double a, double x, double *rest)
{
    double front = gamma_front(a, x);
    if (x < a + 1.0) {
        double term = 1.0, sum = 1.0;
        for (int k = 1; k < MOST_TERMS && term > DBL_EPSILON * sum; k++) {
            term *= x / (a + k);
            sum += term;
        }
        *rest = 1.0 - front * sum;
        return front * sum;
    }
    double b = x + 1.0 - a, c = 1.0 / DBL_MIN, d = 1.0 / b, fraction = d;
    for (int k = 1; k < MOST_TERMS; k++) {
        double an = -k * (k - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        fraction *= c * d;
        if (fabs(c * d - 1.0) < DBL_EPSILON)
            break;
    }
    *rest = front * a * fraction;
    return 1.0 - *rest;
}

/* P(a, x) - u, by the part that is not close to 1. */
static double gamma_excess(double a, double x, double u)
{
    double rest, part = gamma_parts(a, x, &rest);
    return u < 0.5 ? part - u : (1.0 - u) - rest;
}

enum { QUANTILE_STEPS = 200 };

/* A step from *x to next, or to the middle where that leaves the ends, of which *x becomes one. True when it is no step any more. */
static bool settles(double *x, double next, bool is_low, double *lo, double *hi)
{
    double before = *x;
    *(is_low ? lo : hi) = before;
    *x = next > *lo && next < *hi ? next : *lo + 0.5 * (*hi - *lo);
    return fabs(*x - before) <= 2 * DBL_EPSILON * before || *x == *lo || *x == *hi;
}

/* x with P(a, x) = u for u far out: Newton on log P as a function of log x, of which P is nearly a power. */
static double gamma_lower_quantile(double a, double u)
{
    double lo = 0.0, hi = a + 1.0, rest;
    double x = fmin(exp((log(u) + lgamma(a + 1.0)) / a), hi);
    if (!(x > 0.0))
        return 0.0;
    for (int k = 0; k < QUANTILE_STEPS; k++) {
        double part = gamma_parts(a, x, &rest);
        if (settles(&x, x * exp(-(part / (a * gamma_front(a, x))) * log(part / u)), part < u, &lo, &hi))
            break;
    }
    return x;
}

/* Newton between ends that enclose the solution, the middle where it leaves them. */
static double gamma_quantile(double a, double u)
{
    if (u < 0x1p-54)                    /* no whole distribution is drawn from there */
        return gamma_lower_quantile(a, u);
    double lo = 0.0, hi = a + 1.0;
    while (gamma_excess(a, hi, u) < 0.0 && hi < DBL_MAX / 4)
        hi *= 2.0;
    double x = fmin(exp((log(u) + lgamma(a + 1.0)) / a), hi);   /* exact for small x */
    if (!(x > 0.0))
        return 0.0;
    for (int k = 0; k < QUANTILE_STEPS; k++) {
        double excess = gamma_excess(a, x, u);
        if (settles(&x, x - excess * x / (a * gamma_front(a, x)), excess < 0.0, &lo, &hi))
            break;
    }
    return x;
}

/* x with 1 - P(a, x) = s, s at most 1/2: Newton on the logarithm of the upper part, which far out is nearly straight. */
static double gamma_upper_quantile(double a, double s)
{
    double lo = 0.0, hi = a + 1.0, rest;
    while (gamma_parts(a, hi, &rest), rest > s && hi < DBL_MAX / 4) {
        lo = hi;
        hi *= 2.0;
    }
    double x = lo + 0.5 * (hi - lo);
    for (int k = 0; k < QUANTILE_STEPS; k++) {
        gamma_parts(a, x, &rest);
        if (settles(&x, x + rest * x / (a * gamma_front(a, x)) * log(rest / s), rest > s, &lo, &hi))
            break;
    }
    return x;
}

/* ---- all of them ---- */

static double quantile(const EigDraw *d, double u)
{
    switch (d->dist) {
    case EIG_DIST_UNIFORM:     return d->a + (d->b - d->a) * u;
    case EIG_DIST_NORMAL:      return d->a + d->b * eig_normal_quantile(u);
    case EIG_DIST_LOGNORMAL:   return d->a * eig_exp(d->b * eig_normal_quantile(u));
    case EIG_DIST_EXPONENTIAL: return -d->a * eig_log1p(-u);
    case EIG_DIST_GAMMA:       return d->b * gamma_quantile(d->a, u);
    case EIG_N_DISTS:          break;
    }
    return NAN;
}

/* x with P(X > x) = s. */
static double upper_quantile(const EigDraw *d, double s)
{
    switch (d->dist) {
    case EIG_DIST_UNIFORM:     return d->b - (d->b - d->a) * s;
    case EIG_DIST_NORMAL:      return d->a - d->b * eig_normal_quantile(s);
    case EIG_DIST_LOGNORMAL:   return d->a * eig_exp(-d->b * eig_normal_quantile(s));
    case EIG_DIST_EXPONENTIAL: return -d->a * eig_log(s);
    case EIG_DIST_GAMMA:       return d->b * gamma_upper_quantile(d->a, s);
    case EIG_N_DISTS:          break;
    }
    return NAN;
}

static double normal_below(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752);
}

/* The probability of what is below x. */
static double below(const EigDraw *d, double x)
{
    double rest;
    switch (d->dist) {
    case EIG_DIST_UNIFORM:     return fmin(fmax((x - d->a) / (d->b - d->a), 0.0), 1.0);
    case EIG_DIST_NORMAL:      return normal_below((x - d->a) / d->b);
    case EIG_DIST_LOGNORMAL:   return x <= 0.0 ? 0.0 : normal_below(log(x / d->a) / d->b);
    case EIG_DIST_EXPONENTIAL: return x <= 0.0 ? 0.0 : -expm1(-x / d->a);
    case EIG_DIST_GAMMA:       return x <= 0.0 ? 0.0 : isinf(x) ? 1.0 : gamma_parts(d->a, x / d->b, &rest);
    case EIG_N_DISTS:          break;
    }
    return NAN;
}

/* The probability of what is above x, for an x above the median. */
static double above(const EigDraw *d, double x)
{
    double rest = 0.0;
    switch (d->dist) {
    case EIG_DIST_UNIFORM:     return fmin(fmax((d->b - x) / (d->b - d->a), 0.0), 1.0);
    case EIG_DIST_NORMAL:      return normal_below((d->a - x) / d->b);
    case EIG_DIST_LOGNORMAL:   return normal_below(-log(x / d->a) / d->b);
    case EIG_DIST_EXPONENTIAL: return eig_exp(-x / d->a);
    case EIG_DIST_GAMMA:       return isinf(x) ? 0.0 : (gamma_parts(d->a, x / d->b, &rest), rest);
    case EIG_N_DISTS:          break;
    }
    return NAN;
}

/* What is near 1 has lost the digits that a tail is told by: above the median the probability of what is above counts. */
bool eig_draw_is_upper(const EigDraw *d)
{
    return below(d, d->lo) > 0.5;
}

double eig_draw_mass(const EigDraw *d)
{
    return !d->is_cut ? 1.0 : eig_draw_is_upper(d) ? above(d, d->lo) - above(d, d->hi) : below(d, d->hi) - below(d, d->lo);
}

double eig_draw_tail(const EigDraw *d)
{
    return !d->is_cut ? 1.0 : eig_draw_is_upper(d) ? above(d, d->lo) : below(d, d->hi);
}

static double cut_value(const EigDraw *d, double u)
{
    double from = below(d, d->lo);
    if (from > 0.5) {
        double rest = above(d, d->lo);
        rest = rest - u * (rest - above(d, d->hi));
        return rest <= 0.0 ? d->hi : upper_quantile(d, rest);
    }
    double part = from + u * (below(d, d->hi) - from);
    return part <= 0.0 ? d->lo : quantile(d, fmin(part, 1.0 - 0x1p-53));
}

double eig_draw_value(const EigDraw *d, double u)
{
    return d->is_cut ? fmin(fmax(cut_value(d, u), d->lo), d->hi) : quantile(d, u);
}
