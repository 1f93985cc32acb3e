/* Expressions as sums of terms far out: see terms.h. */
#ifndef COMPILER_CHECK_TERMS_WALK_H
#define COMPILER_CHECK_TERMS_WALK_H
#include "compiler/check/slope/jet/jet.h"

/* Narrows the slope and the curvature of e in *out on [lo, hi], which in a tail is infinite outwards, from 1 or from -1 on at the nearest.
 * It costs more than a jet and sees more where leading terms cancel. Where *out has trouble in a function, all of it is found anew, if at
 * all. *limit: in a tail, a number that slopes far out come above or as near to as one likes, infinite where they grow without bound; else
 * -infinity. It ends without a result soon after the work of nums has grown by `most`. */
void terms_narrow(const Expr *e, NumPool *nums, double lo, double hi, size_t most, JetResult *out, double *limit);
/* e with z for y is f at `at` + side/y, y >= from >= 1: there f has a value, and *slope encloses its slopes, in so much work; *grows: they grow
 * without bound towards the place. False: nothing is known. */
bool terms_beside(const Expr *e, NumPool *nums, int side, double from, size_t most, mpfi_t slope, bool *grows);
#endif
