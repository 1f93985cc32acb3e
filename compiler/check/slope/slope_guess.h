/* Where an activation is likely to be steepest: a place to start from, which proves nothing. */
#ifndef COMPILER_CHECK_SLOPE_GUESS_H
#define COMPILER_CHECK_SLOPE_GUESS_H
#include "compiler/expr/expr.h"

/* The place of the largest slope that doubles find, and that slope; false when phi has no derivative to look at. */
bool slope_guess(Ctx *cx, NumPool *nums, const Expr *phi, double *slope, double *at);
#endif
