/* What is claimed and what proves it. The verifier and the certificate file
 * know these types and exact arithmetic, and nothing of how evidence was found.
 *
 * The claim is about A = diag(L) W - I (rows are targets, L the slope bounds):
 *   lds      a diagonal P > 0 with P A + A' P negative definite exists
 *   not-lds  none exists; the witness is X = sum_k w_k v_k v_k' != 0 with
 *            diag(A X) >= 0 (Barker, Berman, Plemmons 1978)
 *
 * A matrix is held in population form: q populations of size[a] neurons, and
 *   A_ij = uniform_ab for i in a, j in b, i != j;  A_ii = uniform_aa + self_a - leak_a.
 * (uniform holds nothing of self or leak; without self-connections self_a = -uniform_aa.)
 * All sizes 1 is the plain neuron form, sparse by rows. docs/certificate.md. */
#ifndef COMPILER_CHECK_EVIDENCE_H
#define COMPILER_CHECK_EVIDENCE_H
#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/base/ctx.h"

typedef struct ClaimMatrix {
    size_t n;                   /* neurons in all */
    size_t q;                   /* rows held: populations, or neurons when every size is 1 */
    size_t *size;               /* q; NULL: all 1 */
    const char **name;          /* q names, or NULL */
    /* off-diagonal and diagonal entries, CSR by row a, columns ascending. In neuron
     * form the diagonal entry is A_ii whole. In population form it is uniform_aa. */
    size_t *row_from;           /* q + 1 */
    uint32_t *column;
    mpq_t *entry;
    mpq_t *self, *leak;         /* population form only, q each; NULL in neuron form */
    const char *sha256, *source;    /* of the file that the entries came from, or NULL */
} ClaimMatrix;

typedef enum ProofKind { PROOF_EXACT, PROOF_RUMP, PROOF_INTEGER_RESIDUAL } ProofKind;

/* A strongly connected component and its multipliers. */
typedef struct Component {
    size_t n;
    uint32_t *member;           /* rows of the matrix, ascending */
    mpq_t *p;                   /* > 0 */
    ProofKind proof;
} Component;

typedef struct Witness {
    bool is_zero_sum;           /* refuted by the zero-sum modes of one population (docs/theory.md) */
    uint32_t population;        /* then this one */
    size_t n, rank;
    uint32_t *member;           /* n rows of the matrix */
    mpq_t *v;                   /* rank * n, vector k at v[k*n] */
    mpq_t *w;                   /* rank, >= 0; NULL: all 1 */
} Witness;

typedef struct Evidence {
    bool is_certificate;        /* claim lds: components; else not-lds: witness */
    size_t n_components;        /* in an order in which A is block lower triangular: no entry from a later to an earlier component's rows */
    Component *component;
    Witness witness;
} Evidence;
#endif
