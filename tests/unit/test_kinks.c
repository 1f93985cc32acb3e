/* The first time at which a polynomial changes its sign, against the roots that it was made of. */
#include "runtime/kinks.h"
#include "tests/test.h"

#include <math.h>

static double first(const double *root, size_t n, double scale, double length, double atol)
{
    EigJets jets = { .order = EIG_JET_MOST_ORDER };
    EigProblem p = { .rtol = 0.0, .atol = atol, .jets = &jets };
    eig_kinks_count(&p, &jets);
    jets.n_kinks = 1;
    double g[EIG_JET_MOST_ORDER] = { scale };
    for (size_t k = 0; k < n; k++)
        for (size_t j = k + 2; j-- > 0;)
            g[j] = (j > 0 ? g[j - 1] : 0.0) - root[k] * g[j];
    return kinks_first(&p, g, length);
}

#define FIRST(scale, length, ...) \
    first((const double[]){ __VA_ARGS__ }, sizeof (double[]){ __VA_ARGS__ } / sizeof(double), scale, length, 0.0)

static void the_first_of_roots(void)
{
    CHECK(fabs(FIRST(1, 1, 0.5) - 0.5) < 1e-13);
    CHECK(fabs(FIRST(-1, 1, 0.5) - 0.5) < 1e-13);
    CHECK(isinf(FIRST(1, 1, 1.5)) && isinf(FIRST(1, 1, -0.5)) && isinf(FIRST(1, 1, 1.5, -2, 3, -1e-3)));
    CHECK(fabs(FIRST(1e9, 4, 3.5, 2.25, 3) - 2.25) < 1e-11);
    CHECK(fabs(FIRST(1e-9, 8, 7, -1, 2, 9, 1.5) - 1.5) < 1e-9);
    CHECK(fabs(FIRST(1, 1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8) - 0.1) < 1e-6);
}

/* Two next to each other are seen, however short the time between them is against the step. */
static void both_crossings(void)
{
    for (double apart = 0.1; apart > 3e-6; apart *= 0.5)
        CHECK(fabs(FIRST(1, 1, 0.3, 0.3 + apart) - 0.3) < 0.3 * apart);
    CHECK(fabs(FIRST(1, 100, 30, 30.001) - 30) < 0.001);
}

/* What touches, begins or stays at 0 does not switch; what leaves it does so at once. */
static void touching_is_no_switch(void)
{
    CHECK(isinf(FIRST(1, 1, 0.5, 0.5)) && isinf(FIRST(-1, 1, 0.3, 0.3)) && isinf(FIRST(1, 1, 0.0)) && isinf(FIRST(0.0, 1, 0.5)));
    CHECK(FIRST(-1, 1, 0.0) < 1e-12 && FIRST(-1, 1, 0.0) > 0);
    CHECK(isinf(FIRST(NAN, 1, 0.5)) && isinf(FIRST(INFINITY, 1, 0.5)));
}

/* A dip below 0 that the tolerance allows. */
static void the_tolerance_is_a_width(void)
{
    const double root[] = { 0.4, 0.6 };
    CHECK(isinf(first(root, 2, 1, 1, 1024 * 0.011)) && fabs(first(root, 2, 1, 1, 1024 * 0.0075) - 0.45) < 1e-12);
}

int main(void)
{
    RUN(the_first_of_roots);
    RUN(both_crossings);
    RUN(touching_is_no_switch);
    RUN(the_tolerance_is_a_width);
    return test_done();
}
