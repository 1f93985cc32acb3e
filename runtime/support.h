/* Kernel blocks: weights by displacement, applied without a matrix. Work is
 * proportional to neurons times weights that are not 0, or what a circle takes. */
#ifndef RUNTIME_SUPPORT_H
#define RUNTIME_SUPPORT_H
#include "runtime/circle.h"

typedef struct EigShift { int64_t by[2]; double w; } EigShift;     /* target - source in each direction */

/* The displacements with a weight, the one of the first source of a target
 * first: both directions descending, direction 1 slower. A periodic place is a
 * line or grid on which each weight occurs once for every way round. */
typedef struct EigSupport {
    int64_t extent[2];
    size_t n;
    EigShift *shift;            /* owned; none with a circle */
    EigCircling *circling;      /* owned; NULL: displacement by displacement */
} EigSupport;

bool eig_support_open(EigSupport *support, const EigBlock *b);      /* false when there is no memory */
void eig_support_free(EigSupport *support);
/* s[i - lo] = s[i - lo] + w x[j] for the sources j of target i, ascending, i = lo .. lo + count - 1. With a circle: what arrives from
 * all of them is one number, computed for all targets when lo is 0; an evaluation asks for the targets from there on. */
void eig_support_add(const EigSupport *support, const double *x, int64_t lo, int64_t count, double *s);
#endif
