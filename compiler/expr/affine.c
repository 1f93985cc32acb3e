#include "compiler/expr/affine.h"

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

static bool affine(NumPool *pool, const Expr *e, EigVar by, Num out[2])
{
    Num arg[2][2] = { { NULL } };
    out[0] = out[1] = num_int(pool, 0);
    if (expr_is_const(e, &out[0]))
        return true;
    if (e->kind == EXPR_VAR && e->as.var == by) {
        out[1] = num_int(pool, 1);
        return true;
    }
    if (e->kind != EXPR_CALL)
        return false;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!affine(pool, e->as.call.arg[k], by, arg[k]))
            return false;
    return affine_call(pool, e, arg[0], arg[1], out);
}

/* Back to what the pool had, but for the two numbers. */
static void keep_only(NumPool *pool, NumMark before, Num out[2])
{
    mpq_t value[2];
    for (int k = 0; k < 2; k++) {
        mpq_init(value[k]);
        mpq_set(value[k], out[k]);
    }
    num_pool_release(pool, before);
    for (int k = 0; k < 2; k++) {
        mpq_ptr x = num_new(pool);
        mpq_swap(x, value[k]);
        mpq_clear(value[k]);
        out[k] = x;
    }
}

bool expr_affine(NumPool *pool, const Expr *e, EigVar by, Num *offset, Num *rate)
{
    NumMark before = num_pool_mark(pool);
    Num out[2];
    bool is = affine(pool, e, by, out);
    if (is && e->kind == EXPR_CALL)             /* a long sum leaves many numbers */
        keep_only(pool, before, out);
    if (!is) {
        num_pool_release(pool, before);
        out[0] = out[1] = num_int(pool, 0);
    }
    *offset = out[0];
    *rate = out[1];
    return is;
}

/* ---- exact values ---- */

/* NULL where b is no whole number, but for 0^b, and where the value is none or a long one. */
static Num exact_whole_power(NumPool *pool, Num a, Num b)
{
    enum { MAX_BITS = 1 << 14 };
    mpq_ptr q = num_new(pool);
    bool whole = mpz_cmp_ui(mpq_denref(b), 1) == 0 && mpz_cmpabs_ui(mpq_numref(b), MAX_BITS) <= 0;
    unsigned long n = whole ? mpz_get_ui(mpq_numref(b)) : 0;       /* |b| */
    if (!whole || n * (mpz_sizeinbase(mpq_numref(a), 2) + mpz_sizeinbase(mpq_denref(a), 2)) > MAX_BITS)
        return is_zero(a) && mpq_sgn(b) > 0 ? num_int(pool, 0) : NULL;
    if (mpq_sgn(b) < 0 && is_zero(a))
        return NULL;
    mpz_pow_ui(mpq_numref(q), mpq_numref(a), n);
    mpz_pow_ui(mpq_denref(q), mpq_denref(a), n);
    if (mpq_sgn(b) < 0)
        mpq_inv(q, q);
    return q;
}

/* a^b of a root that is rational. */
static Num exact_root(NumPool *pool, Num a, Num b)
{
    enum { MAX_ROOT = 1 << 10 };
    if (mpq_sgn(a) <= 0 || mpz_cmp_ui(mpq_denref(b), MAX_ROOT) > 0)
        return NULL;
    mpq_ptr root = num_new(pool), whole = num_new(pool);
    unsigned long n = mpz_get_ui(mpq_denref(b));
    if (!mpz_root(mpq_numref(root), mpq_numref(a), n) || !mpz_root(mpq_denref(root), mpq_denref(a), n))
        return NULL;
    mpq_set_z(whole, mpq_numref(b));
    return exact_whole_power(pool, root, whole);
}

static Num exact_power(NumPool *pool, Num a, Num b)
{
    Num q = exact_whole_power(pool, a, b);
    return q || mpz_cmp_ui(mpq_denref(b), 1) == 0 ? q : exact_root(pool, a, b);
}

static Num exact_floor(NumPool *pool, Num a)
{
    mpq_ptr q = num_new(pool);
    mpz_fdiv_q(mpq_numref(q), mpq_numref(a), mpq_denref(a));
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
    case EIG_FN_PULSE: return mpq_sgn(a) >= 0 && mpq_cmp(a, b) < 0 ? one : zero;
    case EIG_FN_FLOOR: return exact_floor(pool, a);
    case EIG_FN_SQRT: return exact_power(pool, a, num_ratio(pool, 1, 2));
    case EIG_FN_EXP:
    case EIG_FN_EXPREL:
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

bool expr_function_is_exact(EigFn fn)
{
    switch (fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV: case EIG_FN_NEG: case EIG_FN_ABS:
    case EIG_FN_MIN: case EIG_FN_MAX: case EIG_FN_FLOOR: case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return true;
    default:
        return false;
    }
}

const Expr *expr_with_arguments(Ctx *cx, NumPool *pool, const Expr *e, const Expr *const *arg)
{
    int n = e->as.call.n_args;
    bool same = true;
    for (int k = 0; k < n; k++)
        same &= arg[k] == e->as.call.arg[k];
    if (same)
        return e;
    bool all_const = expr_is_const(arg[0], NULL) && (n < 2 || expr_is_const(arg[1], NULL));
    const Expr *out = all_const && !expr_function_is_exact(e->as.call.fn) ? expr_apply(cx, e->span, e->as.call.fn, n, arg)
                                                                     : expr_call(cx, pool, e->span, e->as.call.fn, n, arg);
    return out && out->size < EXPR_MAX_SIZE && out->depth <= EXPR_MAX_DEPTH ? out : NULL;
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
    return expr_with_arguments(cx, pool, e, arg);
}

const Expr *expr_replaced(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, const Expr *x)
{
    if (!expr_uses(e, by))
        return e;
    if (e->kind == EXPR_VAR)
        return x;
    if (e->kind == EXPR_SOLVE)
        return expr_solve(cx, e->span, expr_replaced(cx, pool, e->as.solve.s, by, x), e->as.solve.of);
    const Expr *arg[2] = { 0 };
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = expr_replaced(cx, pool, e->as.call.arg[k], by, x);
    return expr_call(cx, pool, e->span, e->as.call.fn, e->as.call.n_args, arg);
}

/* ---- sums ---- */

typedef struct Gather {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    mpq_ptr offset, rate;       /* of the straight terms so far */
} Gather;

/* What is left of e without its straight terms, which are added to g with `sign`; NULL: nothing. */
static const Expr *gather(Gather *g, const Expr *e, int sign)
{
    Num part[2];
    if (expr_affine(g->nums, e, g->by, &part[0], &part[1])) {
        (sign > 0 ? mpq_add : mpq_sub)(g->offset, g->offset, part[0]);
        (sign > 0 ? mpq_add : mpq_sub)(g->rate, g->rate, part[1]);
        return NULL;
    }
    EigFn fn = e->kind == EXPR_CALL ? e->as.call.fn : EIG_N_FNS;
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB && fn != EIG_FN_NEG)
        return e;
    const Expr *rest[2] = { gather(g, e->as.call.arg[0], fn == EIG_FN_NEG ? -sign : sign), NULL };
    if (fn == EIG_FN_NEG)
        return rest[0] ? expr_apply(g->cx, e->span, EIG_FN_NEG, 1, rest) : NULL;
    rest[1] = gather(g, e->as.call.arg[1], fn == EIG_FN_SUB ? -sign : sign);
    if (rest[0] && rest[1])
        return expr_apply(g->cx, e->span, fn, 2, rest);
    if (rest[0] || !rest[1] || fn == EIG_FN_ADD)
        return rest[0] ? rest[0] : rest[1];
    return expr_apply(g->cx, e->span, EIG_FN_NEG, 1, &rest[1]);
}

const Expr *expr_plus_affine(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num offset, Num rate)
{
    Gather g = { cx, pool, by, num_new(pool), num_new(pool) };
    mpq_set(g.offset, offset);
    mpq_set(g.rate, rate);
    const Expr *rest = gather(&g, e, 1);
    const Expr *arg[2] = { expr_const(cx, e->span, g.rate), expr_var(cx, e->span, by) };
    const Expr *out = is_zero(g.rate) ? NULL : expr_call(cx, pool, e->span, EIG_FN_MUL, 2, arg);
    arg[0] = out;
    arg[1] = expr_const(cx, e->span, g.offset);
    if (!is_zero(g.offset) || (!out && !rest))
        out = out ? expr_call(cx, pool, e->span, EIG_FN_ADD, 2, arg) : arg[1];
    arg[0] = out;
    arg[1] = rest;
    return !rest ? out : out ? expr_apply(cx, e->span, EIG_FN_ADD, 2, arg) : rest;
}

/* ---- differences ---- */

static void add_term(Ctx *cx, Terms *out, const Expr *e, int sign)
{
    for (size_t k = 0; k < out->n; k++)
        if (out->at[k].sign == -sign && expr_equal(out->at[k].e, e)) {
            out->at[k] = out->at[--out->n];
            return;
        }
    vec_push(&cx->arena, out, ((Term){ e, sign }));
}

void expr_terms(Ctx *cx, const Expr *e, int sign, Terms *out)
{
    EigFn fn = e->kind == EXPR_CALL ? e->as.call.fn : EIG_N_FNS;
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB && fn != EIG_FN_NEG) {
        add_term(cx, out, e, sign);
        return;
    }
    expr_terms(cx, e->as.call.arg[0], fn == EIG_FN_NEG ? -sign : sign, out);
    if (fn != EIG_FN_NEG)
        expr_terms(cx, e->as.call.arg[1], fn == EIG_FN_SUB ? -sign : sign, out);
}
