/* Powers and functions of params as functions of the model's own params, in which cells are cut then: what powers of one param have
 * to do with each other is seen the better the smaller a cell is (docs/theory.md, Powers). */
#include <string.h>

#include "compiler/check/range/range_powers.h"
#include "compiler/check/range/range_search.h"

static const char *const function_name[] = {
#define FUNCTION(id, name, n_args, text) [EIG_FN_##id] = name,
#include "runtime/function.def"
#undef FUNCTION
};

/* ---- formulas ---- */

/* Where own params stand, by their bits. */
typedef struct Own {
    Ctx *cx;
    size_t at[DEPEND_MAX_PARAMS];
} Own;

static RangeFormula *formula_of(const Own *o, const RangePower *p);

static RangeFormula *number_of(const Own *o, mpq_srcptr x)
{
    RangeFormula *f = formula_new(o->cx, FORMULA_NUMBER, 0);
    mpq_set(f->number, x);
    return f;
}

static void put(RangeFormula *f, RangeFormula *part)
{
    f->part[f->n++] = part;
}

/* Of one part that part. */
static RangeFormula *plain(RangeFormula *f)
{
    if (f->n != 1)
        return f;
    mpq_clear(f->number);
    return f->part[0];
}

static RangeFormula *formula_of_term(const Own *o, const DependTerm *t)
{
    size_t n = (size_t)__builtin_popcountll(t->params) + t->n_powers + t->n_parts;
    RangeFormula *f = formula_new(o->cx, FORMULA_PRODUCT, n + 1);
    if (n == 0 || mpq_cmp_ui(t->factor, 1, 1) != 0)
        put(f, number_of(o, t->factor));
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
        if (t->params >> bit & 1)
            put(f, formula_of(o, &(RangePower){.bit = bit, .exponent = 1}));
    for (size_t k = 0; k < t->n_powers; k++)
        put(f, formula_of(o, &(RangePower){.bit = t->power[k].bit, .exponent = t->power[k].exponent}));
    for (size_t k = 0; k < t->n_parts; k++)
        put(f, formula_of(o, &(RangePower){.part = t->part[k].part, .exponent = t->part[k].exponent}));
    return plain(f);
}

static RangeFormula *formula_of_sum(const Own *o, const Dependence *d)
{
    RangeFormula *f = formula_new(o->cx, d->n ? FORMULA_SUM : FORMULA_NUMBER, d->n);
    for (size_t k = 0; k < d->n; k++)
        put(f, formula_of_term(o, &d->term[k]));
    return plain(f);
}

static RangeFormula *formula_of_base(const Own *o, const RangePower *p)
{
    if (!p->part) {
        RangeFormula *f = formula_new(o->cx, FORMULA_PARAM, 0);
        f->param = o->at[p->bit];
        return f;
    }
    RangeFormula *sum = formula_of_sum(o, p->part->of);
    if (p->part->fn == EIG_FN_ADD)
        return sum;
    RangeFormula *f = formula_new(o->cx, FORMULA_FUNCTION, 1);
    f->function = formula_function(function_name[p->part->fn]);
    put(f, sum);
    return f->function < 0 ? NULL : f;
}

/* w^2, exp(w), 1/(w + 3) */
static RangeFormula *formula_of(const Own *o, const RangePower *p)
{
    RangeFormula *base = formula_of_base(o, p);
    if (p->exponent == 1)
        return base;
    RangeFormula *f = formula_new(o->cx, FORMULA_POWER, 1);
    f->exponent = p->exponent;
    put(f, base);
    return f;
}

void ranges_take_own(Ctx *cx, const Model *m, const RangePower *of, Ranges *out)
{
    uint64_t params = 0;
    Own o = {.cx = cx};
    size_t n = 0;
    bool small = true;
    for (size_t k = 0; k < out->n_params; k++)
        params |= of[k].part ? of[k].part->of->params : UINT64_C(1) << of[k].bit;
    if (__builtin_popcountll(params) > FORMULA_MAX_PARAMS || params >> DEPEND_MAX_PARAMS)
        return;
    ranges_own_init(cx, out, (size_t)__builtin_popcountll(params));
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++) {
        const ModelParam *p = params >> bit & 1 ? param_of_bit(m, bit) : NULL;
        if (!p)
            continue;
        out->own_name[n] = p->name;
        mpq_set(out->own_lo[n], p->lo);
        mpq_set(out->own_hi[n], p->hi);
        o.at[bit] = n++;
    }
    for (size_t k = 0; k < out->n_params; k++) {
        out->of[k] = formula_of(&o, &of[k]);
        small = small && formula_is_small(out->of[k]);
    }
    if (!small)
        ranges_own_clear(out);
}

/* ---- values ---- */

/* Outward, where the number is long, or of functions: checkers of files work out the same to more than 64 digits, in some way of theirs. */
static void shorten(mpq_ptr x, bool up)
{
    enum { DIGITS = 64, LONG = 128 };
    size_t top = mpz_sizeinbase(mpq_numref(x), 2), bottom = mpz_sizeinbase(mpq_denref(x), 2);
    if (mpq_sgn(x) == 0 || top + bottom <= LONG)
        return;
    long shift = (long)bottom - (long)top + DIGITS;
    if (shift > 0)
        mpz_mul_2exp(mpq_numref(x), mpq_numref(x), (mp_bitcnt_t)shift);
    else
        mpz_mul_2exp(mpq_denref(x), mpq_denref(x), (mp_bitcnt_t)-shift);
    (up ? mpz_cdiv_q : mpz_fdiv_q)(mpq_numref(x), mpq_numref(x), mpq_denref(x));
    mpz_set_ui(mpq_denref(x), 1);
    if (shift > 0)
        mpq_div_2exp(x, x, (mp_bitcnt_t)shift);
    else
        mpq_mul_2exp(x, x, (mp_bitcnt_t)-shift);
}

bool range_own_derive(const Ranges *r, RangeCell *c)
{
    bool ok = true;
    for (size_t k = 0; ok && r->n_own && k < r->n_params; k++) {
        ok = formula_values(r->of[k], (const mpq_t *)c->own_lo, (const mpq_t *)c->own_hi, r->n_own, c->lo[k], c->hi[k]);
        if (ok) {
            shorten(c->lo[k], false);
            shorten(c->hi[k], true);
        }
    }
    return ok;
}

static bool value_at(NumPool *pool, const RangeFormula *f, const mpq_t *own, mpq_ptr out);

/* As constants of the language have it: num_apply. */
static bool function_at(NumPool *pool, const RangeFormula *f, const mpq_t *own, mpq_ptr out)
{
    int fn = 0;
    Num at = out, value;
    while (!function_name[fn] || strcmp(function_name[fn], formula_function_name(f->function)) != 0)
        fn++;
    if (!value_at(pool, f->part[0], own, out) || !num_apply(pool, fn, 1, &at, &value))
        return false;
    mpq_set(out, value);
    return true;
}

static bool power_at(NumPool *pool, const RangeFormula *f, const mpq_t *own, mpq_ptr out)
{
    mpq_t same;
    if (!value_at(pool, f->part[0], own, out))
        return false;
    mpq_init(same);
    mpq_set(same, out);
    bool ok = values_of_power(f->exponent, out, same);
    mpq_clear(same);
    return ok;
}

static bool value_at(NumPool *pool, const RangeFormula *f, const mpq_t *own, mpq_ptr out)
{
    mpq_t part;
    bool ok = true, is_sum = f->kind == FORMULA_SUM;
    if (f->kind == FORMULA_FUNCTION)
        return function_at(pool, f, own, out);
    if (f->kind == FORMULA_POWER)
        return power_at(pool, f, own, out);
    if (f->kind == FORMULA_NUMBER || f->kind == FORMULA_PARAM) {
        mpq_set(out, f->kind == FORMULA_PARAM ? own[f->param] : f->number);
        return true;
    }
    mpq_init(part);
    mpq_set_ui(out, !is_sum, 1);
    for (size_t k = 0; ok && k < f->n; k++) {
        ok = value_at(pool, f->part[k], own, part);
        (is_sum ? mpq_add : mpq_mul)(out, out, part);
    }
    mpq_clear(part);
    return ok;
}

bool range_own_theta(const Ranges *r, const mpq_t *own, mpq_t *theta)
{
    NumPool pool = {0};
    bool ok = true;
    for (size_t k = 0; ok && k < r->n_params; k++) {
        if (r->n_own)
            ok = value_at(&pool, r->of[k], own, theta[k]);
        else
            mpq_set(theta[k], own[k]);
    }
    num_pool_free(&pool);
    return ok;
}
