/* Sturm's theorem: the number of roots in (a, b] of a polynomial without double
 * roots is the difference of the sign changes, at a and at b, along the chain
 * p, p', and the remainders of two neighbours, their signs turned. Between two
 * rationals that enclose one root and are closer than 1/c, where c is the
 * leading coefficient over the integers, lies one candidate for a rational
 * root, whose divisor divides c. */
#include "compiler/expr/roots.h"

/* Bits: of a coefficient as written, and of the one in front over the integers. */
enum { MOST_DEGREE = 16, MOST_BITS = 128, MOST_FRONT_BITS = 1024, MOST_COEFFICIENTS = MOST_DEGREE + 1 };

typedef struct Poly {
    int degree;                 /* -1: 0 */
    Num at[MOST_COEFFICIENTS];
} Poly;

typedef struct Chain {
    NumPool *pool;
    int n;
    Poly at[MOST_COEFFICIENTS + 1];
} Chain;

static Num combine(NumPool *pool, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr q = num_new(pool);
    op(q, a, b);
    return q;
}

/* ---- arithmetic ---- */

static void trim(Poly *p)
{
    while (p->degree >= 0 && mpq_sgn(p->at[p->degree]) == 0)
        p->degree--;
}

static Poly sum(NumPool *pool, const Poly *a, const Poly *b, int sign)
{
    Num zero = num_int(pool, 0);
    Poly out = { .degree = a->degree > b->degree ? a->degree : b->degree };
    for (int k = 0; k <= out.degree; k++)
        out.at[k] = combine(pool, sign > 0 ? mpq_add : mpq_sub, k <= a->degree ? a->at[k] : zero, k <= b->degree ? b->at[k] : zero);
    trim(&out);
    return out;
}

static bool product(NumPool *pool, const Poly *a, const Poly *b, Poly *out)
{
    *out = (Poly){ .degree = a->degree < 0 || b->degree < 0 ? -1 : a->degree + b->degree };
    if (out->degree > MOST_DEGREE)
        return false;
    for (int k = 0; k <= out->degree; k++)
        out->at[k] = num_int(pool, 0);
    for (int i = 0; out->degree >= 0 && i <= a->degree; i++)
        for (int j = 0; j <= b->degree; j++)
            out->at[i + j] = combine(pool, mpq_add, out->at[i + j], combine(pool, mpq_mul, a->at[i], b->at[j]));
    return true;
}

static Num value_at(NumPool *pool, const Poly *p, Num x)
{
    Num y = num_int(pool, 0);
    for (int k = p->degree; k >= 0; k--)
        y = combine(pool, mpq_add, combine(pool, mpq_mul, y, x), p->at[k]);
    return y;
}

static Poly derivative(NumPool *pool, const Poly *p)
{
    Poly out = { .degree = p->degree < 0 ? -1 : p->degree - 1 };
    for (int k = 0; k <= out.degree; k++)
        out.at[k] = combine(pool, mpq_mul, num_int(pool, k + 1), p->at[k + 1]);
    return out;
}

/* a = quotient b + rest; b is not 0. */
static void divide(NumPool *pool, const Poly *a, const Poly *b, Poly *quotient, Poly *rest)
{
    *rest = *a;
    *quotient = (Poly){ .degree = a->degree - b->degree < 0 ? -1 : a->degree - b->degree };
    for (int k = quotient->degree; k >= 0; k--) {
        Num c = combine(pool, mpq_div, rest->at[k + b->degree], b->at[b->degree]);
        quotient->at[k] = c;
        for (int j = 0; j <= b->degree; j++)
            rest->at[k + j] = combine(pool, mpq_sub, rest->at[k + j], combine(pool, mpq_mul, c, b->at[j]));
    }
    trim(rest);
}

/* Of one sign and the same roots, with 1 or -1 in front, so that remainders stay small. */
static void normalise(NumPool *pool, Poly *p)
{
    if (p->degree < 0)
        return;
    mpq_ptr size = num_new(pool);
    mpq_abs(size, p->at[p->degree]);
    for (int k = 0; k <= p->degree; k++)
        p->at[k] = combine(pool, mpq_div, p->at[k], size);
}

/* ---- reading ---- */

static bool read(NumPool *pool, const Expr *e, EigVar by, Poly *out);

static bool read_power(NumPool *pool, const Poly *base, const Expr *exponent, Poly *out)
{
    Num n;
    if (!expr_is_const(exponent, &n) || mpz_cmp_ui(mpq_denref(n), 1) != 0 || mpq_sgn(n) < 0 || mpq_cmp_si(n, MOST_DEGREE, 1) > 0)
        return false;
    *out = (Poly){ .degree = 0, .at = { num_int(pool, 1) } };
    for (long k = mpz_get_si(mpq_numref(n)); k > 0; k--) {
        Poly before = *out;
        if (!product(pool, &before, base, out))
            return false;
    }
    return true;
}

static bool read_call(NumPool *pool, const Expr *e, EigVar by, Poly *out)
{
    Poly a, b = { .degree = -1 };
    Num c;
    if (!read(pool, e->as.call.arg[0], by, &a))
        return false;
    switch (e->as.call.fn) {
    case EIG_FN_NEG:
        *out = sum(pool, &b, &a, -1);
        return true;
    case EIG_FN_POW: return read_power(pool, &a, e->as.call.arg[1], out);
    case EIG_FN_DIV:
        if (!expr_is_const(e->as.call.arg[1], &c) || mpq_sgn(c) == 0)
            return false;
        b = (Poly){ .degree = 0, .at = { combine(pool, mpq_div, num_int(pool, 1), c) } };
        return product(pool, &a, &b, out);
    case EIG_FN_ADD:
    case EIG_FN_SUB:
    case EIG_FN_MUL: break;
    default: return false;
    }
    if (!read(pool, e->as.call.arg[1], by, &b))
        return false;
    if (e->as.call.fn == EIG_FN_MUL)
        return product(pool, &a, &b, out);
    *out = sum(pool, &a, &b, e->as.call.fn == EIG_FN_ADD ? 1 : -1);
    return true;
}

static bool read(NumPool *pool, const Expr *e, EigVar by, Poly *out)
{
    Num c;
    if (expr_is_const(e, &c)) {
        *out = (Poly){ .degree = 0, .at = { c } };
        trim(out);
        return true;
    }
    if (e->kind == EXPR_VAR && e->as.var == by) {
        *out = (Poly){ .degree = 1, .at = { num_int(pool, 0), num_int(pool, 1) } };
        return true;
    }
    return e->kind == EXPR_CALL && read_call(pool, e, by, out);
}

static bool is_small(Num x)
{
    return mpz_sizeinbase(mpq_numref(x), 2) <= MOST_BITS && mpz_sizeinbase(mpq_denref(x), 2) <= MOST_BITS;
}

static bool is_small_poly(const Poly *p)
{
    for (int k = 0; k <= p->degree; k++)
        if (!is_small(p->at[k]))
            return false;
    return true;
}

/* ---- roots ---- */

/* p without its double roots. */
static Poly single(NumPool *pool, const Poly *p)
{
    Poly a = *p, b = derivative(pool, p), quotient, rest;
    while (b.degree >= 0) {
        divide(pool, &a, &b, &quotient, &rest);
        a = b;
        b = rest;
        normalise(pool, &b);
    }
    divide(pool, p, &a, &quotient, &rest);
    return quotient;
}

/* Without the root x, where it has it. */
static void drop_root(NumPool *pool, Poly *p, Num x)
{
    Poly factor = { .degree = 1, .at = { combine(pool, mpq_sub, num_int(pool, 0), x), num_int(pool, 1) } }, quotient, rest;
    if (p->degree < 1 || mpq_sgn(value_at(pool, p, x)) != 0)
        return;
    divide(pool, p, &factor, &quotient, &rest);
    *p = quotient;
}

static void make_chain(Chain *c, const Poly *p)
{
    Poly quotient, rest, zero = { .degree = -1 };
    c->at[0] = *p;
    c->at[1] = derivative(c->pool, p);
    for (c->n = 2; c->at[c->n - 1].degree > 0; c->n++) {
        divide(c->pool, &c->at[c->n - 2], &c->at[c->n - 1], &quotient, &rest);
        c->at[c->n] = sum(c->pool, &zero, &rest, -1);
        normalise(c->pool, &c->at[c->n]);
    }
}

static int changes_at(const Chain *c, Num x)
{
    int n = 0, last = 0;
    for (int k = 0; k < c->n; k++) {
        int sign = mpq_sgn(value_at(c->pool, &c->at[k], x));
        n += sign * last < 0;
        last = sign ? sign : last;
    }
    return n;
}

/* No root is as large. */
static Num bound(NumPool *pool, const Poly *p)
{
    Num most = num_int(pool, 0);
    for (int k = 0; k < p->degree; k++) {
        mpq_ptr q = num_new(pool);
        mpq_div(q, p->at[k], p->at[p->degree]);
        mpq_abs(q, q);
        most = mpq_cmp(q, most) > 0 ? q : most;
    }
    return combine(pool, mpq_add, most, num_int(pool, 2));
}

/* The coefficient in front where all are whole. */
static Num whole_front(NumPool *pool, const Poly *p)
{
    mpq_ptr front = num_new(pool);
    mpz_t common;
    mpz_init_set_ui(common, 1);
    for (int k = 0; k <= p->degree; k++)
        mpz_lcm(common, common, mpq_denref(p->at[k]));
    mpq_set_z(front, common);
    mpq_mul(front, front, p->at[p->degree]);
    mpq_abs(front, front);
    mpz_clear(common);
    return front;
}

/* A root in (a, b], where there are some: the least, or one that is closer to it than 1/front. */
static RootsFound least_root(const Chain *c, Num a, Num b, Num *root)
{
    NumPool *pool = c->pool;
    const Poly *p = &c->at[0];
    Num front = whole_front(pool, p), half = num_ratio(pool, 1, 2);
    int before = changes_at(c, a);
    if (mpz_sizeinbase(mpq_numref(front), 2) > MOST_FRONT_BITS)
        return ROOTS_UNKNOWN;
    while (mpq_cmp_si(combine(pool, mpq_mul, combine(pool, mpq_sub, b, a), front), 1, 1) >= 0) {
        Num m = combine(pool, mpq_mul, combine(pool, mpq_add, a, b), half);
        if (before > changes_at(c, m))
            b = m;
        else
            a = m;
    }
    mpq_ptr r = num_new(pool), scaled = num_new(pool);
    mpq_mul(scaled, b, front);
    mpz_fdiv_q(mpq_numref(r), mpq_numref(scaled), mpq_denref(scaled));
    mpq_div(r, r, front);
    bool is_root = mpq_cmp(r, a) > 0 && mpq_sgn(value_at(pool, p, r)) == 0;
    *root = is_root ? r : NULL;
    return is_root ? ROOTS_RATIONAL : ROOTS_IRRATIONAL;
}

static RootsFound roots_of(NumPool *pool, const Poly *p, Num lo, Num hi, Num *root)
{
    Poly q = single(pool, p);
    Chain c = { .pool = pool };
    if (lo)
        drop_root(pool, &q, lo);
    if (hi)
        drop_root(pool, &q, hi);
    if (q.degree < 1)
        return ROOTS_NONE;
    make_chain(&c, &q);
    Num most = bound(pool, &q), a = lo ? lo : combine(pool, mpq_sub, num_int(pool, 0), most), b = hi ? hi : most;
    return mpq_cmp(a, b) >= 0 || changes_at(&c, a) == changes_at(&c, b) ? ROOTS_NONE : least_root(&c, a, b, root);
}

/* A point strictly between. */
static Num inside(NumPool *pool, Num lo, Num hi)
{
    if (lo && hi)
        return combine(pool, mpq_mul, combine(pool, mpq_add, lo, hi), num_ratio(pool, 1, 2));
    return lo ? combine(pool, mpq_add, lo, num_int(pool, 1)) : hi ? combine(pool, mpq_sub, hi, num_int(pool, 1)) : num_int(pool, 0);
}

RootsFound expr_roots(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, int *sign)
{
    NumPool scratch = { 0 };
    Poly p;
    RootsFound found = ROOTS_UNKNOWN;
    Num near = NULL;
    if (read(&scratch, e, by, &p) && is_small_poly(&p) && (!lo || is_small(lo)) && (!hi || is_small(hi)))
        found = p.degree < 1 ? ROOTS_NONE : roots_of(&scratch, &p, lo, hi, &near);
    if (found == ROOTS_NONE)
        *sign = mpq_sgn(value_at(&scratch, &p, inside(&scratch, lo, hi)));
    if (near) {
        mpq_ptr q = num_new(pool);
        mpq_set(q, near);
        *root = q;
    }
    num_pool_free(&scratch);
    return found;
}
