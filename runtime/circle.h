/* Kernel blocks by Fourier's sums: the sources are laid on a circle of numbers, and what a kernel makes of a circle is a product
 * for each wave that goes round it whole times. Work is proportional to L log L, whatever the reach of the kernel.
 * docs/semantics.md, section 13, has every operation. */
#ifndef RUNTIME_CIRCLE_H
#define RUNTIME_CIRCLE_H
#include "runtime/problem.h"

/* The shortest circle: eight leaves of sixteen numbers stand side by side, after at least one pass. */
enum { EIG_CIRCLE_LEAST = 256, EIG_CIRCLE_LEAF = 16 };

/* ---- the parts of x^L - 1 (EigCircle.root, .gain): level k has top 2^k of them, of size (L / top) / 2^k each ---- */
size_t eig_circle_levels(const EigCircle *c);                   /* from size L / top to size 2 */
size_t eig_circle_root(const EigCircle *c, size_t level);       /* place in `root` of part 0 of the level; two numbers a part */
size_t eig_circle_roots(const EigCircle *c);                    /* numbers of `root` */
size_t eig_circle_gains(const EigCircle *c);                    /* numbers of `gain` */

/* One block on its circle. */
typedef struct EigCircling {
    const EigBlock *block;
    const struct EigCirclePasses *passes;       /* by vectors that the processor has */
    double *y;                  /* owned; L numbers: the sources, then what arrives */
    double *leaf;               /* in the same memory: roots and gains as the leaves read them */
} EigCircling;

bool eig_circling_open(EigCircling *c, const EigBlock *b);      /* false when there is no memory */
void eig_circling_free(EigCircling *c);
double eig_circle_bytes(const EigCircle *c);                    /* that it takes */
/* y from the sources x of the block. */
void eig_circling_turn(EigCircling *c, const double *x);
/* s[i - lo] = s[i - lo] + what arrives at target i, i = lo .. lo + count - 1. */
void eig_circling_add(const EigCircling *c, int64_t lo, int64_t count, double *s);

/* For tests: the vectors to be used from now on, of 8, 4 or 1 numbers; false where the processor has none such. */
bool eig_circling_lanes(EigCircling *c, int lanes);
#endif
