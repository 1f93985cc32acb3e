/* Expressions that are zero, or one number. */
#ifndef COMPILER_EXPR_ZERO_H
#define COMPILER_EXPR_ZERO_H
#include "compiler/expr/expr.h"

/* True when e is proved to be 0 in exact arithmetic at every time and state, for
 * each of n neurons. Of an expression of i that is no product with 0, the first
 * ZERO_MAX_NEURONS are looked at, and of more nothing is said. */
bool expr_is_zero(NumPool *pool, const Expr *e, size_t n);
enum { ZERO_MAX_NEURONS = 4096 };

/* The number that e is for each of n neurons, exactly, looked at as above; NULL when they are not known to have one. */
Num expr_one_value(NumPool *pool, const Expr *e, size_t n);

/* True when e has a number, by its form alone, at every time and state, for every neuron: whatever stands in it, and be
 * it multiplied by 0. */
bool expr_is_defined(const Expr *e);
#endif
