/* Functions of constants: exact where the value is rational, else the nearest
 * double. */
#include "compiler/expr/num.h"

#include <float.h>
#include <mpfi.h>

#include "compiler/expr/num_special.h"
#include "compiler/expr/recall.h"
#include "runtime/elementary.h"
#include "runtime/expr.h"

enum {
    MAX_BITS = 100000,          /* of a folded constant: the text decides what folding costs */
    ZIV_MAX_BITS = 1 << 19,
    FAR = 1000000000            /* of roots: e^-FAR is still a number of MPFR */
};

static size_t bits(Num x)
{
    return mpz_sizeinbase(mpq_numref(x), 2) + mpz_sizeinbase(mpq_denref(x), 2);
}

static bool is_integer(Num x)
{
    return mpz_cmp_ui(mpq_denref(x), 1) == 0;
}

/* a^k, k an integer; false when it has no value or too many digits. */
static bool integer_power(mpq_ptr out, Num a, mpz_srcptr k)
{
    if (mpz_sgn(k) == 0 || mpq_cmp_si(a, 1, 1) == 0) {
        mpq_set_ui(out, 1, 1);
        return true;
    }
    if (mpq_sgn(a) == 0)
        return mpz_sgn(k) > 0;          /* out is 0 already */
    bool is_minus_one = mpq_cmp_si(a, -1, 1) == 0;
    if (is_minus_one) {
        mpq_set_si(out, mpz_odd_p(k) ? -1 : 1, 1);
        return true;
    }
    if (mpz_cmpabs_ui(k, MAX_BITS) > 0)
        return false;
    unsigned long n = mpz_get_ui(k);
    if (bits(a) > 2 && (bits(a) - 2) * n > MAX_BITS)
        return false;
    mpz_pow_ui(mpq_numref(out), mpq_numref(a), n);
    mpz_pow_ui(mpq_denref(out), mpq_denref(a), n);
    if (mpz_sgn(k) < 0)
        mpq_inv(out, out);
    return true;
}

/* The q-th root of a >= 0 when it is rational. */
static bool exact_root(mpq_ptr out, Num a, mpz_srcptr q)
{
    if (mpq_sgn(a) == 0 || mpq_cmp_si(a, 1, 1) == 0) {
        mpq_set(out, a);
        return true;
    }
    if (mpz_cmp_ui(q, MAX_BITS) > 0)
        return false;
    return mpz_root(mpq_numref(out), mpq_numref(a), mpz_get_ui(q)) &&
           mpz_root(mpq_denref(out), mpq_denref(a), mpz_get_ui(q));
}

static void enclose_logistic(mpfi_ptr y, mpfi_ptr a, mpfi_ptr b, double lift)
{
    mpfi_add(y, a, b);
    mpfi_neg(y, y);
    recall(mpfr_exp, y, y);
    mpfi_add_ui(y, y, 1);
    mpfi_d_div(y, lift, y);
}

/* a >= 0 and y = a^(halves/2): products and a root are narrower than exp(b log(a)), at a tenth of the time. y may be a. */
static void enclose_half_power(mpfi_ptr y, mpfi_ptr a, unsigned long halves)
{
    mpfr_ptr from[2] = { &a->left, &a->right }, to[2] = { &y->left, &y->right };
    mpfr_t root;
    mpfr_init2(root, mpfi_get_prec(y));
    for (int k = 0; k < 2; k++) {
        mpfr_rnd_t rounding = k ? MPFR_RNDU : MPFR_RNDD;
        if (halves % 2)
            mpfr_sqrt(root, from[k], rounding);
        mpfr_pow_ui(to[k], from[k], halves / 2, rounding);
        if (halves % 2)
            mpfr_mul(to[k], to[k], root, rounding);
    }
    mpfr_clear(root);
}

static void enclose_pow(mpfi_ptr y, mpfi_ptr a, mpfi_ptr b)
{
    enum { MOST_HALVES = 32 };
    double halves = 2 * mpfr_get_d(&b->left, MPFR_RNDN);
    bool is_half = mpfr_equal_p(&b->left, &b->right) && halves >= 1 && halves <= MOST_HALVES && halves == (unsigned long)halves
                   && mpfr_cmp_d(&b->left, halves / 2) == 0;
    if (is_half && mpfr_sgn(&a->left) >= 0 && mpfi_bounded_p(a)) {
        enclose_half_power(y, a, (unsigned long)halves);
        return;
    }
    if (mpfr_equal_p(&a->left, &a->right) && mpfr_equal_p(&b->left, &b->right) && mpfr_sgn(&a->left) > 0 && mpfr_number_p(&a->left)) {
        bool is_off = mpfr_pow(&y->left, &a->left, &b->left, MPFR_RNDD) != 0;
        mpfr_set(&y->right, &y->left, MPFR_RNDU);
        if (is_off)
            mpfr_nextabove(&y->right);
        return;
    }
    recall(mpfr_log, y, a);
    mpfi_mul(y, y, b);
    recall(mpfr_exp, y, y);
}

void num_enclose(mpfi_ptr y, EigFn fn, mpfi_ptr a, mpfi_ptr b)
{
    switch (fn) {
    case EIG_FN_SQRT: mpfi_sqrt(y, a); break;
    case EIG_FN_EXP: recall(mpfr_exp, y, a); break;
    case EIG_FN_LOG: recall(mpfr_log, y, a); break;
    case EIG_FN_LOG1P: recall(mpfr_log1p, y, a); break;
    case EIG_FN_EXPM1: recall(mpfr_expm1, y, a); break;
    case EIG_FN_EXPREL: enclose_exp_moment(y, a, 0); break;
    case EIG_FN_EXP_MEAN: enclose_exp_mean(y, a, (unsigned)mpfi_get_d(b)); break;
    case EIG_FN_SIN: enclose_sin(y, a); break;
    case EIG_FN_COS: enclose_cos(y, a); break;
    case EIG_FN_TANH: recall(mpfr_tanh, y, a); break;
    case EIG_FN_ATAN: recall(mpfr_atan, y, a); break;
    case EIG_FN_NORMCDF: enclose_normcdf(y, a); break;
    case EIG_FN_NORMPDF: enclose_normpdf(y, a); break;
    case EIG_FN_OMEGA: enclose_wright_omega(y, a); break;
    case EIG_FN_LOG_ROOT: enclose_log_root(y, a, b); break;
    case EIG_FN_LOGIT_ROOT: enclose_logit_root(y, a, b); break;
    case EIG_FN_LOGISTIC: enclose_logistic(y, a, b, 1); break;
    case EIG_FN_LIFTED_LOGISTIC: enclose_logistic(y, a, b, EIG_LOGISTIC_LIFT); break;
    case EIG_FN_POW: enclose_pow(y, a, b); break;
    default: BUG("function %d has no enclosure", (int)fn);
    }
}

/* Raises the precision until both ends round to the same double (Ziv). The
 * values that get here are irrational or doubles, so that this ends. */
static bool nearest_double(mpq_ptr out, EigFn fn, int n_args, const Num *args)
{
    bool done = false;
    double value = 0;
    /* An argument of k bits in front of the point leaves p - k behind it. */
    mpfr_prec_t first = 128 + (mpfr_prec_t)mpz_sizeinbase(mpq_numref(args[0]), 2);
    for (mpfr_prec_t p = first; !done && p <= ZIV_MAX_BITS; p *= 2) {
        mpfi_t a, b, y;
        mpfi_init2(a, p);
        mpfi_init2(b, p);
        mpfi_init2(y, p);
        mpfi_set_q(a, args[0]);
        if (n_args > 1)
            mpfi_set_q(b, args[1]);
        num_enclose(y, fn, a, b);
        double lo = mpfr_get_d(&y->left, MPFR_RNDN), hi = mpfr_get_d(&y->right, MPFR_RNDN);
        done = lo == hi;
        value = lo;
        mpfi_clear(a);
        mpfi_clear(b);
        mpfi_clear(y);
    }
    if (!done || !(value >= -DBL_MAX && value <= DBL_MAX))
        return false;
    mpq_set_d(out, value);
    return true;
}

static bool apply_pow(mpq_ptr out, const Num *args)
{
    if (is_integer(args[1]))
        return integer_power(out, args[0], mpq_numref(args[1]));
    if (mpq_sgn(args[0]) < 0 || (mpq_sgn(args[0]) == 0 && mpq_sgn(args[1]) < 0))
        return false;
    mpq_t root;
    mpq_init(root);
    bool is_rational = exact_root(root, args[0], mpq_denref(args[1]));
    bool ok = is_rational ? integer_power(out, root, mpq_numref(args[1]))
                          : nearest_double(out, EIG_FN_POW, 2, args);
    mpq_clear(root);
    return ok;
}

static bool apply_sqrt(mpq_ptr out, const Num *args)
{
    if (mpq_sgn(args[0]) < 0)
        return false;
    if (mpz_perfect_square_p(mpq_numref(args[0])) && mpz_perfect_square_p(mpq_denref(args[0]))) {
        mpz_sqrt(mpq_numref(out), mpq_numref(args[0]));
        mpz_sqrt(mpq_denref(out), mpq_denref(args[0]));
        return true;
    }
    return nearest_double(out, EIG_FN_SQRT, 1, args);
}

/* `rational_at` is the only rational argument with a rational value there. */
static bool apply_transcendental(mpq_ptr out, EigFn fn, Num a, long rational_at, long value_there)
{
    if (mpq_cmp_si(a, rational_at, 1) == 0) {
        mpq_set_si(out, value_there, 1);
        return true;
    }
    return nearest_double(out, fn, 1, &a);
}

static bool apply_ramp(mpq_ptr out, Num a, Num b)
{
    if (mpq_sgn(a) >= 0 && mpq_cmp(a, b) >= 0)
        mpq_set_si(out, 1, 1);
    else if (mpq_sgn(a) > 0)
        mpq_div(out, a, b);
    return true;
}

/* 0 where it is below exp(-FAR). */
static bool apply_log_root(mpq_ptr out, const Num *args)
{
    if (mpq_sgn(args[1]) <= 0)
        return false;
    mpq_t least;
    mpq_init(least);
    mpq_set_si(least, -FAR, 1);
    mpq_mul(least, least, args[1]);
    bool vanishes = mpq_cmp(args[0], least) < 0;
    mpq_clear(least);
    return vanishes || nearest_double(out, EIG_FN_LOG_ROOT, 2, args);
}

static bool apply_logit_root(mpq_ptr out, const Num *args)
{
    for (int k = 0; k < 2; k++)
        if (mpq_cmp_si(args[k], FAR, 1) > 0 || mpq_cmp_si(args[k], k ? -4 : -FAR, 1) <= 0)
            return false;
    return nearest_double(out, EIG_FN_LOGIT_ROOT, 2, args);
}

/* 1/(b + 1) at 0. */
static bool apply_mean(mpq_ptr out, const Num *args)
{
    if (!is_integer(args[1]) || mpq_cmp_ui(args[1], 1, 1) < 0 || mpq_cmp_ui(args[1], NUM_MOST_MOMENT, 1) > 0)
        return false;
    if (mpq_sgn(args[0]) != 0)
        return nearest_double(out, EIG_FN_EXP_MEAN, 2, args);
    mpq_set_ui(out, 1, mpz_get_ui(mpq_numref(args[1])) + 1);
    return true;
}

static bool apply(mpq_ptr out, EigFn fn, const Num *args)
{
    Num a = args[0], b = eig_fn_n_args[fn] > 1 ? args[1] : args[0];
    switch (fn) {
    case EIG_FN_ADD: mpq_add(out, a, b); return true;
    case EIG_FN_SUB: mpq_sub(out, a, b); return true;
    case EIG_FN_MUL: mpq_mul(out, a, b); return true;
    case EIG_FN_DIV:
        if (mpq_sgn(b) == 0)
            return false;
        mpq_div(out, a, b);
        return true;
    case EIG_FN_NEG: mpq_neg(out, a); return true;
    case EIG_FN_LOST_SUM:
    case EIG_FN_LOST_PRODUCT: return true;      /* nothing: exact numbers lose none */
    case EIG_FN_OR_ZERO: mpq_set(out, a); return true;
    case EIG_FN_POW: return apply_pow(out, args);
    case EIG_FN_ABS: mpq_abs(out, a); return true;
    case EIG_FN_MIN: mpq_set(out, mpq_cmp(a, b) < 0 ? a : b); return true;
    case EIG_FN_MAX: mpq_set(out, mpq_cmp(a, b) > 0 ? a : b); return true;
    case EIG_FN_SQRT: return apply_sqrt(out, args);
    case EIG_FN_EXP: return apply_transcendental(out, fn, a, 0, 1);
    case EIG_FN_LOG: return mpq_sgn(a) > 0 && apply_transcendental(out, fn, a, 1, 0);
    case EIG_FN_LOG1P: return mpq_cmp_si(a, -1, 1) > 0 && apply_transcendental(out, fn, a, 0, 0);
    case EIG_FN_EXPM1: return apply_transcendental(out, fn, a, 0, 0);
    case EIG_FN_EXPREL: return apply_transcendental(out, fn, a, 0, 1);
    case EIG_FN_EXP_MEAN: return apply_mean(out, args);
    case EIG_FN_SIN: return apply_transcendental(out, fn, a, 0, 0);
    case EIG_FN_COS: return apply_transcendental(out, fn, a, 0, 1);
    case EIG_FN_TANH: return apply_transcendental(out, fn, a, 0, 0);
    case EIG_FN_ATAN: return apply_transcendental(out, fn, a, 0, 0);
    case EIG_FN_NORMCDF:
    case EIG_FN_NORMPDF: return nearest_double(out, fn, 1, args);
    case EIG_FN_OMEGA: return mpq_cmp_si(a, -FAR, 1) < 0 || nearest_double(out, fn, 1, args);    /* out is 0 already */
    case EIG_FN_LOG_ROOT: return apply_log_root(out, args);
    case EIG_FN_LOGIT_ROOT: return apply_logit_root(out, args);
    case EIG_FN_FLOOR:
        mpz_fdiv_q(mpq_numref(out), mpq_numref(a), mpq_denref(a));
        return true;
    case EIG_FN_STEP: mpq_set_si(out, mpq_sgn(a) >= 0, 1); return true;
    case EIG_FN_PULSE: mpq_set_si(out, mpq_sgn(a) >= 0 && mpq_cmp(a, b) < 0, 1); return true;
    case EIG_FN_RAMP: return apply_ramp(out, a, b);
    case EIG_FN_LOGISTIC: case EIG_FN_LIFTED_LOGISTIC: return nearest_double(out, fn, 2, args);
    case EIG_N_FNS: break;
    }
    BUG("unknown function %d", (int)fn);
}

bool num_apply(NumPool *pool, int function, int n_args, const Num *args, Num *out)
{
    if (function < 0 || function >= EIG_N_FNS || n_args != eig_fn_n_args[function])
        BUG("function %d with %d arguments", function, n_args);
    mpq_ptr q = num_new(pool);
    *out = q;
    return apply(q, (EigFn)function, args) && bits(q) <= MAX_BITS;
}
