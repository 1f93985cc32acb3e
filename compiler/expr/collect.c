#include "compiler/expr/collect.h"

#include <stdlib.h>

#include "lang/base/vec.h"

enum { MAX_TERMS = 64, MAX_FACTORS = 6, MAX_DEGREE = 12, MAX_DEPTH = 60 };

typedef struct Factor {
    const Expr *base;           /* no sum or product, if it is not a divisor */
    uint64_t hash;              /* of base */
    int power;                  /* not 0 */
} Factor;

typedef struct Product {
    Num number;                 /* not 0 */
    size_t n;
    Factor factor[MAX_FACTORS]; /* by hash: an order that does not depend on how they were met */
} Product;

typedef VEC(Product) Sum;

typedef struct Collect {
    Ctx *cx;
    NumPool *nums;
    Span at;
    int depth;
    size_t fewer;
    bool too_much;
} Collect;

static Num combine(Collect *c, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr x = num_new(c->nums);
    op(x, a, b);
    return x;
}

/* ---- products ---- */

static void remove_factor(Product *p, size_t k)
{
    p->n--;
    memmove(&p->factor[k], &p->factor[k + 1], (p->n - k) * sizeof *p->factor);
}

static void times_factor(Collect *c, Product *p, Factor f)
{
    size_t k = 0;
    while (k < p->n && p->factor[k].hash < f.hash)
        k++;
    for (; k < p->n && p->factor[k].hash == f.hash; k++)
        if (expr_equal(p->factor[k].base, f.base)) {
            p->factor[k].power += f.power;
            c->too_much |= abs(p->factor[k].power) > MAX_DEGREE;
            if (p->factor[k].power == 0) {
                c->fewer++;
                remove_factor(p, k);
            }
            return;
        }
    if (p->n == MAX_FACTORS) {
        c->too_much = true;
        return;
    }
    memmove(&p->factor[k + 1], &p->factor[k], (p->n - k) * sizeof *p->factor);
    p->factor[k] = f;
    p->n++;
}

static bool is_like(const Product *a, const Product *b)
{
    bool same = a->n == b->n;
    for (size_t k = 0; k < a->n && same; k++)
        same = a->factor[k].power == b->factor[k].power && a->factor[k].hash == b->factor[k].hash
               && expr_equal(a->factor[k].base, b->factor[k].base);
    return same;
}

/* ---- sums ---- */

static bool is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static void add_product(Collect *c, Sum *s, Product p);

/* What f(u)^2 leaves of 1, as a factor: of a sine cos(u)^2; of tanh 1 - tanh(u)^2 itself, which goes to 0 far out. */
static Factor rest_of_square(Collect *c, const Expr *f)
{
    const Expr *arg[2] = { f, expr_const(c->cx, c->at, num_int(c->nums, 2)) }, *rest;
    if (is_call(f, EIG_FN_SIN)) {
        rest = expr_apply(c->cx, c->at, EIG_FN_COS, 1, f->as.call.arg);
        return (Factor){ rest, expr_hash(rest), 2 };
    }
    arg[1] = expr_apply(c->cx, c->at, EIG_FN_POW, 2, arg);
    arg[0] = expr_const(c->cx, c->at, num_int(c->nums, 1));
    rest = expr_apply(c->cx, c->at, EIG_FN_SUB, 2, arg);
    return (Factor){ rest, expr_hash(rest), 1 };
}

/* f(u)^2 is 1 less what it leaves of it. True when that was done. */
static bool add_without_square(Collect *c, Sum *s, const Product *p)
{
    for (size_t k = 0; k < p->n; k++) {
        Factor f = p->factor[k];
        if ((!is_call(f.base, EIG_FN_SIN) && !is_call(f.base, EIG_FN_TANH)) || f.power < 2)
            continue;
        Product one = *p;
        one.factor[k].power -= 2;
        if (one.factor[k].power == 0)
            remove_factor(&one, k);
        Product less = one;
        less.number = combine(c, mpq_mul, one.number, num_int(c->nums, -1));
        times_factor(c, &less, rest_of_square(c, f.base));
        add_product(c, s, one);
        add_product(c, s, less);
        return true;
    }
    return false;
}

static void add_product(Collect *c, Sum *s, Product p)
{
    if (c->too_much || mpq_sgn(p.number) == 0 || add_without_square(c, s, &p))
        return;
    for (size_t k = 0; k < s->n; k++) {
        if (!is_like(&s->at[k], &p))
            continue;
        c->fewer++;
        s->at[k].number = combine(c, mpq_add, s->at[k].number, p.number);
        if (mpq_sgn(s->at[k].number) == 0)
            s->at[k] = s->at[--s->n];
        return;
    }
    c->too_much = s->n == MAX_TERMS;
    if (!c->too_much)
        vec_push(&c->cx->arena, s, p);
}

static void add_sum(Collect *c, Sum *s, const Sum *of, Num by)
{
    for (size_t k = 0; k < of->n; k++) {
        Product p = of->at[k];
        p.number = combine(c, mpq_mul, p.number, by);
        add_product(c, s, p);
    }
}

static Sum number(Collect *c, Num x)
{
    Sum s = { 0 };
    add_product(c, &s, (Product){ .number = x });
    return s;
}

static Sum sum_times(Collect *c, const Sum *a, const Sum *b)
{
    Sum s = { 0 };
    for (size_t j = 0; j < a->n; j++)
        for (size_t k = 0; k < b->n && !c->too_much; k++) {
            Product p = a->at[j];
            p.number = combine(c, mpq_mul, p.number, b->at[k].number);
            for (size_t m = 0; m < b->at[k].n; m++)
                times_factor(c, &p, b->at[k].factor[m]);
            add_product(c, &s, p);
        }
    return s;
}

/* ---- back to an expression ---- */

static const Expr *call2(Collect *c, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    if (!a || !b)
        return NULL;
    const Expr *e = expr_call(c->cx, c->nums, c->at, fn, 2, arg);
    c->too_much |= !e || e->size >= EXPR_MAX_SIZE || e->depth > EXPR_MAX_DEPTH;
    return c->too_much ? NULL : e;
}

static const Expr *written_power(Collect *c, Factor f)
{
    int n = abs(f.power);
    return n == 1 ? f.base : call2(c, EIG_FN_POW, f.base, expr_const(c->cx, c->at, num_int(c->nums, n)));
}

static const Expr *written_product(Collect *c, const Product *p)
{
    const Expr *above = NULL, *below = NULL;
    for (size_t k = 0; k < p->n; k++) {
        const Expr **side = p->factor[k].power > 0 ? &above : &below, *f = written_power(c, p->factor[k]);
        *side = *side ? call2(c, EIG_FN_MUL, *side, f) : f;
    }
    const Expr *by = expr_const(c->cx, c->at, p->number);
    above = above ? call2(c, EIG_FN_MUL, by, above) : by;
    return below ? call2(c, EIG_FN_DIV, above, below) : above;
}

static int in_order(const void *left, const void *right)
{
    const Product *a = left, *b = right;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t k = 0; k < a->n; k++) {
        if (a->factor[k].hash != b->factor[k].hash)
            return a->factor[k].hash < b->factor[k].hash ? -1 : 1;
        if (a->factor[k].power != b->factor[k].power)
            return a->factor[k].power < b->factor[k].power ? -1 : 1;
    }
    return 0;
}

static const Expr *written_sum(Collect *c, Sum *s)
{
    if (s->n == 0)
        return expr_const(c->cx, c->at, num_int(c->nums, 0));
    qsort(s->at, s->n, sizeof *s->at, in_order);
    const Expr *e = written_product(c, &s->at[0]);
    for (size_t k = 1; k < s->n && e; k++)
        e = call2(c, EIG_FN_ADD, e, written_product(c, &s->at[k]));
    return e;
}

/* ---- from one ---- */

static Sum collect(Collect *c, const Expr *e);

/* base^power of what is no sum. */
static Sum factor_of(Collect *c, const Expr *base, int power, long sign)
{
    Sum s = { 0 };
    Product p = { .number = num_int(c->nums, sign) };
    times_factor(c, &p, (Factor){ base, expr_hash(base), power });
    add_product(c, &s, p);
    return s;
}

static Sum inverse(Collect *c, Sum *a)
{
    Sum s = { 0 };
    if (a->n != 1) {
        const Expr *base = written_sum(c, a);
        c->too_much |= a->n == 0 || !base;
        return c->too_much ? s : factor_of(c, base, -1, 1);
    }
    Product p = a->at[0];
    p.number = combine(c, mpq_div, num_int(c->nums, 1), p.number);
    for (size_t k = 0; k < p.n; k++)
        p.factor[k].power *= -1;
    add_product(c, &s, p);
    return s;
}

static Sum power_of(Collect *c, const Expr *a, long n)
{
    Sum base = collect(c, a), s = number(c, num_int(c->nums, 1));
    if (n < 0)
        base = inverse(c, &base);
    for (long k = 0; k < labs(n) && !c->too_much; k++)
        s = sum_times(c, &s, &base);
    return s;
}

static bool is_small_integer(const Expr *e, long *n)
{
    bool is_one = e->kind == EXPR_CONST && mpz_cmp_ui(mpq_denref(e->as.value), 1) == 0
                  && mpz_cmpabs_ui(mpq_numref(e->as.value), MAX_DEGREE) <= 0;
    *n = is_one ? mpz_get_si(mpq_numref(e->as.value)) : 0;
    return is_one;
}

/* f(-u) = sign f(u)^power; 0: f has no symmetry that is used. */
static int symmetry_of(EigFn fn, int *power)
{
    *power = fn == EIG_FN_EXP ? -1 : 1;
    switch (fn) {
    case EIG_FN_SIN: case EIG_FN_TANH: case EIG_FN_ATAN: return -1;
    case EIG_FN_COS: case EIG_FN_NORMPDF: case EIG_FN_EXP: return 1;
    default: return 0;
    }
}

static Sum collect_function(Collect *c, const Expr *e)
{
    EigFn fn = e->as.call.fn;
    const Expr *arg[2] = { NULL, NULL };
    int power = 1, symmetry = symmetry_of(fn, &power);
    bool turns = false;
    size_t fewer = c->fewer;
    for (int k = 0; k < e->as.call.n_args; k++) {
        Sum u = collect(c, e->as.call.arg[k]), minus = { 0 };
        if (u.n)
            qsort(u.at, u.n, sizeof *u.at, in_order);
        turns = symmetry && u.n && mpq_sgn(u.at[u.n - 1].number) < 0;
        if (turns)
            add_sum(c, &minus, &u, num_int(c->nums, -1));
        arg[k] = c->too_much ? NULL : written_sum(c, turns ? &minus : &u);
        if (!arg[k])
            return (Sum){ 0 };
    }
    c->fewer = fewer;
    return factor_of(c, expr_apply(c->cx, c->at, fn, e->as.call.n_args, arg), turns ? power : 1, turns ? symmetry : 1);
}

static Sum collect_call(Collect *c, const Expr *e)
{
    const Expr *const *arg = e->as.call.arg;
    EigFn fn = e->as.call.fn;
    Sum s = { 0 }, a, b;
    long n;
    if (fn == EIG_FN_POW && is_small_integer(arg[1], &n))
        return power_of(c, arg[0], n);
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB && fn != EIG_FN_MUL && fn != EIG_FN_DIV && fn != EIG_FN_NEG)
        return collect_function(c, e);
    a = collect(c, arg[0]);
    b = fn == EIG_FN_NEG ? (Sum){ 0 } : collect(c, arg[1]);
    if (c->too_much)
        return s;
    if (fn == EIG_FN_DIV)
        b = inverse(c, &b);
    if (fn == EIG_FN_MUL || fn == EIG_FN_DIV)
        return sum_times(c, &a, &b);
    add_sum(c, &s, &a, num_int(c->nums, fn == EIG_FN_NEG ? -1 : 1));
    add_sum(c, &s, &b, num_int(c->nums, fn == EIG_FN_SUB ? -1 : 1));
    return s;
}

static Sum collect(Collect *c, const Expr *e)
{
    Sum s = { 0 };
    if (c->too_much || c->depth == MAX_DEPTH || (e->kind != EXPR_CONST && e->kind != EXPR_VAR && e->kind != EXPR_CALL)) {
        c->too_much = true;
        return s;
    }
    if (e->kind == EXPR_CONST)
        return number(c, e->as.value);
    if (e->kind == EXPR_VAR)
        return factor_of(c, e, 1, 1);
    c->depth++;
    s = collect_call(c, e);
    c->depth--;
    return s;
}

const Expr *expr_collected(Ctx *cx, NumPool *pool, const Expr *e, size_t *fewer)
{
    Collect c = { .cx = cx, .nums = pool, .at = e->span };
    Sum s = collect(&c, e);
    const Expr *whole = c.too_much ? NULL : written_sum(&c, &s);
    *fewer = c.fewer;
    return c.too_much ? NULL : whole;
}
