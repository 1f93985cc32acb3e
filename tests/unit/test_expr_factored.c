/* compiler/expr/factored.c: ratios in factors, by hand, and against the values of random expressions. */
#include <stdlib.h>

#include "compiler/expr/enclose.h"
#include "compiler/expr/factored.h"
#include "tests/test.h"
#include "tests/unit/model_text.h"
#include "tests/unit/random_expr.h"

enum { FORMULAS = 3000, PLACES = 6, BITS = 400 };

/* "" is for NULL. */
static void check_factors(const char *formula, const char *factors)
{
    Built b;
    Sbuf model = { 0 }, out = { 0 };
    sbuf_printf(&model, "population E excitatory { tau = 1; activation(z) = %s }\n", formula);
    build_good(&b, sbuf_text(&model));
    const Expr *e = expr_factored(&b.cx, &b.nums, b.m.pops.at[0].act.phi, EIG_VAR_Z);
    if (e)
        expr_print(e, &out);
    CHECK_TEXT(sbuf_text(&out), factors);
    sbuf_free(&model);
    sbuf_free(&out);
    built_free(&b);
}

static void ratios_by_hand(void)
{
    check_factors("(z^3 + z)/(z^2 + 1)", "z");
    check_factors("(z^2 - 2*z + 1)/(2 - 2*z)", "0.5 * (1 - z)");
    check_factors("z/(1 + z) + 1/(1 + z)", "1");
    check_factors("exp(2*z)/(exp(z) + exp(2*z))", "exp(z) / (1 + exp(z))");
    check_factors("exp(z + 1)*exp(-z - 1)", "1");
    check_factors("exp(z/2)^2 - exp(z/3)^3", "0");
    check_factors("exp(-z^2)*exp(z^2)", "1");
    check_factors("expm1(z)/(exp(2*z) - 1)", "1 / (1 + exp(z))");
    check_factors("normcdf(z) + normcdf(-z)", "1");
    check_factors("normcdf(z - 1) - 1 + normcdf(1 - z)", "0");
    check_factors("tanh(-2*z) + tanh(z*2)", "0");
    check_factors("cos(z - 1)/cos(1 - z) + normpdf(-z)/normpdf(z)", "2");
    check_factors("z*(1 + z^2)^(-1.5)*sqrt(1 + z^2)*z^(-1)", "((1 + z^2)^0.5)^2 / (1 + z^2)^2");
    check_factors("-(1 - tanh(z))*(tanh(z) + 1)", "-1 * ((1 + tanh(z)) * (1 - tanh(z)))");
}

/* Nearly alike is not alike, and what is too large is left alone. */
static void ratios_that_stay(void)
{
    check_factors("exp(z) - exp(1.0000001*z)*exp(-1e-7*z) + exp(z)", "");
    check_factors("z + tanh(z) + normcdf(z) + atan(z) + exp(z)", "");
}

static bool enclose(const Expr *e, Num x, OpenRange *y)
{
    mpfi_t at;
    mpfi_init2(at, BITS);
    mpfi_set_q(at, x);
    mpfi_init2(y->in, BITS);
    bool is = enclose_expr(e, EIG_VAR_X, &(EncloseAt){ at, { false, false } }, y);
    mpfi_clear(at);
    return is;
}

/* Wherever an expression has a value its factors have the same. */
static void values_are_the_same(void)
{
    Text t = { .seed = 41 };
    int n_factored = 0, n_values = 0, n_unseen = 0;
    ctx_init(&t.cx);
    for (int k = 0; k < FORMULAS; k++) {
        const Expr *a = formula(&t, 1 + draw(&t, 4)), *b = formula(&t, 2);
        const Expr *e = call(&t, draw(&t, 2) ? EIG_FN_DIV : EIG_FN_ADD, a, call(&t, EIG_FN_MUL, a, b));
        const Expr *f = expr_factored(&t.cx, &t.nums, e, EIG_VAR_X);
        n_factored += f != NULL;
        for (int j = 0; f && j < PLACES; j++) {
            OpenRange of_e, of_f;
            Num x = num_ratio(&t.nums, draw(&t, 401) - 200, 1 + (unsigned)draw(&t, 60));
            bool is = enclose(e, x, &of_e), too = enclose(f, x, &of_f);         /* not seen: as 1 - exp(1e-200) is not seen to be other than 0 */
            bool same = !is || !too || (mpfr_cmp(&of_f.in->left, &of_e.in->right) <= 0 && mpfr_cmp(&of_f.in->right, &of_e.in->left) >= 0);
            n_values += is && too;
            n_unseen += is && !too;
            if (!same) {
                Sbuf text = { 0 };
                expr_print(e, &text);
                sbuf_printf(&text, "  as  ");
                expr_print(f, &text);
                fprintf(stderr, "%s\n", sbuf_text(&text));
                sbuf_free(&text);
            }
            CHECK(same);
            mpfi_clear(of_e.in);
            mpfi_clear(of_f.in);
        }
    }
    printf("# %d factored, %d values compared\n", n_factored, n_values);
    CHECK(n_factored > FORMULAS / 4 && n_values > FORMULAS / 2 && n_unseen < 5);
    num_pool_free(&t.nums);
    ctx_free(&t.cx);
}

int main(void)
{
    RUN(ratios_by_hand);
    RUN(ratios_that_stay);
    RUN(values_are_the_same);
    return test_done();
}
