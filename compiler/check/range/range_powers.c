#include "compiler/check/range/range_powers.h"

#include <stdlib.h>

static bool same_power(const RangePower *a, const RangePower *b)
{
    bool same_base = a->part && b->part ? depend_compare_parts(a->part, b->part) == 0 : !a->part && !b->part && a->bit == b->bit;
    return same_base && a->exponent == b->exponent;
}

static size_t find(const Powers *p, RangePower power)
{
    size_t k = 0;
    while (k < p->n && !same_power(&p->at[k], &power))
        k++;
    return k;
}

static bool add(Powers *p, RangePower power)
{
    size_t k = find(p, power);
    if (k == RANGES_MAX_PARAMS)
        return false;
    p->at[k] = power;
    p->n += k == p->n;
    return true;
}

/* The powers of term^sign; sign 1 or -1. */
static bool add_term(Powers *p, const DependTerm *t, int sign)
{
    bool ok = true;
    for (unsigned bit = 0; ok && bit < DEPEND_MAX_PARAMS; bit++)
        ok = !(t->params >> bit & 1) || add(p, (RangePower){.bit = bit, .exponent = sign});
    for (size_t k = 0; ok && k < t->n_powers; k++)
        ok = add(p, (RangePower){.bit = t->power[k].bit, .exponent = sign * t->power[k].exponent});
    for (size_t k = 0; ok && k < t->n_parts; k++)
        ok = add(p, (RangePower){.part = t->part[k].part, .exponent = sign * t->part[k].exponent});
    return ok;
}

bool powers_add_first(Powers *p, uint64_t params)
{
    return add_term(p, &(DependTerm){.params = params}, 1);
}

bool powers_add(Powers *p, const Dependence *d)
{
    bool ok = true;
    for (size_t t = 0; ok && d && t < d->n; t++)
        ok = add_term(p, &d->term[t], 1);
    return ok;
}

bool powers_add_part(Powers *p, const DependPart *part)
{
    return add(p, (RangePower){.part = part, .exponent = 1});
}

bool powers_share_params(const Dependence *d)
{
    Powers of = {0};
    uint64_t seen = 0;
    bool share = !powers_add(&of, d);
    for (size_t k = 0; k < of.n; k++) {
        uint64_t params = of.at[k].part ? of.at[k].part->of->params : UINT64_C(1) << of.at[k].bit;
        share |= (seen & params) != 0;
        seen |= params;
    }
    return share;
}

bool powers_add_inverse(Powers *p, const DependTerm *tau)
{
    return add_term(p, tau, -1);
}

bool powers_have(const Powers *p, RangePower power)
{
    return find(p, power) < p->n;
}

bool powers_join(Powers *p, const Powers *q)
{
    bool ok = true;
    for (size_t k = 0; ok && k < q->n; k++)
        ok = add(p, q->at[k]);
    return ok;
}

/* ---- texts ---- */

static const char *sum_text(Ctx *cx, const Model *m, const Dependence *d);

static const char *part_text(Ctx *cx, const Model *m, const DependPart *p)
{
    static const char *const name[] = {
#define FUNCTION(id, name, n_args, text) [EIG_FN_##id] = name,
#include "runtime/function.def"
#undef FUNCTION
    };
    return arena_printf(&cx->arena, "%s(%s)", p->fn == EIG_FN_ADD ? "" : name[p->fn], sum_text(cx, m, p->of));
}

/* "2 * w * v^2 * exp(u)"; without a factor of 1, "-" for -1. */
static const char *term_text(Ctx *cx, const Model *m, const DependTerm *t)
{
    bool is_one = mpq_cmp_ui(t->factor, 1, 1) == 0, is_minus = mpq_cmp_si(t->factor, -1, 1) == 0;
    const char *text = is_one ? "" : is_minus ? "-" : num_text(cx, t->factor), *times = is_one || is_minus ? "" : " * ";
    if (!t->params && !t->n_powers && !t->n_parts)
        return num_text(cx, t->factor);
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
        if (t->params >> bit & 1) {
            text = arena_printf(&cx->arena, "%s%s%s", text, times, param_of_bit(m, bit)->name);
            times = " * ";
        }
    for (size_t k = 0; k < t->n_powers + t->n_parts; k++) {
        bool of_param = k < t->n_powers;
        RangePower power = of_param ? (RangePower){.bit = t->power[k].bit, .exponent = t->power[k].exponent}
                                    : (RangePower){.part = t->part[k - t->n_powers].part, .exponent = t->part[k - t->n_powers].exponent};
        text = arena_printf(&cx->arena, "%s%s%s", text, times, power_text(cx, m, &power));
        times = " * ";
    }
    return text;
}

static const char *sum_text(Ctx *cx, const Model *m, const Dependence *d)
{
    const char *text = "";
    for (size_t k = 0; k < d->n; k++) {
        const char *term = term_text(cx, m, &d->term[k]);
        bool is_below = k && term[0] == '-';
        text = arena_printf(&cx->arena, "%s%s%s", text, is_below ? " - " : k ? " + " : "", term + is_below);
    }
    if (d->n == 0)
        text = "0";             /* terms may cancel */
    return text;
}

/* w, w^2, 1/w, 1/w^2 */
const char *power_text(Ctx *cx, const Model *m, const RangePower *p)
{
    const char *over = p->exponent < 0 ? "1/" : "", *base = p->part ? part_text(cx, m, p->part) : param_of_bit(m, p->bit)->name;
    int size = abs(p->exponent);
    return size == 1 ? arena_printf(&cx->arena, "%s%s", over, base) : arena_printf(&cx->arena, "%s%s^%d", over, base, size);
}

/* ---- their values ---- */

static bool values_of(const Model *m, const RangePower *p, mpq_ptr lo, mpq_ptr hi)
{
    if (p->part)
        return values_of_part(m, p->part, lo, hi) && values_of_power(p->exponent, lo, hi);
    mpq_set(lo, param_of_bit(m, p->bit)->lo);
    mpq_set(hi, param_of_bit(m, p->bit)->hi);
    return values_of_power(p->exponent, lo, hi);
}

const RangePower *powers_without_value(const Model *m, const Powers *p)
{
    mpq_t lo, hi;
    const RangePower *without = NULL;
    mpq_inits(lo, hi, (mpq_ptr)0);
    for (size_t k = 0; !without && k < p->n; k++)
        if (!values_of(m, &p->at[k], lo, hi))
            without = &p->at[k];
    mpq_clears(lo, hi, (mpq_ptr)0);
    return without;
}

static bool divides_by_zero(const Model *m, const Dependence *d)
{
    bool does = false;
    for (unsigned bit = 0; !does && bit < DEPEND_MAX_PARAMS; bit++)
        does = d->divided >> bit & 1 && param_has_zero(param_of_bit(m, bit));
    for (size_t t = 0; t < d->n; t++)
        for (size_t k = 0; !does && k < d->term[t].n_parts; k++)
            does = divides_by_zero(m, d->term[t].part[k].part->of);
    return does;
}

bool powers_divide_by_zero(const Model *m, const Powers *p)
{
    bool does = false;
    for (size_t k = 0; !does && k < p->n; k++)
        does = p->at[k].part && divides_by_zero(m, p->at[k].part->of);
    return does;
}

static void own_value(const Model *m, const RangePower *p, mpq_ptr out)
{
    DependPower power = {p->bit, p->exponent};
    DependPartPower part = {p->part, p->exponent};
    DependTerm term = {.n_powers = !p->part, .power = &power, .n_parts = p->part != NULL, .part = &part};
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    term.factor = one;
    value_of_sum(m, &(Dependence){.n = 1, .term = &term}, out);
    mpq_clear(one);
}

bool powers_are_positive(const Model *m, const Powers *p)
{
    mpq_t own, lo, hi;
    bool all = true;
    mpq_inits(own, lo, hi, (mpq_ptr)0);
    for (size_t k = 0; all && k < p->n; k++) {
        own_value(m, &p->at[k], own);
        all = mpq_sgn(own) > 0 && values_of(m, &p->at[k], lo, hi) && mpq_sgn(lo) > 0;
    }
    mpq_clears(own, lo, hi, (mpq_ptr)0);
    return all;
}

static void take(Ctx *cx, const Model *m, const RangePower *p, Ranges *out, RangePower *of, size_t n)
{
    of[n] = *p;
    out->name[n] = power_text(cx, m, p);
    own_value(m, p, out->value[n]);
    if (!values_of(m, p, out->lo[n], out->hi[n])) {
        mpq_set_ui(out->lo[n], 0, 1);
        mpq_set_ui(out->hi[n], 0, 1);
    }
}

static int compare_parts(const RangePower *a, const RangePower *b)
{
    int way = depend_compare_parts(a->part, b->part);
    return way ? way : (a->exponent > b->exponent) - (a->exponent < b->exponent);
}

/* The one behind `last` in the order of what parts say; weights were met in the order of declarations. */
static const RangePower *next_part(const Powers *p, const RangePower *last)
{
    const RangePower *next = NULL;
    for (size_t k = 0; k < p->n; k++) {
        const RangePower *at = &p->at[k];
        if (at->part && (!last || compare_parts(at, last) > 0) && (!next || compare_parts(at, next) < 0))
            next = at;
    }
    return next;
}

void powers_take(Ctx *cx, const Model *m, const Powers *powers, Ranges *out, RangePower *of)
{
    size_t n = 0, parts = 0;
    ranges_init(cx, out, powers->n);
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
        for (int e = -DEPEND_MAX_EXPONENT; e <= DEPEND_MAX_EXPONENT; e++) {
            RangePower power = {.bit = bit, .exponent = e};
            if (powers_have(powers, power))
                take(cx, m, &power, out, of, n++);
        }
    for (size_t k = 0; k < powers->n; k++)
        parts += powers->at[k].part != NULL;
    for (const RangePower *next, *last = NULL; parts-- > 0; last = next) {
        next = next_part(powers, last);
        take(cx, m, next, out, of, n++);
    }
}

/* Bits of those that term^sign has. */
static uint32_t powers_in(const DependTerm *t, int sign, const RangePower *of, size_t n)
{
    Powers in = {0};
    uint32_t bits = 0;
    add_term(&in, t, sign);
    for (size_t k = 0; k < n; k++)
        bits |= (uint32_t)powers_have(&in, of[k]) << k;
    return bits;
}

uint32_t powers_in_term(const DependTerm *t, const RangePower *of, size_t n)
{
    return powers_in(t, 1, of, n);
}

uint32_t powers_in_inverse(const DependTerm *t, const RangePower *of, size_t n)
{
    return powers_in(t, -1, of, n);
}
