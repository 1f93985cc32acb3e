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
 * In population form kernels may come on top: neuron i of a population of extent (X, Y)
 * stands in column i % X, row i / X, and A_ij gains the kernel's value at the displacement
 * of i from j, modulo the extent. Each kernel's values add up to 0, so that R stays as it is.
 * self == NULL is the plain neuron form, sparse by rows: A_ij as held, every
 * size 1. What is tested is then A itself; in population form it is the q x q
 * matrix R_ab = uniform_ab size_b (a != b), R_aa = uniform_aa size_a + self_a - leak_a,
 * with self_a - leak_a < 0 wherever size_a >= 2. docs/certificate.md has the proof.
 *
 * Rows of sums, the last n_sums of a matrix in neuron form, are no neurons. Such a row of A+ is -y + sum_j r_j x_j = 0, with
 * y read by neurons as any other, so that A+ is A with its rows of low rank not multiplied out: A = D + U R' for
 * A+ = (D U; R' -I). The claim is about A. Multipliers of A+ are multipliers of A, and a vector is one of A when
 * A+ maps it to 0 in the rows of sums (docs/certificate.md).
 *
 * Arrays belong to an arena; numbers hold memory of their own, which the _clear
 * functions return. */
#ifndef COMPILER_CHECK_EVIDENCE_H
#define COMPILER_CHECK_EVIDENCE_H
#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/check/proof/entries.h"
#include "compiler/check/proof/statement/statement.h"

struct Symbol;
typedef struct ClaimKernel {
    uint32_t to, from;          /* populations of one size, extent[0] * extent[1] */
    size_t extent[2];
    mpq_t *value;               /* by displacement, columns fastest */
    struct Symbol *symbol;      /* its Fourier transform, once someone has asked */
    bool has_no_symbol;         /* it was asked for in vain */
} ClaimKernel;

typedef struct ClaimMatrix {
    size_t n;                   /* neurons in all */
    size_t q;                   /* rows held: populations, or neurons when every size is 1, and sums behind them */
    size_t n_sums;              /* neuron form only: q = n + n_sums */
    size_t *size;               /* q; NULL: all 1 */
    const char **name;          /* q names, or NULL */
    /* off-diagonal and diagonal entries, CSR by row a, columns ascending. In neuron
     * form the diagonal entry is A_ii whole. In population form it is uniform_aa. */
    size_t *row_from;           /* q + 1 */
    uint32_t *column;
    mpq_t *entry;               /* of each its number; or NULL, and then */
    ScaledEntries *scaled;      /* neuron form only: what the numbers are products of */
    mpq_t *self, *leak;         /* population form only, q each; NULL in neuron form */
    mpq_t *mean_slope;          /* population form only: the network's neurons differ in slope, and each row stands for its own by
                                 * this mean of theirs (Theorem 35), which uniform and self contain as a factor; NULL: they do not */
    size_t n_kernels;           /* population form only; ascending by to, then from */
    ClaimKernel *kernel;
    const char *sha256, *source;    /* of the file that the entries came from, or NULL */
} ClaimMatrix;

typedef enum ProofKind { PROOF_EXACT, PROOF_RUMP, PROOF_INTEGER_RESIDUAL, PROOF_DOMINANCE } ProofKind;

/* A strongly connected component and its multipliers. */
typedef struct Component {
    size_t n;
    uint32_t *member;           /* rows of the matrix, ascending */
    mpq_t *p;                   /* > 0; population form: multipliers of R, a neuron's own is p_a / size_a */
    ProofKind proof;
    bool is_accepted;           /* in memory only: verify_component has accepted it for the matrix that it is of (verify_joined) */
} Component;

typedef struct Witness {
    bool is_zero_sum;           /* refuted by the zero-sum modes of one population (docs/theory.md) */
    uint32_t population;        /* then this one */
    size_t n, rank;
    uint32_t *member;           /* n distinct rows of the matrix */
    mpq_t *v;                   /* rank * n, vector k at v[k*n] */
    mpq_t *w;                   /* rank, >= 0; NULL: all 1 */
    /* With kernels, vectors may be waves: vector k is v + i im in every neuron of a population
     * times exp(2 pi i (f x / extent[0] + g y / extent[1])), and X the sum of w_k Re(v_k v_k*). */
    uint32_t *frequency;        /* rank * 2: f, g; NULL: no waves */
    mpq_t *im;                  /* rank * n, with frequency */
} Witness;

typedef struct Evidence {
    bool is_certificate;        /* claim lds: components; else not-lds: witness */
    size_t n_components;        /* in an order in which A is block lower triangular: A_ij = 0 for i in an earlier and j in a later one */
    Component *component;
    Witness witness;
    size_t n_statements;        /* what is proved beyond the claim */
    Statement *statement;
} Evidence;

/* n numbers, 0, and their return, for arrays that are no part of these structures yet. */
mpq_t *rationals_new(Ctx *cx, size_t n);
void rationals_clear(mpq_t *x, size_t n);

/* Zeroed storage with every number initialised to 0; row_from[q] is set, the
 * rest of the structure is the caller's to fill. The only other way to a
 * ClaimMatrix is a zeroed one. */
void claim_matrix_init(Ctx *cx, ClaimMatrix *m, size_t q, size_t n_entries, bool is_population_form);
void component_init(Ctx *cx, Component *c, size_t n);
void witness_init(Ctx *cx, Witness *w, size_t n, size_t rank, bool is_weighted);
/* With weights, imaginary parts and frequencies. */
void witness_init_modes(Ctx *cx, Witness *w, size_t n, size_t rank);
void claim_matrix_clear(ClaimMatrix *m);
void component_clear(Component *c);
void witness_clear(Witness *w);
void evidence_clear(Evidence *e);

/* X is v v' for one vector v: of a population that is zero-sum, real, and if it is a wave, constant on populations. */
bool witness_is_vector(const Witness *w);
/* It proves something: a zeroed one does not. */
static inline bool evidence_is_some(const Evidence *e) { return e->is_certificate || e->witness.n > 0 || e->witness.is_zero_sum; }
static inline bool claim_matrix_is_populations(const ClaimMatrix *m) { return m->self != NULL; }
static inline size_t claim_matrix_size(const ClaimMatrix *m, size_t row) { return m->size ? m->size[row] : 1; }
/* The number of entry e, which is one of row a. Of scaled entries the whole row is formed. */
static inline mpq_srcptr claim_matrix_at(const ClaimMatrix *m, size_t a, size_t e)
{
    if (m->entry)
        return m->entry[e];
    if (m->column[e] == a)
        return m->scaled->diagonal[a];
    size_t from = m->row_from[a];
    return scaled_entries_row(m->scaled, a, from, m->row_from[a + 1] - from, m->column + from)[e - from];
}
static inline mpq_srcptr claim_matrix_unit(const ClaimMatrix *m, size_t a, size_t e)
{
    return m->scaled->unit[a * m->scaled->n_groups + m->scaled->group[m->column[e]]];
}
static inline int claim_matrix_sign(const ClaimMatrix *m, size_t a, size_t e)
{
    if (m->entry)
        return mpq_sgn(m->entry[e]);
    double x = m->scaled->value[e];
    return m->column[e] == a ? mpq_sgn(m->scaled->diagonal[a]) : ((x > 0) - (x < 0)) * mpq_sgn(claim_matrix_unit(m, a, e));
}
/* A double near it, for estimates. */
static inline double claim_matrix_near(const ClaimMatrix *m, size_t a, size_t e)
{
    if (m->entry)
        return mpq_get_d(m->entry[e]);
    const ScaledEntries *s = m->scaled;
    return m->column[e] == a ? s->diagonal_near[a] : s->value[e] * s->unit_near[a * s->n_groups + s->group[m->column[e]]];
}
/* The held entry (not necessarily non-zero), or NULL where none is. */
mpq_srcptr claim_matrix_entry(const ClaimMatrix *m, size_t row, size_t column);
/* The kernel from population `from` to population `to`, or NULL. */
const ClaimKernel *claim_matrix_kernel(const ClaimMatrix *m, size_t to, size_t from);
/* The matrix of a component's rows alone. Its numbers are borrowed: it is not cleared. */
void claim_matrix_part(Ctx *cx, const ClaimMatrix *m, const Component *c, ClaimMatrix *out);
/* Number by number the same; names of proofs aside, which are hints. */
bool evidence_equal(const Evidence *a, const Evidence *b);
const char *proof_kind_name(ProofKind kind);        /* "exact", "rump", "integer-residual", "dominance" */
bool proof_kind_from_name(const char *name, ProofKind *out);
#endif
