/* Powers of sums of terms: the leading term l apart, a = l (1 + u) with a small u, and in u by Taylor's formula, whose rest is u^TERMS_ORDER
 * times a function of u that is bounded with its derivatives by a geometric series. */
#include "compiler/check/slope/terms/terms.h"
#include "compiler/expr/recall.h"

/* An upper bound of |u|. */
static void size_of(const JetDomain *d, const Scaled *u, mpfr_t out)
{
    Scaled x;
    scaled_init(&x);
    scaled_collapse(d, u, &x);
    mpfi_mag(out, x.c);
    scaled_clear(&x);
}

/* [-b, b] for the bounds of the rest and of its first two derivatives by u: most/(1 - r), most ratio/(1 - r)^2 and 2 most ratio^2/(1 - r)^3,
 * with r = ratio |u|. False where r is not well below 1. */
static bool bounds_of(const TermsTaylor *f, mpfr_srcptr size, mpfi_t out[3])
{
    mpfi_t left, b;
    mpfi_init2(left, JET_PRECISION);
    mpfi_init2(b, JET_PRECISION);
    mpfi_set_fr(left, size);
    mpfi_mul_q(left, left, f->ratio);
    bool is_small = mpfr_cmp_d(&left->right, 0.75) <= 0;
    mpfi_ui_sub(left, 1, left);
    mpfi_set_q(b, f->most);
    for (int k = 0; k < 3 && is_small; k++) {
        mpfi_div(b, b, left);
        mpfr_set(&out[k]->right, &b->right, MPFR_RNDU);
        mpfr_neg(&out[k]->left, &b->right, MPFR_RNDD);
        mpfi_mul_q(b, b, f->ratio);
        mpfi_mul_ui(b, b, (unsigned long)k + 1);
    }
    mpfi_clear(left);
    mpfi_clear(b);
    return is_small;
}

/* The function that stands at u^TERMS_ORDER. */
static bool last_coefficient(const JetDomain *d, const TermsTaylor *f, const Terms *u, Terms *out)
{
    Scaled v[3], rest[3];
    mpfr_t size;
    mpfi_t bound[3];
    mpfr_init2(size, JET_PRECISION);
    for (int k = 0; k < 3; k++) {
        scaled_init(&v[k]);
        scaled_init(&rest[k]);
        mpfi_init2(bound[k], JET_PRECISION);
    }
    terms_jet(d, u, v);
    size_of(d, &v[0], size);
    bool fits = mpfr_number_p(size) && bounds_of(f, size, bound);
    if (fits) {
        for (int k = 0; k < 3; k++)
            mpfi_set(rest[k].c, bound[k]);
        scaled_mul(d, &v[1], &v[1], &v[0]);
        scaled_mul(d, &v[0], &rest[2], &rest[2]);
        scaled_mul(d, &v[2], &rest[1], &v[2]);
        scaled_add(d, &rest[2], &v[2], &rest[2]);
        scaled_mul(d, &v[1], &rest[1], &rest[1]);
        terms_rest(rest, out);
    }
    for (int k = 0; k < 3; k++) {
        scaled_clear(&v[k]);
        scaled_clear(&rest[k]);
        mpfi_clear(bound[k]);
    }
    mpfr_clear(size);
    return fits;
}

/* f(u). */
bool terms_taylor(const JetDomain *d, const TermsTaylor *f, const Terms *u, Terms *out)
{
    Terms x, c;
    terms_init(&x);
    terms_init(&c);
    bool fits = true;
    if (mpq_sgn(f->most))
        fits = last_coefficient(d, f, u, out);
    else
        terms_zero(out);
    for (int k = TERMS_ORDER; fits && k-- > 0;) {
        terms_mul(d, out, u, &x);
        terms_const(d, f->f[k], &c);
        terms_add(d, &x, &c, out);
    }
    terms_clear(&x);
    terms_clear(&c);
    return fits;
}

/* ---- the leading term ---- */

static bool same_number(Num a, Num b)
{
    return a && b ? mpq_equal(a, b) : a == b;
}

/* a = lead + out, the lead all that grows as the first term does. */
static bool take_lead(const JetDomain *d, const Terms *a, FarTerm *lead, Terms *out)
{
    if (a->n == 0 || (a->logs && terms_growth(a->term->power, a->term->rate) <= 0))
        return false;
    const FarTerm *t = a->term;
    size_t n = 1;
    mpfi_set(lead->c, t->c);
    lead->power = t->power;
    lead->rate = t->rate;
    while (n < a->n && same_number(t[n].power, t->power) && same_number(t[n].rate, t->rate))
        mpfi_add(lead->c, lead->c, t[n++].c);
    lead->exact = n == 1 ? t->exact : NULL;
    lead->shift = n == 1 ? t->shift : NULL;
    lead->pis = n == 1 ? t->pis : 0;
    terms_rest(a->rest, out);
    out->logs = a->logs;
    for (size_t k = n; k < a->n; k++)
        terms_add_term(d, out, &t[k]);
    return mpfr_sgn(&lead->c->left) > 0 || mpfr_sgn(&lead->c->right) < 0;
}

/* x^k for whole numbers over and under the line that have such a root; false: it is not rational, or long. */
static bool exact_power(mpq_t x, Num k)
{
    enum { MOST = 64 };
    if (mpz_cmp_ui(mpq_denref(k), MOST) > 0 || mpz_cmpabs_ui(mpq_numref(k), MOST) > 0)
        return false;
    unsigned long root = mpz_get_ui(mpq_denref(k)), times = mpz_get_ui(mpq_numref(k));
    if (root > 1 && (mpq_sgn(x) < 0 || !mpz_root(mpq_numref(x), mpq_numref(x), root) || !mpz_root(mpq_denref(x), mpq_denref(x), root)))
        return false;
    mpz_pow_ui(mpq_numref(x), mpq_numref(x), times);
    mpz_pow_ui(mpq_denref(x), mpq_denref(x), times);
    if (mpq_sgn(k) < 0)
        mpq_inv(x, x);
    return true;
}

/* x^k for an x away from 0, above it where k is no whole number. */
static void enclose_power(mpfi_t x, Num k)
{
    bool is_below = mpfr_sgn(&x->right) < 0;
    if (is_below)
        mpfi_neg(x, x);
    recall(mpfr_log, x, x);
    mpfi_mul_q(x, x, k);
    recall(mpfr_exp, x, x);
    if (is_below && mpz_odd_p(mpq_numref(k)))
        mpfi_neg(x, x);
}

static bool power_of_lead(const JetDomain *d, const FarTerm *lead, Num k, FarTerm *out)
{
    bool is_whole = mpz_cmp_ui(mpq_denref(k), 1) == 0, is_positive = mpfr_sgn(&lead->c->left) > 0;
    mpq_ptr exact = num_new(d->nums);
    if (!is_whole && !is_positive)
        return false;
    if (lead->exact)
        mpq_set(exact, lead->exact);
    Num power = scale_product(d->nums, lead->power, k), rate = scale_product(d->nums, lead->rate, k);
    bool is_exact = lead->exact && (is_whole || !lead->pis) && exact_power(exact, k);
    long pis = is_exact && lead->pis ? lead->pis * mpz_get_si(mpq_numref(k)) : 0;
    if (is_exact && !term_is_long(exact, pis)) {
        term_exact(out, exact, scale_product(d->nums, lead->shift, k), power, rate);
        out->pis = (int)pis;
        term_enclose(out);
        return true;
    }
    mpfi_set(out->c, lead->c);
    enclose_power(out->c, k);
    out->exact = out->shift = NULL;
    out->pis = 0;
    out->power = power;
    out->rate = rate;
    return mpfi_bounded_p(out->c) && (mpfr_sgn(&out->c->left) > 0 || mpfr_sgn(&out->c->right) < 0);
}

/* a = lead (1 + u). */
bool terms_apart(const JetDomain *d, const Terms *a, FarTerm *lead, Terms *u)
{
    FarTerm inverse;
    Terms rest;
    term_init(&inverse);
    terms_init(&rest);
    bool fits = take_lead(d, a, lead, &rest) && power_of_lead(d, lead, num_int(d->nums, -1), &inverse);
    if (fits)
        terms_times(d, &rest, &inverse, u);
    terms_clear(&rest);
    term_clear(&inverse);
    return fits;
}

/* ---- powers ---- */

/* The binomial coefficients of k. */
static TermsTaylor binomial(NumPool *nums, Num k)
{
    TermsTaylor f;
    mpq_ptr last = num_new(nums), ratio = num_new(nums), step = num_new(nums);
    mpq_set_ui(last, 1, 1);
    for (int j = 0; j < TERMS_ORDER; j++) {
        mpq_ptr copy = num_new(nums);
        mpq_set(copy, last);
        f.f[j] = copy;
        mpq_sub(step, k, num_int(nums, j));
        mpq_mul(last, last, step);
        mpq_div(last, last, num_int(nums, j + 1));
    }
    mpq_abs(last, last);
    /* From there on |k - j|/(j + 1) is at most 1, or falls. */
    mpq_sub(ratio, k, num_int(nums, TERMS_ORDER));
    mpq_div(ratio, ratio, num_int(nums, TERMS_ORDER + 1));
    mpq_abs(ratio, ratio);
    f.most = last;
    f.ratio = mpq_cmp_ui(ratio, 1, 1) > 0 ? ratio : num_int(nums, 1);
    return f;
}

/* k = 2, 3, 4. */
static void small_power(const JetDomain *d, const Terms *a, long k, Terms *out)
{
    Terms x;
    terms_init(&x);
    terms_mul(d, a, a, out);
    for (; k > 2; k--) {
        terms_mul(d, out, a, &x);
        terms_set(out, &x);
    }
    terms_clear(&x);
}

bool terms_power(const JetDomain *d, const Terms *a, Num k, Terms *out)
{
    bool is_whole = mpz_cmp_ui(mpq_denref(k), 1) == 0;
    if (terms_is_zero(a) && mpq_sgn(k) > 0) {
        terms_zero(out);
        return true;
    }
    if (is_whole && mpq_cmp_ui(k, 2, 1) >= 0 && mpq_cmp_ui(k, 4, 1) <= 0) {
        small_power(d, a, mpz_get_si(mpq_numref(k)), out);
        return true;
    }
    FarTerm lead, by;
    Terms u, x;
    term_init(&lead);
    term_init(&by);
    terms_init(&u);
    terms_init(&x);
    TermsTaylor f = binomial(d->nums, k);
    bool fits = terms_apart(d, a, &lead, &u) && power_of_lead(d, &lead, k, &by) && terms_taylor(d, &f, &u, &x);
    if (fits)
        terms_times(d, &x, &by, out);
    terms_clear(&u);
    terms_clear(&x);
    term_clear(&lead);
    term_clear(&by);
    return fits;
}

bool terms_divide(const JetDomain *d, const Terms *a, const Terms *b, Terms *out)
{
    Terms inverse;
    terms_init(&inverse);
    bool fits = terms_power(d, b, num_int(d->nums, -1), &inverse);
    if (fits)
        terms_mul(d, a, &inverse, out);
    terms_clear(&inverse);
    return fits;
}
