#include "compiler/expr/power.h"

#include "compiler/expr/affine.h"

enum { MAX_FACTORS = 16 };

typedef struct Power {
    const Expr *base;
    Num exponent;
} Power;

typedef struct Factors {
    size_t n;
    Power at[MAX_FACTORS];
    bool too_many;
    bool is_slope;              /* of quotients too, where an exponent is below 0 */
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
    if (mpq_cmp_ui(p.exponent, 1, 1) == 0)
        return p.base;
    return expr_is_const(p.base, NULL) ? expr_apply(cx, at, EIG_FN_POW, 2, arg) : expr_call(cx, pool, at, EIG_FN_POW, 2, arg);
}

/* ---- products ---- */

/* a = *ratio b: the same, or both straight with the same zero. */
static bool is_multiple(NumPool *pool, const Expr *a, const Expr *b, Num *ratio)
{
    static const EigVar variable[] = { EIG_VAR_X, EIG_VAR_Z };
    Num p[2], q[2];
    *ratio = num_int(pool, 1);
    if (expr_equal(a, b))
        return !expr_is_const(a, NULL);
    for (int k = 0; k < 2; k++) {
        if (!expr_affine(pool, a, variable[k], &p[0], &p[1]) || !expr_affine(pool, b, variable[k], &q[0], &q[1]))
            continue;
        if (mpq_sgn(p[1]) == 0 || mpq_sgn(q[1]) == 0)
            continue;
        *ratio = combine(pool, mpq_div, p[1], q[1]);
        return mpq_equal(p[0], combine(pool, mpq_mul, *ratio, q[0]));
    }
    return false;
}

/* ratio^n where that is rational, or n no whole number and the ratio above 0. */
static bool has_power(Num ratio, Num n)
{
    enum { MAX_EXPONENT = 64 };
    return is_whole(n) ? mpz_cmpabs_ui(mpq_numref(n), MAX_EXPONENT) <= 0 : mpq_sgn(ratio) > 0;
}

static bool is_one(Num n)
{
    return mpq_cmp_ui(n, 1, 1) == 0;
}

/* base^exponent, exactly. */
static Power number_power(Ctx *cx, NumPool *pool, Span at, Num base, Num exponent)
{
    mpq_ptr q = num_new(pool);
    if (!is_whole(exponent))
        return (Power){ expr_const(cx, at, base), exponent };
    unsigned long n = mpz_get_ui(mpq_numref(exponent));         /* |exponent| */
    mpz_pow_ui(mpq_numref(q), mpq_numref(base), n);
    mpz_pow_ui(mpq_denref(q), mpq_denref(base), n);
    if (mpq_sgn(exponent) < 0)
        mpq_inv(q, q);
    return (Power){ expr_const(cx, at, q), num_int(pool, 1) };
}

static void add_factor(Factors *f, Power p)
{
    f->too_many = f->too_many || f->n == MAX_FACTORS;
    if (!f->too_many)
        f->at[f->n++] = p;
}

/* u^a u^b is u^(a + b). Where both are above 0, u >= 0 is needed by one of them, and has to be by the sum; where one is below,
 * f->is_slope, the sum goes on at u = 0. */
static bool may_merge(const Factors *f, Num a, Num b, Num sum)
{
    if (is_whole(a) && is_whole(b))
        return false;
    bool are_above = mpq_sgn(a) > 0 && mpq_sgn(b) > 0;
    return f->is_slope ? mpq_sgn(a) * mpq_sgn(b) < 0 : are_above && is_root(sum);
}

/* p and an earlier power of the same base, or of a multiple of it, in one, at *place; false where there is none. The base that stays is
 * that of a root. */
static bool merge(Ctx *cx, NumPool *pool, Span at, Factors *f, Power p, size_t *place)
{
    for (size_t k = 0; k < f->n; k++) {
        Power *q = &f->at[k];
        Num ratio, sum = combine(pool, mpq_add, q->exponent, p.exponent);
        if (k == *place || !may_merge(f, q->exponent, p.exponent, sum) || !is_multiple(pool, q->base, p.base, &ratio))
            continue;
        bool stays = !is_whole(q->exponent);
        Num by = stays ? combine(pool, mpq_div, num_int(pool, 1), ratio) : ratio, lost = stays ? p.exponent : q->exponent;
        if (!has_power(by, lost))
            continue;
        *q = (Power){ stays ? q->base : p.base, sum };
        *place = k;
        if (!is_one(by))
            add_factor(f, number_power(cx, pool, at, by, lost));
        return true;
    }
    return false;
}

/* What has become one may go with a further one. */
static bool merge_all(Ctx *cx, NumPool *pool, Span at, Factors *f, Power p)
{
    size_t place = MAX_FACTORS, from;
    if (!merge(cx, pool, at, f, p, &place))
        return false;
    for (from = place; f->is_slope && !f->too_many && merge(cx, pool, at, f, f->at[from], &place); from = place)
        f->at[from].exponent = num_int(pool, 0);
    return true;
}

/* Adds e's factors, or with sign -1 those of 1/e; true where two of them have become one. */
static bool add_factors(Ctx *cx, NumPool *pool, const Expr *e, int sign, Factors *f)
{
    EigFn fn = e->kind == EXPR_CALL ? e->as.call.fn : EIG_N_FNS;
    if (fn == EIG_FN_MUL || (f->is_slope && fn == EIG_FN_DIV)) {
        bool left = add_factors(cx, pool, e->as.call.arg[0], sign, f);
        bool right = add_factors(cx, pool, e->as.call.arg[1], fn == EIG_FN_DIV ? -sign : sign, f);
        return left || right;
    }
    if (f->is_slope && fn == EIG_FN_NEG) {
        add_factor(f, (Power){ expr_const(cx, e->span, num_int(pool, -1)), num_int(pool, 1) });
        return add_factors(cx, pool, e->as.call.arg[0], sign, f);
    }
    Power p = power_of(cx, pool, e);
    if (sign < 0)
        p.exponent = combine(pool, mpq_sub, num_int(pool, 0), p.exponent);
    if (merge_all(cx, pool, e->span, f, p))
        return true;
    add_factor(f, p);
    return false;
}

/* The product of those whose exponents have the sign `sign`; NULL where there is none. */
static const Expr *multiplied(Ctx *cx, NumPool *pool, Span at, const Factors *f, int sign)
{
    const Expr *arg[2] = { NULL, NULL };
    for (size_t k = 0; k < f->n; k++) {
        Power p = f->at[k];
        if (mpq_sgn(p.exponent) != sign)
            continue;
        if (sign < 0)
            p.exponent = combine(pool, mpq_sub, num_int(pool, 0), p.exponent);
        arg[1] = written(cx, pool, at, p);
        arg[0] = arg[0] && arg[1] ? expr_call(cx, pool, at, EIG_FN_MUL, 2, arg) : arg[1];
    }
    return arg[0];
}

static const Expr *merged_product(Ctx *cx, NumPool *pool, const Expr *e, bool is_slope)
{
    Factors f = { .is_slope = is_slope };
    if (!add_factors(cx, pool, e, 1, &f) || f.too_many)
        return e;
    const Expr *arg[2] = { multiplied(cx, pool, e->span, &f, 1), multiplied(cx, pool, e->span, &f, -1) };
    arg[0] = arg[0] ? arg[0] : expr_const(cx, e->span, num_int(pool, 1));
    const Expr *out = arg[1] ? expr_call(cx, pool, e->span, EIG_FN_DIV, 2, arg) : arg[0];
    return out ? out : e;
}

/* ---- expressions ---- */

static bool is_product(const Expr *e, bool is_slope)
{
    return e->as.call.fn == EIG_FN_MUL || (is_slope && e->as.call.fn == EIG_FN_DIV);
}

static const Expr *merged(Ctx *cx, NumPool *pool, const Expr *e, bool is_slope)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL)
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = merged(cx, pool, e->as.call.arg[k], is_slope);
    const Expr *made = expr_with_arguments(cx, pool, e, arg);
    if (!made)
        return e;
    if (made->kind != EXPR_CALL)
        return made;
    if (is_product(made, is_slope))
        return merged_product(cx, pool, made, is_slope);
    if (is_slope)
        return made;
    Power p = power_of(cx, pool, made);
    bool is_joined = p.base != made && p.base != made->as.call.arg[0];
    return is_joined ? written(cx, pool, made->span, p) : made;
}

const Expr *expr_merged_powers(Ctx *cx, NumPool *pool, const Expr *e)
{
    return merged(cx, pool, e, false);
}

const Expr *expr_continued_powers(Ctx *cx, NumPool *pool, const Expr *e)
{
    return merged(cx, pool, e, true);
}
