/* Expressions as series far out: see series.h. */
#ifndef COMPILER_CHECK_TERMS_WALK_H
#define COMPILER_CHECK_TERMS_WALK_H
#include "compiler/check/slope/jet.h"

/* Narrows the slope and the curvature of e in *out on [lo, hi], which in a tail is infinite outwards, from 1 or from -1 on at the nearest.
 * It costs more than a jet and sees more where leading terms cancel. What e is not seen to have a value for is looked at anew. *limit: in a
 * tail, a number that slopes far out come above or as near to as one likes; else -infinity. */
void terms_narrow(const Expr *e, NumPool *nums, double lo, double hi, JetResult *out, double *limit);
#endif
