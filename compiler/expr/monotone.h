/* Expressions that rise, or fall, everywhere. */
#ifndef COMPILER_EXPR_MONOTONE_H
#define COMPILER_EXPR_MONOTONE_H
#include "compiler/expr/expr.h"

typedef enum MonotoneSign { MONOTONE_UNKNOWN, MONOTONE_SIGN, MONOTONE_ROOT } MonotoneSign;

/* Of an e that has a value for every `by` and is seen to rise or fall strictly: its sign strictly between lo and hi (NULL: infinite), or the one
 * place there where it is 0. */
MonotoneSign expr_monotone_sign(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, int *sign);
#endif
