/* Small linear matrix inequalities, in doubles: max t with sum_k y_k B_k >= t I. It
 * proposes; the statements that come of it are verified exactly. */
#ifndef COMPILER_CHECK_LMI_H
#define COMPILER_CHECK_LMI_H
#include <stdbool.h>
#include <stddef.h>

typedef struct Lmi {
    size_t d, m;                /* order of the matrices, number of unknowns */
    double *basis;              /* m symmetric matrices, d * d each */
    bool *is_positive;          /* m: y_k > 0 is asked for */
    double *norm;               /* m: sum norm_k y_k = 1; positive for the unknowns that are */
} Lmi;

/* malloc'd, all 0; false without memory. */
bool lmi_init(Lmi *l, size_t d, size_t m);
void lmi_free(Lmi *l);
/* B_k gains x at (i, j) and (j, i); twice x where i == j. */
void lmi_add(Lmi *l, size_t k, size_t i, size_t j, double x);
/* Rows of matrices to be factored are padded to a multiple of four. */
size_t lmi_row(size_t d);
/* a (d rows of lmi_row(d), symmetric) is positive definite, in doubles; it is destroyed. */
bool lmi_is_positive(size_t d, double *a);
/* Newton's method on the logarithmic barrier, from y, whose positive unknowns are so.
 * O(m d^3 + m^2 d^2) a step for each block of order d into which the matrices fall together. y is left at the best point, norm applied; the t reached. Ends
 * early once t is above 0 and within a fifth of the largest. */
double lmi_maximise(const Lmi *l, double *y);
/* The same from a y at which the least eigenvalue is about what is sought, but for so much, > 0. */
double lmi_maximise_from(const Lmi *l, double room, double *y);
#endif
