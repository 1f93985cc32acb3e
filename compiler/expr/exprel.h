/* Quotients of exp(u) - 1 and u, which are 0 by 0 where u is 0 and have a limit there. */
#ifndef COMPILER_EXPR_EXPREL_H
#define COMPILER_EXPR_EXPREL_H
#include "compiler/expr/expr.h"

/* The first c u/(exp(u) - 1) or c (exp(u) - 1)/u in e with c constant and a straight u that is 0 at `by` = at, as closely as `at` is known (a NaN:
 * wherever that is), written with exprel, which has a value there; NULL: there is none. */
const char *expr_by_exprel(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, double at);
#endif
