/* Is x^2/2 + g convex, g a cost by formula? Found by branch and bound over its domain. */
#ifndef COMPILER_CHECK_CONVEX_H
#define COMPILER_CHECK_CONVEX_H
#include "compiler/check/slope/convex/convex_join.h"
#include "compiler/model/model.h"

typedef enum ConvexVerdict {
    CONVEX_SEARCHING,
    CONVEX_PROVED,
    CONVEX_NOT,                 /* 1 + g'' is below 0 at a place */
    CONVEX_BENDS_DOWN,          /* the slope of g jumps down there */
    CONVEX_FALLS,               /* x + g' is less at a place beyond than at one before */
    CONVEX_JUMPS,               /* g jumps there */
    CONVEX_JUMPS_UP,            /* convex, but g jumps up there, where its domain ends: x^2/2 + g - s x has no least value for a large |s| */
    CONVEX_OUTSIDE,             /* g has no value there */
    CONVEX_NO_SLOPE,            /* convex, but x + g' as a run computes it is no number there */
    CONVEX_NO_LEAST,            /* convex, but x + g' is not seen to grow without bound */
    CONVEX_UNPROVED
} ConvexVerdict;

typedef struct ConvexFinding {
    double attained, bound;     /* 1 + g'' is somewhere at most this, and nowhere less than that */
    double attained_at;         /* there; NaN: nowhere */
    bool is_searched;           /* the way g is composed was not enough everywhere */
    ConvexVerdict verdict;
    double at, value;           /* the place, and 1 + g'' there */
    SlopeFall fall;             /* CONVEX_FALLS */
    Jump jump;                  /* CONVEX_JUMPS, CONVEX_JUMPS_UP; at the end of a domain its other side is not known */
    bool is_spent;              /* CONVEX_UNPROVED: for the work that it would have taken */
    double from, to;            /* CONVEX_UNPROVED: of the region where it was not; NaN: at a place */
    const char *function;       /* CONVEX_OUTSIDE; CONVEX_UNPROVED: of g, if it is not seen to have a value there, else NULL */
} ConvexFinding;

void convex_search(Ctx *cx, const CostFormula *cost, ConvexFinding *out);
/* That the slope of a cost as a run computes it is a number is not proved, only looked at in samples: a run that meets none stops.
 * True, and the place, where one is none. */
bool convex_has_no_slope(Ctx *cx, const CostFormula *cost, double *at);
#endif
