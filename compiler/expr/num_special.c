/* Monotone functions are enclosed end by end. The roots are found by Newton's
 * method without any claim; a bound is what a comparison with directed rounding
 * has accepted, moved outwards until one is. */
#include "compiler/expr/num_special.h"

#include <math.h>
#include <stdbool.h>

#include "compiler/expr/recall.h"

/* ---- sine and cosine ---- */

/* MPFI reduces by pi to as many bits as the exponent of an argument has units, in either direction. */
enum { FAR_OUT = 4096, WHOLE_PERIOD = 7 };

static bool is_below_power(mpfi_srcptr a, mpfr_exp_t k)
{
    mpfr_t size;
    mpfr_init2(size, 53);
    mpfi_mag(size, a);
    bool is = mpfr_cmp_ui_2exp(size, 1, k) < 0;
    mpfr_clear(size);
    return is;
}

/* Of a width that has all values, or so far out that they are not worth the time; of no number none. */
static bool is_all(mpfi_srcptr a)
{
    mpfr_t width;
    mpfr_init2(width, 53);
    mpfi_diam_abs(width, a);
    bool is = !mpfi_nan_p(a) && (mpfr_cmp_ui(width, WHOLE_PERIOD) > 0 || !is_below_power(a, FAR_OUT));
    mpfr_clear(width);
    return is;
}

/* |a| < 2^-p for p bits of y: cos(a) is above 1 - a^2, and sin(a) between a (1 - a^2) and a, less than a unit in the last place. */
void enclose_cos(mpfi_ptr y, mpfi_srcptr a)
{
    mpfr_prec_t p = mpfi_get_prec(y);
    if (is_all(a)) {
        mpfi_interv_si(y, -1, 1);
    } else if (is_below_power(a, -p)) {
        mpfi_set_ui(y, 1);
        mpfr_nextbelow(&y->left);
    } else {
        mpfi_cos(y, a);
    }
}

void enclose_sin(mpfi_ptr y, mpfi_srcptr a)
{
    mpfr_prec_t p = mpfi_get_prec(y);
    if (is_all(a)) {
        mpfi_interv_si(y, -1, 1);
    } else if (is_below_power(a, -p)) {
        mpfi_set(y, a);
        if (mpfr_sgn(&y->left) > 0)
            mpfr_nextbelow(&y->left);
        if (mpfr_sgn(&y->right) < 0)
            mpfr_nextabove(&y->right);
    } else {
        mpfi_sin(y, a);
    }
}

/* ---- the normal distribution ---- */

/* erfc(-a/sqrt(2))/2; the argument is rounded so that the value errs towards `round`. Where many digits are computed they are those of
 * arguments that cancel; of the value, which takes seconds then, as many as anyone asks for. */
static void normcdf_end(mpfr_ptr y, mpfr_srcptr a, mpfr_rnd_t round)
{
    enum { MOST_DIGITS = 512 };
    mpfr_t root, t, value;
    mpfr_inits2(mpfr_get_prec(y), root, t, (mpfr_ptr)0);
    mpfr_init2(value, mpfr_get_prec(y) < MOST_DIGITS ? mpfr_get_prec(y) : MOST_DIGITS);
    /* -a/sqrt(2) is to err upwards for a lower bound: its size downwards where a > 0. */
    bool smaller = (mpfr_sgn(a) > 0) == (round == MPFR_RNDD);
    mpfr_sqrt_ui(root, 2, smaller ? MPFR_RNDU : MPFR_RNDD);
    mpfr_div(t, a, root, mpfr_sgn(a) > 0 ? (smaller ? MPFR_RNDD : MPFR_RNDU) : (smaller ? MPFR_RNDU : MPFR_RNDD));
    mpfr_neg(t, t, MPFR_RNDN);
    recall_end(mpfr_erfc, value, t, round);
    mpfr_div_2ui(y, value, 1, round);
    mpfr_clears(root, t, value, (mpfr_ptr)0);
}

void enclose_normcdf(mpfi_ptr y, mpfi_srcptr a)
{
    normcdf_end(&y->left, &a->left, MPFR_RNDD);
    normcdf_end(&y->right, &a->right, MPFR_RNDU);
}

void enclose_normpdf(mpfi_ptr y, mpfi_srcptr a)
{
    mpfi_t root;
    mpfi_init2(root, mpfi_get_prec(y));
    mpfi_const_pi(root);
    mpfi_mul_2ui(root, root, 1);
    mpfi_sqrt(root, root);
    mpfi_sqr(y, a);
    mpfi_div_2ui(y, y, 1);
    mpfi_neg(y, y);
    recall(mpfr_exp, y, y);
    mpfi_div(y, y, root);
    mpfi_clear(root);
}

/* ---- exprel and its derivatives ---- */

/* exp(a) between neighbours. */
static void exp_between(mpfi_ptr y, mpfr_srcptr a)
{
    mpfr_exp(&y->left, a, MPFR_RNDD);
    mpfr_set(&y->right, &y->left, MPFR_RNDU);
    mpfr_nextabove(&y->right);
}

/* (exp(a) - 1)/a, and by parts m(n) = (exp(a) - n m(n - 1))/a; each step takes as many digits as a is small, and some more where it is near 1. */
static void moment_by_parts(mpfi_ptr y, mpfr_srcptr a, unsigned n)
{
    mpfr_exp_t small = mpfr_get_exp(a) < 0 ? -mpfr_get_exp(a) : 0;
    mpfr_prec_t p = mpfi_get_prec(y) + 32 + (mpfr_prec_t)(n + 1) * (8 + (mpfr_prec_t)small);
    mpfi_t power, m;
    mpfi_init2(power, p);
    mpfi_init2(m, p);
    exp_between(power, a);
    mpfi_sub_ui(m, power, 1);
    mpfi_div_fr(m, m, a);
    for (unsigned k = 1; k <= n; k++) {
        mpfi_mul_ui(m, m, k);
        mpfi_sub(m, power, m);
        mpfi_div_fr(m, m, a);
    }
    mpfi_set(y, m);
    if (mpfr_nan_p(&y->left) || mpfr_sgn(&y->left) < 0)         /* beyond the numbers that MPFR has */
        mpfr_set_zero(&y->left, 1);
    if (mpfr_nan_p(&y->right) || mpfr_sgn(&y->right) < 0)
        mpfr_set_inf(&y->right, 1);
    mpfi_clear(m);
    mpfi_clear(power);
}

/* Beside 0 it is between 1/(n + 1) and exp(a)/(n + 1), and 1 + a <= exp(a) <= 1 + 2 a for 0 <= a <= 1. */
static void moment_beside_zero(mpfi_ptr y, mpfr_srcptr a, unsigned n)
{
    mpfi_set_ui(y, 1);
    if (mpfr_sgn(a) < 0)
        mpfr_add(&y->left, &y->left, a, MPFR_RNDD);
    for (int k = 0; k < 2 && mpfr_sgn(a) > 0; k++)
        mpfr_add(&y->right, &y->right, a, MPFR_RNDU);
    mpfi_div_ui(y, y, n + 1);
}

static void moment_at(mpfi_ptr y, mpfr_srcptr a, unsigned n)
{
    if (mpfr_nan_p(a) || mpfr_inf_p(a)) {
        mpfr_set_zero(&y->left, 1);
        mpfr_set_zero(&y->right, 1);
        if (!mpfr_inf_p(a) || mpfr_sgn(a) > 0)
            mpfr_set_inf(&y->right, 1);
        if (mpfr_inf_p(a) && mpfr_sgn(a) > 0)
            mpfr_set_inf(&y->left, 1);
    } else if (mpfr_zero_p(a) || mpfr_get_exp(a) < -mpfi_get_prec(y) - 8) {
        moment_beside_zero(y, a, n);
    } else {
        moment_by_parts(y, a, n);
    }
}

/* What rises with a is between its values at the ends. */
static void enclose_rising(mpfi_ptr y, mpfi_srcptr a, unsigned n, void (*at)(mpfi_ptr y, mpfr_srcptr a, unsigned n))
{
    at(y, &a->left, n);
    if (mpfr_equal_p(&a->left, &a->right))
        return;
    mpfi_t end;
    mpfi_init2(end, mpfi_get_prec(y));
    at(end, &a->right, n);
    mpfr_set(&y->right, &end->right, MPFR_RNDU);
    mpfi_clear(end);
}

void enclose_exp_moment(mpfi_ptr y, mpfi_srcptr a, unsigned n)
{
    enclose_rising(y, a, n, moment_at);
}

/* exp(a)/(exp(a) - 1) = 1/(1 - exp(-a)), and by parts r(n) = that - n/a r(n - 1). */
static void mean_by_parts(mpfi_ptr y, mpfr_srcptr a, unsigned n)
{
    mpfr_exp_t small = mpfr_get_exp(a) < 0 ? -mpfr_get_exp(a) : 0;
    mpfr_prec_t p = mpfi_get_prec(y) + 32 + (mpfr_prec_t)(n + 1) * (8 + (mpfr_prec_t)small);
    mpfr_t minus;
    mpfi_t end, m;
    mpfr_init2(minus, mpfr_get_prec(a));
    mpfi_init2(end, p);
    mpfi_init2(m, p);
    mpfr_neg(minus, a, MPFR_RNDN);
    exp_between(end, minus);
    mpfi_ui_sub(end, 1, end);
    mpfi_ui_div(end, 1, end);
    mpfi_set_ui(m, 1);
    for (unsigned k = 1; k <= n; k++) {
        mpfi_mul_ui(m, m, k);
        mpfi_div_fr(m, m, minus);
        mpfi_add(m, end, m);
    }
    mpfi_set(y, m);
    if (mpfr_nan_p(&y->left) || mpfr_sgn(&y->left) < 0)
        mpfr_set_zero(&y->left, 1);
    if (mpfr_nan_p(&y->right) || mpfr_cmp_ui(&y->right, 1) > 0)
        mpfr_set_ui(&y->right, 1, MPFR_RNDN);
    mpfi_clear(m);
    mpfi_clear(end);
    mpfr_clear(minus);
}

/* Beside 0 it is 1/(n + 1), off by less than n a. */
static void mean_beside_zero(mpfi_ptr y, mpfr_srcptr a, unsigned n)
{
    mpfr_t off;
    mpfr_init2(off, mpfr_get_prec(a));
    mpfi_set_ui(y, 1);
    mpfi_div_ui(y, y, n + 1);
    mpfr_mul_ui(off, a, n, mpfr_sgn(a) < 0 ? MPFR_RNDD : MPFR_RNDU);
    if (mpfr_sgn(a) < 0)
        mpfr_add(&y->left, &y->left, off, MPFR_RNDD);
    else
        mpfr_add(&y->right, &y->right, off, MPFR_RNDU);
    mpfr_clear(off);
}

static void mean_at(mpfi_ptr y, mpfr_srcptr a, unsigned n)
{
    if (mpfr_nan_p(a) || mpfr_inf_p(a)) {
        mpfr_set_ui(&y->left, mpfr_inf_p(a) && mpfr_sgn(a) > 0, MPFR_RNDN);
        mpfr_set_ui(&y->right, mpfr_nan_p(a) || mpfr_sgn(a) > 0, MPFR_RNDN);
    } else if (mpfr_zero_p(a) || mpfr_get_exp(a) < -mpfi_get_prec(y) - 8) {
        mean_beside_zero(y, a, n);
    } else {
        mean_by_parts(y, a, n);
    }
}

void enclose_exp_mean(mpfi_ptr y, mpfi_srcptr a, unsigned n)
{
    enclose_rising(y, a, n, mean_at);
}

/* ---- roots ---- */

/* An ascending function f with f(root) = a; b is a parameter. */
typedef struct Ascending {
    void (*value)(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr b, mpfr_rnd_t round);
    void (*guess)(mpfr_ptr x, mpfr_srcptr a, mpfr_srcptr b);
} Ascending;

/* x moved by a part 2^-k of itself, up or down. */
static void move(mpfr_ptr to, mpfr_srcptr x, mpfr_prec_t k, mpfr_rnd_t round)
{
    mpfr_t part;
    mpfr_init2(part, mpfr_get_prec(x));
    mpfr_set_ui_2exp(part, 1, -(mpfr_exp_t)k, MPFR_RNDN);
    mpfr_ui_sub(part, 1, part, MPFR_RNDN);
    if (round == MPFR_RNDU)
        mpfr_div(to, x, part, round);
    else
        mpfr_mul(to, x, part, round);
    mpfr_clear(part);
}

/* A bound of the root of f(x) = a in the direction of `round`, from x, which is about the root; false when none was accepted. */
static bool root_end(const Ascending *f, mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr a, mpfr_srcptr b, mpfr_rnd_t round)
{
    mpfr_t from, try, value;
    mpfr_inits2(mpfr_get_prec(x), from, try, value, (mpfr_ptr)0);
    mpfr_set(from, x, MPFR_RNDN);
    if (mpfr_zero_p(x) && round == MPFR_RNDU)
        mpfr_nextabove(from);                   /* a root below all numbers that MPFR has */
    bool done = false;
    for (mpfr_prec_t k = mpfr_get_prec(y) + 8; !done && k > 2; k -= k / 4 + 1) {
        move(try, from, k, round);
        f->value(value, try, b, round == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD);
        done = !mpfr_nan_p(value) && (round == MPFR_RNDD ? mpfr_cmp(value, a) <= 0 : mpfr_cmp(value, a) >= 0);
    }
    mpfr_set(y, try, round);
    mpfr_clears(from, try, value, (mpfr_ptr)0);
    return done;
}

/* x + log(x) */
static void omega_value(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr b, mpfr_rnd_t round)
{
    (void)b;
    mpfr_log(y, x, round);
    mpfr_add(y, y, x, round);
}

/* A step of Newton's on u + exp(u) = a for x = u < 0, on x + log(x) = a above; true where it changed nothing. */
static bool omega_step(mpfr_ptr x, mpfr_srcptr a, bool small)
{
    mpfr_t f, slope;
    mpfr_inits2(mpfr_get_prec(x), f, slope, (mpfr_ptr)0);
    if (small) {
        mpfr_exp(f, x, MPFR_RNDN);
        mpfr_add_ui(slope, f, 1, MPFR_RNDN);
    } else {
        mpfr_log(f, x, MPFR_RNDN);
        mpfr_ui_div(slope, 1, x, MPFR_RNDN);
        mpfr_add_ui(slope, slope, 1, MPFR_RNDN);
    }
    mpfr_add(f, f, x, MPFR_RNDN);
    mpfr_sub(f, f, a, MPFR_RNDN);
    mpfr_div(f, f, slope, MPFR_RNDN);
    mpfr_sub(x, x, f, MPFR_RNDN);
    bool is_done = mpfr_zero_p(f) || !mpfr_number_p(x) || (mpfr_regular_p(x) && mpfr_get_exp(f) < mpfr_get_exp(x) - mpfr_get_prec(x) + 4);
    mpfr_clears(f, slope, (mpfr_ptr)0);
    return is_done;
}

/* In few bits until nothing changes, then in twice as many for each step, as each doubles those that are right. */
static void omega_guess(mpfr_ptr x, mpfr_srcptr a, mpfr_srcptr b)
{
    enum { FEW = 64, LOST = 12, MOST_STEPS = 64 };
    (void)b;
    mpfr_t part;
    mpfr_prec_t p = mpfr_get_prec(x), now = p < FEW ? p : FEW;
    bool small = mpfr_cmp_ui(a, 1) < 0, is_done = false;
    mpfr_init2(part, now);
    if (small)
        mpfr_set(part, a, MPFR_RNDN);           /* u = a is above the solution: convex, Newton descends */
    else
        mpfr_set_ui(part, 1, MPFR_RNDN);        /* concave: Newton ascends */
    for (int k = 0; k < MOST_STEPS && !is_done; k++)
        is_done = omega_step(part, a, small);
    while (now < p) {
        now = 2 * now - LOST < p ? 2 * now - LOST : p;
        mpfr_prec_round(part, now, MPFR_RNDN);
        omega_step(part, a, small);
    }
    if (small)
        mpfr_exp(x, part, MPFR_RNDN);
    else
        mpfr_set(x, part, MPFR_RNDN);
    mpfr_clear(part);
}

static void enclose_root(const Ascending *f, mpfi_ptr y, mpfi_srcptr a, mpfr_srcptr b_left, mpfr_srcptr b_right,
                         double least, double most)
{
    bool is_point = mpfr_equal_p(&a->left, &a->right) && mpfr_equal_p(b_left, b_right);
    mpfr_t x;
    mpfr_init2(x, mpfi_get_prec(y) + 32);
    bool lower = mpfr_number_p(&a->left) && mpfr_number_p(b_left), upper = mpfr_number_p(&a->right) && mpfr_number_p(b_right);
    if (lower)
        f->guess(x, &a->left, b_left);
    if (!lower || !root_end(f, &y->left, x, &a->left, b_left, MPFR_RNDD))
        mpfr_set_d(&y->left, least, MPFR_RNDD);
    if (upper && !is_point)
        f->guess(x, &a->right, b_right);
    if (!upper || !root_end(f, &y->right, x, &a->right, b_right, MPFR_RNDU))
        mpfr_set_d(&y->right, most, MPFR_RNDU);
    mpfr_clear(x);
}

void enclose_wright_omega(mpfi_ptr y, mpfi_srcptr a)
{
    static const Ascending f = { omega_value, omega_guess };
    enclose_root(&f, y, a, &a->left, &a->right, 0, INFINITY);
}

/* x + b log(x), b > 0 */
static void log_value(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr b, mpfr_rnd_t round)
{
    mpfr_log(y, x, round);
    mpfr_mul(y, y, b, round);
    mpfr_add(y, y, x, round);
}

/* x = b y with y + log(y) = a/b - log(b) */
static void log_guess(mpfr_ptr x, mpfr_srcptr a, mpfr_srcptr b)
{
    mpfr_t c, log;
    mpfr_inits2(2 * mpfr_get_prec(x), c, log, (mpfr_ptr)0);
    mpfr_log(log, b, MPFR_RNDN);
    mpfr_div(c, a, b, MPFR_RNDN);
    mpfr_sub(c, c, log, MPFR_RNDN);
    omega_guess(x, c, c);
    mpfr_mul(x, x, b, MPFR_RNDN);
    mpfr_clears(c, log, (mpfr_ptr)0);
}

void enclose_log_root(mpfi_ptr y, mpfi_srcptr a, mpfi_srcptr b)
{
    static const Ascending f = { log_value, log_guess };
    /* The root is 1 at a = 1; it ascends in b below and descends above. */
    bool low = mpfr_cmp_ui(&a->left, 1) < 0, high = mpfr_cmp_ui(&a->right, 1) > 0;
    enclose_root(&f, y, a, low ? &b->left : &b->right, high ? &b->left : &b->right, 0, INFINITY);
}

/* log(x/(1 - x)) + b x for 0 < x < 1; b may have either sign. */
static void logit_value(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr b, mpfr_rnd_t round)
{
    mpfr_t rest;
    mpfr_init2(rest, mpfr_get_prec(y));
    mpfr_ui_sub(rest, 1, x, round == MPFR_RNDU ? MPFR_RNDD : MPFR_RNDU);
    if (mpfr_sgn(rest) <= 0) {                  /* x is 1 or more: above every value */
        mpfr_set_inf(y, 1);
    } else {
        mpfr_div(y, x, rest, round);
        mpfr_log(y, y, round);
        mpfr_mul(rest, b, x, round);
        mpfr_add(y, y, rest, round);
    }
    mpfr_clear(rest);
}

/* x = 1/(1 + exp(-u)) */
static void logistic(mpfr_ptr x, mpfr_srcptr u)
{
    mpfr_neg(x, u, MPFR_RNDN);
    mpfr_exp(x, x, MPFR_RNDN);
    mpfr_add_ui(x, x, 1, MPFR_RNDN);
    mpfr_ui_div(x, 1, x, MPFR_RNDN);
}

/* Newton on u + b logistic(u) = a between a - b and a, halving where it leaves
 * that or a step is not half of the one before. */
static void logit_guess(mpfr_ptr x, mpfr_srcptr a, mpfr_srcptr b)
{
    mpfr_prec_t p = mpfr_get_prec(x);
    mpfr_t lo, hi, u, f, slope, before;
    mpfr_inits2(p, lo, hi, u, f, slope, before, (mpfr_ptr)0);
    mpfr_sub(u, a, b, MPFR_RNDN);
    mpfr_min(lo, u, a, MPFR_RNDD);
    mpfr_max(hi, u, a, MPFR_RNDU);
    mpfr_add(u, lo, hi, MPFR_RNDN);
    mpfr_div_2ui(u, u, 1, MPFR_RNDN);
    mpfr_sub(before, hi, lo, MPFR_RNDN);
    for (long k = 0; k < 4 * (long)p; k++) {
        logistic(x, u);
        mpfr_ui_sub(slope, 1, x, MPFR_RNDN);
        mpfr_mul(slope, slope, x, MPFR_RNDN);
        mpfr_mul(slope, slope, b, MPFR_RNDN);
        mpfr_add_ui(slope, slope, 1, MPFR_RNDN);
        mpfr_mul(f, b, x, MPFR_RNDN);
        mpfr_add(f, f, u, MPFR_RNDN);
        mpfr_sub(f, f, a, MPFR_RNDN);
        mpfr_set(mpfr_sgn(f) < 0 ? lo : hi, u, MPFR_RNDN);
        mpfr_div(f, f, slope, MPFR_RNDN);
        mpfr_sub(f, u, f, MPFR_RNDN);
        mpfr_sub(slope, f, u, MPFR_RNDN);
        bool done = !mpfr_number_p(slope) || mpfr_zero_p(slope) || (!mpfr_zero_p(f) && mpfr_get_exp(slope) < mpfr_get_exp(f) - p + 4);
        mpfr_mul_2ui(slope, slope, 1, MPFR_RNDN);
        if (!done && !(mpfr_cmp(f, lo) >= 0 && mpfr_cmp(f, hi) <= 0 && mpfr_cmpabs(slope, before) <= 0)) {
            mpfr_add(f, lo, hi, MPFR_RNDN);
            mpfr_div_2ui(f, f, 1, MPFR_RNDN);
        }
        mpfr_sub(before, f, u, MPFR_RNDN);
        mpfr_abs(before, before, MPFR_RNDN);
        mpfr_set(u, f, MPFR_RNDN);
        if (done)
            break;
    }
    logistic(x, u);
    mpfr_clears(lo, hi, u, f, slope, before, (mpfr_ptr)0);
}

void enclose_logit_root(mpfi_ptr y, mpfi_srcptr a, mpfi_srcptr b)
{
    static const Ascending f = { logit_value, logit_guess };
    /* The root descends in b. */
    enclose_root(&f, y, a, &b->right, &b->left, 0, 1);
    if (mpfr_cmp_ui(&y->right, 1) > 0)
        mpfr_set_ui(&y->right, 1, MPFR_RNDN);
}
