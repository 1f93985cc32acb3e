/* Expressions in which equal parts are one. */
#ifndef COMPILER_EXPR_SHARE_H
#define COMPILER_EXPR_SHARE_H
#include "compiler/expr/expr.h"

/* e with every part that stands in it more than once, as the same operations on the same numbers, held once: what remembers what it
 * has seen of a part (compiler/check/slope/jet/jet.c) looks at it once. In a time that does not grow with what is shared already. */
const Expr *expr_shared(Ctx *cx, const Expr *e);
/* The same of two, in place, and of what they have in common. */
void expr_shared_both(Ctx *cx, const Expr **e, const Expr **f);
#endif
