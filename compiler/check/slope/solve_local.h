/* The prox of a cost by formula that a run solves for, over an interval of inputs: which rates it gives there, and how steep it is.
 * x + g'(x) = gain (z - threshold) has its solution beyond y where the left side at y does not reach the right one; the slope is
 * gain/(1 + g''), and 0 where g' jumps. x^2/2 + g is proved to be convex (slope_of_cost_formula). */
#ifndef COMPILER_CHECK_SOLVE_LOCAL_H
#define COMPILER_CHECK_SOLVE_LOCAL_H
#include "compiler/code/code.h"
#include "compiler/model/model.h"

typedef struct LocalSolve {
    const Activation *act;
    EigCode phi;                /* as a run computes it: a place to look at */
    const Expr **steep;         /* 1 + g'' of each piece of the cost */
} LocalSolve;

/* NULL where the activation is not such a prox. */
const LocalSolve *local_solve_new(Ctx *cx, NumPool *nums, const Activation *act);
/* A rate at most phi(lo), and one at least phi(hi). False: not enclosed. */
bool local_solve_values(const LocalSolve *s, NumPool *nums, double lo, double hi, double *least, double *most);
/* The slopes between any two inputs in [lo, hi]. */
bool local_solve_slopes(const LocalSolve *s, NumPool *nums, double lo, double hi, double *least, double *most);
#endif
