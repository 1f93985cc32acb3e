/* Enclosures with the ends that no value comes to: exp(x) is in (0, inf), and 1 - tanh(x) in (0, 2). */
#ifndef COMPILER_EXPR_OPEN_H
#define COMPILER_EXPR_OPEN_H
#include <mpfi.h>

#include "runtime/expr.h"

/* Numbers in `in`. is_open: each of them is above its left end, below its right one; so it is always where that is infinite. */
typedef struct OpenRange {
    mpfi_t in;
    bool is_open[2];
} OpenRange;

bool range_is_positive(const OpenRange *v);
bool range_is_negative(const OpenRange *v);
/* y->is_open, where y->in encloses fn(a, b), which has a value at all of a and b. It is what is so in exact arithmetic: an end that rounding moved
 * to 0 or 1, as that of exp(-1e300), is one that no value comes to. b_is_number: the same one everywhere, as the exponent of a power that rises. */
void range_open_ends(EigFn fn, const OpenRange *a, const OpenRange *b, bool b_is_number, OpenRange *y);
#endif
