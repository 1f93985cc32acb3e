/* Multiples of exact intervals, against GMP's rationals rounded by MPFR. */
#include <float.h>
#include <gmp.h>
#include <math.h>
#include <mpfr.h>

#include "runtime/ratio.h"
#include "tests/test.h"

/* j * r, correctly rounded, subnormal numbers included. */
static double nearest(EigRatio r, int64_t j)
{
    mpq_t q;
    mpfr_t x;
    mpq_init(q);
    mpfr_init2(x, DBL_MANT_DIG);
    mpz_set_ui(mpq_numref(q), r.num);
    mpz_mul_ui(mpq_numref(q), mpq_numref(q), (unsigned long)j);
    mpz_set_ui(mpq_denref(q), r.den);
    mpq_canonicalize(q);
    if (r.exponent < 0)
        mpq_div_2exp(q, q, (mp_bitcnt_t)-r.exponent);
    else
        mpq_mul_2exp(q, q, (mp_bitcnt_t)r.exponent);
    int inexact = mpfr_set_q(x, q, MPFR_RNDN);
    mpfr_subnormalize(x, inexact, MPFR_RNDN);
    double d = mpfr_get_d(x, MPFR_RNDN);
    mpq_clear(q);
    mpfr_clear(x);
    return d;
}

static uint64_t next(uint64_t *s)       /* xorshift64 of Marsaglia (2003) */
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* A number of 0 to `most` bits. */
static uint64_t bits(uint64_t *s, unsigned most)
{
    uint64_t n = next(s) % (most + 1);
    return n ? next(s) >> (64 - n) : 0;
}

static void times_are_nearest(void)
{
    uint64_t s = 7;
    for (int k = 0; k < 400000; k++) {
        EigRatio r = {bits(&s, 63), 1 + bits(&s, 62), (int)(next(&s) % 2300) - 1200};
        if (k % 2)
            r.exponent = -(int)(next(&s) % 80);
        int64_t j = (int64_t)bits(&s, 53);
        CHECK(eig_ratio_times(r, j) == nearest(r, j));
    }
}

/* Many at a time, and where near + rest does not decide: within 2^-90 of the middle between two doubles. */
static void many_are_the_same(void)
{
    enum { N = 40 };
    uint64_t s = 11;
    for (int k = 0; k < 40000; k++) {
        EigRatio r = {1 + bits(&s, 62), 1 + bits(&s, 62), (int)(next(&s) % 2300) - 1200};
        if (k % 2)
            r.exponent = -(int)(next(&s) % 80);
        if (k % 4 == 1)
            r.den = 1 + bits(&s, 12);
        if (k % 8 == 3)         /* (2^53 + 1) + 2^-60 or so, and less */
            r = (EigRatio){((uint64_t)1 << 62) + ((uint64_t)1 << 9) + next(&s) % 2, ((uint64_t)1 << 62) + next(&s) % 2, (int)(next(&s) % 60)};
        EigTicks t = eig_ticks(r);
        int64_t from = (int64_t)bits(&s, 52);
        double at[N];
        eig_ticks_fill(&t, from, N, at);
        for (int i = 0; i < N; i++)
            CHECK(at[i] == nearest(r, from + i));
    }
}

/* Halves of the last bit, exactly, one above and one below. */
static void ties_go_to_even(void)
{
    static const uint64_t two53 = (uint64_t)1 << 53;
    CHECK(eig_ratio_times((EigRatio){two53 + 1, 1, 0}, 1) == (double)two53);
    CHECK(eig_ratio_times((EigRatio){two53 + 3, 1, 0}, 1) == (double)(two53 + 4));
    CHECK(eig_ratio_times((EigRatio){3 * (two53 + 1), 3, 0}, 1) == (double)two53);
    CHECK(eig_ratio_times((EigRatio){3 * (two53 + 1) + 1, 3, 0}, 1) == (double)(two53 + 2));
    CHECK(eig_ratio_times((EigRatio){1, 1, -1075}, 1) == 0 && eig_ratio_times((EigRatio){1, 1, -1075}, 3) == 2 * DBL_TRUE_MIN);
    CHECK(eig_ratio_times((EigRatio){1, 5, -1}, 3) == 0.3);
}

static void doubles_are_themselves(void)
{
    static const double d[] = {0, DBL_TRUE_MIN, DBL_MIN, 0.1, 1, DBL_MAX, INFINITY};
    for (size_t k = 0; k < sizeof d / sizeof *d; k++)
        CHECK(eig_ratio_times(eig_ratio(d[k]), 1) == d[k] && eig_ratio_times(eig_ratio(d[k]), 0) == 0);
}

int main(void)
{
    mpfr_set_emin(-1073);
    mpfr_set_emax(1024);
    RUN(times_are_nearest);
    RUN(many_are_the_same);
    RUN(ties_go_to_even);
    RUN(doubles_are_themselves);
    return test_done();
}
