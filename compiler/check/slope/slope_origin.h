/* Slopes of a formula beside the places where its straight parts vanish, such as
 * z = 0: there slopes touch 0 and terms cancel, which no interval of z shows. */
#ifndef COMPILER_CHECK_SLOPE_ORIGIN_H
#define COMPILER_CHECK_SLOPE_ORIGIN_H
#include "compiler/check/slope/jet/jet.h"

enum { MAX_ORIGINS = 8 };

typedef struct Origin {
    Num at;
    double width[2];            /* proved on [at - width[0], at] and on [at, at + width[1]]; 0: not */
    double bound;               /* of the slope there */
} Origin;

typedef struct Origins {
    size_t n;
    Origin at[MAX_ORIGINS];
} Origins;

/* Finds them for phi, and proves around each that phi is defined and continuous
 * and that its slope lies in [0, most]. Numbers go to `nums`, expressions to cx. */
void origins_prove(Ctx *cx, NumPool *nums, const Expr *phi, double most, Origins *out);
/* The origin around which [lo, hi] is proved, or NULL. */
const Origin *origin_covering(const Origins *o, double lo, double hi);
#endif
