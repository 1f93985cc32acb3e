/* Eigenvalues of a general matrix for the search, by LAPACK, loaded on first use:
 * the program neither links it nor needs it, and most checks are decided before
 * it is asked for. The verifier does not use it. Matrices are column-major. */
#ifndef COMPILER_CHECK_LAPACK_H
#define COMPILER_CHECK_LAPACK_H
#include <stdbool.h>
#include <stddef.h>

enum { LAPACK_ABSENT = -10000 };

/* True when liblapack.so.3 is there; else *why (if not NULL) says what failed.
 * Sets OPENBLAS_NUM_THREADS=1 before the first load unless the user set it:
 * results must not depend on the number of cores. */
bool lapack_load(const char **why);

/* Eigenvalues wr + i wi of a general matrix, a is destroyed; vr (n x n, right
 * eigenvectors, pairs as real and imaginary columns) may be NULL. Returns LAPACK's
 * info: 0 done, > 0 no convergence, or LAPACK_ABSENT. */
int lapack_general_eigen(size_t n, double *a, double *wr, double *wi, double *vr);
#endif
