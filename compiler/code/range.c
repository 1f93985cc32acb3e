#include "compiler/code/range.h"

#include <float.h>
#include <math.h>

static const Range UNKNOWN = { NAN, NAN }, EVERYTHING = { -(double)INFINITY, (double)INFINITY };

/* Between two numbers a function may be off by so much that does not round as one operation does. */
static const double ROOM = 0x1p-49, LEAST = 0x1p-1070;

bool range_is_known(Range a)
{
    return a.lo <= a.hi;
}

/* A zero in it may have either sign, and what is divided by it may be either infinity. */
static bool has_zero(Range a)
{
    return a.lo <= 0 && a.hi >= 0;
}

/* Of ends that were computed; a NaN is one of the program's, too. */
static Range between(double lo, double hi)
{
    return lo <= hi ? (Range){ lo, hi } : UNKNOWN;
}

static Range of_four(double a, double b, double c, double d)
{
    if (isnan(a) || isnan(b) || isnan(c) || isnan(d))
        return UNKNOWN;
    return between(fmin(fmin(a, b), fmin(c, d)), fmax(fmax(a, b), fmax(c, d)));
}

static Range widened(double lo, double hi)
{
    return between(isinf(lo) ? lo : lo - (fabs(lo) * ROOM + LEAST), isinf(hi) ? hi : hi + (fabs(hi) * ROOM + LEAST));
}

Range range_add(Range a, Range b)
{
    return between(a.lo + b.lo, a.hi + b.hi);
}

Range range_sub(Range a, Range b)
{
    return between(a.lo - b.hi, a.hi - b.lo);
}

Range range_mul(Range a, Range b)
{
    return of_four(a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi);
}

Range range_fma(Range a, Range b, Range c)
{
    return range_add(range_mul(a, b), c);
}

Range range_div(Range a, Range b)
{
    if (has_zero(b))
        return range_is_known(a) ? EVERYTHING : UNKNOWN;
    return of_four(a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi);
}

Range range_abs(Range a)
{
    return !range_is_known(a) ? UNKNOWN : a.lo > 0 ? a : a.hi < 0 ? (Range){ -a.hi, -a.lo } : (Range){ 0, fmax(-a.lo, a.hi) };
}

double range_least_size(Range a)
{
    return range_is_known(a) ? range_abs(a).lo : 0;
}

Range range_sqrt(Range a)
{
    return between(sqrt(a.lo), sqrt(a.hi));
}

Holds range_less(Range a, Range b)
{
    return a.hi < b.lo ? HOLDS_ALWAYS : a.lo >= b.hi ? HOLDS_NEVER : HOLDS_SOMEWHERE;
}

Holds range_equal(Range a, Range b)
{
    if (a.lo == a.hi && b.lo == b.hi && a.lo == b.lo)
        return HOLDS_ALWAYS;
    return a.hi < b.lo || b.hi < a.lo ? HOLDS_NEVER : HOLDS_SOMEWHERE;
}

Range range_pick(Holds is, Range a, Range b)
{
    if (is != HOLDS_SOMEWHERE)
        return is == HOLDS_ALWAYS ? a : b;
    return range_is_known(a) && range_is_known(b) ? (Range){ fmin(a.lo, b.lo), fmax(a.hi, b.hi) } : UNKNOWN;
}

/* ---- functions ---- */

/* One that nowhere falls, of a first argument. */
static Range rising(EigFn fn, Range a, double b)
{
    double lo = eig_fn_apply(fn, a.lo, b), hi = eig_fn_apply(fn, a.hi, b);
    return a.lo == a.hi ? between(lo, hi) : widened(lo, hi);
}

static Range power_of_size(Range a, Range b)
{
    Range all = of_four(eig_fn_apply(EIG_FN_POW, a.lo, b.lo), eig_fn_apply(EIG_FN_POW, a.lo, b.hi), eig_fn_apply(EIG_FN_POW, a.hi, b.lo),
                        eig_fn_apply(EIG_FN_POW, a.hi, b.hi));
    return a.lo == a.hi && b.lo == b.hi ? all : widened(all.lo, all.hi);
}

/* The sign of a whole power of what may be below 0 is that of the exponent's parity. */
static Range power(Range a, Range b)
{
    bool is_even = b.lo == b.hi && fmod(b.lo, 2) == 0;
    if (is_even)
        return power_of_size(range_abs(a), b);
    if (has_zero(a) && b.lo < 0)
        return EVERYTHING;
    if (a.lo >= 0)
        return power_of_size(a, b);
    if (b.lo != b.hi || b.lo != floor(b.lo))
        return UNKNOWN;
    if (a.hi > 0)
        return rising(EIG_FN_POW, a, b.lo);
    Range size = power_of_size(range_abs(a), b);
    return between(-size.hi, -size.lo);
}

/* cos(pi q) for q in turns of half a circle; whole numbers in q are its extremes. */
static Range wave(EigFn fn, Range a, double shift)
{
    const double per_pi = 0.31830988618379067, far = 0x1p20, near = 1e-6;
    double size = fmax(fabs(a.lo), fabs(a.hi));
    if (!(size < far))
        return size < (double)INFINITY ? (Range){ -1, 1 } : UNKNOWN;
    double first = ceil(a.lo * per_pi - shift - near), last = floor(a.hi * per_pi - shift + near);
    double lo = eig_fn_apply(fn, a.lo, 0), hi = eig_fn_apply(fn, a.hi, 0);
    Range ends = widened(fmin(lo, hi), fmax(lo, hi));
    if (last > first)
        return (Range){ -1, 1 };
    if (last == first && fmod(first, 2) == 0)
        ends.hi = 1;
    if (last == first && fmod(first, 2) != 0)
        ends.lo = -1;
    return ends;
}

static Range density(Range a)
{
    Range size = range_abs(a);
    return widened(eig_fn_apply(EIG_FN_NORMPDF, size.hi, 0), eig_fn_apply(EIG_FN_NORMPDF, size.lo, 0));
}

Range range_apply(EigFn fn, Range a, Range b)
{
    if (!range_is_known(a) || !range_is_known(b))
        return UNKNOWN;
    switch (fn) {
    case EIG_FN_ADD: return range_add(a, b);
    case EIG_FN_SUB: return range_sub(a, b);
    case EIG_FN_MUL: return range_mul(a, b);
    case EIG_FN_DIV: return range_div(a, b);
    case EIG_FN_NEG: return (Range){ -a.hi, -a.lo };
    case EIG_FN_ABS: return range_abs(a);
    case EIG_FN_POW: return power(a, b);
    case EIG_FN_MIN: return (Range){ fmin(a.lo, b.lo), fmin(a.hi, b.hi) };
    case EIG_FN_MAX: return (Range){ fmax(a.lo, b.lo), fmax(a.hi, b.hi) };
    case EIG_FN_SIN: return wave(fn, a, 0.5);
    case EIG_FN_COS: return wave(fn, a, 0);
    case EIG_FN_NORMPDF: return density(a);
    case EIG_FN_SQRT: case EIG_FN_EXP: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_EXPM1: case EIG_FN_TANH: case EIG_FN_ATAN:
    case EIG_FN_EXPREL: case EIG_FN_NORMCDF: case EIG_FN_OMEGA: case EIG_FN_FLOOR: case EIG_FN_STEP: case EIG_FN_OR_ZERO:
        return rising(fn, a, 0);
    case EIG_FN_LOG_ROOT: case EIG_FN_LOGIT_ROOT: case EIG_FN_EXP_MEAN: case EIG_FN_RAMP:
        return b.lo == b.hi && (fn != EIG_FN_RAMP || b.lo > 0) ? rising(fn, a, b.lo) : UNKNOWN;
    case EIG_FN_PULSE: return (Range){ 0, 1 };
    case EIG_FN_LOST_SUM: case EIG_FN_LOST_PRODUCT: case EIG_FN_LOGISTIC:
    case EIG_FN_LIFTED_LOGISTIC: case EIG_N_FNS:
        break;
    }
    return UNKNOWN;
}
