/* The real roots of polynomials with rational coefficients, counted exactly. */
#ifndef COMPILER_EXPR_ROOTS_H
#define COMPILER_EXPR_ROOTS_H
#include "compiler/expr/expr.h"

typedef enum RootsFound {
    ROOTS_UNKNOWN,              /* no polynomial of `by`, or one too large to be looked at */
    ROOTS_NONE,                 /* none strictly between lo and hi */
    ROOTS_RATIONAL,             /* *root is one of them */
    ROOTS_IRRATIONAL,           /* there are some, and the least of them is no rational number */
    ROOTS_CLOSE                 /* expr_sign_changes: two of them, or one and an end, lie between the same two neighbouring doubles */
} RootsFound;

/* Of e as a polynomial of `by` between lo and hi (NULL: infinite). *sign: with ROOTS_NONE, that of e there; 0 where e is 0. */
RootsFound expr_roots(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, int *sign);
/* The same of the roots where its sign changes. With ROOTS_NONE it has *sign all over, but where it is 0; with ROOTS_IRRATIONAL the least lies between
 * the doubles *below and *above, both of them between lo and hi, and is the only one that does. */
RootsFound expr_sign_changes(NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, double *below, double *above, int *sign);
/* Both are polynomials and have a root in common between lo and hi, finite and no roots of a. *is_only: a has no other there. */
bool expr_share_root(const Expr *a, const Expr *b, EigVar by, Num lo, Num hi, bool *is_only);
#endif
