#include "compiler/expr/digits.h"

#include "compiler/expr/affine.h"

static bool is_number(const Expr *e, long k)
{
    Num value;
    return expr_is_const(e, &value) && mpq_cmp_si(value, k, 1) == 0;
}

static bool is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static const Expr *call1(Ctx *cx, NumPool *pool, const Expr *like, EigFn fn, const Expr *a)
{
    return expr_call(cx, pool, like->span, fn, 1, &a);
}

/* u where e is 1 + u; NULL elsewhere. */
static const Expr *beside_one(Ctx *cx, NumPool *pool, const Expr *e)
{
    if (!is_call(e, EIG_FN_ADD) && !is_call(e, EIG_FN_SUB))
        return NULL;
    const Expr *a = e->as.call.arg[0], *b = e->as.call.arg[1];
    if (is_number(a, 1))
        return is_call(e, EIG_FN_ADD) ? b : call1(cx, pool, e, EIG_FN_NEG, b);
    return is_call(e, EIG_FN_ADD) && is_number(b, 1) ? a : NULL;
}

/* exp(u) - 1, or NULL. */
static const Expr *less_one(Ctx *cx, NumPool *pool, const Expr *e)
{
    if (!is_call(e, EIG_FN_ADD) && !is_call(e, EIG_FN_SUB))
        return NULL;
    const Expr *a = e->as.call.arg[0], *b = e->as.call.arg[1];
    if (is_call(e, EIG_FN_SUB) && is_number(a, 1) && is_call(b, EIG_FN_EXP))
        return call1(cx, pool, e, EIG_FN_NEG, call1(cx, pool, e, EIG_FN_EXPM1, b->as.call.arg[0]));
    bool is = is_call(a, EIG_FN_EXP) && is_number(b, is_call(e, EIG_FN_SUB) ? 1 : -1);
    return is ? call1(cx, pool, e, EIG_FN_EXPM1, a->as.call.arg[0]) : NULL;
}

const Expr *expr_keeping_digits(Ctx *cx, NumPool *pool, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL }, *out = e;
    if (!e || e->kind != EXPR_CALL || !expr_uses(e, EIG_VAR_X))
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = expr_keeping_digits(cx, pool, e->as.call.arg[k]);
    if (arg[0] != e->as.call.arg[0] || (e->as.call.n_args > 1 && arg[1] != e->as.call.arg[1]))
        out = expr_with_arguments(cx, pool, e, arg);
    if (!out)
        return e;
    const Expr *u = is_call(out, EIG_FN_LOG) ? beside_one(cx, pool, out->as.call.arg[0]) : NULL, *difference = less_one(cx, pool, out);
    return u ? call1(cx, pool, out, EIG_FN_LOG1P, u) : difference ? difference : out;
}
