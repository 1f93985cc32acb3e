/* Exact values of an expression of pre.i and post.i, pair after pair. Numbers
 * that are doubles stay doubles while operations on them are exact; other
 * operations go through num_apply and are remembered, since a weight that
 * depends on pre.i - post.i has few different arguments. */
#ifndef COMPILER_NET_PAIR_EVAL_H
#define COMPILER_NET_PAIR_EVAL_H
#include "compiler/expr/expr.h"

typedef struct PairValue {
    double d;                   /* nearest */
    Num q;                      /* the number where d is not exact, else NULL; dies with the next pair */
} PairValue;

typedef struct PairSlot {
    const Expr *node;           /* NULL: free */
    PairValue arg[2], value;
} PairSlot;

typedef struct PairEval {
    const Expr *expr;
    uint64_t seed;
    NumPool scratch;            /* what `slot` points to */
    size_t n_scratch;           /* results in it; both are emptied when it grows large */
    Arena table;                /* of `slot`; it grows with what is put into it, and ends with the pairs */
    PairSlot *slot;
    int slot_bits;
    size_t n_put;               /* since it was emptied */
} PairEval;

/* `seed`: of what is drawn. For an expression of one neuron, it is `pre`. */
void pair_eval_begin(PairEval *p, const Expr *expr, uint64_t seed);
/* False where the expression has no finite value. */
bool pair_eval(PairEval *p, size_t pre, size_t post, PairValue *out);
void pair_eval_end(PairEval *p);
#endif
