/* Straight lines far out.
 *
 * x + x^3/sqrt(1 + x^4) is 2 x for every x of some size, and computed x where the power has left the doubles; exp(x)/(1 + exp(x)) is 1 there,
 * and computed none. Where a value is computed as something else from some place on, the line that it is tells it. */
#ifndef COMPILER_CODE_FAR_H
#define COMPILER_CODE_FAR_H
#include "compiler/expr/expr.h"

typedef struct FarLine {
    double slope, offset;
} FarLine;

/* The value of q's pieces from `edge` to `last`, which is farther from 0 on the same side of it, is a line but for the last bits: looked at in
 * places, not proved (docs/semantics.md, Solves). */
bool far_line(const EigSolve *q, double edge, double last, FarLine *out);
/* `of` with such lines in the place of its pieces where these, in q, are computed as something else. */
const ExprSolve *solve_with_far_lines(Ctx *cx, NumPool *pool, Span at, const ExprSolve *of, const EigSolve *q);
#endif
