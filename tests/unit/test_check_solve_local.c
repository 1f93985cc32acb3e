/* Rates and slopes of proxes that are solved for, over intervals of inputs, against the equation x + g'(x) = s halved to its
 * solution in long doubles, and against hand-written slopes. */
#include "compiler/check/slope/slope.h"
#include "compiler/check/slope/solve_local.h"
#include "tests/unit/model_text.h"

/* x + g'(x), and the domain of g. */
typedef long double Left(long double x);

static long double of_quartic(long double x) { return x + 4 * x * x * x + (x > 0) - (x < 0); }
static long double of_cube_kink(long double x) { return x + 3 * x * x + (x > 0.25L ? 0.5L : -0.5L); }
static long double of_entropy(long double x) { return x + logl(x) + 1; }
static long double of_exponential(long double x) { return x + expl(x) + (x > 1) * 0.25L; }
/* kinks at -+sqrt(2) */
static long double of_irrational(long double x) { return x + 4 * x * x * x + (fabsl(x) > sqrtl(2) ? x / 2 : -x / 2); }

static const struct { const char *attribute; Left *left; double lo, hi; } row[] = {
    { "cost(x) = abs(x) + x^4", of_quartic, -1e6, 1e6 },
    { "cost(x) = x^3 + abs(x - 0.25) / 2 on [0, 3]", of_cube_kink, 0, 3 },
    { "cost(x) = x * log(x) + 0 * max(x - 9, 0)^3 on [0, inf]", of_entropy, 0, 1e6 },
    { "cost(x) = exp(x) + max(x - 1, 0) / 4", of_exponential, -1e6, 40 },
    { "cost(x) = x^4 + abs(x^2 - 2) / 4", of_irrational, -1e6, 1e6 },
};

static double solution(size_t k, long double s)
{
    long double lo = row[k].lo, hi = row[k].hi;
    for (int j = 0; j < 200; j++) {
        long double middle = (lo + hi) / 2;
        *(row[k].left(middle) < s ? &lo : &hi) = middle;
    }
    return (double)lo;
}

static uint64_t state = 1;
static double draw(double lo, double hi)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return lo + (hi - lo) * (double)(state >> 11) * 0x1p-53;
}

static void see_interval(const LocalSolve *s, NumPool *nums, size_t k, double lo, double hi)
{
    double least, most, flat, steep;
    double a = solution(k, lo), b = solution(k, hi);
    CHECK(local_solve_values(s, nums, lo, hi, &least, &most));
    CHECK(least <= a + 1e-18 && a - least <= 1e-10 * (1 + fabs(a)));
    CHECK(most >= b - 1e-18 && most - b <= 1e-10 * (1 + fabs(b)));
    CHECK(local_solve_slopes(s, nums, lo, hi, &flat, &steep));
    for (int j = 0; j < 20; j++) {
        double x = draw(lo, hi), y = draw(lo, hi), chord = (solution(k, y) - solution(k, x)) / (y - x);
        CHECK(!(fabs(y - x) > 1e-3) || (flat <= chord + 1e-9 && chord - 1e-9 <= steep));
    }
}

static void enclosures_hold_and_are_near(void)
{
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        Built b;
        SlopeReport all;
        char text[200];
        snprintf(text, sizeof text, "population E excitatory { tau = 1; %s }\n", row[k].attribute);
        build_good(&b, text);
        slope_of_cost_formula(&b.cx, &b.nums, &b.m.pops.at[0].act, &all);
        CHECK(all.proved && all.monotone);
        const LocalSolve *s = local_solve_new(&b.cx, &b.nums, &b.m.pops.at[0].act);
        CHECK(s);
        for (int j = 0; s && j < 300; j++) {
            double lo = draw(-8, 12), wide = j % 3 == 0 ? 1e-6 : j % 3 == 1 ? 0.1 : 5;
            see_interval(s, &b.nums, k, lo, lo + draw(0, wide));
        }
        built_free(&b);
    }
}

static void at_kinks_and_ends_it_stays(void)
{
    Built b;
    double least, most;
    build_good(&b, "population E excitatory { tau = 1; gain = 2; threshold = 1; cost(x) = abs(x - 0.25) + x^4 on [0, 2] }\n");
    const LocalSolve *s = local_solve_new(&b.cx, &b.nums, &b.m.pops.at[0].act);
    /* x + 4 x^3 is 0.3125 at the kink: inputs 2 (z - 1) from -0.6875 to 1.3125 stay there, those below -1 at 0, those above 35 at 2. */
    CHECK(local_solve_values(s, &b.nums, 0.7, 1.6, &least, &most) && least == 0.25 && most == 0.25);
    CHECK(local_solve_slopes(s, &b.nums, 0.7, 1.6, &least, &most) && least == 0 && most == 0);
    CHECK(local_solve_values(s, &b.nums, -3, 0.4, &least, &most) && least == 0 && most == 0);
    CHECK(local_solve_slopes(s, &b.nums, -3, 0.4, &least, &most) && least == 0 && most == 0);
    CHECK(local_solve_values(s, &b.nums, 19, 1e300, &least, &most) && least == 2 && most == 2);
    CHECK(local_solve_slopes(s, &b.nums, 0.4, 0.7, &least, &most) && least == 0 && most >= 2 && most < 2.01);
    CHECK(local_solve_slopes(s, &b.nums, 1, 3, &least, &most) && least == 0 && most >= 2 / 1.75 && most < 1.16);
    CHECK(local_solve_slopes(s, &b.nums, 2, 3, &least, &most) && least > 0.1 && most < 0.8);
    built_free(&b);
}

static void what_is_no_solve_is_none(void)
{
    Built b;
    build_good(&b, "population E excitatory { tau = 1; activation(z) = tanh(z) }\n");
    CHECK(!local_solve_new(&b.cx, &b.nums, &b.m.pops.at[0].act));
    built_free(&b);
}

int main(void)
{
    RUN(enclosures_hold_and_are_near);
    RUN(at_kinks_and_ends_it_stays);
    RUN(what_is_no_solve_is_none);
    return test_done();
}
