#include "compiler/expr/depend.h"

/* What a constant that depends on nothing is, as a sum. */
typedef struct Sum {
    uint64_t params;
    bool is_followed;
    size_t n;
    const DependTerm *term;
    DependTerm constant;
} Sum;

static void sum_of(const Dependence *d, Num value, Sum *out)
{
    *out = (Sum){.is_followed = true, .n = 1, .constant = {0, value}};
    out->term = &out->constant;
    if (!d)
        return;
    out->params = d->params;
    out->is_followed = d->is_followed;
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
    *t = (DependTerm){UINT64_C(1) << bit, num_int(pool, 1)};
    *d = (Dependence){.params = t->params, .is_followed = true, .n = 1, .term = t};
    return d;
}

/* Adds factor * product to the n terms, joining equal products; false where they become too many. */
static bool term_add(NumPool *pool, DependTerm *term, size_t *n, uint64_t params, mpq_srcptr factor)
{
    size_t k = 0;
    while (k < *n && term[k].params != params)
        k++;
    if (k == DEPEND_MAX_TERMS)
        return false;
    mpq_ptr sum = num_new(pool);
    if (k == *n)
        mpq_set(sum, factor);
    else
        mpq_add(sum, term[k].factor, factor);
    term[k] = (DependTerm){params, sum};
    *n += k == *n;
    return true;
}

static bool terms_of_sum(NumPool *pool, EigFn fn, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    mpq_t minus;
    bool ok = true;
    for (size_t k = 0; ok && k < a->n; k++)
        ok = term_add(pool, term, n, a->term[k].params, a->term[k].factor);
    mpq_init(minus);
    for (size_t k = 0; ok && k < b->n; k++) {
        mpq_neg(minus, b->term[k].factor);
        ok = term_add(pool, term, n, b->term[k].params, fn == EIG_FN_SUB ? minus : b->term[k].factor);
    }
    mpq_clear(minus);
    return ok;
}

/* A square is not followed: it is not linear in each param. */
static bool terms_of_product(NumPool *pool, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    mpq_t product;
    bool ok = true;
    mpq_init(product);
    for (size_t k = 0; k < a->n; k++)
        for (size_t j = 0; ok && j < b->n; j++) {
            mpq_mul(product, a->term[k].factor, b->term[j].factor);
            ok = !(a->term[k].params & b->term[j].params) &&
                 term_add(pool, term, n, a->term[k].params | b->term[j].params, product);
        }
    mpq_clear(product);
    return ok;
}

static bool terms_of(NumPool *pool, EigFn fn, const Sum *a, const Sum *b, DependTerm *term, size_t *n)
{
    Sum by;
    mpq_t number;
    bool ok;
    switch (fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB: return terms_of_sum(pool, fn, a, b, term, n);
    case EIG_FN_MUL: return terms_of_product(pool, a, b, term, n);
    case EIG_FN_NEG:
    case EIG_FN_DIV:
        if (fn == EIG_FN_DIV && (b->params || mpq_sgn(b->constant.factor) == 0))
            return false;
        mpq_init(number);
        mpq_set_si(number, -1, 1);
        if (fn == EIG_FN_DIV)
            mpq_inv(number, b->constant.factor);
        sum_of(NULL, number, &by);
        ok = terms_of_product(pool, a, &by, term, n);
        mpq_clear(number);
        return ok;
    default: return false;
    }
}

const Dependence *depend_call(Ctx *cx, NumPool *pool, EigFn fn, int n_args, const Dependence *const *arg, const Num *value)
{
    Sum s[2] = {{0}};
    uint64_t params = 0;
    for (int k = 0; k < n_args; k++)
        params |= arg[k] ? arg[k]->params : 0;
    if (!params)
        return NULL;
    for (int k = 0; k < n_args; k++)
        sum_of(arg[k], value[k], &s[k]);
    DependTerm *term = ARENA_ARRAY(&cx->arena, DEPEND_MAX_TERMS, DependTerm);
    size_t n = 0;
    if (!s[0].is_followed || (n_args > 1 && !s[1].is_followed) || !terms_of(pool, fn, &s[0], &s[1], term, &n))
        return depend_unknown(cx, params);
    Dependence *d = ARENA_NEW(&cx->arena, Dependence);
    *d = (Dependence){.params = params, .is_followed = true, .n = n, .term = term};
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
