/* Random weight expressions: the evaluator with its shortcuts gives the same
 * exact numbers as num_apply at every node, and the one that rounds the doubles
 * nearest to their products with a factor. */
#include "compiler/net/pair_round.h"

#include <stdlib.h>

#include "tests/test.h"

static uint64_t state;

static size_t draw(size_t below)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (size_t)(state >> 20) % below;
}

static const Expr *draw_leaf(Ctx *cx, NumPool *pool)
{
    static const char *const number[] = { "0.1", "1/3", "2", "-3/4", "1e-300", "1e300", "9007199254740993", "0", "-1", "1e-17" };
    size_t k = draw(3);
    if (k < 2)
        return expr_var(cx, (Span){ 0 }, k ? EIG_VAR_PRE_I : EIG_VAR_POST_I);
    Num x;
    const char *text = number[draw(10)];
    CHECK(num_parse(pool, text, strlen(text), &x));
    return expr_const(cx, (Span){ 0 }, x);
}

static const Expr *draw_expr(Ctx *cx, NumPool *pool, int depth)
{
    static const EigFn fn[] = { EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_DIV, EIG_FN_NEG, EIG_FN_ABS, EIG_FN_MIN, EIG_FN_MAX,
                                EIG_FN_SQRT, EIG_FN_EXP, EIG_FN_FLOOR, EIG_FN_STEP, EIG_FN_TANH, EIG_FN_LOG, EIG_FN_SIN, EIG_FN_COS, EIG_FN_POW };
    static const char *const power[] = { "2", "3", "1", "7", "-1", "0.5" };
    static const char *const high[] = { "16", "17", "31", "60", "64", "65" };   /* at leaves: of others the exact number has too many digits */
    if (depth == 0 || draw(5) == 0)
        return draw_leaf(cx, pool);
    EigFn f = fn[draw(sizeof fn / sizeof *fn)];
    const Expr *arg[2] = { draw_expr(cx, pool, depth - 1), draw_expr(cx, pool, depth - 1) };
    Num x;
    const char *exponent = depth == 1 && draw(2) ? high[draw(6)] : power[depth % 6];
    if (f == EIG_FN_POW && num_parse(pool, exponent, strlen(exponent), &x))
        arg[1] = expr_const(cx, (Span){ 0 }, x);
    const Expr *e = expr_call(cx, pool, (Span){ 0 }, f, f <= EIG_FN_DIV || f == EIG_FN_POW || f == EIG_FN_MIN || f == EIG_FN_MAX ? 2 : 1, arg);
    return e ? e : draw_leaf(cx, pool);     /* a constant without a value */
}

static Num by_the_book(NumPool *pool, const Expr *e, size_t pre, size_t post)
{
    Num arg[2], x;
    if (expr_is_const(e, &x))
        return x;
    if (e->kind == EXPR_VAR)
        return num_int(pool, (long)(e->as.var == EIG_VAR_PRE_I ? pre : post));
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!(arg[k] = by_the_book(pool, e->as.call.arg[k], pre, post)))
            return NULL;
    return num_apply(pool, (int)e->as.call.fn, e->as.call.n_args, arg, &x) ? x : NULL;
}

static bool value_is(const PairValue *v, Num x)
{
    bool exact = num_is_double(x);
    return v->d == num_to_double(x) && !(v->d == 0 && signbit(v->d)) && (exact ? v->q == NULL : v->q && mpq_equal(v->q, x));
}

enum { SOURCES = 6 };

/* What strips begin with, and with the sources listed; a strip ends before the first pair that has no value. */
static bool rounded_is(PairRound *r, Num factor, size_t pre, size_t post, Num x)
{
    static const uint32_t all[SOURCES] = { 0, 1, 2, 3, 4, 5 };
    double w[SOURCES];
    signed char sign[SOURCES];
    mpq_t product;
    bool has_value = x && isfinite(num_to_double(x));
    size_t done = pair_round_strip(r, post, pre % 2 ? all + pre : NULL, pre, SOURCES - pre, w, sign);
    if (done == 0 || !has_value)
        return done == 0 && !has_value;
    mpq_init(product);
    mpq_mul(product, x, factor);
    bool right = w[0] == num_to_double(product) && !(w[0] == 0 && signbit(w[0])) && sign[0] == mpq_sgn(x);
    mpq_clear(product);
    return right;
}

static Num draw_factor(NumPool *pool)
{
    static const char *const text[] = { "1", "1/3", "0.7", "2", "0", "1e-5" };
    Num x;
    size_t k = draw(6);
    CHECK(num_parse(pool, text[k], strlen(text[k]), &x));
    return x;
}

static bool one_expression(uint64_t seed, size_t *n_values)
{
    Ctx cx;
    NumPool pool = { 0 };
    PairEval p;
    PairRound r;
    bool right = true;
    ctx_init(&cx);
    state = seed * 0x9E3779B97F4A7C15u + 1;
    const Expr *e = draw_expr(&cx, &pool, 4);
    Num factor = draw_factor(&pool);
    pair_eval_begin(&p, e, 0);
    pair_round_begin(&r, e, 0, factor, SOURCES, seed % 2 ? 0 : SIZE_MAX);
    for (size_t pre = 0; pre < SOURCES; pre++)
        for (size_t post = 0; post < 6; post++) {
            PairValue v;
            NumPool scratch = { 0 };
            Num x = by_the_book(&scratch, e, pre, post);
            if (pair_eval(&p, pre, post, &v)) {
                right &= x && value_is(&v, x);
                ++*n_values;
            } else {
                right &= !x || !isfinite(num_to_double(x));
            }
            right &= rounded_is(&r, factor, pre, post, x);
            num_pool_free(&scratch);
        }
    pair_round_end(&r);
    pair_eval_end(&p);
    num_pool_free(&pool);
    ctx_free(&cx);
    return right;
}

static void shortcuts_change_no_number(void)
{
    const char *times = getenv("EIGC_TEST_MULTIPLIER");
    uint64_t n = 3000 * (uint64_t)(times ? atoi(times) : 1);
    size_t n_values = 0;
    for (uint64_t seed = 1; seed <= n; seed++)
        if (!one_expression(seed, &n_values)) {
            fprintf(stderr, "expression of seed %llu\n", (unsigned long long)seed);
            CHECK(!"a value differs");
            return;
        }
    CHECK(n_values > 18 * n);
}

int main(void)
{
    RUN(shortcuts_change_no_number);
    return test_done();
}
