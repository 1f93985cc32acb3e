/* Draws against the distribution functions, which MPFR knows to any precision. */
#include <math.h>
#include <mpfr.h>

#include "runtime/draw.h"
#include "tests/test.h"

/* P(gamma(shape) <= x) = 1 - Gamma(shape, x)/Gamma(shape); *density at x. */
static double gamma_below(double shape, double x, double u, double *density)
{
    mpfr_t a, y, whole;
    mpfr_inits2(300, a, y, whole, (mpfr_ptr)0);
    mpfr_set_d(a, shape, MPFR_RNDN);
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_gamma(whole, a, MPFR_RNDN);
    mpfr_gamma_inc(y, a, y, MPFR_RNDN);
    mpfr_div(y, y, whole, MPFR_RNDN);
    mpfr_ui_sub(y, 1, y, MPFR_RNDN);
    mpfr_sub_d(y, y, u, MPFR_RNDN);
    double difference = mpfr_get_d(y, MPFR_RNDN);
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_log(y, y, MPFR_RNDN);
    mpfr_mul_d(y, y, shape - 1, MPFR_RNDN);
    mpfr_sub_d(y, y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_div(y, y, whole, MPFR_RNDN);
    *density = mpfr_get_d(y, MPFR_RNDN);
    mpfr_clears(a, y, whole, (mpfr_ptr)0);
    return difference;
}

static void gamma_draws_are_quantiles(void)
{
    static const double shape[] = { 0.1, 0.5, 1, 1.7, 4, 30, 150, 1e4, 1e5 };
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
        EigDraw d = { .dist = EIG_DIST_GAMMA, .a = shape[s], .b = 1.0 };
        for (int k = 1; k < 60; k++) {
            double u = k / 60.0, density, x = eig_draw_value(&d, u);
            double error = gamma_below(shape[s], x, u, &density) / (density * x);
            CHECK(fabs(error) < 1e-11);
        }
        double before = 0.0;
        for (int k = 1; k < 2000; k++) {
            double x = eig_draw_value(&d, k / 2000.0);
            CHECK(x > before);
            before = x;
        }
    }
    EigDraw wide = { .dist = EIG_DIST_GAMMA, .a = 2, .b = 5 }, one = { .dist = EIG_DIST_GAMMA, .a = 2, .b = 1 };
    CHECK(eig_draw_value(&wide, 0.3) == 5 * eig_draw_value(&one, 0.3));
}

static void closed_forms(void)
{
    EigDraw uniform = { .dist = EIG_DIST_UNIFORM, .a = -1, .b = 3 };
    EigDraw exponential = { .dist = EIG_DIST_EXPONENTIAL, .a = 2 };
    EigDraw lognormal = { .dist = EIG_DIST_LOGNORMAL, .a = 20, .b = 0.3 };
    CHECK(eig_draw_value(&uniform, 0.25) == 0.0);
    CHECK_CLOSE(eig_draw_value(&exponential, 0.5), 2 * M_LN2, 1e-15, 0);
    CHECK(eig_draw_value(&lognormal, 0.5) == 20.0);
    CHECK_CLOSE(eig_draw_value(&lognormal, 0.84134474606854293), 20 * exp(0.3), 1e-14, 0);
}

/* A cut at u1, u2 gives what the whole distribution gives between them. */
static void cuts_keep_the_shape(void)
{
    EigDraw whole[] = { { .dist = EIG_DIST_NORMAL, .a = 1, .b = 0.5 }, { .dist = EIG_DIST_LOGNORMAL, .a = 2, .b = 0.7 },
                        { .dist = EIG_DIST_GAMMA, .a = 3, .b = 2 }, { .dist = EIG_DIST_EXPONENTIAL, .a = 4 },
                        { .dist = EIG_DIST_UNIFORM, .a = -2, .b = 5 } };
    for (size_t k = 0; k < sizeof whole / sizeof *whole; k++) {
        EigDraw cut = whole[k];
        cut.is_cut = true;
        cut.lo = eig_draw_value(&whole[k], 0.2);
        cut.hi = eig_draw_value(&whole[k], 0.6);
        CHECK_CLOSE(eig_draw_mass(&cut), 0.4, 1e-12, 0);
        for (double u = 0.01; u < 1; u += 0.01) {
            double x = eig_draw_value(&cut, u);
            CHECK(x >= cut.lo && x <= cut.hi);
            CHECK_CLOSE(x, eig_draw_value(&whole[k], 0.2 + 0.4 * u), 1e-11, 1e-12);
        }
        cut.hi = INFINITY;
        CHECK_CLOSE(eig_draw_mass(&cut), 0.8, 1e-12, 0);
    }
}

/* Far out, above and below, where F is 1 or 0 to all digits. */
static void tails_keep_the_shape(void)
{
    EigDraw exponential = { .dist = EIG_DIST_EXPONENTIAL, .a = 1, .is_cut = true, .lo = 50, .hi = INFINITY };
    EigDraw above = { .dist = EIG_DIST_NORMAL, .a = 0, .b = 1, .is_cut = true, .lo = 9, .hi = INFINITY };
    EigDraw below = { .dist = EIG_DIST_NORMAL, .a = 0, .b = 1, .is_cut = true, .lo = -INFINITY, .hi = -9 };
    EigDraw gamma = { .dist = EIG_DIST_GAMMA, .a = 1, .b = 2, .is_cut = true, .lo = 100, .hi = INFINITY };
    for (double u = 0x1p-54; u < 1; u += 0.013) {
        CHECK_CLOSE(eig_draw_value(&exponential, u), 50 - log1p(-u), 1e-14, 0);
        CHECK_CLOSE(eig_draw_value(&above, u), -eig_draw_value(&below, 1 - u), 1e-13, 0);
        CHECK_CLOSE(eig_draw_value(&gamma, u), 100 - 2 * log1p(-u), 1e-13, 0);
    }
    CHECK(isfinite(eig_draw_value(&exponential, 1 - 0x1p-53)));
    exponential.lo = 0.1;
    CHECK(isfinite(eig_draw_value(&exponential, 1 - 0x1p-53)));
    CHECK(eig_draw_is_upper(&above) && !eig_draw_is_upper(&below));
    CHECK_CLOSE(eig_draw_mass(&above), eig_draw_mass(&below), 1e-15, 0);
}

int main(void)
{
    RUN(gamma_draws_are_quantiles);
    RUN(closed_forms);
    RUN(cuts_keep_the_shape);
    RUN(tails_keep_the_shape);
    return test_done();
}
