#include "compiler/check/slope/form/polynomial.h"

void polynomial_init(Polynomial *p, int n)
{
    p->n = n;
    for (int k = 0; k < n; k++)
        mpq_init(p->c[k]);
}

void polynomial_clear(Polynomial *p)
{
    for (int k = 0; k < p->n; k++)
        mpq_clear(p->c[k]);
}

int polynomial_degree(const Polynomial *p)
{
    int k = p->n - 1;
    while (k >= 0 && mpq_sgn(p->c[k]) == 0)
        k--;
    return k;
}

/* Onto *out, which is 0. */
static bool multiply(const Polynomial *a, const Polynomial *b, Polynomial *out)
{
    if (polynomial_degree(a) + polynomial_degree(b) >= out->n)
        return false;
    mpq_t x;
    mpq_init(x);
    for (int i = 0; i < out->n; i++)
        for (int j = 0; mpq_sgn(a->c[i]) != 0 && i + j < out->n; j++) {
            mpq_mul(x, a->c[i], b->c[j]);
            mpq_add(out->c[i + j], out->c[i + j], x);
        }
    mpq_clear(x);
    return true;
}

static bool divide(const Polynomial *a, const Polynomial *b, Polynomial *out)
{
    if (polynomial_degree(b) != 0)
        return false;
    for (int k = 0; k < out->n; k++)
        mpq_div(out->c[k], a->c[k], b->c[0]);
    return true;
}

/* a^2 or higher, of a whole exponent. */
static bool power(const Polynomial *a, const Polynomial *b, Polynomial *out)
{
    bool is_whole = polynomial_degree(b) == 0 && mpz_cmp_ui(mpq_denref(b->c[0]), 1) == 0;
    if (!is_whole || mpq_cmp_ui(b->c[0], 2, 1) < 0 || mpq_cmp_ui(b->c[0], (unsigned)out->n, 1) >= 0)
        return false;
    Polynomial so_far;
    bool fits = multiply(a, a, out);
    polynomial_init(&so_far, out->n);
    for (unsigned long k = 2; fits && k < mpz_get_ui(mpq_numref(b->c[0])); k++) {
        for (int j = 0; j < out->n; j++) {
            mpq_swap(so_far.c[j], out->c[j]);
            mpq_set_ui(out->c[j], 0, 1);
        }
        fits = multiply(&so_far, a, out);
    }
    polynomial_clear(&so_far);
    return fits;
}

static bool combine(EigFn fn, const Polynomial *a, const Polynomial *b, Polynomial *out)
{
    switch (fn) {
    case EIG_FN_MUL: return multiply(a, b, out);
    case EIG_FN_DIV: return divide(a, b, out);
    case EIG_FN_POW: return power(a, b, out);
    case EIG_FN_ADD:
    case EIG_FN_SUB:
    case EIG_FN_NEG:
        for (int k = 0; k < out->n; k++) {
            if (fn == EIG_FN_ADD)
                mpq_add(out->c[k], a->c[k], b->c[k]);
            else if (fn == EIG_FN_SUB)
                mpq_sub(out->c[k], a->c[k], b->c[k]);
            else
                mpq_neg(out->c[k], a->c[k]);
        }
        return true;
    default: return false;
    }
}

static bool read_call(const Expr *e, const Expr *u, Polynomial *out)
{
    Polynomial arg[2];
    bool fits = e->as.call.n_args <= 2;
    for (int k = 0; k < 2; k++)
        polynomial_init(&arg[k], out->n);
    for (int k = 0; fits && k < e->as.call.n_args; k++)
        fits = polynomial_read(e->as.call.arg[k], u, &arg[k]);
    fits = fits && combine(e->as.call.fn, &arg[0], &arg[1], out);
    for (int k = 0; k < 2; k++)
        polynomial_clear(&arg[k]);
    return fits;
}

bool polynomial_read(const Expr *e, const Expr *u, Polynomial *out)
{
    enum { LARGEST = 400 };
    if (e->kind == EXPR_CONST)
        mpq_set(out->c[0], e->as.value);
    else if (u ? expr_equal(e, u) : e->kind == EXPR_VAR && e->as.var == EIG_VAR_Z)
        mpq_set_ui(out->c[1], 1, 1);
    else
        return e->kind == EXPR_CALL && e->size <= LARGEST && read_call(e, u, out);
    return true;
}

void polynomial_divide(Polynomial *a, const Polynomial *b, Polynomial *quotient)
{
    int n = polynomial_degree(b);
    mpq_t x;
    mpq_init(x);
    for (int k = polynomial_degree(a); k >= n; k--) {
        mpq_ptr by = quotient->c[k - n];
        mpq_div(by, a->c[k], b->c[n]);
        for (int j = 0; j <= n; j++) {
            mpq_mul(x, by, b->c[j]);
            mpq_sub(a->c[k - n + j], a->c[k - n + j], x);
        }
    }
    mpq_clear(x);
}
