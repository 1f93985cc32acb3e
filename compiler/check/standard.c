#include "compiler/check/standard.h"

#include "compiler/model/affine.h"

static const Expr *take_factor(Ctx *cx, const Expr *e, mpq_ptr factor)
{
    Num c;
    if (e->kind != EXPR_CALL)
        return e;
    const Expr *const *arg = e->as.call.arg;
    if (e->as.call.fn == EIG_FN_NEG) {
        mpq_neg(factor, factor);
        return take_factor(cx, arg[0], factor);
    }
    if (e->as.call.fn == EIG_FN_MUL && (expr_is_const(arg[0], &c) || expr_is_const(arg[1], &c)) && mpq_sgn(c)) {
        mpq_mul(factor, factor, c);
        return take_factor(cx, expr_is_const(arg[0], NULL) ? arg[1] : arg[0], factor);
    }
    if (e->as.call.fn != EIG_FN_DIV)
        return e;
    if (expr_is_const(arg[1], &c) && mpq_sgn(c)) {
        mpq_div(factor, factor, c);
        return take_factor(cx, arg[0], factor);
    }
    const Expr *part[2] = { take_factor(cx, arg[0], factor), arg[1] };
    return part[0] == arg[0] ? e : expr_apply(cx, e->span, EIG_FN_DIV, 2, part);
}

const Expr *standard_factor(Ctx *cx, NumPool *nums, const Expr *e, Num *factor)
{
    mpq_ptr x = num_new(nums);
    mpq_set_ui(x, 1, 1);
    *factor = x;
    return take_factor(cx, e, x);
}

/* The root of the first straight part that has one, or NULL. */
static Num first_root(NumPool *nums, const Expr *e)
{
    Num offset, rate, root = NULL;
    if (expr_affine(nums, e, EIG_VAR_Z, &offset, &rate)) {
        if (mpq_sgn(rate) == 0)
            return NULL;
        mpq_ptr x = num_new(nums);
        mpq_div(x, offset, rate);
        mpq_neg(x, x);
        return x;
    }
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args && !root; k++)
        root = first_root(nums, e->as.call.arg[k]);
    return root;
}

const Expr *standard_place(Ctx *cx, NumPool *nums, const Expr *e, Num *at)
{
    Num zero = num_int(nums, 0), root = first_root(nums, e);
    const Expr *moved = root ? expr_moved(cx, nums, e, EIG_VAR_Z, root, expr_var(cx, e->span, EIG_VAR_Z)) : NULL;
    *at = moved ? root : zero;
    return moved ? moved : e;
}
