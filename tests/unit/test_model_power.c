/* Powers of one base in one: what is merged, by hand, and what must not be, since it would have values where the text has none. */
#include "compiler/expr/power.h"
#include "tests/unit/model_text.h"

static void check_merged(const char *text, const char *merged)
{
    Built b;
    Sbuf model = { 0 }, out = { 0 };
    sbuf_printf(&model, "population E excitatory { tau = 1; activation(z) = %s }\n", text);
    build_good(&b, sbuf_text(&model));
    expr_print(expr_merged_powers(&b.cx, &b.nums, b.m.pops.at[0].act.phi), &out);
    CHECK_TEXT(sbuf_text(&out), merged);
    sbuf_free(&model);
    sbuf_free(&out);
    built_free(&b);
}

static void roots_and_powers_of_one_base(void)
{
    check_merged("z * sqrt(z)", "z^1.5");
    check_merged("sqrt(abs(z)) * abs(z)", "abs(z)^1.5");
    check_merged("0.3 * abs(z) * 2 * sqrt(abs(z))", "0.3 * abs(z)^1.5 * 2");
    check_merged("sqrt(max(z, 0))^3", "max(z, 0)^1.5");
    check_merged("sqrt(z^3)", "z^1.5");
    check_merged("(z^(1/3))^4", "z^(4/3)");
    check_merged("z * exp(z) * sqrt(z) * z", "z^2.5 * exp(z)");
    check_merged("(z^2)^0.75", "abs(z)^1.5");
    check_merged("sqrt((z - 1)^2)", "abs(z - 1)");
    check_merged("sqrt(z^4)", "z^2");
    check_merged("sqrt(z^2) * (z^2)^0.75", "abs(z)^2.5");
    check_merged("tanh(z^0.25 * z^0.5)", "tanh(z^0.75)");
}

static void straight_bases_may_be_multiples(void)
{
    check_merged("z * sqrt(2 * z)", "(2 * z)^1.5 * 0.5");
    check_merged("sqrt(3 * z - 3) * (2 - 2 * z)^3", "(3 * z - 3)^3.5 * -8/27");
    check_merged("z^0.75 * (2 * z)^0.5", "z^1.25 * 2^0.5");
}

static void check_continued(const char *text, const char *continued)
{
    Built b;
    Sbuf model = { 0 }, out = { 0 };
    sbuf_printf(&model, "population E excitatory { tau = 1; activation(z) = %s }\n", text);
    build_good(&b, sbuf_text(&model));
    expr_print(expr_continued_powers(&b.cx, &b.nums, b.m.pops.at[0].act.phi), &out);
    CHECK_TEXT(sbuf_text(&out), continued);
    sbuf_free(&model);
    sbuf_free(&out);
    built_free(&b);
}

static void what_is_0_times_infinity_goes_on(void)
{
    check_continued("z * (0.5 / sqrt(z) / (1 + sqrt(z)))", "z^0.5 * 0.5 / (1 + sqrt(z))");
    check_continued("z^1.5 / sqrt(z)", "z");
    check_continued("sqrt(z) / sqrt(z)", "1");
    check_continued("z / sqrt(z) / sqrt(4 * z)", "1 / 4^0.5");
    check_continued("1 / z^1.5 * z", "1 / z^0.5");
    check_continued("z * (1 / z)", "z * (1 / z)");
    check_continued("sqrt(z) * z * 2", "sqrt(z) * z * 2");
}

static void what_would_have_more_values_stays(void)
{
    static const char *const text[] = { "sqrt(z) * sqrt(z)", "z^0.25 * z^0.75", "sqrt(z)^2", "sqrt((z^2 + 1)^2)", "sqrt(tanh(z)^4)",
                                        "z^(-0.5) * z", "z * z", "sqrt(z) * (z + 1)", "(z^(-1))^1.5", "z^(-1) * z^2.5",
                                        "sqrt(z) * sqrt(2 * z)", "sqrt(z) * sqrt(-z)", "(z - 1)^0.25 * (z - 2)" };
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        Built b;
        Sbuf model = { 0 };
        sbuf_printf(&model, "population E excitatory { tau = 1; activation(z) = %s }\n", text[k]);
        build_good(&b, sbuf_text(&model));
        const Expr *e = b.m.pops.at[0].act.phi;
        CHECK(expr_merged_powers(&b.cx, &b.nums, e) == e);
        sbuf_free(&model);
        built_free(&b);
    }
}

int main(void)
{
    RUN(roots_and_powers_of_one_base);
    RUN(straight_bases_may_be_multiples);
    RUN(what_is_0_times_infinity_goes_on);
    RUN(what_would_have_more_values_stays);
    return test_done();
}
