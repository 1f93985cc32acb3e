/* Decides whether a statement's numbers prove it: the part of the verifier (verify.h)
 * behind claims about the matrix. Exact, but for verify_component's tests and for sums that doubles bound from above. */
#ifndef COMPILER_CHECK_STATEMENT_VERIFY_H
#define COMPILER_CHECK_STATEMENT_VERIFY_H
#include "compiler/check/proof/verify.h"

/* Statement `which` of evidence whose claim about the matrix has been accepted: NULL, or
 * why its numbers do not prove it. A cascade looks at the other statements too. */
const char *statement_fault(Ctx *cx, const ClaimMatrix *m, const Evidence *e, size_t which);

/* What the statements' tests share. p_c is the component of the matrix, of all its rows; NULL without multipliers. */
typedef struct StatementCase {
    Ctx *cx;
    const ClaimMatrix *m;       /* of the rows that the statement is about */
    const Evidence *e;          /* with the statements that this one may name */
    const Component *c;
    const Statement *s;
} StatementCase;

/* ---- statement_sums.c: sums over one neuron's synapses, in terms of rows. W = A + I ---- */
/* 1 - W_ii of a neuron of row a. */
void neuron_net_leak(const ClaimMatrix *m, size_t a, mpq_t out);
/* For a neuron i of row a: the sum of |W_ij| x_j over the neurons j other than i, x being given by rows. */
void neuron_row_sum(const ClaimMatrix *m, size_t a, const mpq_t *x, mpq_t out);
/* out[b], for a neuron j of each row b: the sum of |W_ij| x_i over the neurons i other than j. */
void neuron_column_sums(const ClaimMatrix *m, const mpq_t *x, mpq_t *out);
/* Not below |W|_1 |W|_inf, nor far above it; infinite where doubles do not hold it, or with kernels. */
double neuron_norms_above(const ClaimMatrix *m);

/* ---- statement_equilibrium.c ---- */
enum { STATEMENT_MOST_DENSE = 256 };        /* rows of a statement that has numbers for pairs of rows */
const char *equilibrium_fault(const StatementCase *x);
/* A box, and slopes: that they belong together are facts about the activations. It is the only one of its kind. */
const char *local_fault(const StatementCase *x);
/* The slopes of a refuted matrix: that they are attained is a fact about the activations. It is the only one of its kind. */
const char *attained_fault(const StatementCase *x);
/* About equilibria that are statements of the evidence. */
const char *several_fault(const StatementCase *x);

/* ---- statement_beside.c ---- */
const char *unstable_fault(const StatementCase *x);
const char *attracting_fault(const StatementCase *x);
const char *inhibition_fault(const StatementCase *x);
const char *unstable_within_fault(const StatementCase *x);
/* What the tails of the activations are, is a fact about them. */
const char *runaway_fault(const StatementCase *x);

/* ---- statement_straight.c: two rows on straight pieces of their activations, which are facts about these ---- */
const char *on_pieces_fault(const StatementCase *x);
const char *pieces_attract_fault(const StatementCase *x);
const char *pieces_unstable_fault(const StatementCase *x);
const char *pieces_runaway_fault(const StatementCase *x);
const char *pieces_none_fault(const StatementCase *x);
bool statement_is_straight(StatementKind kind);
/* Such a statement, which holds of each of n matrices, holds of all means of them. */
bool straight_holds_between(Ctx *cx, const ClaimMatrix *m, size_t n, const Evidence *e, const Statement *s);

/* ---- statement_moving.c: an equilibrium that moves with the weights ---- */
const char *moving_fault(const StatementCase *x);
/* Into image, 0 before, row by row the largest number that is compared with the radius, of n matrices and all their means. */
void statement_moving_image(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *s, mpq_t *image);
/* Between lo and hi are all inputs in its box, of n matrices and all their means. */
void statement_moving_inputs(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *s, mpq_t *lo, mpq_t *hi);
/* The boxes that s names are apart for all means of n matrices. */
bool several_are_apart(Ctx *cx, const ClaimMatrix *m, size_t n, const Evidence *e, const Statement *s);
/* What holds at n matrices need not hold between them, and whether it does. */
bool statement_is_looked_at_between(StatementKind kind);
bool statement_holds_between(Ctx *cx, const ClaimMatrix *m, size_t n, const Evidence *e, const Statement *s);

/* ---- statement_runaway.c ---- */
const char *form_runaway_fault(const StatementCase *x);
const char *several_or_none_fault(const StatementCase *x);

/* ---- statement_rate.c ---- */
const char *rate_fault(const StatementCase *x);
const char *nearly_equal_fault(const StatementCase *x);
const char *projected_rate_fault(const StatementCase *x);
const char *switched_rate_fault(const StatementCase *x);
/* (tau_max - tau_min) / (tau_max + tau_min) */
void statement_rho(const mpq_t *tau, size_t n, mpq_t rho);
/* mu I <= S(p) over all neurons. */
bool statement_mu_holds(Ctx *cx, const ClaimMatrix *m, const Component *c, mpq_srcptr mu);
/* At least p_max^power |W|_2^2, by |W|_2^2 <= |W|_1 |W|_inf: that product exactly, or a little above it, in less time. */
typedef enum LoopSize { LOOP_ABOVE, LOOP_EXACT } LoopSize;
void statement_loop_size(Ctx *cx, const ClaimMatrix *m, const Component *c, int power, LoopSize how, mpq_t out);

/* ---- statement_form.c: quadratic forms in x and phi ---- */
const char *lure_popov_fault(const StatementCase *x);
const char *contraction_two_fault(const StatementCase *x);
const char *any_tau_fault(const StatementCase *x);

/* ---- statement_balance.c: strong weights between populations; that they are the network's is a fact about it ---- */
const char *balance_fault(const StatementCase *x);
const char *no_balance_fault(const StatementCase *x);
#endif
