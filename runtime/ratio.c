#include "runtime/ratio.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

typedef unsigned __int128 Wide;

enum { LEAST_EXPONENT = DBL_MIN_EXP - DBL_MANT_DIG };    /* of the last bit of a double */

EigRatio eig_ratio(double d)
{
    if (!isfinite(d))
        return (EigRatio){.num = 1, .den = 1, .exponent = DBL_MAX_EXP};
    int exponent;
    double fraction = frexp(d, &exponent);
    return (EigRatio){.num = (uint64_t)ldexp(fraction, DBL_MANT_DIG), .den = 1, .exponent = exponent - DBL_MANT_DIG};
}

/* Bits of n, which is not 0. */
static int width(Wide n)
{
    uint64_t high = (uint64_t)(n >> 64);
    return high ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)n);
}

/* The quotient has 64 bits or more, so that what it leaves decides between doubles only together with lower bits of it. */
double eig_ratio_times(EigRatio r, int64_t j)
{
    Wide n = (Wide)r.num * (uint64_t)j;
    if (n == 0)
        return 0.0;
    int shift = 128 - width(n), exponent = r.exponent - shift;
    n <<= shift;
    Wide quotient = n / r.den;
    bool leaves = n % r.den != 0;
    int drop = width(quotient) - DBL_MANT_DIG;
    if (drop < LEAST_EXPONENT - exponent)
        drop = LEAST_EXPONENT - exponent;
    if (drop > width(quotient))
        return 0.0;
    Wide half = (Wide)1 << (drop - 1), low = quotient & (half | (half - 1));
    uint64_t kept = drop < 128 ? (uint64_t)(quotient >> drop) : 0;
    bool up = low > half || (low == half && (leaves || kept % 2));
    return ldexp((double)(kept + up), exponent + drop);
}

/* every - near, for a double near = m 2^x next to every. */
static double rest_of(EigRatio every, double near)
{
    int x;
    Wide m = (Wide)ldexp(frexp(near, &x), DBL_MANT_DIG) * every.den, n = every.num;
    x -= DBL_MANT_DIG;
    int apart = every.exponent - x;         /* both products below have less than 2^118 */
    if (apart >= 0)
        n <<= apart;
    else
        m <<= -apart;
    double more = n > m ? (double)(n - m) : -(double)(m - n);
    return ldexp(more / (double)every.den, apart >= 0 ? x : every.exponent);
}

EigTicks eig_ticks(EigRatio every)
{
    EigTicks t = {.every = every, .near = eig_ratio_times(every, 1)};
    if (t.near > 0x1p-900 && t.near < 0x1p900)
        t.rest = rest_of(every, t.near);
    else
        t.near = 0.0;
    return t;
}

/* What is computed is off by less than a thousandth of `slack`, so both ends round alike unless the middle between two
 * doubles is very near. */
static double tick(const EigTicks *t, int64_t j)
{
    double k = (double)j, p = k * t->near, low = fma(k, t->near, -p) + k * t->rest, slack = 0x1p-90 * p;
    double from = p + (low - slack), to = p + (low + slack);
    return from == to && t->near != 0.0 ? from : eig_ratio_times(t->every, j);
}

void eig_ticks_fill(const EigTicks *t, int64_t from, int64_t n, double *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = tick(t, from + i);
}
