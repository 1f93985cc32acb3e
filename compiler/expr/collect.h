/* Sums of products with their like terms added up. */
#ifndef COMPILER_EXPR_COLLECT_H
#define COMPILER_EXPR_COLLECT_H
#include "compiler/expr/expr.h"

/* e as a sum of products of powers, numbers exact, in which terms of the same factors are one term, and those that cancel are
 * gone: normcdf(z) + z normpdf(z) - z normpdf(z) is normcdf(z). By the laws of a field, exp(-u) = 1/exp(u), the symmetries of even and
 * odd functions, and sin(u)^2 = 1 - cos(u)^2; tanh(u)^2 is written 1 - (1 - tanh(u)^2). Equal to e where e has a value, and defined there; it may have one where a divisor in e
 * is 0. *fewer: how many terms were found to be like others, and factors
 * to cancel. NULL: there is too much of it. */
const Expr *expr_collected(Ctx *cx, NumPool *pool, const Expr *e, size_t *fewer);
#endif
