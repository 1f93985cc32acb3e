/* Leading eigenvectors of the symmetric part of B = D K D^-1, K a component's matrix without its diagonal: those of its largest
 * eigenvalues, several at once, with B and B' times each of them. By a block Krylov method (Rayleigh and Ritz on X, S X, S^2 X, ...),
 * started where the last one ended. */
#ifndef COMPILER_CHECK_LDS_LEADING_H
#define COMPILER_CHECK_LDS_LEADING_H
#include "compiler/check/lds/lds.h"

enum {
    LEADING_BLOCK = 8,          /* vectors multiplied at once */
    LEADING_DEPTH = 6,          /* blocks in the basis */
    LEADING_BASIS = LEADING_BLOCK * LEADING_DEPTH,
    LEADING_KEPT = 16           /* vectors given */
};

/* Arrays by rows: row i of what belongs to the k-th vector is at [i * width + k]. */
typedef struct Leading {
    const LdsPart *p;
    double *basis, *forth, *back;       /* n x LEADING_BASIS: orthonormal Q, B Q, B' Q */
    double *left, *right, *up, *down;   /* n x LEADING_BLOCK, for products */
    double *next;                       /* n x LEADING_BLOCK: where the next search starts */
    double turn[LEADING_BASIS * LEADING_BASIS];
    double value[LEADING_KEPT];         /* descending; a little too small rather than too large */
    double *vector;                     /* n x LEADING_KEPT */
    double *forth_of, *back_of;         /* ... B and B' times them */
} Leading;

/* False without memory, and then nothing is to be cleared. */
bool leading_init(Leading *l, const LdsPart *p);
void leading_clear(Leading *l);
/* For D = diag(scale). The same numbers whatever the machine. */
void leading_find(Leading *l, const double *scale);
/* The next search starts from the vectors found. */
void leading_keep(Leading *l);
/* Operations of one leading_find. */
double leading_cost(const LdsPart *p);
#endif
