/* Exact numbers as doubles with an error bound and an exponent of their own, for the
 * proofs of positive.c and positive_sparse.c. */
#ifndef COMPILER_CHECK_POSITIVE_SPLIT_H
#define COMPILER_CHECK_POSITIVE_SPLIT_H
#include <gmp.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define U 0x1p-53               /* half of a double's unit in the last place */

/* x = mantissa * 2^exponent (1 + e), 1/2 <= |mantissa| <= 1, |e| <= 6u; 0 is exact. */
typedef struct Split {
    double mantissa;
    long exponent;
} Split;

/* Of a normal number: its mantissa in [1/2, 1), as frexp has it. */
static inline double take_exponent(double x, long *exponent)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    *exponent = (long)(bits >> 52 & 0x7ff) - 1022;
    bits = (bits & ~((uint64_t)0x7ff << 52)) | (uint64_t)1022 << 52;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline Split split(mpq_srcptr x)
{
    mpz_srcptr top = mpq_numref(x), bottom = mpq_denref(x);
    if (mpz_sgn(top) == 0)
        return (Split){0, 0};
    if (mpz_sizeinbase(top, 2) <= 53 && mpz_sizeinbase(bottom, 2) <= 53) {
        Split s;                /* both are doubles: the quotient is rounded once */
        double quotient = (double)mpz_getlimbn(top, 0) / (double)mpz_getlimbn(bottom, 0);
        s.mantissa = take_exponent(mpz_sgn(top) < 0 ? -quotient : quotient, &s.exponent);
        return s;
    }
    long up, down;              /* both are cut to 53 bits, 2u each, then divided */
    double mantissa = mpz_get_d_2exp(&up, top) / mpz_get_d_2exp(&down, bottom);
    if (fabs(mantissa) > 1)
        return (Split){mantissa / 2, up - down + 1};
    return (Split){mantissa, up - down};
}

/* x * 2^e, exactly but for underflow; infinite beyond the range. */
static inline double shift(double x, long e)
{
    if (e > -900 && e < 900) {  /* 2^e is a normal double, and times it rounds as ldexp does */
        uint64_t bits = (uint64_t)(e + 1023) << 52;
        double power;
        memcpy(&power, &bits, sizeof power);
        return x * power;
    }
    return ldexp(x, e > 4000 ? 4000 : e < -4000 ? -4000 : (int)e);
}

static inline long floor_half(long e)
{
    return e >= 0 ? e / 2 : -((1 - e) / 2);
}
#endif
