#include "compiler/model/cost_write.h"

const Expr *write_number(const Writer *w, Num x)
{
    return expr_const(w->b->cx, w->at, x);
}

const Expr *write_integer(const Writer *w, long k)
{
    return write_number(w, num_int(w->b->nums, k));
}

const Expr *write1(const Writer *w, EigFn fn, const Expr *x)
{
    return expr_call(w->b->cx, w->b->nums, w->at, fn, 1, &x);
}

const Expr *write2(const Writer *w, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *args[2] = { x, y };
    return expr_call(w->b->cx, w->b->nums, w->at, fn, 2, args);
}

const Expr *write_scaled(const Writer *w, Num k, const Expr *x)
{
    return write2(w, EIG_FN_MUL, write_number(w, k), x);
}

const Expr *write_affine(const Writer *w, Num k, Num shift)
{
    const Expr *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    bool negative = mpq_sgn(shift) < 0;
    mpq_ptr size = num_new(w->b->nums);
    mpq_abs(size, shift);
    return write_scaled(w, k, write2(w, negative ? EIG_FN_ADD : EIG_FN_SUB, z, write_number(w, size)));
}

const Expr *write_clipped(const Writer *w, const Expr *x, Num lo, Num hi)
{
    if (lo)
        x = write2(w, EIG_FN_MAX, x, write_number(w, lo));
    return hi ? write2(w, EIG_FN_MIN, x, write_number(w, hi)) : x;
}

Num exact_sum(const Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_add(q, a, b);
    return q;
}

Num exact_difference(const Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_sub(q, a, b);
    return q;
}

Num exact_product(const Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_mul(q, a, b);
    return q;
}

Num exact_quotient(const Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_div(q, a, b);
    return q;
}

/* sqrt(n/d) = sqrt(n d 4^k)/(d 2^k), the root an integer of at least 101 bits. */
Num near_sqrt(const Writer *w, Num x)
{
    mpq_ptr root = num_new(w->b->nums);
    mpz_ptr top = mpq_numref(root), bottom = mpq_denref(root);
    mpz_mul(top, mpq_numref(x), mpq_denref(x));
    size_t have = mpz_sizeinbase(top, 2);
    mp_bitcnt_t k = have >= 204 ? 0 : (204 - have + 1) / 2;
    mpz_mul_2exp(top, top, 2 * k);
    mpz_sqrt(top, top);
    mpz_mul_2exp(bottom, mpq_denref(x), k);
    mpq_canonicalize(root);
    return root;
}
