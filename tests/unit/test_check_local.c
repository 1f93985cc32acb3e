/* Slopes over intervals of inputs: what is seen in less time says the same, or hardly less. */
#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/box_guess.h"
#include "compiler/check/stability/local.h"
#include "compiler/net/build.h"
#include "tests/unit/model_text.h"

static const char *const attribute[] = {
    "activation(z) = tanh(2 * z)", "activation(z) = 1 / (1 + exp(-4 * (z - 0.5)))", "activation(z) = max(z, 0)^2 / (1 + max(z, 0)^2)",
    "activation(z) = log(1 + exp(z)) + tanh(3 * z - 4)", "cost = tanh_cost", "cost = logistic(T = 0.25, th = 1)", "cost = nonnegative",
    "cost = softsign", "cost = leaky(0.1)",
};

static uint64_t state = 1;
static double draw(double lo, double hi)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return lo + (hi - lo) * (double)(state >> 11) * 0x1p-53;
}

static void see_interval(const LocalNet *net, double from, double to)
{
    double least, most, steepest, quick_least, quick_most;
    mpq_t lo, hi;
    mpq_inits(lo, hi, (mpq_ptr)0);
    mpq_set_d(lo, from);
    mpq_set_d(hi, to);
    bool fine = local_slopes(net, 0, lo, hi, &least, &most);
    CHECK(local_steepest(net, 0, lo, hi, &steepest) == fine);
    CHECK(!fine || steepest == most);
    CHECK(local_slopes_quickly(net, 0, lo, hi, &quick_least, &quick_most) == fine);
    CHECK(!fine || (quick_least <= least && quick_most >= most && quick_most - quick_least <= most - least + 1e-4 * most));
    mpq_clears(lo, hi, (mpq_ptr)0);
}

static void less_time_says_the_same(void)
{
    for (size_t k = 0; k < sizeof attribute / sizeof *attribute; k++) {
        Built b;
        Net net;
        SlopeReport slope;
        LocalNet local;
        ClaimMatrix m;
        GainLevel gains;
        const char *reason;
        char text[300];
        snprintf(text, sizeof text, "population E excitatory { tau = 1; %s }\nconnect E -> E { weight = 1 }\n", attribute[k]);
        build_good(&b, text);
        CHECK(net_build(&b.cx, &b.m, &net));
        slope_check(&b.cx, &net, &slope);
        bool has = local_with_slopes_one(&b.cx, &net, &slope, 1, &gains, &m, &local, &reason);
        CHECK(has);
        for (int j = 0; has && j < 60; j++) {
            double from = draw(-9, 9), wide[] = { 1e-7, 0.02, 1, 12 };
            see_interval(&local, from, from + draw(0, wide[j % 4]));
        }
        if (has)
            claim_matrix_clear(&m);
        built_free(&b);
    }
}

/* The exact values in the box of a guess, on both sides about its own. */
static void see_image(const LocalNet *net, const ClaimMatrix *m, BoxGuess *g)
{
    mpq_t lo[2], hi[2], from, to;
    mpq_inits(lo[0], lo[1], hi[0], hi[1], from, to, (mpq_ptr)0);
    for (size_t a = 0; a < 2; a++) {
        mpq_set_d(lo[a], g->lo[a]);
        mpq_set_d(hi[a], g->hi[a]);
    }
    CHECK(box_guess_image(g));
    for (size_t a = 0; a < 2; a++) {
        double least, most;
        local_inputs(net, m, a, lo, hi, from, to);
        CHECK(local_values(net, a, from, to, &least, &most));
        CHECK(fabs(least - g->next_lo[a]) < 1e-12 && fabs(most - g->next_hi[a]) < 1e-12);
    }
    mpq_clears(lo[0], lo[1], hi[0], hi[1], from, to, (mpq_ptr)0);
}

/* Where it ends nothing is left to take away; an activation without an end has no such box. */
static void see_end(const char *activation, bool has_end)
{
    Built b;
    Net net;
    SlopeReport slope[2];
    LocalNet local;
    ClaimMatrix m;
    GainLevel gains;
    Equilibria e;
    BoxGuess g;
    const char *reason;
    char text[400];
    snprintf(text, sizeof text, "population E excitatory { tau = 1; %s; input = 0.3 }\npopulation I inhibitory { tau = 1; %s; input = -0.2 }\n"
             "connect E -> E { weight = 0.6 }\nconnect I -> E { weight = 0.9 }\nconnect E -> I { weight = 0.8 }\n", activation, activation);
    build_good(&b, text);
    CHECK(net_build(&b.cx, &b.m, &net));
    slope_check(&b.cx, &net, slope);
    CHECK(local_with_slopes_one(&b.cx, &net, slope, 2, &gains, &m, &local, &reason));
    equilibria_network(&local, &m, &e);
    CHECK(e.n == 0);
    box_guess_init(&b.cx.arena, &e, &g);
    CHECK(box_guess_end(&g, 200) == has_end);
    if (has_end) {
        see_image(&local, &m, &g);
        for (size_t a = 0; a < 2; a++)
            CHECK(g.lo[a] <= g.hi[a] && g.hi[a] - g.lo[a] < 1.99 && g.next_lo[a] - g.lo[a] < 0.02 && g.hi[a] - g.next_hi[a] < 0.02);
    }
    claim_matrix_clear(&m);
    built_free(&b);
}

static void boxes_in_doubles(void)
{
    see_end("activation(z) = tanh(2 * z)", true);
    see_end("activation(z) = 1 / (1 + exp(-4 * z))", true);
    see_end("cost = tanh_cost", true);
    see_end("cost = nonnegative", false);
    see_end("activation(z) = log(1 + exp(z))", false);
}

int main(void)
{
    RUN(boxes_in_doubles);
    RUN(less_time_says_the_same);
    return test_done();
}
