/* Expressions as products of factors that cannot be factored further. */
#ifndef COMPILER_EXPR_FACTORED_H
#define COMPILER_EXPR_FACTORED_H
#include "compiler/expr/expr.h"

/* e as a number times powers of polynomials, in lowest terms; exact. The unknowns of the polynomials are `by` and what e applies
 * functions to, exponentials of multiples of one exponent as powers of one: the derivative of exp(2 z)/(1 + exp(z) + exp(2 z)) is
 * exp(z)^2 (2 + exp(z))/(1 + exp(z) + exp(2 z))^2, that of (z^3 + z)/(z^2 + 1) is 1. By the laws of a field, exp(u + v) = exp(u) exp(v)
 * and the symmetries of even and odd functions. Equal to e where e has a value, and defined there; it may have one where a
 * divisor of e is 0. NULL: there is too much of it, or FLINT is not there. */
const Expr *expr_factored(Ctx *cx, NumPool *pool, const Expr *e, EigVar by);
#endif
