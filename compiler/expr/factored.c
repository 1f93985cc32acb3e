/* FLINT's polynomials in several unknowns, their greatest common divisors and their factors. */
#include "compiler/expr/factored.h"

#include "compiler/expr/affine.h"
#include "compiler/expr/flint.h"

/* The cost of a greatest common divisor and of factors grows quickly with all of these. */
enum { MOST_ATOMS = 4, MOST_DEGREE = 24, MOST_TERMS = 60, MOST_BITS = 1024, MOST_POWER = 16 };

/* What is done, in the unit of NumPool.work. */
enum { WORK_OF_CALL = 60, WORK_OF_FACTORS = 2000 };

/* An unknown: `by`, or a call. */
typedef struct Atom {
    const Expr *e;
    const Expr *exponent;       /* of exp(rate * exponent); else NULL */
    Num rate;
} Atom;

/* Over the integers. */
typedef struct Ratio {
    fmpz_mpoly_t above, below;
} Ratio;

typedef struct Factoring {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    Span at;
    const Flint *f;
    fmpz_mpoly_ctx_t ring;
    Atom atom[MOST_ATOMS];
    int n_atoms;
    bool too_much;
} Factoring;

static bool is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

static Num combine(Factoring *q, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr x = num_new(q->nums);
    op(x, a, b);
    return x;
}

/* ---- what the unknowns are ---- */

/* t = rate * *core + *offset. */
static Num rate_of(Factoring *q, const Expr *t, const Expr **core, Num *offset)
{
    Num rate, c;
    *core = t;
    *offset = num_int(q->nums, 0);
    if (expr_affine(q->nums, t, q->by, offset, &rate)) {
        *core = mpq_sgn(rate) ? expr_var(q->cx, q->at, q->by) : NULL;
        return rate;
    }
    if (is_call(t, EIG_FN_NEG))
        return combine(q, mpq_mul, rate_of(q, t->as.call.arg[0], core, offset), num_int(q->nums, -1));
    for (int k = 0; k < 2; k++)
        if (is_call(t, EIG_FN_MUL) && expr_is_const(t->as.call.arg[k], &c) && mpq_sgn(c))
            return combine(q, mpq_mul, rate_of(q, t->as.call.arg[1 - k], core, offset), c);
    if (is_call(t, EIG_FN_DIV) && expr_is_const(t->as.call.arg[1], &c) && mpq_sgn(c))
        return combine(q, mpq_div, rate_of(q, t->as.call.arg[0], core, offset), c);
    return num_int(q->nums, 1);
}

/* The largest number of which both are whole multiples, by sizes. */
static Num common_measure(Factoring *q, Num a, Num b)
{
    mpq_ptr x = num_new(q->nums);
    mpz_t left, right;
    mpz_init(left);
    mpz_init(right);
    mpz_mul(left, mpq_numref(a), mpq_denref(b));
    mpz_mul(right, mpq_numref(b), mpq_denref(a));
    mpz_gcd(mpq_numref(x), left, right);
    mpz_mul(mpq_denref(x), mpq_denref(a), mpq_denref(b));
    mpq_canonicalize(x);
    mpz_clear(left);
    mpz_clear(right);
    return x;
}

static int find_exponential(Factoring *q, const Expr *exponent)
{
    int k = 0;
    while (k < q->n_atoms && !(q->atom[k].exponent && expr_equal(q->atom[k].exponent, exponent)))
        k++;
    return k;
}

static int find_atom(Factoring *q, const Expr *e)
{
    int k = 0;
    while (k < q->n_atoms && (q->atom[k].exponent || !expr_equal(q->atom[k].e, e)))
        k++;
    return k;
}

static void add_atom(Factoring *q, Atom a)
{
    q->too_much |= q->n_atoms == MOST_ATOMS;
    if (!q->too_much)
        q->atom[q->n_atoms++] = a;
}

static void add_exponential(Factoring *q, const Expr *exponent, Num rate)
{
    int k = find_exponential(q, exponent);
    if (k < q->n_atoms)
        q->atom[k].rate = common_measure(q, q->atom[k].rate, rate);
    else
        add_atom(q, (Atom){ NULL, exponent, common_measure(q, rate, rate) });
}

/* f(-u) = sign f(u), or 1 - f(u) for a distribution; 0: none is used. */
static int symmetry_of(EigFn fn)
{
    switch (fn) {
    case EIG_FN_SIN: case EIG_FN_TANH: case EIG_FN_ATAN: return -1;
    case EIG_FN_COS: case EIG_FN_NORMPDF: case EIG_FN_NORMCDF: return 1;
    default: return 0;
    }
}

/* The call e at an argument that is written in one way, and turned where it falls (*turned). */
static const Expr *written_call(Factoring *q, const Expr *e, bool *turned)
{
    Num offset, rate;
    EigFn fn = e->as.call.fn;
    *turned = false;
    if (e->as.call.n_args != 1)
        return e;
    const Expr *u = e->as.call.arg[0], *core, *arg[2];
    rate = rate_of(q, u, &core, &offset);
    if (!core)
        return e;
    if (mpq_sgn(rate) < 0 && symmetry_of(fn) != 0 && (mpq_sgn(offset) == 0 || expr_affine(q->nums, u, q->by, &offset, &rate))) {
        *turned = true;
        rate = combine(q, mpq_mul, rate, num_int(q->nums, -1));
        offset = combine(q, mpq_mul, offset, num_int(q->nums, -1));
    }
    arg[0] = expr_const(q->cx, q->at, rate);
    arg[1] = core;
    arg[1] = expr_call(q->cx, q->nums, q->at, EIG_FN_MUL, 2, arg);
    arg[0] = arg[1];
    arg[1] = expr_const(q->cx, q->at, offset);
    u = expr_call(q->cx, q->nums, q->at, EIG_FN_ADD, 2, arg);
    return expr_apply(q->cx, q->at, fn, 1, &u);
}

/* A ratio to a power, of which the whole part (downwards) is taken as such, and what is left, if there is any, is an unknown:
 * u^-0.5 = u^-1 u^0.5. */
typedef struct Power {
    long whole;
    Num part;                   /* NULL: 0 */
} Power;

static bool read_power(Factoring *q, const Expr *e, Power *out)
{
    bool is_sqrt = is_call(e, EIG_FN_SQRT);
    if (!is_sqrt && !(is_call(e, EIG_FN_POW) && e->as.call.arg[1]->kind == EXPR_CONST))
        return false;
    Num n = is_sqrt ? num_ratio(q->nums, 1, 2) : e->as.call.arg[1]->as.value;
    mpq_ptr part = num_new(q->nums);
    mpz_fdiv_q(mpq_numref(part), mpq_numref(n), mpq_denref(n));
    bool fits = mpz_cmpabs_ui(mpq_numref(part), MOST_POWER) <= 0;
    out->whole = fits ? mpz_get_si(mpq_numref(part)) : 0;
    mpq_sub(part, n, part);
    out->part = mpq_sgn(part) ? part : NULL;
    return fits;
}

static const Expr *written_root(Factoring *q, const Expr *u, Num part)
{
    const Expr *arg[2] = { u, expr_const(q->cx, q->at, part) };
    return expr_apply(q->cx, q->at, EIG_FN_POW, 2, arg);
}

static bool is_algebra(const Expr *e)
{
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV: case EIG_FN_NEG: return true;
    default: return false;
    }
}

static void find_atoms(Factoring *q, const Expr *e)
{
    Num offset;
    bool turned;
    const Expr *core;
    if (e->kind == EXPR_CONST || q->too_much)
        return;
    if (e->kind != EXPR_CALL) {
        q->too_much |= e->kind != EXPR_VAR || e->as.var != q->by;
        if (!q->too_much && find_atom(q, e) == q->n_atoms)
            add_atom(q, (Atom){ .e = e });
        return;
    }
    Power power;
    if (read_power(q, e, &power)) {
        const Expr *root = power.part ? written_root(q, e->as.call.arg[0], power.part) : NULL;
        if (root && find_atom(q, root) == q->n_atoms)
            add_atom(q, (Atom){ .e = root });
        if (power.whole)
            find_atoms(q, e->as.call.arg[0]);
        return;
    }
    for (int k = 0; is_algebra(e) && k < e->as.call.n_args; k++)
        find_atoms(q, e->as.call.arg[k]);
    if (is_algebra(e))
        return;
    if (is_call(e, EIG_FN_EXP) || is_call(e, EIG_FN_EXPM1)) {
        Num rate = rate_of(q, e->as.call.arg[0], &core, &offset);
        if (core)
            add_exponential(q, core, rate);
        if (mpq_sgn(offset))
            add_exponential(q, expr_const(q->cx, q->at, num_int(q->nums, 1)), offset);
        return;
    }
    const Expr *call = written_call(q, e, &turned);
    if (find_atom(q, call) == q->n_atoms)
        add_atom(q, (Atom){ .e = call });
}

/* ---- ratios ---- */

static void ratio_init(Factoring *q, Ratio *r)
{
    q->f->fmpz_mpoly_init(r->above, q->ring);
    q->f->fmpz_mpoly_init(r->below, q->ring);
    q->f->fmpz_mpoly_set_ui(r->below, 1, q->ring);
}

static void ratio_clear(Factoring *q, Ratio *r)
{
    q->f->fmpz_mpoly_clear(r->above, q->ring);
    q->f->fmpz_mpoly_clear(r->below, q->ring);
}

static bool is_large(Factoring *q, const fmpz_mpoly_struct *p)
{
    slong bits = q->f->_fmpz_vec_max_bits(p->coeffs, p->length);
    return p->length > MOST_TERMS || (bits < 0 ? -bits : bits) > MOST_BITS
           || q->f->mpoly_total_degree_si(p->exps, p->length, p->bits, q->ring->minfo) > MOST_DEGREE;
}

static void look_at_size(Factoring *q, const Ratio *r)
{
    q->too_much = q->too_much || is_large(q, r->above) || is_large(q, r->below) || r->below->length == 0;
}

/* In lowest terms. */
static void reduce(Factoring *q, Ratio *r)
{
    look_at_size(q, r);
    if (q->too_much)
        return;
    fmpz_mpoly_t common;
    q->f->fmpz_mpoly_init(common, q->ring);
    q->too_much |= !q->f->fmpz_mpoly_gcd_cofactors(common, r->above, r->below, r->above, r->below, q->ring);
    q->f->fmpz_mpoly_clear(common, q->ring);
}

static void set_whole(Factoring *q, mpz_srcptr x, fmpz_mpoly_struct *p)
{
    fmpz_t c;
    fmpz_init(c);
    q->f->fmpz_set_mpz(c, x);
    q->f->fmpz_mpoly_set_fmpz(p, c, q->ring);
    if (COEFF_IS_MPZ(*c))
        q->f->_fmpz_clear_mpz(*c);
}

static void set_number(Factoring *q, Num x, Ratio *r)
{
    set_whole(q, mpq_numref(x), r->above);
    set_whole(q, mpq_denref(x), r->below);
}

static void turn_over(Factoring *q, Ratio *r)
{
    q->too_much |= r->above->length == 0;
    fmpz_mpoly_struct above = *r->above;
    *r->above = *r->below;
    *r->below = above;
}

/* *a = a op b; *b is overwritten. */
static void apply(Factoring *q, EigFn fn, Ratio *a, Ratio *b)
{
    const Flint *f = q->f;
    if (fn == EIG_FN_DIV)
        turn_over(q, b);
    if (q->too_much)
        return;
    if (fn == EIG_FN_ADD || fn == EIG_FN_SUB) {
        fmpz_mpoly_t part;
        f->fmpz_mpoly_init(part, q->ring);
        f->fmpz_mpoly_mul(part, b->above, a->below, q->ring);
        f->fmpz_mpoly_mul(a->above, a->above, b->below, q->ring);
        (fn == EIG_FN_ADD ? f->fmpz_mpoly_add : f->fmpz_mpoly_sub)(a->above, a->above, part, q->ring);
        f->fmpz_mpoly_clear(part, q->ring);
    } else {
        f->fmpz_mpoly_mul(a->above, a->above, b->above, q->ring);
    }
    f->fmpz_mpoly_mul(a->below, a->below, b->below, q->ring);
    reduce(q, a);
}

/* Factor by factor, so that it stops where it grows. */
static void raise_to(Factoring *q, Ratio *a, long n)
{
    if (n < 0)
        turn_over(q, a);
    if (n == 0) {
        q->f->fmpz_mpoly_set_ui(a->above, 1, q->ring);
        q->f->fmpz_mpoly_set_ui(a->below, 1, q->ring);
    }
    Ratio base;
    ratio_init(q, &base);
    q->f->fmpz_mpoly_set(base.above, a->above, q->ring);
    q->f->fmpz_mpoly_set(base.below, a->below, q->ring);
    for (long k = 1; k < labs(n) && !q->too_much; k++) {
        q->f->fmpz_mpoly_mul(a->above, a->above, base.above, q->ring);
        q->f->fmpz_mpoly_mul(a->below, a->below, base.below, q->ring);
        look_at_size(q, a);
    }
    ratio_clear(q, &base);
}

/* The unknown k, which find_atoms() has met. */
static void set_atom(Factoring *q, int k, Ratio *r)
{
    if (k >= q->n_atoms)
        BUG("an unknown that was not found before");
    q->f->fmpz_mpoly_gen(r->above, k, q->ring);
}

static void set_exponential(Factoring *q, const Expr *exponent, Num rate, Ratio *r)
{
    int k = find_exponential(q, exponent);
    set_atom(q, k, r);
    Num times = combine(q, mpq_div, rate, q->atom[k].rate);
    q->too_much |= mpz_cmpabs_ui(mpq_numref(times), MOST_POWER) > 0;
    if (!q->too_much)
        raise_to(q, r, mpz_get_si(mpq_numref(times)));
}

static void read_exponential(Factoring *q, const Expr *e, Ratio *r)
{
    const Expr *core;
    Num offset, rate = rate_of(q, e->as.call.arg[0], &core, &offset);
    Ratio other;
    ratio_init(q, &other);
    q->f->fmpz_mpoly_set_ui(r->above, 1, q->ring);
    if (core)
        set_exponential(q, core, rate, r);
    if (mpq_sgn(offset) && !q->too_much) {
        set_exponential(q, expr_const(q->cx, q->at, num_int(q->nums, 1)), offset, &other);
        apply(q, EIG_FN_MUL, r, &other);
    }
    if (is_call(e, EIG_FN_EXPM1) && !q->too_much) {
        ratio_clear(q, &other);
        ratio_init(q, &other);
        q->f->fmpz_mpoly_set_ui(other.above, 1, q->ring);
        apply(q, EIG_FN_SUB, r, &other);
    }
    ratio_clear(q, &other);
}

static void read_call(Factoring *q, const Expr *e, Ratio *r)
{
    bool turned;
    const Expr *call = written_call(q, e, &turned);
    set_atom(q, find_atom(q, call), r);
    if (turned && symmetry_of(e->as.call.fn) < 0)
        q->f->fmpz_mpoly_neg(r->above, r->above, q->ring);
    if (turned && e->as.call.fn == EIG_FN_NORMCDF)
        q->f->fmpz_mpoly_sub(r->above, r->below, r->above, q->ring);
}

static void read_ratio(Factoring *q, const Expr *e, Ratio *r);

static void read_root(Factoring *q, const Expr *e, const Power *power, Ratio *r)
{
    const Expr *u = e->as.call.arg[0];
    Ratio root;
    ratio_init(q, &root);
    q->f->fmpz_mpoly_set_ui(r->above, 1, q->ring);
    if (power->whole) {
        read_ratio(q, u, r);
        if (!q->too_much)
            raise_to(q, r, power->whole);
    }
    if (power->part && !q->too_much) {
        set_atom(q, find_atom(q, written_root(q, u, power->part)), &root);
        apply(q, EIG_FN_MUL, r, &root);
    }
    ratio_clear(q, &root);
}

static void read_ratio(Factoring *q, const Expr *e, Ratio *r)
{
    Power power;
    q->nums->work += WORK_OF_CALL;
    if (q->too_much)
        return;
    if (e->kind == EXPR_CONST) {
        set_number(q, e->as.value, r);
        look_at_size(q, r);
    } else if (e->kind == EXPR_VAR) {
        set_atom(q, find_atom(q, e), r);
    } else if (is_call(e, EIG_FN_EXP) || is_call(e, EIG_FN_EXPM1)) {
        read_exponential(q, e, r);
    } else if (read_power(q, e, &power)) {
        read_root(q, e, &power, r);
    } else if (!is_algebra(e)) {
        read_call(q, e, r);
    } else if (is_call(e, EIG_FN_NEG)) {
        read_ratio(q, e->as.call.arg[0], r);
        q->f->fmpz_mpoly_neg(r->above, r->above, q->ring);
    } else {
        Ratio other;
        ratio_init(q, &other);
        read_ratio(q, e->as.call.arg[0], r);
        read_ratio(q, e->as.call.arg[1], &other);
        if (!q->too_much)
            apply(q, e->as.call.fn, r, &other);
        ratio_clear(q, &other);
    }
}

/* ---- back to an expression ---- */

static const Expr *call2(Factoring *q, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    if (!a || !b)
        return NULL;
    const Expr *e = expr_call(q->cx, q->nums, q->at, fn, 2, arg);
    q->too_much |= !e || e->size >= EXPR_MAX_SIZE || e->depth > EXPR_MAX_DEPTH;
    return q->too_much ? NULL : e;
}

static const Expr *raised(Factoring *q, const Expr *e, ulong n)
{
    return n == 1 ? e : call2(q, EIG_FN_POW, e, expr_const(q->cx, q->at, num_int(q->nums, (long)n)));
}

static const Expr *written_atom(Factoring *q, int k, ulong n)
{
    const Atom *a = &q->atom[k];
    if (!a->exponent)
        return raised(q, a->e, n);
    const Expr *rate = expr_const(q->cx, q->at, combine(q, mpq_mul, a->rate, num_int(q->nums, (long)n)));
    const Expr *t = call2(q, EIG_FN_MUL, rate, a->exponent);
    return t ? expr_apply(q->cx, q->at, EIG_FN_EXP, 1, &t) : NULL;
}

/* Of a polynomial; its number apart. */
static const Expr *written_term(Factoring *q, const fmpz_mpoly_struct *p, slong k, mpq_ptr number)
{
    ulong power[MOST_ATOMS];
    const Expr *e = NULL;
    fmpz_t c;
    fmpz_init(c);
    q->f->fmpz_mpoly_get_term_coeff_fmpz(c, p, k, q->ring);
    q->f->fmpz_get_mpz(mpq_numref(number), c);
    if (COEFF_IS_MPZ(*c))
        q->f->_fmpz_clear_mpz(*c);
    q->f->fmpz_mpoly_get_term_exp_ui(power, p, k, q->ring);
    for (int j = 0; j < q->n_atoms; j++)
        if (power[j])
            e = e ? call2(q, EIG_FN_MUL, e, written_atom(q, j, power[j])) : written_atom(q, j, power[j]);
    return e;
}

/* The lowest terms first, and above 0: 1 - f(u) is then seen as such. *turned: it is minus the polynomial. */
static const Expr *written_sum(Factoring *q, const fmpz_mpoly_struct *p, bool *turned)
{
    const Expr *sum = NULL;
    for (slong k = p->length - 1; k >= 0 && !q->too_much; k--) {
        mpq_ptr number = num_new(q->nums);
        const Expr *term = written_term(q, p, k, number);
        if (!sum)
            *turned = mpq_sgn(number) < 0;
        bool minus = (mpq_sgn(number) < 0) != *turned;
        mpq_abs(number, number);
        const Expr *size = expr_const(q->cx, q->at, number);
        size = term ? call2(q, EIG_FN_MUL, size, term) : size;
        sum = !sum ? size : call2(q, minus ? EIG_FN_SUB : EIG_FN_ADD, sum, size);
    }
    return sum;
}

/* Its factors as one product, its number times *number. NULL: it has no factors, or there is too much of it. */
static const Expr *written_product(Factoring *q, const fmpz_mpoly_struct *p, mpq_ptr number)
{
    fmpz_mpoly_factor_t by;
    fmpz_mpoly_factor_init(by, q->ring);
    const Expr *product = NULL;
    q->too_much |= !q->f->fmpz_mpoly_factor(by, p, q->ring);
    if (!q->too_much)
        q->f->fmpz_get_mpz(mpq_numref(number), by->constant);
    for (slong k = 0; k < by->num && !q->too_much; k++) {
        ulong n = (ulong)by->exp[k];            /* small, as the degree is */
        bool turned = false;
        const Expr *f = written_sum(q, &by->poly[k], &turned);
        f = f ? raised(q, f, n) : NULL;
        if (turned && n % 2)
            mpq_neg(number, number);
        product = product ? call2(q, EIG_FN_MUL, product, f) : f;
    }
    q->f->fmpz_mpoly_factor_clear(by, q->ring);
    return product;
}

static const Expr *written(Factoring *q, const Ratio *r)
{
    mpq_ptr above = num_new(q->nums), below = num_new(q->nums);
    if (r->above->length == 0)
        return expr_const(q->cx, q->at, num_int(q->nums, 0));
    q->nums->work += WORK_OF_FACTORS;
    const Expr *n = written_product(q, r->above, above), *d = q->too_much ? NULL : written_product(q, r->below, below);
    if (q->too_much)
        return NULL;
    const Expr *number = expr_const(q->cx, q->at, combine(q, mpq_div, above, below));
    n = n ? call2(q, EIG_FN_MUL, number, n) : number;
    return d ? call2(q, EIG_FN_DIV, n, d) : n;
}

const Expr *expr_factored(Ctx *cx, NumPool *pool, const Expr *e, EigVar by)
{
    Factoring q = { .cx = cx, .nums = pool, .by = by, .at = e->span, .f = flint_load(), .too_much = e->depth > EXPR_MAX_DEPTH };
    if (q.f)
        find_atoms(&q, e);
    if (!q.f || q.too_much || q.n_atoms == 0)
        return NULL;
    Ratio r;
    q.f->fmpz_mpoly_ctx_init(q.ring, q.n_atoms, ORD_DEGLEX);
    ratio_init(&q, &r);
    read_ratio(&q, e, &r);
    const Expr *whole = q.too_much ? NULL : written(&q, &r);
    ratio_clear(&q, &r);
    q.f->fmpz_mpoly_ctx_clear(q.ring);
    q.f->flint_cleanup();
    return q.too_much ? NULL : whole;
}
