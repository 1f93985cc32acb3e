#include "compiler/expr/depend.h"

#include <stdlib.h>

/* What a constant that depends on nothing is, as a sum. */
typedef struct Sum {
    uint64_t params, divided;
    bool is_sum;
    size_t n;
    const DependTerm *term;
    DependTerm constant;
} Sum;

static void sum_of(const Dependence *d, Num value, Sum *out)
{
    *out = (Sum){.is_sum = true, .n = 1, .constant = {.factor = value}};
    out->term = &out->constant;
    if (!d)
        return;
    out->params = d->params;
    out->divided = d->divided;
    out->is_sum = d->is_sum;
    out->n = d->n;
    out->term = d->term;
}

const Dependence *depend_unknown(Ctx *cx, uint64_t params)
{
    Dependence *d = ARENA_NEW(&cx->arena, Dependence);
    d->params = params;
    return d;
}

const Dependence *depend_on_param(Ctx *cx, NumPool *pool, unsigned bit)
{
    if (bit >= DEPEND_MAX_PARAMS)
        return depend_unknown(cx, UINT64_C(1) << DEPEND_MAX_PARAMS);
    Dependence *d = ARENA_NEW(&cx->arena, Dependence);
    DependTerm *t = ARENA_NEW(&cx->arena, DependTerm);
    *t = (DependTerm){.params = UINT64_C(1) << bit, .factor = num_int(pool, 1)};
    *d = (Dependence){.params = t->params, .is_sum = true, .is_followed = true, .n = 1, .term = t};
    return d;
}

/* ---- parts ---- */

static int compare_powers(const DependTerm *a, const DependTerm *b)
{
    if (a->n_powers != b->n_powers)
        return a->n_powers < b->n_powers ? -1 : 1;
    for (size_t k = 0; k < a->n_powers; k++) {
        const DependPower *x = &a->power[k], *y = &b->power[k];
        if (x->bit != y->bit)
            return x->bit < y->bit ? -1 : 1;
        if (x->exponent != y->exponent)
            return x->exponent < y->exponent ? -1 : 1;
    }
    return 0;
}

/* But for factors. */
static int compare_terms(const DependTerm *a, const DependTerm *b)
{
    int order = 0;
    if (a->params != b->params)
        return a->params < b->params ? -1 : 1;
    if ((order = compare_powers(a, b)) != 0)
        return order;
    if (a->n_parts != b->n_parts)
        return a->n_parts < b->n_parts ? -1 : 1;
    for (size_t k = 0; !order && k < a->n_parts; k++) {
        order = depend_compare_parts(a->part[k].part, b->part[k].part);
        if (!order && a->part[k].exponent != b->part[k].exponent)
            order = a->part[k].exponent < b->part[k].exponent ? -1 : 1;
    }
    return order;
}

/* The terms of sums of parts are in order. */
int depend_compare_parts(const DependPart *a, const DependPart *b)
{
    int order = 0;
    if (a == b)
        return 0;
    if (a->fn != b->fn)
        return a->fn < b->fn ? -1 : 1;
    if (a->of->n != b->of->n)
        return a->of->n < b->of->n ? -1 : 1;
    for (size_t k = 0; !order && k < a->of->n; k++) {
        order = compare_terms(&a->of->term[k], &b->of->term[k]);
        if (!order)
            order = mpq_cmp(a->of->term[k].factor, b->of->term[k].factor);
    }
    return order;
}

/* The constant comes last. */
static void sort_terms(DependTerm *term, size_t n)
{
    for (size_t k = 1; k < n; k++)
        for (size_t j = k; j > 0 && compare_terms(&term[j - 1], &term[j]) < 0; j--) {
            DependTerm t = term[j];
            term[j] = term[j - 1];
            term[j - 1] = t;
        }
}

/* NULL where parts are in parts too deep. */
static const DependPart *new_part(Ctx *cx, EigFn fn, const Dependence *of, Num value)
{
    int depth = 1;
    for (size_t t = 0; t < of->n; t++)
        for (size_t k = 0; k < of->term[t].n_parts; k++)
            depth = of->term[t].part[k].part->depth + 1 > depth ? of->term[t].part[k].part->depth + 1 : depth;
    if (depth > DEPEND_MAX_DEPTH)
        return NULL;
    DependPart *p = ARENA_NEW(&cx->arena, DependPart);
    *p = (DependPart){.fn = fn, .of = of, .value = value, .depth = depth};
    return p;
}

/* A sum with its terms in order, divided by a constant. */
static const Dependence *divided_sum(Ctx *cx, NumPool *pool, const Sum *s, mpq_srcptr by)
{
    Dependence *d = ARENA_NEW(&cx->arena, Dependence);
    DependTerm *term = ARENA_ARRAY(&cx->arena, s->n, DependTerm);
    for (size_t k = 0; k < s->n; k++) {
        mpq_ptr factor = num_new(pool);
        mpq_div(factor, s->term[k].factor, by);
        term[k] = s->term[k];
        term[k].factor = factor;
    }
    sort_terms(term, s->n);
    *d = (Dependence){.params = s->params, .divided = s->divided, .is_sum = true, .n = s->n, .term = term};
    return d;
}

/* So that its first term has the factor 1, or -1 where the sum is below 0 otherwise: time constants are above it. */
static const DependPart *sum_part(Ctx *cx, NumPool *pool, const Sum *s, Num value, Num *constant)
{
    if (!s->is_sum || s->n < 2 || mpq_sgn(value) == 0)
        return NULL;
    const Dependence *in_order = divided_sum(cx, pool, s, num_int(pool, 1));
    mpq_ptr by = num_new(pool), own = num_new(pool);
    mpq_abs(by, in_order->term[0].factor);
    if (mpq_sgn(value) < 0)
        mpq_neg(by, by);
    mpq_div(own, value, by);
    *constant = by;
    return new_part(cx, EIG_FN_ADD, divided_sum(cx, pool, s, by), own);
}

const DependPart *depend_sum_part(Ctx *cx, NumPool *pool, const Dependence *sum, Num value, Num *constant)
{
    Sum s;
    sum_of(sum, value, &s);
    return sum_part(cx, pool, &s, value, constant);
}

const DependPart *depend_whole(Ctx *cx, NumPool *pool, const Dependence *sum, Num value, Num *constant)
{
    Sum s;
    mpq_ptr by = num_new(pool), own = num_new(pool);
    if (!sum->is_sum || sum->n == 0)
        return NULL;
    sum_of(sum, value, &s);
    const Dependence *in_order = divided_sum(cx, pool, &s, num_int(pool, 1));
    mpq_set(by, in_order->term[0].factor);
    if (mpq_sgn(by) == 0)
        return NULL;
    mpq_div(own, value, by);
    *constant = by;
    return new_part(cx, EIG_FN_ADD, divided_sum(cx, pool, &s, by), own);
}

/* Somewhere in the terms, in parts of parts too; is_divisor: as one that is divided by. */
static bool occurs(const DependTerm *term, size_t n, const DependPart *p, bool is_divisor)
{
    for (size_t t = 0; t < n; t++)
        for (size_t k = 0; mpq_sgn(term[t].factor) && k < term[t].n_parts; k++) {
            const DependPartPower *now = &term[t].part[k];
            bool is_same = (!is_divisor || now->exponent < 0) && depend_compare_parts(now->part, p) == 0;
            if (is_same || occurs(now->part->of->term, now->part->of->n, p, is_divisor))
                return true;
        }
    return false;
}

/* What has no value where a part has none, or is 0 and divided by, is still seen to have none there: each part is in the
 * sum, and where it was divided by, it is so. */
static bool keeps_parts(const DependTerm *term, size_t n, const Sum *from)
{
    bool all = true;
    for (size_t t = 0; t < from->n; t++)
        for (size_t k = 0; all && k < from->term[t].n_parts; k++)
            all = occurs(term, n, from->term[t].part[k].part, from->term[t].part[k].exponent < 0);
    return all;
}

/* ---- products of powers ---- */

static int exponent_of(const DependTerm *t, unsigned bit)
{
    for (size_t k = 0; k < t->n_powers; k++)
        if (t->power[k].bit == bit)
            return t->power[k].exponent;
    return (int)(t->params >> bit & 1);
}

/* The parts of a^x b^y, in order; false where an exponent is too large, or one part is above and below. */
static bool parts_of(Ctx *cx, const DependTerm *a, int x, const DependTerm *b, int y, DependTerm *out)
{
    DependPartPower *part = ARENA_ARRAY(&cx->arena, a->n_parts + b->n_parts + 1, DependPartPower);
    size_t i = 0, j = 0, n = 0;
    while (i < a->n_parts || (y && j < b->n_parts)) {
        int order = i == a->n_parts ? 1 : !y || j == b->n_parts ? -1 : depend_compare_parts(a->part[i].part, b->part[j].part);
        int of_a = order <= 0 ? x * a->part[i].exponent : 0, of_b = order >= 0 ? y * b->part[j].exponent : 0;
        if ((of_a > 0 && of_b < 0) || (of_a < 0 && of_b > 0) || abs(of_a + of_b) > DEPEND_MAX_EXPONENT)
            return false;
        part[n++] = (DependPartPower){order <= 0 ? a->part[i].part : b->part[j].part, of_a + of_b};
        i += order <= 0;
        j += order >= 0;
    }
    out->part = part;
    out->n_parts = n;
    return true;
}

/* a^x b^y, without the factor; false where an exponent is too large. */
static bool powers_of(Ctx *cx, const DependTerm *a, int x, const DependTerm *b, int y, DependTerm *out)
{
    DependPower power[DEPEND_MAX_PARAMS];
    size_t n = 0;
    *out = (DependTerm){0};
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++) {
        int e = x * exponent_of(a, bit) + y * exponent_of(b, bit);
        if (e > DEPEND_MAX_EXPONENT || e < -DEPEND_MAX_EXPONENT)
            return false;
        if (e == 1)
            out->params |= UINT64_C(1) << bit;
        else if (e)
            power[n++] = (DependPower){bit, e};
    }
    DependPower *kept = ARENA_ARRAY(&cx->arena, n, DependPower);
    for (size_t k = 0; k < n; k++)
        kept[k] = power[k];
    out->power = kept;
    out->n_powers = n;
    return parts_of(cx, a, x, b, y, out);
}

/* ---- sums ---- */

/* Adds `factor` times the product of `of` to the n terms, joining equal products; false where they become too many. */
static bool term_add(NumPool *pool, DependTerm *term, size_t *n, const DependTerm *of, mpq_srcptr factor)
{
    size_t k = 0;
    while (k < *n && compare_terms(&term[k], of) != 0)
        k++;
    if (k == DEPEND_MAX_TERMS)
        return false;
    mpq_ptr sum = num_new(pool);
    if (k == *n)
        mpq_set(sum, factor);
    else
        mpq_add(sum, term[k].factor, factor);
    term[k] = *of;
    term[k].factor = sum;
    *n += k == *n;
    return true;
}

static bool terms_of_sum(NumPool *pool, EigFn fn, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    mpq_t minus;
    bool ok = true;
    for (size_t k = 0; ok && k < a->n; k++)
        ok = term_add(pool, term, n, &a->term[k], a->term[k].factor);
    mpq_init(minus);
    for (size_t k = 0; ok && k < b->n; k++) {
        mpq_neg(minus, b->term[k].factor);
        ok = term_add(pool, term, n, &b->term[k], fn == EIG_FN_SUB ? minus : b->term[k].factor);
    }
    mpq_clear(minus);
    return ok;
}

static bool terms_of_product(Ctx *cx, NumPool *pool, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    DependTerm both;
    mpq_t product;
    bool ok = true;
    mpq_init(product);
    for (size_t k = 0; k < a->n; k++)
        for (size_t j = 0; ok && j < b->n; j++) {
            mpq_mul(product, a->term[k].factor, b->term[j].factor);
            ok = powers_of(cx, &a->term[k], 1, &b->term[j], 1, &both) && term_add(pool, term, n, &both, product);
        }
    mpq_clear(product);
    return ok;
}

/* a^e of a single product of powers. */
static bool term_of_power(Ctx *cx, NumPool *pool, const DependTerm *a, int e, DependTerm *out)
{
    static const DependTerm one;
    mpq_ptr factor = num_new(pool);
    if (mpq_sgn(a->factor) == 0 || !powers_of(cx, a, e, &one, 0, out))
        return false;
    mpq_set_ui(factor, 1, 1);
    for (int k = 0; k < (e < 0 ? -e : e); k++)
        mpq_mul(factor, factor, a->factor);
    if (e < 0)
        mpq_inv(factor, factor);
    out->factor = factor;
    return true;
}

/* s^e, e below 0 or beyond 1, s a sum of two terms or more. */
static bool power_of_sum(Ctx *cx, NumPool *pool, const Sum *s, Num value, int e, DependTerm *out)
{
    Num constant;
    const DependPart *part = sum_part(cx, pool, s, value, &constant);
    DependPartPower *power = ARENA_NEW(&cx->arena, DependPartPower);
    DependTerm product = {.factor = constant};
    if (!part || !term_of_power(cx, pool, &product, e, out))
        return false;
    *power = (DependPartPower){part, e};
    out->n_parts = 1;
    out->part = power;
    return true;
}

static bool is_constant(const DependTerm *t)
{
    return !t->params && !t->n_powers && !t->n_parts;
}

/* b = c + d x with constants c and d: x/b = 1/d - (c/d)/b, in which x does not stand twice. The first part of a, so divided, goes into the
 * terms, what is still to be divided into *rest. False, and nothing is done, where nothing would be left of that. */
static bool divide_out(Ctx *cx, NumPool *pool, const Sum *a, const Sum *b, Sum *rest, DependTerm *term, size_t *n)
{
    size_t of_x = b->n == 2 && is_constant(&b->term[0]), n_rest = 0, n_out = 0;
    const DependTerm *x = &b->term[of_x];
    if (b->n != 2 || !is_constant(&b->term[1 - of_x]) || x->n_powers || x->n_parts || __builtin_popcountll(x->params) != 1)
        return false;
    DependTerm *left = ARENA_ARRAY(&cx->arena, a->n + 1, DependTerm), *out = ARENA_ARRAY(&cx->arena, a->n + 1, DependTerm);
    bool ok = true, any = false;
    for (size_t k = 0; ok && k < a->n; k++) {
        DependTerm t = a->term[k];
        mpq_ptr factor = num_new(pool);
        mpq_set(factor, t.factor);
        if (t.params & x->params) {
            t.params &= ~x->params;
            mpq_div(factor, factor, x->factor);
            ok = term_add(pool, out, &n_out, &t, factor);
            factor = num_new(pool);
            mpq_div(factor, t.factor, x->factor);
            mpq_mul(factor, factor, b->term[1 - of_x].factor);
            mpq_neg(factor, factor);
        }
        ok = ok && term_add(pool, left, &n_rest, &t, factor);
    }
    for (size_t k = 0; k < n_rest; k++)
        any |= mpq_sgn(left[k].factor) != 0;
    if (!ok || !any)
        return false;
    for (size_t k = 0; k < n_out; k++)
        term[k] = out[k];
    *n = n_out;
    *rest = (Sum){.is_sum = true, .n = n_rest, .term = left};
    return true;
}

/* By a single product of powers, which is not 0 then, or by a sum as a whole. */
static bool terms_of_quotient(Ctx *cx, NumPool *pool, const Sum *a, const Sum *b, Num divisor, DependTerm *term, size_t *n)
{
    Sum inverse = {.is_sum = true, .n = 1}, rest;
    inverse.term = &inverse.constant;
    bool ok = b->n == 1 ? term_of_power(cx, pool, &b->term[0], -1, &inverse.constant)
                        : power_of_sum(cx, pool, b, divisor, -1, &inverse.constant);
    if (ok && divide_out(cx, pool, a, b, &rest, term, n))
        a = &rest;
    return ok && terms_of_product(cx, pool, a, &inverse, term, n) && keeps_parts(term, *n, &inverse);
}

static bool terms_of_negative(Ctx *cx, NumPool *pool, const Sum *a, DependTerm *term, size_t *n)
{
    Sum minus;
    sum_of(NULL, num_int(pool, -1), &minus);
    return terms_of_product(cx, pool, a, &minus, term, n);
}

/* Whole powers of a product, squares of sums, and other powers of sums as a whole. */
static bool terms_of_power(Ctx *cx, NumPool *pool, const Sum *a, const Sum *b, Num base, DependTerm *term, size_t *n)
{
    Num e = b->constant.factor;
    if (b->params || mpz_cmp_ui(mpq_denref(e), 1) != 0 || mpz_cmpabs_ui(mpq_numref(e), DEPEND_MAX_EXPONENT) > 0 || mpq_sgn(e) == 0)
        return false;
    if (a->n != 1 && mpq_cmp_ui(e, 2, 1) == 0)
        return terms_of_product(cx, pool, a, a, term, n);
    int exponent = (int)mpz_get_si(mpq_numref(e));
    if (a->n != 1 && exponent == 1) {
        Sum one;
        sum_of(NULL, num_int(pool, 1), &one);
        return terms_of_product(cx, pool, a, &one, term, n);
    }
    *n = 1;
    return a->n == 1 ? term_of_power(cx, pool, &a->term[0], exponent, &term[0]) : power_of_sum(cx, pool, a, base, exponent, &term[0]);
}

/* A function that never falls. */
static bool term_of_function(Ctx *cx, NumPool *pool, EigFn fn, const Sum *a, Num result, DependTerm *term, size_t *n)
{
    Num one = num_int(pool, 1);
    const DependPart *part = new_part(cx, fn, divided_sum(cx, pool, a, one), result);
    DependPartPower *power = ARENA_NEW(&cx->arena, DependPartPower);
    if (!part)
        return false;
    *power = (DependPartPower){part, 1};
    term[0] = (DependTerm){.factor = one, .n_parts = 1, .part = power};
    *n = 1;
    return true;
}

static bool terms_of(Ctx *cx, NumPool *pool, EigFn fn, const Sum *a, const Sum *b, const Num *value, Num result, DependTerm *term, size_t *n)
{
    switch (fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB: return terms_of_sum(pool, fn, a, b, term, n);
    case EIG_FN_MUL: return terms_of_product(cx, pool, a, b, term, n);
    case EIG_FN_NEG: return terms_of_negative(cx, pool, a, term, n);
    case EIG_FN_DIV: return terms_of_quotient(cx, pool, a, b, value[1], term, n);
    case EIG_FN_POW: return terms_of_power(cx, pool, a, b, value[0], term, n);
    case EIG_FN_SQRT: case EIG_FN_EXP: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_EXPM1: case EIG_FN_TANH: case EIG_FN_ATAN:
    case EIG_FN_NORMCDF: return term_of_function(cx, pool, fn, a, result, term, n);
    default: return false;
    }
}

/* The params whose product it is. */
static uint64_t params_of_product(const Sum *s)
{
    uint64_t params = s->n == 1 ? s->term[0].params : 0;
    for (size_t k = 0; s->n == 1 && k < s->term[0].n_powers; k++)
        params |= UINT64_C(1) << s->term[0].power[k].bit;
    return params;
}

/* What the result is divided by, in whatever power; not what is in parts. */
static uint64_t divided_by(EigFn fn, const Sum *a, const Sum *b)
{
    bool inverts = fn == EIG_FN_POW && mpq_sgn(b->constant.factor) < 0;
    return a->divided | b->divided | (fn == EIG_FN_DIV ? params_of_product(b) : inverts ? params_of_product(a) : 0);
}

const Dependence *depend_call(Ctx *cx, NumPool *pool, EigFn fn, int n_args, const Dependence *const *arg, const Num *value, Num result)
{
    Sum s[2] = {{0}};
    uint64_t params = 0;
    for (int k = 0; k < n_args; k++)
        params |= arg[k] ? arg[k]->params : 0;
    if (!params)
        return NULL;
    for (int k = 0; k < 2; k++)
        sum_of(k < n_args ? arg[k] : NULL, k < n_args ? value[k] : num_int(pool, 0), &s[k]);
    size_t larger = s[0].n > s[1].n ? s[0].n : s[1].n, most = (s[0].n + 1) * (larger + 1), n = 0;
    DependTerm *term = ARENA_ARRAY(&cx->arena, most < DEPEND_MAX_TERMS ? most : DEPEND_MAX_TERMS, DependTerm);
    if (!s[0].is_sum || !s[1].is_sum || !terms_of(cx, pool, fn, &s[0], &s[1], value, result, term, &n) || !keeps_parts(term, n, &s[0]) ||
        !keeps_parts(term, n, &s[1]))
        return depend_unknown(cx, params);
    Dependence *d = ARENA_NEW(&cx->arena, Dependence);
    *d = (Dependence){.params = params, .divided = divided_by(fn, &s[0], &s[1]), .is_sum = true, .term = term};
    d->is_followed = !d->divided;
    for (size_t k = 0; k < n; k++)          /* without those that cancel */
        if (mpq_sgn(term[k].factor))
            term[d->n++] = term[k];
    for (size_t k = 0; k < d->n; k++)
        d->is_followed &= !term[k].n_powers && !term[k].n_parts;
    return d;
}

const Dependence *depend_product(Ctx *cx, NumPool *pool, const Dependence *a, Num x, const Dependence *b, Num y)
{
    const Dependence *arg[2] = {a, b};
    Num value[2] = {x, y};
    return depend_call(cx, pool, EIG_FN_MUL, 2, arg, value, NULL);
}

void depend_value(const Dependence *d, mpq_srcptr const *theta, mpq_ptr out)
{
    mpq_t product;
    if (!d->is_followed)
        BUG("the value of a dependence that is not followed");
    mpq_init(product);
    mpq_set_ui(out, 0, 1);
    for (size_t k = 0; k < d->n; k++) {
        mpq_set(product, d->term[k].factor);
        for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
            if (d->term[k].params >> bit & 1)
                mpq_mul(product, product, theta[bit]);
        mpq_add(out, out, product);
    }
    mpq_clear(product);
}
