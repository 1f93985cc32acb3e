/* Activations by formula, where they are computed as what they are.
 *
 * exp(z)/sqrt(1 + exp(z)^2) is 1 far out, and computed 0 from 355 on, where the square has left the doubles. No proof sees that, and neither does
 * a run: it is given a NaN there, with which it stops. */
#ifndef COMPILER_MODEL_OVERFLOW_H
#define COMPILER_MODEL_OVERFLOW_H
#include "compiler/model/expr.h"

/* phi of EIG_VAR_Z, or phi + sqrt(min(room, 0)), room below 0 where phi is computed as something else: looked at in places, not proved
 * (docs/semantics.md, Activations that overflow). */
const Expr *expr_where_computed(Ctx *cx, NumPool *pool, const Expr *phi);
#endif
