#include "compiler/check/slope/form/standard.h"

#include "compiler/expr/affine.h"

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
static Num first_root(NumPool *nums, const Expr *e, EigVar by)
{
    Num offset, rate, root = NULL;
    if (expr_affine(nums, e, by, &offset, &rate)) {
        if (mpq_sgn(rate) == 0)
            return NULL;
        mpq_ptr x = num_new(nums);
        mpq_div(x, offset, rate);
        mpq_neg(x, x);
        return x;
    }
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args && !root; k++)
        root = first_root(nums, e->as.call.arg[k], by);
    return root;
}

const Expr *standard_place(Ctx *cx, NumPool *nums, const Expr *e, EigVar by, Num *at)
{
    Num zero = num_int(nums, 0), root = first_root(nums, e, by);
    const Expr *moved = root ? expr_moved(cx, nums, e, by, root, expr_var(cx, e->span, by)) : NULL;
    *at = moved ? root : zero;
    return moved ? moved : e;
}

/* ---- quotients ---- */

static Num num_times(NumPool *nums, Num a, Num b)
{
    mpq_ptr x = num_new(nums);
    mpq_mul(x, a, b);
    return x;
}

static Num num_sum(NumPool *nums, Num a, Num b)
{
    mpq_ptr x = num_new(nums);
    mpq_add(x, a, b);
    return x;
}

static Num num_inverse(NumPool *nums, Num a)
{
    mpq_ptr x = num_new(nums);
    mpq_inv(x, a);
    return x;
}

static StandardLine line_times(NumPool *nums, StandardLine a, Num by)
{
    return (StandardLine){ num_times(nums, a.offset, by), num_times(nums, a.rate, by), a.core };
}

const Expr *standard_core(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_CONST ? NULL : e;
    const Expr *const *arg = e->as.call.arg;
    EigFn fn = e->as.call.fn;
    if (fn == EIG_FN_NEG || (fn == EIG_FN_DIV && expr_is_const(arg[1], NULL)))
        return standard_core(arg[0]);
    if (fn == EIG_FN_MUL && (expr_is_const(arg[0], NULL) || expr_is_const(arg[1], NULL)))
        return standard_core(expr_is_const(arg[0], NULL) ? arg[1] : arg[0]);
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB)
        return e;
    const Expr *a = standard_core(arg[0]), *b = standard_core(arg[1]);
    return a && b && !expr_equal(a, b) ? e : a ? a : b;
}

StandardLine standard_line(NumPool *nums, const Expr *e)
{
    Num zero = num_int(nums, 0), one = num_int(nums, 1), c;
    StandardLine whole = { zero, one, e };
    if (expr_is_const(e, &c))
        return (StandardLine){ c, zero, NULL };
    if (e->kind != EXPR_CALL)
        return whole;
    const Expr *const *arg = e->as.call.arg;
    EigFn fn = e->as.call.fn;
    if (fn == EIG_FN_NEG)
        return line_times(nums, standard_line(nums, arg[0]), num_int(nums, -1));
    if (fn == EIG_FN_MUL && (expr_is_const(arg[0], &c) || expr_is_const(arg[1], &c)))
        return line_times(nums, standard_line(nums, expr_is_const(arg[0], NULL) ? arg[1] : arg[0]), c);
    if (fn == EIG_FN_DIV && expr_is_const(arg[1], &c) && mpq_sgn(c))
        return line_times(nums, standard_line(nums, arg[0]), num_inverse(nums, c));
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB)
        return whole;
    StandardLine a = standard_line(nums, arg[0]), b = line_times(nums, standard_line(nums, arg[1]), num_int(nums, fn == EIG_FN_ADD ? 1 : -1));
    if (a.core && b.core && !expr_equal(a.core, b.core))
        return whole;
    return (StandardLine){ num_sum(nums, a.offset, b.offset), num_sum(nums, a.rate, b.rate), a.core ? a.core : b.core };
}

static const Expr *write_line(Ctx *cx, NumPool *nums, Span at, StandardLine a)
{
    const Expr *arg[2] = { expr_const(cx, at, a.rate), a.core };
    arg[0] = expr_call(cx, nums, at, EIG_FN_MUL, 2, arg);
    arg[1] = expr_const(cx, at, a.offset);
    return expr_call(cx, nums, at, EIG_FN_ADD, 2, arg);
}

/* n/(d0 + d1 exp(t)) as n/(2 d0) (1 - tanh((t + log(d1/d0))/2)), where t is not straight: far out exp(t) would leave nothing
 * of it. */
static const Expr *as_tanh(Ctx *cx, NumPool *nums, const Expr *e, Num n, StandardLine d)
{
    Num offset, rate;
    const Expr *t = d.core->as.call.arg[0], *arg[2] = { t, NULL };
    if (mpq_sgn(d.offset) * mpq_sgn(d.rate) <= 0 || expr_affine(nums, t, EIG_VAR_Z, &offset, &rate))
        return e;
    if (mpq_cmp(d.offset, d.rate) != 0) {
        arg[1] = expr_const(cx, e->span, num_times(nums, d.rate, num_inverse(nums, d.offset)));
        arg[1] = expr_apply(cx, e->span, EIG_FN_LOG, 1, &arg[1]);
        arg[0] = expr_apply(cx, e->span, EIG_FN_ADD, 2, arg);
    }
    arg[1] = expr_const(cx, e->span, num_int(nums, 2));
    arg[0] = expr_apply(cx, e->span, EIG_FN_DIV, 2, arg);
    arg[0] = expr_apply(cx, e->span, EIG_FN_TANH, 1, arg);
    Num half = num_times(nums, n, num_inverse(nums, num_times(nums, d.offset, num_int(nums, 2))));
    return write_line(cx, nums, e->span, (StandardLine){ half, num_times(nums, half, num_int(nums, -1)), arg[0] });
}

static bool is_exp(const Expr *e)
{
    return e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_EXP;
}

/* n exp(t)/(d0 + d1 exp(t)) and n/(d0 + d1 exp(t)). */
static const Expr *saturating(Ctx *cx, NumPool *nums, const Expr *e)
{
    StandardLine n = standard_line(nums, e->as.call.arg[0]), d = standard_line(nums, e->as.call.arg[1]);
    if (!d.core || !is_exp(d.core) || mpq_sgn(d.rate) == 0)
        return e;
    if (!n.core)
        return as_tanh(cx, nums, e, n.offset, d);
    if (!expr_equal(n.core, d.core) || mpq_sgn(n.offset) != 0)
        return e;
    const Expr *minus = expr_apply(cx, e->span, EIG_FN_NEG, 1, d.core->as.call.arg);
    return as_tanh(cx, nums, e, n.rate, (StandardLine){ d.rate, d.offset, expr_apply(cx, e->span, EIG_FN_EXP, 1, &minus) });
}

const Expr *standard_with_arguments(Ctx *cx, NumPool *nums, const Expr *e, const Expr *each(Ctx *, NumPool *, const Expr *))
{
    const Expr *arg[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = each(cx, nums, e->as.call.arg[k]);
    const Expr *made = expr_with_arguments(cx, nums, e, arg);
    return made ? made : e;
}

const Expr *standard_sigmoids(Ctx *cx, NumPool *nums, const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e;
    e = standard_with_arguments(cx, nums, e, standard_sigmoids);
    const Expr *out = e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_DIV ? saturating(cx, nums, e) : e;
    return out->depth <= EIG_CODE_MAX_DEPTH ? out : e;
}

const Expr *standard_ramps(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *arg[2];
    Num width;
    if (e->kind != EXPR_CALL)
        return e;
    e = standard_with_arguments(cx, nums, e, standard_ramps);
    if (e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_RAMP || !expr_is_const(e->as.call.arg[1], &width) || mpq_sgn(width) <= 0)
        return e;
    arg[0] = expr_call(cx, nums, e->span, EIG_FN_DIV, 2, e->as.call.arg);
    arg[1] = expr_const(cx, e->span, num_int(nums, 0));
    arg[0] = expr_call(cx, nums, e->span, EIG_FN_MAX, 2, arg);
    arg[1] = expr_const(cx, e->span, num_int(nums, 1));
    return expr_call(cx, nums, e->span, EIG_FN_MIN, 2, arg);
}
