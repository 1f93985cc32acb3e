#include "compiler/expr/settled.h"

#include "compiler/expr/affine.h"

static void raise(Num *from, Num time)
{
    if (!*from || mpq_cmp(time, *from) > 0)
        *from = time;
}

/* step(a), pulse(a, b) or ramp(a, b), a = offset + rate t and b constant. */
static const Expr *settled_switch(Ctx *cx, NumPool *pool, const Expr *e, Num *from)
{
    EigFn fn = e->as.call.fn;
    Num offset, rate, length = num_int(pool, 0);
    if (!expr_affine(pool, e->as.call.arg[0], EIG_VAR_T, &offset, &rate) || mpq_sgn(rate) == 0)
        return NULL;
    if (fn != EIG_FN_STEP && (!expr_is_const(e->as.call.arg[1], &length) || mpq_sgn(length) <= 0))
        return NULL;
    bool rises = mpq_sgn(rate) > 0;
    mpq_ptr last = num_new(pool);       /* a is there what it changes at last: the length where a rises, else 0 */
    if (rises)
        mpq_set(last, length);
    mpq_sub(last, last, offset);
    mpq_div(last, last, rate);
    raise(from, last);
    return expr_const(cx, e->span, num_int(pool, rises && fn != EIG_FN_PULSE));
}

static bool is_zero(const Expr *e)
{
    Num x;
    return e && expr_is_const(e, &x) && mpq_sgn(x) == 0;
}

const Expr *expr_settled(Ctx *cx, NumPool *pool, const Expr *e, Num *from)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind == EXPR_SAMPLES || (e->kind == EXPR_VAR && e->as.var == EIG_VAR_T))
        return NULL;
    if (e->kind != EXPR_CALL)
        return e;
    EigFn fn = e->as.call.fn;
    if ((fn == EIG_FN_STEP || fn == EIG_FN_PULSE || fn == EIG_FN_RAMP) && expr_uses(e, EIG_VAR_T))
        return settled_switch(cx, pool, e, from);
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = expr_settled(cx, pool, e->as.call.arg[k], from);
    if (fn == EIG_FN_MUL && (is_zero(arg[0]) || is_zero(arg[1])))
        return expr_const(cx, e->span, num_int(pool, 0));
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!arg[k])
            return NULL;
    return expr_with_arguments(cx, pool, e, arg);
}
