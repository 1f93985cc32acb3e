#include "compiler/model/cost_write.h"

#include <mpfr.h>

enum {
    MOST = 1000,                /* a constant of an expression lies within 2^-MOST and 2^MOST, or nearly */
    MOST_SHIFT = 960            /* z - a is a double where a is below 2^970 */
};

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

long magnitude(Num x)
{
    return (long)mpz_sizeinbase(mpq_numref(x), 2) - (long)mpz_sizeinbase(mpq_denref(x), 2);
}

Num power_of_two(const Writer *w, long e)
{
    mpq_ptr x = num_new(w->b->nums);
    mpq_set_ui(x, 1, 1);
    if (e >= 0)
        mpq_mul_2exp(x, x, (mp_bitcnt_t)e);
    else
        mpq_div_2exp(x, x, (mp_bitcnt_t)-e);
    return x;
}

const Expr *write_scaled(const Writer *w, Num k, const Expr *x)
{
    long e = mpq_sgn(k) ? magnitude(k) : 0;
    if (e > MOST || e < -MOST) {
        Num part = power_of_two(w, e > 0 ? MOST : -MOST);
        return write_scaled(w, exact_quotient(w, k, part), write2(w, EIG_FN_MUL, write_number(w, part), x));
    }
    return write2(w, EIG_FN_MUL, write_number(w, k), x);
}

const Expr *write_quotient(const Writer *w, Num k, const Expr *x)
{
    long e = magnitude(k);
    if (e > MOST || e < -MOST)
        return write_scaled(w, k, write2(w, EIG_FN_DIV, write_integer(w, 1), x));
    return write2(w, EIG_FN_DIV, write_number(w, k), x);
}

const Expr *write_affine(const Writer *w, Num k, Num shift)
{
    const Expr *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    bool negative = mpq_sgn(shift) < 0;
    mpq_ptr size = num_new(w->b->nums);
    mpq_abs(size, shift);
    long over = mpq_sgn(shift) ? magnitude(shift) - MOST_SHIFT : 0;
    if (over > 0) {
        z = write_scaled(w, power_of_two(w, -over), z);
        mpq_div_2exp(size, size, (mp_bitcnt_t)over);
        k = exact_product(w, k, power_of_two(w, over));
    }
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

Num near_power(const Writer *w, Num x, Num e)
{
    enum { BITS = 256 };
    mpq_ptr power = num_new(w->b->nums);
    mpfr_t y, exponent;
    mpfr_init2(y, BITS);
    mpfr_init2(exponent, BITS);
    mpfr_set_q(y, x, MPFR_RNDN);
    if (mpz_fits_ulong_p(mpq_numref(e)) && mpz_fits_ulong_p(mpq_denref(e))) {
        mpfr_rootn_ui(y, y, mpz_get_ui(mpq_denref(e)), MPFR_RNDN);
        mpfr_pow_ui(y, y, mpz_get_ui(mpq_numref(e)), MPFR_RNDN);
    } else {
        mpfr_set_q(exponent, e, MPFR_RNDN);
        mpfr_pow(y, y, exponent, MPFR_RNDN);
    }
    mpfr_get_q(power, y);
    mpfr_clear(y);
    mpfr_clear(exponent);
    return power;
}
