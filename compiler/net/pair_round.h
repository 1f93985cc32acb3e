/* Weights that no proof reads: the double nearest to the exact product of a
 * factor and an expression of pre.i and post.i, a strip of a row at a time. */
#ifndef COMPILER_NET_PAIR_ROUND_H
#define COMPILER_NET_PAIR_ROUND_H
#include "compiler/net/pair_eval.h"
#include "compiler/net/pair_wide.h"
#include "lang/base/vec.h"

enum { PAIR_STRIP = 64 };

/* Numbers of the pairs of a strip. */
typedef struct Strip {
    double hi[PAIR_STRIP], lo[PAIR_STRIP], err[PAIR_STRIP];
} Strip;

typedef enum RoundOpKind {
    ROUND_CONST, ROUND_PRE, ROUND_POST, ROUND_DRAW, ROUND_CALL,
    ROUND_SOURCE, ROUND_TARGET  /* part `which` of the side */
} RoundOpKind;

/* A function's value at an argument; a weight that depends on pre.i - post.i has few. */
typedef struct RoundKnown {
    Wide arg, value;
    bool is_known, is_sure;
} RoundKnown;

typedef struct RoundOp {
    RoundOpKind kind;
    EigFn fn;                   /* CALL */
    int n_args;
    RoundKnown *known;          /* of a function of pairs: 2^known_bits, or NULL */
    int known_bits;
    size_t which;
    Wide constant;
    const Expr *draw;
} RoundOp;

typedef struct RoundProgram {
    const Expr *of;
    RoundOp *op;                /* postfix */
    size_t n_ops;
} RoundProgram;

typedef VEC(RoundProgram) RoundParts;

/* What an expression of one side has for a neuron; unsure: `Wide` does not decide. */
typedef struct RoundPart {
    Wide value;
    bool unsure;
} RoundPart;

typedef struct PairRound {
    PairEval exact;             /* where `Wide` does not decide */
    Num factor;                 /* >= 0 */
    Wide wide_factor;
    bool factor_is_one;
    Arena kept;                 /* all that follows; it ends with the pairs */
    size_t n_pre;               /* 0: too few pairs for numbers of the sources to be kept */
    RoundProgram pair;
    RoundParts source, target;  /* the largest expressions of one side in it */
    RoundPart **of_source, *of_target;  /* by part: n_pre numbers; that of `row` */
    size_t row;
    bool has_row;
    Strip *stack;
    bool is_exact[PAIR_STRIP];  /* of the last strip: a weight is a double, the one that was found */
} PairRound;

/* About n_pairs pairs will be asked for, of n_pre sources; n_pre 0: it is an expression of one neuron, which is the source. */
void pair_round_begin(PairRound *p, const Expr *expr, uint64_t seed, Num factor, size_t n_pre, size_t n_pairs);
/* The weights of n <= PAIR_STRIP pairs of a target, with the sources first, first + 1, ... or, where there is a list, those of
 * the list, and the signs that the expression has exactly. How many: that one has no finite value, or n. */
size_t pair_round_strip(PairRound *p, size_t post, const uint32_t *list, size_t first, size_t n, double *weight, signed char *sign);
void pair_round_end(PairRound *p);
#endif
