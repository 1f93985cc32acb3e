/* Products of sums of terms. */
#include <stdlib.h>

#include "compiler/check/slope/terms/terms.h"

bool term_is_long(Num exact, long pis)
{
    enum { MOST_BITS = 600, MOST_PIS = 32 };
    return mpz_sizeinbase(mpq_numref(exact), 2) + mpz_sizeinbase(mpq_denref(exact), 2) > MOST_BITS || labs(pis) > MOST_PIS;
}

void term_multiply(const JetDomain *d, const FarTerm *a, const FarTerm *b, FarTerm *out)
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
static void triple_multiply(const JetDomain *d, const Scaled a[3], const Scaled b[3], Scaled out[3])
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
    triple_init(v);
    triple_init(x);
    for (int k = 0; k < 3; k++)
        scaled_zero(&out[k]);
    if (has_rest(a)) {
        terms_jet(d, b, v);
        triple_multiply(d, a->rest, v, out);
    }
    if (has_rest(b)) {
        for (size_t k = 0; k < a->n; k++) {
            term_jet(d, &a->term[k], x);
            triple_multiply(d, x, b->rest, v);
            triple_add(d, out, v);
        }
    }
    triple_clear(v);
    triple_clear(x);
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
            term_multiply(d, &a->term[j], &b->term[k], &t);
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
        term_multiply(d, &a->term[k], &t, &x);
        terms_add_term(d, out, &x);
    }
    term_clear(&t);
    term_clear(&x);
}
