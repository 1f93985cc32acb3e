/* Where an expression of z (or x, in a cost) is proved to have no value, or to jump, at a place that is known to lie between two doubles. */
#ifndef COMPILER_CHECK_GAP_H
#define COMPILER_CHECK_GAP_H
#include "compiler/check/slope/jet/jet.h"

/* A divisor in e, without a jump on [lo, hi], vanishes inside: the function that divides by it, "/" or "^"; else NULL. */
const char *gap_pole(NumPool *nums, const Expr *e, double lo, double hi);
/* e has a value everywhere on [lo, hi], and jumps there in step, pulse or floor. */
bool gap_jump(Ctx *cx, NumPool *nums, const Expr *e, double lo, double hi);
#endif
