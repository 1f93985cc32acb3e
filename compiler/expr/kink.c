#include "compiler/expr/kink.h"

#include <stdlib.h>

#include "compiler/expr/affine.h"
#include "compiler/expr/bracket.h"
#include "compiler/expr/roots.h"

const Kink *kink_between(Ctx *cx, NumPool *pool, const Expr *zero, EigVar by, double below, double above)
{
    Kink *k = ARENA_NEW(&cx->arena, Kink);
    *k = (Kink){ by, num_from_double(pool, below), num_from_double(pool, above), NULL, zero };
    mpq_ptr middle = num_new(pool);
    mpq_add(middle, k->below, k->above);
    mpq_div_2exp(middle, middle, 1);
    int first = expr_sign_at(pool, zero, by, k->below), last = expr_sign_at(pool, zero, by, k->above), there = expr_sign_at(pool, zero, by, middle);
    if (first == SIGN_UNKNOWN || first == 0 || last != -first || there == SIGN_UNKNOWN)
        return NULL;
    k->nearest = there == first ? k->above : k->below;
    return k;
}

/* e is sign * zero, term by term. */
static bool is_zero_times(Ctx *cx, const Kink *k, const Expr *e, int sign)
{
    Terms terms = { 0 };
    Num c;
    bool is = true;
    mpq_t rest;
    mpq_init(rest);
    expr_terms(cx, e, 1, &terms);
    expr_terms(cx, k->zero, -sign, &terms);
    for (size_t n = 0; n < terms.n && is; n++) {
        is = expr_is_const(terms.at[n].e, &c);
        if (is)
            (terms.at[n].sign > 0 ? mpq_add : mpq_sub)(rest, rest, c);
    }
    is = is && mpq_sgn(rest) == 0;
    mpq_clear(rest);
    return is;
}

static bool is_of_zero(Ctx *cx, const Kink *k, const Expr *e)
{
    return is_zero_times(cx, k, e, 1) || is_zero_times(cx, k, e, -1);
}

KinkMeets kink_meets(Ctx *cx, const Kink *k, const Expr *e)
{
    bool is_only = false;
    if (expr_sign_within(e, k->by, k->below, k->above) != SIGN_UNKNOWN)
        return KINK_MISSES;
    if (is_of_zero(cx, k, e) || (expr_share_root(e, k->zero, k->by, k->below, k->above, &is_only) && is_only))
        return KINK_SHARES;
    return KINK_UNKNOWN;
}

/* By the way it is composed. */
static bool vanishes(Ctx *cx, const Kink *k, const Expr *e)
{
    Num c;
    if (expr_is_const(e, &c))
        return mpq_sgn(c) == 0;
    if (e->kind != EXPR_CALL)
        return false;
    if (is_of_zero(cx, k, e))
        return true;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MIN: case EIG_FN_MAX: return vanishes(cx, k, arg[0]) && vanishes(cx, k, arg[1]);
    case EIG_FN_MUL: return vanishes(cx, k, arg[0]) || vanishes(cx, k, arg[1]);
    case EIG_FN_POW: return vanishes(cx, k, arg[0]) && expr_is_const(arg[1], &c) && mpq_sgn(c) > 0;
    case EIG_FN_DIV: case EIG_FN_NEG: case EIG_FN_SQRT: case EIG_FN_EXPM1: case EIG_FN_LOG1P: case EIG_FN_SIN: case EIG_FN_TANH: case EIG_FN_ATAN:
        return vanishes(cx, k, arg[0]);
    default: return false;
    }
}

bool kink_vanishes(Ctx *cx, const Kink *k, const Expr *e)
{
    bool is_only;
    return vanishes(cx, k, e) || expr_share_root(k->zero, e, k->by, k->below, k->above, &is_only);
}

static bool is_root(const Expr *e)
{
    Num n;
    if (e->as.call.fn == EIG_FN_SQRT)
        return true;
    return e->as.call.fn == EIG_FN_POW && expr_is_const(e->as.call.arg[1], &n) && mpz_cmp_ui(mpq_denref(n), 1) != 0;
}

const Expr *kink_kept_above(Ctx *cx, NumPool *pool, const Kink *k, KinkSide side, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL || !expr_uses(e, k->by))
        return e;
    for (int n = 0; n < e->as.call.n_args; n++)
        if (!(arg[n] = kink_kept_above(cx, pool, k, side, e->as.call.arg[n])))
            return NULL;
    int sign = is_root(e) ? expr_sign_at(pool, k->zero, k->by, side == KINK_ABOVE ? k->above : k->below) : 0;
    if (abs(sign) == 1 && is_zero_times(cx, k, e->as.call.arg[0], sign)) {
        const Expr *of[2] = { arg[0], expr_const(cx, e->span, num_int(pool, 0)) };
        if (!(arg[0] = expr_call(cx, pool, e->span, EIG_FN_MAX, 2, of)))
            return NULL;
    }
    return expr_with_arguments(cx, pool, e, arg);
}

/* The only max in a piece are those of such bases. */
bool kink_is_power_of_kept(const Expr *e)
{
    bool is_power = e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_SQRT || (e->as.call.fn == EIG_FN_POW && expr_is_const(e->as.call.arg[1], NULL)));
    const Expr *base = is_power ? e->as.call.arg[0] : NULL;
    return base && base->kind == EXPR_CALL && base->as.call.fn == EIG_FN_MAX;
}
