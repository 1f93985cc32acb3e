/* Where parts of formulas change their sign (compiler/check/slope/branch_root.h), against their values beside. */
#include <math.h>

#include "compiler/check/slope/branch_root.h"
#include "tests/unit/model_text.h"

static const struct { const char *text; double lo, hi, root; int turned; } ONE[] = {
    { "sin(z)", -3, 3, 0, 1 }, { "sin(z)", 3, 4, 3.141592653589793, -1 }, { "sin(z)", -7, -6, -6.283185307179586, 1 },
    { "cos(z)", 1, 2, 1.5707963267948966, -1 }, { "cos(z)", -2, -1, -1.5707963267948966, 1 }, { "cos(z)", 4, 5, 4.71238898038469, 1 },
    { "-sin(2 * z + 1)", -1, 1, -0.5, -1 }, { "cos(1 - z / 3) / -4", 7, 8, 7.71238898038469, 1 }, { "3 * sin(-z)", 3, 3.5, 3.141592653589793, 1 },
    { "1 - 2 * z", -9, 9, 0.5, -1 }, { "-(z - 1) / 3", -9, 9, 1, -1 },
};
/* Two roots, or none that is known. */
static const struct { const char *text; double lo, hi; } NONE[] = {
    { "sin(z)", -0.1, 3.2 }, { "sin(z)", 0, HUGE_VAL }, { "cos(z)", -1.6, 1.6 }, { "cos(5 * z)", 0, 1 }, { "sin(z^2)", 1, 2 }, { "sin(z) + 1", -1, 1 },
    { "0 * sin(z)", -1, 1 }, { "sin(1e30 * z)", 1, 1 }, { "tanh(z)", -1, 1 }, { "sin(1)", 0, 1 }, { "sin(z) * z", 3, 4 },
};

static const Expr *formula(Built *b, const char *text)
{
    Sbuf model = { 0 };
    sbuf_printf(&model, "population E excitatory { tau = 1; activation(z) = %s }\n", text);
    build_good(b, sbuf_text(&model));
    sbuf_free(&model);
    return b->m.pops.at[0].act.phi;
}

static void the_only_one_is_found(void)
{
    for (size_t k = 0; k < sizeof ONE / sizeof *ONE; k++) {
        Built b;
        BranchRoot root;
        int turned = 0;
        bool is = branch_root(&b.nums, formula(&b, ONE[k].text), ONE[k].lo, ONE[k].hi, &root, &turned) && turned == ONE[k].turned
                  && branch_root_down(&root) <= ONE[k].root && ONE[k].root <= branch_root_up(&root)
                  && branch_root_up(&root) - branch_root_down(&root) < 1e-14;
        if (!is)
            fprintf(stderr, "%s on [%g, %g]\n", ONE[k].text, ONE[k].lo, ONE[k].hi);
        CHECK(is);
        built_free(&b);
    }
}

static void where_there_may_be_more_none_is(void)
{
    for (size_t k = 0; k < sizeof NONE / sizeof *NONE; k++) {
        Built b;
        BranchRoot root;
        int turned;
        bool is = branch_root(&b.nums, formula(&b, NONE[k].text), NONE[k].lo, NONE[k].hi, &root, &turned);
        if (is)
            fprintf(stderr, "%s on [%g, %g]\n", NONE[k].text, NONE[k].lo, NONE[k].hi);
        CHECK(!is);
        built_free(&b);
    }
}

static void they_are_ordered(void)
{
    Built b;
    BranchRoot at[3];
    int turned;
    bool same;
    const Expr *e = formula(&b, "sin(z / 2)");
    const Expr *half = e->as.call.arg[0], *whole[2] = { half, half };
    const Expr *twice = expr_apply(&b.cx, e->span, EIG_FN_ADD, 2, whole), *sin_of_z = expr_apply(&b.cx, e->span, EIG_FN_SIN, 1, &twice);
    CHECK(branch_root(&b.nums, e, 6, 7, &at[0], &turned) && branch_root(&b.nums, sin_of_z, 6, 7, &at[1], &turned));
    CHECK(branch_root(&b.nums, sin_of_z, 3, 4, &at[2], &turned));
    CHECK(branch_root_order(&at[0], &at[1], &same) == 0 && same);
    CHECK(branch_root_order(&at[0], &at[2], &same) == 1 && !same);
    CHECK(branch_root_order(&at[2], &at[1], &same) == -1 && !same);
    built_free(&b);
}

int main(void)
{
    RUN(the_only_one_is_found);
    RUN(where_there_may_be_more_none_is);
    RUN(they_are_ordered);
    return test_done();
}
