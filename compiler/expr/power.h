/* Powers of one base in one. */
#ifndef COMPILER_EXPR_POWER_H
#define COMPILER_EXPR_POWER_H
#include "compiler/expr/expr.h"

/* e where u sqrt(u), sqrt(u)^3 and the like are u^1.5: factors of a product that are powers of the same base, or of straight ones that
 * are multiples of each other, a root among them, and powers of roots. Defined exactly where e is, and equal there. Proofs read costs and
 * activations so; a run computes an activation as its text says, and solves for the rate of a cost that is written so
 * (docs/semantics.md, Solves). */
const Expr *expr_merged_powers(Ctx *cx, NumPool *pool, const Expr *e);
/* e where u (1 / sqrt(u)) and the like are sqrt(u): factors of a product or quotient that are powers of one base as above, one with
 * an exponent below 0 and one above. Equal to e where u > 0; at u = 0, where e is 0 times infinity, what e comes near. For slopes of
 * functions whose own text says where they are defined. */
const Expr *expr_continued_powers(Ctx *cx, NumPool *pool, const Expr *e);
#endif
