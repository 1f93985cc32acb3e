/* Prox, derivative and slope bounds of every smooth cost of the catalogue
 * against its definition in 320 bits, over the whole range of the doubles. */
#include "tests/numeric/cost_subject.h"

enum { POINTS = 1500, MODELS = 25, SAMPLES = 120 };

static bool slope_is_near(const Subject *t, double slope, double x, double s)
{
    mpfr_t y, a;
    mpfr_inits2(REFERENCE_BITS, y, a, (mpfr_ptr)0);
    mpfr_set_d(a, s, MPFR_RNDN);
    t->cost->slope(y, a, x, t->exact);
    bool near = !isnan(slope) && mpfr_cmp_d(y, step_ulps(slope, ULPS, -INFINITY)) >= 0 && mpfr_cmp_d(y, step_ulps(slope, ULPS, INFINITY)) <= 0;
    if (!near)
        fprintf(stderr, "%s: phi'(%.17g) = %.17g, is %.17g\n", t->act->text, s, slope, mpfr_get_d(y, MPFR_RNDN));
    mpfr_clears(y, a, (mpfr_ptr)0);
    return near;
}

static void values_and_slopes_to_four_ulp(void)
{
    for (int c = 0; c < N_COST_REFERENCES; c++) {
        Subject t;
        if (!subject_init(&t, &cost_reference[c], cost_reference[c].standard, ""))
            continue;
        int far = 0;
        for (int k = 0; k < POINTS && far < 5; k++) {
            double s = point(k), x = at(&t.phi, s);
            bool near = value_is_near(&t, x, s, 0);
            if (!near)
                fprintf(stderr, "%s: phi(%.17g) = %.17g\n", t.act->text, s, x);
            if (isfinite(x))
                near = slope_is_near(&t, at(&t.slope, s), x, s) && near;
            far += !near;
            CHECK(near);
        }
        subject_free(&t);
    }
}

/* An input that is no number stops a run, so no activation may make a number of it. */
static void a_nan_stays_one(void)
{
    for (int c = 0; c < N_COST_REFERENCES; c++) {
        Subject t;
        if (!subject_init(&t, &cost_reference[c], cost_reference[c].standard, ""))
            continue;
        double x = at(&t.phi, NAN);
        if (!isnan(x))
            fprintf(stderr, "%s: phi(nan) = %.17g\n", t.act->text, x);
        CHECK(isnan(x));
        built_free(&t.built);
    }
}

/* ---- other parameters: the rounding of k (s - shift) counts as one of the input ---- */

static void random_parameters(const CostReference *cost, double *p)
{
    memcpy(p, cost->standard, REFERENCE_PARAMS * sizeof *p);
    for (int k = 0; k < cost->n_params; k++)
        p[k] = dyadic(0.0625, 6);
    if (strcmp(cost->name, "elu") == 0)
        p[0] = dyadic(0.0625, 1);
    if (strcmp(cost->name, "logistic_entropy") == 0)
        p[0] = ldexp(1, 3 - (int)(draw() % 16));        /* to 1/4096, which is steep */
    if (strcmp(cost->name, "logistic") == 0)
        p[2] = dyadic(-3, 3);
    if (strcmp(cost->name, "power") == 0)
        p[1] = dyadic(1.25, 5);
    if (strcmp(cost->name, "naka_rushton") == 0)
        p[2] = dyadic(1, 5);
}

static void values_with_other_parameters(void)
{
    for (int c = 0; c < N_COST_REFERENCES; c++)
        for (int m = 0; m < MODELS / 2; m++) {
            Subject t;
            double p[REFERENCE_PARAMS];
            random_parameters(&cost_reference[c], p);
            if (!subject_init(&t, &cost_reference[c], p, ""))
                continue;
            for (int k = 0; k < SAMPLES; k++) {
                double s = uniform(-30, 30), x = at(&t.phi, s), slack = 6 * DBL_EPSILON * (fabs(s) + 4 * fabs(p[0]) + fabs(p[2]));
                bool near = value_is_near(&t, x, s, slack);
                if (!near)
                    fprintf(stderr, "%s: phi(%.17g) = %.17g\n", t.act->text, s, x);
                CHECK(near);
            }
            subject_free(&t);
        }
}

/* ---- slope bounds: never exceeded, and as sharp as they say ---- */

/* Inputs dense near the kink and the peak, and some far out. */
static double slope_sample(int k)
{
    return k % 8 == 0 ? ldexp(uniform(-1, 1), 40) : k % 8 == 1 ? uniform(-1, 1) / 64 : k % 2 ? uniform(-12, 12) : uniform(-3, 3);
}

/* An input that gives a value in (lo, hi), often close to an end; false when there is none. */
static bool boxed_sample(const Subject *t, double lo, double hi, mpfr_ptr s, double *x)
{
    double from = fmax(lo, t->cost->lo), to = fmin(hi, range_top(t));
    double near = ldexp(uniform(0, 1), -(int)(draw() % 20)) * (to - from);
    *x = draw() % 4 == 0 ? (from < 0 ? near : from + (to - from) * uniform(0, 1)) : draw() % 2 ? from + near : to - near;
    if (!t->cost->inverse) {
        mpfr_set_d(s, t->p[0] * uniform(-3, 3), MPFR_RNDN);
        *x = at(&t->phi, mpfr_get_d(s, MPFR_RNDN));
        return *x > lo && *x < hi;
    }
    mpfr_t value;
    mpfr_init2(value, REFERENCE_BITS);
    mpfr_set_d(value, *x, MPFR_RNDN);
    bool inside = *x > lo && *x < hi && *x > t->cost->lo && *x < range_top(t);
    if (inside)
        t->cost->inverse(s, value, t->exact);
    mpfr_clear(value);
    return inside;
}

/* The largest of phi' over samples with lo < phi < hi; false when one is above the bound. */
static bool sample_slopes(const Subject *t, double lo, double hi, double *largest)
{
    mpfr_t y, s, bound;
    mpfr_inits2(REFERENCE_BITS, y, s, bound, (mpfr_ptr)0);
    mpfr_set_q(bound, t->act->slope_hi, MPFR_RNDU);
    bool ok = true;
    *largest = 0;
    for (int k = 0; k < SAMPLES; k++) {
        double x;
        if (hi < HUGE_VAL || t->cost->p0_is_range) {
            if (!boxed_sample(t, lo, hi, s, &x))
                continue;
        } else {
            mpfr_set_d(s, slope_sample(k), MPFR_RNDN);
            x = at(&t->phi, mpfr_get_d(s, MPFR_RNDN));
        }
        t->cost->slope(y, s, x, t->exact);
        ok &= mpfr_cmp(y, bound) <= 0;
        *largest = fmax(*largest, mpfr_get_d(y, MPFR_RNDN));
    }
    mpfr_clears(y, s, bound, (mpfr_ptr)0);
    return ok;
}

/* A box that meets the range. */
static void random_box(const CostReference *cost, const double *p, double *lo, double *hi, char more[80])
{
    double top = cost->p0_is_range ? p[0] : cost->hi == HUGE_VAL ? 3 : 1;
    *lo = floor(uniform(-0.5, 0.5) * top * 64) / 64;
    *hi = fmax(*lo, 0) + (top - fmax(*lo, 0)) * dyadic(0.25, 0.9);
    snprintf(more, 80, " + box(%.17g, %.17g)", *lo, *hi);
}

static void check_slope_bound(const CostReference *cost, bool boxed)
{
    Subject t;
    double p[REFERENCE_PARAMS], largest, lo = -HUGE_VAL, hi = HUGE_VAL;
    char more[80] = "";
    random_parameters(cost, p);
    if (boxed)
        random_box(cost, p, &lo, &hi, more);
    if (!subject_init(&t, cost, p, more))
        return;
    if (t.act->slope_unbounded) {
        CHECK(strcmp(cost->name, "power") == 0 && !boxed);
    } else {
        bool ok = sample_slopes(&t, lo, hi, &largest);
        double claimed = num_to_double(t.act->slope_hi), attained = num_to_double(t.act->slope_attained);
        bool sharp = attained <= largest * 1.1 + 1e-3;
        if (!ok || !sharp)
            fprintf(stderr, "%s: slope up to %g, attained %g, sampled %.17g\n", t.act->text, claimed, attained, largest);
        CHECK(ok && sharp && attained <= claimed);
        CHECK(attained == claimed || strcmp(cost->name, "probit") == 0 || attained > claimed * (1 - 1e-15));
    }
    subject_free(&t);
}

static void slope_bounds_hold(void)
{
    for (int c = 0; c < N_COST_REFERENCES; c++)
        for (int m = 0; m < MODELS; m++)
            check_slope_bound(&cost_reference[c], m % 2);
}

/* ---- the derivative of what is made of pieces, and in front of a box or l1 ---- */

static void slopes_of_pieces(void)
{
    static const struct { const char *cost; double z, slope; } piece[] = {
        { "nonnegative", 1, 1 }, { "nonnegative", -1, 0 }, { "box(-1, 2); gain = 3", 0.5, 3 }, { "box(-1, 2); gain = 3", 1, 0 },
        { "leaky(0.25)", 2, 1 }, { "leaky(0.25)", -2, 0.25 }, { "l1(0.5)", 0.25, 0 }, { "l1(0.5)", -0.75, 1 },
        { "l1(0.5) + leaky(0.5)", -3, 0.5 }, { "elastic(0.5, 1)", 3, 0.5 }, { "quadratic(3)", 7, 0.25 },
        { "elu + l1(0.5)", 0.25, 0 }, { "elu + l1(0.5)", 0.75, 1 }, { "elu + l1(0.5) + box(-inf, 3)", 4, 0 },
        { "elu + l1(0.5); gain = 2; threshold = 1", 1.125, 0 }, { "elu + l1(0.5); gain = 2; threshold = 1", 1.5, 2 },
        { "softsign + box(0, 0.5) + linear(1)", 1.5, 4.0 / 9 }, { "softsign + box(0, 0.5) + linear(1)", 0.5, 0 },
    };
    for (size_t k = 0; k < sizeof piece / sizeof *piece; k++) {
        CostReference named = { .name = "" };
        Subject t;
        if (!subject_init(&t, &named, (double[REFERENCE_PARAMS]){ 0 }, piece[k].cost))
            continue;
        CHECK_CLOSE(at(&t.slope, piece[k].z), piece[k].slope, 1e-15, 0);
        subject_free(&t);
    }
}

int main(void)
{
    RUN(values_and_slopes_to_four_ulp);
    RUN(a_nan_stays_one);
    RUN(values_with_other_parameters);
    RUN(slope_bounds_hold);
    RUN(slopes_of_pieces);
    return test_done();
}
