/* Where a solve's value, as it is computed, is the value.
 *
 * Where a sum below a root overflows, 0.5/sqrt(1 + x^4) is 0 and what it multiplies is none: the value is finite and
 * wrong. Where terms cancel, as in 1 - (1 - tanh(x)^2), nothing is left but roundings. Neither is seen in the doubles. */
#ifndef COMPILER_CODE_REACH_H
#define COMPILER_CODE_REACH_H
#include "lang/base/ctx.h"
#include "lang/base/vec.h"
#include "runtime/expr.h"

/* Between two neighbours among kinks and ends: at `from` and `to` the value is computed as it is, or they are the kink or the end. Between
 * them it is not. */
typedef struct Gap {
    double from, to;
} Gap;
typedef VEC(Gap) Gaps;

/* Sets q->from and q->to from its pieces on (lo, hi), infinite ends being infinities, and adds the gaps between them in ascending order: the value
 * is compared with an enclosure at powers of two, and beside the ends and kinks. Looked at, not proved: docs/semantics.md, Solves, says where. */
void solve_set_reach(Ctx *cx, EigSolve *q, double lo, double hi, Gaps *out);
/* The exact value of q's piece at x, to the nearest double; false where its enclosure does not tell. */
bool solve_exact(const EigSolve *q, double x, double *value);
/* The value is that of q's piece at x but for roundings. */
bool solve_has_value(const EigSolve *q, double x, double value);
#endif
