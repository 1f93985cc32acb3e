#include "compiler/model/power.h"

#include "compiler/model/affine.h"

enum { MAX_FACTORS = 16 };

typedef struct Power {
    const Expr *base;
    Num exponent;
} Power;

typedef struct Factors {
    size_t n;
    Power at[MAX_FACTORS];
    bool too_many;
} Factors;

static Num combine(NumPool *pool, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr q = num_new(pool);
    op(q, a, b);
    return q;
}

static bool is_whole(Num n)
{
    return mpz_cmp_ui(mpq_denref(n), 1) == 0;
}

/* u^n needs u >= 0, and has a value at 0. */
static bool is_root(Num n)
{
    return mpq_sgn(n) > 0 && !is_whole(n);
}

/* ---- powers of powers ---- */

/* (u^a)^b is |u|^(a b) for even a, of any u. Of a straight one, since abs is understood of those alone. */
static bool is_even_of_straight(NumPool *pool, Power inner, Num b)
{
    Num offset, rate;
    bool is_even = is_whole(inner.exponent) && mpz_even_p(mpq_numref(inner.exponent)) && mpq_sgn(inner.exponent) > 0;
    return is_even && mpq_sgn(b) > 0 && !is_whole(b) && !expr_is_const(inner.base, NULL)
           && (expr_affine(pool, inner.base, EIG_VAR_X, &offset, &rate) || expr_affine(pool, inner.base, EIG_VAR_Z, &offset, &rate));
}

/* (u^a)^b is u^(a b), and both need u >= 0. */
static bool may_join(Num a, Num b, Num product)
{
    bool is_odd = is_whole(a) && mpz_odd_p(mpq_numref(a));
    return mpq_sgn(a) > 0 && mpq_sgn(b) > 0 && is_root(product) && (!is_whole(a) || (is_odd && !is_whole(b)));
}

/* e as a power: of itself, if nothing else. */
static Power power_of(Ctx *cx, NumPool *pool, const Expr *e)
{
    Num n = num_int(pool, 1);
    Power whole = { e, n };
    if (e->kind != EXPR_CALL)
        return whole;
    if (e->as.call.fn == EIG_FN_SQRT)
        n = num_ratio(pool, 1, 2);
    else if (e->as.call.fn != EIG_FN_POW || !expr_is_const(e->as.call.arg[1], &n))
        return whole;
    Power inner = power_of(cx, pool, e->as.call.arg[0]);
    Num product = combine(pool, mpq_mul, inner.exponent, n);
    if (is_even_of_straight(pool, inner, n)) {
        bool is_plain = is_whole(product) && mpz_even_p(mpq_numref(product));
        return (Power){ is_plain ? inner.base : expr_call(cx, pool, e->span, EIG_FN_ABS, 1, &inner.base), product };
    }
    return may_join(inner.exponent, n, product) ? (Power){ inner.base, product } : (Power){ e->as.call.arg[0], n };
}

static const Expr *written(Ctx *cx, NumPool *pool, Span at, Power p)
{
    const Expr *arg[2] = { p.base, expr_const(cx, at, p.exponent) };
    return mpq_cmp_ui(p.exponent, 1, 1) == 0 ? p.base : expr_call(cx, pool, at, EIG_FN_POW, 2, arg);
}

/* ---- products ---- */

/* u^a u^b is u^(a + b), and both need u >= 0. */
static bool may_merge(Power a, Power b, Num sum)
{
    return mpq_sgn(a.exponent) > 0 && mpq_sgn(b.exponent) > 0 && (!is_whole(a.exponent) || !is_whole(b.exponent)) && is_root(sum)
           && !expr_is_const(a.base, NULL) && expr_equal(a.base, b.base);
}

/* Adds e's factors; true where two of them have become one. */
static bool add_factors(Ctx *cx, NumPool *pool, const Expr *e, Factors *f)
{
    if (e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_MUL) {
        bool left = add_factors(cx, pool, e->as.call.arg[0], f), right = add_factors(cx, pool, e->as.call.arg[1], f);
        return left || right;
    }
    Power p = power_of(cx, pool, e);
    for (size_t k = 0; k < f->n; k++) {
        Num sum = combine(pool, mpq_add, f->at[k].exponent, p.exponent);
        if (may_merge(f->at[k], p, sum)) {
            f->at[k].exponent = sum;
            return true;
        }
    }
    f->too_many = f->too_many || f->n == MAX_FACTORS;
    if (!f->too_many)
        f->at[f->n++] = p;
    return false;
}

static const Expr *merged_product(Ctx *cx, NumPool *pool, const Expr *e)
{
    Factors f = { 0 };
    if (!add_factors(cx, pool, e, &f) || f.too_many)
        return e;
    const Expr *arg[2] = { written(cx, pool, e->span, f.at[0]), NULL };
    for (size_t k = 1; k < f.n; k++) {
        arg[1] = written(cx, pool, e->span, f.at[k]);
        arg[0] = expr_call(cx, pool, e->span, EIG_FN_MUL, 2, arg);
    }
    return arg[0];
}

const Expr *expr_merged_powers(Ctx *cx, NumPool *pool, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL)
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = expr_merged_powers(cx, pool, e->as.call.arg[k]);
    const Expr *made = expr_with_arguments(cx, pool, e, arg);
    if (!made)
        return e;
    if (made->kind != EXPR_CALL)
        return made;
    if (made->as.call.fn == EIG_FN_MUL)
        return merged_product(cx, pool, made);
    Power p = power_of(cx, pool, made);
    bool is_joined = p.base != made && p.base != made->as.call.arg[0];
    return is_joined ? written(cx, pool, made->span, p) : made;
}
