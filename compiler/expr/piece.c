#include "compiler/expr/piece.h"

#include <math.h>

#include "compiler/expr/affine.h"
#include "compiler/expr/bracket.h"
#include "compiler/expr/enclose.h"
#include "compiler/expr/monotone.h"
#include "compiler/expr/roots.h"
#include "compiler/expr/wave.h"
#include "compiler/expr/zero.h"

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

/* Each that jumps in e is *which, or that is NULL yet; in its argument nothing does. */
static bool is_one_switch(const Expr *e, EigVar by, const Expr **which)
{
    if (e->kind != EXPR_CALL || !expr_may_jump(e, by))
        return true;
    bool is_switch = e->as.call.fn == EIG_FN_STEP || e->as.call.fn == EIG_FN_FLOOR;
    if (is_switch || e->as.call.fn == EIG_FN_PULSE) {
        bool is_same = !*which || expr_equal(*which, e);
        *which = e;
        return is_switch && is_same && !expr_may_jump(e->as.call.arg[0], by);
    }
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!is_one_switch(e->as.call.arg[k], by, which))
            return false;
    return true;
}

bool expr_has_one_switch(const Expr *e, EigVar by)
{
    const Expr *which = NULL;
    return is_one_switch(e, by, &which) && which;
}

/* ---- pieces ---- */

typedef struct Cut {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    PieceEnds ends;
    const Piece *p;             /* under way */
    Num lo, hi, inside;         /* of what of it lies between doubles beside its kinks; `inside` is a place in it */
    Num root;                   /* a break was found here: cut, and look again */
    const Kink *kink;           /* or here */
    PieceTrouble trouble;
    const Expr *at;
} Cut;

/* Where a break is one of the slope alone, it may be irrational, and what is 0 without a change of sign breaks nothing. */
typedef enum Breaking { BENDS, JUMPS } Breaking;

static const Expr *fail(Cut *c, PieceTrouble trouble, const Expr *at)
{
    if (c->trouble == PIECES_FINE) {
        c->trouble = trouble;
        c->at = at;
    }
    return NULL;
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

/* A break at a rational place, which is in the piece. */
static bool cut_at(Cut *c, Num root, const Expr *u)
{
    bool is_close = (c->p->from && mpq_cmp(root, c->lo) <= 0) || (c->p->to && mpq_cmp(root, c->hi) >= 0);
    if (is_close)
        fail(c, PIECES_CLOSE, u);
    else
        c->root = root;
    return false;
}

static bool cut_at_kink(Cut *c, const Expr *u, double below, double above)
{
    const Kink *k = kink_between(c->cx, c->nums, u, c->by, below, above);
    if (!k)
        fail(c, PIECES_NOT_SEEN, u);
    else if ((c->lo && mpq_cmp(k->below, c->lo) < (c->p->from ? 0 : 1)) || (c->hi && mpq_cmp(k->above, c->hi) > (c->p->to ? 0 : -1)))
        fail(c, PIECES_CLOSE, u);
    else
        c->kink = k;
    return false;
}

static bool may_be_irrational(const Cut *c, Breaking how)
{
    return c->ends == ANY_BREAKS || (c->ends == ANY_KINKS && how == BENDS);
}

/* What jumps where u only touches 0 would be another number at that one place. */
static bool may_share(const Cut *c, Breaking how, const Kink *k, const Expr *u)
{
    if (how == BENDS || !may_be_irrational(c, how))
        return how == BENDS && may_be_irrational(c, how);
    int below = expr_sign_at(c->nums, u, c->by, k->below), above = expr_sign_at(c->nums, u, c->by, k->above);
    return below != SIGN_UNKNOWN && below != 0 && above == -below;
}

/* Next to the kinks where the piece ends u has the sign that it has at the doubles beside them. */
static bool is_clear_of_kinks(Cut *c, const Expr *u, Breaking how)
{
    const Kink *end[] = { c->p->from, c->p->to };
    for (size_t k = 0; k < 2; k++) {
        KinkMeets meets = end[k] ? kink_meets(c->cx, end[k], u) : KINK_MISSES;
        if (meets == KINK_UNKNOWN || (meets == KINK_SHARES && !may_share(c, how, end[k], u))) {
            fail(c, meets == KINK_UNKNOWN ? PIECES_CLOSE : PIECES_IRRATIONAL, u);
            return false;
        }
    }
    return true;
}

/* The same of any curve, by intervals. */
static bool sign_by_intervals(Cut *c, const Expr *u, Breaking how, int *sign)
{
    Num root = NULL;
    double below, above;
    if (c->ends == ONLY_RATIONAL) {
        fail(c, PIECES_NOT_SEEN, u);
        return false;
    }
    switch (expr_bracket(c->cx, c->nums, u, c->by, c->lo, c->hi, &root, &below, &above, sign)) {
    case BRACKET_SIGN: return true;
    case BRACKET_RATIONAL: return cut_at(c, root, u);
    case BRACKET_ROOT:
        if (may_be_irrational(c, how))
            return cut_at_kink(c, u, below, above);
        fail(c, PIECES_IRRATIONAL, u);
        return false;
    case BRACKET_UNKNOWN: break;
    }
    fail(c, expr_changes_sign_often(u, c->by, c->lo, c->hi, MAX_PIECES_OF_FORMULA) ? PIECES_TOO_MANY : PIECES_NOT_SEEN, u);
    return false;
}

static bool is_only_root(Cut *c, const Expr *u, double below, double above)
{
    bool is_only;
    return expr_share_root(u, u, c->by, num_from_double(c->nums, below), num_from_double(c->nums, above), &is_only) && is_only;
}

/* The same of a polynomial with irrational roots. */
static bool sign_of_polynomial(Cut *c, const Expr *u, Breaking how, int *sign)
{
    Num root = NULL;
    double below, above;
    if (!may_be_irrational(c, how)) {
        fail(c, PIECES_IRRATIONAL, u);
        return false;
    }
    switch (expr_sign_changes(c->nums, u, c->by, c->lo, c->hi, &root, &below, &above, sign)) {
    case ROOTS_NONE:
        if (how == BENDS)
            return true;
        fail(c, PIECES_IRRATIONAL, u);      /* it is 0 at single places */
        return false;
    case ROOTS_RATIONAL: return cut_at(c, root, u);
    case ROOTS_IRRATIONAL:
        if (how == BENDS || is_only_root(c, u, below, above))
            return cut_at_kink(c, u, below, above);
        break;
    case ROOTS_CLOSE:
    case ROOTS_UNKNOWN: break;
    }
    fail(c, PIECES_CLOSE, u);
    return false;
}

/* Its terms cancel but for a number. */
static bool is_constant(Cut *c, const Expr *u, int *sign)
{
    Terms terms = { 0 };
    Num number = NULL;
    expr_terms(c->cx, u, 1, &terms);
    if (terms.n > 1 || (terms.n == 1 && !expr_is_const(terms.at[0].e, &number)))
        return false;
    *sign = number ? terms.at[0].sign * mpq_sgn(number) : 0;
    return expr_is_defined(u);
}

/* The same of what is not straight: a polynomial, or what rises or falls throughout, or any other curve. */
static bool sign_of_curve(Cut *c, const Expr *u, Breaking how, int *sign)
{
    Num root = NULL;
    if (is_constant(c, u, sign))
        return true;
    if (!is_clear_of_kinks(c, u, how))
        return false;
    if (c->lo && c->hi && mpq_equal(c->lo, c->hi)) {
        *sign = expr_sign_at(c->nums, u, c->by, c->lo);
        if (*sign == SIGN_UNKNOWN || *sign == 0)
            fail(c, PIECES_CLOSE, u);
        return *sign != SIGN_UNKNOWN && *sign != 0;
    }
    switch (expr_roots(c->nums, u, c->by, c->lo, c->hi, &root, sign)) {
    case ROOTS_NONE: return true;
    case ROOTS_RATIONAL: return cut_at(c, root, u);
    case ROOTS_IRRATIONAL: return sign_of_polynomial(c, u, how, sign);
    case ROOTS_CLOSE:
    case ROOTS_UNKNOWN: break;
    }
    switch (expr_monotone_sign(c->nums, u, c->by, c->lo, c->hi, &root, sign)) {
    case MONOTONE_SIGN: return true;
    case MONOTONE_ROOT: return cut_at(c, root, u);
    case MONOTONE_UNKNOWN: break;
    }
    return sign_by_intervals(c, u, how, sign);
}

/* Straight: its root is in the piece, or its sign is that at a place in it. */
static bool sign_of_line(Cut *c, const Expr *u, Num offset, Num rate, int *sign)
{
    if (mpq_sgn(rate) == 0) {
        *sign = mpq_sgn(offset);
        return true;
    }
    const Piece *p = c->p;
    Num root = combine(c->nums, mpq_div, combine(c->nums, mpq_sub, num_int(c->nums, 0), offset), rate);
    if ((!p->lo || mpq_cmp(root, p->lo) > 0) && (!p->hi || mpq_cmp(root, p->hi) < 0))
        return cut_at(c, root, u);
    *sign = mpq_sgn(combine(c->nums, mpq_add, offset, combine(c->nums, mpq_mul, rate, c->inside)));
    return true;
}

/* The sign of u over the whole piece; false with c->root, c->kink or c->trouble set. */
static bool sign_of(Cut *c, const Expr *written, Breaking how, int *sign)
{
    Num offset, rate;
    const Expr *u = of_same_sign(written);
    NumMark before = num_pool_mark(c->nums);
    if (!expr_affine(c->nums, u, c->by, &offset, &rate))
        return sign_of_curve(c, u, how, sign);
    bool has_sign = sign_of_line(c, u, offset, rate, sign);
    if (has_sign)
        num_pool_release(c->nums, before);
    return has_sign;
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
    Breaking how = is_pulse ? JUMPS : BENDS;
    if (!rest || !sign_of(c, a, how, &from) || !sign_of(c, rest, how, &to) || !sign_of(c, b, JUMPS, &width))
        return NULL;
    if (is_pulse)
        return number(c, e->span, from >= 0 && to < 0);
    if (width <= 0)
        return fail(c, PIECES_NOT_SEEN, b);
    return from < 0 ? number(c, e->span, 0) : to >= 0 ? number(c, e->span, 1) : call2(c, e->span, EIG_FN_DIV, a, b);
}

static const double WHOLE_MOST = 0x1p60;        /* floor is followed up to there */

static Num whole_below(NumPool *pool, mpq_srcptr x)
{
    mpq_ptr n = num_new(pool);
    mpz_fdiv_q(mpq_numref(n), mpq_numref(x), mpq_denref(x));
    return n;
}

/* floor(u) at a place inside; where it is not seen, a whole number near to it. NULL: nothing is seen of u. */
static Num floor_inside(Cut *c, const Expr *u)
{
    Num exact = expr_exact(c->nums, u, c->by, c->inside), below = NULL;
    if (exact)
        return whole_below(c->nums, exact);
    mpfi_t x;
    OpenRange y;
    mpfi_init2(x, ENCLOSE_PRECISION);
    mpfi_init2(y.in, ENCLOSE_PRECISION);
    mpfi_set_q(x, c->inside);
    if (enclose_expr(u, c->by, &(EncloseAt){ .x = x }, &y) && fabs(mpfi_get_d(y.in)) < WHOLE_MOST) {
        mpq_ptr left = num_new(c->nums);
        mpfr_get_q(left, &y.in->left);
        below = whole_below(c->nums, left);
    }
    mpfi_clear(x);
    mpfi_clear(y.in);
    return below;
}

/* floor(u) of a u without breaks: the whole number that is below u all over the piece; where u comes to it or to the next one, a break. */
static const Expr *whole_part(Cut *c, const Expr *e, const Expr *u)
{
    Num n = c->ends == ONLY_RATIONAL ? NULL : floor_inside(c, u);
    int sign[2];
    if (!n)
        return fail(c, PIECES_NOT_SEEN, e);
    for (int k = 0; k < 2; k++) {
        Num at = k ? combine(c->nums, mpq_add, n, num_int(c->nums, 1)) : n;
        const Expr *rest = call2(c, e->span, EIG_FN_SUB, u, expr_const(c->cx, e->span, at));
        if (!rest || !sign_of(c, rest, JUMPS, &sign[k]))
            return NULL;
    }
    return sign[0] >= 0 && sign[1] < 0 ? expr_const(c->cx, e->span, n) : fail(c, PIECES_NOT_SEEN, e);
}

/* 0 times what jumps, or that less itself, where it has a value all over: there may be no end of the places where it does. */
static bool is_zero_of_jumps(const Cut *c, const Expr *e)
{
    const Expr *const *arg = e->as.call.arg;
    if (e->as.call.fn != EIG_FN_MUL && e->as.call.fn != EIG_FN_SUB)
        return false;
    if (!expr_may_jump(e, c->by) || !expr_is_defined(e))
        return false;
    if (e->as.call.fn == EIG_FN_SUB)
        return expr_equal(arg[0], arg[1]);
    Num factor;
    return (expr_is_const(arg[0], &factor) || expr_is_const(arg[1], &factor)) && mpq_sgn(factor) == 0;
}

/* A call whose arguments have no breaks any more. */
static const Expr *choose(Cut *c, const Expr *e, const Expr *const *arg)
{
    int sign;
    const Expr *difference;
    switch (e->as.call.fn) {
    case EIG_FN_ABS:
        if (!sign_of(c, arg[0], BENDS, &sign))
            return NULL;
        return sign >= 0 ? arg[0] : expr_call(c->cx, c->nums, e->span, EIG_FN_NEG, 1, arg);
    case EIG_FN_MIN:
    case EIG_FN_MAX:
        difference = call2(c, e->span, EIG_FN_SUB, arg[0], arg[1]);
        if (!difference || !sign_of(c, difference, BENDS, &sign))
            return NULL;
        return (sign > 0) == (e->as.call.fn == EIG_FN_MAX) ? arg[0] : arg[1];
    case EIG_FN_STEP: return sign_of(c, arg[0], JUMPS, &sign) ? number(c, e->span, sign >= 0) : NULL;
    case EIG_FN_PULSE:
    case EIG_FN_RAMP: return between(c, e, arg[0], arg[1]);
    case EIG_FN_FLOOR:
        if (!expr_is_const(arg[0], NULL))
            return whole_part(c, e, arg[0]);
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
    if (is_zero_of_jumps(c, e))
        return number(c, e->span, 0);
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

/* A kink and the next are not the same double in a run. */
static bool is_wide(const Piece *p)
{
    Num lo = p->from ? p->from->nearest : p->lo, hi = p->to ? p->to->nearest : p->hi;
    return (!p->from && !p->to) || !lo || !hi || num_to_double(lo) < num_to_double(hi);
}

static Cut cut_of(Ctx *cx, NumPool *pool, EigVar by, PieceEnds ends, const Piece *p)
{
    Cut c = { .cx = cx, .nums = pool, .by = by, .ends = ends, .p = p };
    c.lo = p->from ? p->from->above : p->lo;
    c.hi = p->to ? p->to->below : p->hi;
    c.inside = point_inside(pool, c.lo, c.hi);
    if (c.lo && c.hi && mpq_cmp(c.lo, c.hi) > 0)
        fail(&c, PIECES_CLOSE, p->e);
    return c;
}

/* Pieces from left to right: the open one is cut at a break inside until it has
 * none, and what was cut off is looked at after it. */
PieceTrouble expr_pieces(Ctx *cx, NumPool *pool, const Piece *whole, EigVar by, PieceEnds ends, Pieces *out, const Expr **at)
{
    VEC(Piece) open = { 0 };
    vec_push(&cx->arena, &open, *whole);
    while (open.n) {
        Piece p = open.at[--open.n], left = p, right = p;
        Cut c = cut_of(cx, pool, by, ends, &p);
        const Expr *e = c.trouble == PIECES_FINE ? without_breaks(&c, whole->e) : NULL;
        if (e && !is_wide(&p))
            fail(&c, PIECES_CLOSE, whole->e);
        if (c.trouble != PIECES_FINE) {
            *at = c.at;
            return c.trouble;
        }
        if (out->n + open.n >= MAX_PIECES_OF_FORMULA) {
            *at = whole->e;
            return PIECES_TOO_MANY;
        }
        if (e) {
            p.e = e;
            vec_push(&cx->arena, out, p);
            continue;
        }
        left.to = right.from = c.kink;
        left.hi = c.kink ? c.kink->above : c.root;
        right.lo = c.kink ? c.kink->below : c.root;
        vec_push(&cx->arena, &open, right);
        vec_push(&cx->arena, &open, left);
    }
    return PIECES_FINE;
}
