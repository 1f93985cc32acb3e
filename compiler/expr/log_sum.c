#include "compiler/expr/log_sum.h"

#include "compiler/expr/affine.h"

/* u where e is exp(u), 0 where it is 1, and its rate of change with x; NULL for the rest, and where u is not straight. */
static const Expr *exponent(Ctx *cx, NumPool *pool, const Expr *e, Num *rate)
{
    Num offset;
    if (expr_is_const(e, &offset)) {
        *rate = num_int(pool, 0);
        return mpq_cmp_ui(offset, 1, 1) == 0 ? expr_const(cx, e->span, *rate) : NULL;
    }
    bool is_exp = e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_EXP && expr_affine(pool, e->as.call.arg[0], EIG_VAR_X, &offset, rate);
    return is_exp ? e->as.call.arg[0] : NULL;
}

static const Expr *call(Ctx *cx, NumPool *pool, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_call(cx, pool, at, fn, b ? 2 : 1, arg);
}

/* max(u, v) + log1p(exp(-abs(u - v))) */
static const Expr *without_overflow(Ctx *cx, NumPool *pool, Span at, const Expr *u, const Expr *v)
{
    const Expr *apart = call(cx, pool, at, EIG_FN_ABS, call(cx, pool, at, EIG_FN_SUB, u, v), NULL);
    const Expr *small = call(cx, pool, at, EIG_FN_EXP, call(cx, pool, at, EIG_FN_NEG, apart, NULL), NULL);
    const Expr *rest = call(cx, pool, at, EIG_FN_LOG1P, small, NULL);
    return call(cx, pool, at, EIG_FN_ADD, call(cx, pool, at, EIG_FN_MAX, u, v), rest);
}

/* By its form, for every x where it has a value. */
static bool is_nonnegative(const Expr *e)
{
    Num c;
    if (expr_is_const(e, &c))
        return mpq_sgn(c) >= 0;
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ABS: case EIG_FN_SQRT: case EIG_FN_EXP: case EIG_FN_EXPREL: case EIG_FN_NORMCDF: return true;
    case EIG_FN_MUL: return expr_equal(arg[0], arg[1]) || (is_nonnegative(arg[0]) && is_nonnegative(arg[1]));
    case EIG_FN_ADD: case EIG_FN_DIV: return is_nonnegative(arg[0]) && is_nonnegative(arg[1]);
    case EIG_FN_MAX: return is_nonnegative(arg[0]) || is_nonnegative(arg[1]);
    case EIG_FN_POW:
        return is_nonnegative(arg[0]) || (expr_is_const(arg[1], &c) && mpz_cmp_ui(mpq_denref(c), 1) == 0 && mpz_even_p(mpq_numref(c)));
    default: return false;
    }
}

/* t, where e is exp(t) and t >= 0 not straight. */
static const Expr *large_exponent(const Expr *e)
{
    const Expr *t = e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_EXP ? e->as.call.arg[0] : NULL;
    return t && is_nonnegative(t) ? t : NULL;
}

/* log(1 + exp(t)) = t + log1p(exp(-t)), t >= 0 */
static const Expr *above_zero(Ctx *cx, NumPool *pool, Span at, const Expr *t)
{
    const Expr *small = call(cx, pool, at, EIG_FN_EXP, call(cx, pool, at, EIG_FN_NEG, t, NULL), NULL);
    return call(cx, pool, at, EIG_FN_ADD, t, call(cx, pool, at, EIG_FN_LOG1P, small, NULL));
}

static bool is_one(const Expr *e)
{
    Num c;
    return expr_is_const(e, &c) && mpq_cmp_ui(c, 1, 1) == 0;
}

/* e, a logarithm. */
static const Expr *log_of_sum(Ctx *cx, NumPool *pool, const Expr *e)
{
    const Expr *in = e->as.call.arg[0], *one = expr_const(cx, e->span, num_int(pool, 1));
    const Expr *a = one, *b = in;
    if (e->as.call.fn == EIG_FN_LOG) {
        if (in->kind != EXPR_CALL || in->as.call.fn != EIG_FN_ADD)
            return e;
        a = in->as.call.arg[0];
        b = in->as.call.arg[1];
    }
    Num rate_u, rate_v;
    const Expr *u = exponent(cx, pool, a, &rate_u), *v = exponent(cx, pool, b, &rate_v);
    const Expr *t = is_one(a) ? large_exponent(b) : is_one(b) ? large_exponent(a) : NULL, *made = NULL;
    if (u && v && !mpq_equal(rate_u, rate_v))
        made = without_overflow(cx, pool, e->span, u, v);
    else if (t && !(u && v))
        made = above_zero(cx, pool, e->span, t);
    if (!made)
        return e;
    return made->size < EXPR_MAX_SIZE && made->depth <= EXPR_MAX_DEPTH ? made : e;
}

const Expr *expr_log_sums(Ctx *cx, NumPool *pool, const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e;
    EigFn fn = e->as.call.fn;
    if (fn == EIG_FN_LOG || fn == EIG_FN_LOG1P)
        return log_of_sum(cx, pool, e);
    bool is_sum = fn == EIG_FN_ADD || fn == EIG_FN_SUB || fn == EIG_FN_NEG;
    bool is_multiple = fn == EIG_FN_MUL && (expr_is_const(e->as.call.arg[0], NULL) || expr_is_const(e->as.call.arg[1], NULL));
    bool is_part = fn == EIG_FN_DIV && expr_is_const(e->as.call.arg[1], NULL);
    if (!is_sum && !is_multiple && !is_part)
        return e;
    const Expr *arg[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = expr_log_sums(cx, pool, e->as.call.arg[k]);
    const Expr *made = expr_with_arguments(cx, pool, e, arg);
    return made ? made : e;
}

/* ---- quotients ---- */

/* k and exp(t), where e is k exp(t) or exp(t); NULL elsewhere. */
static const Expr *multiple_of_exp(Ctx *cx, NumPool *pool, const Expr *e, const Expr **k)
{
    *k = expr_const(cx, e->span, num_int(pool, 1));
    if (e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_MUL)
        return e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_EXP ? e : NULL;
    for (int n = 0; n < 2; n++) {
        const Expr *other = e->as.call.arg[1 - n];
        *k = e->as.call.arg[n];
        if (expr_is_const(*k, NULL) && other->kind == EXPR_CALL && other->as.call.fn == EIG_FN_EXP)
            return other;
    }
    return NULL;
}

/* The constant c > 0 where e is c + power, or power + c; NULL elsewhere. */
static const Expr *constant_beside(const Expr *e, const Expr *power)
{
    if (e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_ADD)
        return NULL;
    for (int n = 0; n < 2; n++) {
        Num c;
        if (expr_is_const(e->as.call.arg[n], &c) && mpq_sgn(c) > 0 && expr_equal(e->as.call.arg[1 - n], power))
            return e->as.call.arg[n];
    }
    return NULL;
}

/* k exp(t)/(c + exp(t)) = k/(1 + c exp(-t)), t >= 0 not straight; else e. */
static const Expr *saturated(Ctx *cx, NumPool *pool, const Expr *e)
{
    const Expr *k, *power = multiple_of_exp(cx, pool, e->as.call.arg[0], &k);
    const Expr *c = power ? constant_beside(e->as.call.arg[1], power) : NULL, *t = c ? large_exponent(power) : NULL;
    Num offset, rate;
    if (!t || expr_affine(pool, t, EIG_VAR_X, &offset, &rate))
        return e;
    const Expr *small = call(cx, pool, e->span, EIG_FN_EXP, call(cx, pool, e->span, EIG_FN_NEG, t, NULL), NULL);
    const Expr *one = expr_const(cx, e->span, num_int(pool, 1));
    const Expr *sum = call(cx, pool, e->span, EIG_FN_ADD, one, call(cx, pool, e->span, EIG_FN_MUL, c, small));
    const Expr *made = call(cx, pool, e->span, EIG_FN_DIV, k, sum);
    return made->size < EXPR_MAX_SIZE && made->depth <= EXPR_MAX_DEPTH ? made : e;
}

const Expr *expr_saturated(Ctx *cx, NumPool *pool, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL)
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = expr_saturated(cx, pool, e->as.call.arg[k]);
    const Expr *made = expr_with_arguments(cx, pool, e, arg);
    made = made ? made : e;
    return made->kind == EXPR_CALL && made->as.call.fn == EIG_FN_DIV ? saturated(cx, pool, made) : made;
}
