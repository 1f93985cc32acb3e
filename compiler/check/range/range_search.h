/* From a network to cells of its params: proposes, ranges.h decides. */
#ifndef COMPILER_CHECK_RANGE_SEARCH_H
#define COMPILER_CHECK_RANGE_SEARCH_H
#include "compiler/check/check.h"
#include "compiler/check/stability/local.h"
#include "compiler/check/stability/stability.h"

/* The network's matrix as a function of the params that stand in its weights, or of those and powers of them. */
typedef struct RangeProblem {
    Ctx *cx;
    const Net *net;
    const Net *apart;           /* the same, with an own connection for each entry of a matrix that depends on params */
    const SlopeReport *slope;
    Num rate;                   /* of convergence that is asked for, or NULL */
    ClaimMatrix base;           /* with the slope bounds, at the params' values */
    Ranges ranges;              /* no cells */
    bool makes_no_statements;   /* time constants with ranges are not known to be above 0 */
    bool is_verified_later;     /* a cell that is certified goes to the verifier once more, with all others */
    bool has_parts;             /* functions of params, and sums that are divided by, may be params of their own, too */
    bool has_powers;            /* w^2 or exp(w) is a param beside w, or in its place: without own params not every point of the box is one
                                 * of the model */
    const char *without_value;  /* a power that has no value in all of the ranges at once: it may have one in each cell. Else NULL */
    struct RangeWhole *whole;   /* of each connection; NULL: none is one param as a whole */
    ClaimMatrix attained_base;  /* the same with the slopes that are attained, where these differ; else q = 0 */
    Ranges attained;
    const struct LocalNet *at_input;    /* range_equilibria_init; NULL: equilibria are not looked at */
    const struct StraightNet *straight; /* its activations, where all are straight pieces; NULL: run-away is not looked at */
    const Num *tau;             /* then, of each row; NULL: of some row they differ */
} RangeProblem;

/* Powers of params may stand in weights; time constants that are products of powers of params go with params of their own; where there
 * are powers, cells are cut in the model's own params. */
enum { RANGE_POWERS = 1, RANGE_SPEEDS = 2, RANGE_OWN = 4 };
/* NULL, or why nothing can be said for all values. `with`: bits of the above. To be cleared in either case. */
const char *range_problem_init(Ctx *cx, const Net *net, const SlopeReport *slope, unsigned with, RangeProblem *out);
void range_problem_clear(RangeProblem *p);

/* range_entries.c: the network with entries of literal matrices that depend on params as connections of their own, itself where there are
 * none. NULL, or why that is not possible. */
const char *range_entries_apart(Ctx *cx, const Net *net, const Net **out);
/* NULL, or that a param with a range stands where nothing is said for all its values. */
const char *range_elsewhere(Ctx *cx, const Model *m);
/* NULL, or that time constants are not seen to be above 0 for all values of params. */
const char *range_tau_obstacle(Ctx *cx, const Model *m);
/* The block's factor is minus the connection's: its source inhibits, or the sign went to its entries. */
bool range_is_negated(const Net *net, const Block *b);

/* What is known of a box of params. */
typedef struct RangeVerdict {
    Truth whole;                /* of diagonal stability in all of it: the cell's evidence proves that */
    Truth centre;               /* at its centre */
    bool converges;             /* CERTIFIED whole: a statement says so */
    bool converges_at_centre;
    bool has_rate, has_rate_at_centre;  /* the one that is asked for */
} RangeVerdict;
/* Fills the cell's evidence (which is then the caller's) where `whole` is decided. */
RangeVerdict range_cell_decide(RangeProblem *p, RangeCell *cell);
/* The same with what is found at theta in place of the centre. */
RangeVerdict range_cell_decide_from(RangeProblem *p, RangeCell *cell, const mpq_t *theta);
/* The cell's evidence proves all that it says. */
bool range_cell_holds(RangeProblem *p, const RangeCell *c);
/* range_corners.c: all corners, those alike once; what is slow and quick is so beside `point`. To be cleared. */
CellCorners range_corners(RangeProblem *p, const RangeCell *cell, const mpq_t *point);
void range_corners_clear(const RangeProblem *p, CellCorners *c);
/* range_common.c: the cell's multipliers, which hold at its centre, become some that hold at all its corners together, if they are found. */
bool range_cell_common(RangeProblem *p, RangeCell *cell, const CellCorners *corners);
/* range_statements.c: the cell's certificate, statements apart, holds at its corners; of its statements those are kept that do. */
bool range_claim_holds(RangeProblem *p, const RangeCell *c, const CellCorners *corners);
void range_cell_keep(RangeProblem *p, RangeCell *c, const CellCorners *corners);
/* A statement has the rate that is asked for. */
bool range_has_rate(const RangeProblem *p, const Evidence *e);
/* The param, or own param, along which a cell that was not decided is best cut in two; is_stable: one in all of which diagonal stability
 * is proved; has_values: its box of params is set. */
size_t range_cell_longest(RangeProblem *p, const RangeCell *cell, bool is_stable, bool has_values);
/* In params; of a cell in own ones at their middle. */
void range_cell_centre(const Ranges *r, const RangeCell *c, mpq_t *theta);
/* range_own.c: between what params lie for the cell's own ones; true and nothing done without these. False where one is not seen to have
 * a value everywhere. */
bool range_own_derive(const Ranges *r, RangeCell *c);
/* range_near.c: the same in doubles, about, to choose by. */
bool range_own_near(const Ranges *r, RangeCell *c);
/* The params at values of own ones, or of themselves where there are none; functions are those of constants. False where there is none. */
bool range_own_theta(const Ranges *r, const mpq_t *own, mpq_t *theta);
/* Diagonal stability at one point: with the slopes that are attained where it is refuted. *out is the caller's. */
void range_point_decide(RangeProblem *p, const mpq_t *theta, LdsReport *out);

/* ---- range_equilibria.c: where diagonal stability is refuted, what equilibria at the model's input say ---- */
/* NULL, or why they are not looked at. */
const char *range_equilibria_init(RangeProblem *p, const SlopeReport *slope);
/* The strongest that is said. */
typedef enum RangeBeside {
    BESIDE_NOTHING, BESIDE_SEVERAL_OR_NONE, BESIDE_ATTRACTING, BESIDE_INHIBITION, BESIDE_UNSTABLE, BESIDE_SEVERAL,
    BESIDE_BISTABLE, BESIDE_RUNAWAY, BESIDE_RUNAWAY_ATTRACTING, BESIDE_RUNAWAY_UNSTABLE, BESIDE_RUNAWAY_SEVERAL, BESIDE_RUNAWAY_NONE, N_BESIDE
} RangeBeside;
RangeBeside range_beside(const Evidence *e);
/* Adds to a refutation at one point what is proved there. */
RangeBeside range_point_equilibria(RangeProblem *p, const mpq_t *theta, LdsReport *lds);
typedef struct RangeEquilibria {
    RangeBeside beside;         /* in all of the cell */
    bool falls_short;           /* more is seen at the centre */
    bool corners_differ;        /* more is seen at a corner; looked at when asked for and nothing falls short */
} RangeEquilibria;
/* Adds to the refutation of a cell what holds in all of it. */
RangeEquilibria range_cell_equilibria(RangeProblem *p, RangeCell *cell, bool compare_corners);
/* The matrices at the cell's corners, to be cleared one by one. */
ClaimMatrix *range_corner_matrices(RangeProblem *p, const RangeCell *cell, size_t *n);
/* Adds the statement to evidence that holds at the corners, when it holds at them and between them; otherwise clears it. */
bool range_keep_statement(RangeProblem *p, const ClaimMatrix *corner, size_t n_corners, Evidence *e, Statement *proposed);
/* What refutations are about: attained slopes. */
const ClaimMatrix *range_base(const RangeProblem *p);
const Ranges *range_ranges(const RangeProblem *p);

/* Beside run-away, equilibria are looked at, too. */
bool range_adds_to_runaway(const RangeProblem *p);

/* ---- range_straight.c, range_form.c: the same of networks whose activations are straight pieces ---- */
typedef struct StraightNet {
    const LocalNet *net;
    size_t *n;
    StraightPiece **piece;      /* of each row n pieces, the first one level */
    bool all_relu;              /* two each, the last of slope 1 */
} StraightNet;
/* Sets p->straight, if they are. */
void range_straight_init(RangeProblem *p, const LocalNet *local);
/* Adds to a refutation of a cell, or of a point, what holds in all of it. */
void range_cell_straight(RangeProblem *p, RangeCell *cell);
/* ... a form of the rates that grows without bound. */
bool range_keep_form(RangeProblem *p, RangeCell *cell);

/* Fills out->ranges when a requirement is for all params. */
void ranges_check(Ctx *cx, const Net *net, Report *out);
Truth range_unique(const RangeReport *r);
void range_report_clear(RangeReport *r);
#endif
