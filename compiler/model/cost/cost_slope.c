/* The largest slope of a smooth prox, within its clip.
 *
 * As a function of the value x the slope is phi' = 1/(1 + g''(x)). It has one
 * peak, so that it is largest at the value nearest to the peak: at the peak, or
 * at an end of the clip. Gain is left out. */
#include <float.h>
#include <math.h>
#include <mpfi.h>

#include "compiler/model/cost/cost.h"

enum { PRECISION = 160 };

/* ---- where ---- */

/* The value at which the slope is largest; false where it grows with x without end. */
static bool peak(const Writer *w, const Cost *c, Num *x)
{
    NumPool *nums = w->b->nums;
    *x = num_int(nums, 0);
    switch (c->smooth) {
    case SMOOTH_ENTROPY: *x = exact_product(w, c->p[1], num_ratio(nums, 1, 2)); return true;
    case SMOOTH_PROBIT: *x = num_ratio(nums, 1, 2); return true;
    case SMOOTH_NAKA_RUSHTON: {         /* u^n = (n - 1)/(n + 1) */
        Num above = exact_difference(w, c->p[2], num_int(nums, 1));
        *x = exact_quotient(w, exact_product(w, c->p[0], above), exact_product(w, c->p[2], num_int(nums, 2)));
        return true;
    }
    case SMOOTH_ELU: case SMOOTH_TANH: case SMOOTH_ARCTAN: case SMOOTH_SOFTSIGN: case SMOOTH_ALGEBRAIC: case SMOOTH_CUBIC:
        return true;
    default: return false;
    }
}

/* ---- how large ---- */

static mpq_ptr copy(const Writer *w, Num x)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_set(q, x);
    return q;
}

/* 1/(q + rest) */
static Num inverse_sum(const Writer *w, Num q, Num rest)
{
    return exact_quotient(w, num_int(w->b->nums, 1), exact_sum(w, q, rest));
}

/* Slopes that are rational at a rational value; NULL for the other costs. */
static Num rational_slope(const Writer *w, const Cost *c, Num x)
{
    NumPool *nums = w->b->nums;
    Num one = num_int(nums, 1), q = exact_sum(w, one, c->a_pos), k;
    mpq_ptr size = copy(w, x);
    switch (c->smooth) {
    case SMOOTH_ENTROPY:
        k = exact_product(w, x, exact_difference(w, c->p[1], x));
        return inverse_sum(w, q, exact_quotient(w, exact_product(w, c->p[0], c->p[1]), k));
    case SMOOTH_TANH: return exact_difference(w, one, exact_product(w, x, x));
    case SMOOTH_SOFTSIGN:
        mpq_abs(size, size);
        k = exact_difference(w, one, size);
        return exact_product(w, k, k);
    case SMOOTH_ELU: return mpq_sgn(x) < 0 ? exact_sum(w, x, c->p[0]) : one;
    case SMOOTH_LOG_BARRIER: return inverse_sum(w, q, exact_quotient(w, c->p[0], exact_product(w, x, x)));
    case SMOOTH_BOLTZMANN: return inverse_sum(w, q, exact_quotient(w, c->p[0], x));
    case SMOOTH_CUBIC: return inverse_sum(w, q, exact_product(w, c->p[0], exact_product(w, num_int(nums, 2), x)));
    default: return NULL;
    }
}

/* y = y^k for y > 0. */
static void raise(mpfi_ptr y, Num k)
{
    mpfi_log(y, y);
    mpfi_mul_q(y, y, k);
    mpfi_exp(y, y);
}

/* cos(pi x/2)^2, above the slope for the k > pi/2 of arctan by less than any double shows. */
static void arctan_slope(mpfi_ptr y, Num x)
{
    mpfi_const_pi(y);
    mpfi_div_2ui(y, y, 1);
    mpfi_mul_q(y, y, x);
    mpfi_cos(y, y);
    mpfi_sqr(y, y);
}

/* Is x as near to 1 or -1 as makes the values of two such k differ? */
static bool is_at_the_end(Num x)
{
    return fabs(mpq_get_d(x)) > 1 - 0x1p-40;
}

/* p k^(1/p) x^(1 - 1/p) */
static void power_slope(const Writer *w, const Cost *c, Num x, mpfi_ptr y)
{
    Num one = num_int(w->b->nums, 1), part = exact_quotient(w, one, c->p[1]);
    mpfi_set_q(y, exact_quotient(w, c->p[0], x));
    raise(y, part);
    mpfi_mul_q(y, y, x);
    mpfi_mul_q(y, y, c->p[1]);
}

/* (r n/sigma) (1 - y)^2 (y/(1 - y))^(1 - 1/n) at the value r y. */
static void naka_rushton_slope(const Writer *w, const Cost *c, Num x, mpfi_ptr out)
{
    Num one = num_int(w->b->nums, 1), n = c->p[2];
    Num y = exact_quotient(w, x, c->p[0]), rest = exact_difference(w, one, y);
    Num factor = exact_quotient(w, exact_product(w, c->p[0], n), c->p[1]);
    mpfi_set_ui(out, 1);
    if (mpq_cmp(n, one) > 0) {
        mpfi_set_q(out, exact_quotient(w, y, rest));
        raise(out, exact_difference(w, one, exact_quotient(w, one, n)));
    }
    mpfi_mul_q(out, out, exact_product(w, exact_product(w, rest, rest), factor));
}

/* The others, enclosed. False where only the bound of the whole line is known. */
static bool enclosed_slope(const Writer *w, const Cost *c, Num x, mpfi_ptr y)
{
    Num one = num_int(w->b->nums, 1), q = exact_sum(w, one, c->a_pos);
    switch (c->smooth) {
    case SMOOTH_ARCTAN: arctan_slope(y, x); return !is_at_the_end(x);
    case SMOOTH_ALGEBRAIC:
        mpfi_set_q(y, exact_difference(w, one, exact_product(w, x, x)));
        raise(y, num_ratio(w->b->nums, 3, 2));
        return true;
    case SMOOTH_PROBIT:                 /* 1/(sigma sqrt(2 pi)), at 1/2 */
        mpfi_const_pi(y);
        mpfi_mul_2ui(y, y, 1);
        mpfi_sqrt(y, y);
        mpfi_mul_q(y, y, c->p[0]);
        mpfi_inv(y, y);
        return mpq_cmp_si(x, 1, 2) == 0;
    case SMOOTH_SOFTPLUS:               /* 1 - exp(-x/T) */
        mpfi_set_q(y, exact_quotient(w, x, c->p[0]));
        mpfi_neg(y, y);
        mpfi_expm1(y, y);
        mpfi_neg(y, y);
        return true;
    case SMOOTH_THREE_HALVES:           /* 1/(q + l/(2 sqrt(x))) */
        mpfi_set_q(y, x);
        mpfi_sqrt(y, y);
        mpfi_mul_2ui(y, y, 1);
        mpfi_inv(y, y);
        mpfi_mul_q(y, y, c->p[0]);
        mpfi_add_q(y, y, q);
        mpfi_inv(y, y);
        return true;
    case SMOOTH_POWER: power_slope(w, c, x, y); return true;
    case SMOOTH_NAKA_RUSHTON: naka_rushton_slope(w, c, x, y); return true;
    default: BUG("smooth cost %d has no slope", (int)c->smooth);
    }
}

/* The ends of an enclosure, outward for hi and inward for attained. */
static void take_bounds(const Writer *w, mpfi_srcptr y, bool sharp, Num *hi, Num *attained)
{
    double up = mpfr_get_d(&y->right, MPFR_RNDU), down = mpfr_get_d(&y->left, MPFR_RNDD);
    *hi = up <= DBL_MAX ? num_from_double(w->b->nums, up) : NULL;
    *attained = *hi && sharp && down > 0 ? num_from_double(w->b->nums, down) : num_int(w->b->nums, 0);
}

/* Where the slope grows with x for ever: 1/q in the limit, or without bound. */
static void slope_at_infinity(const Writer *w, const Cost *c, Num *hi, Num *attained)
{
    Num one = num_int(w->b->nums, 1);
    *hi = *attained = c->smooth == SMOOTH_POWER ? NULL : exact_quotient(w, one, exact_sum(w, one, c->a_pos));
}

bool smooth_slope(const Writer *w, const Cost *c, Num *hi, Num *attained)
{
    Num x = NULL, exact;
    bool has_peak = peak(w, c, &x);
    if (!has_peak && !c->hi) {
        slope_at_infinity(w, c, hi, attained);
        return *hi != NULL;
    }
    if (!has_peak || (c->hi && mpq_cmp(x, c->hi) > 0))
        x = c->hi;
    if (c->lo && mpq_cmp(x, c->lo) < 0)
        x = c->lo;
    if ((exact = rational_slope(w, c, x))) {
        *hi = *attained = exact;
        return true;
    }
    mpfi_t y;
    mpfi_init2(y, PRECISION);
    bool sharp = enclosed_slope(w, c, x, y);
    take_bounds(w, y, sharp, hi, attained);
    bool bounded = mpfr_number_p(&y->right);
    mpfi_clear(y);
    return bounded;
}
