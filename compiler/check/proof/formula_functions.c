#include "compiler/check/proof/formula_functions.h"

#include <mpfr.h>
#include <string.h>

#include "compiler/check/proof/formula.h"

enum { PRECISION = 256, LONG = 640, LARGE = 1000, SMALL = -2000 };      /* of the numbers in between; digits of one that is rounded; powers of two */

/* ---- the functions ---- */

/* erfc(-x/sqrt(2))/2. */
static int normal_distribution(mpfr_t y, const mpfr_t x, mpfr_rnd_t rnd)
{
    mpfr_rnd_t other = rnd == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD;
    mpfr_t root;
    mpfr_init2(root, PRECISION);
    mpfr_sqrt_ui(root, 2, mpfr_sgn(x) < 0 ? rnd : other);       /* x over it rounded as y */
    mpfr_div(y, x, root, rnd);
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_erfc(y, y, rnd);
    mpfr_clear(root);
    return mpfr_div_2ui(y, y, 1, rnd);
}

enum { OF_EXP, OF_LOG, OF_LOG1P, OF_EXPM1, OF_SQRT, OF_TANH, OF_ATAN, OF_NORMCDF, N_FUNCTIONS };

static const struct {
    const char *name;
    int (*value)(mpfr_t y, const mpfr_t x, mpfr_rnd_t rnd);     /* monotone; NaN or infinite where there is none */
    bool is_negative;           /* somewhere */
} function_table[N_FUNCTIONS] = {
    [OF_EXP] = {"exp", mpfr_exp, false},       [OF_LOG] = {"log", mpfr_log, true},     [OF_LOG1P] = {"log1p", mpfr_log1p, true},
    [OF_EXPM1] = {"expm1", mpfr_expm1, true},  [OF_SQRT] = {"sqrt", mpfr_sqrt, false}, [OF_TANH] = {"tanh", mpfr_tanh, true},
    [OF_ATAN] = {"atan", mpfr_atan, true},     [OF_NORMCDF] = {"normcdf", normal_distribution, false},
};

int formula_function(const char *name)
{
    for (int k = 0; k < N_FUNCTIONS; k++)
        if (strcmp(name, function_table[k].name) == 0)
            return k;
    return -1;
}

const char *formula_function_name(int function)
{
    return function_table[function].name;
}

/* ---- values ---- */

/* y into x, numbers near 0 moved outward to where they are short. False where it is none, or large. */
static bool take(mpq_ptr x, mpfr_t y, mpfr_rnd_t rnd)
{
    if (!mpfr_number_p(y) || (!mpfr_zero_p(y) && mpfr_get_exp(y) > LARGE))
        return false;
    if (!mpfr_zero_p(y) && mpfr_get_exp(y) < SMALL) {
        bool outward = (mpfr_sgn(y) > 0) == (rnd == MPFR_RNDU);
        mpfr_set_si_2exp(y, outward ? mpfr_sgn(y) > 0 ? 1 : -1 : 0, SMALL, MPFR_RNDN);
    }
    mpfr_get_q(x, y);
    return true;
}

/* x becomes digits / 2^shift. */
static void scale(mpq_ptr x, long shift)
{
    mpz_set_ui(mpq_denref(x), 1);
    if (shift > 0)
        mpq_div_2exp(x, x, (mp_bitcnt_t)shift);
    else
        mpq_mul_2exp(x, x, (mp_bitcnt_t)-shift);
}

void function_shorten(mpq_ptr x, bool up)
{
    mpz_ptr digits = mpq_numref(x), below = mpq_denref(x);
    size_t top = mpz_sizeinbase(digits, 2), bottom = mpz_sizeinbase(below, 2);
    if (mpq_sgn(x) == 0 || top + bottom <= LONG)
        return;
    long shift = (long)bottom - (long)top + PRECISION;
    if (mpz_scan1(below, 0) + 1 == bottom) {            /* a power of two, as nearly all are: nothing is divided */
        if (top <= PRECISION)
            return;
        (up ? mpz_cdiv_q_2exp : mpz_fdiv_q_2exp)(digits, digits, top - PRECISION);
        scale(x, shift - 1);
        return;
    }
    if (shift > 0)
        mpz_mul_2exp(digits, digits, (mp_bitcnt_t)shift);
    else
        mpz_mul_2exp(below, below, (mp_bitcnt_t)-shift);
    (up ? mpz_cdiv_q : mpz_fdiv_q)(digits, digits, below);
    scale(x, shift);
}

/* x becomes the function at x, from below for RNDD, from above for RNDU. */
static bool value(int function, mpq_ptr x, mpfr_rnd_t rnd)
{
    mpfr_t y;
    mpfr_init2(y, PRECISION);
    mpfr_set_q(y, x, rnd);
    function_table[function].value(y, y, rnd);
    bool ok = take(x, y, rnd);
    mpfr_clear(y);
    return ok;
}

/* x, a bound of a value from below, or above where is_most, moves outward by what values may be off. */
static void give_room(mpq_ptr x, bool is_most)
{
    mpq_t off, least;
    mpq_inits(off, least, (mpq_ptr)0);
    mpq_abs(off, x);
    mpq_div_2exp(off, off, 52);
    mpq_set_ui(least, 1, 1);
    mpq_div_2exp(least, least, 1074);
    mpq_add(off, off, least);
    (is_most ? mpq_add : mpq_sub)(x, x, off);
    function_shorten(x, is_most);
    mpq_clears(off, least, (mpq_ptr)0);
}

bool function_values(int function, bool is_clamped, mpq_ptr least, mpq_ptr most)
{
    if (!value(function, least, MPFR_RNDD) || !value(function, most, MPFR_RNDU))
        return false;
    give_room(least, false);
    give_room(most, true);
    if (is_clamped && mpq_sgn(least) < 0 && !function_table[function].is_negative)
        mpq_set_ui(least, 0, 1);
    return true;
}

/* ---- slopes ---- */

/* x^2 where x is in [a, b]. */
static void square(mpq_srcptr a, mpq_srcptr b, mpq_ptr least, mpq_ptr most)
{
    mpq_mul(least, a, a);
    mpq_mul(most, b, b);
    if (mpq_cmp(least, most) > 0)
        mpq_swap(least, most);
    if (mpq_sgn(a) <= 0 && mpq_sgn(b) >= 0)
        mpq_set_ui(least, 0, 1);
}

/* [least, most] becomes 1 over it plus c; false where that has 0. */
static bool one_over(mpq_ptr least, mpq_ptr most, unsigned c)
{
    mpq_t add;
    mpq_init(add);
    mpq_set_ui(add, c, 1);
    mpq_add(least, least, add);
    mpq_add(most, most, add);
    mpq_clear(add);
    if (mpq_sgn(least) <= 0)
        return false;
    mpq_swap(least, most);
    mpq_inv(least, least);
    mpq_inv(most, most);
    return true;
}

/* exp(-x^2/2)/sqrt(2 pi), of x^2 = s. */
static bool density(mpq_ptr s, mpfr_rnd_t rnd)
{
    mpfr_rnd_t other = rnd == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD;
    mpfr_t root;
    mpq_t by;
    mpq_div_2exp(s, s, 1);
    mpq_neg(s, s);
    if (!value(OF_EXP, s, rnd))
        return false;
    mpfr_init2(root, PRECISION);
    mpq_init(by);
    mpfr_const_pi(root, other);
    mpfr_mul_2ui(root, root, 1, other);
    mpfr_sqrt(root, root, other);
    mpfr_get_q(by, root);
    mpq_div(s, s, by);
    mpfr_clear(root);
    mpq_clear(by);
    return true;
}

/* Of the function itself. */
static bool slopes(int function, mpq_srcptr a, mpq_srcptr b, mpq_ptr least, mpq_ptr most)
{
    mpq_set(least, a);
    mpq_set(most, b);
    switch (function) {
    case OF_EXP: case OF_EXPM1:
        return value(OF_EXP, least, MPFR_RNDD) && value(OF_EXP, most, MPFR_RNDU);
    case OF_LOG: case OF_LOG1P:
        return one_over(least, most, function == OF_LOG1P);
    case OF_SQRT:
        if (mpq_sgn(a) <= 0 || !value(OF_SQRT, least, MPFR_RNDD) || !value(OF_SQRT, most, MPFR_RNDU))
            return false;
        mpq_mul_2exp(least, least, 1);
        mpq_mul_2exp(most, most, 1);
        return one_over(least, most, 0);
    case OF_TANH:               /* 1/(1 + sinh^2), 1 - tanh^2 */
        if (!value(OF_TANH, least, MPFR_RNDD) || !value(OF_TANH, most, MPFR_RNDU))
            return false;
        break;
    default:
        break;
    }
    mpq_t x, y;
    mpq_inits(x, y, (mpq_ptr)0);
    mpq_set(x, least);
    mpq_set(y, most);
    square(x, y, least, most);
    bool ok = true;
    if (function == OF_TANH) {
        mpq_set_ui(x, 1, 1);
        mpq_swap(least, most);
        mpq_sub(least, x, least);
        mpq_sub(most, x, most);
    } else if (function == OF_ATAN) {
        ok = one_over(least, most, 1);
    } else {
        mpq_swap(least, most);
        ok = density(least, MPFR_RNDD) && density(most, MPFR_RNDU);
    }
    mpq_clears(x, y, (mpq_ptr)0);
    return ok;
}

bool function_slopes(int function, mpq_srcptr a, mpq_srcptr b, mpq_ptr least, mpq_ptr most)
{
    mpq_t off;
    if (!slopes(function, a, b, least, most))
        return false;
    mpq_init(off);
    mpq_abs(off, least);
    mpq_div_2exp(off, off, 52);
    mpq_sub(least, least, off);
    mpq_abs(off, most);
    mpq_div_2exp(off, off, 52);
    mpq_add(most, most, off);
    mpq_clear(off);
    return true;
}
