/* Resolved expressions: names are gone, constants are exact, units are
 * checked. Used for inputs, starts, per-pair weights, activations and
 * recorded quantities; read by folding, interval bounds, printing and code
 * generation alike. Immutable; shared subtrees are allowed. */
#ifndef COMPILER_MODEL_EXPR_H
#define COMPILER_MODEL_EXPR_H
#include "compiler/model/num.h"
#include "runtime/expr.h"

typedef enum ExprKind {
    EXPR_CONST,                 /* value */
    EXPR_VAR,                   /* var: EIG_VAR_* of runtime/expr.h (t, i, pre.i, post.i, z) */
    EXPR_CALL,                  /* function: a row of function.def */
    EXPR_RATE,                  /* records only: rate of neuron `index` of population `pop` (index < 0: each neuron) */
    EXPR_INPUT,                 /* records only: total input, likewise */
    EXPR_MEAN,                  /* records only: mean over a population of arg[0], an expression of EXPR_RATE/EXPR_INPUT and functions */
    EXPR_SUM
} ExprKind;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    Span span;
    union {
        Num value;
        EigVar var;
        struct { EigFn fn; int n_args; const Expr *arg[2]; } call;
        struct { size_t pop; long index; } rate;    /* EXPR_RATE, EXPR_INPUT */
        struct { size_t pop; const Expr *arg; } fold;   /* EXPR_MEAN, EXPR_SUM */
    } as;
};

const Expr *expr_const(Ctx *cx, Span at, Num value);
const Expr *expr_var(Ctx *cx, Span at, EigVar var);
/* Folds when every argument is constant (exactly, or by num_apply). Also
 * 0 + a, 1 * a and the like, but nothing that could change a rounding. */
const Expr *expr_call(Ctx *cx, NumPool *pool, Span at, EigFn fn, int n_args, const Expr *const *args);
bool expr_is_const(const Expr *e, Num *value);
bool expr_uses(const Expr *e, EigVar var);
void expr_print(const Expr *e, Sbuf *out);
/* Postfix program for the reference evaluator; constants rounded to nearest.
 * Only EXPR_CONST, EXPR_VAR and EXPR_CALL. */
EigCode expr_to_code(Ctx *cx, const Expr *e);
#endif
