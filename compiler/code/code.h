#ifndef COMPILER_CODE_CODE_H
#define COMPILER_CODE_CODE_H
#include "compiler/expr/expr.h"

/* Postfix program for the reference evaluator; constants rounded to nearest.
 * Steps and pulses of a straight expression of t compare t itself, with the doubles nearest to the times at which they switch.
 * Only EXPR_CONST, EXPR_VAR, EXPR_COLUMN, EXPR_SAMPLES, EXPR_CALL and EXPR_SOLVE. */
EigCode expr_to_code(Ctx *cx, const Expr *e);
#endif
