/* What the files of the verifier share about the matrix of a claim: whether it is one, and the matrix that is tested. */
#ifndef COMPILER_CHECK_PROOF_VERIFY_MATRIX_H
#define COMPILER_CHECK_PROOF_VERIFY_MATRIX_H
#include "compiler/check/proof/verify.h"

VerifyResult verify_rejected(const char *reason);

/* NULL, or what is wrong with the matrix as a data structure; frame: the order within rows aside, kernels, means and sums too. */
const char *verify_matrix_fault(const ClaimMatrix *m);
const char *verify_frame_fault(const ClaimMatrix *m);
bool verify_row_is_sorted(const ClaimMatrix *m, size_t a);
extern const char verify_rows_fault[];

/* The matrix that is tested, in neuron form: A itself, borrowed, or R built from
 * the populations (evidence.h), in memory of its own. */
typedef struct Tested {
    ClaimMatrix a;
    bool is_owned;
    Ctx memory;                 /* only its arena is used */
} Tested;

/* Of n rows only, ascending; the others stay empty. `row` NULL: all q of them. A
 * search that asks about thousands of small components pays for each one's own rows. */
void tested_init(const ClaimMatrix *m, size_t n_rows, const uint32_t *row, Tested *t);
void tested_clear(Tested *t);

/* Vectors that add up to zero within population a of two or more are mapped to
 * self_a - leak_a times themselves, unless kernels see them. */
bool verify_zero_sum_decays(const ClaimMatrix *m, size_t a);

/* verify_components.c: all components of a certificate. Of those that are known the ones are not tested again that verify_component
 * has accepted. */
VerifyResult verify_components(Ctx *cx, const ClaimMatrix *m, const Evidence *e, bool are_known);
#endif
