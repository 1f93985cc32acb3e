/* Claims over ranges of params: the matrix is
 *
 *   A(theta) = A + sum over terms t of (prod_{k in t} theta_k - prod_{k in t} value_k) C_t,
 *
 * A being the matrix of the claim, at the params' own values; each param stands in a
 * term at most once. A cell is a box of params with evidence that holds for every
 * theta in it: over a box A(theta) is a mean of its values at the corners, so that
 * what is convex in A need only be shown there (docs/theory.md). The cells together
 * cover the ranges. Time constants may have ranges too: the speed of a row, one over its
 * time constant, goes with a product of params that stand in no term.
 *
 * Params may be functions of others, the model's own (w^2 and exp(w) of w): the claim is then for all values of those, and a cell is
 * a box of them, with a box of params in which all values lie that its own ones give (docs/theory.md, Powers). Ownership as in evidence.h. */
#ifndef COMPILER_CHECK_RANGES_H
#define COMPILER_CHECK_RANGES_H
#include "compiler/check/proof/formula.h"
#include "compiler/check/proof/verify.h"

enum { RANGES_MAX_PARAMS = 8, RANGES_MAX_TERMS = 256, RANGES_MAX_CELLS = 20000 };

typedef struct RangeTerm {
    uint32_t params;            /* bits: their product; never none */
    size_t n;                   /* entries of C_t, by row, then column */
    uint32_t *row, *column;
    mpq_t *entry;
    size_t n_self;              /* population form: q; 0 otherwise */
    mpq_t *self;                /* NULL without */
} RangeTerm;

typedef struct RangeCell {
    mpq_t *lo, *hi;             /* of each param */
    size_t n_own;               /* as in Ranges */
    mpq_t *own_lo, *own_hi;     /* of each own param */
    Evidence evidence;          /* a certificate, or (maps) a witness, for all matrices of the cell */
} RangeCell;

typedef struct Ranges {
    size_t n_params;            /* 0: no claim over ranges */
    const char **name;
    mpq_t *value, *lo, *hi;     /* of each param; value is where the claim's own matrix stands, inside its range or not. With own params lo
                                 * and hi are not used */
    size_t n_own;               /* own params, at most FORMULA_MAX_PARAMS; 0: params vary each for itself */
    const char **own_name;
    mpq_t *own_lo, *own_hi;
    RangeFormula **of;               /* of each param what it is of them; NULL without */
    size_t n_terms;
    RangeTerm *term;
    uint32_t *speed;            /* of each row bits of params: its time constant is what statements say divided by their prod theta_k / value_k;
                                 * NULL: time constants are what statements say */
    size_t n_cells;
    RangeCell *cell;
} Ranges;

/* Room for n params, all numbers 0, no terms, no cells. */
void ranges_init(Ctx *cx, Ranges *r, size_t n_params);
void range_term_init(Ctx *cx, RangeTerm *t, size_t n_entries, size_t q_of_self);
void range_cell_init(Ctx *cx, RangeCell *c, size_t n_params);
void range_cell_clear(RangeCell *c, size_t n_params);
/* Room for own params, all numbers 0. */
void ranges_own_init(Ctx *cx, Ranges *r, size_t n_own);
void range_cell_own_init(Ctx *cx, RangeCell *c, size_t n_own);
/* Params vary each for itself again; their lo and hi are to be set. */
void ranges_own_clear(Ranges *r);
void ranges_clear(Ranges *r);

/* What a claim is over: own params, or the params themselves. Borrowed. */
typedef struct RangeBox {
    size_t n;
    const char *const *name;    /* NULL of a cell */
    mpq_t *lo, *hi;
} RangeBox;
RangeBox ranges_box(const Ranges *r);
RangeBox range_cell_box(const Ranges *r, const RangeCell *c);

/* A(theta); *out is the caller's. */
void ranges_matrix_at(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const mpq_t *theta, ClaimMatrix *out);
/* How many times as long the time constant of a row is at theta as at the params' own values. */
void ranges_slow_at(const Ranges *r, size_t row, const mpq_t *theta, mpq_t out);
/* The param whose inverse param k is, by their names: "T" of "1/T", where all of its range is above 0 and no other param is T. NULL: none. */
const char *ranges_inverse_of(const Ranges *r, size_t k);
/* NULL, or why speeds of the q rows are not linear in each param, or not above 0 where params are least. */
const char *ranges_speeds_fault(const Ranges *r, const mpq_t *least, size_t q);
/* NULL, or why the cell's evidence does not prove its claim for every theta in it. */
const char *range_cell_fault(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const RangeCell *c);
/* The same for one theta, where any statement may stand that is about the whole network's slopes. */
const char *range_point_fault(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const mpq_t *theta, const Evidence *e);
/* NULL, or why statements do not go with the speeds of rows, whatever their numbers. */
const char *ranges_speed_statements_fault(const Ranges *r, const Evidence *e);
/* For a search that offers statements one by one: why one does not hold at theta, where the matrix is `at` and the claim was accepted; or NULL. */
const char *range_statement_fault(Ctx *cx, const ClaimMatrix *at, const Ranges *r, const mpq_t *theta, const Evidence *e, size_t which);
/* The same for n matrices and all their means, without speeds. */
const char *range_corners_fault(Ctx *cx, const ClaimMatrix *corner, size_t n, const Evidence *e, size_t which);
/* True for statements that hold for all matrices, and all speeds of rows, between those for which they hold. */
bool statement_is_convex(StatementKind kind);
/* Every cell certifies LDS, and together they cover the ranges. */
VerifyResult verify_ranges(Ctx *cx, const ClaimMatrix *base, const Ranges *r);
/* Some statement says that the network converges; in every cell. */
bool evidence_converges(const Evidence *e);
bool ranges_converge(const Ranges *r);
/* The largest rate of convergence that a statement about the whole network gives, or NULL; the least of all cells. */
mpq_srcptr evidence_rate(const Evidence *e);
mpq_srcptr ranges_rate(const Ranges *r);
#endif
