/* The signs of expressions without breaks, by intervals. */
#ifndef COMPILER_EXPR_BRACKET_H
#define COMPILER_EXPR_BRACKET_H
#include "compiler/expr/expr.h"

typedef enum BracketFound {
    BRACKET_UNKNOWN,
    BRACKET_SIGN,               /* e has *sign everywhere between lo and hi */
    BRACKET_RATIONAL,           /* e is 0 at *root, which lies there */
    BRACKET_ROOT                /* e has one root between the neighbouring doubles *below and *above, which lie there, and other signs at these */
} BracketFound;

/* Of e, proved to have a value everywhere between lo and hi (NULL: infinite). */
BracketFound expr_bracket(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, double *below, double *above, int *sign);
/* The sign of e at x, or throughout [lo, hi] (NULL: infinite); SIGN_UNKNOWN where it is not seen. */
enum { SIGN_UNKNOWN = 2 };
int expr_sign_at(NumPool *pool, const Expr *e, EigVar by, Num x);
int expr_sign_within(const Expr *e, EigVar by, Num lo, Num hi);
#endif
