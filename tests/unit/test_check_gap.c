/* What is said of formulas that touch the edge of a function's domain, have a pole, or a jump: a fault only where there is one.
 * Each line is worked out by hand. */
#include "compiler/check/slope/slope.h"
#include "tests/unit/model_text.h"

/* The codes that the line gets, in an excitatory population alone; "" with *proved false: undecided. */
static const char *said_of(Built *b, const char *line, bool *proved)
{
    SlopeReport r;
    Sbuf text = { 0 };
    sbuf_printf(&text, "population E excitatory { tau = 1; %s }\n", line);
    build_good(b, sbuf_text(&text));
    sbuf_free(&text);
    const Activation *act = &b->m.pops.at[0].act;
    (act->cost ? slope_of_cost_formula : slope_of_formula)(&b->cx, &b->nums, act, &r);
    *proved = r.proved;
    return codes(b);
}

static void check_said(size_t n, const char *const (*row)[2])
{
    for (size_t k = 0; k < n; k++) {
        Built b;
        bool proved;
        const char *said = said_of(&b, row[k][0], &proved);
        CHECK(!proved);
        if (strcmp(said, row[k][1]) != 0)
            fprintf(stderr, "%s: %s\n", row[k][0], said);
        CHECK_TEXT(said, row[k][1]);
        built_free(&b);
    }
}

/* Terms that cancel leave an interval around 0: all of these have values, or are not seen to have none. */
static void what_only_touches_an_edge_is_not_called_a_fault(void)
{
    static const char *const row[][2] = {
        { "activation(z) = z + sqrt(sin(z)^2 + cos(z)^2 - 1)", "" },
        { "activation(z) = z + (1 - sin(z)^2 - cos(z)^2)^1.5", "" },
        { "activation(z) = z + log(exp(z) * exp(-z) - 1 + 1e-40)", "" },
        { "activation(z) = z + 1 / (1 - cos(z)^2 - sin(z)^2 + 1e-60)", "" },
        { "activation(z) = z + (exp(z) * exp(-z) - 1 + 1e-60)^(-2)", "" },
        { "cost(x) = sqrt(sin(x)^2 + cos(x)^2 - 1)", "E0721" },
        { "cost(x) = log(exp(x) * exp(-x) - 1 + 1e-40) on [0, 1]", "E0721" },
        { "cost(x) = 1 / (1 - cos(x)^2 - sin(x)^2 + 1e-60) on [0, 1]", "E0721" },
        { "cost(x) = abs(x) * sqrt(sin(x)^2 + cos(x)^2 - 1)", "E0721" },      /* where pieces meet */
    };
    check_said(sizeof row / sizeof *row, row);
}

static void what_has_no_value_is_found(void)
{
    static const char *const row[][2] = {
        { "activation(z) = sqrt(z)", "E0712" },
        { "activation(z) = z * log(abs(z))", "E0712" },
        { "activation(z) = (z - 0.3)^1.5", "E0712" },
        { "activation(z) = -1 / (z - 0.3)", "E0712" },
        { "activation(z) = z + 1 / (z - 0.3)^2", "E0712" },
        { "activation(z) = z + 1 / abs(z^3 - 2)", "E0712" },                    /* at no rational number */
        { "activation(z) = z + abs(z - 0.3)^(-0.5)", "E0712" },
        { "activation(z) = (-2)^z", "E0712" },
        { "activation(z) = ramp(z, z)", "E0712" },
        { "activation(z) = log_root(z, z)", "E0712" },
        { "cost(x) = sqrt(x)", "E0722" },
        { "cost(x) = 0 * log(x) on [-1, 1]", "E0722" },
        { "cost(x) = 1 / (x - 0.3)^2 on [0, 1]", "E0722" },
        { "cost(x) = 1 / ((x - 1/3) * (x - 0.7))^2 on [0, 1]", "E0722" },
        { "cost(x) = -log(abs(x - 0.3)) on [0, 1]", "E0722" },
    };
    check_said(sizeof row / sizeof *row, row);
}

/* (-2)^z has values at whole numbers, 0^b where b > 0. */
static void powers_by_what_varies(void)
{
    static const char *const row[][2] = {
        { "activation(z) = z + 0 * (-2)^floor(z)", "" },
        { "activation(z) = max(z, 0)^(1 + max(z, 0))", "" },
    };
    check_said(sizeof row / sizeof *row, row);
}

static void only_what_jumps_is_said_to(void)
{
    static const char *const row[][2] = {
        { "activation(z) = step(z - 0.3)", "E0711" },
        { "activation(z) = z + floor(3 * z + 0.1)", "E0711" },
        { "activation(z) = z + step(z^3 - 2)", "E0711" },
        { "activation(z) = z + pulse(z - 0.1, 1)", "E0711" },
        { "activation(z) = z + step(z - 0.3) + floor(z + 0.7)", "E0711" },
        { "activation(z) = z + 1e-17 * step(z - 1/3)", "E0711" },                 /* less than doubles beside 1/3 are apart */
        { "activation(z) = z + 1e-27 * step(z - 0.1)", "E0711" },
        { "activation(z) = z + 1e-17 * step(1 - 3 * z)", "E0711" },
        { "activation(z) = z + step(z - 1/3) + step(1/3 - z)", "E0711" },         /* at that one place */
        { "activation(z) = z + step(z) - step(z)", "" },
        { "activation(z) = z + 1e-60 * step(z - 1/3)", "" },
    };
    check_said(sizeof row / sizeof *row, row);
}

static void steps_that_do_not_jump_are_proved(void)
{
    static const char *const text[] = {
        /* From 0 to 1 in a steep slope: step(...) is 0 where that begins. */
        "activation(z) = max(z - 1, 0) + min(1e15 * max(z - 0.3, 0), 1) * step(z - 0.3)",
        "activation(z) = z + max(z - 0.3, 0) * step(z - 0.3)",
    };
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        Built b;
        bool proved;
        CHECK_TEXT(said_of(&b, text[k], &proved), "");
        CHECK(proved);
        built_free(&b);
    }
}

int main(void)
{
    RUN(what_only_touches_an_edge_is_not_called_a_fault);
    RUN(what_has_no_value_is_found);
    RUN(powers_by_what_varies);
    RUN(only_what_jumps_is_said_to);
    RUN(steps_that_do_not_jump_are_proved);
    return test_done();
}
