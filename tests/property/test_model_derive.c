/* Derivatives of random expressions against central differences taken with 400
 * bits by MPFR, which knows nothing of derive.c. */
#include <mpfr.h>
#include <stdlib.h>

#include "compiler/expr/derive.h"
#include "tests/test.h"

enum { BITS = 400, N_EXPRESSIONS = 4000, DEPTH = 4 };

static Ctx cx;
static NumPool nums;
static uint64_t state = 20260101;

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

static const Expr *leaf(void)
{
    if (below(3))
        return expr_var(&cx, (Span){ 0 }, EIG_VAR_Z);
    return expr_const(&cx, (Span){ 0 }, num_ratio(&nums, (long)below(9) - 3, 1 + below(4)));
}

/* LOGIT_ROOT has no formula here; tests/numeric/test_costs.c compares its derivative. Programs alone have a lifted logistic function, whose size
 * would hide what a difference shows. */
static bool is_left_out(EigFn fn)
{
    return fn == EIG_FN_LOGIT_ROOT || fn == EIG_FN_LIFTED_LOGISTIC;
}

static EigFn random_function(void)
{
    EigFn fn = (EigFn)below(EIG_N_FNS);
    return is_left_out(fn) ? EIG_FN_MUL : fn;
}

static const Expr *random_expr(int depth)
{
    if (depth == 0)
        return leaf();
    for (;;) {
        const Expr *e = call(random_function(), random_expr(depth - 1 - (int)below((unsigned)depth)),
                             random_expr(depth - 1 - (int)below((unsigned)depth)));
        if (e)
            return e;
    }
}

/* ---- values with many bits ---- */

static void value(const Expr *e, mpfr_srcptr z, mpfr_ptr out);

/* erfc(-a/sqrt(2))/2, or exp(-a^2/2)/sqrt(2 pi). */
static void normal(mpfr_srcptr a, bool is_distribution, mpfr_ptr out)
{
    mpfr_t x;
    mpfr_init2(x, 500);
    if (is_distribution) {
        mpfr_set_ui(x, 2, MPFR_RNDN);
        mpfr_sqrt(x, x, MPFR_RNDN);
        mpfr_div(x, a, x, MPFR_RNDN);
        mpfr_neg(x, x, MPFR_RNDN);
        mpfr_erfc(x, x, MPFR_RNDN);
        mpfr_div_2ui(out, x, 1, MPFR_RNDN);
    } else {
        mpfr_const_pi(x, MPFR_RNDN);
        mpfr_mul_2ui(x, x, 1, MPFR_RNDN);
        mpfr_sqrt(x, x, MPFR_RNDN);
        mpfr_t e;
        mpfr_init2(e, 500);
        mpfr_sqr(e, a, MPFR_RNDN);
        mpfr_div_si(e, e, -2, MPFR_RNDN);
        mpfr_exp(e, e, MPFR_RNDN);
        mpfr_div(out, e, x, MPFR_RNDN);
        mpfr_clear(e);
    }
    mpfr_clear(x);
}

/* e^y with e^y + y = a, by Newton: the left side is convex and rises. */
static void omega(mpfr_srcptr a, mpfr_ptr out)
{
    mpfr_t y, e, step;
    mpfr_inits2(500, y, e, step, (mpfr_ptr)0);
    if (mpfr_cmp_ui(a, 1) > 0)
        mpfr_log(y, a, MPFR_RNDN);
    else
        mpfr_set(y, a, MPFR_RNDN);
    for (int k = 0; k < 40; k++) {
        mpfr_exp(e, y, MPFR_RNDN);
        mpfr_add(step, e, y, MPFR_RNDN);
        mpfr_sub(step, step, a, MPFR_RNDN);
        mpfr_add_ui(e, e, 1, MPFR_RNDN);
        mpfr_div(step, step, e, MPFR_RNDN);
        mpfr_sub(y, y, step, MPFR_RNDN);
    }
    mpfr_exp(out, y, MPFR_RNDN);
    mpfr_clears(y, e, step, (mpfr_ptr)0);
}

/* b y with y + log(y) = a/b - log(b); NaN for b <= 0 */
static void log_root(mpfr_srcptr a, mpfr_srcptr b, mpfr_ptr out)
{
    mpfr_t log, y;
    mpfr_inits2(500, log, y, (mpfr_ptr)0);
    mpfr_log(log, b, MPFR_RNDN);
    mpfr_div(y, a, b, MPFR_RNDN);
    mpfr_sub(y, y, log, MPFR_RNDN);
    omega(y, log);
    mpfr_mul(out, log, b, MPFR_RNDN);
    mpfr_clears(log, y, (mpfr_ptr)0);
}

/* The integral of t^b exp(a t) for t from 0 to 1 by its series in a; NaN where it is infinite or takes long. */
static void moment(mpfr_srcptr a, mpfr_srcptr b, mpfr_ptr out)
{
    mpfr_t sum, power, part;
    if (!(mpfr_cmp_si(b, -1) > 0) || !(mpfr_cmpabs_ui(a, 200) <= 0)) {
        mpfr_set_nan(out);
        return;
    }
    mpfr_inits2(1200, sum, power, part, (mpfr_ptr)0);
    mpfr_set_ui(sum, 0, MPFR_RNDN);
    mpfr_set_ui(power, 1, MPFR_RNDN);
    for (unsigned long k = 0; k < 1200; k++) {
        mpfr_add_ui(part, b, k + 1, MPFR_RNDN);
        mpfr_div(part, power, part, MPFR_RNDN);
        mpfr_add(sum, sum, part, MPFR_RNDN);
        mpfr_mul(power, power, a, MPFR_RNDN);
        mpfr_div_ui(power, power, k + 1, MPFR_RNDN);
    }
    mpfr_set(out, sum, MPFR_RNDN);
    mpfr_clears(sum, power, part, (mpfr_ptr)0);
}

static void mean(mpfr_srcptr a, mpfr_srcptr b, mpfr_ptr out)
{
    mpfr_t below, zero;
    mpfr_inits2(500, below, zero, (mpfr_ptr)0);
    mpfr_set_ui(zero, 0, MPFR_RNDN);
    moment(a, zero, below);
    moment(a, b, out);
    mpfr_div(out, out, below, MPFR_RNDN);
    mpfr_clears(below, zero, (mpfr_ptr)0);
}

/* (exp(a) - 1)/a */
static void exprel(mpfr_srcptr a, mpfr_ptr out)
{
    if (mpfr_zero_p(a)) {
        mpfr_set_ui(out, 1, MPFR_RNDN);
        return;
    }
    mpfr_t t;
    mpfr_init2(t, 500);
    mpfr_expm1(t, a, MPFR_RNDN);
    mpfr_div(out, t, a, MPFR_RNDN);
    mpfr_clear(t);
}

static void apply1(EigFn fn, mpfr_srcptr a, mpfr_ptr out)
{
    switch (fn) {
    case EIG_FN_NEG: mpfr_neg(out, a, MPFR_RNDN); break;
    case EIG_FN_ABS: mpfr_abs(out, a, MPFR_RNDN); break;
    case EIG_FN_SQRT: mpfr_sqrt(out, a, MPFR_RNDN); break;
    case EIG_FN_EXP: mpfr_exp(out, a, MPFR_RNDN); break;
    case EIG_FN_LOG: mpfr_log(out, a, MPFR_RNDN); break;
    case EIG_FN_LOG1P: mpfr_log1p(out, a, MPFR_RNDN); break;
    case EIG_FN_SIN: mpfr_sin(out, a, MPFR_RNDN); break;
    case EIG_FN_COS: mpfr_cos(out, a, MPFR_RNDN); break;
    case EIG_FN_TANH: mpfr_tanh(out, a, MPFR_RNDN); break;
    case EIG_FN_ATAN: mpfr_atan(out, a, MPFR_RNDN); break;
    case EIG_FN_EXPM1: mpfr_expm1(out, a, MPFR_RNDN); break;
    case EIG_FN_EXPREL: exprel(a, out); break;
    case EIG_FN_NORMCDF: normal(a, true, out); break;
    case EIG_FN_NORMPDF: normal(a, false, out); break;
    case EIG_FN_OMEGA: omega(a, out); break;
    case EIG_FN_FLOOR: mpfr_floor(out, a); break;
    case EIG_FN_OR_ZERO: mpfr_set(out, a, MPFR_RNDN); break;
    case EIG_FN_STEP: mpfr_set_si(out, !mpfr_nan_p(a) && mpfr_sgn(a) >= 0, MPFR_RNDN); break;
    default: BUG("function %d is not known to this test", (int)fn);
    }
}

static void apply2(EigFn fn, mpfr_srcptr a, mpfr_srcptr b, mpfr_ptr out)
{
    switch (fn) {
    case EIG_FN_ADD: mpfr_add(out, a, b, MPFR_RNDN); break;
    case EIG_FN_SUB: mpfr_sub(out, a, b, MPFR_RNDN); break;
    case EIG_FN_MUL: mpfr_mul(out, a, b, MPFR_RNDN); break;
    case EIG_FN_DIV: mpfr_div(out, a, b, MPFR_RNDN); break;
    case EIG_FN_POW: mpfr_pow(out, a, b, MPFR_RNDN); break;
    case EIG_FN_MIN: mpfr_set(out, mpfr_less_p(a, b) ? a : b, MPFR_RNDN); break;
    case EIG_FN_MAX: mpfr_set(out, mpfr_greater_p(a, b) ? a : b, MPFR_RNDN); break;
    case EIG_FN_LOST_SUM:
    case EIG_FN_LOST_PRODUCT: mpfr_set_zero(out, 1); break;         /* numbers that are not rounded lose nothing */
    case EIG_FN_EXP_MEAN: mean(a, b, out); break;
    case EIG_FN_LOG_ROOT: log_root(a, b, out); break;
    case EIG_FN_LOGISTIC:
        mpfr_add(out, a, b, MPFR_RNDN);
        mpfr_neg(out, out, MPFR_RNDN);
        mpfr_exp(out, out, MPFR_RNDN);
        mpfr_add_ui(out, out, 1, MPFR_RNDN);
        mpfr_ui_div(out, 1, out, MPFR_RNDN);
        break;
    case EIG_FN_PULSE: mpfr_set_si(out, mpfr_sgn(a) >= 0 && mpfr_less_p(a, b), MPFR_RNDN); break;
    case EIG_FN_RAMP:
        mpfr_div(out, a, b, MPFR_RNDN);
        if (mpfr_sgn(a) < 0)
            mpfr_set_ui(out, 0, MPFR_RNDN);
        else if (!(mpfr_cmp_ui(out, 1) < 0))
            mpfr_set_ui(out, 1, MPFR_RNDN);
        break;
    default: BUG("function %d is not known to this test", (int)fn);
    }
}

static void value(const Expr *e, mpfr_srcptr z, mpfr_ptr out)
{
    if (e->kind == EXPR_CONST) {
        mpfr_set_q(out, e->as.value, MPFR_RNDN);
    } else if (e->kind == EXPR_VAR) {
        mpfr_set(out, z, MPFR_RNDN);
    } else {
        mpfr_t a, b;
        mpfr_inits2(BITS, a, b, (mpfr_ptr)0);
        value(e->as.call.arg[0], z, a);
        if (e->as.call.n_args == 2) {
            value(e->as.call.arg[1], z, b);
            apply2(e->as.call.fn, a, b, out);
        } else {
            apply1(e->as.call.fn, a, out);
        }
        mpfr_clears(a, b, (mpfr_ptr)0);
    }
}

/* ---- the comparison ---- */

typedef struct Sample {
    mpfr_t z, h, left, right, slope;
} Sample;

/* No break within h of z: the sign of no zero changes, nor is one 0. */
static bool is_between_breaks(const Breaks *breaks, Sample *s, double z)
{
    for (size_t k = 0; k < breaks->n; k++) {
        int sign[2];
        for (int side = 0; side < 2; side++) {
            mpfr_set_d(s->z, z, MPFR_RNDN);
            (side ? mpfr_add : mpfr_sub)(s->z, s->z, s->h, MPFR_RNDN);
            value(breaks->at[k].zero, s->z, s->left);
            sign[side] = mpfr_nan_p(s->left) ? 0 : mpfr_sgn(s->left);
            if (breaks->at[k].fn == EIG_FN_FLOOR && mpfr_cmp_d(s->left, 1e-9) > 0 && mpfr_cmp_d(s->left, 1 - 1e-9) < 0)
                sign[side] = 2;
            else if (breaks->at[k].fn == EIG_FN_FLOOR)
                sign[side] = 0;
        }
        if (sign[0] != sign[1] || sign[0] == 0)
            return false;
    }
    return true;
}

/* (e(z + h) - e(z - h)) / 2h, h = 2^-100: off by about h^2. */
static bool difference(const Expr *e, Sample *s, double z)
{
    mpfr_set_d(s->z, z, MPFR_RNDN);
    mpfr_sub(s->z, s->z, s->h, MPFR_RNDN);
    value(e, s->z, s->left);
    mpfr_set_d(s->z, z, MPFR_RNDN);
    mpfr_add(s->z, s->z, s->h, MPFR_RNDN);
    value(e, s->z, s->right);
    mpfr_sub(s->right, s->right, s->left, MPFR_RNDN);
    mpfr_div(s->right, s->right, s->h, MPFR_RNDN);
    mpfr_div_2ui(s->right, s->right, 1, MPFR_RNDN);
    return mpfr_number_p(s->right);
}

static int compare(const Expr *e, const Expr *slope, const Breaks *breaks, Sample *s, double z)
{
    if (!is_between_breaks(breaks, s, z) || !difference(e, s, z))
        return 0;
    mpfr_set_d(s->z, z, MPFR_RNDN);
    value(slope, s->z, s->slope);
    if (!mpfr_number_p(s->slope) || fabs(mpfr_get_d(s->slope, MPFR_RNDN)) > 1e15)
        return 0;
    double wanted = mpfr_get_d(s->right, MPFR_RNDN), got = mpfr_get_d(s->slope, MPFR_RNDN);
    if (fabs(got - wanted) <= 1e-14 * fmax(1, fabs(wanted)))
        return 1;
    Sbuf text = { 0 };
    expr_print(e, &text);
    sbuf_str(&text, "\n  has the slope ");
    expr_print(slope, &text);
    fprintf(stderr, "%s\n  at %g: %.17g, expected %.17g\n", sbuf_text(&text), z, got, wanted);
    sbuf_free(&text);
    CHECK(false);
    return 1;
}

static void random_expressions(void)
{
    static const double at[] = { -2.3, -0.41, 0.17, 0.73, 1.9, 6.3 };
    Sample s;
    mpfr_inits2(BITS, s.z, s.h, s.left, s.right, s.slope, (mpfr_ptr)0);
    mpfr_set_ui_2exp(s.h, 1, -100, MPFR_RNDN);
    int compared = 0, seen[EIG_N_FNS] = { 0 };
    for (int n = 0; n < N_EXPRESSIONS; n++) {
        const Expr *e = random_expr(1 + n % DEPTH), *slope = expr_derive(&cx, &nums, e, EIG_VAR_Z);
        Breaks breaks = { 0 };
        if (!slope || !expr_breaks(&cx, &nums, e, EIG_VAR_Z, &breaks) || e->kind != EXPR_CALL)
            continue;
        int before = compared;
        for (size_t k = 0; k < sizeof at / sizeof *at; k++)
            compared += compare(e, slope, &breaks, &s, at[k]);
        seen[e->as.call.fn] += compared - before;
    }
    CHECK(compared > 5000);
    for (int fn = 0; fn < EIG_N_FNS; fn++)
        CHECK(is_left_out((EigFn)fn) || seen[fn] > 10);
    mpfr_clears(s.z, s.h, s.left, s.right, s.slope, (mpfr_ptr)0);
}

/* ---- size ---- */

static const Expr *variable(void)
{
    return expr_var(&cx, (Span){ 0 }, EIG_VAR_Z);
}

static void check_slope(const Expr *e, const char *text)
{
    Sbuf out = { 0 };
    const Expr *slope = expr_derive(&cx, &nums, e, EIG_VAR_Z);
    CHECK(slope);
    if (slope)
        expr_print(slope, &out);
    CHECK_TEXT(sbuf_text(&out), text);
    sbuf_free(&out);
}

static const Expr *constant(long top, unsigned long bottom)
{
    return expr_const(&cx, (Span){ 0 }, num_ratio(&nums, top, bottom));
}

static void slopes_are_simple(void)
{
    check_slope(constant(3, 1), "0");
    check_slope(call(EIG_FN_POW, variable(), constant(2, 1)), "2 * z");
    check_slope(call(EIG_FN_DIV, call(EIG_FN_POW, variable(), constant(2, 1)), constant(2, 1)), "z");
    check_slope(call(EIG_FN_MUL, constant(3, 1), call(EIG_FN_POW, variable(), constant(4, 1))), "12 * z^3");
    check_slope(call(EIG_FN_MUL, variable(), call(EIG_FN_LOG, variable(), NULL)), "log(z) + z / z");
    check_slope(call(EIG_FN_EXP, call(EIG_FN_NEG, variable(), NULL), NULL), "-exp(-z)");
    check_slope(call(EIG_FN_POW, constant(2, 1), variable()), "2^z * log(2)");
    check_slope(expr_var(&cx, (Span){ 0 }, EIG_VAR_T), "0");
}

/* Nested products double their derivative at every level. */
static void too_large_is_refused(void)
{
    const Expr *e = call(EIG_FN_SIN, variable(), NULL);
    int n = 0;
    for (; n < 2000 && expr_derive(&cx, &nums, e, EIG_VAR_Z); n++) {
        const Expr *slope = expr_derive(&cx, &nums, e, EIG_VAR_Z);
        CHECK(slope->size < EXPR_MAX_SIZE && slope->depth <= EXPR_MAX_DEPTH);
        e = call(EIG_FN_SIN, call(EIG_FN_MUL, e, variable()), NULL);
    }
    CHECK(n > 10 && n < 2000);
}

int main(void)
{
    ctx_init(&cx);
    RUN(random_expressions);
    RUN(slopes_are_simple);
    RUN(too_large_is_refused);
    num_pool_free(&nums);
    ctx_free(&cx);
    return test_done();
}
