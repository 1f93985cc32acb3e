/* An expression beside an end of its domain. */
#ifndef COMPILER_CHECK_NEAR_END_H
#define COMPILER_CHECK_NEAR_END_H
#include "compiler/expr/expr.h"

/* e (of EIG_VAR_X) at x = end + step, where parts that are 0 at the end are multiples of the step as far as it is seen, so that
 * they keep their sign and their size beside it: 1 - x^2 is step (-2 - step) at 1. NULL: too large. */
const Expr *near_end(Ctx *cx, NumPool *nums, const Expr *e, Num end, const Expr *step);
#endif
