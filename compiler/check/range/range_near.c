/* What params are of own ones in a part of a cell, in doubles and about: which way a cell is cut proves nothing, and is asked of some
 * forty parts for each cell. By the same three bounds as proofs are (docs/certificate.md, Ranges), all slopes in one go. */
#include <math.h>
#include <string.h>

#include "compiler/check/range/range_search.h"

static const double unknown = 1e300;            /* a slope of this size is none */

typedef struct Near {
    double lo, hi;
} Near;

typedef struct NearValue {
    Near value, slope[FORMULA_MAX_PARAMS];
} NearValue;

typedef struct NearBox {
    const Near *at;             /* own params */
    size_t n;
} NearBox;

static double within(double x)
{
    return fmax(-unknown, fmin(unknown, x));
}

static Near product(Near x, Near y)
{
    double a = x.lo * y.lo, b = x.lo * y.hi, c = x.hi * y.lo, d = x.hi * y.hi;
    return (Near){within(fmin(fmin(a, b), fmin(c, d))), within(fmax(fmax(a, b), fmax(c, d)))};
}

static Near sum(Near x, Near y)
{
    return (Near){within(x.lo + y.lo), within(x.hi + y.hi)};
}

/* Of an exponent other than 0; false where there is none. */
static bool raise(Near *x, int exponent)
{
    bool has_zero = x->lo <= 0 && x->hi >= 0;
    double a = pow(x->lo, exponent), b = pow(x->hi, exponent);
    if (exponent < 0 && has_zero)
        return false;
    *x = (Near){exponent % 2 == 0 && has_zero ? 0 : within(fmin(a, b)), within(fmax(a, b))};
    return true;
}

/* [least, most] of squares. */
static Near squares(Near x)
{
    bool has_zero = x.lo <= 0 && x.hi >= 0;
    return (Near){has_zero ? 0 : fmin(x.lo * x.lo, x.hi * x.hi), fmax(x.lo * x.lo, x.hi * x.hi)};
}

/* ---- functions ---- */

static double exp_slope(double x)         { return exp(x); }
static double log_slope(double x)         { return x > 0 ? 1 / x : unknown; }
static double log1p_slope(double x)       { return x > -1 ? 1 / (1 + x) : unknown; }
static double sqrt_value(double x)        { return sqrt(x > -1e-12 ? fmax(x, 0) : x); }     /* what is 0 exactly may be off */
static double sqrt_slope(double x)        { return x > 0 ? 0.5 / sqrt(x) : unknown; }
static double tanh_slope(double square)   { return 1 - tanh(sqrt(square)) * tanh(sqrt(square)); }
static double atan_slope(double square)   { return 1 / (1 + square); }
static double normcdf_value(double x)     { return erfc(-x / sqrt(2)) / 2; }
static double normcdf_slope(double square){ return exp(-square / 2) / 2.5066282746310002; }

/* Slopes are of x, which they rise or fall with, or fall with its square. */
static const struct {
    const char *name;
    double (*value)(double x), (*slope)(double x);
    bool of_square;
} near_function[] = {
    {"exp", exp, exp_slope, false},           {"expm1", expm1, exp_slope, false},      {"log", log, log_slope, false},
    {"log1p", log1p, log1p_slope, false},     {"sqrt", sqrt_value, sqrt_slope, false}, {"tanh", tanh, tanh_slope, true},
    {"atan", atan, atan_slope, true},         {"normcdf", normcdf_value, normcdf_slope, true},
};

static bool apply(int function, NearValue *x, size_t n)
{
    size_t k = 0;
    while (strcmp(near_function[k].name, formula_function_name(function)) != 0)
        k++;
    Near at = near_function[k].of_square ? squares(x->value) : x->value;
    double a = near_function[k].slope(at.lo), b = near_function[k].slope(at.hi);
    Near slope = {fmin(a, b), fmax(a, b)};
    for (size_t j = 0; j < n; j++)
        if (x->slope[j].lo != 0 || x->slope[j].hi != 0)
            x->slope[j] = product(x->slope[j], slope);
    x->value = (Near){near_function[k].value(x->value.lo), near_function[k].value(x->value.hi)};
    return isfinite(x->value.lo) && isfinite(x->value.hi);
}

/* ---- formulas ---- */

static bool look(const RangeFormula *f, const NearBox *box, NearValue *out);

static bool look_at_parts(const RangeFormula *f, const NearBox *box, NearValue *out)
{
    bool is_sum = f->kind == FORMULA_SUM;
    *out = (NearValue){.value = {!is_sum, !is_sum}};
    for (size_t k = 0; k < f->n; k++) {
        NearValue part;
        if (!look(f->part[k], box, &part))
            return false;
        for (size_t j = 0; j < box->n; j++)
            out->slope[j] = is_sum ? sum(out->slope[j], part.slope[j])
                                   : sum(product(out->slope[j], part.value), product(part.slope[j], out->value));
        out->value = is_sum ? sum(out->value, part.value) : product(out->value, part.value);
    }
    return true;
}

static bool look_at_power(const RangeFormula *f, const NearBox *box, NearValue *out)
{
    if (!look(f->part[0], box, out))
        return false;
    Near factor = out->value;
    if (f->exponent == 1)
        factor = (Near){1, 1};
    else if (!raise(&factor, f->exponent - 1))
        return false;
    factor = product(factor, (Near){f->exponent, f->exponent});
    for (size_t j = 0; j < box->n; j++)
        out->slope[j] = product(out->slope[j], factor);
    return raise(&out->value, f->exponent);
}

static bool look(const RangeFormula *f, const NearBox *box, NearValue *out)
{
    switch (f->kind) {
    case FORMULA_NUMBER:
        *out = (NearValue){.value = {mpq_get_d(f->number), mpq_get_d(f->number)}};
        return true;
    case FORMULA_PARAM:
        *out = (NearValue){.value = box->at[f->param]};
        out->slope[f->param] = (Near){1, 1};
        return true;
    case FORMULA_POWER:
        return look_at_power(f, box, out);
    case FORMULA_FUNCTION:
        return look(f->part[0], box, out) && apply(f->function, out, box->n);
    default:
        return look_at_parts(f, box, out);
    }
}

/* The end of the values on one side: at the ends of params along which the formula rises or falls, and from the middle of the others. */
static double end_of(const RangeFormula *f, const NearBox *box, const NearValue *all, bool upper)
{
    Near at[FORMULA_MAX_PARAMS], middle[FORMULA_MAX_PARAMS];
    double change = 0, end = upper ? all->value.hi : all->value.lo;
    NearValue there;
    for (size_t j = 0; j < box->n; j++) {
        Near slope = all->slope[j];
        at[j] = box->at[j];
        if (slope.lo >= 0 || slope.hi <= 0)
            at[j].lo = at[j].hi = (slope.lo >= 0) == upper ? at[j].hi : at[j].lo;
        double half = (at[j].hi - at[j].lo) / 2;
        middle[j].lo = middle[j].hi = at[j].lo + half;
        change += half > 0 ? half * fmax(fabs(slope.lo), fabs(slope.hi)) : 0;
    }
    if (look(f, &(NearBox){at, box->n}, &there))
        end = upper ? fmin(end, there.value.hi) : fmax(end, there.value.lo);
    if (look(f, &(NearBox){middle, box->n}, &there))
        end = upper ? fmin(end, there.value.hi + change) : fmax(end, there.value.lo - change);
    return end;
}

bool range_own_near(const Ranges *r, RangeCell *c)
{
    Near at[FORMULA_MAX_PARAMS];
    const NearBox box = {at, r->n_own};
    for (size_t j = 0; j < r->n_own; j++)
        at[j] = (Near){mpq_get_d(c->own_lo[j]), mpq_get_d(c->own_hi[j])};
    for (size_t k = 0; k < r->n_params; k++) {
        NearValue all;
        if (!look(r->of[k], &box, &all))
            return false;
        double lo = end_of(r->of[k], &box, &all, false), hi = end_of(r->of[k], &box, &all, true);
        if (!isfinite(lo) || !isfinite(hi))
            return false;
        mpq_set_d(c->lo[k], fmin(lo, hi));
        mpq_set_d(c->hi[k], fmax(lo, hi));
    }
    return true;
}
