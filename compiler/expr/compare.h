/* Differences from a logarithm or a root, whose sign is that of what is under it less what it is compared with: log(1 + exp(x)) - x has that of
 * 1 + exp(x) - exp(x), and sqrt(1 + x^2) - x that of 1 + x^2 - x^2 where x > 0. */
#ifndef COMPILER_EXPR_COMPARE_H
#define COMPILER_EXPR_COMPARE_H
#include "compiler/expr/expr.h"

/* Where e has a value: where difference > 0 it has `sign`; where difference < 0, and above > 0 if there is one, it has -sign. */
typedef struct Compared {
    const Expr *difference, *above;     /* above NULL: everywhere */
    int sign;
} Compared;

/* Of c log(p) + r and c sqrt(q) + r, c a number: p - exp(-r/c) and q - (r/c)^2, their terms collected; of a exp(u) + b exp(v): exp(u - v) + b/a; of
 * others whose terms cancel, what is left. False: e is none of these, or it is too large. */
bool expr_compare(Ctx *cx, NumPool *pool, const Expr *e, Compared *out);
#endif
