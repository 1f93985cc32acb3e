/* Bounds that follow from the form of an expression, in exact numbers. */
#ifndef COMPILER_CHECK_IMAGE_FORM_H
#define COMPILER_CHECK_IMAGE_FORM_H
#include "compiler/expr/expr.h"

typedef struct Bounds {
    Num lo, hi;                 /* NULL: infinite */
} Bounds;

/* All values of e, wherever it is defined. */
Bounds form_bounds(NumPool *nums, const Expr *e);
/* The same of an expression with leaves that are neither constants nor functions: leaf(self, e) bounds these. */
typedef Bounds BoundsOfLeaf(void *self, const Expr *e);
Bounds form_bounds_with(NumPool *nums, const Expr *e, BoundsOfLeaf *leaf, void *self);
/* The operations on bounds that are exact. */
Bounds bounds_sum(NumPool *nums, Bounds a, Bounds b);
Bounds bounds_times(NumPool *nums, Bounds a, Num factor);
Bounds bounds_max(Bounds a, Bounds b);
Bounds bounds_min(Bounds a, Bounds b);
/* What both say. */
Bounds bounds_meet(Bounds a, Bounds b);
#endif
