/* What rises is 0 at one place at most. Where that is is guessed, at 0 and where
 * the argument of a function is, and looked at exactly: exp(x) - 1 + x is 0 at 0. */
#include "compiler/expr/monotone.h"

#include "compiler/expr/affine.h"

/* 1: it rises, -1: it falls, 0: it is constant. */
enum { NOT_SEEN = 2 };

static int of_sum(int a, int b)
{
    if (a == NOT_SEEN || b == NOT_SEEN || a * b < 0)
        return NOT_SEEN;
    return a ? a : b;
}

static int of_multiple(const Expr *factor, int way)
{
    Num c;
    return way == NOT_SEEN || !expr_is_const(factor, &c) ? NOT_SEEN : mpq_sgn(c) * way;
}

static bool is_odd(const Expr *exponent)
{
    Num n;
    return expr_is_const(exponent, &n) && mpz_cmp_ui(mpq_denref(n), 1) == 0 && mpq_sgn(n) > 0 && mpz_odd_p(mpq_numref(n));
}

static int way_of(const Expr *e, EigVar by);

/* Functions that are defined everywhere; what a choice leaves out would be missed were it not. */
static int way_of_call(const Expr *e, EigVar by)
{
    const Expr *const *arg = e->as.call.arg;
    int a = way_of(arg[0], by);
    switch (e->as.call.fn) {
    case EIG_FN_ADD: return of_sum(a, way_of(arg[1], by));
    case EIG_FN_SUB: {
        int b = way_of(arg[1], by);
        return of_sum(a, b == NOT_SEEN ? b : -b);
    }
    case EIG_FN_NEG: return a == NOT_SEEN ? a : -a;
    case EIG_FN_MUL: return expr_is_const(arg[0], NULL) ? of_multiple(arg[0], way_of(arg[1], by)) : of_multiple(arg[1], a);
    case EIG_FN_DIV: {
        Num c;
        return expr_is_const(arg[1], &c) && mpq_sgn(c) != 0 ? of_multiple(arg[1], a) : NOT_SEEN;
    }
    case EIG_FN_POW: return is_odd(arg[1]) ? a : NOT_SEEN;
    case EIG_FN_EXP:
    case EIG_FN_EXPM1:
    case EIG_FN_EXPREL:
    case EIG_FN_TANH:
    case EIG_FN_ATAN:
    case EIG_FN_NORMCDF: return a;
    default: return NOT_SEEN;
    }
}

static int way_of(const Expr *e, EigVar by)
{
    if (expr_is_const(e, NULL))
        return 0;
    if (e->kind == EXPR_VAR && e->as.var == by)
        return 1;
    return e->kind == EXPR_CALL ? way_of_call(e, by) : NOT_SEEN;
}

typedef struct Search {
    NumPool *pool;
    const Expr *e;
    EigVar by;
    Num lo, hi, root;
    int way, sign;
} Search;

static MonotoneSign look_at(Search *s, Num x)
{
    Num value = expr_exact(s->pool, s->e, s->by, x);
    if (!value)
        return MONOTONE_UNKNOWN;
    int there = s->way * mpq_sgn(value);        /* as if it rose */
    bool is_left = s->lo && mpq_cmp(x, s->lo) <= 0, is_right = s->hi && mpq_cmp(x, s->hi) >= 0;
    if (there == 0 && !is_left && !is_right) {
        s->root = x;
        return MONOTONE_ROOT;
    }
    if ((is_left && there >= 0) || (is_right && there <= 0)) {
        s->sign = is_left ? s->way : -s->way;
        return MONOTONE_SIGN;
    }
    return MONOTONE_UNKNOWN;
}

/* Where arguments in e vanish. */
static MonotoneSign look_in(Search *s, const Expr *e)
{
    Num offset, rate;
    if (e->kind != EXPR_CALL)
        return MONOTONE_UNKNOWN;
    for (int k = 0; k < e->as.call.n_args; k++) {
        const Expr *arg = e->as.call.arg[k];
        MonotoneSign found = MONOTONE_UNKNOWN;
        if (expr_affine(s->pool, arg, s->by, &offset, &rate) && mpq_sgn(rate) != 0) {
            mpq_ptr x = num_new(s->pool);
            mpq_div(x, offset, rate);
            mpq_neg(x, x);
            found = look_at(s, x);
        } else {
            found = look_in(s, arg);
        }
        if (found != MONOTONE_UNKNOWN)
            return found;
    }
    return MONOTONE_UNKNOWN;
}

MonotoneSign expr_monotone_sign(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, int *sign)
{
    Search s = { .pool = pool, .e = e, .by = by, .lo = lo, .hi = hi, .way = way_of(e, by) };
    if (s.way == NOT_SEEN || s.way == 0)
        return MONOTONE_UNKNOWN;
    const Num guess[] = { num_int(pool, 0), lo, hi };
    MonotoneSign found = MONOTONE_UNKNOWN;
    for (size_t k = 0; k < 3 && found == MONOTONE_UNKNOWN; k++)
        if (guess[k])
            found = look_at(&s, guess[k]);
    if (found == MONOTONE_UNKNOWN)
        found = look_in(&s, e);
    *root = s.root;
    *sign = s.sign;
    return found;
}
