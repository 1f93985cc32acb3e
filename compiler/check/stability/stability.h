/* What follows from diagonal stability, slopes and time constants for the
 * network's dynamics. Theorem numbers are those of docs/theory.md. */
#ifndef COMPILER_CHECK_STABILITY_H
#define COMPILER_CHECK_STABILITY_H
#include "compiler/check/check.h"
#include "compiler/check/theory_limits.h"

/* Looks for statements, adds those that the verifier accepts to lds->evidence, and concludes from them. */
void stability_conclude(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out);
/* Adds the statement when the verifier accepts it; otherwise clears it. */
bool stability_keep(Ctx *cx, LdsReport *lds, Statement *proposed);
/* The corners of a cell of params. */
typedef struct CellCorners {
    size_t n;
    ClaimMatrix *matrix;
    mpq_t **theta;              /* of each the params */
    mpq_t *slow;                /* of each row how many times as long as the network's its time constant is at the point in the cell; NULL:
                                 * where time constants depend on params, nothing is said of how */
    Arena room;                 /* of all this */
    double *quick;              /* n * q: how many times as quick as there the row is at each corner, about; NULL with slow */
} CellCorners;
/* Statements on convergence that hold of lds, a certificate without statements so far: the strongest need not hold of all matrices of
 * the cell, of which lds's, at a point in it, is a mean. Forms (Theorems 27, 28) are looked for that hold of all of them. Where a rate is wanted
 * (else NULL) statements that give one are looked for also beside those that hold of every matrix. Their time constants are the network's. */
void stability_propose_all(Ctx *cx, const Net *net, const SlopeReport *slope, const CellCorners *cell, Num rate, LdsReport *lds);

bool stability_has_prox_steps(const Net *net);
/* The limits of short and of long proximal steps, prox_step = 0 and inf, have theorems of their own, about networks in
 * which all populations have the same one. */
typedef enum StepLimit { LIMIT_NONE, LIMIT_PROJECTED, LIMIT_SWITCHED, LIMIT_PARTLY } StepLimit;
StepLimit stability_limit(const Net *net);
/* A statement on convergence is about networks of this limit. */
bool stability_limit_fits(StepLimit limit, StatementKind kind);
/* Rows of a claim's matrix are whole populations, some with kernels longer than the net's, or their neurons in order. */
typedef struct RowTau {
    const Num *least, *most;    /* time constants of the neurons of each row; those of the plain network (Theorem 13) */
} RowTau;
RowTau stability_row_tau(Ctx *cx, const Net *net, const ClaimMatrix *m);
/* Slope bound at gain 1 times the longest time constant, row by row (Theorem 14). False where gains differ within a population. */
bool stability_row_lag(Ctx *cx, const Net *net, const SlopeReport *slope, const ClaimMatrix *m, mpq_t *lag);
/* Looks for statements, in the order of their cost; slope: of the populations; is_local: about a network that goes on beyond a box with constant activations. */
void stability_search(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, bool is_local);
/* The statement about all neurons that says most of convergence; NULL: none does. */
const Statement *stability_strongest(const Evidence *e);

/* The rate that it states; NULL: none. */
Num stability_rate(NumPool *nums, const Statement *s);

/* ---- stability_local.c ---- */
/* Where the slopes bounded everywhere do not decide convergence: certifies the network in a box in *local, and says so in *out. */
void stability_seek_local(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *local, StabilityReport *out);

/* ---- stability_attained.c ---- */
/* Where nothing has been decided: takes *lds, and *local's place, if equilibria refute stability with slopes that are attained; or, where there is
 * nothing in *local, if one attracts. */
void stability_seek_attained(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, LdsReport *local, StabilityReport *out);

/* ---- stability_equilibria.c: of a network whose matrix is refuted ---- */
/* Adds the equilibria at the model's input that are proved, what makes them several or unstable, and from where trajectories run away. */
void stability_seek_equilibria(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out);
/* stability_refuted.c: says one more thing, by its theorems and with their hypotheses. */
void stability_say(Ctx *cx, StabilityReport *out, const char *says, const char *theorem, const char *because);
/* ... which equilibria attract, if some are proved to. */
void stability_say_attracting(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out);
/* Says in the conclusion of a refuted matrix which equilibrium attracts, if one is proved to, and nothing else is said. */
void stability_add_attracting(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out);
/* ---- stability_unique.c ---- */
/* Adds that for some input, which need not be the model's, there are several equilibria, when the verifier accepts it; and says so in the
 * conclusion of a refuted matrix, unless there are several at the model's own input. */
void stability_refute_unique(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out);
/* stability_minor.c: a witness of one vector, from a principal minor of -T that is not above 0; false where none is found, or rows are many. */
bool stability_vector_of_minor(Ctx *cx, const LdsReport *lds, Witness *out);
/* Says once more, behind what holds in a box, why there is not one equilibrium for every constant input. */
void stability_add_not_unique(Ctx *cx, StabilityReport *out);

/* stability_neurons.c: where a refuted matrix leaves stability open, and rows stand for neurons that differ in time constant: refutes it with a
 * row for each of these, which *lds has then. False, and all as it was, where that does not do it. */
bool stability_refute_by_neurons(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out);
/* A certified matrix that leaves convergence open gives way to one with other rows, for neurons that differ in time constant, from which it follows. */
void stability_converge_in_other_rows(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds);
/* Rows of neurons one by one, where these are tried; else 0. */
size_t stability_rows_by_tau(Ctx *cx, const Net *net, const LdsReport *lds);
/* Some row stands for neurons that differ in time constant. */
bool stability_tau_is_range(Ctx *cx, const Net *net, const LdsReport *lds);

/* False, and *out as it was, when they refute nothing. */
bool stability_conclude_equilibria(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out);
/* The activations are what a statement about two neurons wants. */
bool stability_planar_fits(const Net *net, StatementKind kind);

/* ---- proposals, each of one statement about the rows of m; c has the multipliers of all its rows ---- */
typedef struct StabilityCase {
    Ctx *cx;
    NumPool *nums;
    const ClaimMatrix *m;
    const Component *c;         /* NULL where the rows are several components */
    const Num *tau_least, *tau_most;    /* of the neurons of each row */
    bool has_rates;             /* else Theorem 13: rates are not those of this matrix */
    size_t n_corners;           /* forms are to hold of these matrices together; 0: of m */
    const ClaimMatrix *corner;
    const double *quick;        /* n_corners * rows: how many times as quick as m's rows those of each corner are; NULL: as quick */
    double rate;                /* that contraction in a Euclidean norm is to have */
} StabilityCase;
/* False when there is nothing to propose. The statement's numbers are the caller's. */
typedef bool StatementProposal(const StabilityCase *x, Statement *out);

/* stability_norm.c */
StatementProposal propose_dominance, propose_contraction_one;
/* stability_rate.c */
StatementProposal propose_equal_tau;
/* About the largest mu that the multipliers leave, not proved; 0 where a rate is not asked for. */
double stability_mu(const StabilityCase *x);
/* About the largest rate of projected dynamics with these lags that the multipliers leave. */
double stability_projected_rate(Ctx *cx, const ClaimMatrix *m, const Component *c, size_t n, const mpq_t *lag);
bool propose_rate(const StabilityCase *x, double mu, Statement *out);
bool propose_nearly_equal(const StabilityCase *x, double mu, Statement *out);
/* stability_form.c */
StatementProposal propose_contraction_two, propose_contraction_two_best, propose_any_tau, propose_lure_popov;   /* best: nearly the largest rate */
/* stability_game.c */
StatementProposal propose_symmetrisable, propose_potential, propose_saddle, propose_no_potential;

/* At most x: itself, where it is a short fraction (what is required may be just that), else twelve decimal digits. */
Num stability_round_down(NumPool *nums, mpq_srcptr x);
#endif
