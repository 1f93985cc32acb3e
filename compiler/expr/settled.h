/* What an input comes to when nothing of it changes any more. */
#ifndef COMPILER_EXPR_SETTLED_H
#define COMPILER_EXPR_SETTLED_H
#include "compiler/expr/expr.h"

/* e after its last change in time, an expression without t: steps, pulses and ramps of straight expressions of t have
 * come to 1 or 0 by then, and what a 0 multiplies is gone. NULL where e is not known to stop changing.
 * *from, in units of t, is raised to the last change; *from NULL: there has been none. */
const Expr *expr_settled(Ctx *cx, NumPool *pool, const Expr *e, Num *from);
#endif
