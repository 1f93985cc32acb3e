/* Value and derivative of `power` and `naka_rushton` against their definition in 320 bits, at the very input: factors, scales
 * and gains from 1e-300 to 1e300 and exponents that are doubles and that are none, over all inputs. */
#include "tests/numeric/cost_subject.h"

enum { INPUTS = 300 };

typedef struct Exponent {
    unsigned numerator, denominator;
} Exponent;

static const Exponent exponents[] = {
    { 101, 100 }, { 11, 10 }, { 5, 4 }, { 4, 3 }, { 3, 2 }, { 159, 80 }, { 2, 1 }, { 21, 10 }, { 7, 3 }, { 5, 2 }, { 3, 1 }, { 4, 1 }, { 33, 7 },
    { 5, 1 }, { 6, 1 }, { 13, 2 }, { 7, 1 }, { 8, 1 }, { 16, 1 }, { 17, 1 }, { 313, 10 }, { 33, 1 }, { 100, 3 }, { 42, 1 }, { 43, 1 },
    { 44, 1 }, { 45, 1 }, { 190, 3 }, { 63, 1 }, { 64, 1 },
};
static const double factors[] = { 1e-300, 1e-150, 1e-30, 1e-10, 0.1, 0.5, 1, 3, 1e10, 1e150, 1e300 };
enum { N_EXPONENTS = sizeof exponents / sizeof *exponents, N_FACTORS = sizeof factors / sizeof *factors };

/* k, gain; or r, sigma, gain */
typedef struct Case {
    double factor, scale, gain;
    Exponent e;
} Case;

/* y = u^(e - less), u > 0 */
static void raise(mpfr_ptr y, mpfr_srcptr u, Exponent e, unsigned less)
{
    mpfr_t p;
    mpfr_init2(p, REFERENCE_BITS);
    mpfr_set_ui(p, e.numerator - less * e.denominator, MPFR_RNDN);
    mpfr_div_ui(p, p, e.denominator, MPFR_RNDN);
    mpfr_pow(y, u, p, MPFR_RNDN);
    mpfr_clear(p);
}

/* y = y gain e/scale */
static void differentiate(mpfr_ptr y, const Case *c)
{
    mpfr_mul_d(y, y, c->gain, MPFR_RNDN);
    mpfr_mul_ui(y, y, c->e.numerator, MPFR_RNDN);
    mpfr_div_ui(y, y, c->e.denominator, MPFR_RNDN);
    mpfr_div_d(y, y, c->scale, MPFR_RNDN);
}

/* k s^p and p k gain s^(p - 1) */
static void power_reference(mpfr_ptr value, mpfr_ptr slope, mpfr_srcptr u, const Case *c)
{
    raise(value, u, c->e, 0);
    raise(slope, u, c->e, 1);
    mpfr_mul_d(value, value, c->factor, MPFR_RNDN);
    mpfr_mul_d(slope, slope, c->factor, MPFR_RNDN);
    differentiate(slope, c);
}

/* r y/(1 + y) and r n gain/sigma u^(n - 1)/(1 + y)^2, y = u^n */
static void naka_rushton_reference(mpfr_ptr value, mpfr_ptr slope, mpfr_srcptr u, const Case *c)
{
    mpfr_t below;
    mpfr_init2(below, REFERENCE_BITS);
    raise(value, u, c->e, 0);
    raise(slope, u, c->e, 1);
    mpfr_add_ui(below, value, 1, MPFR_RNDN);
    mpfr_div(value, value, below, MPFR_RNDN);
    mpfr_sqr(below, below, MPFR_RNDN);
    mpfr_div(slope, slope, below, MPFR_RNDN);
    mpfr_mul_d(value, value, c->factor, MPFR_RNDN);
    mpfr_mul_d(slope, slope, c->factor, MPFR_RNDN);
    differentiate(slope, c);
    mpfr_clear(below);
}

/* How far x is from y, in units of y's last place; the largest double and infinity are next to each other. Numbers in between
 * below 2^-1022 lose up to 2^-1074, which `after` may multiply. */
static double ulps_between(double x, mpfr_srcptr y, double after)
{
    double r = fabs(mpfr_get_d(y, MPFR_RNDZ)), ulp = fmax(nextafter(r, HUGE_VAL) - r, fmin(after * DBL_TRUE_MIN, DBL_MAX));
    if (isnan(x))
        return HUGE_VAL;
    if (isinf(x) || r == DBL_MAX)
        return x >= step_ulps(DBL_MAX, ULPS - 1, 0) && r >= step_ulps(DBL_MAX, ULPS - 1, 0) ? 0 : HUGE_VAL;
    mpfr_t gap;
    mpfr_init2(gap, REFERENCE_BITS);
    mpfr_sub_d(gap, y, x, MPFR_RNDN);
    mpfr_div_d(gap, gap, ulp, MPFR_RNDN);
    double ulps = fabs(mpfr_get_d(gap, MPFR_RNDN));
    mpfr_clear(gap);
    return ulps;
}

typedef void Reference(mpfr_ptr value, mpfr_ptr slope, mpfr_srcptr u, const Case *c);

static double value_after(const Case *c, Reference *reference)
{
    return reference == power_reference ? 1 : fmax(1, c->factor);
}

/* 1/u^n is 0 where u^n is beyond the doubles: 2^50 times the least double. */
static double slope_after(const Case *c, Reference *reference)
{
    return reference == power_reference ? 1 : fmax(1, 0x1p50 * (c->factor / c->scale * c->gain) * c->e.numerator / c->e.denominator);
}

/* At 0 and below nothing comes out, with the slope of a straight line at 0 aside. */
static bool is_near_at(const Subject *t, const Case *c, Reference *reference, double z)
{
    double x = at(&t->phi, z), slope = at(&t->slope, z);
    if (z < 0 || (z == 0 && c->e.numerator > c->e.denominator))
        return x == 0 && slope == 0;
    mpfr_t u, value, derivative;
    mpfr_inits2(REFERENCE_BITS, u, value, derivative, (mpfr_ptr)0);
    mpfr_set_d(u, z, MPFR_RNDN);
    mpfr_mul_d(u, u, c->gain, MPFR_RNDN);
    mpfr_div_d(u, u, c->scale, MPFR_RNDN);
    reference(value, derivative, u, c);
    double far = ulps_between(x, value, value_after(c, reference)), far_slope = ulps_between(slope, derivative, slope_after(c, reference));
    bool near = far <= ULPS && far_slope <= ULPS;
    if (!near)
        fprintf(stderr, "factor %g, scale %g, gain %g, exponent %u/%u: phi(%a) = %.17g is off by %g, phi' = %.17g by %g units\n",
                c->factor, c->scale, c->gain, c->e.numerator, c->e.denominator, z, x, far, slope, far_slope);
    mpfr_clears(u, value, derivative, (mpfr_ptr)0);
    return near;
}

/* Where the value is a number, near 1 and anywhere. */
static double input_for(const Case *c, int k)
{
    double e = c->e.numerator / (double)c->e.denominator, one = log2(c->scale) - log2(c->gain);
    double exponent = one + (k % 3 ? uniform(-1076, 1026) / e - log2(c->factor) / e : uniform(-2, 2));
    if (k < 19)
        return point(k);
    return exponent < -1075 || exponent > 1024 ? point(k) : ldexp(uniform(1, 2), (int)floor(exponent));
}

static void check_case(const Case *c, Reference *reference, const char *text)
{
    CostReference named = { .name = "" };
    Subject t;
    if (!subject_init(&t, &named, (double[REFERENCE_PARAMS]){ 0 }, text))
        return;
    for (int k = 0; k < INPUTS; k++) {
        double z = input_for(c, k);
        if (isfinite(z) && !is_near_at(&t, c, reference, z)) {
            CHECK(false);
            break;
        }
    }
    subject_free(&t);
}

static double random_gain(int k)
{
    return k % 2 ? ldexp(uniform(1, 2), (int)(draw() % 1990) - 995) : 1;
}

static void powers(void)
{
    for (int k = 0; k < 2 * N_EXPONENTS * N_FACTORS; k++) {
        char text[5000];
        Case c = { factors[k / 2 % N_FACTORS], 1, random_gain(k), exponents[k / 2 / N_FACTORS] };
        snprintf(text, sizeof text, "power(%.800g, %u/%u); gain = %.800g", c.factor, c.e.numerator, c.e.denominator, c.gain);
        check_case(&c, power_reference, text);
    }
}

static void naka_rushtons(void)
{
    for (int k = 0; k < 2 * N_EXPONENTS * N_FACTORS; k++) {
        char text[6000];
        Case c = { factors[draw() % N_FACTORS], factors[k / 2 % N_FACTORS], random_gain(k), exponents[k / 2 / N_FACTORS] };
        snprintf(text, sizeof text, "naka_rushton(%.800g, %.800g, %u/%u); gain = %.800g", c.factor, c.scale, c.e.numerator, c.e.denominator, c.gain);
        check_case(&c, naka_rushton_reference, text);
    }
}

int main(void)
{
    RUN(powers);
    RUN(naka_rushtons);
    return test_done();
}
