/* Products in which steps switch, equal to what was written at every place, and defined there and nowhere else:
 *
 *   step(u) f(z)       f(max(z, r)), u straight and rising, 0 at r, f(r) = 0 and f defined everywhere; with min where u falls. So every
 *                      product in which steps switch at r: r(max(z, r)) + l(min(z, r)) - c, where r(z) has 1 for those that rise and 0
 *                      for the others, l(z) the reverse, both are defined everywhere, and c is what all three are at r. step(tanh(u)) and
 *                      the like switch where step(u) does. max, min and abs are left out of r and l where it is known which side they take */
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

static bool is_even(Num n)
{
    return mpz_cmp_ui(mpq_denref(n), 1) == 0 && mpz_even_p(mpq_numref(n)) && mpq_sgn(n) > 0;
}

/* By its form, wherever it has a value. */
static bool is_not_negative(const Expr *e)
{
    Num n;
    if (expr_is_const(e, &n))
        return mpq_sgn(n) >= 0;
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
    case EIG_FN_MUL:
    case EIG_FN_MIN: return is_not_negative(arg[0]) && is_not_negative(arg[1]);
    case EIG_FN_MAX: return is_not_negative(arg[0]) || is_not_negative(arg[1]);
    case EIG_FN_POW: return expr_is_const(arg[1], &n) && (is_even(n) || is_not_negative(arg[0]));
    case EIG_FN_ABS:
    case EIG_FN_SQRT:
    case EIG_FN_STEP:
    case EIG_FN_EXP: return true;
    default: return false;
    }
}

bool standard_is_away_from_zero(const Expr *e)
{
    Num n;
    if (expr_is_const(e, &n))
        return mpq_sgn(n) > 0;
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    bool is[2] = { standard_is_away_from_zero(arg[0]), e->as.call.n_args > 1 && standard_is_away_from_zero(arg[1]) };
    switch (e->as.call.fn) {
    case EIG_FN_ADD: return (is[0] && (is[1] || is_not_negative(arg[1]))) || (is[1] && is_not_negative(arg[0]));
    case EIG_FN_MAX: return is[0] || is[1];
    case EIG_FN_MIN: return is[0] && is[1];
    default: return false;
    }
}

/* For every z, by its form. */
static bool has_value(const Expr *e)
{
    if (e->kind != EXPR_CALL || expr_is_defined(e))
        return expr_is_defined(e);
    const Expr *const *arg = e->as.call.arg;
    bool is_power = e->as.call.fn == EIG_FN_POW && expr_is_const(arg[1], NULL) && mpq_sgn(arg[1]->as.value) > 0;
    switch (e->as.call.fn) {
    case EIG_FN_POW: return is_power && is_not_negative(arg[0]) && has_value(arg[0]);
    case EIG_FN_LOG: return standard_is_away_from_zero(arg[0]) && has_value(arg[0]);
    case EIG_FN_SQRT:
    case EIG_FN_LOG1P: return is_not_negative(arg[0]) && has_value(arg[0]);
    case EIG_FN_NEG:
    case EIG_FN_ABS: return has_value(arg[0]);
    case EIG_FN_ADD:
    case EIG_FN_SUB:
    case EIG_FN_MUL:
    case EIG_FN_MIN:
    case EIG_FN_MAX: return has_value(arg[0]) && has_value(arg[1]);
    case EIG_FN_DIV: return standard_is_away_from_zero(arg[1]) && has_value(arg[1]) && has_value(arg[0]);
    default: return false;
    }
}

/* Of what has a value: a product with 0 in it, or a sum whose terms cancel. */
static bool vanishes(Ctx *cx, NumPool *nums, const Expr *e)
{
    Terms terms = { 0 };
    if (is_call(e, EIG_FN_MUL))
        return vanishes(cx, nums, e->as.call.arg[0]) || vanishes(cx, nums, e->as.call.arg[1]);
    if (expr_is_zero(nums, e, 1))
        return true;
    expr_terms(cx, e, 1, &terms);
    return terms.n == 0;
}

/* That of e at z = root; NULL: it is not known to be a rational number. */
static Num value_at(Ctx *cx, NumPool *nums, const Expr *e, Num root)
{
    Num value = expr_exact(nums, e, EIG_VAR_Z, root), zero = num_int(nums, 0);
    const Expr *there = value ? NULL : expr_moved(cx, nums, e, EIG_VAR_Z, root, expr_const(cx, e->span, zero));
    if (!there || expr_is_const(there, &value))
        return value;
    return expr_is_zero(nums, there, 1) || (has_value(e) && vanishes(cx, nums, there)) ? zero : NULL;
}

/* What a straight e has on that side of the root, which belongs to it: 1: nothing below 0, -1: nothing above, 0: it is not known. */
static int sign_beside(NumPool *nums, const Expr *e, Num root, int side)
{
    Num offset, rate;
    if (!expr_affine(nums, e, EIG_VAR_Z, &offset, &rate))
        return 0;
    mpq_ptr there = num_new(nums);
    mpq_mul(there, rate, root);
    mpq_add(there, there, offset);
    int at = mpq_sgn(there), beyond = side * mpq_sgn(rate);
    return at * beyond < 0 ? 0 : at ? at : beyond ? beyond : 1;
}

/* max, min and abs of what is straight. */
static const Expr *choice_beside(Ctx *cx, NumPool *nums, const Expr *e, Num root, int side)
{
    const Expr *const *arg = e->as.call.arg;
    EigFn fn = e->as.call.fn;
    if (fn != EIG_FN_MAX && fn != EIG_FN_MIN && fn != EIG_FN_ABS)
        return e;
    const Expr *less = fn == EIG_FN_ABS ? arg[0] : call2(cx, nums, e->span, EIG_FN_SUB, arg[0], arg[1]);
    int sign = less ? sign_beside(nums, less, root, side) : 0;
    if (sign == 0)
        return e;
    if (fn == EIG_FN_ABS)
        return sign > 0 ? arg[0] : expr_call(cx, nums, e->span, EIG_FN_NEG, 1, arg);
    return (sign > 0) == (fn == EIG_FN_MAX) ? arg[0] : arg[1];
}

/* f as it is on one side of the root: max(z - 2, 3) is z - 2 from z = 5 on. So no kink is left where the step was. */
static const Expr *chosen_beside(Ctx *cx, NumPool *nums, const Expr *f, Num root, int side)
{
    const Expr *arg[2] = { NULL, NULL };
    if (f->kind != EXPR_CALL)
        return f;
    for (int k = 0; k < f->as.call.n_args; k++)
        arg[k] = chosen_beside(cx, nums, f->as.call.arg[k], root, side);
    const Expr *made = expr_with_arguments(cx, nums, f, arg);
    return made && made->kind == EXPR_CALL ? choice_beside(cx, nums, made, root, side) : made ? made : f;
}

/* f(max(z, root)) or, side -1, f(min(z, root)); NULL: too large. */
static const Expr *kept_beside(Ctx *cx, NumPool *nums, const Expr *f, Num root, int side)
{
    const Expr *z = call2(cx, nums, f->span, side > 0 ? EIG_FN_MAX : EIG_FN_MIN, expr_var(cx, f->span, EIG_VAR_Z), expr_const(cx, f->span, root));
    return z ? expr_replaced(cx, nums, chosen_beside(cx, nums, f, root, side), EIG_VAR_Z, z) : NULL;
}

const Expr *standard_without_step(Ctx *cx, NumPool *nums, const Expr *e)
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
        if (!vanishes(cx, nums, f) && !(kept[k] = kept_beside(cx, nums, f, s.root, k ? 1 : -1)))
            return NULL;
    }
    if (!kept[0] || !kept[1])
        return kept[0] ? kept[0] : kept[1];
    const Expr *sum = call2(cx, nums, e->span, EIG_FN_ADD, kept[0], kept[1]);
    return call2(cx, nums, e->span, EIG_FN_SUB, sum, expr_const(cx, e->span, there));
}
