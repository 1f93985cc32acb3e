/* A formula without its constant factor, and where it stands: what is left is rounded less. */
#ifndef COMPILER_CHECK_STANDARD_H
#define COMPILER_CHECK_STANDARD_H
#include "compiler/expr/expr.h"

/* e = *factor times what is returned: 0.3 z/(1 + abs(z)) is 0.3 times z/(1 + abs(z)). *factor != 0. */
const Expr *standard_factor(Ctx *cx, NumPool *nums, const Expr *e, Num *factor);
/* e moved along z, the variable `by`, so that the first of its straight parts, which vanishes at z = *at, does so at 0: tanh(3 (z - 0.1)) is
 * tanh(3 z), at 0.1. */
const Expr *standard_place(Ctx *cx, NumPool *nums, const Expr *e, EigVar by, Num *at);
/* offset + rate * core, where core is neither a number nor a multiple of something, nor its sum with a number. NULL: e is a
 * number, the offset. */
typedef struct StandardLine {
    Num offset, rate;
    const Expr *core;
} StandardLine;

StandardLine standard_line(NumPool *nums, const Expr *e);
/* The core of that, but for a division by 0; no numbers are made. */
const Expr *standard_core(const Expr *e);
/* e with sigmoids of what is no straight line, 1/(c + exp(t)) and exp(t)/(c + exp(t)), written with tanh. Defined where e is, and
 * equal there. */
const Expr *standard_sigmoids(Ctx *cx, NumPool *nums, const Expr *e);
/* e with ramps written as max and min. */
const Expr *standard_ramps(Ctx *cx, NumPool *nums, const Expr *e);
/* e with what standard_rules.c lists written otherwise. */
const Expr *standard_rules(Ctx *cx, NumPool *nums, const Expr *e);
/* standard_steps.c: the product e without a step; NULL: it has none, or one that is not known to go. */
const Expr *standard_without_step(Ctx *cx, NumPool *nums, const Expr *e);
/* standard_roots.c: the quotient e, and the root or power e, written otherwise; NULL: as it is. */
const Expr *standard_over_root(Ctx *cx, NumPool *nums, const Expr *e);
const Expr *standard_root(Ctx *cx, NumPool *nums, const Expr *e);
/* A number above 0 and what is not below it, by its form. */
bool standard_is_away_from_zero(const Expr *e);
/* The call e with other arguments, made of its own by `each`, or e. */
const Expr *standard_with_arguments(Ctx *cx, NumPool *nums, const Expr *e, const Expr *each(Ctx *, NumPool *, const Expr *));
#endif
