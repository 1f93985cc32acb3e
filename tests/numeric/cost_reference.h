/* The catalogue of costs from its definition, in MPFR: the inverse of the
 * activation, x + g'(x), and the derivative of the activation. */
#ifndef TESTS_NUMERIC_COST_REFERENCE_H
#define TESTS_NUMERIC_COST_REFERENCE_H
#include <math.h>
#include <mpfr.h>
#include <stdbool.h>

enum { REFERENCE_BITS = 320, REFERENCE_PARAMS = 3 };

/* What the functions compute with: fewer bits than REFERENCE_BITS while these are enough. */
static int reference_bits = REFERENCE_BITS;

typedef struct CostReference {
    const char *name;
    int n_params;
    double standard[REFERENCE_PARAMS];
    bool p0_is_range;           /* hi is p[0], not 1 */
    double lo, hi;              /* open interval of values; at a closed end 0 the input may be anything below */
    /* y = x + g'(x) for lo < x < hi; NULL: y = phi(s) is known instead */
    void (*inverse)(mpfr_ptr y, mpfr_srcptr x, const mpfr_t *p);
    void (*value)(mpfr_ptr y, mpfr_srcptr s, const mpfr_t *p);
    /* y = phi'(s); x is phi(s) as a double, a start for iterations */
    void (*slope)(mpfr_ptr y, mpfr_srcptr s, double x, const mpfr_t *p);
} CostReference;

#define N MPFR_RNDN
#define LOCAL(...) mpfr_t __VA_ARGS__
#define INIT(...) mpfr_inits2(reference_bits, __VA_ARGS__, (mpfr_ptr)0)
#define CLEAR(...) mpfr_clears(__VA_ARGS__, (mpfr_ptr)0)

#define INVERSE(cost) static void cost##_inverse(mpfr_ptr y, mpfr_srcptr x, const mpfr_t *p)
#define SLOPE(cost) static void cost##_slope(mpfr_ptr y, mpfr_srcptr s, double x, const mpfr_t *p)

/* ln(x/(r - x)) */
static void logit(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr r)
{
    mpfr_sub(y, r, x, N);
    mpfr_div(y, x, y, N);
    mpfr_log(y, y, N);
}

/* e/(1 + e)^2, e = exp(-|v|) */
static void bell(mpfr_ptr y, mpfr_srcptr v)
{
    LOCAL(e);
    INIT(e);
    mpfr_abs(e, v, N);
    mpfr_neg(e, e, N);
    mpfr_exp(e, e, N);
    mpfr_add_ui(y, e, 1, N);
    mpfr_sqr(y, y, N);
    mpfr_div(y, e, y, N);
    CLEAR(e);
}

/* r, T, th */
INVERSE(logistic)
{
    logit(y, x, p[0]);
    mpfr_mul(y, y, p[1], N);
    mpfr_add(y, y, p[2], N);
}

SLOPE(logistic)
{
    (void)x;
    mpfr_sub(y, s, p[2], N);
    mpfr_div(y, y, p[1], N);
    bell(y, y);
    mpfr_mul(y, y, p[0], N);
    mpfr_div(y, y, p[1], N);
}

/* T */
INVERSE(entropy)
{
    mpfr_ui_sub(y, 1, x, N);
    mpfr_div(y, x, y, N);
    mpfr_log(y, y, N);
    mpfr_mul(y, y, p[0], N);
    mpfr_add(y, y, x, N);
}

/* With u = logit(x): logistic(u) + T u = s. */
SLOPE(entropy)
{
    LOCAL(u, f, e);
    INIT(u, f, e);
    mpfr_set_d(u, x > 0 && x < 1 ? log(x) - log1p(-x) : 0, N);
    if (!(x > 1e-300 && x < 1 - 1e-12)) {
        mpfr_sub_ui(u, s, x > 0.5, N);
        mpfr_div(u, u, p[0], N);
    }
    for (int k = 0; k < 60; k++) {
        bell(e, u);
        mpfr_add(e, e, p[0], N);
        mpfr_neg(f, u, N);
        mpfr_exp(f, f, N);
        mpfr_add_ui(f, f, 1, N);
        mpfr_ui_div(f, 1, f, N);
        mpfr_sub(f, f, s, N);
        mpfr_mul(y, u, p[0], N);
        mpfr_add(f, f, y, N);
        mpfr_div(f, f, e, N);
        mpfr_sub(u, u, f, N);
        if (mpfr_zero_p(f) || mpfr_get_exp(f) < 10 - reference_bits)
            break;
    }
    bell(e, u);
    mpfr_add(f, e, p[0], N);
    mpfr_div(y, e, f, N);
    CLEAR(u, f, e);
}

INVERSE(tanh)
{
    (void)p;
    mpfr_atanh(y, x, N);
}

SLOPE(tanh)
{
    (void)x, (void)p;
    mpfr_sech(y, s, N);
    mpfr_sqr(y, y, N);
}

static void times_half_pi(mpfr_ptr y, mpfr_srcptr x)
{
    LOCAL(pi);
    INIT(pi);
    mpfr_const_pi(pi, N);
    mpfr_mul(y, x, pi, N);
    mpfr_div_2ui(y, y, 1, N);
    CLEAR(pi);
}

INVERSE(arctan)
{
    LOCAL(pi);
    INIT(pi);
    (void)p;
    times_half_pi(y, x);
    mpfr_tan(y, y, N);
    mpfr_const_pi(pi, N);
    mpfr_div(y, y, pi, N);
    mpfr_mul_2ui(y, y, 1, N);
    CLEAR(pi);
}

SLOPE(arctan)
{
    (void)x, (void)p;
    times_half_pi(y, s);
    mpfr_sqr(y, y, N);
    mpfr_add_ui(y, y, 1, N);
    mpfr_ui_div(y, 1, y, N);
}

INVERSE(softsign)
{
    (void)p;
    mpfr_abs(y, x, N);
    mpfr_ui_sub(y, 1, y, N);
    mpfr_div(y, x, y, N);
}

SLOPE(softsign)
{
    (void)x, (void)p;
    mpfr_abs(y, s, N);
    mpfr_add_ui(y, y, 1, N);
    mpfr_sqr(y, y, N);
    mpfr_ui_div(y, 1, y, N);
}

INVERSE(algebraic)
{
    (void)p;
    mpfr_sqr(y, x, N);
    mpfr_ui_sub(y, 1, y, N);
    mpfr_sqrt(y, y, N);
    mpfr_div(y, x, y, N);
}

SLOPE(algebraic)
{
    LOCAL(root);
    INIT(root);
    (void)x, (void)p;
    mpfr_sqr(y, s, N);
    mpfr_add_ui(y, y, 1, N);
    mpfr_sqrt(root, y, N);
    mpfr_mul(y, y, root, N);
    mpfr_ui_div(y, 1, y, N);
    CLEAR(root);
}

/* phi itself: erfc(-s/(sigma sqrt(2)))/2 */
static void probit_value(mpfr_ptr y, mpfr_srcptr s, const mpfr_t *p)
{
    LOCAL(root);
    INIT(root);
    mpfr_sqrt_ui(root, 2, N);
    mpfr_mul(root, root, p[0], N);
    mpfr_neg(root, root, N);
    mpfr_div(y, s, root, N);
    mpfr_erfc(y, y, N);
    mpfr_div_2ui(y, y, 1, N);
    CLEAR(root);
}

SLOPE(probit)
{
    LOCAL(root);
    INIT(root);
    (void)x;
    mpfr_div(y, s, p[0], N);
    mpfr_sqr(y, y, N);
    mpfr_div_2ui(y, y, 1, N);
    mpfr_neg(y, y, N);
    mpfr_exp(y, y, N);
    mpfr_const_pi(root, N);
    mpfr_mul_2ui(root, root, 1, N);
    mpfr_sqrt(root, root, N);
    mpfr_div(y, y, root, N);
    mpfr_div(y, y, p[0], N);
    CLEAR(root);
}

INVERSE(elu)
{
    if (mpfr_sgn(x) >= 0) {
        mpfr_set(y, x, N);
    } else {
        mpfr_div(y, x, p[0], N);
        mpfr_log1p(y, y, N);
    }
}

SLOPE(elu)
{
    (void)x;
    if (mpfr_sgn(s) >= 0) {
        mpfr_set_ui(y, 1, N);
    } else {
        mpfr_exp(y, s, N);
        mpfr_mul(y, y, p[0], N);
    }
}

/* x + T ln(1 - exp(-x/T)) */
INVERSE(softplus)
{
    mpfr_div(y, x, p[0], N);
    mpfr_neg(y, y, N);
    mpfr_expm1(y, y, N);
    mpfr_neg(y, y, N);
    mpfr_log(y, y, N);
    mpfr_mul(y, y, p[0], N);
    mpfr_add(y, y, x, N);
}

SLOPE(softplus)
{
    (void)x;
    mpfr_div(y, s, p[0], N);
    mpfr_neg(y, y, N);
    mpfr_exp(y, y, N);
    mpfr_add_ui(y, y, 1, N);
    mpfr_ui_div(y, 1, y, N);
}

INVERSE(log_barrier)
{
    mpfr_div(y, p[0], x, N);
    mpfr_sub(y, x, y, N);
}

/* x/sqrt(s^2 + 4 m); for s < 0, x = 2 m/(sqrt(s^2 + 4 m) - s) */
SLOPE(log_barrier)
{
    LOCAL(root);
    INIT(root);
    (void)x;
    mpfr_sqr(root, s, N);
    mpfr_set(y, p[0], N);
    mpfr_mul_2ui(y, y, 2, N);
    mpfr_add(root, root, y, N);
    mpfr_sqrt(root, root, N);
    mpfr_abs(y, s, N);
    mpfr_add(y, y, root, N);
    if (mpfr_sgn(s) < 0) {
        mpfr_div(y, p[0], y, N);
        mpfr_mul_2ui(y, y, 2, N);
    }
    mpfr_div(y, y, root, N);
    mpfr_div_2ui(y, y, 1, N);
    CLEAR(root);
}

INVERSE(boltzmann)
{
    mpfr_log(y, x, N);
    mpfr_mul(y, y, p[0], N);
    mpfr_add(y, y, x, N);
}

/* With y = x/T: y + ln y = s/T - ln T; y/(1 + y). Newton's method in u = ln y, from above, descends. */
SLOPE(boltzmann)
{
    LOCAL(u, e, f);
    INIT(u, e, f);
    (void)x;
    mpfr_div(f, s, p[0], N);
    mpfr_set(e, p[0], N);
    mpfr_log(e, e, N);
    mpfr_sub(y, f, e, N);
    if (mpfr_cmp_ui(y, 1) > 0)
        mpfr_log(u, y, N);
    else
        mpfr_set(u, y, N);
    for (int k = 0; k < 60; k++) {
        mpfr_exp(e, u, N);
        mpfr_add(f, e, u, N);
        mpfr_sub(f, f, y, N);
        mpfr_add_ui(e, e, 1, N);
        mpfr_div(f, f, e, N);
        mpfr_sub(u, u, f, N);
        if (mpfr_zero_p(f) || mpfr_get_exp(f) < 10 - reference_bits)
            break;
    }
    mpfr_neg(e, u, N);
    mpfr_exp(e, e, N);
    mpfr_add_ui(e, e, 1, N);
    mpfr_ui_div(y, 1, e, N);
    CLEAR(u, e, f);
}

INVERSE(three_halves)
{
    mpfr_sqrt(y, x, N);
    mpfr_mul(y, y, p[0], N);
    mpfr_add(y, y, x, N);
}

/* With y = sqrt(x) = 2 s/(l + sqrt(l^2 + 4 s)): y/(y + l/2). */
SLOPE(three_halves)
{
    LOCAL(f);
    INIT(f);
    (void)x;
    mpfr_mul_2ui(f, s, 2, N);
    mpfr_set(y, p[0], N);
    mpfr_sqr(y, y, N);
    mpfr_add(f, f, y, N);
    mpfr_sqrt(f, f, N);
    mpfr_add(f, f, p[0], N);
    mpfr_mul_2ui(y, s, 1, N);
    mpfr_div(y, y, f, N);
    mpfr_div_2ui(f, p[0], 1, N);
    mpfr_add(f, f, y, N);
    mpfr_div(y, y, f, N);
    if (mpfr_sgn(s) <= 0)
        mpfr_set_zero(y, 1);
    CLEAR(f);
}

INVERSE(cubic)
{
    mpfr_sqr(y, x, N);
    mpfr_mul(y, y, p[0], N);
    mpfr_add(y, y, x, N);
}

SLOPE(cubic)
{
    (void)x;
    if (mpfr_sgn(s) < 0) {
        mpfr_set_zero(y, 1);
    } else {
        mpfr_mul(y, s, p[0], N);
        mpfr_mul_2ui(y, y, 2, N);
        mpfr_add_ui(y, y, 1, N);
        mpfr_rec_sqrt(y, y, N);
    }
}

/* y = x^e for x > 0 */
static void to_power(mpfr_ptr y, mpfr_srcptr x, mpfr_srcptr e)
{
    mpfr_log(y, x, N);
    mpfr_mul(y, y, e, N);
    mpfr_exp(y, y, N);
}

/* k, p */
INVERSE(power)
{
    LOCAL(e);
    INIT(e);
    mpfr_set_ui(e, 1, N);
    mpfr_div(e, e, p[1], N);
    mpfr_div(y, x, p[0], N);
    to_power(y, y, e);
    CLEAR(e);
}

SLOPE(power)
{
    LOCAL(e);
    INIT(e);
    (void)x;
    mpfr_set(e, p[1], N);
    mpfr_sub_ui(e, e, 1, N);
    if (mpfr_sgn(s) <= 0) {
        mpfr_set_zero(y, 1);
    } else {
        to_power(y, s, e);
        mpfr_mul(y, y, p[0], N);
        mpfr_mul(y, y, p[1], N);
    }
    CLEAR(e);
}

/* r, sigma, n */
INVERSE(naka_rushton)
{
    LOCAL(e);
    INIT(e);
    mpfr_set_ui(e, 1, N);
    mpfr_div(e, e, p[2], N);
    mpfr_sub(y, p[0], x, N);
    mpfr_div(y, x, y, N);
    to_power(y, y, e);
    mpfr_mul(y, y, p[1], N);
    CLEAR(e);
}

/* (r n/sigma) u^(n - 1)/(1 + u^n)^2 */
SLOPE(naka_rushton)
{
    LOCAL(u, e);
    INIT(u, e);
    (void)x;
    if (mpfr_sgn(s) <= 0) {
        mpfr_set_ui(y, mpfr_cmp_ui(p[2], 1) == 0 && mpfr_zero_p(s), N);
        mpfr_mul(y, y, p[0], N);
        mpfr_div(y, y, p[1], N);
    } else {
        mpfr_div(u, s, p[1], N);
        mpfr_set(e, p[2], N);
        to_power(y, u, e);
        mpfr_div(u, y, u, N);
        mpfr_add_ui(y, y, 1, N);
        mpfr_sqr(y, y, N);
        mpfr_div(y, u, y, N);
        mpfr_mul(y, y, p[0], N);
        mpfr_mul(y, y, p[2], N);
        mpfr_div(y, y, p[1], N);
    }
    CLEAR(u, e);
}

#define COST(name, n, standard, lo, hi, fn) { name, n, standard, (n) == 3, lo, hi, fn##_inverse, NULL, fn##_slope }
#define P(...) { __VA_ARGS__ }
static const CostReference cost_reference[] = {
    COST("logistic", 3, P(1, 1, 0), 0, 1, logistic),
    COST("logistic_entropy", 1, P(1), 0, 1, entropy),
    COST("tanh_cost", 0, P(0), -1, 1, tanh),
    COST("arctan", 0, P(0), -1, 1, arctan),
    COST("softsign", 0, P(0), -1, 1, softsign),
    COST("algebraic", 0, P(0), -1, 1, algebraic),
    { "probit", 1, P(1), false, 0, 1, NULL, probit_value, probit_slope },
    COST("elu", 1, P(1), -1, HUGE_VAL, elu),
    COST("softplus", 1, P(1), 0, HUGE_VAL, softplus),
    COST("log_barrier", 1, P(1), 0, HUGE_VAL, log_barrier),
    COST("boltzmann", 1, P(1), 0, HUGE_VAL, boltzmann),
    COST("three_halves", 1, P(1), 0, HUGE_VAL, three_halves),
    COST("cubic", 1, P(1), 0, HUGE_VAL, cubic),
    COST("power", 2, P(1, 2), 0, HUGE_VAL, power),
    COST("power", 2, P(0.5, 1.5), 0, HUGE_VAL, power),
    COST("naka_rushton", 3, P(1, 1, 2), 0, 1, naka_rushton),
    COST("naka_rushton", 3, P(1, 1, 1), 0, 1, naka_rushton),
};
enum { N_COST_REFERENCES = sizeof cost_reference / sizeof *cost_reference };
#undef N
#undef LOCAL
#undef INIT
#undef CLEAR
#undef INVERSE
#undef SLOPE
#undef COST
#undef P
#endif
