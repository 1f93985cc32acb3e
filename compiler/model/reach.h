/* How far out a solve's value, as it is computed, is the value.
 *
 * Where a sum below a root overflows, 0.5/sqrt(1 + x^4) is 0 and what it multiplies is none: the value is finite and
 * wrong. Where terms cancel, as in 1 - tanh(x)^2, nothing is left but roundings. Neither is seen in the doubles. */
#ifndef COMPILER_MODEL_REACH_H
#define COMPILER_MODEL_REACH_H
#include "runtime/expr.h"

/* Sets q->from and q->to from its pieces: the value is compared with an enclosure at powers of two away from 0, inside
 * (lo, hi). Looked at, not proved: docs/semantics.md, Solves, says where. */
void solve_set_reach(EigSolve *q, double lo, double hi);
/* The value of q's piece at x, inside of it, as it is computed is none that it has about there. */
bool solve_is_off(const EigSolve *q, double x);
#endif
