/* What is known of a sum of terms: its value and derivatives, its sign, and what its slope goes to. */
#include "compiler/check/slope/terms/terms.h"

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
            term_multiply(d, &a->term[k], &by, &t);
            terms_add_term(d, out, &t);
        }
        if (a->term[k].power) {
            term_exact(&by, a->term[k].power, NULL, num_int(d->nums, -1), NULL);
            term_multiply(d, &a->term[k], &by, &t);
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

static bool goes_to_zero(const Scaled *x)
{
    return scaled_is_zero(x) || (terms_growth(x->power, x->rate) < 0 && mpfi_bounded_p(x->c));
}

/* Of what has a growing term in it, by that of its value which grows fastest. */
static bool limit_of_growing(const JetDomain *d, const Terms *slope, mpfi_t limit)
{
    Scaled v;
    scaled_init(&v);
    value_of(d, slope, &v);
    int sign = scaled_is_positive(&v) ? 1 : scaled_is_negative(&v) ? -1 : 0;
    bool is_known = sign && terms_growth(v.power, v.rate) > 0;
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
    bool grows = slope.n > 0 && terms_growth(slope.term[0].power, slope.term[0].rate) > 0;
    bool is_known = grows ? limit_of_growing(d, &slope, limit) : goes_to_zero(&slope.rest[0]);
    if (!grows)
        mpfi_set_ui(limit, 0);
    for (size_t k = 0; k < slope.n && !grows; k++)
        if (terms_growth(slope.term[k].power, slope.term[k].rate) == 0)
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
