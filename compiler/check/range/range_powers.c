#include "compiler/check/range/range_powers.h"

static size_t find(const Powers *p, unsigned bit, int exponent)
{
    size_t k = 0;
    while (k < p->n && !(p->at[k].bit == bit && p->at[k].exponent == exponent))
        k++;
    return k;
}

static bool add(Powers *p, unsigned bit, int exponent)
{
    size_t k = find(p, bit, exponent);
    if (k == RANGES_MAX_PARAMS)
        return false;
    p->at[k] = (DependPower){bit, exponent};
    p->n += k == p->n;
    return true;
}

bool powers_add_first(Powers *p, uint64_t params)
{
    bool ok = true;
    for (unsigned bit = 0; ok && bit < DEPEND_MAX_PARAMS; bit++)
        ok = !(params >> bit & 1) || add(p, bit, 1);
    return ok;
}

bool powers_add(Powers *p, const Dependence *d)
{
    bool ok = true;
    for (size_t t = 0; ok && d && t < d->n; t++) {
        ok = powers_add_first(p, d->term[t].params);
        for (size_t k = 0; ok && k < d->term[t].n_powers; k++)
            ok = add(p, d->term[t].power[k].bit, d->term[t].power[k].exponent);
    }
    return ok;
}

bool powers_add_inverse(Powers *p, const DependTerm *tau)
{
    bool ok = true;
    for (unsigned bit = 0; ok && bit < DEPEND_MAX_PARAMS; bit++)
        ok = !(tau->params >> bit & 1) || add(p, bit, -1);
    for (size_t k = 0; ok && k < tau->n_powers; k++)
        ok = add(p, tau->power[k].bit, -tau->power[k].exponent);
    return ok;
}

bool powers_have(const Powers *p, DependPower power)
{
    return find(p, power.bit, power.exponent) < p->n;
}

bool powers_join(Powers *p, const Powers *q)
{
    bool ok = true;
    for (size_t k = 0; ok && k < q->n; k++)
        ok = add(p, q->at[k].bit, q->at[k].exponent);
    return ok;
}

bool param_has_zero(const ModelParam *p)
{
    return mpq_sgn(p->lo) <= 0 && mpq_sgn(p->hi) >= 0;
}

/* w, w^2, 1/w, 1/w^2 */
static const char *power_name(Ctx *cx, const char *name, int exponent)
{
    const char *over = exponent < 0 ? "1/" : "";
    int size = exponent < 0 ? -exponent : exponent;
    return size == 1 ? arena_printf(&cx->arena, "%s%s", over, name) : arena_printf(&cx->arena, "%s%s^%d", over, name, size);
}

static void power_of(mpq_ptr out, mpq_srcptr x, int exponent)
{
    unsigned long size = (unsigned long)(exponent < 0 ? -exponent : exponent);
    mpz_pow_ui(mpq_numref(out), mpq_numref(x), size);
    mpz_pow_ui(mpq_denref(out), mpq_denref(x), size);
    if (exponent < 0)
        mpq_inv(out, out);
}

/* Between lo and hi a power rises or falls on either side of 0; where it is one that has a value at 0, that is the least of an even one. */
static void take_power(const ModelParam *p, int exponent, mpq_ptr value, mpq_ptr lo, mpq_ptr hi)
{
    power_of(value, p->value, exponent);
    power_of(lo, p->lo, exponent);
    power_of(hi, p->hi, exponent);
    if (mpq_cmp(lo, hi) > 0)
        mpq_swap(lo, hi);
    if (exponent % 2 == 0 && param_has_zero(p))
        mpq_set_ui(lo, 0, 1);
}

void powers_take(Ctx *cx, const Model *m, const Powers *powers, Ranges *out, DependPower *of)
{
    size_t n = 0;
    ranges_init(cx, out, powers->n);
    for (size_t k = 0; k < m->params.n; k++) {
        const ModelParam *p = &m->params.at[k];
        for (int e = -DEPEND_MAX_EXPONENT; p->varies && e <= DEPEND_MAX_EXPONENT; e++) {
            if (find(powers, p->bit, e) == powers->n)
                continue;
            of[n] = (DependPower){p->bit, e};
            out->name[n] = power_name(cx, p->name, e);
            take_power(p, e, out->value[n], out->lo[n], out->hi[n]);
            n++;
        }
    }
}

uint32_t powers_in_term(const DependTerm *t, const DependPower *of, size_t n)
{
    uint32_t in = 0;
    for (size_t k = 0; k < n; k++) {
        bool is = of[k].exponent == 1 && (t->params >> of[k].bit & 1);
        for (size_t j = 0; j < t->n_powers; j++)
            is |= t->power[j].bit == of[k].bit && t->power[j].exponent == of[k].exponent;
        in |= (uint32_t)is << k;
    }
    return in;
}

uint32_t powers_in_inverse(const DependTerm *t, const DependPower *of, size_t n)
{
    uint32_t in = 0;
    for (size_t k = 0; k < n; k++) {
        bool is = of[k].exponent == -1 && (t->params >> of[k].bit & 1);
        for (size_t j = 0; j < t->n_powers; j++)
            is |= t->power[j].bit == of[k].bit && t->power[j].exponent == -of[k].exponent;
        in |= (uint32_t)is << k;
    }
    return in;
}
