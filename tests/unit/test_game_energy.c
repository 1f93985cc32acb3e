/* Costs of activations against their closed forms (docs/theory.md, catalogue of
 * costs), written out here with long doubles. */
#include "compiler/game/energy.h"
#include "tests/unit/model_text.h"

typedef long double Cost(long double x);

static long double cost_tanh(long double x) { return x * atanhl(x) + log1pl(-x * x) / 2 - x * x / 2; }
static long double cost_softsign(long double x) { return -fabsl(x) - log1pl(-fabsl(x)) - x * x / 2; }
static long double cost_algebraic(long double x) { return 1 - sqrtl(1 - x * x) - x * x / 2; }
static long double cost_logistic(long double x) { return x * logl(x) + (1 - x) * log1pl(-x) - x * x / 2; }
static long double cost_relu(long double x) { (void)x; return 0; }
static long double cost_sinh(long double x) { return x * asinhl(x) - sqrtl(1 + x * x) + 1 - x * x / 2; }

static const struct { const char *attributes; Cost *cost; double at[4]; } row[] = {
    { "activation(z) = tanh(z)", cost_tanh, { -0.9, 0, 0.3, 0.999 } },
    { "activation(z) = tanh(z); gain = 2; threshold = 0.3", cost_tanh, { -0.5, 0.1, 0.6, 0.99 } },
    { "activation(z) = z / (1 + abs(z))", cost_softsign, { -0.7, 0, 0.25, 0.9 } },
    { "activation(z) = z / sqrt(1 + z^2)", cost_algebraic, { -0.6, 0, 0.3, 0.8 } },
    { "activation(z) = 1 / (1 + exp(-z)); threshold = -1", cost_logistic, { 0.01, 0.4, 0.5, 0.9 } },
    { "activation(z) = max(z, 0)", cost_relu, { 0, 0.5, 2, 7 } },
    { "activation(z) = (exp(z) - exp(-z)) / 2", cost_sinh, { -4, 0, 1, 3 } },
};

/* Differences of costs: each form has a constant of its own. */
static void closed_forms(void)
{
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        Built b;
        char text[300];
        double lo[4], hi[4];
        snprintf(text, sizeof text, "population E excitatory { tau = 1; %s }\n", row[k].attributes);
        build_good(&b, text);
        for (int j = 0; j < 4; j++) {
            CHECK(energy_enclose(&b.nums, &b.m.pops.at[0].act, row[k].at[j], 1e-7, &lo[j], &hi[j]));
            double wanted = (double)(row[k].cost(row[k].at[j]) - row[k].cost(row[k].at[0]));
            CHECK(lo[j] - hi[0] <= wanted + 1e-15 && wanted - 1e-15 <= hi[j] - lo[0]);
            CHECK(hi[j] - lo[j] <= 1e-7);
        }
        built_free(&b);
    }
}

static void of_costs_by_formula(void)
{
    Built b;
    double lo, hi;
    build_good(&b, "population E excitatory { tau = 1; cost(x) = x * log(x) on [0, 5] }\n");
    const Activation *act = &b.m.pops.at[0].act;
    CHECK(energy_enclose(&b.nums, act, 2, 1e-10, &lo, &hi));
    CHECK(lo <= (double)(2 * logl(2)) && (double)(2 * logl(2)) <= hi && hi - lo < 1e-14);
    CHECK(energy_enclose(&b.nums, act, 6, 1e-10, &lo, &hi) && isinf(lo) && isinf(hi));
    built_free(&b);
}

static void what_no_input_reaches_has_none(void)
{
    Built b;
    double lo, hi;
    build_good(&b, "population E excitatory { tau = 1; activation(z) = tanh(z) }\n");
    CHECK(!energy_enclose(&b.nums, &b.m.pops.at[0].act, 1.5, 1e-6, &lo, &hi));
    CHECK(!energy_enclose(&b.nums, &b.m.pops.at[0].act, -1, 1e-6, &lo, &hi));
    built_free(&b);
}

int main(void)
{
    RUN(closed_forms);
    RUN(of_costs_by_formula);
    RUN(what_no_input_reaches_has_none);
    return test_done();
}
