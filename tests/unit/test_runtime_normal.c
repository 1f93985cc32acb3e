/* The normal quantile against MPFR's error function, over all of (0, 1). */
#include <float.h>
#include <math.h>
#include <mpfr.h>

#include "runtime/normal.h"
#include "runtime/rng.h"
#include "tests/test.h"

/* The error of x as the quantile of u in units of its last place: (P(x) - u) / density(x). */
static double units_off(double u, double x)
{
    mpfr_t p, d, arg;
    mpfr_inits2(400, p, d, arg, (mpfr_ptr)0);
    mpfr_set_d(arg, x, MPFR_RNDN);
    mpfr_sqr(d, arg, MPFR_RNDN);
    mpfr_div_si(d, d, -2, MPFR_RNDN);
    mpfr_exp(d, d, MPFR_RNDN);              /* density times sqrt(2 pi) */
    mpfr_set_d(p, 0.5, MPFR_RNDN);
    mpfr_sqrt(p, p, MPFR_RNDN);
    mpfr_mul(arg, arg, p, MPFR_RNDN);
    mpfr_neg(arg, arg, MPFR_RNDN);
    mpfr_erfc(p, arg, MPFR_RNDN);
    mpfr_div_ui(p, p, 2, MPFR_RNDN);        /* P(x) */
    mpfr_sub_d(p, p, u, MPFR_RNDN);
    mpfr_div(p, p, d, MPFR_RNDN);
    double error = mpfr_get_d(p, MPFR_RNDN) * 2.5066282746310002;
    mpfr_clears(p, d, arg, (mpfr_ptr)0);
    int exponent;
    frexp(x, &exponent);
    return ldexp(fabs(error), DBL_MANT_DIG - exponent);
}

static void quantile_is_accurate(void)
{
    double worst = 0.0;
    for (int k = 1; k < 2000; k++) {
        double u = k / 2000.0;
        if (k != 1000)
            worst = fmax(worst, units_off(u, eig_normal_quantile(u)));
    }
    for (double u = 0.5; u > 0x1p-1068; u *= 0.7)
        worst = fmax(worst, units_off(u, eig_normal_quantile(u)));
    for (double rest = 0.1; rest > 0x1p-53; rest *= 0.9)
        worst = fmax(worst, units_off(1.0 - rest, eig_normal_quantile(1.0 - rest)));
    for (double q = 1e-3; q > 0x1p-52; q *= 0.8)
        worst = fmax(worst, units_off(0.5 + q, eig_normal_quantile(0.5 + q)));
    CHECK(worst < 3);
    CHECK(eig_normal_quantile(0.5) == 0.0);
}

static void quantile_rises_and_is_odd(void)
{
    double before = -INFINITY;
    for (double u = 0x1p-54; u < 1.0; u += 1.0 / 65536.0) {
        double x = eig_normal_quantile(u);
        CHECK(x > before && isfinite(x));
        before = x;
    }
    for (double u = 0x1p-10; u < 0.5; u += 0x1p-10)
        CHECK(eig_normal_quantile(1.0 - u) == -eig_normal_quantile(u));
    /* across the seams, one double at a time */
    static const double seam[] = { 0.00048287491053, 0.99951712508947, 2.8133794e-8, 1.2711e-17, 7.2e-64 };
    for (size_t s = 0; s < sizeof seam / sizeof *seam; s++) {
        double u = seam[s];
        for (int k = 0; k < 50; k++)
            u = nextafter(u, 0.0);
        before = eig_normal_quantile(u);
        for (int k = 0; k < 100; k++) {
            u = nextafter(u, 1.0);
            double x = eig_normal_quantile(u);
            CHECK(x >= before - 4 * DBL_EPSILON * fabs(before));
            before = x;
        }
    }
}

/* Draws with seed 42 and tag "noise", computed with mpmath. */
static void draws_by_inversion(void)
{
    static const struct { const char *entity; uint64_t step; double u0, normal; } row[] = {
        { "E[0]", 0, 0.74921383436308076, 0.672017852291311 },
        { "E[0]", 1, 0.0096620131035546897, -2.33922047003197 },
        { "E[1]", 0, 0.84198534487787735, 1.00265093651283 },
        { "E[1]", 1, 0.47704919846755384, -0.0575608979301697 },
        { "I[0]", 0, 0.65602450936637013, 0.401637291113814 },
        { "I[0]", 1, 0.53971879188554972, 0.0997252974044429 },
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        double u[2];
        eig_uniform2(42, eig_fnv1a(row[k].entity), eig_fnv1a("noise"), row[k].step, 0, u);
        CHECK(u[0] == row[k].u0);
        CHECK(fabs(eig_normal_quantile(u[0]) - row[k].normal) < 2e-14);
    }
}

int main(void)
{
    RUN(quantile_is_accurate);
    RUN(quantile_rises_and_is_odd);
    RUN(draws_by_inversion);
    return test_done();
}
