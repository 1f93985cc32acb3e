#include "compiler/check/slope/terms/terms.h"

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
void term_jet(const JetDomain *d, const FarTerm *t, Scaled v[3])
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

void triple_add(const JetDomain *d, Scaled v[3], const Scaled by[3])
{
    for (int k = 0; k < 3; k++)
        scaled_add(d, &v[k], &by[k], &v[k]);
}

void triple_init(Scaled v[3])
{
    for (int k = 0; k < 3; k++)
        scaled_init(&v[k]);
}

void triple_clear(Scaled v[3])
{
    for (int k = 0; k < 3; k++)
        scaled_clear(&v[k]);
}

static void to_rest(const JetDomain *d, Terms *x, const FarTerm *t)
{
    Scaled v[3];
    d->nums->work += 3;
    triple_init(v);
    term_jet(d, t, v);
    triple_add(d, x->rest, v);
    triple_clear(v);
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

int terms_growth(Num power, Num rate)
{
    return rate ? mpq_sgn(rate) : power ? mpq_sgn(power) : 0;
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
    triple_add(d, out->rest, b->rest);
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
