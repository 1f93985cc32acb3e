#include "compiler/expr/recall.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(mp_limb_t) == 8, "limbs have 64 bits");

enum { LIMBS = 3, RECALL_BITS = 64 * LIMBS, SLOTS_LOG2 = 10 };

/* A number that is not 0: its limbs, the highest first, with those that x has no room for as 0. */
typedef struct Digits {
    mp_limb_t limb[LIMBS];
    mpfr_exp_t exponent;
    int sign;
} Digits;

/* What was asked: f(x), or x^k, where f is NULL and k is over/under; both are 0 in an empty slot. */
typedef struct Question {
    MpfrFunction *f;
    long over;
    unsigned long under;
    mpfr_prec_t precision;      /* of the answer */
    Digits x;
} Question;

typedef struct Answer {
    Question to;
    Digits value;               /* rounded down */
    bool is_exact;
} Answer;

static bool fits(mpfr_srcptr x)
{
    return mpfr_regular_p(x) && mpfr_get_prec(x) <= RECALL_BITS;
}

static size_t limbs_of(mpfr_prec_t precision)
{
    return ((size_t)precision + 63) / 64;
}

static void take(Digits *d, mpfr_srcptr x)
{
    const mp_limb_t *limb = mpfr_custom_get_significand(x);
    size_t n = limbs_of(mpfr_get_prec(x));
    for (size_t k = 0; k < LIMBS; k++)
        d->limb[k] = k < n ? limb[n - 1 - k] : 0;
    d->exponent = mpfr_get_exp(x);
    d->sign = mpfr_sgn(x);
}

static void give(const Digits *d, mpfr_ptr y)
{
    mp_limb_t *limb = mpfr_custom_get_significand(y);
    size_t n = limbs_of(mpfr_get_prec(y));
    for (size_t k = 0; k < n; k++)
        limb[n - 1 - k] = d->limb[k];
    mpfr_custom_init_set(y, d->sign * MPFR_REGULAR_KIND, d->exponent, mpfr_get_prec(y), limb);
}

static Answer *slot_of(const Question *q)
{
    static _Thread_local Answer table[1 << SLOTS_LOG2];
    uint64_t h = (uint64_t)(uintptr_t)q->f ^ (uint64_t)q->over << 20 ^ q->under << 40 ^ (uint64_t)q->precision;
    for (int k = 0; k < LIMBS; k++)
        h ^= q->x.limb[k] >> 5 * k;
    h += (uint64_t)q->x.exponent << 8 ^ (uint64_t)q->x.sign;
    return &table[h * 0x9E3779B97F4A7C15u >> (64 - SLOTS_LOG2)];
}

static bool is_same(const Question *a, const Question *b)
{
    return a->f == b->f && a->over == b->over && a->under == b->under && a->precision == b->precision && a->x.exponent == b->x.exponent
           && a->x.sign == b->x.sign && memcmp(a->x.limb, b->x.limb, sizeof a->x.limb) == 0;
}

/* NULL: not one for the table. */
static const Answer *known(const Question *q)
{
    const Answer *a = slot_of(q);
    return is_same(&a->to, q) ? a : NULL;
}

static void remember(const Question *q, mpfr_srcptr value, bool is_exact)
{
    Answer *a = slot_of(q);
    *a = (Answer){ .to = *q, .is_exact = is_exact };
    take(&a->value, value);
}

void recall_end(MpfrFunction *f, mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding)
{
    Question q = { .f = f, .precision = mpfr_get_prec(y) };
    if (!fits(x) || q.precision > RECALL_BITS) {
        f(y, x, rounding);
        return;
    }
    take(&q.x, x);
    const Answer *a = known(&q);
    if (!a) {
        mpfr_t down;
        mpfr_init2(down, q.precision);
        bool is_exact = f(down, x, MPFR_RNDD) == 0, has_digits = mpfr_regular_p(down);
        if (has_digits)
            remember(&q, down, is_exact);
        else
            f(y, x, rounding);
        mpfr_clear(down);
        if (!has_digits)
            return;
        a = known(&q);
    }
    give(&a->value, y);
    if (rounding == MPFR_RNDU && !a->is_exact)
        mpfr_nextabove(y);
}

static bool power_of(mpfr_ptr y, mpfr_srcptr x, mpq_srcptr k)
{
    mpfr_t exponent;
    mpfr_init2(exponent, RECALL_EXPONENT);
    int is_off = mpfr_set_q(exponent, k, MPFR_RNDN);
    is_off |= mpfr_pow(y, x, exponent, MPFR_RNDD);
    mpfr_clear(exponent);
    return !is_off;
}

bool recall_power(mpfr_ptr y, mpfr_srcptr x, mpq_srcptr k)
{
    Question q = { .precision = mpfr_get_prec(y) };
    if (!fits(x) || q.precision > RECALL_BITS || !mpz_fits_slong_p(mpq_numref(k)) || !mpz_fits_ulong_p(mpq_denref(k)))
        return power_of(y, x, k);
    q.over = mpz_get_si(mpq_numref(k));
    q.under = mpz_get_ui(mpq_denref(k));
    take(&q.x, x);
    const Answer *a = known(&q);
    if (a) {
        give(&a->value, y);
        return a->is_exact;
    }
    bool is_exact = power_of(y, x, k);
    if (mpfr_regular_p(y))
        remember(&q, y, is_exact);
    return is_exact;
}

void recall(MpfrFunction *f, mpfi_ptr y, mpfi_srcptr x)
{
    if (mpfi_nan_p(x)) {
        mpfr_set_nan(&y->left);
        mpfr_set_nan(&y->right);
        return;
    }
    recall_end(f, &y->left, &x->left, MPFR_RNDD);
    recall_end(f, &y->right, &x->right, MPFR_RNDU);
}

void recall_even(MpfrFunction *f, mpfi_ptr y, mpfi_srcptr x)
{
    mpfi_abs(y, x);
    recall(f, y, y);
}
