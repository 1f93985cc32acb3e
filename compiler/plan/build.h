/* What the files of this folder share. All rounding of exact numbers to
 * doubles happens in them. */
#ifndef COMPILER_PLAN_BUILD_H
#define COMPILER_PLAN_BUILD_H
#include "compiler/plan/plan.h"

/* schedule.c: steps, records, tolerances. False after E0801 to E0804. */
bool plan_schedule(Ctx *cx, const Model *m, EigProblem *out);

/* weights.c: one block as doubles. */
EigBlock plan_block(Ctx *cx, const Net *net, const Block *b);

/* states.c: n_x and the states of each population, n_signals. */
void plan_states(Ctx *cx, const Net *net, EigProblem *out, EigPop *pop);

/* rate.c */
double plan_rate(NumPool *nums, Num tau);
/* 1 - exp(-step/tau), correctly rounded. */
double plan_exp_step(Num step, Num tau);

/* records.c: what is recorded; without a record line, every rate. */
void plan_records(Ctx *cx, const Net *net, EigProblem *out);

/* range.c: false after E0806 for every number that is beyond the doubles. */
bool plan_in_range(Ctx *cx, const Plan *p);
#endif
