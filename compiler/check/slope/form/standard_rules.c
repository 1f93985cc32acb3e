/* Formulas in forms of which more is seen, each equal to what was written at every place, and defined there and nowhere else:
 *
 *   sin(atan(u))       u/sqrt(1 + u^2), and cos(atan(u)) is 1/sqrt(1 + u^2)
 *   log(a/b)           log(a) - log(b), a and b above 0 by their form
 *   log(c f)           log(c) + log(f), c a number above 0, where f may be 1 + g
 *   u exprel(u)        exp(u) - 1, and v exprel(c v) is (exp(c v) - 1)/c
 *   v exprel(c abs(v)) (exp(c max(v, 0)) - exp(-c min(v, 0)))/c
 *   1 - normcdf(u)     normcdf(-u), and multiples
 *   0 f                0, f defined everywhere
 *
 * and those of standard_steps.c and standard_roots.c. */
#include "compiler/check/slope/form/standard.h"
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

/* The c other than 0 for which u = c v; NULL: none is seen. */
static Num multiple_of(NumPool *nums, const Expr *u, const Expr *v)
{
    StandardLine a = standard_line(nums, u), b = standard_line(nums, v);
    if (!a.core || !b.core || !expr_equal(a.core, b.core) || mpq_sgn(a.rate) == 0 || mpq_sgn(b.rate) == 0)
        return NULL;
    mpq_ptr c = num_new(nums), offset = num_new(nums);
    mpq_div(c, a.rate, b.rate);
    mpq_mul(offset, c, b.offset);
    return mpq_equal(offset, a.offset) ? c : NULL;
}

/* exp(u) - 1 over c, for u = c v. */
static const Expr *of_exprel(Ctx *cx, NumPool *nums, const Expr *f, const Expr *v)
{
    if (!is_call(f, EIG_FN_EXPREL))
        return NULL;
    const Expr *u = f->as.call.arg[0], *one = expr_const(cx, f->span, num_int(nums, 1));
    Num by = multiple_of(nums, v, u);
    const Expr *less = by ? call2(cx, nums, f->span, EIG_FN_SUB, expr_apply(cx, f->span, EIG_FN_EXP, 1, &u), one) : NULL;
    return by ? call2(cx, nums, f->span, EIG_FN_MUL, expr_const(cx, f->span, by), less) : NULL;
}

/* abs(v), or NULL, in c abs(v). */
static const Expr *size_of(const StandardLine *a)
{
    bool is = a->core && mpq_sgn(a->offset) == 0 && mpq_sgn(a->rate) != 0 && is_call(a->core, EIG_FN_ABS);
    return is ? a->core->as.call.arg[0] : NULL;
}

/* exp(c max(v, 0)) - exp(-c min(v, 0)), over c. */
static const Expr *of_even_exprel(Ctx *cx, NumPool *nums, const Expr *f, const Expr *v)
{
    if (!is_call(f, EIG_FN_EXPREL))
        return NULL;
    StandardLine a = standard_line(nums, f->as.call.arg[0]);
    const Expr *u = size_of(&a), *term[2], *zero = expr_const(cx, f->span, num_int(nums, 0));
    Num times = u ? multiple_of(nums, v, u) : NULL;
    if (!times)
        return NULL;
    for (int k = 0; k < 2; k++) {
        mpq_ptr c = num_new(nums);
        (k ? mpq_neg : mpq_set)(c, a.rate);
        const Expr *side = call2(cx, nums, f->span, k ? EIG_FN_MIN : EIG_FN_MAX, u, zero);
        side = call2(cx, nums, f->span, EIG_FN_MUL, expr_const(cx, f->span, c), side);
        term[k] = expr_apply(cx, f->span, EIG_FN_EXP, 1, &side);
    }
    mpq_ptr by = num_new(nums);
    mpq_div(by, times, a.rate);
    return call2(cx, nums, f->span, EIG_FN_MUL, expr_const(cx, f->span, by), call2(cx, nums, f->span, EIG_FN_SUB, term[0], term[1]));
}

static const Expr *of_product(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *const *arg = e->as.call.arg;
    for (int k = 0; k < 2; k++)
        if (expr_is_const(arg[k], NULL) && mpq_sgn(arg[k]->as.value) == 0 && expr_is_defined(arg[1 - k]))
            return arg[k];
    for (int k = 0; k < 2; k++) {
        const Expr *made = of_exprel(cx, nums, arg[k], arg[1 - k]);
        made = made ? made : of_even_exprel(cx, nums, arg[k], arg[1 - k]);
        if (made)
            return made;
    }
    return standard_without_step(cx, nums, e);
}

/* ---- others ---- */

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

/* log(c f) and log(f/c), and log(c + c f) with 1 + f. */
static const Expr *of_multiple(Ctx *cx, NumPool *nums, const Expr *e)
{
    StandardLine f = standard_line(nums, e->as.call.arg[0]);
    const Expr *one = expr_const(cx, e->span, num_int(nums, 1)), *rest = f.core;
    if (!f.core || mpq_sgn(f.rate) <= 0 || mpq_cmp_ui(f.rate, 1, 1) == 0 || (mpq_sgn(f.offset) != 0 && !mpq_equal(f.offset, f.rate)))
        return NULL;
    if (mpq_sgn(f.offset) != 0)
        rest = call2(cx, nums, e->span, EIG_FN_ADD, one, f.core);
    const Expr *c = expr_const(cx, e->span, f.rate);
    return rest ? call2(cx, nums, e->span, EIG_FN_ADD, expr_apply(cx, e->span, EIG_FN_LOG, 1, &c), expr_apply(cx, e->span, EIG_FN_LOG, 1, &rest)) : NULL;
}

static const Expr *of_log(Ctx *cx, NumPool *nums, const Expr *e)
{
    const Expr *ratio = e->as.call.arg[0], *multiple = of_multiple(cx, nums, e);
    if (multiple)
        return multiple;
    if (!is_call(ratio, EIG_FN_DIV) || expr_is_const(ratio, NULL))
        return NULL;
    const Expr *const *arg = ratio->as.call.arg;
    if (expr_is_const(arg[0], NULL) || expr_is_const(arg[1], NULL) || !is_positive(arg[0]) || !is_positive(arg[1]))
        return NULL;
    return call2(cx, nums, e->span, EIG_FN_SUB, expr_apply(cx, e->span, EIG_FN_LOG, 1, &arg[0]), expr_apply(cx, e->span, EIG_FN_LOG, 1, &arg[1]));
}

static const Expr *of_complement(Ctx *cx, NumPool *nums, const Expr *e)
{
    StandardLine a = standard_line(nums, e);
    mpq_ptr sum = num_new(nums);
    mpq_add(sum, a.offset, a.rate);
    if (!a.core || !is_call(a.core, EIG_FN_NORMCDF) || mpq_sgn(a.rate) == 0 || mpq_sgn(sum) != 0)
        return NULL;
    const Expr *minus = expr_apply(cx, e->span, EIG_FN_NEG, 1, a.core->as.call.arg);
    return call2(cx, nums, e->span, EIG_FN_MUL, expr_const(cx, e->span, a.offset), expr_apply(cx, e->span, EIG_FN_NORMCDF, 1, &minus));
}

/* A sum whose straight terms add up to a number, with these first: what is left may be a difference of one function. */
static const Expr *of_sum(Ctx *cx, NumPool *nums, const Expr *e)
{
    Terms terms = { 0 };
    Num zero = num_int(nums, 0), offset, rate;
    size_t straight = 0;
    mpq_ptr sum = num_new(nums);
    expr_terms(cx, e, 1, &terms);
    for (size_t k = 0; k < terms.n; k++)
        if (expr_affine(nums, terms.at[k].e, EIG_VAR_Z, &offset, &rate)) {
            straight++;
            (terms.at[k].sign > 0 ? mpq_add : mpq_sub)(sum, sum, rate);
        }
    return straight > 0 && terms.n > straight + 1 && mpq_sgn(sum) == 0 ? expr_plus_affine(cx, nums, e, EIG_VAR_Z, zero, zero) : NULL;
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
    case EIG_FN_ADD:
    case EIG_FN_SUB:
        made = of_complement(cx, nums, e);
        made = made ? made : of_sum(cx, nums, e);
        break;
    case EIG_FN_SIN:
    case EIG_FN_COS: made = of_angle(cx, nums, e); break;
    case EIG_FN_LOG: made = of_log(cx, nums, e); break;
    case EIG_FN_DIV: made = standard_over_root(cx, nums, e); break;
    case EIG_FN_SQRT:
    case EIG_FN_POW: made = standard_root(cx, nums, e); break;
    default: break;
    }
    return made && made->size < EXPR_MAX_SIZE && made->depth <= EIG_CODE_MAX_DEPTH ? made : e;
}
