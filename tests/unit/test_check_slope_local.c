/* Slopes over an interval of inputs against slopes written out by hand. */
#include "compiler/check/slope/slope.h"
#include "tests/unit/model_text.h"

typedef double Slope(double z);

static double of_tanh(double z) { return 1 - tanh(z) * tanh(z); }
static double of_square(double z) { return z > 0 ? 2 * z : 0; }
static double of_relu(double z) { return z >= 0; }
static double of_root(double z) { return z > 0 ? 0.5 / sqrt(z) : z < 0 ? 0 : (double)INFINITY; }
static double of_hill(double z) { return z > 0 ? 2 * z / pow(1 + z * z, 2) : 0; }
static double of_logistic(double z) { return 1 / (2 + exp(z) + exp(-z)); }
static double of_soft_tanh(double z) { return of_tanh(z) / (1 + exp(-tanh(z))); }
static double of_root_tanh(double z) { return of_tanh(z) * pow(1 + tanh(z) * tanh(z), -1.5); }
/* x + 12 x^2... of cost 2 x^3: 6 x^2 + x = z, slope 1/(1 + 12 x) */
static double of_cubic(double z) { return 1 / sqrt(1 + 24 * z); }
/* x + log(x) + 1 = z */
static double of_entropy(double z)
{
    double x = 1;
    for (int k = 0; k < 100; k++)
        x = fmax(x / 10, x - (x + log(x) + 1 - z) / (1 + 1 / x));
    return x / (1 + x);
}

static const struct { const char *attribute; Slope *slope; double lo, hi, tolerance; } row[] = {
    { "activation(z) = tanh(z)", of_tanh, 0.5, 2, 0.02 },
    { "activation(z) = tanh(z)", of_tanh, -1, 0.25, 0.02 },
    { "activation(z) = max(z, 0)^2", of_square, -1, 3, 0.05 },
    { "activation(z) = max(z, 0)", of_relu, 0.5, 3, 1e-12 },
    { "activation(z) = tanh(z)", of_tanh, -1e308, 1.7e308, 1 },
    { "activation(z) = tanh(z)", of_tanh, 0.25, 0.25, 1e-12 },
    { "activation(z) = tanh(z)", of_tanh, 1e300, 1e308, 1e-12 },
    { "activation(z) = max(z, 0)", of_relu, -1e-300, 1e-300, 1e-12 },
    { "activation(z) = max(z, 0)", of_relu, 0, 0, 1 },
    { "activation(z) = sqrt(max(z, 0))", of_root, 0.25, 4, 0.02 },
    { "activation(z) = sqrt(max(z, 0))", of_root, 0, 4, INFINITY },
    { "activation(z) = max(z, 0)^2 / (1 + max(z, 0)^2)", of_hill, -2, 3, 0.05 },
    { "activation(z) = max(z, 0)^2 / (1 + max(z, 0)^2)", of_hill, 1e-9, 1e-3, 1e-5 },
    { "activation(z) = exp(z) / (1 + exp(z))", of_logistic, -700, 800, 0.3 },
    { "activation(z) = exp(z) / (1 + exp(z))", of_logistic, 700, 800, 1e-12 },
    { "activation(z) = log(1 + exp(tanh(z)))", of_soft_tanh, -3, 0.5, 0.02 },
    { "activation(z) = tanh(z) / sqrt(1 + tanh(z)^2)", of_root_tanh, -2, 0.5, 0.03 },
    { "cost = nonnegative", of_relu, -3, -0.5, 1e-12 },
    { "cost(x) = 2 * x^3 on [0, inf]", of_cubic, 0.5, 4, 0.01 },
    { "cost(x) = x * log(x) on [0, inf]", of_entropy, -2, 3, 0.01 },
};

static void bounds_hold_and_are_near(void)
{
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        Built b;
        char text[200];
        double least, most, lo = INFINITY, hi = -INFINITY;
        snprintf(text, sizeof text, "population E excitatory { tau = 1; %s }\n", row[k].attribute);
        build_good(&b, text);
        const Activation *act = &b.m.pops.at[0].act;
        SlopeReport all = { .proved = true, .bounded = !act->slope_unbounded, .lo = act->slope_lo, .hi = act->slope_hi };
        if (act->cost && !act->slope_known)
            slope_of_cost_formula(&b.cx, &b.nums, act, &all);
        else if (!act->slope_known)
            slope_of_formula(&b.cx, &b.nums, act, &all);
        slope_local(&b.cx, &b.nums, act, &all, row[k].lo, row[k].hi, &least, &most);
        for (int j = 0; j <= 1000; j++) {
            double slope = row[k].slope(row[k].lo + (row[k].hi / 1000 - row[k].lo / 1000) * j);
            lo = fmin(lo, slope);
            hi = fmax(hi, slope);
        }
        CHECK(least <= lo + 1e-12 && most >= hi - 1e-12);
        CHECK(least >= lo - row[k].tolerance && most <= hi + row[k].tolerance);
        built_free(&b);
    }
}

/* Where a kink or an end lies in between, what holds everywhere is said. */
static void a_kink_between_is_not_forgotten(void)
{
    Built b;
    double least, most;
    SlopeReport all;
    build_good(&b, "population E excitatory { tau = 1; cost(x) = abs(x) + x^4 }\n");
    const Activation *act = &b.m.pops.at[0].act;
    slope_of_cost_formula(&b.cx, &b.nums, act, &all);
    slope_local(&b.cx, &b.nums, act, &all, 0.5, 3, &least, &most);
    CHECK(least == 0 && most >= 1 && most < 1.000001);
    slope_local(&b.cx, &b.nums, act, &all, 2, 3, &least, &most);
    CHECK(least > 0.05 && most < 0.6);
    built_free(&b);
}

int main(void)
{
    RUN(bounds_hold_and_are_near);
    RUN(a_kink_between_is_not_forgotten);
    return test_done();
}
