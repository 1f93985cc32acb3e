#include "compiler/check/slope/terms.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/expr/recall.h"

void term_init(FarTerm *t)
{
    mpfi_init2(t->c, JET_PRECISION);
    t->exact = t->shift = t->power = t->rate = NULL;
    t->pis = 0;
}

void term_clear(FarTerm *t)
{
    mpfi_clear(t->c);
}

static void copy_term(FarTerm *to, const FarTerm *from)
{
    mpfi_set(to->c, from->c);
    to->exact = from->exact;
    to->shift = from->shift;
    to->pis = from->pis;
    to->power = from->power;
    to->rate = from->rate;
}

/* Its coefficient, from exact, shift and pis. */
void term_enclose(FarTerm *t)
{
    mpfi_set_q(t->c, t->exact);
    if (!t->shift && !t->pis)
        return;
    mpfi_t x;
    mpfi_init2(x, JET_PRECISION);
    if (t->shift) {
        mpfi_set_q(x, t->shift);
        recall(mpfr_exp, x, x);
        mpfi_mul(t->c, t->c, x);
    }
    if (t->pis)
        mpfi_const_pi(x);
    for (int k = 0; k < abs(t->pis); k++)
        (t->pis > 0 ? mpfi_mul : mpfi_div)(t->c, t->c, x);
    mpfi_clear(x);
}

void term_exact(FarTerm *t, Num exact, Num shift, Num power, Num rate)
{
    t->exact = exact;
    t->shift = shift;
    t->power = power;
    t->rate = rate;
    t->pis = 0;
    term_enclose(t);
}

void terms_init(Terms *x)
{
    x->n = 0;
    x->logs = NULL;
    for (size_t k = 0; k < TERMS_MOST; k++)
        term_init(&x->term[k]);
    for (int k = 0; k < 3; k++)
        scaled_init(&x->rest[k]);
}

void terms_clear(Terms *x)
{
    for (size_t k = 0; k < TERMS_MOST; k++)
        term_clear(&x->term[k]);
    for (int k = 0; k < 3; k++)
        scaled_clear(&x->rest[k]);
}

void terms_zero(Terms *x)
{
    x->n = 0;
    x->logs = NULL;
    for (int k = 0; k < 3; k++)
        scaled_zero(&x->rest[k]);
}

void terms_set(Terms *to, const Terms *from)
{
    to->n = from->n;
    to->logs = from->logs;
    for (size_t k = 0; k < from->n; k++)
        copy_term(&to->term[k], &from->term[k]);
    for (int k = 0; k < 3; k++)
        scaled_set(&to->rest[k], &from->rest[k]);
}

void terms_rest(const Scaled v[3], Terms *out)
{
    out->n = 0;
    out->logs = NULL;
    for (int k = 0; k < 3; k++)
        scaled_set(&out->rest[k], &v[k]);
}

bool terms_is_zero(const Terms *a)
{
    return a->n == 0 && !a->logs && scaled_is_zero(&a->rest[0]);
}

/* ---- terms that become rest ---- */

/* Of c y^p: p c y^(p - 1) and p (p - 1) c y^(p - 2). */
static void power_jet(const JetDomain *d, const FarTerm *t, Scaled v[3])
{
    Num power = t->power;
    for (int k = 1; k < 3; k++) {
        if (!power) {
            scaled_zero(&v[k]);
            continue;
        }
        mpfi_mul_q(v[k].c, v[k - 1].c, power);
        v[k].power = power = scale_sum(d->nums, power, num_int(d->nums, -1));
        v[k].rate = NULL;
    }
}

/* The derivatives of t by y: t, (r + p/y) t and (r^2 + 2 r p/y + p (p - 1)/y^2) t = ((r + p/y)^2 - p/y^2) t. */
static void term_jet(const JetDomain *d, const FarTerm *t, Scaled v[3])
{
    mpfi_t inverse, bend;
    mpfi_set(v[0].c, t->c);
    v[0].power = t->power;
    v[0].rate = t->rate;
    if (!t->rate) {
        power_jet(d, t, v);
        return;
    }
    mpfi_init2(inverse, JET_PRECISION);
    mpfi_init2(bend, JET_PRECISION);
    mpfi_set_ui(v[1].c, 0);
    mpfi_set_ui(bend, 0);
    if (t->power) {
        mpfi_interv_d(inverse, d->lo, d->hi);
        mpfi_inv(inverse, inverse);
        mpfi_mul_q(v[1].c, inverse, t->power);
        mpfi_mul(bend, v[1].c, inverse);
    }
    mpfi_add_q(v[1].c, v[1].c, t->rate);
    mpfi_sqr(v[2].c, v[1].c);
    mpfi_sub(v[2].c, v[2].c, bend);
    for (int k = 1; k < 3; k++) {
        mpfi_mul(v[k].c, v[k].c, t->c);
        v[k].power = t->power;
        v[k].rate = t->rate;
    }
    mpfi_clear(inverse);
    mpfi_clear(bend);
}

static void jet_plus(const JetDomain *d, Scaled v[3], const Scaled by[3])
{
    for (int k = 0; k < 3; k++)
        scaled_add(d, &v[k], &by[k], &v[k]);
}

static void init_jet(Scaled v[3])
{
    for (int k = 0; k < 3; k++)
        scaled_init(&v[k]);
}

static void clear_jet(Scaled v[3])
{
    for (int k = 0; k < 3; k++)
        scaled_clear(&v[k]);
}

static void to_rest(const JetDomain *d, Terms *x, const FarTerm *t)
{
    Scaled v[3];
    d->nums->work += 3;
    init_jet(v);
    term_jet(d, t, v);
    jet_plus(d, x->rest, v);
    clear_jet(v);
}

/* ---- sums ---- */

static double number_or_zero(Num x)
{
    return x ? num_to_double(x) : 0;
}

/* The logarithm of its size at the near end, about. */
static double log_size(const JetDomain *d, mpfi_srcptr c, Num power, Num rate)
{
    double by_left = mpfr_get_d(&c->left, MPFR_RNDN), by_right = mpfr_get_d(&c->right, MPFR_RNDN);
    return log(fmax(fabs(by_left), fabs(by_right))) + number_or_zero(power) * log(d->lo) + number_or_zero(rate) * d->lo;
}

static int compare(Num a, Num b)
{
    return !a ? (b ? -mpq_sgn(b) : 0) : !b ? mpq_sgn(a) : mpq_cmp(a, b);
}

/* Which one grows faster. */
static int compare_growth(const FarTerm *a, const FarTerm *b)
{
    int by_rate = compare(a->rate, b->rate);
    return by_rate ? by_rate : compare(a->power, b->power);
}

/* They are one where they are exact and have the same shift, or where neither is exact; else they stand beside each other. */
static bool are_like(const FarTerm *a, const FarTerm *b)
{
    return !a->exact == !b->exact && (!a->exact || (compare(a->shift, b->shift) == 0 && a->pis == b->pis)) && compare_growth(a, b) == 0;
}

static void remove_at(Terms *x, size_t k)
{
    for (x->n--; k < x->n; k++)
        copy_term(&x->term[k], &x->term[k + 1]);
}

static bool has_zero(const FarTerm *t)
{
    return !t->exact && !(mpfr_sgn(&t->c->left) > 0 || mpfr_sgn(&t->c->right) < 0);
}

static void merge(const JetDomain *d, Terms *x, size_t k, const FarTerm *t)
{
    FarTerm *at = &x->term[k];
    if (!t->exact) {
        mpfi_add(at->c, at->c, t->c);
        if (has_zero(at)) {
            to_rest(d, x, at);
            remove_at(x, k);
        }
        return;
    }
    at->exact = scale_sum(d->nums, at->exact, t->exact);
    if (at->exact)
        term_enclose(at);
    else
        remove_at(x, k);
}

static void insert_at(Terms *x, size_t k, const FarTerm *t)
{
    for (size_t j = x->n; j > k; j--)
        copy_term(&x->term[j], &x->term[j - 1]);
    copy_term(&x->term[k], t);
    x->n++;
}

/* Nothing is lost of t as a part of the rest, which grows faster and is larger, and so are their derivatives. */
static bool is_lost(const JetDomain *d, const Terms *x, const FarTerm *t)
{
    static const double SMALL = -8;
    double size = log_size(d, t->c, t->power, t->rate);
    for (int k = 0; k < 2; k++) {
        const Scaled *r = &x->rest[k];
        int by_rate = compare(t->rate, r->rate);
        if (by_rate > 0 || (by_rate == 0 && compare(t->power, r->power) >= 0) || !(size < log_size(d, r->c, r->power, r->rate) + SMALL))
            return false;
        size += log(fabs(number_or_zero(t->rate)) + fabs(number_or_zero(t->power)) / d->lo);
    }
    return true;
}

void terms_add_term(const JetDomain *d, Terms *x, const FarTerm *t)
{
    size_t k = 0;
    d->nums->work++;
    if (has_zero(t) || is_lost(d, x, t)) {
        to_rest(d, x, t);
        return;
    }
    while (k < x->n && compare_growth(&x->term[k], t) > 0)
        k++;
    for (size_t j = k; j < x->n && compare_growth(&x->term[j], t) == 0; j++)
        if (are_like(&x->term[j], t)) {
            merge(d, x, j, t);
            return;
        }
    if (k == TERMS_MOST) {
        to_rest(d, x, t);
        return;
    }
    if (x->n == TERMS_MOST)
        to_rest(d, x, &x->term[--x->n]);
    insert_at(x, k, t);
}

void terms_add(const JetDomain *d, const Terms *a, const Terms *b, Terms *out)
{
    terms_set(out, a);
    jet_plus(d, out->rest, b->rest);
    out->logs = scale_sum(d->nums, out->logs, b->logs);
    for (size_t k = 0; k < b->n; k++)
        terms_add_term(d, out, &b->term[k]);
}

void terms_const(const JetDomain *d, Num value, Terms *out)
{
    FarTerm t;
    terms_zero(out);
    if (mpq_sgn(value) == 0)
        return;
    term_init(&t);
    term_exact(&t, value, NULL, NULL, NULL);
    terms_add_term(d, out, &t);
    term_clear(&t);
}

void terms_variable(const JetDomain *d, Terms *out)
{
    FarTerm t;
    terms_zero(out);
    term_init(&t);
    term_exact(&t, num_int(d->nums, d->side), NULL, num_int(d->nums, 1), NULL);
    terms_add_term(d, out, &t);
    term_clear(&t);
}

/* ---- products ---- */

bool term_is_long(Num exact, long pis)
{
    enum { MOST_BITS = 600, MOST_PIS = 32 };
    return mpz_sizeinbase(mpq_numref(exact), 2) + mpz_sizeinbase(mpq_denref(exact), 2) > MOST_BITS || labs(pis) > MOST_PIS;
}

static void multiply_terms(const JetDomain *d, const FarTerm *a, const FarTerm *b, FarTerm *out)
{
    Num exact = a->exact && b->exact ? scale_product(d->nums, a->exact, b->exact) : NULL;
    if (exact && term_is_long(exact, a->pis + b->pis))
        exact = NULL;
    out->power = scale_sum(d->nums, a->power, b->power);
    out->rate = scale_sum(d->nums, a->rate, b->rate);
    out->shift = exact ? scale_sum(d->nums, a->shift, b->shift) : NULL;
    out->pis = exact ? a->pis + b->pis : 0;
    out->exact = exact;
    if (exact)
        term_enclose(out);
    else
        mpfi_mul(out->c, a->c, b->c);
}

/* Of a value and its derivatives. */
static void multiply_jets(const JetDomain *d, const Scaled a[3], const Scaled b[3], Scaled out[3])
{
    Scaled x;
    scaled_init(&x);
    scaled_mul(d, &a[1], &b[1], &x);
    scaled_add(d, &x, &x, &out[2]);
    scaled_mul(d, &a[2], &b[0], &x);
    scaled_add(d, &x, &out[2], &out[2]);
    scaled_mul(d, &a[0], &b[2], &x);
    scaled_add(d, &x, &out[2], &out[2]);
    scaled_mul(d, &a[1], &b[0], &out[1]);
    scaled_mul(d, &a[0], &b[1], &x);
    scaled_add(d, &x, &out[1], &out[1]);
    scaled_mul(d, &a[0], &b[0], &out[0]);
    scaled_clear(&x);
}

static bool has_rest(const Terms *a)
{
    return !scaled_is_zero(&a->rest[0]) || !scaled_is_zero(&a->rest[1]) || !scaled_is_zero(&a->rest[2]);
}

/* (terms + rest) (terms + rest) without the product of the terms: rest of a times all of b, and terms of a times the rest of b. */
static void multiply_rests(const JetDomain *d, const Terms *a, const Terms *b, Scaled out[3])
{
    Scaled v[3], x[3];
    init_jet(v);
    init_jet(x);
    for (int k = 0; k < 3; k++)
        scaled_zero(&out[k]);
    if (has_rest(a)) {
        terms_jet(d, b, v);
        multiply_jets(d, a->rest, v, out);
    }
    if (has_rest(b)) {
        for (size_t k = 0; k < a->n; k++) {
            term_jet(d, &a->term[k], x);
            multiply_jets(d, x, b->rest, v);
            jet_plus(d, out, v);
        }
    }
    clear_jet(v);
    clear_jet(x);
}

static void multiply(const JetDomain *d, const Terms *a, const Terms *b, Terms *out)
{
    FarTerm t;
    out->n = 0;
    out->logs = NULL;
    multiply_rests(d, a, b, out->rest);
    term_init(&t);
    for (size_t j = 0; j < a->n; j++)
        for (size_t k = 0; k < b->n; k++) {
            multiply_terms(d, &a->term[j], &b->term[k], &t);
            terms_add_term(d, out, &t);
        }
    term_clear(&t);
}

/* The number that a is; NULL: it is none. */
static Num number_of(const Terms *a)
{
    const FarTerm *t = a->term;
    bool is_number = a->n == 1 && !a->logs && !has_rest(a) && t->exact && !t->shift && !t->pis && !t->power && !t->rate;
    return is_number ? t->exact : NULL;
}

void terms_mul(const JetDomain *d, const Terms *a, const Terms *b, Terms *out)
{
    Terms x, y;
    if (!a->logs && !b->logs) {
        multiply(d, a, b, out);
        return;
    }
    Num by = number_of(a) ? number_of(a) : number_of(b);
    if (by) {
        terms_scale(d, number_of(a) ? b : a, by, out);
        return;
    }
    terms_init(&x);
    terms_init(&y);
    terms_without_logs(d, a, &x);
    terms_without_logs(d, b, &y);
    multiply(d, &x, &y, out);
    terms_clear(&x);
    terms_clear(&y);
}

void terms_times(const JetDomain *d, const Terms *a, const FarTerm *by, Terms *out)
{
    Terms b;
    terms_init(&b);
    terms_add_term(d, &b, by);
    terms_mul(d, a, &b, out);
    terms_clear(&b);
}

void terms_scale(const JetDomain *d, const Terms *a, Num by, Terms *out)
{
    FarTerm t, x;
    terms_zero(out);
    if (mpq_sgn(by) == 0)
        return;
    term_init(&t);
    term_init(&x);
    term_exact(&t, by, NULL, NULL, NULL);
    for (int k = 0; k < 3; k++) {
        scaled_set(&out->rest[k], &a->rest[k]);
        mpfi_mul_q(out->rest[k].c, out->rest[k].c, by);
    }
    out->logs = scale_product(d->nums, a->logs, by);
    for (size_t k = 0; k < a->n; k++) {
        multiply_terms(d, &a->term[k], &t, &x);
        terms_add_term(d, out, &x);
    }
    term_clear(&t);
    term_clear(&x);
}

/* ---- what is known of it ---- */

void terms_without_logs(const JetDomain *d, const Terms *a, Terms *out)
{
    Scaled one, v;
    terms_set(out, a);
    if (!a->logs)
        return;
    scaled_init(&one);
    scaled_init(&v);
    scaled_int(&one, 1);
    one.power = a->logs;
    scaled_log(d, &one, true, &v);
    scaled_add(d, &out->rest[0], &v, &out->rest[0]);
    scaled_set_num(&v, a->logs);
    v.power = num_int(d->nums, -1);
    scaled_add(d, &out->rest[1], &v, &out->rest[1]);
    scaled_neg(&v, &v);
    v.power = num_int(d->nums, -2);
    scaled_add(d, &out->rest[2], &v, &out->rest[2]);
    out->logs = NULL;
    scaled_clear(&one);
    scaled_clear(&v);
}

/* The derivative of the terms, and of the rest what is known of it. */
static void differentiate(const JetDomain *d, const Terms *a, Terms *out)
{
    FarTerm t, by;
    term_init(&t);
    term_init(&by);
    terms_zero(out);
    scaled_set(&out->rest[0], &a->rest[1]);
    scaled_set(&out->rest[1], &a->rest[2]);
    scaled_everything(&out->rest[2]);
    for (size_t k = 0; k < a->n; k++) {
        if (a->term[k].rate) {
            term_exact(&by, a->term[k].rate, NULL, NULL, NULL);
            multiply_terms(d, &a->term[k], &by, &t);
            terms_add_term(d, out, &t);
        }
        if (a->term[k].power) {
            term_exact(&by, a->term[k].power, NULL, num_int(d->nums, -1), NULL);
            multiply_terms(d, &a->term[k], &by, &t);
            terms_add_term(d, out, &t);
        }
    }
    if (a->logs) {
        term_exact(&t, a->logs, NULL, num_int(d->nums, -1), NULL);
        terms_add_term(d, out, &t);
    }
    term_clear(&t);
    term_clear(&by);
}

/* The slow ones first: each sum is relative to what grows faster. */
static void value_of(const JetDomain *d, const Terms *a, Scaled *out)
{
    Scaled x;
    Terms plain;
    if (a->logs) {
        terms_init(&plain);
        terms_without_logs(d, a, &plain);
        value_of(d, &plain, out);
        terms_clear(&plain);
        return;
    }
    scaled_init(&x);
    scaled_set(out, &a->rest[0]);
    for (size_t k = a->n; k-- > 0;) {
        mpfi_set(x.c, a->term[k].c);
        x.power = a->term[k].power;
        x.rate = a->term[k].rate;
        scaled_add(d, out, &x, out);
    }
    scaled_clear(&x);
}

void terms_jet(const JetDomain *d, const Terms *a, Scaled v[3])
{
    Terms first, second;
    d->nums->work += 10;
    terms_init(&first);
    terms_init(&second);
    differentiate(d, a, &first);
    differentiate(d, &first, &second);
    value_of(d, a, &v[0]);
    value_of(d, &first, &v[1]);
    value_of(d, &second, &v[2]);
    terms_clear(&first);
    terms_clear(&second);
}

static int sign_of(Num x)
{
    return x ? mpq_sgn(x) : 0;
}

static int growth_of(Num power, Num rate)
{
    return sign_of(rate) ? sign_of(rate) : sign_of(power);
}

static bool goes_to_zero(const Scaled *x)
{
    return scaled_is_zero(x) || (growth_of(x->power, x->rate) < 0 && mpfi_bounded_p(x->c));
}

/* Of what has a growing term in it, by that of its value which grows fastest. */
static bool limit_of_growing(const JetDomain *d, const Terms *slope, mpfi_t limit)
{
    Scaled v;
    scaled_init(&v);
    value_of(d, slope, &v);
    int sign = scaled_is_positive(&v) ? 1 : scaled_is_negative(&v) ? -1 : 0;
    bool is_known = sign && growth_of(v.power, v.rate) > 0;
    mpfr_set_inf(&limit->left, sign);
    mpfr_set_inf(&limit->right, sign);
    scaled_clear(&v);
    return is_known;
}

bool terms_limit(const JetDomain *d, const Terms *a, mpfi_t limit)
{
    Terms slope;
    terms_init(&slope);
    differentiate(d, a, &slope);
    bool grows = slope.n > 0 && growth_of(slope.term[0].power, slope.term[0].rate) > 0;
    bool is_known = grows ? limit_of_growing(d, &slope, limit) : goes_to_zero(&slope.rest[0]);
    if (!grows)
        mpfi_set_ui(limit, 0);
    for (size_t k = 0; k < slope.n && !grows; k++)
        if (growth_of(slope.term[k].power, slope.term[k].rate) == 0)
            mpfi_add(limit, limit, slope.term[k].c);
    terms_clear(&slope);
    return is_known;
}

int terms_sign(const JetDomain *d, const Terms *a)
{
    Scaled x;
    scaled_init(&x);
    value_of(d, a, &x);
    int sign = scaled_is_positive(&x) ? 1 : scaled_is_negative(&x) ? -1 : 0;
    scaled_clear(&x);
    return sign;
}
