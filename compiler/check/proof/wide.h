/* Loops over doubles, four at a time: in registers of 256 bits where the processor has them, by the
 * same operations in the same order elsewhere, so that results do not depend on it. */
#ifndef COMPILER_CHECK_WIDE_H
#define COMPILER_CHECK_WIDE_H
#include <stddef.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#define INTO_WIDE __attribute__((always_inline)) static inline
#else
#define WIDE
#define INTO_WIDE static inline
#endif

typedef double Four __attribute__((vector_size(32), aligned(8), may_alias));

/* Sum of x_i y_i, in four sums that are added at the end. */
double wide_dot(size_t n, const double *x, const double *y);
/* y += by x. */
void wide_add(size_t n, double by, const double *x, double *y);
/* out_i = by x_i y_i. */
void wide_scale(size_t n, double by, const double *x, const double *y, double *out);
/* Sum of k_i^2 x_i; y_i += k_i^2 by. */
double wide_squares(size_t n, const double *k, const double *x, double by, double *y);
/* y -= by h; returns h . x. */
double wide_dot_subtract(size_t n, const double *h, const double *x, double by, double *y);
#endif
