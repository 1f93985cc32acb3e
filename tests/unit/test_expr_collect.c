/* Collected sums of products: by hand, and against the values of random expressions. */
#include "compiler/expr/collect.h"

#include "compiler/code/code.h"
#include "compiler/expr/derive.h"
#include "tests/test.h"

static Ctx cx;
static NumPool nums;

static const Expr *k(long top, unsigned long bottom)
{
    return expr_const(&cx, (Span){ 0 }, num_ratio(&nums, top, bottom));
}

static const Expr *z(void)
{
    return expr_var(&cx, (Span){ 0 }, EIG_VAR_Z);
}

static const Expr *call(EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_call(&cx, &nums, (Span){ 0 }, fn, b ? 2 : 1, arg);
}

static void check_text(const Expr *e, const char *text)
{
    size_t fewer;
    Sbuf out = { 0 };
    const Expr *whole = expr_collected(&cx, &nums, e, &fewer);
    CHECK(whole && fewer > 0);
    if (whole)
        expr_print(whole, &out);
    CHECK_TEXT(sbuf_text(&out), text);
    sbuf_free(&out);
}

static void terms_cancel(void)
{
    const Expr *u = call(EIG_FN_DIV, call(EIG_FN_SUB, z(), k(1, 10)), k(3, 10));
    for (int moved = 0; moved < 2; moved++) {
        const Expr *v = moved ? u : z(), *cdf = call(EIG_FN_NORMCDF, v, NULL);
        const Expr *mean = call(EIG_FN_ADD, call(EIG_FN_MUL, v, cdf), call(EIG_FN_NORMPDF, v, NULL));
        check_text(expr_derive(&cx, &nums, mean, EIG_VAR_Z), moved ? "10/3 * normcdf(-1/3 + 10/3 * z)" : "normcdf(z)");
    }
    check_text(call(EIG_FN_SUB, call(EIG_FN_MUL, call(EIG_FN_EXP, z(), NULL), call(EIG_FN_EXP, call(EIG_FN_NEG, z(), NULL), NULL)), z()), "1 + -1 * z");
    check_text(call(EIG_FN_SUB, call(EIG_FN_NORMPDF, z(), NULL), call(EIG_FN_NORMPDF, call(EIG_FN_NEG, z(), NULL), NULL)), "0");
    check_text(call(EIG_FN_ADD, call(EIG_FN_POW, call(EIG_FN_SIN, z(), NULL), k(2, 1)), call(EIG_FN_POW, call(EIG_FN_COS, z(), NULL), k(2, 1))), "1");
    check_text(call(EIG_FN_ADD, call(EIG_FN_TANH, z(), NULL), call(EIG_FN_TANH, call(EIG_FN_NEG, z(), NULL), NULL)), "0");
    for (long n = -14; n <= 14; n += 28)        /* beyond the degrees that are multiplied out */
        check_text(call(EIG_FN_ADD, call(EIG_FN_SUB, z(), z()), call(EIG_FN_POW, z(), k(n, 1))), n < 0 ? "z^(-14)" : "z^14");
}

/* Nearly alike is not alike. */
static void terms_stay(void)
{
    const Expr *pdf = call(EIG_FN_NORMPDF, z(), NULL), *third = call(EIG_FN_MUL, k(1, 3), z());
    const Expr *other = call(EIG_FN_MUL, k(333333333, 1000000000), z());
    const Expr *near[] = { call(EIG_FN_SUB, call(EIG_FN_NORMPDF, third, NULL), call(EIG_FN_NORMPDF, other, NULL)),
                           call(EIG_FN_SUB, call(EIG_FN_MUL, z(), pdf), call(EIG_FN_MUL, call(EIG_FN_ABS, z(), NULL), pdf)),
                           call(EIG_FN_ADD, call(EIG_FN_SIN, z(), NULL), call(EIG_FN_SIN, call(EIG_FN_SUB, z(), k(1, 1)), NULL)),
                           call(EIG_FN_SUB, call(EIG_FN_NORMCDF, z(), NULL), call(EIG_FN_NORMCDF, call(EIG_FN_NEG, z(), NULL), NULL)) };
    for (size_t j = 0; j < sizeof near / sizeof *near; j++) {
        size_t fewer;
        const Expr *whole = expr_collected(&cx, &nums, near[j], &fewer);
        CHECK(whole && fewer == 0 && whole->size > 5);
    }
}

/* ---- random ones ---- */

static uint64_t state = 77;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static const Expr *random_expr(int depth)
{
    static const EigFn fn[] = { EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_DIV, EIG_FN_MUL, EIG_FN_ADD, EIG_FN_POW, EIG_FN_NEG, EIG_FN_EXP,
                                EIG_FN_SIN, EIG_FN_COS, EIG_FN_TANH, EIG_FN_ATAN, EIG_FN_NORMPDF, EIG_FN_NORMCDF, EIG_FN_ABS, EIG_FN_LOG1P };
    enum { N_FUNCTIONS = sizeof fn / sizeof *fn };
    if (depth == 0)
        return below(3) ? z() : k((long)below(9) - 3, 1 + below(3));
    for (;;) {
        EigFn f = fn[below(N_FUNCTIONS)];
        const Expr *a = random_expr(depth - 1), *b = f == EIG_FN_POW ? k((long)below(6) - 2, 1) : random_expr(depth - 1);
        const Expr *e = call(f, a, eig_fn_n_args[f] == 2 ? b : NULL);
        if (e)
            return e;
    }
}

static double value(const Expr *e, double at)
{
    EigCode code = expr_to_code(&cx, e);
    double var[EIG_N_VARS] = { [EIG_VAR_Z] = at };
    return eig_code_eval(&code, var, NULL);
}

/* Where the expression is rounded little, as its values beside show. */
static void values_are_the_same(void)
{
    size_t checked = 0, n_fewer = 0;
    for (int round = 0; round < 3000; round++) {
        const Expr *e = random_expr(1 + (int)below(4));
        size_t fewer;
        const Expr *whole = expr_collected(&cx, &nums, e, &fewer);
        if (!whole)
            continue;
        n_fewer += fewer > 0;
        for (int j = 0; j < 8; j++) {
            double at = (double)below(4000) / 1000 - 2, y = value(e, at), x = value(whole, at);
            double beside = fabs(value(e, at * (1 + 1e-11)) - y);
            if (!(fabs(y) < 1e4) || !(fabs(x) < 1e300) || !(beside < 1e-7))
                continue;
            CHECK(fabs(x - y) <= 1e-5 * (1 + fabs(y)));
            checked++;
        }
    }
    CHECK(checked > 8000 && n_fewer > 200);
}

int main(void)
{
    ctx_init(&cx);
    RUN(terms_cancel);
    RUN(terms_stay);
    RUN(values_are_the_same);
    num_pool_free(&nums);
    ctx_free(&cx);
    return test_done();
}
