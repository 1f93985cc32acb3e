/* Between what the values of a formula lie over a box of own params: by interval arithmetic, term by term; by that at the ends of
 * params in which it rises or falls throughout; and by its value in the middle and slopes, the mean value theorem. Each of them holds
 * where functions are off as formula.h says: with what they are off by held fixed, the formula is a smooth function of the box. */
#include "compiler/check/proof/formula.h"
#include "compiler/check/proof/formula_functions.h"

#include <stdlib.h>

/* ---- intervals ---- */

typedef struct Interval {
    mpq_t lo, hi;
} Interval;

static void interval_init(Interval *x)
{
    mpq_inits(x->lo, x->hi, (mpq_ptr)0);
}

static void interval_clear(Interval *x)
{
    mpq_clears(x->lo, x->hi, (mpq_ptr)0);
}

static void interval_set(Interval *x, mpq_srcptr lo, mpq_srcptr hi)
{
    mpq_set(x->lo, lo);
    mpq_set(x->hi, hi);
}

static void interval_set_si(Interval *x, long value)
{
    mpq_set_si(x->lo, value, 1);
    mpq_set_si(x->hi, value, 1);
}

static void shorten(Interval *x)
{
    function_shorten(x->lo, false);
    function_shorten(x->hi, true);
}

static void add(Interval *x, const Interval *y)
{
    mpq_add(x->lo, x->lo, y->lo);
    mpq_add(x->hi, x->hi, y->hi);
}

/* -1: not above 0; 1: not below; 0: both. */
static int side_of(const Interval *x)
{
    return mpq_sgn(x->lo) >= 0 ? 1 : mpq_sgn(x->hi) <= 0 ? -1 : 0;
}

/* y is on one side. */
static void multiply_by_one_side(Interval *x, const Interval *y, int side)
{
    mpq_srcptr near_lo = mpq_sgn(x->lo) >= 0 ? y->lo : y->hi, near_hi = mpq_sgn(x->hi) >= 0 ? y->hi : y->lo;
    mpq_srcptr far_lo = mpq_sgn(x->lo) >= 0 ? y->hi : y->lo, far_hi = mpq_sgn(x->hi) >= 0 ? y->lo : y->hi;
    mpq_mul(x->lo, x->lo, side > 0 ? near_lo : far_lo);
    mpq_mul(x->hi, x->hi, side > 0 ? near_hi : far_hi);
    if (side < 0)
        mpq_swap(x->lo, x->hi);
}

static void multiply(Interval *x, const Interval *y)
{
    mpq_t other[2];
    if (side_of(y)) {
        multiply_by_one_side(x, y, side_of(y));
        return;
    }
    if (side_of(x)) {
        Interval same;
        interval_init(&same);
        interval_set(&same, x->lo, x->hi);
        interval_set(x, y->lo, y->hi);
        multiply_by_one_side(x, &same, side_of(&same));
        interval_clear(&same);
        return;
    }
    mpq_inits(other[0], other[1], (mpq_ptr)0);
    mpq_mul(other[0], x->lo, y->hi);
    mpq_mul(other[1], x->lo, y->lo);
    mpq_mul(x->lo, x->hi, y->lo);
    mpq_mul(x->hi, x->hi, y->hi);
    if (mpq_cmp(other[0], x->lo) < 0)
        mpq_swap(other[0], x->lo);
    if (mpq_cmp(other[1], x->hi) > 0)
        mpq_swap(other[1], x->hi);
    mpq_clears(other[0], other[1], (mpq_ptr)0);
}

static void raise(mpq_ptr x, int exponent)
{
    unsigned long size = (unsigned long)abs(exponent);
    mpz_pow_ui(mpq_numref(x), mpq_numref(x), size);
    mpz_pow_ui(mpq_denref(x), mpq_denref(x), size);
    if (exponent < 0)
        mpq_inv(x, x);
}

/* An odd power rises, an even one falls and rises; one over it, where it is not 0, the other way on either side. */
static bool power(Interval *x, int exponent)
{
    bool has_zero = mpq_sgn(x->lo) <= 0 && mpq_sgn(x->hi) >= 0;
    if (exponent < 0 && has_zero)
        return false;
    raise(x->lo, exponent);
    raise(x->hi, exponent);
    if (mpq_cmp(x->lo, x->hi) > 0)
        mpq_swap(x->lo, x->hi);
    if (exponent % 2 == 0 && has_zero && exponent)
        mpq_set_ui(x->lo, 0, 1);
    return true;
}

/* ---- values, and slopes along one param ---- */

typedef struct Place {
    const mpq_t *lo, *hi;       /* of each own param */
    size_t along;               /* whose slopes are asked for; SIZE_MAX: none are */
    bool is_clamped;            /* functions that are never below 0 are not */
    bool is_rounded;            /* outward: functions stand in the formula */
} Place;

static bool look(const RangeFormula *f, const Place *at, Interval *value, Interval *slope);

/* x' y + x y', where slopes are asked for, and x y. */
static void multiply_both(Interval *value, Interval *slope, const Interval *by, const Interval *by_slope, bool has_slope)
{
    Interval other;
    if (!has_slope) {
        multiply(value, by);
        return;
    }
    interval_init(&other);
    interval_set(&other, value->lo, value->hi);
    multiply(&other, by_slope);
    multiply(slope, by);
    add(slope, &other);
    multiply(value, by);
    interval_clear(&other);
}

static bool look_at_parts(const RangeFormula *f, const Place *at, Interval *value, Interval *slope)
{
    Interval part, part_slope;
    bool ok = true, is_sum = f->kind == FORMULA_SUM;
    interval_init(&part);
    interval_init(&part_slope);
    interval_set_si(value, !is_sum);
    interval_set_si(slope, 0);
    for (size_t k = 0; ok && k < f->n; k++) {
        ok = look(f->part[k], at, &part, &part_slope);
        if (ok && is_sum) {
            add(value, &part);
            add(slope, &part_slope);
        } else if (ok) {
            multiply_both(value, slope, &part, &part_slope, at->along != SIZE_MAX);
        }
        if (ok && at->is_rounded) {
            shorten(value);
            shorten(slope);
        }
    }
    interval_clear(&part);
    interval_clear(&part_slope);
    return ok;
}

/* e x^(e - 1) x' */
static bool look_at_power(const RangeFormula *f, const Place *at, Interval *value, Interval *slope)
{
    Interval factor;
    if (!look(f->part[0], at, value, slope))
        return false;
    interval_init(&factor);
    interval_set(&factor, value->lo, value->hi);
    bool ok = power(value, f->exponent);
    if (ok && at->along != SIZE_MAX && (ok = power(&factor, f->exponent - 1))) {
        multiply(slope, &factor);
        interval_set_si(&factor, f->exponent);
        multiply(slope, &factor);
    }
    if (ok && at->is_rounded) {
        shorten(value);
        shorten(slope);
    }
    interval_clear(&factor);
    return ok;
}

static bool is_zero(const Interval *x)
{
    return mpq_sgn(x->lo) == 0 && mpq_sgn(x->hi) == 0;
}

static bool look_at_function(const RangeFormula *f, const Place *at, Interval *value, Interval *slope)
{
    Interval factor;
    if (!look(f->part[0], at, value, slope))
        return false;
    interval_init(&factor);
    bool ok = at->along == SIZE_MAX || is_zero(slope) || function_slopes(f->function, value->lo, value->hi, factor.lo, factor.hi);
    if (ok && at->along != SIZE_MAX && !is_zero(slope)) {
        multiply(slope, &factor);
        shorten(slope);
    }
    ok = ok && function_values(f->function, at->is_clamped, value->lo, value->hi);
    interval_clear(&factor);
    return ok;
}

/* False where it is not seen to have values, or slopes. */
static bool look(const RangeFormula *f, const Place *at, Interval *value, Interval *slope)
{
    switch (f->kind) {
    case FORMULA_NUMBER:
        interval_set(value, f->number, f->number);
        interval_set_si(slope, 0);
        return true;
    case FORMULA_PARAM:
        interval_set(value, at->lo[f->param], at->hi[f->param]);
        interval_set_si(slope, f->param == at->along);
        return true;
    case FORMULA_POWER:
        return look_at_power(f, at, value, slope);
    case FORMULA_FUNCTION:
        return look_at_function(f, at, value, slope);
    default:
        return look_at_parts(f, at, value, slope);
    }
}

/* ---- together ---- */

/* Boxes at the ends of params in which the formula rises or falls, and what it may change by from the middle of those in which it need not. */
typedef struct Ends {
    size_t n;
    mpq_t lo[2][FORMULA_MAX_PARAMS], hi[2][FORMULA_MAX_PARAMS];         /* the box where it is least, and where it is largest */
    Interval slope[FORMULA_MAX_PARAMS];
    bool is_known[FORMULA_MAX_PARAMS];          /* along the param */
    bool is_rounded;
} Ends;

static void ends_init(Ends *e, const mpq_t *lo, const mpq_t *hi, size_t n)
{
    e->n = n;
    for (size_t k = 0; k < n; k++) {
        interval_init(&e->slope[k]);
        for (int side = 0; side < 2; side++) {
            mpq_inits(e->lo[side][k], e->hi[side][k], (mpq_ptr)0);
            mpq_set(e->lo[side][k], lo[k]);
            mpq_set(e->hi[side][k], hi[k]);
        }
    }
}

static void ends_clear(Ends *e)
{
    for (size_t k = 0; k < e->n; k++) {
        interval_clear(&e->slope[k]);
        for (int side = 0; side < 2; side++)
            mpq_clears(e->lo[side][k], e->hi[side][k], (mpq_ptr)0);
    }
}

static void go_to_end(Ends *e, size_t k, bool rises)
{
    for (int side = 0; side < 2; side++)
        if (rises == (side == 1))
            mpq_set(e->lo[side][k], e->hi[side][k]);
        else
            mpq_set(e->hi[side][k], e->lo[side][k]);
}

/* Half the way along param k times the largest size of a slope. */
static void largest_change(const Ends *e, int side, size_t k, mpq_ptr out)
{
    mpq_t size;
    mpq_init(size);
    mpq_abs(size, e->slope[k].lo);
    mpq_abs(out, e->slope[k].hi);
    if (mpq_cmp(size, out) > 0)
        mpq_set(out, size);
    mpq_sub(size, e->hi[side][k], e->lo[side][k]);
    mpq_div_2exp(size, size, 1);
    mpq_mul(out, out, size);
    mpq_clear(size);
}

/* A bound from below on one side, from above on the other, by the mean value theorem. False where slopes are not known. */
static bool mean_value(const RangeFormula *f, const Ends *e, int side, mpq_ptr out)
{
    Interval value, slope;
    mpq_t middle[FORMULA_MAX_PARAMS], change, sum;
    bool ok = true;
    interval_init(&value);
    interval_init(&slope);
    mpq_inits(change, sum, (mpq_ptr)0);
    for (size_t k = 0; k < e->n; k++) {
        mpq_init(middle[k]);
        mpq_add(middle[k], e->lo[side][k], e->hi[side][k]);
        mpq_div_2exp(middle[k], middle[k], 1);
        bool is_point = mpq_equal(e->lo[side][k], e->hi[side][k]);
        ok = ok && (is_point || e->is_known[k]);
        if (ok && !is_point)
            largest_change(e, side, k, change);
        else
            mpq_set_ui(change, 0, 1);
        mpq_add(sum, sum, change);
    }
    const Place at = {(const mpq_t *)middle, (const mpq_t *)middle, SIZE_MAX, false, e->is_rounded};
    ok = ok && look(f, &at, &value, &slope);
    if (ok && side)
        mpq_add(out, value.hi, sum);
    else if (ok)
        mpq_sub(out, value.lo, sum);
    for (size_t k = 0; k < e->n; k++)
        mpq_clear(middle[k]);
    interval_clear(&value);
    interval_clear(&slope);
    mpq_clears(change, sum, (mpq_ptr)0);
    return ok;
}

/* out, a bound from below or above, moves inward to x, if that lies there. */
static void narrow(mpq_ptr out, mpq_srcptr x, int side)
{
    if (side ? mpq_cmp(x, out) < 0 : mpq_cmp(x, out) > 0)
        mpq_set(out, x);
}

static void narrow_at_ends(const RangeFormula *f, const Ends *e, int side, mpq_ptr out)
{
    Interval value, slope;
    interval_init(&value);
    interval_init(&slope);
    const Place at = {(const mpq_t *)e->lo[side], (const mpq_t *)e->hi[side], SIZE_MAX, false, e->is_rounded};
    if (look(f, &at, &value, &slope))
        narrow(out, side ? value.hi : value.lo, side);
    if (mean_value(f, e, side, value.lo))
        narrow(out, value.lo, side);
    interval_clear(&value);
    interval_clear(&slope);
}

bool formula_values(const RangeFormula *f, const mpq_t *lo, const mpq_t *hi, size_t n, mpq_ptr least, mpq_ptr most)
{
    Interval value, slope;
    Ends e;
    Place at = {lo, hi, SIZE_MAX, true, formula_has_function(f)};
    interval_init(&value);
    interval_init(&slope);
    bool ok = look(f, &at, &value, &slope);
    mpq_set(least, value.lo);
    mpq_set(most, value.hi);
    if (ok && !mpq_equal(least, most)) {
        ends_init(&e, lo, hi, n);
        e.is_rounded = at.is_rounded;
        at.is_clamped = false;
        for (at.along = 0; at.along < n; at.along++) {
            e.is_known[at.along] = look(f, &at, &value, &e.slope[at.along]);
            if (e.is_known[at.along] && (mpq_sgn(e.slope[at.along].lo) >= 0 || mpq_sgn(e.slope[at.along].hi) <= 0))
                go_to_end(&e, at.along, mpq_sgn(e.slope[at.along].lo) >= 0);
        }
        narrow_at_ends(f, &e, 0, least);
        narrow_at_ends(f, &e, 1, most);
        ends_clear(&e);
    }
    interval_clear(&value);
    interval_clear(&slope);
    return ok;
}
