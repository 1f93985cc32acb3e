#include "compiler/check/slope/jet/scaled.h"

#include <float.h>

#include "compiler/expr/recall.h"

void scaled_init(Scaled *x)
{
    mpfi_init2(x->c, JET_PRECISION);
    scaled_zero(x);
}

void scaled_clear(Scaled *x)
{
    mpfi_clear(x->c);
}

void scaled_set(Scaled *to, const Scaled *from)
{
    if (to == from)
        return;
    mpfi_set(to->c, from->c);
    to->power = from->power;
    to->rate = from->rate;
}

void scaled_int(Scaled *x, long value)
{
    mpfi_set_si(x->c, value);
    x->power = x->rate = NULL;
}

void scaled_zero(Scaled *x)
{
    mpfr_set_zero(&x->c->left, 1);
    mpfr_set_zero(&x->c->right, -1);            /* as MPFI has it */
    x->power = x->rate = NULL;
}

void scaled_set_num(Scaled *x, Num value)
{
    mpfi_set_q(x->c, value);
    x->power = x->rate = NULL;
}

void scaled_everything(Scaled *x)
{
    mpfr_set_inf(&x->c->left, -1);
    mpfr_set_inf(&x->c->right, 1);
    x->power = x->rate = NULL;
}

/* An operation on infinities leaves NaN: nothing is known then. */
static void repair(Scaled *x)
{
    if (mpfr_nan_p(&x->c->left))
        mpfr_set_inf(&x->c->left, -1);
    if (mpfr_nan_p(&x->c->right))
        mpfr_set_inf(&x->c->right, 1);
}

bool scaled_has_zero(const Scaled *x)
{
    return !(mpfr_sgn(&x->c->left) > 0 || mpfr_sgn(&x->c->right) < 0);
}

bool scaled_is_positive(const Scaled *x)
{
    return mpfr_sgn(&x->c->left) > 0;
}

bool scaled_is_nonnegative(const Scaled *x)
{
    return !mpfr_nan_p(&x->c->left) && mpfr_sgn(&x->c->left) >= 0;
}

bool scaled_is_nonpositive(const Scaled *x)
{
    return !mpfr_nan_p(&x->c->right) && mpfr_sgn(&x->c->right) <= 0;
}

bool scaled_is_negative(const Scaled *x)
{
    return mpfr_sgn(&x->c->right) < 0;
}

bool scaled_is_zero(const Scaled *x)
{
    return mpfr_zero_p(&x->c->left) && mpfr_zero_p(&x->c->right);
}

/* ---- exact exponents ---- */

static Num kept(mpq_ptr x)
{
    return mpq_sgn(x) ? x : NULL;
}

Num scale_sum(NumPool *nums, Num a, Num b)
{
    if (!a || !b)
        return a ? a : b;
    mpq_ptr x = num_new(nums);
    mpq_add(x, a, b);
    return kept(x);
}

Num scale_negate(NumPool *nums, Num a)
{
    if (!a)
        return NULL;
    mpq_ptr x = num_new(nums);
    mpq_neg(x, a);
    return x;
}

Num scale_product(NumPool *nums, Num a, Num b)
{
    if (!a || !b)
        return NULL;
    mpq_ptr x = num_new(nums);
    mpq_mul(x, a, b);
    return kept(x);
}

static int sign_of(Num x)
{
    return x ? mpq_sgn(x) : 0;
}

/* ---- the range of y^power exp(rate y) over [lo, hi] ---- */

static void whole_power(mpfi_t c, unsigned long n)
{
    if (n % 2 == 0)
        mpfi_abs(c, c);
    mpfr_pow_ui(&c->left, &c->left, n, MPFR_RNDD);
    mpfr_pow_ui(&c->right, &c->right, n, MPFR_RNDU);
}

static bool is_small_whole(Num power)
{
    return mpz_cmp_ui(mpq_denref(power), 1) == 0 && mpz_cmpabs_ui(mpq_numref(power), 64) <= 0;
}

/* y > 0. Whole powers are products: cheaper than exp(power log y), and narrower. */
static void scale_at(mpfi_srcptr y, Num power, Num rate, mpfi_t out)
{
    mpfi_t x;
    bool is_whole = power && is_small_whole(power);
    mpfi_init2(x, JET_PRECISION);
    mpfi_set_ui(out, 0);
    if (rate)
        mpfi_mul_q(out, y, rate);
    if (power && !is_whole) {
        recall(mpfr_log, x, y);
        mpfi_mul_q(x, x, power);
        mpfi_add(out, out, x);
    }
    recall(mpfr_exp, out, out);
    if (is_whole) {
        mpfi_set(x, y);
        whole_power(x, mpz_get_ui(mpq_numref(power)));
        (mpq_sgn(power) > 0 ? mpfi_mul : mpfi_div)(out, out, x);
    }
    mpfi_clear(x);
}

/* At infinity the rate decides, then the power. */
static void scale_at_end(double y, Num power, Num rate, mpfi_t out)
{
    int growth = sign_of(rate) ? sign_of(rate) : sign_of(power);
    mpfi_t at;
    if (y <= DBL_MAX) {
        mpfi_init2(at, JET_PRECISION);
        mpfi_set_d(at, y);
        scale_at(at, power, rate, out);
        mpfi_clear(at);
    } else if (growth > 0) {
        mpfr_set_inf(&out->left, 1);
        mpfr_set_inf(&out->right, 1);
    } else {
        mpfi_set_ui(out, growth == 0);
    }
}

/* The ends, and the stationary point -power/rate where that lies between. */
static void scale_range(const JetDomain *d, Num power, Num rate, mpfi_t out)
{
    mpfi_t y, x;
    mpfi_set_ui(out, 1);
    if (!power && !rate)
        return;
    mpfi_init2(y, JET_PRECISION);
    mpfi_init2(x, JET_PRECISION);
    scale_at_end(d->lo, power, rate, out);
    scale_at_end(d->hi, power, rate, x);
    mpfi_union(out, out, x);
    if (sign_of(rate) * sign_of(power) < 0) {
        mpfi_set_q(y, power);
        mpfi_div_q(y, y, rate);
        mpfi_neg(y, y);
        if (mpfr_cmp_d(&y->right, d->lo) >= 0 && mpfr_cmp_d(&y->left, d->hi) <= 0) {
            scale_at(y, power, rate, x);
            mpfi_union(out, out, x);
        }
    }
    mpfi_clear(y);
    mpfi_clear(x);
}

static void multiply_end(mpfr_t out, mpfr_srcptr x, mpfr_srcptr factor, mpfr_rnd_t rounding)
{
    if (mpfr_zero_p(x) || mpfr_zero_p(factor))
        mpfr_set_ui(out, 0, rounding);
    else
        mpfr_mul(out, x, factor, rounding);
}

/* c times a range of nonnegative numbers, 0 times infinity being 0. */
static void multiply_range(mpfi_t c, mpfi_t range)
{
    mpfr_t lo, hi;
    mpfr_inits2(JET_PRECISION, lo, hi, (mpfr_ptr)0);
    multiply_end(lo, &c->left, mpfr_sgn(&c->left) < 0 ? &range->right : &range->left, MPFR_RNDD);
    multiply_end(hi, &c->right, mpfr_sgn(&c->right) > 0 ? &range->right : &range->left, MPFR_RNDU);
    mpfi_interv_fr(c, lo, hi);
    mpfr_clears(lo, hi, (mpfr_ptr)0);
}

void scaled_collapse(const JetDomain *d, const Scaled *a, Scaled *out)
{
    scaled_set(out, a);
    if (a->power || a->rate) {
        mpfi_t range;
        mpfi_init2(range, JET_PRECISION);
        scale_range(d, a->power, a->rate, range);
        multiply_range(out->c, range);
        mpfi_clear(range);
        out->power = out->rate = NULL;
    }
    repair(out);
}

void scaled_hull(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out)
{
    Scaled x;
    scaled_init(&x);
    scaled_collapse(d, a, &x);
    scaled_collapse(d, b, out);
    mpfi_union(out->c, out->c, x.c);
    scaled_clear(&x);
}

/* ---- arithmetic ---- */

/* The one that grows faster first; the slower one relative to it. */
static void add_scaled(const JetDomain *d, const Scaled *fast, const Scaled *slow, Num power, Num rate, Scaled *out)
{
    Scaled term;
    mpfi_t range;
    scaled_init(&term);
    mpfi_init2(range, JET_PRECISION);
    scale_range(d, power, rate, range);
    scaled_set(&term, slow);
    multiply_range(term.c, range);
    term.power = fast->power;
    term.rate = fast->rate;
    mpfi_add(term.c, term.c, fast->c);
    scaled_set(out, &term);
    mpfi_clear(range);
    scaled_clear(&term);
}

void scaled_add(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out)
{
    if (scaled_is_zero(a) || scaled_is_zero(b)) {
        scaled_set(out, scaled_is_zero(a) ? b : a);
        return;
    }
    Num power = scale_sum(d->nums, b->power, scale_negate(d->nums, a->power));
    Num rate = scale_sum(d->nums, b->rate, scale_negate(d->nums, a->rate));
    int growth = sign_of(rate) ? sign_of(rate) : sign_of(power);
    if (growth < 0) {
        add_scaled(d, a, b, power, rate, out);
    } else if (growth > 0) {
        add_scaled(d, b, a, scale_negate(d->nums, power), scale_negate(d->nums, rate), out);
    } else {
        Num p = a->power, r = a->rate;
        mpfi_add(out->c, a->c, b->c);
        out->power = p;
        out->rate = r;
    }
    repair(out);
}

void scaled_neg(const Scaled *a, Scaled *out)
{
    mpfi_neg(out->c, a->c);
    out->power = a->power;
    out->rate = a->rate;
}

void scaled_mul(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out)
{
    if (scaled_is_zero(a) || scaled_is_zero(b)) {
        scaled_zero(out);
        return;
    }
    Num power = scale_sum(d->nums, a->power, b->power), rate = scale_sum(d->nums, a->rate, b->rate);
    if (a == b)
        mpfi_sqr(out->c, a->c);
    else
        mpfi_mul(out->c, a->c, b->c);
    out->power = power;
    out->rate = rate;
    repair(out);
}

void scaled_div(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out)
{
    Num power = scale_sum(d->nums, a->power, scale_negate(d->nums, b->power));
    Num rate = scale_sum(d->nums, a->rate, scale_negate(d->nums, b->rate));
    if (scaled_has_zero(b)) {
        scaled_everything(out);
        return;
    }
    mpfi_div(out->c, a->c, b->c);
    out->power = power;
    out->rate = rate;
    repair(out);
}

void scaled_power(const JetDomain *d, const Scaled *a, long n, Scaled *out)
{
    Num times = num_int(d->nums, n);
    Num power = scale_product(d->nums, a->power, times), rate = scale_product(d->nums, a->rate, times);
    if (n == 0) {
        scaled_int(out, 1);
        return;
    }
    if (n < 0 && scaled_has_zero(a)) {
        scaled_everything(out);
        return;
    }
    mpfi_set(out->c, a->c);
    whole_power(out->c, (unsigned long)(n < 0 ? -n : n));
    if (n < 0)
        mpfi_inv(out->c, out->c);
    out->power = power;
    out->rate = rate;
    repair(out);
}

static void root_end(mpfr_t x, mpq_srcptr k, mpfr_rnd_t rounding)
{
    if (mpq_cmp_ui(k, 1, 2) == 0) {             /* the same, at a tenth of the time */
        mpfr_sqrt(x, x, rounding);
        mpfr_abs(x, x, rounding);               /* of -0 it is -0 */
        return;
    }
    mpfr_t exponent;
    mpfr_init2(exponent, 4 * JET_PRECISION);
    /* x^k grows with k where x > 1 and falls where x < 1: round the exponent the same way. */
    bool up = (rounding == MPFR_RNDU) == (mpfr_cmp_ui(x, 1) > 0);
    mpfr_set_q(exponent, k, up ? MPFR_RNDU : MPFR_RNDD);
    mpfr_pow(x, x, exponent, rounding);
    mpfr_clear(exponent);
}

void scaled_root(const JetDomain *d, const Scaled *a, mpq_srcptr k, Scaled *out)
{
    Num power = scale_product(d->nums, a->power, k), rate = scale_product(d->nums, a->rate, k);
    mpfi_set(out->c, a->c);
    if (mpfr_sgn(&out->c->left) < 0)
        mpfr_set_ui(&out->c->left, 0, MPFR_RNDD);
    if (mpfr_sgn(&out->c->right) < 0)
        mpfr_set_ui(&out->c->right, 0, MPFR_RNDU);
    if (mpq_sgn(k) < 0)
        mpfr_swap(&out->c->left, &out->c->right);
    root_end(&out->c->left, k, MPFR_RNDD);
    root_end(&out->c->right, k, MPFR_RNDU);
    out->power = power;
    out->rate = rate;
    repair(out);
}

/* x^k, x above 0 and finite: once, between what it is rounded to and what is next to that. */
static void enclose_root(mpfi_t out, mpfr_srcptr x, mpq_srcptr k)
{
    bool is_root = mpq_cmp_ui(k, 1, 2) == 0, is_exact = is_root ? mpfr_sqrt(&out->left, x, MPFR_RNDD) == 0 : recall_power(&out->left, x, k);
    mpfr_set(&out->right, &out->left, MPFR_RNDU);
    if (!is_exact && !is_root)
        mpfr_nextbelow(&out->left);
    for (int n = 0; !is_exact && n < 2; n++)
        mpfr_nextabove(&out->right);
}

/* ... and of an x that is hardly larger, by the part d of it: x^k (1 + d)^k, which is between x^k and x^k (1 + 2 k d) where |k d| <= 1. */
static bool enclose_root_beside(mpfi_t out, mpfi_srcptr known, mpfi_srcptr x, mpq_srcptr k)
{
    mpfr_exp_t near = mpfr_get_exp(&x->left) - 2 * JET_PRECISION / 3;
    mpfr_sub(&out->right, &x->right, &x->left, MPFR_RNDU);
    if (mpfr_get_exp(&out->right) > near || mpz_sizeinbase(mpq_numref(k), 2) > mpz_sizeinbase(mpq_denref(k), 2) + 16)
        return false;
    mpfr_div(&out->right, &out->right, &x->left, MPFR_RNDU);
    mpfr_mul_2ui(&out->right, &out->right, 1, MPFR_RNDU);
    mpfr_set_zero(&out->left, 1);
    mpfi_mul_q(out, out, k);
    mpfi_add_ui(out, out, 1);
    mpfi_mul(out, out, known);
    return true;
}

/* Each end to all three powers: the next one is the one before over the end. */
void scaled_roots(const JetDomain *d, const Scaled *a, mpq_srcptr k, Scaled out[3])
{
    mpfi_t low, high;
    mpq_t power;
    bool is_plain = mpfr_sgn(&a->c->left) > 0 && mpfr_number_p(&a->c->right);
    mpq_init(power);
    mpq_set(power, k);
    mpfi_init2(low, JET_PRECISION);
    mpfi_init2(high, JET_PRECISION);
    if (is_plain)
        enclose_root(low, &a->c->left, k);
    if (is_plain && mpfr_equal_p(&a->c->left, &a->c->right))
        mpfi_set(high, low);
    else if (is_plain && !enclose_root_beside(high, low, a->c, k))
        enclose_root(high, &a->c->right, k);
    for (int order = 0; order < 3; order++) {
        bool falls = mpq_sgn(power) < 0;
        if (!is_plain) {
            scaled_root(d, a, power, &out[order]);
        } else {
            mpfr_set(&out[order].c->left, falls ? &high->left : &low->left, MPFR_RNDD);
            mpfr_set(&out[order].c->right, falls ? &low->right : &high->right, MPFR_RNDU);
            out[order].power = scale_product(d->nums, a->power, power);
            out[order].rate = scale_product(d->nums, a->rate, power);
            repair(&out[order]);
        }
        mpz_sub(mpq_numref(power), mpq_numref(power), mpq_denref(power));
        mpfi_div_fr(low, low, &a->c->left);
        mpfi_div_fr(high, high, &a->c->right);
    }
    mpfi_clear(low);
    mpfi_clear(high);
    mpq_clear(power);
}

/* Upper bound of log(y)/y from lo on: it falls beyond e, and is never above 1/e. */
static void log_over_y(double lo, mpfi_t out)
{
    mpfi_t y;
    mpfi_init2(y, JET_PRECISION);
    mpfi_set_d(y, lo);
    recall(mpfr_log, out, y);
    mpfi_div(out, out, y);
    if (lo < 3)
        mpfi_set_d(out, 0.368);
    mpfr_set_ui(&out->left, 0, MPFR_RNDD);
    mpfi_clear(y);
}

/* log(y) = m y^(1/8), m from 0 to what it is at its peak y = exp(8), or at lo beyond that. */
enum { LOG_ROOT = 8 };

static void log_over_power(double lo, mpfi_t out)
{
    mpfi_t y;
    mpfi_init2(y, JET_PRECISION);
    mpfi_set_d(out, lo);
    recall(mpfr_log, out, out);
    if (mpfr_cmp_ui(&out->right, LOG_ROOT) < 0)
        mpfi_set_ui(out, LOG_ROOT);
    mpfi_div_si(y, out, -LOG_ROOT);
    recall(mpfr_exp, y, y);
    mpfi_mul(out, out, y);
    mpfr_set_zero(&out->left, 1);
    mpfi_clear(y);
}

static void add_log_by_power(const JetDomain *d, Num power, Scaled *out)
{
    Scaled grows;
    scaled_init(&grows);
    log_over_power(d->lo, grows.c);
    mpfi_mul_q(grows.c, grows.c, power);
    grows.power = num_ratio(d->nums, 1, LOG_ROOT);
    scaled_add(d, out, &grows, out);
    scaled_clear(&grows);
}

/* log c + power log y + rate y: held relative to y where the rate is not 0. */
void scaled_log(const JetDomain *d, const Scaled *a, bool by_power, Scaled *out)
{
    Num power = a->power, rate = a->rate;
    mpfi_set(out->c, a->c);
    if (mpfr_sgn(&out->c->left) < 0)
        mpfr_set_ui(&out->c->left, 0, MPFR_RNDD);
    recall(mpfr_log, out->c, out->c);
    out->power = out->rate = NULL;
    repair(out);
    if (!power && !rate)
        return;
    if (power && !rate && by_power) {
        add_log_by_power(d, power, out);
        return;
    }
    mpfi_t part;
    mpfi_init2(part, JET_PRECISION);
    mpfi_interv_d(part, d->lo, d->hi);
    if (rate) {
        mpfi_inv(part, part);
        multiply_range(out->c, part);
        mpfi_add_q(out->c, out->c, rate);
        out->power = num_int(d->nums, 1);
        log_over_y(d->lo, part);
    } else {
        recall(mpfr_log, part, part);
    }
    if (power) {
        mpfi_mul_q(part, part, power);
        mpfi_add(out->c, out->c, part);
    }
    mpfi_clear(part);
    repair(out);
}
