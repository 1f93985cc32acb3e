/* The only place of an interval where a part of a formula changes its sign. */
#ifndef COMPILER_CHECK_BRANCH_ROOT_H
#define COMPILER_CHECK_BRANCH_ROOT_H
#include "compiler/expr/expr.h"

/* offset + pis pi, exactly. */
typedef struct BranchRoot {
    Num offset, pis;            /* offset NULL: there is none that is known */
} BranchRoot;

/* zero has the sign of *turned (z - *root) on all of [lo, hi], or is 0: of straight parts, and of their sines and cosines. */
bool branch_root(NumPool *nums, const Expr *zero, double lo, double hi, BranchRoot *root, int *turned);
/* 1: a is above b, -1: below; 0, and *same where they are one: it is not known. */
int branch_root_order(const BranchRoot *a, const BranchRoot *b, bool *same);
double branch_root_down(const BranchRoot *a);
double branch_root_up(const BranchRoot *a);
#endif
