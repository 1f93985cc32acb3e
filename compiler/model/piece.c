#include "compiler/model/piece.h"

/* ---- exact numbers ---- */

static Num combine(NumPool *pool, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr q = num_new(pool);
    op(q, a, b);
    return q;
}

static bool is_zero(Num x)
{
    return mpq_sgn(x) == 0;
}

/* ---- straight expressions ---- */

static bool affine_product(NumPool *pool, const Num a[2], const Num b[2], Num out[2])
{
    if (!is_zero(a[1]) && !is_zero(b[1]))
        return false;
    const Num *factor = is_zero(a[1]) ? a : b, *other = factor == a ? b : a;
    for (int k = 0; k < 2; k++)
        out[k] = combine(pool, mpq_mul, factor[0], other[k]);
    return true;
}

static bool affine_call(NumPool *pool, const Expr *e, const Num a[2], const Num b[2], Num out[2])
{
    Num zero = num_int(pool, 0);
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB:
        for (int k = 0; k < 2; k++)
            out[k] = combine(pool, e->as.call.fn == EIG_FN_ADD ? mpq_add : mpq_sub, a[k], b[k]);
        return true;
    case EIG_FN_NEG:
        for (int k = 0; k < 2; k++)
            out[k] = combine(pool, mpq_sub, zero, a[k]);
        return true;
    case EIG_FN_MUL: return affine_product(pool, a, b, out);
    case EIG_FN_DIV:
        if (!is_zero(b[1]) || is_zero(b[0]))
            return false;
        for (int k = 0; k < 2; k++)
            out[k] = combine(pool, mpq_div, a[k], b[0]);
        return true;
    default: return false;
    }
}

bool expr_affine(NumPool *pool, const Expr *e, EigVar by, Num *offset, Num *rate)
{
    Num arg[2][2] = { { NULL } }, out[2];
    *offset = *rate = num_int(pool, 0);
    if (expr_is_const(e, offset))
        return true;
    if (e->kind == EXPR_VAR && e->as.var == by) {
        *rate = num_int(pool, 1);
        return true;
    }
    if (e->kind != EXPR_CALL)
        return false;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!expr_affine(pool, e->as.call.arg[k], by, &arg[k][0], &arg[k][1]))
            return false;
    if (!affine_call(pool, e, arg[0], arg[1], out))
        return false;
    *offset = out[0];
    *rate = out[1];
    return true;
}

/* ---- exact values ---- */

static Num exact_power(NumPool *pool, Num a, Num b)
{
    mpq_ptr q = num_new(pool);
    if (mpz_cmp_ui(mpq_denref(b), 1) != 0 || mpz_cmpabs_ui(mpq_numref(b), 64) > 0)
        return is_zero(a) && mpq_sgn(b) > 0 ? num_int(pool, 0) : NULL;
    long n = mpz_get_si(mpq_numref(b));
    if (n < 0 && is_zero(a))
        return NULL;
    mpz_pow_ui(mpq_numref(q), mpq_numref(a), (unsigned long)(n < 0 ? -n : n));
    mpz_pow_ui(mpq_denref(q), mpq_denref(a), (unsigned long)(n < 0 ? -n : n));
    if (n < 0)
        mpq_inv(q, q);
    return q;
}

static Num exact_call(NumPool *pool, EigFn fn, Num a, Num b)
{
    Num zero = num_int(pool, 0), one = num_int(pool, 1);
    switch (fn) {
    case EIG_FN_ADD: return combine(pool, mpq_add, a, b);
    case EIG_FN_SUB: return combine(pool, mpq_sub, a, b);
    case EIG_FN_MUL: return combine(pool, mpq_mul, a, b);
    case EIG_FN_DIV: return is_zero(b) ? NULL : combine(pool, mpq_div, a, b);
    case EIG_FN_NEG: return combine(pool, mpq_sub, zero, a);
    case EIG_FN_POW: return exact_power(pool, a, b);
    case EIG_FN_ABS: return mpq_sgn(a) < 0 ? combine(pool, mpq_sub, zero, a) : a;
    case EIG_FN_MIN: return mpq_cmp(a, b) < 0 ? a : b;
    case EIG_FN_MAX: return mpq_cmp(a, b) > 0 ? a : b;
    case EIG_FN_STEP: return mpq_sgn(a) >= 0 ? one : zero;
    case EIG_FN_SQRT: return is_zero(a) || mpq_equal(a, one) ? a : NULL;
    case EIG_FN_EXP:
    case EIG_FN_COS: return is_zero(a) ? one : NULL;
    case EIG_FN_LOG: return mpq_equal(a, one) ? zero : NULL;
    case EIG_FN_LOG1P:
    case EIG_FN_SIN:
    case EIG_FN_TANH:
    case EIG_FN_ATAN: return is_zero(a) ? zero : NULL;
    default: return NULL;
    }
}

Num expr_exact(NumPool *pool, const Expr *e, EigVar by, Num x)
{
    Num arg[2] = { NULL, NULL }, value;
    if (expr_is_const(e, &value))
        return value;
    if (e->kind == EXPR_VAR && e->as.var == by)
        return x;
    if (e->kind != EXPR_CALL)
        return NULL;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!(arg[k] = expr_exact(pool, e->as.call.arg[k], by, x)))
            return NULL;
    return exact_call(pool, e->as.call.fn, arg[0], arg[1]);
}

/* ---- rebuilding ---- */

static bool is_exact_function(EigFn fn)
{
    switch (fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV: case EIG_FN_NEG: case EIG_FN_ABS:
    case EIG_FN_MIN: case EIG_FN_MAX: case EIG_FN_FLOOR: case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return true;
    default:
        return false;
    }
}

/* The call with other arguments; a constant that would be rounded is left as a call. NULL: without a value, or too large. */
static const Expr *rebuild(Ctx *cx, NumPool *pool, const Expr *e, const Expr *const *arg)
{
    int n = e->as.call.n_args;
    bool same = true;
    for (int k = 0; k < n; k++)
        same &= arg[k] == e->as.call.arg[k];
    if (same)
        return e;
    bool all_const = expr_is_const(arg[0], NULL) && (n < 2 || expr_is_const(arg[1], NULL));
    const Expr *out = all_const && !is_exact_function(e->as.call.fn) ? expr_apply(cx, e->span, e->as.call.fn, n, arg)
                                                                     : expr_call(cx, pool, e->span, e->as.call.fn, n, arg);
    return out && out->size < EXPR_MAX_SIZE && out->depth <= EIG_CODE_MAX_DEPTH ? out : NULL;
}

const Expr *expr_moved(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num origin, const Expr *step)
{
    Num offset, rate;
    if (!expr_uses(e, by))
        return e;
    if (expr_affine(pool, e, by, &offset, &rate)) {
        const Expr *arg[2] = { expr_const(cx, e->span, rate), step };
        offset = combine(pool, mpq_add, offset, combine(pool, mpq_mul, rate, origin));
        arg[1] = expr_call(cx, pool, e->span, EIG_FN_MUL, 2, arg);
        arg[0] = expr_const(cx, e->span, offset);
        return is_zero(offset) ? arg[1] : expr_call(cx, pool, e->span, EIG_FN_ADD, 2, arg);
    }
    const Expr *arg[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!(arg[k] = expr_moved(cx, pool, e->as.call.arg[k], by, origin, step)))
            return NULL;
    return rebuild(cx, pool, e, arg);
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

/* The sign of u over the whole piece; false with c->root or c->trouble set. */
static bool sign_of(Cut *c, const Expr *u, int *sign)
{
    Num offset, rate;
    if (!expr_affine(c->nums, u, c->by, &offset, &rate)) {
        fail(c, PIECES_NOT_RATIONAL, u);
        return false;
    }
    if (is_zero(rate)) {
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
    const Expr *out = rebuild(c->cx, c->nums, e, arg);
    return out ? out : fail(c, PIECES_TOO_LARGE, e);
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
