/* Intervals of doubles: of the numbers that a program may compute in an interval
 * of its variable, besides NaNs. The operations of doubles that round to nearest do not fall where
 * the exact ones do not, so that ends computed as values are need no room. */
#ifndef COMPILER_CODE_RANGE_H
#define COMPILER_CODE_RANGE_H
#include "runtime/expr.h"

/* Without a number in it where lo <= hi is false: then nothing is known. */
typedef struct Range {
    double lo, hi;
} Range;

/* Whether something holds of all, of none, or of some. */
typedef enum Holds { HOLDS_NEVER, HOLDS_ALWAYS, HOLDS_SOMEWHERE } Holds;

static inline Range range_of(double x)
{
    return (Range){ x, x };
}

bool range_is_known(Range a);
Range range_add(Range a, Range b);
Range range_sub(Range a, Range b);
Range range_mul(Range a, Range b);
Range range_div(Range a, Range b);
Range range_fma(Range a, Range b, Range c);
Range range_abs(Range a);
Range range_sqrt(Range a);
Holds range_less(Range a, Range b);
Holds range_equal(Range a, Range b);
Range range_pick(Holds is, Range a, Range b);
/* The smallest size in it. */
double range_least_size(Range a);
/* Of any function; b counts where it has two arguments. */
Range range_apply(EigFn fn, Range a, Range b);
#endif
