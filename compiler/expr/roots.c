/* Sturm's theorem: the number of roots in (a, b] of a polynomial without double
 * roots is the difference of the sign changes, at a and at b, along the chain
 * p, p', and the remainders of two neighbours, their signs turned. Between two
 * rationals that enclose one root and are closer than 1/c, where c is the
 * leading coefficient over the integers, lies one candidate for a rational
 * root, whose divisor divides c. */
#include "compiler/expr/roots.h"

#include <math.h>

/* Bits: of a coefficient as written, and of an end, which is a double or as long; and of the coefficient in front over the integers. */
enum { MOST_DEGREE = 16, MOST_BITS = 128, MOST_END_BITS = 1100, MOST_FRONT_BITS = 1024, MOST_COEFFICIENTS = MOST_DEGREE + 1 };

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

static bool is_small(Num x, size_t most)
{
    return mpz_sizeinbase(mpq_numref(x), 2) <= most && mpz_sizeinbase(mpq_denref(x), 2) <= most;
}

static bool is_end(Num x)
{
    return !x || is_small(x, MOST_END_BITS);
}

static bool is_small_poly(const Poly *p)
{
    for (int k = 0; k <= p->degree; k++)
        if (!is_small(p->at[k], MOST_BITS))
            return false;
    return true;
}

/* ---- roots ---- */

/* The greatest common divisor; neither is 0. */
static Poly common(NumPool *pool, const Poly *p, const Poly *q)
{
    Poly a = *p, b = *q, quotient, rest;
    while (b.degree >= 0) {
        divide(pool, &a, &b, &quotient, &rest);
        a = b;
        b = rest;
        normalise(pool, &b);
    }
    return a;
}

static Poly quotient_of(NumPool *pool, const Poly *a, const Poly *b)
{
    Poly quotient, rest;
    divide(pool, a, b, &quotient, &rest);
    return quotient;
}

/* p without its double roots. */
static Poly single(NumPool *pool, const Poly *p)
{
    Poly slope = derivative(pool, p), a = p->degree > 0 ? common(pool, p, &slope) : *p;
    return quotient_of(pool, p, &a);
}

/* p with those roots alone that it has an odd number of times, once each: where it changes its sign. */
static Poly odd_roots(NumPool *pool, const Poly *p)
{
    Poly odd = { .degree = 0, .at = { num_int(pool, 1) } }, rest = *p, before, roots = single(pool, p);
    for (int times = 1; rest.degree > 0; times++) {
        rest = quotient_of(pool, &rest, &roots);
        before = roots;
        roots = rest.degree > 0 ? single(pool, &rest) : (Poly){ .degree = 0, .at = { num_int(pool, 1) } };
        Poly exactly = quotient_of(pool, &before, &roots), so_far = odd;
        if (times % 2)
            product(pool, &so_far, &exactly, &odd);
    }
    return odd;
}

/* Without the root x, where it has it. */
static void drop_root(NumPool *pool, Poly *p, Num x)
{
    Poly factor = { .degree = 1, .at = { combine(pool, mpq_sub, num_int(pool, 0), x), num_int(pool, 1) } };
    if (p->degree >= 1 && mpq_sgn(value_at(pool, p, x)) == 0)
        *p = quotient_of(pool, p, &factor);
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

/* A root in (*lo, *hi], where there are some: the least, or one that is closer to it than 1/front. Else it is in (*lo, *hi] as they then are. */
static RootsFound least_root(const Chain *c, Num *lo, Num *hi, Num *root)
{
    NumPool *pool = c->pool;
    Num a = *lo, b = *hi;
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
    *lo = a;
    *hi = b;
    return is_root ? ROOTS_RATIONAL : ROOTS_IRRATIONAL;
}

/* Of a q without double roots, between *lo and *hi, which become finite; an irrational one is in (*lo, *hi] as they then are. */
static RootsFound roots_of(Chain *c, Poly q, Num *lo, Num *hi, Num *root)
{
    NumPool *pool = c->pool;
    if (*lo)
        drop_root(pool, &q, *lo);
    if (*hi)
        drop_root(pool, &q, *hi);
    if (q.degree < 1)
        return ROOTS_NONE;
    make_chain(c, &q);
    Num most = bound(pool, &q);
    *lo = *lo ? *lo : combine(pool, mpq_sub, num_int(pool, 0), most);
    *hi = *hi ? *hi : most;
    return mpq_cmp(*lo, *hi) >= 0 || changes_at(c, *lo) == changes_at(c, *hi) ? ROOTS_NONE : least_root(c, lo, hi, root);
}

/* Two neighbouring doubles with the least root in (a, b] alone between them, and both between lo and hi. */
static bool narrow(const Chain *c, Num a, Num b, Num lo, Num hi, double *below, double *above)
{
    double x = num_to_double_down(a), y = num_to_double_up(b);
    if (!isfinite(x) || !isfinite(y))
        return false;
    int before = changes_at(c, num_from_double(c->pool, x));
    for (;;) {
        double m = eig_middle(x, y);
        if (m == x || m == y)
            break;
        if (before > changes_at(c, num_from_double(c->pool, m)))
            y = m;
        else
            x = m;
    }
    *below = x;
    *above = y;
    a = num_from_double(c->pool, x);
    b = num_from_double(c->pool, y);
    return (!lo || mpq_cmp(a, lo) >= 0) && (!hi || mpq_cmp(b, hi) <= 0) && before - changes_at(c, b) == 1 &&
           mpq_sgn(value_at(c->pool, &c->at[0], a)) != 0 && mpq_sgn(value_at(c->pool, &c->at[0], b)) != 0;
}

/* A point strictly between. */
static Num inside(NumPool *pool, Num lo, Num hi)
{
    if (lo && hi)
        return combine(pool, mpq_mul, combine(pool, mpq_add, lo, hi), num_ratio(pool, 1, 2));
    return lo ? combine(pool, mpq_add, lo, num_int(pool, 1)) : hi ? combine(pool, mpq_sub, hi, num_int(pool, 1)) : num_int(pool, 0);
}

/* How many lie between lo and hi, which are no roots. */
static int n_roots(Chain *c, const Poly *q, Num lo, Num hi)
{
    make_chain(c, q);
    return changes_at(c, lo) - changes_at(c, hi);
}

static bool has_one(NumPool *pool, const Poly *p, double below, double above)
{
    Chain c = { .pool = pool };
    Poly q = single(pool, p);
    return n_roots(&c, &q, num_from_double(pool, below), num_from_double(pool, above)) == 1;
}

static bool read_small(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Poly *out)
{
    return read(pool, e, by, out) && is_small_poly(out) && is_end(lo) && is_end(hi);
}

static void keep(NumPool *pool, Num x, Num *out)
{
    mpq_ptr q = num_new(pool);
    mpq_set(q, x);
    *out = q;
}

RootsFound expr_roots(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, int *sign)
{
    NumPool scratch = { 0 };
    Chain c = { .pool = &scratch };
    Poly p;
    RootsFound found = ROOTS_UNKNOWN;
    Num near = NULL, a = lo, b = hi;
    if (read_small(&scratch, e, by, lo, hi, &p))
        found = p.degree < 1 ? ROOTS_NONE : roots_of(&c, single(&scratch, &p), &a, &b, &near);
    if (found == ROOTS_NONE)
        *sign = mpq_sgn(value_at(&scratch, &p, inside(&scratch, lo, hi)));
    if (near)
        keep(pool, near, root);
    num_pool_free(&scratch);
    return found;
}

RootsFound expr_sign_changes(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, double *below, double *above, int *sign)
{
    NumPool scratch = { 0 };
    Chain c = { .pool = &scratch };
    Poly p;
    RootsFound found = ROOTS_UNKNOWN;
    Num near = NULL, a = lo, b = hi;
    if (read_small(&scratch, e, by, lo, hi, &p) && p.degree > 0) {
        Poly odd = odd_roots(&scratch, &p);
        found = roots_of(&c, odd, &a, &b, &near);
        if (found == ROOTS_NONE)
            *sign = mpq_sgn(value_at(&scratch, &odd, inside(&scratch, lo, hi))) * mpq_sgn(p.at[p.degree]) * mpq_sgn(odd.at[odd.degree]);
        if (found == ROOTS_IRRATIONAL && !(narrow(&c, a, b, lo, hi, below, above) && has_one(&scratch, &p, *below, *above)))
            found = ROOTS_CLOSE;
    }
    if (near)
        keep(pool, near, root);
    num_pool_free(&scratch);
    return found;
}

bool expr_share_root(const Expr *a, const Expr *b, EigVar by, Num lo, Num hi, bool *is_only)
{
    NumPool scratch = { 0 };
    Poly p, q;
    bool is = read_small(&scratch, a, by, lo, hi, &p) && read_small(&scratch, b, by, lo, hi, &q) && p.degree > 0 && q.degree > 0;
    if (is) {
        Chain of_a = { .pool = &scratch }, of_both = { .pool = &scratch };
        Poly both = common(&scratch, &p, &q), single_a = single(&scratch, &p), single_both = single(&scratch, &both);
        int n = n_roots(&of_a, &single_a, lo, hi);
        is = both.degree > 0 && n_roots(&of_both, &single_both, lo, hi) > 0;
        *is_only = n == 1;
    }
    num_pool_free(&scratch);
    return is;
}
