/* Random quotients, products, powers, roots and logarithms of sums of exponentials, as they are made free of overflow, against MPFR with 400
 * bits and more exponents than doubles have. */
#include <math.h>
#include <mpfr.h>

#include "compiler/code/code.h"
#include "compiler/expr/exponential.h"
#include "tests/test.h"

enum { BITS = 400, N_EXPRESSIONS = 500 };

static Ctx cx;
static NumPool nums;
static uint64_t state = 20261129;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static const Expr *call(EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_call(&cx, &nums, (Span){ 0 }, fn, eig_fn_n_args[fn], arg);
}

static const Expr *number(long top, unsigned long bottom)
{
    return expr_const(&cx, (Span){ 0 }, num_ratio(&nums, top, bottom));
}

static const Expr *unknown(void)
{
    return expr_var(&cx, (Span){ 0 }, EIG_VAR_X);
}

/* ---- expressions above 0, so that no digits cancel ---- */

static const Expr *exponent(void)
{
    const Expr *u = call(EIG_FN_MUL, number((long)below(13) - 6, 1 + below(3)), unknown());
    return below(2) ? u : call(EIG_FN_ADD, u, number((long)below(9) - 4, 1 + below(2)));
}

static const Expr *exponential(void)
{
    return call(EIG_FN_EXP, exponent(), NULL);
}

static const Expr *term(void)
{
    switch (below(7)) {
    case 0: return number(1 + below(5), 1 + below(3));
    case 3: return call(EIG_FN_EXPREL, exponent(), NULL);
    case 1: return call(EIG_FN_ADD, number(1, 3), call(EIG_FN_POW, unknown(), number(2, 1)));
    case 2: return call(EIG_FN_DIV, exponential(), number(1 + below(5), 2));
    default: return exponential();
    }
}

static const Expr *sum(void)
{
    const Expr *e = term();
    for (unsigned n = below(3); n > 0; n--)
        e = call(EIG_FN_ADD, e, term());
    return e;
}

static const Expr *factor(void)
{
    const Expr *e = sum();
    switch (below(5)) {
    case 0: return call(EIG_FN_SQRT, e, NULL);
    case 1: return call(EIG_FN_POW, e, number((long)below(5) - 2, 1 + below(2)));
    default: return e;
    }
}

static const Expr *random_expression(void)
{
    const Expr *e = factor();
    for (unsigned n = 1 + below(3); n > 0 && e; n--) {
        const Expr *f = factor();
        e = f ? below(2) ? call(EIG_FN_DIV, e, f) : call(EIG_FN_MUL, e, f) : NULL;
    }
    return e && below(4) == 0 ? call(EIG_FN_LOG1P, e, NULL) : e && below(4) == 0 ? call(EIG_FN_LOG, e, NULL) : e;
}

/* ---- values ---- */

static void value(const Expr *e, double x, mpfr_ptr out)
{
    mpfr_t b;
    Num q;
    if (expr_is_const(e, &q)) {
        mpfr_set_q(out, q, MPFR_RNDN);
        return;
    }
    if (e->kind == EXPR_VAR) {
        mpfr_set_d(out, x, MPFR_RNDN);
        return;
    }
    mpfr_init2(b, BITS);
    value(e->as.call.arg[0], x, out);
    if (e->as.call.n_args > 1)
        value(e->as.call.arg[1], x, b);
    switch (e->as.call.fn) {
    case EIG_FN_ADD: mpfr_add(out, out, b, MPFR_RNDN); break;
    case EIG_FN_MUL: mpfr_mul(out, out, b, MPFR_RNDN); break;
    case EIG_FN_DIV: mpfr_div(out, out, b, MPFR_RNDN); break;
    case EIG_FN_POW: mpfr_pow(out, out, b, MPFR_RNDN); break;
    case EIG_FN_SQRT: mpfr_sqrt(out, out, MPFR_RNDN); break;
    case EIG_FN_EXP: mpfr_exp(out, out, MPFR_RNDN); break;
    case EIG_FN_EXPREL:
        mpfr_expm1(b, out, MPFR_RNDN);
        if (mpfr_zero_p(out))
            mpfr_set_ui(out, 1, MPFR_RNDN);
        else
            mpfr_div(out, b, out, MPFR_RNDN);
        break;
    case EIG_FN_LOG: mpfr_log(out, out, MPFR_RNDN); break;
    case EIG_FN_LOG1P: mpfr_log1p(out, out, MPFR_RNDN); break;
    default: BUG("function %d is not in these expressions", (int)e->as.call.fn);
    }
    mpfr_clear(b);
}

static bool is_at(const Expr *original, const Expr *made, double x)
{
    mpfr_t exact;
    mpfr_init2(exact, BITS);
    value(original, x, exact);
    double truth = mpfr_get_d(exact, MPFR_RNDN), var[EIG_N_VARS] = { [EIG_VAR_X] = x };
    mpfr_clear(exact);
    EigCode code = expr_to_code(&cx, made);
    double got = eig_code_eval(&code, var, NULL);
    bool is_log = original->as.call.fn == EIG_FN_LOG || original->as.call.fn == EIG_FN_LOG1P;
    bool is = fabs(got - truth) <= 1e-11 * (fabs(truth) + is_log);
    if (!is_log && (truth < 1e-250 || truth > 1e250))
        is = got >= 0 && (truth < 1 ? got < 1e-240 : got > 1e240);
    if (!is) {
        Sbuf text = { 0 };
        expr_print(original, &text);
        sbuf_str(&text, "  made  ");
        expr_print(made, &text);
        printf("# %s at %.17g is %.17g and not %.17g\n", sbuf_text(&text), x, truth, got);
        sbuf_free(&text);
    }
    return is;
}

/* Left and right of each cut, until there is none; places where both ends are infinite are looked at around 0. */
static void check_on(const Expr *e, Num lo, Num hi, int depth)
{
    Num cut;
    const Expr *made = expr_without_overflow(&cx, &nums, e, lo, hi, &cut);
    CHECK((made == NULL) == (cut != NULL) && depth < 40);
    if (cut) {
        CHECK((!lo || mpq_cmp(cut, lo) > 0) && (!hi || mpq_cmp(cut, hi) < 0));
        check_on(e, lo, cut, depth + 1);
        check_on(e, cut, hi, depth + 1);
        return;
    }
    double from = lo ? num_to_double(lo) : -3000, to = hi ? num_to_double(hi) : 3000;
    for (int k = 1; k < 40; k++)
        CHECK(is_at(e, made, from + (to - from) * k / 40.0));
    for (int k = 0; k < 12; k++) {
        CHECK(is_at(e, made, fmin(from + ldexp(1, k - 4), to)));
        CHECK(is_at(e, made, fmax(to - ldexp(1, k - 4), from)));
    }
}

static void nothing_overflows_on_the_way(void)
{
    for (int k = 0; k < N_EXPRESSIONS; k++) {
        const Expr *e = random_expression();
        if (e && e->kind == EXPR_CALL)
            check_on(e, NULL, NULL, 0);
    }
}

static void check_made(const char *made, const Expr *e, Num lo, Num hi)
{
    Num cut;
    Sbuf out = { 0 };
    expr_print(expr_without_overflow(&cx, &nums, e, lo, hi, &cut), &out);
    CHECK_TEXT(sbuf_text(&out), made);
    sbuf_free(&out);
}

/* What cannot overflow is the same expression. */
static void what_is_good_stays(void)
{
    const Expr *x = unknown(), *grows = call(EIG_FN_EXP, x, NULL), *one = number(1, 1);
    const Expr *good[] = { call(EIG_FN_MUL, x, grows), call(EIG_FN_DIV, one, call(EIG_FN_ADD, one, grows)), call(EIG_FN_MUL, grows, grows),
                           call(EIG_FN_ADD, grows, call(EIG_FN_EXP, call(EIG_FN_NEG, x, NULL), NULL)), call(EIG_FN_DIV, grows, x) };
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        Num cut;
        CHECK(expr_without_overflow(&cx, &nums, good[k], NULL, NULL, &cut) == good[k]);
    }
    const Expr *share = call(EIG_FN_DIV, grows, call(EIG_FN_ADD, one, grows));
    check_made("exp(x) / (1 + exp(x))", share, NULL, num_int(&nums, 0));
    check_made("1 / (exp(-1 * x) + 1)", share, num_int(&nums, 0), NULL);
    check_made("x + log(2)", call(EIG_FN_LOG, call(EIG_FN_MUL, grows, number(2, 1)), NULL), NULL, NULL);
}

int main(void)
{
    ctx_init(&cx);
    RUN(nothing_overflows_on_the_way);
    RUN(what_is_good_stays);
    num_pool_free(&nums);
    ctx_free(&cx);
    return test_done();
}
