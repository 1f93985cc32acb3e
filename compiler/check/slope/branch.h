/* The sides that abs, min and max of a formula take on an interval of z. */
#ifndef COMPILER_CHECK_BRANCH_H
#define COMPILER_CHECK_BRANCH_H
#include "compiler/check/slope/branch_root.h"
#include "compiler/check/slope/jet/jet.h"

enum { MAX_SIDES = 4 };

/* An assumption: `zero` is at least 0 (sign +1) or at most 0 (-1); with a root, z is at least there, or at most. */
typedef struct Side {
    const Expr *zero;
    BranchRoot root;
    int sign;
} Side;

typedef struct Branches {
    Ctx *cx;
    NumPool *nums;
    double lo, hi;              /* where; infinite outwards in a tail */
    size_t n_open;              /* abs, min and max that were left */
    size_t n;                   /* assumptions */
    Side side[MAX_SIDES];
    bool too_many;              /* ... were needed */
    JetResult whole, middle, room;
} Branches;

void branches_init(Branches *b, Ctx *cx, NumPool *nums);
void branches_clear(Branches *b);
/* e has an abs, min or max. */
bool branches_any(const Expr *e);
/* e as it is on [lo, hi], where every abs, min and max that is proved to take one side there has given way to it. */
const Expr *branches_decided(Branches *b, const Expr *e, double lo, double hi);
/* What e may be in addition: first(), then next() until it is NULL, give expressions without abs, min and max, one for each
 * set of sides that may be taken somewhere in [lo, hi], each on b->lo, b->hi. At every place of [lo, hi] e is one of them,
 * and beside it too. NULL from the first on, or too_many: there are more than are tried. */
const Expr *branches_first(Branches *b, const Expr *e, double lo, double hi);
const Expr *branches_next(Branches *b, const Expr *e, double lo, double hi);
#endif
