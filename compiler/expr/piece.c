#include "compiler/expr/piece.h"

#include "compiler/expr/affine.h"
#include "compiler/expr/monotone.h"
#include "compiler/expr/roots.h"

static Num combine(NumPool *pool, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr q = num_new(pool);
    op(q, a, b);
    return q;
}

bool expr_may_jump(const Expr *e, EigVar by)
{
    if (e->kind != EXPR_CALL || !expr_uses(e, by))
        return false;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (expr_may_jump(e->as.call.arg[k], by))
            return true;
    return e->as.call.fn == EIG_FN_STEP || e->as.call.fn == EIG_FN_PULSE || e->as.call.fn == EIG_FN_FLOOR;
}

/* ---- pieces ---- */

typedef struct Cut {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    Num lo, hi, inside;         /* of the piece under way; `inside` lies strictly within */
    Num root;                   /* a break was found here: cut, and look again */
    PieceTrouble trouble;
    const Expr *at;
} Cut;

static const Expr *fail(Cut *c, PieceTrouble trouble, const Expr *at)
{
    if (c->trouble == PIECES_FINE) {
        c->trouble = trouble;
        c->at = at;
    }
    return NULL;
}

static bool is_within(const Cut *c, Num x)
{
    return (!c->lo || mpq_cmp(x, c->lo) > 0) && (!c->hi || mpq_cmp(x, c->hi) < 0);
}

/* What has the sign of u: v of an odd power v^n. */
static const Expr *of_same_sign(const Expr *u)
{
    Num n;
    while (u->kind == EXPR_CALL && u->as.call.fn == EIG_FN_POW && expr_is_const(u->as.call.arg[1], &n) && mpz_cmp_ui(mpq_denref(n), 1) == 0
           && mpq_sgn(n) > 0 && mpz_odd_p(mpq_numref(n)))
        u = u->as.call.arg[0];
    return u;
}

/* The same of what is not straight: a polynomial, or what rises or falls throughout. */
static bool sign_of_curve(Cut *c, const Expr *u, int *sign)
{
    Num root = NULL;
    switch (expr_roots(c->nums, u, c->by, c->lo, c->hi, &root, sign)) {
    case ROOTS_NONE: return true;
    case ROOTS_RATIONAL: c->root = root; return false;
    case ROOTS_IRRATIONAL: fail(c, PIECES_IRRATIONAL, u); return false;
    case ROOTS_UNKNOWN: break;
    }
    switch (expr_monotone_sign(c->nums, u, c->by, c->lo, c->hi, &root, sign)) {
    case MONOTONE_SIGN: return true;
    case MONOTONE_ROOT: c->root = root; return false;
    case MONOTONE_UNKNOWN: break;
    }
    fail(c, PIECES_NOT_RATIONAL, u);
    return false;
}

/* The sign of u over the whole piece; false with c->root or c->trouble set. */
static bool sign_of(Cut *c, const Expr *written, int *sign)
{
    Num offset, rate;
    const Expr *u = of_same_sign(written);
    if (!expr_affine(c->nums, u, c->by, &offset, &rate))
        return sign_of_curve(c, u, sign);
    if (mpq_sgn(rate) == 0) {
        *sign = mpq_sgn(offset);
        return true;
    }
    Num root = combine(c->nums, mpq_div, combine(c->nums, mpq_sub, num_int(c->nums, 0), offset), rate);
    if (is_within(c, root)) {
        c->root = root;
        return false;
    }
    *sign = mpq_sgn(combine(c->nums, mpq_add, offset, combine(c->nums, mpq_mul, rate, c->inside)));
    return true;
}

static const Expr *number(const Cut *c, Span at, long k)
{
    return expr_const(c->cx, at, num_int(c->nums, k));
}

static const Expr *call2(Cut *c, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    const Expr *out = expr_call(c->cx, c->nums, at, fn, 2, arg);
    return out ? out : fail(c, PIECES_TOO_LARGE, a);
}

/* pulse and ramp: 0 below a = 0, `between` where 0 <= a < b, `above` from b on. */
static const Expr *between(Cut *c, const Expr *e, const Expr *a, const Expr *b)
{
    bool is_pulse = e->as.call.fn == EIG_FN_PULSE;
    int from, to, width;
    const Expr *rest = call2(c, e->span, EIG_FN_SUB, a, b);
    if (!rest || !sign_of(c, a, &from) || !sign_of(c, rest, &to) || !sign_of(c, b, &width))
        return NULL;
    if (is_pulse)
        return number(c, e->span, from >= 0 && to < 0);
    if (width <= 0)
        return fail(c, PIECES_NOT_RATIONAL, b);
    return from < 0 ? number(c, e->span, 0) : to >= 0 ? number(c, e->span, 1) : call2(c, e->span, EIG_FN_DIV, a, b);
}

/* A call whose arguments have no breaks any more. */
static const Expr *choose(Cut *c, const Expr *e, const Expr *const *arg)
{
    int sign;
    const Expr *difference;
    switch (e->as.call.fn) {
    case EIG_FN_ABS:
        if (!sign_of(c, arg[0], &sign))
            return NULL;
        return sign >= 0 ? arg[0] : expr_call(c->cx, c->nums, e->span, EIG_FN_NEG, 1, arg);
    case EIG_FN_MIN:
    case EIG_FN_MAX:
        difference = call2(c, e->span, EIG_FN_SUB, arg[0], arg[1]);
        if (!difference || !sign_of(c, difference, &sign))
            return NULL;
        return (sign > 0) == (e->as.call.fn == EIG_FN_MAX) ? arg[0] : arg[1];
    case EIG_FN_STEP: return sign_of(c, arg[0], &sign) ? number(c, e->span, sign >= 0) : NULL;
    case EIG_FN_PULSE:
    case EIG_FN_RAMP: return between(c, e, arg[0], arg[1]);
    case EIG_FN_FLOOR:
        if (!expr_is_const(arg[0], NULL))
            return fail(c, PIECES_NOT_RATIONAL, e);
        break;
    default: break;
    }
    const Expr *out = expr_with_arguments(c->cx, c->nums, e, arg);
    bool is_const = expr_is_const(arg[0], NULL) && (e->as.call.n_args < 2 || expr_is_const(arg[1], NULL));
    return out ? out : fail(c, is_const ? PIECES_NO_VALUE : PIECES_TOO_LARGE, e);
}

/* e on the piece, without breaks; NULL with c->root or c->trouble set. */
static const Expr *without_breaks(Cut *c, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL || !expr_uses(e, c->by))
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!(arg[k] = without_breaks(c, e->as.call.arg[k])))
            return NULL;
    return choose(c, e, arg);
}

static Num point_inside(NumPool *pool, Num lo, Num hi)
{
    Num one = num_int(pool, 1);
    if (lo && hi)
        return combine(pool, mpq_mul, combine(pool, mpq_add, lo, hi), num_ratio(pool, 1, 2));
    if (lo)
        return combine(pool, mpq_add, lo, one);
    return hi ? combine(pool, mpq_sub, hi, one) : num_int(pool, 0);
}

/* Pieces from left to right: the open one is cut at a break inside until it has
 * none, and what was cut off is looked at after it. */
PieceTrouble expr_pieces(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Pieces *out, const Expr **at)
{
    VEC(Piece) open = { 0 };
    vec_push(&cx->arena, &open, ((Piece){ .lo = lo, .hi = hi }));
    while (open.n) {
        Piece p = open.at[--open.n];
        Cut c = { .cx = cx, .nums = pool, .by = by, .lo = p.lo, .hi = p.hi, .inside = point_inside(pool, p.lo, p.hi) };
        p.e = without_breaks(&c, e);
        if (c.trouble != PIECES_FINE) {
            *at = c.at;
            return c.trouble;
        }
        if (out->n + open.n >= MAX_PIECES_OF_FORMULA) {
            *at = e;
            return PIECES_TOO_MANY;
        }
        if (p.e) {
            vec_push(&cx->arena, out, p);
            continue;
        }
        vec_push(&cx->arena, &open, ((Piece){ .lo = c.root, .hi = p.hi }));
        vec_push(&cx->arena, &open, ((Piece){ .lo = p.lo, .hi = c.root }));
    }
    return PIECES_FINE;
}
