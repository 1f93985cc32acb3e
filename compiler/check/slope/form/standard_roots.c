/* Roots in forms of which more is seen, each equal to what was written at every place, and defined there and nowhere else:
 *
 *   n/(l + b sqrt(q))  n (b sqrt(q) - l)/(b^2 q - l^2) where l is straight and b^2 q - l^2 a number above 0, which is why neither divisor
 *                      is 0 anywhere; and n/(l - b sqrt(q))
 *   c^f                exp(log(c) f), c a number above 0
 *   exp(f)^p           exp(p f), here and below p no whole number
 *   normcdf(u)^p       exp(p log(normcdf(u)))
 *   (1 + tanh(u))^p    (2/(1 + exp(-2 u)))^p, and 1 - tanh(u): nothing of it is lost where tanh comes near 1 */
#include "compiler/check/slope/form/polynomial.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/affine.h"

static bool is_call(const Expr *e, EigFn fn)
{
    return e && e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static const Expr *call2(Ctx *cx, NumPool *nums, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return a && b ? expr_call(cx, nums, at, fn, 2, arg) : NULL;
}

static Num product(NumPool *nums, Num a, Num b)
{
    mpq_ptr x = num_new(nums);
    mpq_mul(x, a, b);
    return x;
}

/* ---- divisors ---- */

/* by^2 q - l^2, where that is a number above 0; else NULL. */
static Num apart(NumPool *nums, const Expr *under, Num by, Num offset, Num rate)
{
    Polynomial q;
    mpq_t x;
    polynomial_init(&q, 3);
    mpq_init(x);
    bool is = polynomial_read(under, NULL, &q);
    const mpq_srcptr of[3][2] = { { offset, offset }, { offset, rate }, { rate, rate } };
    for (int k = 0; k < 3; k++) {
        mpq_mul(q.c[k], q.c[k], by);
        mpq_mul(q.c[k], q.c[k], by);
        mpq_mul(x, of[k][0], of[k][1]);
        if (k == 1)
            mpq_add(x, x, x);
        mpq_sub(q.c[k], q.c[k], x);
    }
    is = is && mpq_sgn(q.c[1]) == 0 && mpq_sgn(q.c[2]) == 0 && mpq_sgn(q.c[0]) > 0;
    mpq_ptr out = num_new(nums);
    mpq_set(out, q.c[0]);
    mpq_clear(x);
    polynomial_clear(&q);
    return is ? out : NULL;
}

const Expr *standard_over_root(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *n = e->as.call.arg[0], *sum = e->as.call.arg[1];
    if (!is_call(sum, EIG_FN_ADD) && !is_call(sum, EIG_FN_SUB))
        return NULL;
    for (int k = 0; k < 2; k++) {
        const Expr *line = sum->as.call.arg[k], *root = sum->as.call.arg[1 - k];
        StandardLine r = standard_line(nums, root);
        Num offset, rate;
        if (!is_call(r.core, EIG_FN_SQRT) || mpq_sgn(r.offset) != 0 || !expr_affine(nums, line, EIG_VAR_Z, &offset, &rate) || mpq_sgn(rate) == 0)
            continue;
        Num over = apart(nums, r.core->as.call.arg[0], r.rate, offset, rate);
        if (!over)
            return NULL;
        /* l + r goes with r - l, l - r and r - l with l + r; r^2 - l^2 is `over`. */
        bool is_sum = is_call(sum, EIG_FN_ADD);
        const Expr *other = call2(cx, nums, e->span, is_sum ? EIG_FN_SUB : EIG_FN_ADD, root, line);
        mpq_ptr factor = num_new(nums);
        mpq_inv(factor, over);
        if (!is_sum && k == 0)
            mpq_neg(factor, factor);
        return call2(cx, nums, e->span, EIG_FN_MUL, call2(cx, nums, e->span, EIG_FN_MUL, expr_const(cx, e->span, factor), n), other);
    }
    return NULL;
}

/* ---- roots ---- */

/* offset (1 + tanh(u)) as 2 offset/(1 + exp(-2 u)), likewise for 1 - tanh(u). */
static const Expr *of_tanh(Ctx *cx, NumPool *nums, const Expr *e)
{
    StandardLine a = standard_line(nums, e);
    mpq_ptr size = num_new(nums);
    mpq_abs(size, a.rate);
    if (!is_call(a.core, EIG_FN_TANH) || mpq_sgn(a.offset) <= 0 || !mpq_equal(a.offset, size))
        return NULL;
    const Expr *one = expr_const(cx, e->span, num_int(nums, 1)), *by = expr_const(cx, e->span, num_int(nums, mpq_sgn(a.rate) > 0 ? -2 : 2));
    const Expr *minus = call2(cx, nums, e->span, EIG_FN_MUL, by, a.core->as.call.arg[0]);
    const Expr *below = minus ? call2(cx, nums, e->span, EIG_FN_ADD, one, expr_apply(cx, e->span, EIG_FN_EXP, 1, &minus)) : NULL;
    return call2(cx, nums, e->span, EIG_FN_DIV, expr_const(cx, e->span, product(nums, a.offset, num_int(nums, 2))), below);
}

static const Expr *of_exponent(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *base = e->as.call.arg[0], *f;
    if (!expr_is_const(base, NULL) || mpq_sgn(base->as.value) <= 0)
        return NULL;
    f = call2(cx, nums, e->span, EIG_FN_MUL, expr_apply(cx, e->span, EIG_FN_LOG, 1, &base), e->as.call.arg[1]);
    return f ? expr_apply(cx, e->span, EIG_FN_EXP, 1, &f) : NULL;
}

const Expr *standard_root(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *base = e->as.call.arg[0];
    bool is_root = is_call(e, EIG_FN_SQRT);
    Num p = num_ratio(nums, 1, 2);
    if (!is_root && !expr_is_const(e->as.call.arg[1], &p))
        return of_exponent(cx, nums, e);
    if (mpz_cmp_ui(mpq_denref(p), 1) == 0)
        return NULL;
    const Expr *log = is_call(base, EIG_FN_EXP) ? base->as.call.arg[0] : NULL;
    if (is_call(base, EIG_FN_NORMCDF) && !expr_is_const(base->as.call.arg[0], NULL))
        log = expr_apply(cx, e->span, EIG_FN_LOG, 1, &base);
    if (log) {
        const Expr *f = call2(cx, nums, e->span, EIG_FN_MUL, expr_const(cx, e->span, p), log);
        return f ? expr_apply(cx, e->span, EIG_FN_EXP, 1, &f) : NULL;
    }
    const Expr *of = of_tanh(cx, nums, base);
    const Expr *arg[2] = { of, is_root ? NULL : e->as.call.arg[1] };
    return of ? expr_apply(cx, e->span, e->as.call.fn, is_root ? 1 : 2, arg) : NULL;
}
