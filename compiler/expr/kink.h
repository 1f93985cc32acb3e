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
/* The side of a kink where a piece lies. */
typedef enum KinkSide { KINK_BELOW, KINK_ABOVE } KinkSide;
/* e, a part of a piece on that side of the kink, all over which k->zero has one sign. Where |k->zero| is the base of a root, or of a power that has
 * no value below 0, it is 0 where it would be below: the doubles beside the kink are one on each side, and a run meets either. NULL: too large. */
const Expr *kink_kept_above(Ctx *cx, NumPool *pool, const Kink *k, KinkSide side, const Expr *e);
/* Of a part of such an e, made so: it is a power of one of these bases, and above 0 wherever that is. */
bool kink_is_power_of_kept(const Expr *e);
#endif
