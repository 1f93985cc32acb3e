/* Derivatives of expressions, symbolically, for every row of function.def. */
#ifndef COMPILER_EXPR_DERIVE_H
#define COMPILER_EXPR_DERIVE_H
#include "compiler/expr/expr.h"
#include "lang/base/vec.h"

/* de/d(by). Where abs, min, max, step, pulse, ramp or floor break it, it is the
 * derivative from the side that the function itself takes there (floor, step
 * and pulse: 0). Exact: the log(b) in the derivative of
 * b^x is not folded to a rounded constant. NULL when it would be larger than EXPR_MAX_SIZE or deeper than
 * EXPR_MAX_DEPTH, when a constant in it has no value, and for a mean or sum
 * that depends on `by`. */
const Expr *expr_derive(Ctx *cx, NumPool *pool, const Expr *e, EigVar by);

/* A place where the derivative is not one number: the zeros of `zero`. */
typedef struct Break {
    const Expr *zero;
    EigFn fn;                   /* whose break it is */
    bool is_jump;               /* of the value; else of the slope */
} Break;
typedef VEC(Break) Breaks;

/* The breaks of e along `by`, inner ones first. Between them e is as smooth as
 * its sqrt, log, / and ^ are. False when one of them cannot be written (see
 * expr_derive). */
bool expr_breaks(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Breaks *out);
#endif
