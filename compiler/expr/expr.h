/* Resolved expressions: names are gone, constants are exact, units are
 * checked. Used for inputs, starts, per-pair weights, activations and
 * recorded quantities; read by folding, interval bounds, printing and code
 * generation alike. Immutable; shared subtrees are allowed. */
#ifndef COMPILER_EXPR_EXPR_H
#define COMPILER_EXPR_EXPR_H
#include "compiler/expr/depend.h"
#include "compiler/expr/num.h"
#include "runtime/draw.h"
#include "runtime/expr.h"

typedef enum ExprKind {
    EXPR_CONST,                 /* value */
    EXPR_VAR,                   /* var: EIG_VAR_* of runtime/expr.h (t, i, pre.i, post.i, z) */
    EXPR_CALL,                  /* function: a row of function.def */
    EXPR_DRAW,                  /* a random number of a neuron or a pair: expr_draw_value */
    EXPR_COLUMN,                /* plans: a column of the population, which holds what was drawn; currents by pairs: a part of the pair */
    EXPR_SAMPLES,               /* inputs only: a table of the model at time t, for the neuron */
    EXPR_RATE,                  /* records only: rate of neuron `index` of population `pop` (index < 0: each neuron) */
    EXPR_STATE,                 /* records only: state `state` of a population by equations, likewise */
    EXPR_INPUT,                 /* records only: total input, likewise */
    EXPR_MEAN,                  /* records only: mean over a population of arg[0], an expression of EXPR_RATE/EXPR_INPUT and functions */
    EXPR_SUM,
    EXPR_SOLVE                  /* activations only: the x that solves an equation */
} ExprKind;

typedef struct Expr Expr;
typedef struct ExprSolve ExprSolve;
struct Expr {
    ExprKind kind;
    Span span;
    uint32_t size;              /* nodes when shared subtrees are written out; stops at EXPR_MAX_SIZE */
    uint32_t depth;             /* stack slots that its postfix program needs */
    const Dependence *depends;  /* EXPR_CONST: on params that have a range; NULL: on none */
    union {
        Num value;
        EigVar var;
        struct { EigFn fn; int n_args; const Expr *arg[2]; } call;
        struct {
            const EigDraw *draw;
            uint64_t entity, tag;   /* fnv1a of the population's or projection's name, and of the attribute's */
            bool of_pair;
            uint32_t number;        /* of the draw among those of the attribute */
        } draw;
        struct { size_t column; } column;
        struct { size_t table; bool by_neuron; } samples;
        struct { size_t pop; long index; size_t first, state; } rate;   /* EXPR_RATE, EXPR_STATE, EXPR_INPUT; index < 0: from `first` on */
        struct { size_t pop, n_neurons; const Expr *arg; } fold;        /* EXPR_MEAN, EXPR_SUM */
        struct { const Expr *s; const ExprSolve *of; } solve;   /* EXPR_SOLVE */
    } as;
};

/* Between two kinks. */
typedef struct SolvePiece {
    const Expr *value, *slope;  /* of EIG_VAR_X; slope is the derivative of value */
} SolvePiece;

/* The x in [lo, hi] with value(x) = s, for a value that nowhere falls there and
 * jumps at the kinks only: an end where s lies beyond it, a kink where s lies
 * in its jump. */
struct ExprSolve {
    Num lo, hi;                 /* NULL: infinite */
    size_t n_kinks;
    const Num *kink;            /* ascending, inside (lo, hi) */
    const SolvePiece *piece;    /* n_kinks + 1 */
};

/* model_build refuses what is larger or deeper so later phases may recurse. A switch may take a slot more as a
 * program than as an expression. */
enum { EXPR_MAX_SIZE = 20000, EXPR_MAX_DEPTH = EIG_CODE_MAX_DEPTH - 1 };

const Expr *expr_const(Ctx *cx, Span at, Num value);
/* One that depends on params; `depends` may be NULL. */
const Expr *expr_const_of(Ctx *cx, Span at, Num value, const Dependence *depends);
const Expr *expr_var(Ctx *cx, Span at, EigVar var);
/* Folds when every argument is constant (exactly, or by num_apply). Also
 * 0 + a, 1 * a and the like, but nothing that could change a rounding. NULL
 * when the arguments are constants where the function has no value. */
const Expr *expr_call(Ctx *cx, NumPool *pool, Span at, EigFn fn, int n_args, const Expr *const *args);
/* Copies `draw`. */
const Expr *expr_draw(Ctx *cx, Span at, const EigDraw *draw, uint64_t entity, uint64_t tag, bool of_pair, uint32_t number);
bool expr_has_draw(const Expr *e);
/* EXPR_DRAW: what neuron `pre` draws (post is 0), or the pair. draw.c */
double expr_draw_value(const Expr *e, uint64_t seed, size_t pre, size_t post);
const Expr *expr_column(Ctx *cx, Span at, size_t column);
/* Samples number `table`; by_neuron: one column a neuron. */
const Expr *expr_samples(Ctx *cx, Span at, size_t table, bool by_neuron);
/* The same without folding: exact where a constant would be rounded. */
const Expr *expr_apply(Ctx *cx, Span at, EigFn fn, int n_args, const Expr *const *args);
/* EXPR_SOLVE; `of` stays the caller's, in the arena. */
const Expr *expr_solve(Ctx *cx, Span at, const Expr *s, const ExprSolve *of);
/* Records: neuron `index` of population `pop`, or each of a row of its neurons (index < 0), the first of which is number 0. */
const Expr *expr_rate(Ctx *cx, Span at, ExprKind kind, size_t pop, long index);
/* Records: the row of e, an EXPR_RATE, from neuron `first` on. */
const Expr *expr_rate_from(Ctx *cx, Span at, const Expr *e, size_t first);
/* Records: state `state` of the neuron or neurons of e, an EXPR_RATE. */
const Expr *expr_state(Ctx *cx, Span at, const Expr *e, size_t state);
/* Records: EXPR_MEAN or EXPR_SUM over the `n_neurons` neurons of a row, which is of population `pop`. */
const Expr *expr_fold(Ctx *cx, Span at, ExprKind kind, size_t pop, size_t n_neurons, const Expr *arg);
bool expr_is_const(const Expr *e, Num *value);
bool expr_uses(const Expr *e, EigVar var);
/* The same operations on the same constants and variables. */
bool expr_equal(const Expr *a, const Expr *b);
/* A number that equal expressions share, and different ones hardly ever. */
uint64_t expr_hash(const Expr *e);
void expr_print(const Expr *e, Sbuf *out);
/* A line for each solve in e, `label` and the slopes of its pieces; what stands there more than once gets one. `last` is NULL. */
const ExprSolve *expr_print_slopes(const Expr *e, const char *label, const ExprSolve *last, Sbuf *out);
#endif
