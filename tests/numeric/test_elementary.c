/* The elementary functions over all doubles against MPFR: the bounds that
 * runtime/elementary.h states, the ends, and the same bits where the machine's
 * own instruction for a b + c is not used. Their bits in generated code are
 * tests/jit's. */
#include <float.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "runtime/elementary.c"
#include "tests/test.h"

enum { POINTS = 60000, BITS = 160 };

typedef struct Elementary {
    const char *name;
    double units;
    double (*value)(double), (*plain)(double);
    int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
} Elementary;

#if defined(__x86_64__) && !defined(__FMA__)
#define ELEMENTARY(name, units) { #name, units, eig_##name, plain_##name, mpfr_##name },
#else
#define ELEMENTARY(name, units) { #name, units, eig_##name, eig_##name, mpfr_##name },
#endif
static const Elementary functions[] = { EIG_ELEMENTARY_FUNCTIONS };
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

static uint64_t state = 0x9E3779B97F4A7C15;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static double between(double lo, double hi)
{
    return lo + (hi - lo) * (double)(draw() >> 11) * 0x1p-53;
}

/* Ends and places where a formula changes; the three largest angles are as near to a multiple of pi/2 as doubles
 * come (6381956970095103 2^797 is the nearest of all). */
static const double special[] = {
    0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022, DBL_MAX, -DBL_MAX,
    709.78271289338397, 709.78271289338409, -708.39641853226431, -745.13321910194111, -745.13321910194122, 710, -746,
    -1 + 0x1p-53, -1 - 0x1p-52, 22, -22, 0x1p-27, 0x1p-54, 0x1p20, -0x1p20, 0x1.fffffffffffffp19, 0.34657359027997264,
    6381956970095103 * 0x1p797, 5.319372648326541e255, 0x1.6ac5b262ca1ffp849,
};
enum { N_SPECIAL = sizeof special / sizeof *special };

/* All doubles alike, the sizes at which functions bend, around 1, whole ranges. */
static double point(int k)
{
    if (k < N_SPECIAL)
        return special[k];
    switch (k % 4) {
    case 0: return of_bits(draw());
    case 1: return ldexp(between(1, 2), (int)(draw() % 80) - 60) * (draw() & 1 ? 1 : -1);
    case 2: return between(-1, 3);
    default: return between(-750, 712);
    }
}

/* |got - exact| in units of the last place of the exact value. */
static double units_off(double got, const mpfr_t exact)
{
    double near = mpfr_get_d(exact, MPFR_RNDN);
    if (isnan(near) || isinf(near) || isinf(got) || near == 0)
        return (isnan(near) && isnan(got)) || (got == near && !signbit(got) == !signbit(near)) ? 0 : (double)INFINITY;
    int exponent;
    frexp(near, &exponent);
    mpfr_t rest;
    mpfr_init2(rest, BITS);
    mpfr_sub_d(rest, exact, got, MPFR_RNDN);
    mpfr_mul_2si(rest, rest, DBL_MANT_DIG - (exponent < DBL_MIN_EXP ? DBL_MIN_EXP : exponent), MPFR_RNDN);
    double off = fabs(mpfr_get_d(rest, MPFR_RNDN));
    mpfr_clear(rest);
    return off;
}

static void values_are_as_near_as_stated(void)
{
    mpfr_t x, y;
    mpfr_init2(x, DBL_MANT_DIG);
    mpfr_init2(y, BITS);
    for (const Elementary *f = functions; f < functions + N_FUNCTIONS; f++) {
        double worst = 0, worst_at = 0;
        for (int k = 0; k < POINTS; k++) {
            double at = point(k);
            mpfr_set_d(x, at, MPFR_RNDN);
            f->exact(y, x, MPFR_RNDN);
            double off = units_off(f->value(at), y);
            if (!(off <= worst)) {
                worst = off;
                worst_at = at;
            }
        }
        printf("%s: %.2f units at %a\n", f->name, worst, worst_at);
        CHECK(worst <= f->units);
    }
    mpfr_clears(x, y, (mpfr_ptr)0);
}

static void bits_do_not_depend_on_the_instruction(void)
{
    for (const Elementary *f = functions; f < functions + N_FUNCTIONS; f++) {
        for (int k = 0; k < POINTS / 10; k++) {
            double at = point(k), a = f->value(at), b = f->plain(at);
            CHECK(bits_of(a) == bits_of(b) || (isnan(a) && isnan(b)));
        }
    }
}

int main(void)
{
    RUN(values_are_as_near_as_stated);
    RUN(bits_do_not_depend_on_the_instruction);
    return test_done();
}
