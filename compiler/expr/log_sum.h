/* Logarithms of sums of two exponentials, without overflow. */
#ifndef COMPILER_EXPR_LOG_SUM_H
#define COMPILER_EXPR_LOG_SUM_H
#include "compiler/expr/expr.h"

/* e, a sum, with max(u, v) + log1p(exp(-abs(u - v))) for log(exp(u) + exp(v)) in its terms and their constant multiples, where u and
 * v are straight in x; 1 counts as exp(0). Defined and equal everywhere. Whole terms only: the break at u = v is none of the term's,
 * but what is made of a value there, as its square, could not be seen to be as smooth. */
const Expr *expr_log_sums(Ctx *cx, NumPool *pool, const Expr *e);
/* e of EIG_VAR_X with k/(1 + c exp(-t)) in place of k exp(t)/(c + exp(t)), wherever it stands: k and c > 0 constants, and t no straight line and by its
 * form nowhere below 0, as x^2. */
const Expr *expr_saturated(Ctx *cx, NumPool *pool, const Expr *e);
#endif
