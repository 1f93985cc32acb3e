/* Activations by formula, where they are computed as what they are.
 *
 * exp(z)/sqrt(1 + exp(z)^2) is 1 far out, and computed 0 from 355 on, where the square has left the doubles. No proof sees that, and neither does
 * a run: it is given the straight line that the value is there, or a NaN, with which it stops. */
#ifndef COMPILER_CODE_OVERFLOW_H
#define COMPILER_CODE_OVERFLOW_H
#include "compiler/expr/expr.h"

/* phi of EIG_VAR_Z as it is computed: where that overflows, by the straight line that it is there, or plus sqrt(min(room, 0)), room below 0 where
 * no line is known: looked at in places, not proved (docs/semantics.md, Activations that overflow). *has_gaps: it is the latter. */
const Expr *expr_where_computed(Ctx *cx, NumPool *pool, const Expr *phi, bool *has_gaps);
#endif
