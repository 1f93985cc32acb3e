#include "compiler/expr/derive.h"

/* A NULL expression is a failure and stays one through everything below. */
typedef struct Derive {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    Span at;                    /* of the call under way: what derives from it points there */
} Derive;

/* ---- building, with the simplifications that rounding forbids elsewhere ---- */

static const Expr *number(const Derive *d, long top, unsigned long bottom)
{
    return expr_const(d->cx, d->at, num_ratio(d->nums, top, bottom));
}

static bool is_number(const Expr *e, long k)
{
    Num value;
    return expr_is_const(e, &value) && mpq_cmp_si(value, k, 1) == 0;
}

static bool is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static const Expr *call1(const Derive *d, EigFn fn, const Expr *a)
{
    return a ? expr_call(d->cx, d->nums, d->at, fn, 1, &a) : NULL;
}

static const Expr *call2(const Derive *d, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    if (!a || !b)
        return NULL;
    const Expr *e = expr_call(d->cx, d->nums, d->at, fn, 2, arg);
    return e && e->size < EXPR_MAX_SIZE && e->depth <= EXPR_MAX_DEPTH ? e : NULL;
}

static const Expr *negative(const Derive *d, const Expr *a)
{
    return call1(d, EIG_FN_NEG, a);
}

static const Expr *sum(const Derive *d, const Expr *a, const Expr *b)
{
    if (a && b && is_number(a, 0))
        return b;
    if (a && b && is_call(b, EIG_FN_NEG))
        return call2(d, EIG_FN_SUB, a, b->as.call.arg[0]);
    return call2(d, EIG_FN_ADD, a, b);
}

static const Expr *product(const Derive *d, const Expr *a, const Expr *b)
{
    if (!a || !b)
        return NULL;
    if (is_number(a, 0) || is_number(b, 0))
        return number(d, 0, 1);
    if (expr_is_const(b, NULL) && !expr_is_const(a, NULL))
        return product(d, b, a);
    if (is_number(a, -1))
        return negative(d, b);
    if (is_call(a, EIG_FN_NEG))
        return negative(d, product(d, a->as.call.arg[0], b));
    if (is_call(b, EIG_FN_NEG))
        return negative(d, product(d, a, b->as.call.arg[0]));
    if (expr_is_const(a, NULL) && is_call(b, EIG_FN_MUL) && expr_is_const(b->as.call.arg[0], NULL))
        return product(d, call2(d, EIG_FN_MUL, a, b->as.call.arg[0]), b->as.call.arg[1]);
    if (is_call(a, EIG_FN_DIV) && is_number(a->as.call.arg[0], 1))
        return call2(d, EIG_FN_DIV, b, a->as.call.arg[1]);
    if (is_call(b, EIG_FN_DIV) && is_number(b->as.call.arg[0], 1))
        return call2(d, EIG_FN_DIV, a, b->as.call.arg[1]);
    return call2(d, EIG_FN_MUL, a, b);
}

static const Expr *reciprocal(const Derive *d, const Expr *a)
{
    return call2(d, EIG_FN_DIV, number(d, 1, 1), a);
}

static const Expr *square(const Derive *d, const Expr *a)
{
    return call2(d, EIG_FN_POW, a, number(d, 2, 1));
}

/* The logarithmic derivative of exprel(u) by u, for n = 1. */
static const Expr *tilted(const Derive *d, const Expr *u, long n)
{
    return call2(d, EIG_FN_EXP_MEAN, u, number(d, n, 1));
}

/* ---- one function: its derivative by argument k, from the call e and its arguments a, b ---- */

typedef struct Call {
    const Derive *d;
    const Expr *e, *a, *b;
    int k;
} Call;

#define PARTIAL(id) static const Expr *partial_##id(const Call *c)

PARTIAL(ADD)   { return number(c->d, 1, 1); }
PARTIAL(SUB)   { return number(c->d, c->k ? -1 : 1, 1); }
PARTIAL(MUL)   { return c->k ? c->a : c->b; }
PARTIAL(NEG)   { return number(c->d, -1, 1); }
PARTIAL(LOST_SUM) { return number(c->d, 0, 1); }
PARTIAL(LOST_PRODUCT) { return number(c->d, 0, 1); }
PARTIAL(OR_ZERO) { return number(c->d, 1, 1); }
PARTIAL(LOGISTIC) { return product(c->d, c->e, call2(c->d, EIG_FN_SUB, number(c->d, 1, 1), c->e)); }    /* of programs only, */
PARTIAL(LIFTED_LOGISTIC) { return product(c->d, c->e, call2(c->d, EIG_FN_LOGISTIC, negative(c->d, c->a), negative(c->d, c->b))); }
PARTIAL(SQRT)  { return call2(c->d, EIG_FN_DIV, number(c->d, 1, 2), c->e); }
PARTIAL(EXP)   { return c->e; }
PARTIAL(LOG)   { return reciprocal(c->d, c->a); }
PARTIAL(LOG1P) { return reciprocal(c->d, call2(c->d, EIG_FN_ADD, number(c->d, 1, 1), c->a)); }
PARTIAL(EXPM1) { return call1(c->d, EIG_FN_EXP, c->a); }
PARTIAL(EXPREL) { return product(c->d, c->e, tilted(c->d, c->a, 1)); }
PARTIAL(NORMCDF) { return call1(c->d, EIG_FN_NORMPDF, c->a); }
PARTIAL(NORMPDF) { return negative(c->d, product(c->d, c->a, c->e)); }
PARTIAL(OMEGA) { return call2(c->d, EIG_FN_DIV, c->e, call2(c->d, EIG_FN_ADD, number(c->d, 1, 1), c->e)); }
PARTIAL(SIN)   { return call1(c->d, EIG_FN_COS, c->a); }
PARTIAL(COS)   { return negative(c->d, call1(c->d, EIG_FN_SIN, c->a)); }
PARTIAL(TANH)  { return call2(c->d, EIG_FN_SUB, number(c->d, 1, 1), square(c->d, c->e)); }
PARTIAL(ATAN)  { return reciprocal(c->d, call2(c->d, EIG_FN_ADD, number(c->d, 1, 1), square(c->d, c->a))); }
PARTIAL(FLOOR) { return number(c->d, 0, 1); }
PARTIAL(STEP)  { return number(c->d, 0, 1); }
PARTIAL(PULSE) { return number(c->d, 0, 1); }

PARTIAL(DIV)
{
    return c->k ? negative(c->d, call2(c->d, EIG_FN_DIV, c->e, c->b)) : reciprocal(c->d, c->b);
}

PARTIAL(POW)
{
    if (c->k)
        return product(c->d, c->e, expr_apply(c->d->cx, c->d->at, EIG_FN_LOG, 1, &c->a));
    const Expr *less = call2(c->d, EIG_FN_SUB, c->b, number(c->d, 1, 1));
    return product(c->d, c->b, call2(c->d, EIG_FN_POW, c->a, less));
}

/* Of b, a constant, nobody asks. */
PARTIAL(EXP_MEAN)
{
    const Expr *next = c->k ? NULL : call2(c->d, EIG_FN_ADD, c->b, number(c->d, 1, 1));
    return call2(c->d, EIG_FN_SUB, call2(c->d, EIG_FN_EXP_MEAN, c->a, next), product(c->d, c->e, tilted(c->d, c->a, 1)));
}

/* x/(x + b), and -log(x) of it for b */
PARTIAL(LOG_ROOT)
{
    const Expr *slope = call2(c->d, EIG_FN_DIV, c->e, sum(c->d, c->e, c->b));
    return c->k ? negative(c->d, product(c->d, call1(c->d, EIG_FN_LOG, c->e), slope)) : slope;
}

/* p/(1 + b p) with p = x (1 - x), and -x of it for b */
PARTIAL(LOGIT_ROOT)
{
    const Expr *one = number(c->d, 1, 1), *p = product(c->d, c->e, call2(c->d, EIG_FN_SUB, one, c->e));
    const Expr *slope = call2(c->d, EIG_FN_DIV, p, sum(c->d, one, product(c->d, c->b, p)));
    return c->k ? negative(c->d, product(c->d, c->e, slope)) : slope;
}

/* 2 step(a) - 1 */
PARTIAL(ABS)
{
    const Expr *twice = call2(c->d, EIG_FN_MUL, number(c->d, 2, 1), call1(c->d, EIG_FN_STEP, c->a));
    return call2(c->d, EIG_FN_SUB, twice, number(c->d, 1, 1));
}

/* At a tie min and max take b. */
static const Expr *chosen(const Call *c, const Expr *from, const Expr *minus)
{
    const Expr *chooses_b = call1(c->d, EIG_FN_STEP, call2(c->d, EIG_FN_SUB, from, minus));
    return c->k ? chooses_b : call2(c->d, EIG_FN_SUB, number(c->d, 1, 1), chooses_b);
}

PARTIAL(MIN) { return chosen(c, c->a, c->b); }
PARTIAL(MAX) { return chosen(c, c->b, c->a); }

/* Between its flat ends, where a >= 0 and a/b < 1, it is a/b. */
PARTIAL(RAMP)
{
    const Expr *one = number(c->d, 1, 1), *ratio = call2(c->d, EIG_FN_DIV, c->a, c->b);
    const Expr *above = call1(c->d, EIG_FN_STEP, call2(c->d, EIG_FN_SUB, ratio, one));
    const Expr *inside = product(c->d, call1(c->d, EIG_FN_STEP, c->a), call2(c->d, EIG_FN_SUB, one, above));
    if (c->k)
        inside = negative(c->d, product(c->d, inside, ratio));
    return call2(c->d, EIG_FN_DIV, inside, c->b);
}

/* A function without its derivative does not compile. */
static const Expr *(*const partial[EIG_N_FNS])(const Call *) = {
#define FUNCTION(id, name, n_args, text) [EIG_FN_##id] = partial_##id,
#include "runtime/function.def"
#undef FUNCTION
};

/* ---- expressions ---- */

static const Expr *derive(Derive *d, const Expr *e);

/* The u of a multiple of exprel(u), or NULL. */
static const Expr *exprel_argument(const Expr *e)
{
    if (is_call(e, EIG_FN_MUL) && (expr_is_const(e->as.call.arg[0], NULL) || expr_is_const(e->as.call.arg[1], NULL)))
        return exprel_argument(e->as.call.arg[expr_is_const(e->as.call.arg[0], NULL)]);
    return is_call(e, EIG_FN_EXPREL) ? e->as.call.arg[0] : NULL;
}

/* Of log(v), n/v and v^p for a multiple v of exprel(u), by v'/v = tilted(u, 1) u': v itself may be infinite where these are numbers. NULL and
 * *fits = false: e is none. */
static const Expr *derive_by_exprel(Derive *d, const Expr *e, bool *fits)
{
    EigFn fn = e->as.call.fn;
    bool is_quotient = fn == EIG_FN_DIV, is_power = fn == EIG_FN_POW && expr_is_const(e->as.call.arg[1], NULL);
    const Expr *u = is_quotient || is_power || fn == EIG_FN_LOG ? exprel_argument(e->as.call.arg[is_quotient]) : NULL;
    *fits = u != NULL;
    if (!u)
        return NULL;
    const Expr *inner = derive(d, u), *above = is_quotient ? derive(d, e->as.call.arg[0]) : NULL;
    d->at = e->span;
    const Expr *rate = product(d, tilted(d, u, 1), inner);
    if (fn == EIG_FN_LOG)
        return rate;
    if (is_power)
        return product(d, e->as.call.arg[1], product(d, e, rate));
    return sum(d, product(d, above, reciprocal(d, e->as.call.arg[1])), negative(d, product(d, e, rate)));
}

static const Expr *derive_call(Derive *d, const Expr *e)
{
    bool fits;
    const Expr *whole = derive_by_exprel(d, e, &fits);
    if (fits)
        return whole;
    int n_args = e->as.call.n_args;
    Call c = { d, e, e->as.call.arg[0], n_args > 1 ? e->as.call.arg[1] : NULL, 0 };
    const Expr *total = number(d, 0, 1);
    for (; c.k < n_args && total; c.k++) {
        const Expr *inner = derive(d, e->as.call.arg[c.k]);
        d->at = e->span;
        if (!inner)
            return NULL;
        if (!is_number(inner, 0))
            total = sum(d, total, product(d, partial[e->as.call.fn](&c), inner));
    }
    return total;
}

static const Expr *derive(Derive *d, const Expr *e)
{
    d->at = e->span;
    switch (e->kind) {
    case EXPR_VAR: return number(d, e->as.var == d->by, 1);
    case EXPR_CALL: return derive_call(d, e);
    case EXPR_MEAN:
    case EXPR_SUM: return expr_uses(e, d->by) ? NULL : number(d, 0, 1);
    default: return number(d, 0, 1);
    }
}

const Expr *expr_derive(Ctx *cx, NumPool *pool, const Expr *e, EigVar by)
{
    Derive d = { cx, pool, by, e->span };
    return derive(&d, e);
}

/* ---- breaks ---- */

static bool add_break(const Derive *d, EigFn fn, const Expr *zero, bool is_jump, Breaks *out)
{
    if (!zero)
        return false;
    if (expr_uses(zero, d->by))
        vec_push(&d->cx->arena, out, ((Break){ zero, fn, is_jump }));
    return true;
}

static bool add_breaks_of_call(const Derive *d, const Expr *e, Breaks *out)
{
    EigFn fn = e->as.call.fn;
    const Expr *a = e->as.call.arg[0], *b = e->as.call.arg[1];
    switch (fn) {
    case EIG_FN_ABS: return add_break(d, fn, a, false, out);
    case EIG_FN_MIN:
    case EIG_FN_MAX: return add_break(d, fn, call2(d, EIG_FN_SUB, a, b), false, out);
    case EIG_FN_STEP: return add_break(d, fn, a, true, out);
    case EIG_FN_FLOOR: return add_break(d, fn, call2(d, EIG_FN_SUB, a, e), true, out);
    case EIG_FN_PULSE:
        return add_break(d, fn, a, true, out) && add_break(d, fn, call2(d, EIG_FN_SUB, a, b), true, out);
    case EIG_FN_RAMP:
        return add_break(d, fn, a, false, out) && add_break(d, fn, call2(d, EIG_FN_SUB, a, b), false, out) &&
               add_break(d, fn, b, true, out);
    default: return true;
    }
}

static bool add_breaks(Derive *d, const Expr *e, Breaks *out)
{
    if (e->kind != EXPR_CALL)
        return true;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!add_breaks(d, e->as.call.arg[k], out))
            return false;
    d->at = e->span;
    return add_breaks_of_call(d, e, out);
}

bool expr_breaks(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Breaks *out)
{
    Derive d = { cx, pool, by, e->span };
    return add_breaks(&d, e, out);
}
