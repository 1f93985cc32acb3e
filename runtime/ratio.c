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
