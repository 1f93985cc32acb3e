#include "compiler/check/slope/image_form.h"

#include <math.h>

static Num larger(Num a, Num b)
{
    return mpq_cmp(a, b) >= 0 ? a : b;
}

static Num smaller(Num a, Num b)
{
    return mpq_cmp(a, b) <= 0 ? a : b;
}

/* ---- operations that are exact ---- */

static Num sum(NumPool *nums, Num a, Num b)
{
    if (!a || !b)
        return NULL;
    mpq_ptr x = num_new(nums);
    mpq_add(x, a, b);
    return x;
}

Bounds bounds_sum(NumPool *nums, Bounds a, Bounds b)
{
    return (Bounds){ sum(nums, a.lo, b.lo), sum(nums, a.hi, b.hi) };
}

static Num product(NumPool *nums, Num a, Num b)
{
    mpq_ptr x = num_new(nums);
    mpq_mul(x, a, b);
    return x;
}

Bounds bounds_times(NumPool *nums, Bounds a, Num factor)
{
    if (mpq_sgn(factor) == 0)
        return (Bounds){ factor, factor };
    Bounds out = { a.lo ? product(nums, a.lo, factor) : NULL, a.hi ? product(nums, a.hi, factor) : NULL };
    return mpq_sgn(factor) > 0 ? out : (Bounds){ out.hi, out.lo };
}

Bounds bounds_max(Bounds a, Bounds b)
{
    return (Bounds){ !a.lo ? b.lo : !b.lo ? a.lo : larger(a.lo, b.lo), a.hi && b.hi ? larger(a.hi, b.hi) : NULL };
}

Bounds bounds_min(Bounds a, Bounds b)
{
    return (Bounds){ a.lo && b.lo ? smaller(a.lo, b.lo) : NULL, !a.hi ? b.hi : !b.hi ? a.hi : smaller(a.hi, b.hi) };
}

Bounds bounds_meet(Bounds a, Bounds b)
{
    return (Bounds){ !a.lo ? b.lo : !b.lo ? a.lo : larger(a.lo, b.lo), !a.hi ? b.hi : !b.hi ? a.hi : smaller(a.hi, b.hi) };
}

/* ---- signs ---- */

static bool is_at_least(Num lo, long value)
{
    return lo && mpq_cmp_si(lo, value, 1) >= 0;
}

static bool is_at_most(Num hi, long value)
{
    return hi && mpq_cmp_si(hi, value, 1) <= 0;
}

static Bounds negated(NumPool *nums, Bounds a)
{
    return bounds_times(nums, a, num_int(nums, -1));
}

/* ---- products, quotients, powers ---- */

/* Of factors that are at least 0: what is infinite stays so, unless the other one is 0. */
static Bounds product_above(NumPool *nums, Bounds a, Bounds b)
{
    return (Bounds){ product(nums, a.lo, b.lo), a.hi && b.hi ? product(nums, a.hi, b.hi) : NULL };
}

static Bounds product_of_four(NumPool *nums, Bounds a, Bounds b)
{
    Num corner[4] = { product(nums, a.lo, b.lo), product(nums, a.lo, b.hi), product(nums, a.hi, b.lo), product(nums, a.hi, b.hi) };
    Bounds out = { corner[0], corner[0] };
    for (int k = 1; k < 4; k++)
        out = (Bounds){ smaller(out.lo, corner[k]), larger(out.hi, corner[k]) };
    return out;
}

static Bounds times(NumPool *nums, Bounds a, Bounds b)
{
    if (a.lo && a.hi && b.lo && b.hi)
        return product_of_four(nums, a, b);
    bool a_below = is_at_most(a.hi, 0), b_below = is_at_most(b.hi, 0);
    if ((!a_below && !is_at_least(a.lo, 0)) || (!b_below && !is_at_least(b.lo, 0)))
        return (Bounds){ NULL, NULL };
    Bounds out = product_above(nums, a_below ? negated(nums, a) : a, b_below ? negated(nums, b) : b);
    return a_below == b_below ? out : negated(nums, out);
}

/* 1/a for an a of one sign; of one that comes near 0 nothing but its sign is of use. */
static Bounds inverse(NumPool *nums, Bounds a)
{
    if (!is_at_least(a.lo, 0))
        return is_at_most(a.hi, 0) ? negated(nums, inverse(nums, negated(nums, a))) : (Bounds){ NULL, NULL };
    mpq_ptr most = mpq_sgn(a.lo) > 0 ? num_new(nums) : NULL, least = num_new(nums);
    if (most)
        mpq_inv(most, a.lo);
    if (a.hi && mpq_sgn(a.hi) > 0)
        mpq_inv(least, a.hi);
    return (Bounds){ least, most };
}

static Bounds absolute(NumPool *nums, Bounds a)
{
    if (is_at_least(a.lo, 0))
        return a;
    Bounds minus = negated(nums, a);
    return is_at_most(a.hi, 0) ? minus : (Bounds){ num_int(nums, 0), a.lo && a.hi ? larger(minus.hi, a.hi) : NULL };
}

/* Numbers that would be longer than this are not made: no bound is known then. */
enum { MAX_BITS = 1 << 14 };

static Bounds whole_power(NumPool *nums, Bounds a, unsigned long n)
{
    Bounds base = n % 2 ? a : absolute(nums, a), out = { NULL, NULL };
    const Num from[2] = { base.lo, base.hi };
    Num *to[2] = { &out.lo, &out.hi };
    for (int k = 0; k < 2; k++) {
        if (!from[k] || n > MAX_BITS || n * (mpz_sizeinbase(mpq_numref(from[k]), 2) + mpz_sizeinbase(mpq_denref(from[k]), 2)) > MAX_BITS)
            continue;
        mpq_ptr x = num_new(nums);
        mpz_pow_ui(mpq_numref(x), mpq_numref(from[k]), n);
        mpz_pow_ui(mpq_denref(x), mpq_denref(from[k]), n);
        *to[k] = x;
    }
    /* Where an end was too long to be computed. */
    bool is_above = is_at_least(base.lo, 0), is_small = is_at_least(base.lo, -1) && is_at_most(base.hi, 1);
    if (!out.lo && (is_above || is_small))
        out.lo = num_int(nums, is_above ? 0 : -1);
    if (!out.hi && is_small)
        out.hi = num_int(nums, 1);
    return out;
}

static Bounds power(NumPool *nums, Bounds a, const Expr *exponent)
{
    Num n;
    bool is_const = expr_is_const(exponent, &n), is_whole = is_const && mpz_cmp_ui(mpq_denref(n), 1) == 0;
    if (is_whole && mpq_sgn(n) != 0) {
        if (!mpz_fits_slong_p(mpq_numref(n)))
            return (Bounds){ is_at_least(a.lo, 0) ? num_int(nums, 0) : NULL, NULL };
        Bounds out = whole_power(nums, a, mpz_get_ui(mpq_numref(n)));       /* of |n| */
        return mpq_sgn(n) > 0 ? out : inverse(nums, out);
    }
    /* Other powers are of a >= 0, and at least 0; a^0 is 1. */
    return (Bounds){ num_int(nums, 0), is_const && mpq_sgn(n) > 0 && is_at_most(a.hi, 1) ? num_int(nums, 1) : NULL };
}

/* ---- functions ---- */

static Bounds floor_of(NumPool *nums, Bounds a)
{
    Bounds out = { NULL, NULL };
    const Num from[2] = { a.lo, a.hi };
    Num *to[2] = { &out.lo, &out.hi };
    for (int k = 0; k < 2; k++)
        if (from[k]) {
            mpq_ptr x = num_new(nums);
            mpz_fdiv_q(mpq_numref(x), mpq_numref(from[k]), mpq_denref(from[k]));
            *to[k] = x;
        }
    return out;
}

/* A function that never decreases, with values in [*least, *most] (NULL: infinite) and the value `there` at the
 * place `at`: which side of it the argument is on says more. */
static Bounds rising(NumPool *nums, Bounds a, const long *least, const long *most, long at, long there)
{
    Bounds out = { least ? num_int(nums, *least) : NULL, most ? num_int(nums, *most) : NULL };
    if (is_at_least(a.lo, at))
        out.lo = num_int(nums, there);
    if (is_at_most(a.hi, at))
        out.hi = num_int(nums, there);
    return out;
}

/* The root of an a >= 0, rounded down or up where it is no rational number. */
static Num root(NumPool *nums, Num a, bool up)
{
    Num x;
    if (!num_apply(nums, EIG_FN_SQRT, 1, &a, &x))
        return NULL;
    mpq_ptr square = num_new(nums);
    mpq_mul(square, x, x);
    int side = mpq_cmp(square, a);
    if (up ? side >= 0 : side <= 0)
        return x;
    return num_from_double(nums, nextafter(num_to_double(x), up ? INFINITY : 0));
}

static Bounds root_of(NumPool *nums, Bounds a)
{
    Num lo = a.lo && mpq_sgn(a.lo) > 0 ? root(nums, a.lo, false) : NULL;
    return (Bounds){ lo ? lo : num_int(nums, 0), a.hi && mpq_sgn(a.hi) >= 0 ? root(nums, a.hi, true) : NULL };
}

static Bounds of_function(NumPool *nums, EigFn fn, Bounds a)
{
    static const long minus = -1, zero = 0, one = 1;
    switch (fn) {
    case EIG_FN_ABS:     return absolute(nums, a);
    case EIG_FN_NEG:     return negated(nums, a);
    case EIG_FN_FLOOR:   return floor_of(nums, a);
    case EIG_FN_SQRT:    return root_of(nums, a);
    case EIG_FN_EXP:     return rising(nums, a, &zero, NULL, 0, 1);
    case EIG_FN_EXPM1:   return rising(nums, a, &minus, NULL, 0, 0);
    case EIG_FN_EXPREL:  return rising(nums, a, &zero, NULL, 0, 1);
    case EIG_FN_LOG:     return rising(nums, a, NULL, NULL, 1, 0);
    case EIG_FN_LOG1P:   return rising(nums, a, NULL, NULL, 0, 0);
    case EIG_FN_ATAN:    return rising(nums, a, NULL, NULL, 0, 0);
    case EIG_FN_TANH:    return rising(nums, a, &minus, &one, 0, 0);
    case EIG_FN_OMEGA:   return rising(nums, a, &zero, NULL, 1, 1);
    case EIG_FN_LOG_ROOT: return (Bounds){ num_int(nums, 0), NULL };
    case EIG_FN_OR_ZERO: return a;
    case EIG_FN_LOST_SUM:
    case EIG_FN_LOST_PRODUCT: return (Bounds){ num_int(nums, 0), num_int(nums, 0) };
    case EIG_FN_SIN:
    case EIG_FN_COS:     return (Bounds){ num_int(nums, -1), num_int(nums, 1) };
    case EIG_FN_NORMPDF: return (Bounds){ num_int(nums, 0), num_int(nums, 1) };
    case EIG_FN_NORMCDF:
    case EIG_FN_EXP_MEAN:
    case EIG_FN_STEP:
    case EIG_FN_PULSE:
    case EIG_FN_RAMP:
    case EIG_FN_LOGIT_ROOT: return (Bounds){ num_int(nums, 0), num_int(nums, 1) };
    default:             return (Bounds){ NULL, NULL };
    }
}

Bounds form_bounds_with(NumPool *nums, const Expr *e, BoundsOfLeaf *leaf, void *self)
{
    Num x;
    if (expr_is_const(e, &x))
        return (Bounds){ x, x };
    if (e->kind != EXPR_CALL)
        return leaf ? leaf(self, e) : (Bounds){ NULL, NULL };
    const Expr *const *arg = e->as.call.arg;
    Bounds a = form_bounds_with(nums, arg[0], leaf, self), b = e->as.call.n_args > 1 ? form_bounds_with(nums, arg[1], leaf, self) : a;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: return bounds_sum(nums, a, b);
    case EIG_FN_SUB: return bounds_sum(nums, a, negated(nums, b));
    case EIG_FN_MUL: return expr_equal(arg[0], arg[1]) ? whole_power(nums, a, 2) : times(nums, a, b);
    case EIG_FN_DIV: return times(nums, a, inverse(nums, b));
    case EIG_FN_POW: return power(nums, a, arg[1]);
    case EIG_FN_MIN: return bounds_min(a, b);
    case EIG_FN_MAX: return bounds_max(a, b);
    default:         return of_function(nums, e->as.call.fn, a);
    }
}

Bounds form_bounds(NumPool *nums, const Expr *e)
{
    return form_bounds_with(nums, e, NULL, NULL);
}
