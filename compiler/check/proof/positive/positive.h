/* Proofs that M(p) = -(P A + A' P), restricted to some rows of A, is positive
 * definite. Part of what verify.h trusts. Answers "no" when in doubt. */
#ifndef COMPILER_CHECK_POSITIVE_H
#define COMPILER_CHECK_POSITIVE_H
#include "compiler/check/proof/evidence.h"

/* Row k of M is row member[k] of A, with multiplier p[k] > 0. The matrix is in
 * neuron form: its entries are taken as they are. */
typedef struct LyapunovForm {
    const ClaimMatrix *a;
    size_t n;
    const uint32_t *member;
    const mpq_t *p;
} LyapunovForm;

/* POSITIVE_NO: floating arithmetic found M to be clearly indefinite; POSITIVE_UNKNOWN: too close, or no memory. */
typedef enum Positive { POSITIVE_NO, POSITIVE_UNKNOWN, POSITIVE_YES } Positive;

/* Two dense matrices of this order are 1.6 GB. */
enum { POSITIVE_MAX_ORDER = 10000 };

/* Rump's test: O(n^3) floating operations, whatever the numbers. *margin, set on
 * POSITIVE_YES where it is not NULL, in up to eight times as many, is a proved lower bound of the least eigenvalue of M scaled to
 * unit diagonal (0 when only its sign was proved). */
Positive positive_by_cholesky(const LyapunovForm *f, double *margin);

/* The same for a matrix of any order with few entries, in positive_sparse.c: by dominance of the diagonal
 * under a scaling that is found here, or by Rump's test in an order in which few entries fill in.
 * *how says which. False where neither does, or too many fill in. */
bool positive_by_rows(const LyapunovForm *f, ProofKind *how);

/* The rounding mode that the bounds of doubles hold for. */
bool rounds_to_nearest(void);

/* Exact elimination: decides. False also when *too_long is set: the numbers
 * would grow beyond what is done in some seconds. */
bool positive_exactly(const LyapunovForm *f, bool *too_long);
#endif
