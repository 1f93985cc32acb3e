/* Signs of the sums that refute, in doubles with bounds, for matrices whose entries are doubles times a unit of their row. */
#ifndef COMPILER_CHECK_VERIFY_SCALED_H
#define COMPILER_CHECK_VERIFY_SCALED_H
#include "compiler/check/proof/evidence.h"

/* A witness's vectors in whole numbers, and its weights, as doubles. */
typedef struct ScaledWitness {
    size_t n, rank;
    double *v;                  /* rank * n, exact; NULL: some are no doubles, or too large, or a weight is, and there is nothing to ask */
    double *weight;             /* rank, each off by at most 6u */
    double *dot, *size;         /* rank, for a row's sums */
} ScaledWitness;

void scaled_witness_init(Ctx *cx, size_t n, size_t rank, mpz_t *whole, mpq_t *weight, ScaledWitness *out);
/* -1 or 1: the sign of (A X)_ii of the i-th member, which is `row`, place[] being where each row stands among the members.
 * 0: not known so. */
int scaled_witness_sign(const ScaledWitness *w, const ClaimMatrix *a, size_t row, size_t i, const uint32_t *place);
#endif
