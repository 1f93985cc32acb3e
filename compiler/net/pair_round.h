/* Weights that no proof reads: the double nearest to the exact product of a
 * factor and an expression of pre.i and post.i, pair after pair. */
#ifndef COMPILER_NET_PAIR_ROUND_H
#define COMPILER_NET_PAIR_ROUND_H
#include "compiler/net/pair_eval.h"

/* hi + lo up to err; hi is the double nearest to hi + lo. */
typedef struct Wide {
    double hi, lo, err;
} Wide;

typedef struct RoundOp {
    const Expr *node;
    Wide constant;              /* of EXPR_CONST */
} RoundOp;

typedef struct PairRound {
    PairEval exact;             /* where `Wide` does not decide */
    Num factor;                 /* >= 0 */
    Wide wide_factor;
    bool factor_is_one;
    RoundOp *op;                /* postfix */
    size_t n_ops;
    Wide *stack;
} PairRound;

void pair_round_begin(Ctx *cx, PairRound *p, const Expr *expr, uint64_t seed, Num factor);
/* The weight, and the sign that the expression has exactly. False where it has no finite value. */
bool pair_round(PairRound *p, size_t pre, size_t post, double *weight, int *sign);
void pair_round_end(PairRound *p);
#endif
