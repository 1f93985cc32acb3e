#include "compiler/check/slope/near_end.h"

#include "compiler/expr/affine.h"

enum { MAX_DEGREE = 8 };

typedef struct Near {
    Ctx *cx;
    NumPool *nums;
    Num end;
    const Expr *step;
} Near;

static const Expr *moved(const Near *n, const Expr *e);

/* ---- building; NULL is a failure and stays one ---- */

static const Expr *number(const Near *n, Span at, Num x)
{
    return expr_const(n->cx, at, x);
}

static const Expr *call1(const Near *n, Span at, EigFn fn, const Expr *a)
{
    return a ? expr_call(n->cx, n->nums, at, fn, 1, &a) : NULL;
}

static const Expr *call2(const Near *n, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    const Expr *out = a && b ? expr_call(n->cx, n->nums, at, fn, 2, arg) : NULL;
    return out && out->size < EXPR_MAX_SIZE && out->depth <= EXPR_MAX_DEPTH ? out : NULL;
}

static bool is_call(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn;
}

/* ---- polynomials of the step ---- */

typedef struct Polynomial {
    mpq_t c[MAX_DEGREE + 1];
} Polynomial;

static void polynomial_init(Polynomial *p)
{
    for (int k = 0; k <= MAX_DEGREE; k++)
        mpq_init(p->c[k]);
}

static void polynomial_clear(Polynomial *p)
{
    for (int k = 0; k <= MAX_DEGREE; k++)
        mpq_clear(p->c[k]);
}

/* *a = a b; false where the degree is too high. */
static bool multiply(Polynomial *a, const Polynomial *b)
{
    Polynomial out;
    mpq_t x;
    bool fits = true;
    polynomial_init(&out);
    mpq_init(x);
    for (int i = 0; i <= MAX_DEGREE; i++)
        for (int j = 0; j <= MAX_DEGREE && mpq_sgn(a->c[i]); j++) {
            mpq_mul(x, a->c[i], b->c[j]);
            if (i + j <= MAX_DEGREE)
                mpq_add(out.c[i + j], out.c[i + j], x);
            else
                fits = fits && mpq_sgn(x) == 0;
        }
    for (int k = 0; k <= MAX_DEGREE; k++)
        mpq_swap(a->c[k], out.c[k]);
    mpq_clear(x);
    polynomial_clear(&out);
    return fits;
}

static bool raise(Polynomial *a, Num exponent)
{
    Polynomial base;
    bool fits = mpz_cmp_ui(mpq_denref(exponent), 1) == 0 && mpq_sgn(exponent) > 0 && mpq_cmp_ui(exponent, MAX_DEGREE, 1) <= 0;
    if (!fits)
        return false;
    polynomial_init(&base);
    for (int k = 0; k <= MAX_DEGREE; k++)
        mpq_set(base.c[k], a->c[k]);
    for (long k = 1; fits && k < mpz_get_si(mpq_numref(exponent)); k++)
        fits = multiply(a, &base);
    polynomial_clear(&base);
    return fits;
}

/* Of e in the step, into *out; false where it is none, or none of a low degree. */
static bool read_polynomial(const Near *n, const Expr *e, Polynomial *out)
{
    Num offset, rate;
    if (expr_affine(n->nums, e, EIG_VAR_X, &offset, &rate)) {
        for (int k = 2; k <= MAX_DEGREE; k++)
            mpq_set_ui(out->c[k], 0, 1);
        mpq_set(out->c[1], rate);
        mpq_mul(out->c[0], rate, n->end);
        mpq_add(out->c[0], out->c[0], offset);
        return true;
    }
    EigFn fn = e->kind == EXPR_CALL ? e->as.call.fn : EIG_N_FNS;
    const Expr *const *arg = e->as.call.arg;
    Num c = NULL;
    bool is_sum = fn == EIG_FN_ADD || fn == EIG_FN_SUB, fits = is_sum || fn == EIG_FN_MUL || fn == EIG_FN_NEG;
    fits = fits || ((fn == EIG_FN_DIV || fn == EIG_FN_POW) && expr_is_const(arg[1], &c));
    if (!fits || !read_polynomial(n, arg[0], out))
        return false;
    if (fn == EIG_FN_POW)
        return raise(out, c);
    for (int k = 0; k <= MAX_DEGREE && (fn == EIG_FN_DIV || fn == EIG_FN_NEG); k++) {
        if (fn == EIG_FN_NEG)
            mpq_neg(out->c[k], out->c[k]);
        else if (mpq_sgn(c) == 0)
            return false;
        else
            mpq_div(out->c[k], out->c[k], c);
    }
    if (!is_sum && fn != EIG_FN_MUL)
        return true;
    Polynomial b;
    polynomial_init(&b);
    fits = read_polynomial(n, arg[1], &b) && (is_sum || multiply(out, &b));
    for (int k = 0; k <= MAX_DEGREE && is_sum; k++)
        (fn == EIG_FN_ADD ? mpq_add : mpq_sub)(out->c[k], out->c[k], b.c[k]);
    polynomial_clear(&b);
    return fits;
}

/* step^k (c_k + step (c_(k+1) + ...)), c_k the first that is not 0. */
static const Expr *written(const Near *n, Span at, const Polynomial *p)
{
    int first = 0, last = MAX_DEGREE;
    while (first <= MAX_DEGREE && mpq_sgn(p->c[first]) == 0)
        first++;
    while (last > first && mpq_sgn(p->c[last]) == 0)
        last--;
    if (first > MAX_DEGREE)
        return number(n, at, num_int(n->nums, 0));
    const Expr *out = NULL;
    for (int k = last; k >= first; k--) {
        mpq_ptr c = num_new(n->nums);
        mpq_set(c, p->c[k]);
        const Expr *rest = out ? call2(n, at, EIG_FN_MUL, n->step, out) : NULL;
        out = !out ? number(n, at, c) : call2(n, at, EIG_FN_ADD, number(n, at, c), rest);
    }
    for (int k = 0; k < first; k++)
        out = call2(n, at, EIG_FN_MUL, n->step, out);
    return out;
}

/* e as a polynomial that is 0 at the end, or NULL. */
static const Expr *vanishing_polynomial(const Near *n, const Expr *e)
{
    Polynomial p;
    const Expr *out = NULL;
    polynomial_init(&p);
    if (read_polynomial(n, e, &p) && mpq_sgn(p.c[0]) == 0)
        out = written(n, e->span, &p);
    polynomial_clear(&p);
    return out;
}

/* ---- functions less their value at the end ---- */

/* e - value, where value is e's at the end; NULL where it is not known to be a multiple of the step. */
static const Expr *less(const Near *n, const Expr *e, Num value)
{
    const Expr *arg[2] = { e, number(n, e->span, value) };
    return moved(n, mpq_sgn(value) ? expr_apply(n->cx, e->span, EIG_FN_SUB, 2, arg) : e);
}

/* log(w) for w > 0 as log1p((w - v)/v), which it is but for log(v), v w's value at the end. */
static const Expr *log_beside(const Near *n, Span at, const Expr *w, Num v)
{
    return call1(n, at, EIG_FN_LOG1P, call2(n, at, EIG_FN_DIV, less(n, w, v), number(n, at, v)));
}

/* f - value for exp(u) with u = 0 at the end, and w^p with w > 0 there; else NULL. */
static const Expr *function_less(const Near *n, const Expr *f, Num value)
{
    Num p = num_ratio(n->nums, 1, 2), v;
    if (is_call(f, EIG_FN_EXP)) {
        v = expr_exact(n->nums, f->as.call.arg[0], EIG_VAR_X, n->end);
        return v && mpq_sgn(v) == 0 ? call1(n, f->span, EIG_FN_EXPM1, moved(n, f->as.call.arg[0])) : NULL;
    }
    if (!is_call(f, EIG_FN_SQRT) && !(is_call(f, EIG_FN_POW) && expr_is_const(f->as.call.arg[1], &p)))
        return NULL;
    v = expr_exact(n->nums, f->as.call.arg[0], EIG_VAR_X, n->end);
    if (!v || mpq_sgn(v) <= 0)
        return NULL;
    const Expr *power = call2(n, f->span, EIG_FN_MUL, number(n, f->span, p), log_beside(n, f->span, f->as.call.arg[0], v));
    return call2(n, f->span, EIG_FN_MUL, number(n, f->span, value), call1(n, f->span, EIG_FN_EXPM1, power));
}

/* A sum of a function and a number that is 0 at the end; NULL: e is none. */
static const Expr *vanishing_sum(const Near *n, const Expr *e)
{
    bool is_difference = is_call(e, EIG_FN_SUB);
    if (!is_difference && !is_call(e, EIG_FN_ADD))
        return NULL;
    for (int k = 0; k < 2; k++) {
        const Expr *f = e->as.call.arg[k];
        if (!expr_is_const(e->as.call.arg[1 - k], NULL))
            continue;
        Num sum = expr_exact(n->nums, e, EIG_VAR_X, n->end), value = expr_exact(n->nums, f, EIG_VAR_X, n->end);
        const Expr *out = sum && value && mpq_sgn(sum) == 0 ? function_less(n, f, value) : NULL;
        return out && k && is_difference ? call1(n, e->span, EIG_FN_NEG, out) : out;
    }
    return NULL;
}

static const Expr *vanishing(const Near *n, const Expr *e)
{
    const Expr *out = vanishing_polynomial(n, e);
    out = out ? out : vanishing_sum(n, e);
    if (!out && is_call(e, EIG_FN_LOG)) {
        Num v = expr_exact(n->nums, e->as.call.arg[0], EIG_VAR_X, n->end);
        out = v && mpq_cmp_ui(v, 1, 1) == 0 ? log_beside(n, e->span, e->as.call.arg[0], v) : NULL;
    }
    return out;
}

/* ---- all of it ---- */

static const Expr *moved(const Near *n, const Expr *e)
{
    Num offset, rate;
    if (!expr_uses(e, EIG_VAR_X) || expr_affine(n->nums, e, EIG_VAR_X, &offset, &rate))
        return expr_moved(n->cx, n->nums, e, EIG_VAR_X, n->end, n->step);
    const Expr *out = vanishing(n, e), *arg[2] = { NULL, NULL };
    for (int k = 0; !out && k < e->as.call.n_args; k++)
        if (!(arg[k] = moved(n, e->as.call.arg[k])))
            return NULL;
    return out ? out : expr_with_arguments(n->cx, n->nums, e, arg);
}

const Expr *near_end(Ctx *cx, NumPool *nums, const Expr *e, Num end, const Expr *step)
{
    return moved(&(Near){ cx, nums, end, step }, e);
}
