/* From a network to cells of its params: proposes, ranges.h decides. */
#ifndef COMPILER_CHECK_RANGE_SEARCH_H
#define COMPILER_CHECK_RANGE_SEARCH_H
#include "compiler/check/check.h"

/* The network's matrix as a function of the params that stand in its weights. */
typedef struct RangeProblem {
    Ctx *cx;
    const Net *net;
    ClaimMatrix base;           /* with the slope bounds, at the params' values */
    Ranges ranges;              /* no cells */
    ClaimMatrix attained_base;  /* the same with the slopes that are attained, where these differ; else q = 0 */
    Ranges attained;
} RangeProblem;

/* NULL, or why nothing can be said for all values. To be cleared in either case. */
const char *range_problem_init(Ctx *cx, const Net *net, const SlopeReport *slope, RangeProblem *out);
void range_problem_clear(RangeProblem *p);

/* NULL, or that a param with a range stands where nothing is said for all its values. */
const char *range_elsewhere(Ctx *cx, const Model *m);
/* The block's factor is minus the connection's: its source inhibits, or the sign went to its entries. */
bool range_is_negated(const Net *net, const Block *b);

/* What is known of a box of params. */
typedef struct RangeVerdict {
    Truth whole;                /* of diagonal stability in all of it: the cell's evidence proves that */
    Truth centre;               /* at its centre */
    bool converges;             /* CERTIFIED whole: a statement says so */
    bool converges_at_centre;
} RangeVerdict;
/* Fills the cell's evidence (which is then the caller's) where `whole` is decided. */
RangeVerdict range_cell_decide(RangeProblem *p, RangeCell *cell);
/* The param along which a cell that was not decided is best cut in two. */
size_t range_cell_longest(RangeProblem *p, const RangeCell *cell);
void range_cell_centre(const Ranges *r, const RangeCell *c, mpq_t *theta);
/* Diagonal stability at one point: with the slopes that are attained where it is refuted. *out is the caller's. */
void range_point_decide(RangeProblem *p, const mpq_t *theta, LdsReport *out);

/* Fills out->ranges when a requirement is for all params. */
void ranges_check(Ctx *cx, const Net *net, Report *out);
Truth range_unique(const RangeReport *r);
void range_report_clear(RangeReport *r);
#endif
