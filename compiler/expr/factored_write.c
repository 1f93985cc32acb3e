/* Ratios of polynomials as expressions, factor by factor. */
#include "compiler/expr/factored_parts.h"

enum { WORK_OF_FACTORS = 2000 };        /* in the unit of NumPool.work */

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
    const Expr *rate = expr_const(q->cx, q->at, factored_combine(q, mpq_mul, a->rate, num_int(q->nums, (long)n)));
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

const Expr *factored_write(Factoring *q, const Ratio *r)
{
    mpq_ptr above = num_new(q->nums), below = num_new(q->nums);
    if (r->above->length == 0)
        return expr_const(q->cx, q->at, num_int(q->nums, 0));
    q->nums->work += WORK_OF_FACTORS;
    const Expr *n = written_product(q, r->above, above), *d = q->too_much ? NULL : written_product(q, r->below, below);
    if (q->too_much)
        return NULL;
    const Expr *number = expr_const(q->cx, q->at, factored_combine(q, mpq_div, above, below));
    n = n ? call2(q, EIG_FN_MUL, number, n) : number;
    return d ? call2(q, EIG_FN_DIV, n, d) : n;
}
