#include "compiler/expr/compare.h"

#include "compiler/expr/affine.h"
#include "compiler/expr/collect.h"

typedef struct Compare {
    Ctx *cx;
    NumPool *pool;
    Span at;
} Compare;

/* Nothing is folded that would be rounded: exp(1/2) stays one. */
static const Expr *call(const Compare *c, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    if (!a || a->size >= EXPR_MAX_SIZE || a->depth >= EXPR_MAX_DEPTH || (b && (b->size >= EXPR_MAX_SIZE || b->depth >= EXPR_MAX_DEPTH)))
        return NULL;
    return expr_apply(c->cx, c->at, fn, b ? 2 : 1, arg);
}

static const Expr *number(const Compare *c, Num x)
{
    return expr_const(c->cx, c->at, x);
}

static bool is_half(const Expr *e)
{
    Num n;
    return expr_is_const(e, &n) && mpq_cmp_ui(n, 1, 2) == 0;
}

/* The function of e = factor f(u): LOG, LOG1P, SQRT or EXP; EIG_N_FNS of others. */
static EigFn function_of(const Compare *c, const Expr *e, Num *factor, const Expr **u)
{
    *factor = num_int(c->pool, 1);
    while (e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_MUL || e->as.call.fn == EIG_FN_DIV)) {
        const Expr *const *arg = e->as.call.arg;
        bool is_product = e->as.call.fn == EIG_FN_MUL, first = is_product && expr_is_const(arg[0], NULL);
        Num x;
        if (!expr_is_const(arg[!first], &x) || mpq_sgn(x) == 0)
            return EIG_N_FNS;
        mpq_ptr q = num_new(c->pool);
        (is_product ? mpq_mul : mpq_div)(q, *factor, x);
        *factor = q;
        e = arg[first];
    }
    if (e->kind != EXPR_CALL)
        return EIG_N_FNS;
    *u = e->as.call.arg[0];
    EigFn fn = e->as.call.fn;
    if (fn == EIG_FN_POW && is_half(e->as.call.arg[1]))
        return EIG_FN_SQRT;
    return fn == EIG_FN_LOG || fn == EIG_FN_LOG1P || fn == EIG_FN_SQRT || fn == EIG_FN_EXP ? fn : EIG_N_FNS;
}

/* The sum of the others, over -factor. */
static const Expr *others(const Compare *c, const Terms *terms, size_t but, Num factor)
{
    const Expr *sum = number(c, num_int(c->pool, 0));
    for (size_t k = 0; k < terms->n && sum; k++)
        if (k != but)
            sum = call(c, terms->at[k].sign > 0 ? EIG_FN_ADD : EIG_FN_SUB, sum, terms->at[k].e);
    mpq_ptr by = num_new(c->pool);
    mpq_inv(by, factor);
    mpq_neg(by, by);
    return call(c, EIG_FN_MUL, number(c, by), sum);
}

static Num signed_by(const Compare *c, Num x, int sign)
{
    mpq_ptr q = num_new(c->pool);
    mpq_set(q, x);
    if (sign < 0)
        mpq_neg(q, q);
    return q;
}

static const Expr *collected(const Compare *c, const Expr *e)
{
    size_t fewer;
    return e ? expr_collected(c->cx, c->pool, e, &fewer) : NULL;
}

/* a exp(u) + b exp(v), which has the sign of a where exp(u - v) > -b/a. */
static bool compare_exponentials(const Compare *c, const Terms *terms, Compared *out)
{
    Num a, b;
    const Expr *u, *v;
    if (terms->n != 2 || function_of(c, terms->at[0].e, &a, &u) != EIG_FN_EXP || function_of(c, terms->at[1].e, &b, &v) != EIG_FN_EXP)
        return false;
    mpq_ptr ratio = num_new(c->pool);
    mpq_div(ratio, signed_by(c, b, terms->at[1].sign), signed_by(c, a, terms->at[0].sign));
    const Expr *apart = collected(c, call(c, EIG_FN_SUB, u, v));
    *out = (Compared){ .sign = mpq_sgn(a) * terms->at[0].sign };
    out->difference = call(c, EIG_FN_ADD, call(c, EIG_FN_EXP, apart, NULL), number(c, ratio));
    return out->difference != NULL;
}

static bool compare_function(const Compare *c, const Terms *terms, Compared *out)
{
    Num factor = NULL;
    const Expr *u = NULL;
    EigFn fn = EIG_N_FNS;
    size_t k = 0;
    while (k < terms->n && ((fn = function_of(c, terms->at[k].e, &factor, &u)) == EIG_N_FNS || fn == EIG_FN_EXP))
        k++;
    if (k == terms->n)
        return false;
    factor = signed_by(c, factor, terms->at[k].sign);
    const Expr *beside = collected(c, others(c, terms, k, factor)), *other;
    if (fn == EIG_FN_LOG1P)
        u = call(c, EIG_FN_ADD, number(c, num_int(c->pool, 1)), u);
    if (fn == EIG_FN_SQRT)
        other = call(c, EIG_FN_POW, beside, number(c, num_int(c->pool, 2)));
    else
        other = call(c, EIG_FN_EXP, beside, NULL);
    const Expr *difference = u && other ? collected(c, call(c, EIG_FN_SUB, u, other)) : NULL;
    *out = (Compared){ .difference = difference, .above = fn == EIG_FN_SQRT ? beside : NULL, .sign = mpq_sgn(factor) };
    return difference != NULL;
}

bool expr_compare(Ctx *cx, NumPool *pool, const Expr *e, Compared *out)
{
    const Compare c = { cx, pool, e->span };
    Terms terms = { 0 };
    size_t fewer = 0;
    expr_terms(cx, e, 1, &terms);
    if (compare_exponentials(&c, &terms, out) || compare_function(&c, &terms, out))
        return true;
    *out = (Compared){ .difference = expr_collected(cx, pool, e, &fewer), .sign = 1 };
    return out->difference && fewer;
}
