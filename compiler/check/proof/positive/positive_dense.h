/* The matrix M = -(P A + A'P) in doubles with bounds of their errors, for Rump's test (positive.c). */
#ifndef COMPILER_CHECK_POSITIVE_DENSE_H
#define COMPILER_CHECK_POSITIVE_DENSE_H
#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/positive/positive_rows.h"

/* The scaled matrix: column-major, order rounded up to a multiple of POSITIVE_TILE with
 * unit rows, which change nothing. */
typedef struct PositiveDense {
    size_t n, order;
    double *b;                  /* order^2; lower triangle */
    double *work;               /* order^2: the copy that is factored; P A by rows before */
    double *panel;              /* order * POSITIVE_PANEL: one panel, rows in tiles */
    double *radius;             /* order: sum_j r_ij, j < n */
    long *scale;                /* n: D_i = 2^-scale[i] */
    Split *p;                  /* n */
    uint32_t *place;            /* of each row of A: its row in b, or UINT32_MAX */
} PositiveDense;

/* False without memory, or beyond POSITIVE_MAX_ORDER. To be freed either way. */
bool positive_dense_alloc(PositiveDense *d, const LyapunovForm *f);
void positive_dense_free(PositiveDense *d);
/* b and radii; false where an entry alone decides that M is not positive definite. */
bool positive_assemble(PositiveDense *d, const LyapunovForm *f);
/* out = M_ij, exactly. */
void positive_entry(const LyapunovForm *f, size_t i, size_t j, mpq_ptr out, mpq_ptr scratch);
#endif
