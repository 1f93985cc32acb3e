#include "compiler/model/cost/cost_write.h"

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

static const Expr *lost(const Writer *w, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *args[2] = { x, y };
    return w->plain ? NULL : expr_apply(w->b->cx, w->at, fn, 2, args);
}

const Expr *lost_sum(const Writer *w, const Expr *x, const Expr *y)
{
    return lost(w, EIG_FN_LOST_SUM, x, y);
}

const Expr *lost_product(const Writer *w, const Expr *x, const Expr *y)
{
    return lost(w, EIG_FN_LOST_PRODUCT, x, y);
}

static const Expr *one_difference(const Writer *w, const Expr *x, Num y)
{
    bool negative = mpq_sgn(y) < 0;
    return write2(w, negative ? EIG_FN_ADD : EIG_FN_SUB, x, write_number(w, negative ? exact_difference(w, num_int(w->b->nums, 0), y) : y));
}

static const Expr *lost_difference(const Writer *w, const Expr *x, Num y)
{
    return lost_sum(w, x, write_number(w, exact_difference(w, num_int(w->b->nums, 0), y)));
}

/* A y that is no double in two parts: next to it the first difference is exact, and nothing is left of it but the second. */
const Expr *write_difference(const Writer *w, const Expr *x, Num y, const Expr **left)
{
    enum { LEAST = -1075 };
    Num low = lost_number(w, y), high = exact_difference(w, y, low);
    bool has_low = !w->plain && mpq_sgn(low) != 0 && magnitude(low) > LEAST;
    const Expr *first = one_difference(w, x, y), *all = has_low ? one_difference(w, first, low) : first;
    if (!left)
        return all;
    *left = mpq_sgn(y) == 0 ? NULL : lost_difference(w, x, high);
    if (*left && has_low)
        *left = write2(w, EIG_FN_ADD, *left, lost_difference(w, first, low));
    return all;
}

const Expr *write_affine(const Writer *w, Num k, Num shift)
{
    const Expr *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    long over = mpq_sgn(shift) ? magnitude(shift) - MOST_SHIFT : 0;
    if (over > 0) {
        z = write_scaled(w, power_of_two(w, -over), z);
        shift = exact_product(w, shift, power_of_two(w, -over));
        k = exact_product(w, k, power_of_two(w, over));
    }
    return write_scaled(w, k, write_difference(w, z, shift, NULL));
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

Num lost_number(const Writer *w, Num x)
{
    enum { FAR = 1020 };
    if (mpq_sgn(x) == 0 || magnitude(x) > FAR)
        return num_int(w->b->nums, 0);
    return exact_difference(w, x, num_from_double(w->b->nums, num_to_double(x)));
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
