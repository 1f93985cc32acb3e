#include "compiler/expr/depend.h"

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

/* ---- products of powers ---- */

static int exponent_of(const DependTerm *t, unsigned bit)
{
    for (size_t k = 0; k < t->n_powers; k++)
        if (t->power[k].bit == bit)
            return t->power[k].exponent;
    return (int)(t->params >> bit & 1);
}

static bool same_powers(const DependTerm *a, const DependTerm *b)
{
    bool same = a->params == b->params && a->n_powers == b->n_powers;
    for (size_t k = 0; same && k < a->n_powers; k++)
        same = a->power[k].bit == b->power[k].bit && a->power[k].exponent == b->power[k].exponent;
    return same;
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
    return true;
}

/* ---- sums ---- */

/* Adds `factor` times the product of `of` to the n terms, joining equal products; false where they become too many. */
static bool term_add(NumPool *pool, DependTerm *term, size_t *n, const DependTerm *of, mpq_srcptr factor)
{
    size_t k = 0;
    while (k < *n && !same_powers(&term[k], of))
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

/* By a single product of powers, which is not 0 then. */
static bool terms_of_quotient(Ctx *cx, NumPool *pool, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    Sum inverse = {.is_sum = true, .n = 1};
    inverse.term = &inverse.constant;
    return b->n == 1 && term_of_power(cx, pool, &b->term[0], -1, &inverse.constant) && terms_of_product(cx, pool, a, &inverse, term, n);
}

static bool terms_of_negative(Ctx *cx, NumPool *pool, const Sum *a, DependTerm *term, size_t *n)
{
    Sum minus;
    sum_of(NULL, num_int(pool, -1), &minus);
    return terms_of_product(cx, pool, a, &minus, term, n);
}

/* Whole powers of a product, and squares of sums. */
static bool terms_of_power(Ctx *cx, NumPool *pool, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    Num e = b->constant.factor;
    if (b->params || mpz_cmp_ui(mpq_denref(e), 1) != 0 || mpz_cmpabs_ui(mpq_numref(e), DEPEND_MAX_EXPONENT) > 0 || mpq_sgn(e) == 0)
        return false;
    if (a->n != 1)
        return mpq_cmp_ui(e, 2, 1) == 0 && terms_of_product(cx, pool, a, a, term, n);
    *n = 1;
    return term_of_power(cx, pool, &a->term[0], (int)mpz_get_si(mpq_numref(e)), &term[0]);
}

static bool terms_of(Ctx *cx, NumPool *pool, EigFn fn, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    switch (fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB: return terms_of_sum(pool, fn, a, b, term, n);
    case EIG_FN_MUL: return terms_of_product(cx, pool, a, b, term, n);
    case EIG_FN_NEG: return terms_of_negative(cx, pool, a, term, n);
    case EIG_FN_DIV: return terms_of_quotient(cx, pool, a, b, term, n);
    case EIG_FN_POW: return terms_of_power(cx, pool, a, b, term, n);
    default: return false;
    }
}

/* What the result is divided by, in whatever power. */
static uint64_t divided_by(EigFn fn, const Sum *a, const Sum *b)
{
    bool inverts = fn == EIG_FN_POW && mpq_sgn(b->constant.factor) < 0;
    return a->divided | b->divided | (fn == EIG_FN_DIV ? b->params : inverts ? a->params : 0);
}

const Dependence *depend_call(Ctx *cx, NumPool *pool, EigFn fn, int n_args, const Dependence *const *arg, const Num *value)
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
    if (!s[0].is_sum || !s[1].is_sum || !terms_of(cx, pool, fn, &s[0], &s[1], term, &n))
        return depend_unknown(cx, params);
    Dependence *d = ARENA_NEW(&cx->arena, Dependence);
    *d = (Dependence){.params = params, .divided = divided_by(fn, &s[0], &s[1]), .is_sum = true, .term = term};
    d->is_followed = !d->divided;
    for (size_t k = 0; k < n; k++)          /* without those that cancel */
        if (mpq_sgn(term[k].factor))
            term[d->n++] = term[k];
    for (size_t k = 0; k < d->n; k++)
        d->is_followed &= !term[k].n_powers;
    return d;
}

const Dependence *depend_product(Ctx *cx, NumPool *pool, const Dependence *a, Num x, const Dependence *b, Num y)
{
    const Dependence *arg[2] = {a, b};
    Num value[2] = {x, y};
    return depend_call(cx, pool, EIG_FN_MUL, 2, arg, value);
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
