/* Places of kinks that are no rational numbers, or not known to be. */
#ifndef COMPILER_EXPR_KINK_H
#define COMPILER_EXPR_KINK_H
#include "compiler/expr/expr.h"

/* The one place between two neighbouring doubles where `zero`, an expression without breaks, is 0. It changes its sign there. */
typedef struct Kink {
    EigVar by;
    Num below, above;           /* the doubles */
    Num nearest;                /* the one of them that is nearer to it */
    const Expr *zero;
} Kink;

/* That of `zero`, which has one root between these; NULL where it is not seen on which side of their middle that is. */
const Kink *kink_between(Ctx *cx, NumPool *pool, const Expr *zero, EigVar by, double below, double above);
/* What is proved of an e without breaks in [below, above]. */
typedef enum KinkMeets { KINK_UNKNOWN, KINK_MISSES, KINK_SHARES } KinkMeets;      /* it is nowhere 0; it is 0 at the kink and nowhere else */
KinkMeets kink_meets(Ctx *cx, const Kink *k, const Expr *e);
/* e is 0 at the kink, if it has a value there. */
bool kink_vanishes(Ctx *cx, const Kink *k, const Expr *e);
#endif
