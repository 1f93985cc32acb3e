/* The constants of a plan in one row, and whether two plans compute the same
 * but for them: then one program, which reads them, serves both. The order:
 * population by population the constants of its input, those of its
 * activation, rate and exp_step, those of its noise; block by block its weight, or every entry of
 * a sparse or dense one, but for arrays that are in memory, which stand in no row;
 * record by record the constants of its tree, the first argument of a call before the second; of noise the seed, its high half and its low half. */
#ifndef COMPILER_PLAN_NUMBERS_H
#define COMPILER_PLAN_NUMBERS_H
#include "compiler/plan/plan.h"

/* Where in the row they stand. */
typedef struct PlanNumbers {
    size_t n;
    size_t *pop, *block, *record;
    size_t seed;
} PlanNumbers;

/* Plans of one shape to be computed side by side, in lanes. */
typedef struct PlanSets {
    unsigned lanes;
    const double *number;       /* the row of the first */
    const bool *varies;         /* by number: it is read from a row, `lanes` of it side by side; else all have the first's */
} PlanSets;

/* NULL, or why plans of this kind are computed one at a time; why a plan that need not be is not. */
const char *plan_why_alone(const Plan *p);
const char *plan_why_together(const Plan *p);
/* Its weights are an array in memory, which the sets that are computed together share. */
bool plan_block_is_shared(const Plan *plan, const EigBlock *b);
/* These arrays are of the same bits, in plans of one shape. */
bool plan_same_weights(const Plan *a, const Plan *b);
/* Of a plan that need not be. */
void plan_numbers_place(Arena *a, const Plan *p, PlanNumbers *out);
void plan_numbers_read(const Plan *p, double *out);
bool plan_same_shape(const Plan *a, const Plan *b);

/* Constants of a program, in its order. */
size_t plan_code_numbers(const EigCode *code);
/* A whole exponent of few factors decides what is computed, not from what: a constant that two programs of one shape share. */
bool plan_is_factor_count(const EigCode *code, size_t op);
bool plan_power_is_product(double exponent);
#endif
