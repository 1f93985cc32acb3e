/* Formulas in forms of which more is seen, each equal to what was written at every place, and defined there and nowhere else:
 *
 *   step(u) f(z)       f(max(z, r)), u straight and rising, 0 at r, f(r) = 0 and f defined everywhere; with min where u falls
 *   sin(atan(u))       u/sqrt(1 + u^2), and cos(atan(u)) is 1/sqrt(1 + u^2)
 *   log(a/b)           log(a) - log(b), a and b above 0 by their form
 *   0 f                0, f defined everywhere */
#include "compiler/check/slope/standard.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/zero.h"

static bool is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static const Expr *call2(Ctx *cx, NumPool *nums, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return a && b ? expr_call(cx, nums, at, fn, 2, arg) : NULL;
}

static const Expr *without_step(Ctx *cx, NumPool *nums, const Expr *u, const Expr *f)
{
    Num offset, rate, there;
    if (!expr_affine(nums, u, EIG_VAR_Z, &offset, &rate) || mpq_sgn(rate) == 0 || !expr_is_defined(f))
        return NULL;
    mpq_ptr root = num_new(nums);
    mpq_div(root, offset, rate);
    mpq_neg(root, root);
    there = expr_exact(nums, f, EIG_VAR_Z, root);
    if (!there || mpq_sgn(there) != 0)
        return NULL;
    const Expr *x = call2(cx, nums, f->span, mpq_sgn(rate) > 0 ? EIG_FN_MAX : EIG_FN_MIN, expr_var(cx, f->span, EIG_VAR_Z), expr_const(cx, f->span, root));
    return expr_replaced(cx, nums, f, EIG_VAR_Z, x);
}

static const Expr *of_product(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *const *arg = e->as.call.arg;
    for (int k = 0; k < 2; k++) {
        const Expr *a = arg[k], *f = arg[1 - k];
        if (expr_is_const(a, NULL) && mpq_sgn(a->as.value) == 0 && expr_is_defined(f))
            return a;
        if (is_call(a, EIG_FN_MUL) && expr_is_const(a->as.call.arg[0], NULL)) {
            f = call2(cx, nums, e->span, EIG_FN_MUL, a->as.call.arg[0], f);
            a = a->as.call.arg[1];
        }
        const Expr *made = is_call(a, EIG_FN_STEP) && f ? without_step(cx, nums, a->as.call.arg[0], f) : NULL;
        if (made)
            return made;
    }
    return NULL;
}

static const Expr *of_angle(Ctx *cx, NumPool *nums, const Expr *e)
{
    if (!is_call(e->as.call.arg[0], EIG_FN_ATAN))
        return NULL;
    const Expr *u = e->as.call.arg[0]->as.call.arg[0], *one = expr_const(cx, e->span, num_int(nums, 1));
    const Expr *square = call2(cx, nums, e->span, EIG_FN_POW, u, expr_const(cx, e->span, num_int(nums, 2)));
    const Expr *under = call2(cx, nums, e->span, EIG_FN_ADD, one, square);
    if (!under || expr_is_const(u, NULL))
        return NULL;
    return call2(cx, nums, e->span, EIG_FN_DIV, e->as.call.fn == EIG_FN_SIN ? u : one, expr_apply(cx, e->span, EIG_FN_SQRT, 1, &under));
}

static bool is_positive(const Expr *e)
{
    if (expr_is_const(e, NULL))
        return mpq_sgn(e->as.value) > 0;
    if (is_call(e, EIG_FN_ADD) || is_call(e, EIG_FN_MUL) || is_call(e, EIG_FN_DIV))
        return is_positive(e->as.call.arg[0]) && is_positive(e->as.call.arg[1]);
    return is_call(e, EIG_FN_EXP) && expr_is_defined(e);
}

static const Expr *of_log(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *ratio = e->as.call.arg[0];
    if (!is_call(ratio, EIG_FN_DIV) || expr_is_const(ratio, NULL))
        return NULL;
    const Expr *const *arg = ratio->as.call.arg;
    if (expr_is_const(arg[0], NULL) || expr_is_const(arg[1], NULL) || !is_positive(arg[0]) || !is_positive(arg[1]))
        return NULL;
    return call2(cx, nums, e->span, EIG_FN_SUB, expr_apply(cx, e->span, EIG_FN_LOG, 1, &arg[0]), expr_apply(cx, e->span, EIG_FN_LOG, 1, &arg[1]));
}

const Expr *standard_rules(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *made = NULL;
    if (e->kind != EXPR_CALL)
        return e;
    e = standard_with_arguments(cx, nums, e, standard_rules);
    if (e->kind != EXPR_CALL)
        return e;
    switch (e->as.call.fn) {
    case EIG_FN_MUL: made = of_product(cx, nums, e); break;
    case EIG_FN_SIN:
    case EIG_FN_COS: made = of_angle(cx, nums, e); break;
    case EIG_FN_LOG: made = of_log(cx, nums, e); break;
    default: break;
    }
    return made && made->size < EXPR_MAX_SIZE && made->depth <= EIG_CODE_MAX_DEPTH ? made : e;
}
