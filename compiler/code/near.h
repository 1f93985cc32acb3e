/* Polynomials next to 0.
 *
 * exp(x) - exp(-x) is 2 x next to 0, and computed as the difference of two numbers next to 1: nothing is left of x. Where terms of a value cancel
 * there, its Taylor series has lost nothing. */
#ifndef COMPILER_CODE_NEAR_H
#define COMPILER_CODE_NEAR_H
#include "compiler/expr/expr.h"

/* `of` with such polynomials in the place of its pieces around 0, and beside a kink or an end there, where these, in q, are computed as something else
 * and the polynomial is the value: looked at in places, not proved (docs/semantics.md, Solves). */
const ExprSolve *solve_with_series(Ctx *cx, NumPool *pool, Span at, const ExprSolve *of, const EigSolve *q);
#endif
