/* Plans of one shape add their blocks in one order where populations and blocks compare alike (order.c): that order follows from these
 * comparisons alone. A watch has the numbers of a plan where they can be overwritten, and asks them again. */
#ifndef COMPILER_PLAN_WATCH_H
#define COMPILER_PLAN_WATCH_H
#include "compiler/plan/plan.h"

typedef struct PlanWatch {
    EigProblem problem;
    double **number;            /* where each of the row (numbers.h) stands in it; NULL: it takes no part, as those of records */
    size_t n_starts;
    double **start;             /* the constants of starts, population by population */
    size_t *pop, *block;        /* by rank */
    int *pop_order, *block_order;   /* how each compares with the next */
} PlanWatch;

/* Of a problem that is computed side by side, in the row of a plan of its shape; plan_watch_begin once the numbers stand in it that others are compared with. */
void plan_watch(Arena *a, const Plan *shape, const EigProblem *p, PlanWatch *out);
void plan_watch_begin(Arena *a, PlanWatch *w);
/* Whether the numbers that stand in it now compare as those did. */
bool plan_watch_holds(const PlanWatch *w);
#endif
