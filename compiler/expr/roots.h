/* The real roots of polynomials with rational coefficients, counted exactly. */
#ifndef COMPILER_EXPR_ROOTS_H
#define COMPILER_EXPR_ROOTS_H
#include "compiler/expr/expr.h"

typedef enum RootsFound {
    ROOTS_UNKNOWN,              /* no polynomial of `by`, or one too large to be looked at */
    ROOTS_NONE,                 /* none strictly between lo and hi */
    ROOTS_RATIONAL,             /* *root is one of them */
    ROOTS_IRRATIONAL            /* there are some, and the least of them is no rational number */
} RootsFound;

/* Of e as a polynomial of `by` between lo and hi (NULL: infinite). *sign: with ROOTS_NONE, that of e there; 0 where e is 0. */
RootsFound expr_roots(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, int *sign);
#endif
