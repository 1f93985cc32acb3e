/* Branch and bound on 1 + g'' over the domain of a cost; what the files of convex_search.c share. */
#ifndef COMPILER_CHECK_CONVEX_SEARCH_H
#define COMPILER_CHECK_CONVEX_SEARCH_H
#include "compiler/check/slope/convex/compose.h"
#include "compiler/check/slope/convex/convex.h"
#include "compiler/check/slope/jet/jet.h"

enum { CONVEX_MAX_REGIONS = 8000, CONVEX_MAX_STACK = 512 };

typedef enum ConvexWhere { CONVEX_INSIDE, CONVEX_TOWARDS_LO, CONVEX_TOWARDS_HI, CONVEX_N_WHERE } ConvexWhere;

/* Inside: x in [from, to]. Towards a finite end: x = end +- unit/y, y >= from. Towards an infinite one: |x| >= from. */
typedef struct ConvexRegion {
    ConvexWhere where;
    double from, to;
} ConvexRegion;

typedef struct ConvexSearch {
    Ctx *cx;
    NumPool nums;               /* scratch; its work is that of the search */
    const CostFormula *cost;
    const CostPiece *piece;     /* under way */
    double whole_composed;      /* 1 + g'' is nowhere less, by the way all of g is composed; -INFINITY: that is not known */
    double composed;            /* ... on the piece under way */
    const Expr *curve[CONVEX_N_WHERE], *g[CONVEX_N_WHERE];      /* 1 + g'' and g in the variable of each kind of region */
    bool is_hard;               /* many regions, or one that cannot be split further: worth 1 + g'' in factors (factored.h) */
    const Expr *factored[CONVEX_N_WHERE];       /* curve, so; NULL: there is none, or it is not hard */
    double unit[CONVEX_N_WHERE];        /* of the step from a finite end */
    ConvexRegion stack[CONVEX_MAX_STACK];
    size_t n, n_done;
    ConvexFinding found;
    ConvexFinding doubt;        /* the first place that was left undecided; CONVEX_SEARCHING: there is none */
    JetResult whole, middle, end, domain, scaled;
} ConvexSearch;

/* ---- convex_region.c: where a region lies, and what is known there ---- */
double convex_upper(mpfi_srcptr x);
double convex_lower(mpfi_srcptr x);
void convex_decide(ConvexSearch *s, ConvexVerdict v, double at);
/* 1 + g'' is at most `bend` at x. */
void convex_attain(ConvexSearch *s, double bend, double x);
/* NULL: infinite. */
Num convex_end_of(const ConvexSearch *s, ConvexWhere where);
JetDomain convex_domain_of(ConvexSearch *s, const ConvexRegion *r);
bool convex_is_inside(const ConvexSearch *s, double x);
/* The x at the outer edge of a region that goes towards an end; NaN when it is not inside the piece. */
double convex_edge_of(const ConvexSearch *s, const ConvexRegion *r);
/* More than the roundings of an edge of regions that go towards an end. */
double convex_slack_of(const ConvexSearch *s, ConvexWhere where, double edge);
/* The x of a region and a little more; false where it is infinite, or one point. */
bool convex_line_of(const ConvexSearch *s, const ConvexRegion *r, double *from, double *to);
double convex_middle_of(const ConvexSearch *s, const ConvexRegion *r);
/* From s->curve to s->factored, where it is hard. */
void convex_factor(ConvexSearch *s);
/* 1 + g'' on r; what is known of g there stays in s->domain. */
void convex_evaluate(ConvexSearch *s, const ConvexRegion *r, JetResult *out);
void convex_evaluate_at(ConvexSearch *s, double x, JetResult *out);
/* Encloses 1 + g'' at x in s->middle. True when the search is over: g is undefined at x, or 1 + g'' negative. */
bool convex_look_at(ConvexSearch *s, double x);

/* ---- convex_kink.c: beside an irrational kink ---- */
/* A lower bound of 1 + g'' in a region that goes towards one, where 1 + g'' may have no value; -INFINITY: none. */
double convex_beside_kink(ConvexSearch *s, const ConvexRegion *r);

/* ---- convex_sample.c: where to look first ---- */
/* Looks for a place where 1 + g'' is small, for a start that prunes: between a and b, and towards the ends of the piece. */
void convex_sample(ConvexSearch *s, double a, double b);
#endif
