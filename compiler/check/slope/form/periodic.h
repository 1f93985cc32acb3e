/* Formulas that repeat. */
#ifndef COMPILER_CHECK_PERIODIC_H
#define COMPILER_CHECK_PERIODIC_H
#include "compiler/expr/expr.h"

/* A T such that e(x + P) = e(x) + c for all x, with some c and some P in (0, 2 T]: then every place is P times an integer away from
 * one in [-T, T], e has a value and no jump at the one as at the other, and the same slopes and curvatures. So it is where x, outside
 * of a straight term, stands in the sines and cosines of straight parts with rational rates only. 0: e is not seen to be of that
 * kind, or takes too long to repeat. */
double periodic_half(NumPool *nums, const Expr *e, EigVar by);
#endif
