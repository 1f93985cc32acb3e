/* Formulas in forms of which more is seen, each equal to what was written at every place, and defined there and nowhere else:
 *
 *   step(u) f(z)       f(max(z, r)), u straight and rising, 0 at r, f(r) = 0 and f defined everywhere; with min where u falls. So every
 *                      product in which steps switch at r: r(max(z, r)) + l(min(z, r)) - c, where r(z) has 1 for those that rise and 0
 *                      for the others, l(z) the reverse, both are defined everywhere, and c is what all three are at r. step(tanh(u)) and
 *                      the like switch where step(u) does
 *   sin(atan(u))       u/sqrt(1 + u^2), and cos(atan(u)) is 1/sqrt(1 + u^2)
 *   log(a/b)           log(a) - log(b), a and b above 0 by their form
 *   log(c f)           log(c) + log(f), c a number above 0, where f may be 1 + g
 *   u exprel(u)        exp(u) - 1, and v exprel(c v) is (exp(c v) - 1)/c
 *   v exprel(c abs(v)) (exp(c max(v, 0)) - exp(-c min(v, 0)))/c
 *   1 - normcdf(u)     normcdf(-u), and multiples
 *   0 f                0, f defined everywhere
 *
 * and those of standard_roots.c. */
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

/* ---- products with steps ---- */

/* step(u) of a straight u, or of what has its sign: 1 above the root, way +1, or below it, and 0 beyond. */
typedef struct Switch {
    Num root;
    int way;
} Switch;

static bool read_switch(NumPool *nums, const Expr *e, Switch *out)
{
    Num offset, rate;
    if (!is_call(e, EIG_FN_STEP))
        return false;
    const Expr *u = e->as.call.arg[0];
    while (is_call(u, EIG_FN_TANH) || is_call(u, EIG_FN_ATAN) || is_call(u, EIG_FN_EXPM1))
        u = u->as.call.arg[0];
    if (!expr_affine(nums, u, EIG_VAR_Z, &offset, &rate) || mpq_sgn(rate) == 0)
        return false;
    mpq_ptr root = num_new(nums);
    mpq_div(root, offset, rate);
    mpq_neg(root, root);
    *out = (Switch){ root, mpq_sgn(rate) };
    return true;
}

/* The first of those in e. */
static bool find_switch(NumPool *nums, const Expr *e, Switch *out)
{
    if (read_switch(nums, e, out))
        return true;
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        if (find_switch(nums, e->as.call.arg[k], out))
            return true;
    return false;
}

/* e as it is on one side of the root: 1 or 0 for all that switch there. */
static const Expr *beside_switch(Ctx *cx, NumPool *nums, const Expr *e, Num root, int side)
{
    Switch s;
    if (e->kind != EXPR_CALL)
        return e;
    if (read_switch(nums, e, &s) && mpq_equal(s.root, root))
        return expr_const(cx, e->span, num_int(nums, s.way == side));
    const Expr *arg[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!(arg[k] = beside_switch(cx, nums, e->as.call.arg[k], root, side)))
            return NULL;
    return expr_with_arguments(cx, nums, e, arg);
}

static bool is_not_negative(const Expr *e)
{
    Num n;
    if (expr_is_const(e, &n))
        return mpq_sgn(n) >= 0;
    if (is_call(e, EIG_FN_ADD) || is_call(e, EIG_FN_MUL))
        return is_not_negative(e->as.call.arg[0]) && is_not_negative(e->as.call.arg[1]);
    if (is_call(e, EIG_FN_POW))
        return expr_is_const(e->as.call.arg[1], &n) && mpz_cmp_ui(mpq_denref(n), 1) == 0 && mpz_even_p(mpq_numref(n)) && mpq_sgn(n) > 0;
    return is_call(e, EIG_FN_ABS) || is_call(e, EIG_FN_EXP);
}

bool standard_is_away_from_zero(const Expr *e)
{
    Num n;
    if (!is_call(e, EIG_FN_ADD))
        return expr_is_const(e, &n) && mpq_sgn(n) > 0;
    const Expr *const *arg = e->as.call.arg;
    return (standard_is_away_from_zero(arg[0]) && is_not_negative(arg[1])) || (is_not_negative(arg[0]) && standard_is_away_from_zero(arg[1]));
}

/* For every z, by its form. */
static bool has_value(const Expr *e)
{
    if (is_call(e, EIG_FN_LOG) || is_call(e, EIG_FN_SQRT))
        return standard_is_away_from_zero(e->as.call.arg[0]) && has_value(e->as.call.arg[0]);
    if (is_call(e, EIG_FN_MUL) || is_call(e, EIG_FN_ADD) || is_call(e, EIG_FN_SUB))
        return has_value(e->as.call.arg[0]) && has_value(e->as.call.arg[1]);
    if (is_call(e, EIG_FN_DIV) && expr_is_defined(e->as.call.arg[1]) && standard_is_away_from_zero(e->as.call.arg[1]))
        return has_value(e->as.call.arg[0]);
    return expr_is_defined(e);
}

/* That of e at z = root; NULL: it is not known to be a rational number. */
static Num value_at(Ctx *cx, NumPool *nums, const Expr *e, Num root)
{
    Num value = expr_exact(nums, e, EIG_VAR_Z, root), zero = num_int(nums, 0);
    const Expr *there = value ? NULL : expr_moved(cx, nums, e, EIG_VAR_Z, root, expr_const(cx, e->span, zero));
    if (there && !expr_is_const(there, &value) && expr_is_zero(nums, there, 1))
        value = zero;
    return value;
}

/* f(max(z, root)) or, side -1, f(min(z, root)). */
static const Expr *kept_beside(Ctx *cx, NumPool *nums, const Expr *f, Num root, int side)
{
    const Expr *z = call2(cx, nums, f->span, side > 0 ? EIG_FN_MAX : EIG_FN_MIN, expr_var(cx, f->span, EIG_VAR_Z), expr_const(cx, f->span, root));
    return expr_is_zero(nums, f, 1) ? NULL : expr_replaced(cx, nums, f, EIG_VAR_Z, z);
}

static const Expr *without_step(Ctx *cx, NumPool *nums, const Expr *e)
{
    Switch s;
    if (!find_switch(nums, e, &s))
        return NULL;
    Num there = value_at(cx, nums, e, s.root);
    const Expr *kept[2] = { NULL, NULL };
    for (int k = 0; k < 2; k++) {
        const Expr *f = there ? beside_switch(cx, nums, e, s.root, k ? 1 : -1) : NULL;
        Num limit = f && has_value(f) ? value_at(cx, nums, f, s.root) : NULL;
        if (!limit || !mpq_equal(limit, there))
            return NULL;
        kept[k] = kept_beside(cx, nums, f, s.root, k ? 1 : -1);
    }
    if (!kept[0] || !kept[1])
        return kept[0] ? kept[0] : kept[1];
    const Expr *sum = call2(cx, nums, e->span, EIG_FN_ADD, kept[0], kept[1]);
    return call2(cx, nums, e->span, EIG_FN_SUB, sum, expr_const(cx, e->span, there));
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
    return without_step(cx, nums, e);
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
