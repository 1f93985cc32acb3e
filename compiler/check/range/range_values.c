/* Between what the values of a dependence lie over the box of all params, by interval arithmetic in exact numbers. A sum of
 * products of different params is taken at the corners, where it is least and largest; else each occurrence of a param is taken
 * by itself, which may be wider. A function that never falls is taken at both ends: its value is by definition the nearest
 * double where it is not rational, so that those in between lie between the doubles next to those of the ends (docs/theory.md, Powers). */
#include "compiler/check/range/range_powers.h"

#include <math.h>

const ModelParam *param_of_bit(const Model *m, unsigned bit)
{
    for (size_t k = 0; k < m->params.n; k++)
        if (m->params.at[k].varies && m->params.at[k].bit == bit)
            return &m->params.at[k];
    return NULL;
}

bool param_has_zero(const ModelParam *p)
{
    return mpq_sgn(p->lo) <= 0 && mpq_sgn(p->hi) >= 0;
}

/* ---- powers and products ---- */

static void raise(mpq_ptr x, int exponent)
{
    unsigned long size = (unsigned long)(exponent < 0 ? -exponent : exponent);
    mpz_pow_ui(mpq_numref(x), mpq_numref(x), size);
    mpz_pow_ui(mpq_denref(x), mpq_denref(x), size);
    if (exponent < 0)
        mpq_inv(x, x);
}

/* A power rises or falls on either side of 0; where it is one that has a value at 0, that is the least of an even one. */
bool values_of_power(int exponent, mpq_ptr lo, mpq_ptr hi)
{
    bool has_zero = mpq_sgn(lo) <= 0 && mpq_sgn(hi) >= 0;
    if (exponent < 0 && has_zero)
        return false;
    raise(lo, exponent);
    raise(hi, exponent);
    if (mpq_cmp(lo, hi) > 0)
        mpq_swap(lo, hi);
    if (exponent % 2 == 0 && has_zero)
        mpq_set_ui(lo, 0, 1);
    return true;
}

/* [lo, hi] becomes [lo, hi] times [a, b]. */
static void multiply(mpq_ptr lo, mpq_ptr hi, mpq_srcptr a, mpq_srcptr b)
{
    mpq_t end[4];
    for (int k = 0; k < 4; k++) {
        mpq_init(end[k]);
        mpq_mul(end[k], k & 1 ? hi : lo, k & 2 ? b : a);
    }
    mpq_set(lo, end[0]);
    mpq_set(hi, end[0]);
    for (int k = 1; k < 4; k++) {
        if (mpq_cmp(end[k], lo) < 0)
            mpq_set(lo, end[k]);
        if (mpq_cmp(end[k], hi) > 0)
            mpq_set(hi, end[k]);
    }
    for (int k = 0; k < 4; k++)
        mpq_clear(end[k]);
}

/* ---- sums ---- */

static bool take_param(const Model *m, unsigned bit, int exponent, mpq_ptr lo, mpq_ptr hi)
{
    const ModelParam *p = param_of_bit(m, bit);
    mpq_set(lo, p->lo);
    mpq_set(hi, p->hi);
    return values_of_power(exponent, lo, hi);
}

static bool values_of_term(const Model *m, const DependTerm *t, mpq_ptr lo, mpq_ptr hi)
{
    mpq_t a, b;
    bool ok = true;
    mpq_inits(a, b, (mpq_ptr)0);
    mpq_set(lo, t->factor);
    mpq_set(hi, t->factor);
    for (unsigned bit = 0; ok && bit < DEPEND_MAX_PARAMS; bit++)
        if (t->params >> bit & 1 && (ok = take_param(m, bit, 1, a, b)))
            multiply(lo, hi, a, b);
    for (size_t k = 0; ok && k < t->n_powers; k++)
        if ((ok = take_param(m, t->power[k].bit, t->power[k].exponent, a, b)))
            multiply(lo, hi, a, b);
    for (size_t k = 0; ok && k < t->n_parts; k++) {
        ok = values_of_part(m, t->part[k].part, a, b) && values_of_power(t->part[k].exponent, a, b);
        if (ok)
            multiply(lo, hi, a, b);
    }
    mpq_clears(a, b, (mpq_ptr)0);
    return ok;
}

static bool is_of_params_alone(const Dependence *d)
{
    bool is = true;
    for (size_t k = 0; k < d->n; k++)
        is &= !d->term[k].n_powers && !d->term[k].n_parts;
    return is;
}

static void values_at_corners(const Model *m, const Dependence *d, mpq_ptr lo, mpq_ptr hi)
{
    const ModelParam *of[DEPEND_MAX_PARAMS];
    mpq_t value, product;
    size_t n = 0;
    mpq_inits(value, product, (mpq_ptr)0);
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
        if (d->params >> bit & 1)
            of[n++] = param_of_bit(m, bit);
    for (size_t corner = 0; corner < (size_t)1 << n; corner++) {
        mpq_set_ui(value, 0, 1);
        for (size_t t = 0; t < d->n; t++) {
            mpq_set(product, d->term[t].factor);
            for (size_t k = 0; k < n; k++)
                if (d->term[t].params >> of[k]->bit & 1)
                    mpq_mul(product, product, corner >> k & 1 ? of[k]->hi : of[k]->lo);
            mpq_add(value, value, product);
        }
        if (corner == 0 || mpq_cmp(value, lo) < 0)
            mpq_set(lo, value);
        if (corner == 0 || mpq_cmp(value, hi) > 0)
            mpq_set(hi, value);
    }
    mpq_clears(value, product, (mpq_ptr)0);
}

/* What cancelled, w / w, is not in the terms. */
static bool divides_by_zero(const Model *m, const Dependence *d)
{
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
        if (d->divided >> bit & 1 && param_has_zero(param_of_bit(m, bit)))
            return true;
    return false;
}

bool values_of_sum(const Model *m, const Dependence *d, mpq_ptr lo, mpq_ptr hi)
{
    mpq_t a, b;
    bool ok = d->is_sum && !divides_by_zero(m, d);
    if (ok && is_of_params_alone(d) && __builtin_popcountll(d->params) <= RANGES_MAX_PARAMS) {
        values_at_corners(m, d, lo, hi);
        return true;
    }
    mpq_inits(a, b, (mpq_ptr)0);
    mpq_set_ui(lo, 0, 1);
    mpq_set_ui(hi, 0, 1);
    for (size_t t = 0; ok && t < d->n; t++) {
        ok = values_of_term(m, &d->term[t], a, b);
        mpq_add(lo, lo, a);
        mpq_add(hi, hi, b);
    }
    mpq_clears(a, b, (mpq_ptr)0);
    return ok;
}

/* ---- functions ---- */

/* The double next to the one near x, down or up. */
static void step_outward(mpq_ptr x, bool up)
{
    mpq_set_d(x, nextafter(num_to_double(x), up ? HUGE_VAL : -HUGE_VAL));
}

static bool never_negative(EigFn fn)
{
    return fn == EIG_FN_SQRT || fn == EIG_FN_EXP || fn == EIG_FN_NORMCDF;
}

bool values_of_part(const Model *m, const DependPart *p, mpq_ptr lo, mpq_ptr hi)
{
    if (!values_of_sum(m, p->of, lo, hi))
        return false;
    if (p->fn == EIG_FN_ADD)
        return true;
    NumPool pool = {0};
    Num least_of = lo, most_of = hi, least, most;
    bool ok = num_apply(&pool, (int)p->fn, 1, &least_of, &least) && num_apply(&pool, (int)p->fn, 1, &most_of, &most) &&
              fabs(num_to_double(least)) < 1e300 && fabs(num_to_double(most)) < 1e300;
    if (ok) {
        mpq_set(lo, least);
        mpq_set(hi, most);
        step_outward(lo, false);
        step_outward(hi, true);
        if (never_negative(p->fn) && mpq_sgn(lo) < 0)
            mpq_set_ui(lo, 0, 1);
    }
    num_pool_free(&pool);
    return ok;
}

/* ---- the params' own values ---- */

static void multiply_power(mpq_ptr product, mpq_srcptr x, int exponent)
{
    mpq_t power;
    mpq_init(power);
    mpq_set(power, x);
    raise(power, exponent);
    mpq_mul(product, product, power);
    mpq_clear(power);
}

void value_of_sum(const Model *m, const Dependence *d, mpq_ptr out)
{
    mpq_t product;
    mpq_init(product);
    mpq_set_ui(out, 0, 1);
    for (size_t t = 0; t < d->n; t++) {
        const DependTerm *x = &d->term[t];
        mpq_set(product, x->factor);
        for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
            if (x->params >> bit & 1)
                mpq_mul(product, product, param_of_bit(m, bit)->value);
        for (size_t k = 0; k < x->n_powers; k++)
            multiply_power(product, param_of_bit(m, x->power[k].bit)->value, x->power[k].exponent);
        for (size_t k = 0; k < x->n_parts; k++)
            multiply_power(product, x->part[k].part->value, x->part[k].exponent);
        mpq_add(out, out, product);
    }
    mpq_clear(product);
}
