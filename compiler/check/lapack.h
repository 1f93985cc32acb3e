/* LAPACK for the search, loaded on first use and only for matrices that repay
 * it: the program neither links it nor needs it. The verifier does not use it.
 * Matrices are column-major. Each function returns LAPACK's info: 0 done,
 * > 0 not finished (not positive definite, no convergence), or LAPACK_ABSENT. */
#ifndef COMPILER_CHECK_LAPACK_H
#define COMPILER_CHECK_LAPACK_H
#include <stdbool.h>
#include <stddef.h>

/* Below this order callers do without. */
enum { LAPACK_MIN_N = 64, LAPACK_ABSENT = -10000 };

/* True when liblapack.so.3 is there; else *why (if not NULL) says what failed.
 * Sets OPENBLAS_NUM_THREADS=1 before the first load unless the user set it:
 * results must not depend on the number of cores. */
bool lapack_load(const char **why);

/* Lower triangle of a (n x n) becomes L with A = L L'; the upper is left alone. */
int lapack_cholesky(size_t n, double *a);
/* A symmetric, lower triangle read, a is destroyed; values ascending; vectors
 * (n x n, one a column) may be NULL. */
int lapack_symmetric_eigen(size_t n, double *a, double *values, double *vectors);
/* Eigenvalues wr + i wi of a general matrix, a is destroyed; vr (n x n, right
 * eigenvectors, pairs as real and imaginary columns) may be NULL. */
int lapack_general_eigen(size_t n, double *a, double *wr, double *wi, double *vr);
#endif
