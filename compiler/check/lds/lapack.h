/* LAPACK and BLAS for the search, loaded on first use: the program neither links
 * them nor needs them, and most checks are decided before they are asked for. The
 * verifier does not use them. Matrices are column-major. */
#ifndef COMPILER_CHECK_LAPACK_H
#define COMPILER_CHECK_LAPACK_H
#include <stdbool.h>
#include <stddef.h>

enum { LAPACK_ABSENT = -10000 };

/* True when libopenblas.so.0 or liblapack.so.3 is there; else *why (if not NULL) says what failed.
 * One thread: results must not depend on the number of cores. Sets
 * OPENBLAS_NUM_THREADS=1 before the first load unless the user set it, and asks
 * the library itself. */
bool lapack_load(const char **why);

/* Eigenvalues wr + i wi of a general matrix, a is destroyed; vr (n x n, right
 * eigenvectors, pairs as real and imaginary columns) may be NULL. Returns LAPACK's
 * info: 0 done, > 0 no convergence, or LAPACK_ABSENT. */
int lapack_general_eigen(size_t n, double *a, double *wr, double *wi, double *vr);

/* The kernels of dense matrices as Fortran has them: everything by address, the
 * lengths of the texts last. */
#define LAPACK_KERNELS(NAME, REAL)                                                                              \
    typedef struct NAME {                                                                                       \
        void (*gemm)(const char *transa, const char *transb, const int *m, const int *n, const int *k,          \
                     const REAL *alpha, const REAL *a, const int *lda, const REAL *b, const int *ldb,           \
                     const REAL *beta, REAL *c, const int *ldc, size_t, size_t);                                \
        void (*symv)(const char *uplo, const int *n, const REAL *alpha, const REAL *a, const int *lda,          \
                     const REAL *x, const int *incx, const REAL *beta, REAL *y, const int *incy, size_t);       \
        void (*trsv)(const char *uplo, const char *trans, const char *diag, const int *n, const REAL *a,        \
                     const int *lda, REAL *x, const int *incx, size_t, size_t, size_t);                         \
        void (*potrf)(const char *uplo, const int *n, REAL *a, const int *lda, int *info, size_t);              \
        void (*potri)(const char *uplo, const int *n, REAL *a, const int *lda, int *info, size_t);              \
    } NAME
LAPACK_KERNELS(LapackDouble, double);
LAPACK_KERNELS(LapackSingle, float);
/* NULL where the library is absent or n is not an order that it counts in. */
const LapackDouble *lapack_double(size_t n);
const LapackSingle *lapack_single(size_t n);
#endif
