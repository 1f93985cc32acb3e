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

/* 1/(1 + exp(-x)) */
static int exact_logistic(mpfr_t y, const mpfr_t x, mpfr_rnd_t round)
{
    mpfr_neg(y, x, round);
    mpfr_exp(y, y, round);
    mpfr_add_ui(y, y, 1, round);
    return mpfr_ui_div(y, 1, y, round);
}

static double logistic(double a) { return eig_logistic(a, 0); }

/* mpfr_expm1 and the quotient at some more digits. */
static int mpfr_exprel(mpfr_t y, const mpfr_t x, mpfr_rnd_t round)
{
    mpfr_t t;
    if (mpfr_zero_p(x))
        return mpfr_set_ui(y, 1, round);
    if (mpfr_inf_p(x) && mpfr_sgn(x) > 0)
        return mpfr_set(y, x, round);
    mpfr_init2(t, BITS + 64);
    mpfr_expm1(t, x, round);
    int off = mpfr_div(y, t, x, round);
    if (mpfr_zero_p(y))
        mpfr_set_zero(y, 1);
    mpfr_clear(t);
    return off;
}

#if defined(__x86_64__) && !defined(__FMA__)
static double other_logistic(double a) { return plain_logistic(a, 0); }
#define ELEMENTARY(name, units) { #name, units, eig_##name, plain_##name, mpfr_##name },
#else
static double other_logistic(double a) { return eig_logistic(a, 0); }
#define ELEMENTARY(name, units) { #name, units, eig_##name, eig_##name, mpfr_##name },
#endif
static const Elementary functions[] = { EIG_ELEMENTARY_FUNCTIONS { "logistic", EIG_LOGISTIC_UNITS, logistic, other_logistic, exact_logistic } };
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
    716.35358, 716.3535782, 716.354, 717, 718, -40, 0x1.fffffffffffffp-55,
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

/* What was lost of an argument counts as if it had not been, and no more where it is no number or large, as of an argument far out. */
static void logistic_takes_a_rest(void)
{
    mpfr_t x, y;
    mpfr_init2(x, BITS);
    mpfr_init2(y, BITS);
    double worst = 0;
    for (int k = 0; k < POINTS; k++) {
        double a = between(-746, 40), rest = ldexp(between(-1, 1), -20 - (int)(draw() % 40));
        mpfr_set_d(x, a, MPFR_RNDN);
        mpfr_add_d(x, x, rest, MPFR_RNDN);
        exact_logistic(y, x, MPFR_RNDN);
        double off = units_off(eig_logistic(a, rest), y);
        worst = off <= worst ? worst : off;
    }
    printf("logistic with a rest: %.2f units\n", worst);
    CHECK(worst <= EIG_LOGISTIC_UNITS);
    for (int k = 0; k < POINTS; k++) {
        double a = between(-830, 40), value = eig_logistic(a, 0), lifted = eig_lifted_logistic(a, 0);
        CHECK(value < DBL_MIN ? fabs(lifted * 0x1p-128 - value) <= 0x1p-1074 : lifted * 0x1p-128 == value);
    }
    CHECK(eig_logistic(-1, NAN) == eig_logistic(-1, 0) && eig_logistic(3, -5) == eig_logistic(3, 0));
    CHECK(eig_logistic(-INFINITY, NAN) == 0 && eig_logistic(INFINITY, NAN) == 1 && isnan(eig_logistic(NAN, 0)));
    mpfr_clears(x, y, (mpfr_ptr)0);
}

/* The forms for arguments that are not near an end are the same functions. */
static void near_forms_have_the_bits(void)
{
    for (int k = 0; k < POINTS; k++) {
        double x = between(-FORM_EXP_NEAR, FORM_EXP_NEAR), rest = ldexp(between(-1, 1), -(int)(draw() % 60)), size = of_bits(draw() >> 1);
        CHECK(bits_of(form_exp_near(x)) == bits_of(form_exp(x)));
        CHECK(bits_of(form_logistic_near(1, x, rest)) == bits_of(form_logistic(1, x, rest)));
        if (size >= DBL_MIN && size <= DBL_MAX)
            CHECK(bits_of(form_log_near(size)) == bits_of(form_log(size)));
    }
    double last = nextafter(FORM_EXP_NEAR, 0);
    CHECK(form_exp_near(last) == form_exp(last) && form_exp_near(-last) == form_exp(-last));
    CHECK(form_logistic_near(1, last, 0) == form_logistic(1, last, 0) && form_logistic_near(1, -last, 0) == form_logistic(1, -last, 0));
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
    RUN(logistic_takes_a_rest);
    RUN(near_forms_have_the_bits);
    RUN(bits_do_not_depend_on_the_instruction);
    return test_done();
}
