/* Lyapunov diagonal stability: from the network to a verdict with evidence.
 *
 *   reduce.c        Net -> ClaimMatrix
 *   reduce_rows.c   ... row by row
 *   reduce_scaled.c ... of doubles from files
 *   reduce_mean.c   ... one slope for neurons that differ in gain
 *   reduce_limits.c ... why there is none
 *   reduce_components.c  strongly connected components
 *   row_order.c     rows in an order that hangs on neither names nor declarations: the search's own
 *   lds.c           the cascade over the tests of one component
 *   lds_write_out.c ... found for rows of several neurons, for these one by one
 *   lds_part.c      a component as the tests see it: scaled doubles, exact entries
 *   lds_offer.c     what the tests find, rounded to few bits and put to the verifier
 *   lds_exact.c     one to three rows, trees
 *   lds_balance.c   scalings that may serve as multipliers
 *   lds_balance_dense.c  ... of rows that read most others
 *   lds_refute.c    vectors that may serve as witnesses
 *   lds_descent.c   both for large components, by first-order steps
 *   lds_settle.c    witnesses that nearly hold
 *   lds_leading.c   ... leading eigenvectors
 *   lds_interior.c  the matrix inequality by an interior-point method, both sides at once
 *   lds_interior_method.h  ... in one type of numbers
 *   lds_face.c      witnesses on the boundary itself, as short fractions
 *   lds_sums.c      vectors for networks of low rank
 *   lds_singular.c  vectors that a singular matrix maps to 0
 *   lds_eigen.c     symmetric eigenpairs
 *   lds_form.c      ... of sparse forms
 *
 * Everything here only proposes; verify.h decides. */
#ifndef COMPILER_CHECK_LDS_H
#define COMPILER_CHECK_LDS_H
#include "compiler/check/check.h"
#include "compiler/check/lds/row_order.h"

/* ---- reduce.c ---- */
/* Which slope bound the neurons of a population that differ in gain have, where they could be one row. */
typedef enum GainLevel {
    GAINS_LARGEST,              /* one row for all, with the bound of the largest gain (the least, in a refutation) */
    GAINS_MEAN_ABOVE,           /* one row for all, with the mean of their bounds (Theorem 35), or a little more: proves LDS */
    GAINS_MEAN_BELOW,           /* ... or a little less: refutes it */
    GAINS_OWN,                  /* each neuron is a row of its own with its own bound */
    GAINS_LARGEST_ALL_TAU,      /* as the first, and also one row for neurons that differ in time constant */
    GAINS_OWN_EACH_TAU,         /* as GAINS_OWN, and never one row for these, in networks of some more rows */
    GAINS_EACH                  /* each neuron is a row, also where gains do not differ */
} GainLevel;
/* Neurons that differ in time constant have rows of their own, where there are at most so many rows then: theorems on convergence ask for
 * time constants row by row, and most of what is looked for by them, and advice, is for as many. */
enum { REDUCE_MOST_TAU_ROWS = 40, REDUCE_MOST_EACH_TAU_ROWS = 200 };
/* Some differ, and have: where they could be one row, or populations with kernels. */
bool reduce_has_own_tau(Ctx *cx, const Net *net);
/* The two differ. */
bool reduce_has_own_gains(const Net *net);
/* Some population is one row, though its neurons differ in gain. */
bool reduce_has_means(Ctx *cx, const Net *net);
/* A = diag(L) W - I with L the slope bounds. Populations touched by uniform
 * blocks only (and diagonal ones to themselves) are one row each. False with
 * *reason when the slopes allow no claim or the matrix would be too large. */
bool reduce_net(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, ClaimMatrix *out, const char **reason);
/* The same with given slopes, one a row; NULL: all 1. Neurons that differ in gain have rows of their own, with GAINS_EACH all neurons. */
bool reduce_with_slopes(Ctx *cx, const Net *net, GainLevel gains, const Num *row_slope, ClaimMatrix *out, const char **reason);
/* The level of a matrix of given slopes and so many rows; false where there is none. */
bool reduce_level_of_rows(Ctx *cx, const Net *net, size_t n_rows, GainLevel *out);
/* The same with given slopes, one a row, for rows that stand for populations wherever they can: as with GAINS_MEAN_... */
bool reduce_with_means(Ctx *cx, const Net *net, const Num *mean_slope, ClaimMatrix *out, const char **reason);
/* Each neuron a row with its own gain; what a uniform block or a product brings to several targets is a row of sums (evidence.h). */
bool reduce_with_sums(Ctx *cx, const Net *net, const SlopeReport *slope, ClaimMatrix *out, const char **reason);
/* Where neurons are rows of their own, such blocks join very many pairs of them. */
bool reduce_prefers_sums(Ctx *cx, const Net *net);
/* The slope bound of the neurons of a row: where it is one, neuron k of the population, its own. */
void reduce_row_slope(const Net *net, const SlopeReport *slope, size_t pop, size_t k, bool is_whole, mpq_t out);
/* The slopes that a refutation is about: each bound replaced by what is known to
 * be attained. False where that changes nothing. */
bool lds_attained(const Net *net, const SlopeReport *slope, SlopeReport *attained);
/* Rows that the matrix has, or would have: with GAINS_LARGEST, and with others. */
size_t reduce_count_rows(Ctx *cx, const Net *net);
size_t reduce_count_rows_with(Ctx *cx, const Net *net, GainLevel gains);

/* ---- reduce_limits.c ---- */
/* NULL, or why the slopes, or what the model is, allow no claim. */
const char *reduce_obstacle(Ctx *cx, const Net *net, const SlopeReport *slope);
/* NULL, or why some weights cannot be read. */
const char *reduce_weight_obstacle(Ctx *cx, const Net *net);

/* ---- reduce_mean.c ---- */
/* The slope with which all neurons of a population that differ in gain, slope bounds unit * gain, do what they do with their own: at
 * least that, or at most. False when some of them have no damping of their own, and so no such slope exists. */
bool reduce_mean_slope(const Net *net, size_t pop, mpq_srcptr unit, bool is_above, mpq_t out);

/* ---- reduce_components.c ---- */
/* Rows of each strongly connected component, in an order in which the matrix
 * is block lower triangular. component[k] has only n and member set. */
void reduce_components(Ctx *cx, const ClaimMatrix *m, size_t *n_components, Component **component);

/* ---- field.c ---- */
/* The same for a network with kernels in which no neuron of a population differs from another: populations
 * with kernels (evidence.h). *is_part: it is a part of the matrix's network, so that this may only prove. False
 * with *reason NULL when the network is of another kind. */
bool fields_of_net(Ctx *cx, const Net *net, const SlopeReport *slope, ClaimMatrix *out, bool *is_part, const char **reason);

/* ---- lds_write_out.c ---- */
/* What decided `coarse`, whose rows stand for several rows of out->matrix each, decides that one, too: false where the verifier does not accept it. */
bool lds_write_out(Ctx *cx, const LdsReport *coarse, LdsReport *out);

/* ---- lds_part.c: one component ----
 * The tests see K = S D^-1 A S^-1 without its diagonal of -1: D = diag |R_ii|,
 * R the matrix reduced to populations, S a scaling that balances it. */
typedef struct LdsPart {
    Ctx *cx;
    const ClaimMatrix *matrix;  /* in the order of the search */
    const ClaimMatrix *declared;        /* in its own: what the verifier is asked about */
    const RowOrder *order;      /* from one to the other; NULL: they are the same */
    size_t n, n_edges;
    uint32_t *member;           /* rows of the matrix, ascending */
    size_t *row_from;           /* n + 1, off-diagonal entries within the component */
    uint32_t *column;           /* local */
    uint32_t *source;           /* of each edge: its place in matrix->entry */
    size_t *run;                /* of edges in neighbouring columns: where each run starts, and a last one behind all; NULL: they are short */
    double *k;                  /* of each edge: the scaled entry */
    long *s_exp;                /* S_i = 2^s_exp[i] */
    double *d;                  /* D_i = d[i] 2^d_exp[i]; 1 where R_ii >= 0 */
    long *d_exp;
    double *balance;            /* q = balance^2 makes the rows and columns of K equally large */
    double *worst, worst_margin, worst_above;   /* what lds_part_bracket says of those q, once asked; NULL before */
    double *work;               /* operations left to all components together */
} LdsPart;

/* Rows in the order of the search: a matrix, and where it comes from. */
typedef struct LdsRows {
    const ClaimMatrix *matrix, *declared;
    const RowOrder *order;
} LdsRows;

/* Reads the component and balances it. *work is shared, for lds_spend. */
void lds_part_init(Ctx *cx, const LdsRows *rows, const Component *c, double *work, LdsPart *out);

/* Chooses s_exp for entries k * 2^exponent, scales k, and chooses balance. */
void lds_balance(LdsPart *p, const int32_t *exponent);
/* lds_balance_dense.c: the same where most rows read most others. */
bool lds_is_dense(const LdsPart *p);
void lds_balance_dense(LdsPart *p, const int32_t *exponent);
/* ... of doubles k that can be squared and added, in runs; false, leaving k, where powers of two are worth having after all. */
bool lds_balance_plain(LdsPart *p);
/* k becomes the scaled entries. */
void lds_scale(LdsPart *p, const int32_t *exponent);
enum { LDS_FAR = 1 << 28 };     /* exponents end here */
void lds_part_diagonal(const LdsPart *p, size_t i, mpq_t out);     /* R_ii, exact */
void lds_part_entry(const LdsPart *p, size_t edge, mpq_t out);     /* R_ij, exact */
/* The row's index among the members, or SIZE_MAX. */
size_t lds_part_index(const LdsPart *p, uint32_t row);
/* The edge i <- j, or SIZE_MAX. */
size_t lds_part_find(const LdsPart *p, size_t i, size_t j);
/* The mantissa of x = mantissa * 2^exponent, whatever the range of x. */
double lds_split(mpq_srcptr x, long *exponent);
/* Dense n x n copy of K, diagonal -1; malloc'd. */
double *lds_part_dense(const LdsPart *p);

typedef struct LdsFinding {
    Truth verdict;
    const char *method;
    Component component;        /* CERTIFIED: rows as they are declared */
    Witness witness;            /* REFUTED: the same */
    const char *missing;        /* what a test could not be run for, or NULL */
    double margin;              /* CERTIFIED: measured lower bound; else the best one that was reached, negative */
} LdsFinding;

/* The most rows for which dense matrices are factored. Sparse components beyond are proved by rows, where that
 * does (verify.h, VERIFY_SPARSE_N). */
enum { LDS_DENSE_ROWS = 5000 };

/* Takes cubes * n^3 operations from the work left; false, taking nothing and saying so in f->missing, where less is left. */
bool lds_spend(LdsPart *p, double cubes, LdsFinding *f);
/* The same of so many operations. */
bool lds_spend_operations(LdsPart *p, double operations, LdsFinding *f);

/* ---- lds_offer.c ----
 * Ask the verifier. True when it accepted: the finding is then complete. The
 * double forms are in the coordinates of K and are rounded to few bits first;
 * the exact forms, over all rows of the component, are taken over. */
bool lds_offer_p(LdsPart *p, const double *q, const char *method, LdsFinding *f);
/* The same of q = balance^2. */
bool lds_offer_balance(LdsPart *p, const char *method, LdsFinding *f);
bool lds_offer_exact_p(LdsPart *p, mpq_t *multiplier, const char *method, LdsFinding *f);
bool lds_offer_v(LdsPart *p, size_t rank, const double *v, const char *method, LdsFinding *f);
/* lds_settle.c: rank <= LDS_SETTLED vectors, entry i of vector k at v[i LDS_SETTLED + k] and 0 behind them. Rows that do not hold are
 * moved, in v, until all do. */
enum { LDS_SETTLED = 8 };
bool lds_offer_settled(LdsPart *p, size_t rank, double *v, const char *method, LdsFinding *f);
bool lds_offer_exact_v(LdsPart *p, mpq_t *v, const char *method, LdsFinding *f);
bool lds_offer_weighted_v(LdsPart *p, size_t rank, mpq_t *v, mpq_t *weight, const char *method, LdsFinding *f);
/* lds_face.c: the fractions nearest to rank <= 3 vectors, for matrices exactly on the boundary. */
bool lds_offer_face(LdsPart *p, size_t rank, const double *v, const char *method, LdsFinding *f);
/* Smallest eigenvalue of the matrix -(QK + K'Q) scaled to diagonal 1, with its
 * eigenvector in the coordinates of K (vector may be NULL). In doubles, not a proof. */
double lds_part_margin(const LdsPart *p, const double *q, double *vector);
/* The same, with a value that it does not exceed in *above. */
double lds_part_bracket(const LdsPart *p, const double *q, double *vector, double *above);
/* The margin of q = balance^2, measured once; its vector is p->worst. */
double lds_part_balance_margin(LdsPart *p);

/* ---- the tests: one row of the table in lds.c each ----
 * A test leaves the finding undecided or completes it; false when it could not be
 * run (the component is not of its kind, a library is missing). Components beyond
 * its row's max_n it is never given. To add a search method, write one function of
 * this type, which offers p or v, and add its row. */
typedef bool LdsTest(LdsPart *p, LdsFinding *f);
LdsTest lds_test_diagonal, lds_test_one_row, lds_test_two_rows, lds_test_minors, lds_test_tree;
LdsTest lds_test_three_rows;
LdsTest lds_test_comparison, lds_test_balanced, lds_test_symmetriser, lds_test_plain;
LdsTest lds_test_excitatory, lds_test_top_vector, lds_test_singular;
LdsTest lds_test_rank_one;             /* lds_rank_one.c */
LdsTest lds_test_descent;              /* lds_descent.c */
LdsTest lds_test_interior;
LdsTest lds_test_sums;                 /* lds_sums.c: components that are nothing but sums */
LdsTest lds_test_symbol;               /* lds_symbol.c: components with kernels */

/* ---- lds_eigen.c ---- */
/* Eigenvalues ascending and eigenvectors (row k of `vector`) of a symmetric
 * matrix, which is destroyed. Jacobi rotations: small n. */
void eigen_symmetric(size_t n, double *a, double *value, double *vector);
typedef void EigenApply(const void *self, const double *x, double *y);
/* Smallest eigenvalue and its vector by Lanczos with full reorthogonalisation. */
double eigen_smallest(size_t n, EigenApply *apply, const void *self, double *vector);
/* The same, with a value that it does not exceed. */
double eigen_bracket(size_t n, EigenApply *apply, const void *self, double *vector, double *above);
/* Least eigenvalue, a little less rather than more, of the tridiagonal matrix of order m. */
double eigen_least_of_tridiagonal(size_t m, const double *main, const double *side);

/* ---- lds_form.c ---- */
/* diag(diagonal) - H - H', H sparse by rows, columns of a row ascending: what Lanczos' method asks about. */
typedef struct SparseForm {
    size_t n;
    const size_t *from;         /* n + 1, borrowed */
    const uint32_t *column;     /* of each entry, borrowed */
    double *half;               /* of each entry of H: the caller's to set */
    double *diagonal;           /* n; 1 until the caller sets it */
    size_t *run;                /* of entries in neighbouring columns: where each run starts; NULL: they are short */
} SparseForm;
/* False without memory, and then nothing is to be cleared. */
bool sparse_form_init(SparseForm *f, size_t n, const size_t *from, const uint32_t *column);
void sparse_form_clear(SparseForm *f);
/* Where the runs of a matrix by rows start, and n_edges behind them; malloc'd. NULL without memory, or where they are short. */
size_t *sparse_runs(size_t n, const size_t *from, const uint32_t *column);
void sparse_form_apply(const void *self, const double *x, double *y);       /* an EigenApply */

/* I - H - H', H_ij = left_i K_ij right_j, K sparse by rows. All borrowed. */
typedef struct ScaledForm {
    size_t n;
    const size_t *from, *run;   /* as above */
    const uint32_t *column;
    const double *k;
    const double *left, *right; /* n each */
    double *scratch;            /* 2 n */
} ScaledForm;
void scaled_form_apply(const void *self, const double *x, double *y);       /* an EigenApply */

/* ---- lds.c ---- */
/* Decides out->matrix, which the caller has set; everything else in *out is zero. Its rows are net's; NULL: of no network, and searched
 * as they stand. */
void lds_decide(Ctx *cx, const Net *net, LdsReport *out);
/* The same with so many operations for factorisations and products, of which it leaves the rest. What cannot be had for them is not tried. */
void lds_decide_within(Ctx *cx, const Net *net, double *work, LdsReport *out);
/* From the network and its slopes. */
void lds_check(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *out);
#endif
