#include "compiler/expr/exponential.h"

#include <math.h>

#include "compiler/expr/affine.h"

typedef struct Range {
    Ctx *cx;
    NumPool *nums;
    Num lo, hi;                 /* NULL: infinite */
    Num cut;                    /* the largest exponential changes here, and it matters which it is */
    Num zero, one;
} Range;

/* exp(offset + rate x) times rest. */
typedef struct Scaled {
    const Expr *plain;          /* the same without a factor in front */
    Num offset, rate;
    const Expr *rest;
    Num cut;                    /* which exponential comes in front differs on either side of this: none does yet; NULL elsewhere */
} Scaled;

/* ---- building; NULL stays NULL ---- */

static bool is_number(const Expr *e, long k)
{
    Num value;
    return expr_is_const(e, &value) && mpq_cmp_si(value, k, 1) == 0;
}

static const Expr *call(const Range *r, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    int n_args = b ? 2 : 1;
    if (!a)
        return NULL;
    bool is_const = expr_is_const(a, NULL) && (!b || expr_is_const(b, NULL));
    const Expr *e = is_const && !expr_function_is_exact(fn) ? expr_apply(r->cx, at, fn, n_args, arg) : expr_call(r->cx, r->nums, at, fn, n_args, arg);
    return e && e->size < EXPR_MAX_SIZE && e->depth <= EXPR_MAX_DEPTH ? e : NULL;
}

static const Expr *number(const Range *r, Span at, Num value)
{
    return expr_const(r->cx, at, value);
}

static const Expr *product(const Range *r, Span at, const Expr *a, const Expr *b)
{
    if (!a || !b)
        return NULL;
    return is_number(a, 1) ? b : is_number(b, 1) ? a : call(r, at, EIG_FN_MUL, a, b);
}

static const Expr *pair(const Range *r, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    return a && b ? call(r, at, fn, a, b) : NULL;
}

static const Expr *straight(const Range *r, Span at, Num offset, Num rate)
{
    return expr_plus_affine(r->cx, r->nums, number(r, at, r->zero), EIG_VAR_X, offset, rate);
}

static const Expr *exponential(const Range *r, Span at, Num offset, Num rate)
{
    const Expr *u = straight(r, at, offset, rate);
    return is_number(u, 0) ? number(r, at, r->one) : call(r, at, EIG_FN_EXP, u, NULL);
}

/* ---- exact exponents ---- */

static Num combine(const Range *r, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr q = num_new(r->nums);
    op(q, a, b);
    return q;
}

static bool is_zero(Num x)
{
    return mpq_sgn(x) == 0;
}

static bool has_factor(const Scaled *s)
{
    return !is_zero(s->offset) || !is_zero(s->rate);
}

/* Exponentials stand in front of it, or will once it is cut. */
static bool is_exponential(const Scaled *s)
{
    return s->cut || has_factor(s);
}

/* The sign of offset + rate x on the range; 0 where it is 0 or changes, at *root. */
static int sign_of(const Range *r, Num offset, Num rate, Num *root)
{
    *root = NULL;
    if (is_zero(rate))
        return mpq_sgn(offset);
    Num at = combine(r, mpq_div, combine(r, mpq_sub, r->zero, offset), rate);
    if (r->lo && mpq_cmp(at, r->lo) <= 0)
        return mpq_sgn(rate);
    if (r->hi && mpq_cmp(at, r->hi) >= 0)
        return -mpq_sgn(rate);
    *root = at;
    return 0;
}

/* ---- results ---- */

/* Nothing in front. */
static Scaled as_it_is(const Range *r, const Expr *plain)
{
    return (Scaled){ .plain = plain, .offset = r->zero, .rate = r->zero, .rest = plain };
}

static Scaled to_be_cut(const Range *r, const Expr *plain, Num at)
{
    return (Scaled){ .plain = plain, .offset = r->zero, .rate = r->zero, .rest = plain, .cut = at };
}

static const Expr *finished(const Range *r, Span at, const Scaled *s)
{
    return product(r, at, exponential(r, at, s->offset, s->rate), s->rest);
}

/* ---- one call, from its arguments ---- */

/* s over the exponential that comes in front. */
static const Expr *below(const Range *r, Span at, const Scaled *s, Num offset, Num rate)
{
    return product(r, at, exponential(r, at, combine(r, mpq_sub, s->offset, offset), combine(r, mpq_sub, s->rate, rate)), s->rest);
}

/* exp(u) - 1 and 1 - exp(u) keep their digits next to u = 0. */
static const Expr *difference(const Range *r, Span at, const Expr *a, const Expr *b)
{
    if (!a || !b)
        return NULL;
    if (is_number(b, 1) && a->kind == EXPR_CALL && a->as.call.fn == EIG_FN_EXP)
        return call(r, at, EIG_FN_EXPM1, a->as.call.arg[0], NULL);
    if (is_number(a, 1) && b->kind == EXPR_CALL && b->as.call.fn == EIG_FN_EXP)
        return call(r, at, EIG_FN_NEG, call(r, at, EIG_FN_EXPM1, b->as.call.arg[0], NULL), NULL);
    return call(r, at, EIG_FN_SUB, a, b);
}

/* The larger exponential comes in front. */
static Scaled scaled_sum(const Range *r, Span at, EigFn fn, const Scaled *a, const Scaled *b, const Expr *written)
{
    Num root;
    if (!is_exponential(a) && !is_exponential(b))
        return as_it_is(r, written);
    if (a->cut || b->cut)
        return to_be_cut(r, written, a->cut ? a->cut : b->cut);
    int sign = sign_of(r, combine(r, mpq_sub, a->offset, b->offset), combine(r, mpq_sub, a->rate, b->rate), &root);
    if (root)
        return isfinite(num_to_double(root)) ? to_be_cut(r, written, root) : as_it_is(r, written);
    const Scaled *first = sign >= 0 ? a : b;
    if (!has_factor(first))
        return as_it_is(r, written);
    Scaled s = { .plain = written, .offset = first->offset, .rate = first->rate };
    const Expr *rest_a = below(r, at, a, s.offset, s.rate), *rest_b = below(r, at, b, s.offset, s.rate);
    s.rest = fn == EIG_FN_SUB ? difference(r, at, rest_a, rest_b) : pair(r, at, fn, rest_a, rest_b);
    return s;
}

/* Somewhere both leave the doubles, and what they make does not: on the same side for a quotient, on different ones for a product. */
static bool is_lost(const Range *r, EigFn fn, const Scaled *a, const Scaled *b)
{
    Num root_a, root_b;
    if (!has_factor(a) || !has_factor(b))
        return false;
    int sign_a = sign_of(r, a->offset, a->rate, &root_a), sign_b = sign_of(r, b->offset, b->rate, &root_b);
    if (root_a && root_b && mpq_equal(root_a, root_b)) {
        sign_a = mpq_sgn(a->rate);
        sign_b = mpq_sgn(b->rate);
    } else if (root_a || root_b) {
        return true;
    }
    return fn == EIG_FN_DIV ? sign_a * sign_b > 0 : sign_a * sign_b < 0;
}

static Scaled scaled_product(Range *r, const Expr *e, const Scaled *a, const Scaled *b, const Expr *written)
{
    EigFn fn = e->as.call.fn;
    Num cut = a->cut ? a->cut : b->cut;
    if (cut && is_exponential(a) && is_exponential(b))
        r->cut = cut;
    if (cut)
        return to_be_cut(r, written, cut);
    if (!has_factor(a) && !has_factor(b))
        return as_it_is(r, written);
    void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr) = fn == EIG_FN_DIV ? mpq_sub : mpq_add;
    Scaled s = { .offset = combine(r, op, a->offset, b->offset), .rate = combine(r, op, a->rate, b->rate) };
    s.rest = fn == EIG_FN_MUL ? product(r, e->span, a->rest, b->rest) : pair(r, e->span, EIG_FN_DIV, a->rest, b->rest);
    s.plain = is_lost(r, fn, a, b) ? finished(r, e->span, &s) : written;
    return s;
}

/* (exp(u) rest)^p = exp(p u) rest^p. A root is within the doubles where its base is not. */
static Scaled scaled_power(Range *r, const Expr *e, const Scaled *a, Num p, const Expr *written)
{
    bool is_root = mpq_cmp(p, r->one) < 0 && mpq_cmp_si(p, -1, 1) > 0 && !is_zero(p);
    if (a->cut && is_root)
        r->cut = a->cut;
    if (a->cut)
        return to_be_cut(r, written, a->cut);
    if (!has_factor(a))
        return as_it_is(r, written);
    Scaled s = { .offset = combine(r, mpq_mul, a->offset, p), .rate = combine(r, mpq_mul, a->rate, p) };
    if (is_number(a->rest, 1))
        s.rest = a->rest;
    else
        s.rest = e->as.call.fn == EIG_FN_SQRT ? call(r, e->span, EIG_FN_SQRT, a->rest, NULL) : pair(r, e->span, EIG_FN_POW, a->rest, e->as.call.arg[1]);
    s.plain = is_root ? finished(r, e->span, &s) : written;
    return s;
}

static Scaled scaled_negative(const Range *r, const Expr *e, const Scaled *a, const Expr *written)
{
    Scaled s = *a;
    s.plain = written;
    s.rest = is_exponential(a) && !a->cut ? call(r, e->span, EIG_FN_NEG, a->rest, NULL) : written;
    return s;
}

/* log(exp(u) rest) = u + log(rest) */
static Scaled scaled_log(Range *r, const Expr *e, const Scaled *a, const Expr *written)
{
    if (a->cut)
        r->cut = a->cut;
    if (a->cut || !has_factor(a))
        return as_it_is(r, written);
    const Expr *u = straight(r, e->span, a->offset, a->rate);
    if (is_number(a->rest, 1))
        return as_it_is(r, u);
    return as_it_is(r, pair(r, e->span, EIG_FN_ADD, u, call(r, e->span, EIG_FN_LOG, a->rest, NULL)));
}

/* Of 1 + a; where a is one exponential, u + log1p(1/a), which keeps its digits. */
static Scaled scaled_log1p(Range *r, const Expr *e, const Scaled *a, const Expr *written)
{
    Scaled one = as_it_is(r, number(r, e->span, r->one)), sum = scaled_sum(r, e->span, EIG_FN_ADD, &one, a, written);
    if (sum.cut || !has_factor(&sum) || !is_number(a->rest, 1))
        return scaled_log(r, e, &sum, written);
    const Expr *small = exponential(r, e->span, combine(r, mpq_sub, r->zero, a->offset), combine(r, mpq_sub, r->zero, a->rate));
    const Expr *rest = call(r, e->span, EIG_FN_LOG1P, small, NULL);
    return as_it_is(r, pair(r, e->span, EIG_FN_ADD, scaled_log(r, e, a, written).plain, rest));
}

/* exp(u) for a straight u. */
static bool read_exponential(const Range *r, const Expr *e, Scaled *out)
{
    Num offset, rate;
    if (e->as.call.fn != EIG_FN_EXP || !expr_affine(r->nums, e->as.call.arg[0], EIG_VAR_X, &offset, &rate))
        return false;
    *out = (Scaled){ .plain = e, .offset = offset, .rate = rate, .rest = number(r, e->span, r->one) };
    return true;
}

/* expm1(u) = exp(u) (-expm1(-u)) and exprel(u) = exp(u) exprel(-u), where u > 0. */
static Scaled scaled_difference(const Range *r, const Expr *e, const Expr *written)
{
    Num offset, rate, root;
    if (!expr_affine(r->nums, e->as.call.arg[0], EIG_VAR_X, &offset, &rate))
        return as_it_is(r, written);
    int sign = sign_of(r, offset, rate, &root);
    if (root && isfinite(num_to_double(root)))
        return to_be_cut(r, written, root);
    if (sign <= 0)
        return as_it_is(r, written);
    Scaled s = { .plain = written, .offset = offset, .rate = rate };
    const Expr *below = straight(r, e->span, combine(r, mpq_sub, r->zero, offset), combine(r, mpq_sub, r->zero, rate));
    s.rest = call(r, e->span, e->as.call.fn, below, NULL);
    if (e->as.call.fn == EIG_FN_EXPM1)
        s.rest = call(r, e->span, EIG_FN_NEG, s.rest, NULL);
    return s;
}

static Scaled scaled_call(Range *r, const Expr *e, const Scaled *a, const Scaled *b, const Expr *written)
{
    Num p;
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB: return scaled_sum(r, e->span, e->as.call.fn, a, b, written);
    case EIG_FN_MUL:
    case EIG_FN_DIV: return scaled_product(r, e, a, b, written);
    case EIG_FN_SQRT: return scaled_power(r, e, a, num_ratio(r->nums, 1, 2), written);
    case EIG_FN_POW: return expr_is_const(e->as.call.arg[1], &p) ? scaled_power(r, e, a, p, written) : as_it_is(r, written);
    case EIG_FN_LOG: return scaled_log(r, e, a, written);
    case EIG_FN_LOG1P: return scaled_log1p(r, e, a, written);
    case EIG_FN_EXPM1:
    case EIG_FN_EXPREL: return scaled_difference(r, e, written);
    case EIG_FN_NEG: return scaled_negative(r, e, a, written);
    default: return as_it_is(r, written);
    }
}

/* Once r->cut is set, or what is made too large, its parts are none. */
static Scaled scaled(Range *r, const Expr *e)
{
    Scaled s, arg[2];
    const Expr *plain[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL || !expr_uses(e, EIG_VAR_X))
        return as_it_is(r, e);
    if (read_exponential(r, e, &s))
        return s;
    for (int k = 0; k < e->as.call.n_args; k++) {
        arg[k] = scaled(r, e->as.call.arg[k]);
        plain[k] = arg[k].plain;
        if (r->cut || !plain[k] || !arg[k].rest)
            return as_it_is(r, NULL);
    }
    const Expr *written = expr_with_arguments(r->cx, r->nums, e, plain);
    return written ? scaled_call(r, e, &arg[0], &arg[1], written) : as_it_is(r, NULL);
}

const Expr *expr_without_overflow(Ctx *cx, NumPool *pool, const Expr *e, Num lo, Num hi, Num *cut)
{
    Range r = { .cx = cx, .nums = pool, .lo = lo, .hi = hi, .zero = num_int(pool, 0), .one = num_int(pool, 1) };
    Scaled s = scaled(&r, e);
    *cut = r.cut;
    return r.cut ? NULL : s.plain ? s.plain : e;
}
