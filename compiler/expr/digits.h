/* Functions next to where they are 0. */
#ifndef COMPILER_EXPR_DIGITS_H
#define COMPILER_EXPR_DIGITS_H
#include "compiler/expr/expr.h"

/* e with log1p(u) for log(1 + u), and expm1(u) for exp(u) - 1: in doubles 1 + u has lost what a small u is. */
const Expr *expr_keeping_digits(Ctx *cx, NumPool *pool, const Expr *e);
#endif
