/* Names, constants, units and blocks of the model phase. */
#include "compiler/code/code.h"
#include "tests/unit/model_text.h"

#define POP(name, attributes) "population " name " excitatory { tau = 10 ms; cost = nonnegative; " attributes " }\n"

/* ---- units by inference ---- */

static void units_follow_from_gain_and_threshold(void)
{
    Built b;
    build_good(&b, POP("E", "gain = 2 Hz per mV; threshold = 15 mV")
                   POP("F", "gain = 1 Hz per mV")
                   "connect E -> F { weight = 3 mV per kHz }\nconnect F -> F { weight = 1 mV per Hz }\n");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[0].unit_x), "per ms");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[0].unit_z), "mV");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[1].unit_x), "per ms");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[1].unit_z), "mV");
    CHECK_TEXT(number_text(&b, b.m.conns.at[0].factor), "3");
    CHECK_TEXT(number_text(&b, b.m.conns.at[1].factor), "1000");
    CHECK_TEXT(number_text(&b, b.m.pops.at[0].act.slope_hi), "0.002");
    built_free(&b);
}

/* The unit travels against the arrow: the target's input tells the source's rate. */
static void units_travel_both_ways(void)
{
    Built b;
    build_good(&b, POP("A", "") POP("B", "input = 1 nA")
                   "connect A -> B { weight = 2 }\nconnect B -> A { weight = 0 }\n");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[0].unit_x), "nA");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[1].unit_z), "nA");
    built_free(&b);
    build_good(&b, "population A excitatory { tau = 10 ms; cost = box(0, 100 Hz); gain = 5 Hz per nA }\n");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[0].unit_z), "nA");
    CHECK_TEXT(number_text(&b, b.m.pops.at[0].act.range_hi), "0.1");
    built_free(&b);
    build_good(&b, "population A excitatory { tau = 10 ms; activation(v) = tanh(v / 3 mV) * 2 Hz; threshold = 1 mV; gain = 2 }\n");
    CHECK_TEXT(unit_name(&b, b.m.pops.at[0].unit_x), "per ms");
    Sbuf out = { 0 };
    expr_print(b.m.pops.at[0].act.phi, &out);
    CHECK_TEXT(sbuf_text(&out), "tanh(2 * (z - 1) / 3) * 0.002");
    sbuf_free(&out);
    built_free(&b);
}

static void wrong_units_are_found(void)
{
    static const struct { const char *text, *codes; } wrong[] = {
        { POP("E", "threshold = 1 mV; input = 2 nA"), "E0301" },
        { POP("E", "threshold = 1 mV; start = 2 Hz"), "E0301" },
        { POP("E", "input = 1 mV") "connect E -> E { weight = 2 nA }", "E0301" },
        { POP("E", "input = 1 mV; gain = 1 Hz per mV") POP("F", "input = 1 nA") "connect E -> F { weight = 1 mV per Hz }", "E0301" },
        { POP("E", "input = 1 mV + t"), "E0301" },
        { POP("E", "input = exp(t)"), "E0301" },
        { POP("E", "input = sin(2 * pi * t * 5 Hz) + sin(90 deg)"), "" },
        { POP("E", "input = step(t - 3 mV)"), "E0301" },
        { POP("E", "input = pulse(t, 3)"), "E0301" },
        { POP("E", "input = ramp(t - 0, 3 s)"), "" },
        { POP("E", "input = 2 mss"), "E0302" },
        { "population E excitatory { tau = 10; cost = nonnegative }\nsimulate { duration = 3 ms; method = rk4; step = 0.1 ms }", "E0303" },
        { "population E excitatory { tau = 10; cost = nonnegative; input = 3 mV }", "E0303" },
        { "population E excitatory { tau = 10; cost = nonnegative; input = 3 deg }", "" },
        { "population E excitatory { tau = 10 mV; cost = nonnegative }", "E0301" },
        { POP("E", "") "let a = 1 ms + 1", "E0301" },
        { POP("E", "") "let a = 1 ms + 0", "" },
        { POP("E", "") "let a = min(1 ms, 2 mV)", "E0301" },
        { POP("E", "") "let a = (4 mV^2)^(1/2) + 1 mV", "" },
        { POP("E", "") "let a = sqrt(4 mV^2) + 1 V", "" },
        { POP("E", "") "let a = 2^(1 mV)", "E0301" },
        { POP("E", "") "let a = 1 mV / 1 nA + 1 MOhm + 1 V / 1 uA", "" },
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        Built b;
        build(&b, wrong[k].text);
        if (strcmp(codes(&b), wrong[k].codes) != 0)
            fprintf(stderr, "%s\n", wrong[k].text);
        CHECK_TEXT(codes(&b), wrong[k].codes);
        built_free(&b);
    }
}

/* ---- constants ---- */

static void constants_are_exact_in_any_order(void)
{
    Built b;
    build_good(&b, "param c = a / 3\nlet a = f(b, y = 1)\nlet b = 0.1\nfunction f(x, y) = x + y * 0.2\n" POP("E", ""));
    CHECK_TEXT(number_text(&b, b.m.params.at[0].value), "0.1");
    built_free(&b);
}

static void settings(void)
{
    const char *text = "param w = 0.5 in [0, 3]\nparam d = 20 ms in [0 ms, 1 s]\n" POP("E", "")
                       "connect E -> E { weight = w }\n";
    Setting good[] = { { .name = "w", .value = "5/2" }, { .name = "d", .value = "0.5 s" }, { .name = "w", .value = "3e-1" } };
    Built b;
    build_with(&b, text, 3, good);
    CHECK(b.ok);
    CHECK_TEXT(number_text(&b, b.m.conns.at[0].factor), "0.3");
    CHECK_TEXT(number_text(&b, b.m.params.at[1].value), "500");
    CHECK(b.m.params.at[1].was_set);
    built_free(&b);
    static const struct { Setting set; const char *codes; } wrong[] = {
        { { .name = "v", .value = "1" }, "E0404" },      { { .name = "w", .value = "3.1" }, "E0404" },       { { .name = "w", .value = "x" }, "E0404" },
        { { .name = "w", .value = "" }, "E0404" },       { { .name = "w", .value = "1 ms" }, "E0404" },      { { .name = "d", .value = "3" }, "E0404" },
        { { .name = "d", .value = "3 mss" }, "E0302" },  { { .name = "w", .value = "nan" }, "E0404" },       { { .name = "E", .value = "1" }, "E0404" },
        { { .name = "w", .value = "1e99999" }, "E0404" }, { { .name = "d", .value = "0" }, "" },             { { .name = "d", .value = "3 ms per" }, "E0404" },
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        build_with(&b, text, 1, &wrong[k].set);
        if (strcmp(codes(&b), wrong[k].codes) != 0)
            fprintf(stderr, "--set %s=%s\n", wrong[k].set.name, wrong[k].set.value);
        CHECK_TEXT(codes(&b), wrong[k].codes);
        built_free(&b);
    }
}

/* Doubling functions: written out, this would be 2^60 nodes. */
static void large_expressions_are_refused(void)
{
    Built b;
    Sbuf text = { 0 };
    sbuf_str(&text, "function f(x) = x + x * t0\nlet t0 = 2\npopulation E excitatory { tau = 1; cost = identity; input = ");
    for (int k = 0; k < 60; k++)
        sbuf_str(&text, "f(");
    sbuf_str(&text, "t");
    for (int k = 0; k < 60; k++)
        sbuf_str(&text, ")");
    sbuf_str(&text, " }\n");
    build(&b, sbuf_text(&text));
    CHECK_TEXT(codes(&b), "E0403");
    built_free(&b);
    sbuf_free(&text);
    sbuf_str(&text, "population E excitatory { tau = 1; cost = identity; input = 1");
    for (int k = 0; k < 100000; k++)
        sbuf_str(&text, " + t");
    sbuf_str(&text, " }\n");
    build(&b, sbuf_text(&text));
    CHECK(!b.ok);
    built_free(&b);
    sbuf_free(&text);
}

/* ---- blocks ---- */

static void weights(void)
{
    Built b;
    build_good(&b, "let n = 4\npopulation A excitatory { tau = 1; cost = identity; size = 4 }\n"
                   "population B mixed { tau = 1; cost = identity; size = 2 }\n"
                   "connect A -> B { weight = 2 * [[1, 0.1, 0, 3], [4, 5, 6, 7]] / 4 }\n"
                   "connect A -> B { weight = 0.5; scale = 1/n; pattern = random(p = 0.25); seed = 9 }\n"
                   "connect A -> A { weight = exp(-(pre.i - post.i)^2); self = no; scale = 1/sqrt(n) }\n"
                   "connect B -> B { weight = -3; pattern = one_to_one }\n");
    CHECK(b.m.conns.n == 4);
    CHECK_TEXT(b.m.conns.at[0].label, "A->B#2");     /* by their texts: pattern comes before weight */
    CHECK_TEXT(b.m.conns.at[1].label, "A->B");
    CHECK_TEXT(number_text(&b, b.m.conns.at[0].factor), "0.5");
    CHECK(b.m.conns.at[0].literal.n == 8 && b.m.conns.at[0].literal.d[1] == 0.1);
    CHECK_TEXT(number_text(&b, b.m.conns.at[0].literal.q[1]), "0.1");
    CHECK_TEXT(number_text(&b, b.m.conns.at[1].factor), "0.125");
    CHECK(b.m.conns.at[1].pattern == PATTERN_RANDOM_P && b.m.conns.at[1].seed == 9);
    CHECK_TEXT(number_text(&b, b.m.conns.at[2].factor), "0.5");
    CHECK(b.m.conns.at[2].kind == WEIGHT_PAIR && !b.m.conns.at[2].self);
    CHECK_TEXT(number_text(&b, b.m.conns.at[3].factor), "-3");
    built_free(&b);
}

static void indicators_name_neurons(void)
{
    Built b;
    build_good(&b, "population A excitatory { tau = 1; cost = identity; size = 9; input = neuron(3, 7, 4, 3) }\n");
    EigCode code = expr_to_code(&b.cx, b.m.pops.at[0].input);
    for (int i = 0; i < 9; i++) {
        double var[EIG_N_VARS] = { [EIG_VAR_I] = i };
        CHECK(eig_code_eval(&code, var, NULL) == (i == 3 || i == 4 || i == 7));
    }
    built_free(&b);
}

static void records(void)
{
    Built b;
    build_good(&b, POP("E", "size = 5; input = 1 mV") POP("F", "")
                   "simulate { duration = 1 s; method = rk4; step = 1 ms\n"
                   "record E, E[2], mean(E^2) - mean(E)^2, input(E), E * F, sum(E) + t / 1 ms * 1 mV every 1 ms }\n");
    static const struct { const char *name, *unit; size_t width; } expected[] = {
        { "E", "mV", 5 }, { "E[2]", "mV", 1 }, { "mean(E^2) - mean(E)^2", "mV^2", 1 },
        { "input(E)", "mV", 5 }, { "E * F", "mV", 5 }, { "sum(E) + t / 1 ms * 1 mV", "mV", 1 },
    };
    for (size_t k = 0; b.ok && k < sizeof expected / sizeof *expected; k++) {
        const ModelRecord *r = &b.m.sim.records.at[k];
        CHECK_TEXT(r->name, expected[k].name);
        CHECK_TEXT(unit_name(&b, r->unit), expected[k].unit);
        CHECK(r->width == expected[k].width);
    }
    built_free(&b);
}

/* ---- wrong models that have nothing to do with units: each code alone ---- */

/* Noise of four neurons: none where it is 0 for all of them in exact arithmetic. */
static void zero_noise_is_none(void)
{
    static const struct { const char *noise; bool is_none; } form[] = {
        { "0", true }, { "0 * i", true }, { "i - i", true }, { "sigma * (1 + t^2)", true },
        { "sigma * sin(1 + t)", true }, { "-(0 * i) / 3", true }, { "sqrt(0 * i) + 0 * step(t - 3)", true },
        { "step(i - 4)", true }, { "i * (i - 1) * (i - 2) * (i - 3)", true },
        { "step(i - 3)", false }, { "i", false }, { "neuron(2) * 0.1", false },
        { "0 * (1 / i)", false }, { "0 * log(i)", false }, { "exp(-1000 - i)", false },
        { "0.1", false }, { "1e-320 * i", false }, { "0 * normal(0, 1)", true },
    };
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        char text[400];
        Built b;
        snprintf(text, sizeof text, "param sigma = 0\npopulation E excitatory { size = 4; tau = 10; cost = nonnegative; noise = %s }\n",
                 form[k].noise);
        build_good(&b, text);
        if ((b.m.pops.at[0].noise == NULL) != form[k].is_none)
            fprintf(stderr, "%s\n", text);
        CHECK((b.m.pops.at[0].noise == NULL) == form[k].is_none);
        built_free(&b);
    }
}

/* Its unit follows from one that stands in the equation alone, before or behind it. */
static void unit_of_noise(void)
{
    Built b;
    build_good(&b, "population V mixed { v' = -0.2 per ms * v + 0.1 per sqrt(ms) * noise }\n");
    CHECK(b.m.has_time_unit && b.m.pops.at[0].state[0].noise);
    built_free(&b);
    build_good(&b, "population V mixed { v' = noise * 0.1 per sqrt(ms) }\n");
    CHECK(b.m.has_time_unit && b.m.pops.at[0].state[0].noise);
    built_free(&b);
}

static void zero_noise_of_equations(void)
{
    Built b;
    build_good(&b, "population V excitatory { size = 3; v' = -v + 0 * v * noise; w' = v - w + i * noise; calculus = stratonovich }\n");
    CHECK(!b.m.pops.at[0].state[0].noise && b.m.pops.at[0].state[1].noise);
    built_free(&b);
}

static void states_may_be_called_as_attributes_are(void)
{
    static const char *const name[] = { "start", "tau", "cost", "activation", "gain", "threshold", "calculus", "prox_step", "place", "weight", "pattern",
                                        "delay", "current", "self", "record", "n", "sum", "mean" };
    for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
        char text[600];
        Built b;
        const char *v = name[k];
        snprintf(text, sizeof text, "population P mixed { %s' = 1 }\npopulation Q mixed { size = 2; %s' = -%s + w + input; w' = -w; start(%s) = 2 }\n"
                 "function f(%s) = 2 * %s\nsimulate { duration = 1; step = 0.1; method = euler; record Q.%s, Q }\n", v, v, v, v, v, v, v);
        build_good(&b, text);
        CHECK(b.m.pops.n == 2 && b.m.pops.at[1].n_states == 2 && strcmp(b.m.pops.at[1].state[0].name, v) == 0);
        built_free(&b);
        snprintf(text, sizeof text, "param %s = 0.5\npopulation P mixed { tau = 1; cost = nonnegative; input = %s; start = %s }\n", v, v, v);
        build_good(&b, text);
        built_free(&b);
    }
}

static void each_mistake_is_reported_once(void)
{
    static const struct { const char *text, *codes; } wrong[] = {
        { POP("E", "") "let a = b\nlet b = c\nlet c = a", "E0204" },
        { POP("E", "") "function f(x) = g(x)\nfunction g(x) = f(x)\nlet a = f(1)", "E0204" },
        { POP("E", "") "let a = nothing + 1\nlet b = a\nconnect E -> E { weight = b * a }", "E0201" },
        { POP("E", "") POP("E", "") "connect E -> E { weight = 1 }", "E0202" },
        { POP("E", "size = 0") "connect E -> E { weight = [[1]] }\nsimulate { duration = 1 s; method = rk4; step = 1 ms; record E[4] }", "E0401" },
        { POP("E", "size = 2.5"), "E0401" },
        { POP("E", "size = 1e13"), "E0401" },
        { POP("E", "gain = 0"), "E0401" },
        { POP("E", "delay = 3 ms"), "E0205" },
        { POP("E", "start = t"), "E0208" },
        { POP("E", "input = i + pre.i"), "E0208" },
        { POP("E", "input = neuron(1)"), "E0210" },
        { POP("E", "input = \"x\""), "E0304" },
        { POP("E", "input = 1 < 2"), "E0304" },
        { POP("E", "size = 3") "connect E -> E { weight = [[1, 2], [3, 4]] }", "E0402" },
        { POP("E", "size = 2") "connect E -> E { weight = [[1, 2], [3]] }", "E0402" },
        { POP("E", "size = 2") POP("F", "size = 3") "connect E -> F { weight = 1; pattern = one_to_one }", "E0402" },
        { POP("E", "") "connect E -> E { weight = 1; pattern = random(p = 2) }", "E0401" },
        { POP("E", "") "connect E -> E { weight = 1; pattern = kernel(gaussian(3)) }", "E0207" },
        { POP("E", "") "connect E -> E { weight = lognormal(1, 2) }", "" },
        { POP("E", "") "connect E -> E { weight = lognormal(1, -2) }", "E0401" },
        { POP("E", "") "connect E -> E { weight = 1; delay = 3 ms }", "" },
        { POP("E", "") "connect E -> E { weight = 1; delay = -3 ms }", "E0401" },
        { POP("E", "") "connect E -> E { weight = -1 }", "E0602" },
        { POP("E", "") "connect E[0] -> E { weight = 1 }", "E0208" },
        { POP("E", "") "require dale for all params", "" },
        { POP("E", "") "require balanced for all params", "" },
        { POP("E", "") "require input(E) + 2 * mean(E) >= 0 for all params", "" },
        { POP("E", "") "simulate { duration = 1 ms; method = rk4 }", "E0801" },
        { POP("E", "") "simulate { }", "E0801" },
        { POP("E", "") "simulate { duration = 1 ms; method = rk45; rtol = 0 }", "E0401" },
        { POP("E", "") POP("F", "size = 2") POP("G", "size = 3") "simulate { duration = 1 ms; method = rk45; record F + G }", "E0402" },
        { "population E excitatory { v' = -v + input; rate = v }\nconnect E -> E { weight = 1 }", "" },
        { "population E excitatory { v' = -v + u }", "E0201" },
        { "population E excitatory { v' = -v + input; tau = 1; cost = identity }", "E0208 E0208" },
        { "population E excitatory { tau = 1; activation = 3 }", "E0304" },
        { "param a = 1", "E0207" },
        { "population E excitatory { tau = 1; cost(x) = x^2 on [1, 0] }", "E0401" },
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        Built b;
        build(&b, wrong[k].text);
        if (strcmp(codes(&b), wrong[k].codes) != 0)
            fprintf(stderr, "%s\n", wrong[k].text);
        CHECK_TEXT(codes(&b), wrong[k].codes);
        Sbuf out = { 0 };
        model_print(&b.m, &out);        /* what could be understood can be printed */
        sbuf_free(&out);
        built_free(&b);
    }
}

/* a0 = a1 + 1, a1 = a2 + 1, ..., each before what it needs; the last is `end`. */
static char *reverse_chain(int n, const char *word, const char *end)
{
    Sbuf text = { 0 };
    for (int k = 0; k < n; k++)
        sbuf_printf(&text, "%s a%d = a%d + 1\n", word, k, k + 1);
    sbuf_printf(&text, "%s a%d = %s\npopulation E excitatory { tau = 1; cost = nonnegative; input = a0 }\n", word, n, end);
    return text.text;
}

static void long_chains_in_reverse(void)
{
    enum { LONG = 100000 };
    static const char *const word[] = { "let", "param" };
    for (int k = 0; k < 2; k++) {
        char *text = reverse_chain(LONG, word[k], "0.5");
        Built b;
        Num x;
        build_good(&b, text);
        CHECK(b.m.pops.n == 1 && expr_is_const(b.m.pops.at[0].input, &x) && num_to_double(x) == LONG + 0.5);
        built_free(&b);
        free(text);
    }
}

/* One mistake, however long the chain and wherever it closes. */
static void long_circles(void)
{
    static const struct { const char *end, *code; } wrong[] = { { "a0", "E0204" }, { "a7", "E0204" }, { "a4000", "E0204" }, { "a4999", "E0204" },
                                                                { "nothing", "E0201" } };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char *text = reverse_chain(5000, "let", wrong[k].end);
        Built b;
        build(&b, text);
        CHECK_TEXT(codes(&b), wrong[k].code);
        built_free(&b);
        free(text);
    }
}

int main(void)
{
    RUN(long_chains_in_reverse);
    RUN(long_circles);
    RUN(units_follow_from_gain_and_threshold);
    RUN(units_travel_both_ways);
    RUN(wrong_units_are_found);
    RUN(constants_are_exact_in_any_order);
    RUN(settings);
    RUN(large_expressions_are_refused);
    RUN(weights);
    RUN(indicators_name_neurons);
    RUN(records);
    RUN(unit_of_noise);
    RUN(zero_noise_is_none);
    RUN(zero_noise_of_equations);
    RUN(states_may_be_called_as_attributes_are);
    RUN(each_mistake_is_reported_once);
    return test_done();
}
