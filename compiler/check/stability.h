/* What follows from diagonal stability, slopes and time constants for the
 * network's dynamics. Theorem numbers are those of docs/theory.md. */
#ifndef COMPILER_CHECK_STABILITY_H
#define COMPILER_CHECK_STABILITY_H
#include "compiler/check/check.h"

/* ---- theory_limits.c ---- */
/* Why the network is none that the theorems are about; NULL when it is one. */
const char *theory_obstacle(Ctx *cx, const Net *net);
/* Takes back what noise and delays leave unproved. */
void theory_qualify(Ctx *cx, const Net *net, StabilityReport *out);

void stability_conclude(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out);

/* ---- stability_rate.c, stability_structure.c: exact sub-proofs over the claim matrix ---- */
/* Theorem 3: a proved lower bound of mu / (2 tau (mu + p_max |W|^2)), rounded down; NULL when none was found, or the matrix is too large to look. */
Num stability_equal_tau_rate(Ctx *cx, NumPool *nums, const LdsReport *lds, Num tau);
/* Theorem 5: d > 0 with 1 - W_ii > sum |W_ij| d_j / d_i in every row, checked exactly. tau of each row; *rate as proved. */
bool stability_dominance(Ctx *cx, NumPool *nums, const ClaimMatrix *m, const Num *tau, Num *rate);
/* Theorem 6: some positive diagonal makes P W symmetric, checked exactly. */
bool stability_is_symmetrisable(Ctx *cx, const ClaimMatrix *m);
/* At most x, with three decimal digits. */
Num stability_round_down(NumPool *nums, mpq_srcptr x);
#endif
