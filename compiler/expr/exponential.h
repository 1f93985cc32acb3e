/* Expressions of exponentials without overflow on the way.
 *
 * exp(x)/(1 + exp(x)) is infinity by infinity from 710 on, where 1/(exp(-x) + 1) is 1. Here every quotient, product, root, power and
 * logarithm in which that can happen is taken with the largest exponential of each sum in front. */
#ifndef COMPILER_EXPR_EXPONENTIAL_H
#define COMPILER_EXPR_EXPONENTIAL_H
#include "compiler/expr/expr.h"

/* e of EIG_VAR_X on [lo, hi], where it is free of abs, max, step, ...; NULL ends are infinite. Which exponential is the largest may change
 * inside: then NULL, and *cut is a place where it does. What exponents that are straight in x do not tell is left as it is. */
const Expr *expr_without_overflow(Ctx *cx, NumPool *pool, const Expr *e, Num lo, Num hi, Num *cut);
#endif
