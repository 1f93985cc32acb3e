/* Exact arithmetic on expressions of one variable: straight parts, rational
 * values, substitution. */
#ifndef COMPILER_EXPR_AFFINE_H
#define COMPILER_EXPR_AFFINE_H
#include "compiler/expr/expr.h"
#include "lang/base/vec.h"

/* e = offset + rate * by, exactly. */
bool expr_affine(NumPool *pool, const Expr *e, EigVar by, Num *offset, Num *rate);
/* The exact value at `by` = x; NULL where it is not rational or not easily known to be. */
Num expr_exact(NumPool *pool, const Expr *e, EigVar by, Num x);
/* e where `by` is origin + step; straight parts stay straight and exact. NULL: too large. */
const Expr *expr_moved(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num origin, const Expr *step);
/* e with x in the place of `by`, operation by operation. */
const Expr *expr_replaced(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, const Expr *x);
/* Its values at rational numbers are rational, and computed as such. */
bool expr_function_is_exact(EigFn fn);
/* e + offset + rate * by, with the straight terms of e's sum added up exactly:
 * x + (1/(1 + x) - x) is 1/(1 + x). */
const Expr *expr_plus_affine(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num offset, Num rate);
/* The call e with other arguments; a constant that would be rounded is left as
 * a call. NULL: without a value, or too large. */
const Expr *expr_with_arguments(Ctx *cx, NumPool *pool, const Expr *e, const Expr *const *arg);

typedef struct Term {
    const Expr *e;
    int sign;                   /* +1, -1 */
} Term;
typedef VEC(Term) Terms;
/* Adds the terms of the sum that sign * e is to *out, where what is there with
 * both signs has cancelled. */
void expr_terms(Ctx *cx, const Expr *e, int sign, Terms *out);
#endif
