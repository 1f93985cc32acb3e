/* Expressions as postfix programs, and the scalar functions behind them. The
 * reference integrator evaluates them; generated code calls the same scalar
 * functions, so both give the same bits. */
#ifndef RUNTIME_EXPR_H
#define RUNTIME_EXPR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum EigFn {
#define FUNCTION(id, name, n_args, text) EIG_FN_##id,
#include "runtime/function.def"
#undef FUNCTION
    EIG_N_FNS
} EigFn;

typedef enum EigVar {
    EIG_VAR_T,                  /* time, canonical unit (ms, or a pure number) */
    EIG_VAR_I,                  /* index of the neuron in its population, from 0 */
    EIG_VAR_PRE_I,              /* index of the source neuron */
    EIG_VAR_POST_I,             /* index of the target neuron */
    EIG_VAR_Z,                  /* total input s of a neuron: in activations and equations */
    EIG_VAR_X,                  /* the unknown of a solve; the rate in a cost by formula */
    EIG_VAR_STATE,              /* state 0 of a neuron by equations; EIG_VAR_STATE + k is state k */
    EIG_N_VARS = EIG_VAR_STATE + 8
} EigVar;

enum { EIG_MAX_STATES = EIG_N_VARS - EIG_VAR_STATE };

typedef enum EigOpKind {
    EIG_OP_CONST,               /* push `value` */
    EIG_OP_VAR,                 /* push a variable */
    EIG_OP_COLUMN,              /* push the neuron's number of column `which` of its population */
    EIG_OP_SAMPLES,             /* push table `which` of the problem at time t, for the neuron */
    EIG_OP_SOLVE,               /* replace s, the topmost, by the x that solve `which` of the program finds for it */
    EIG_OP_CALL                 /* apply a function to the topmost */
} EigOpKind;

typedef struct EigOp {
    uint8_t kind;               /* EigOpKind */
    uint8_t which;              /* EigVar, EigFn, or number of a column, table or solve */
    double value;
} EigOp;

typedef struct EigSolve EigSolve;

typedef struct EigCode {
    size_t n;                   /* 0: the expression is absent */
    const EigOp *op;
    size_t depth;               /* stack slots needed; at most EIG_CODE_MAX_DEPTH */
    const EigSolve *solve;      /* what its EIG_OP_SOLVE name; NULL without one */
} EigCode;

/* An end of the domain, or a place where the value jumps. */
typedef struct EigNode {
    double x;
    double below, above;        /* the value on either side: for s in [below, above] the solution is x */
    double before, after;       /* where that is, if it is not computed next to x; else x. Between them no search looks */
} EigNode;

/* From where the piece before ends. */
typedef struct EigPiece {
    double up_to;               /* a node; of the last piece infinity */
    EigCode value, slope;       /* of EIG_VAR_X alone; slope is the derivative of value */
    bool may_cancel;            /* what its roundings amount to is not known to be little: a solution is looked at */
} EigPiece;

/* The x with value(x) = s, for a value that nowhere falls. */
struct EigSolve {
    size_t n_pieces;            /* at least 1 */
    const EigPiece *piece;      /* ascending */
    size_t n_nodes;
    const EigNode *node;        /* ascending */
    double from, to;            /* outside them what is computed is not the value; infinite where it always is */
};

enum { EIG_SOLVE_NEWTON = 64, EIG_SOLVE_STEPS = 200 };

/* A solution is off by no more than the first share of itself, or is the one of an s that is off by no more than the second, or the third. */
#define EIG_SOLVE_OFF_X 0x1p-30
#define EIG_SOLVE_OFF_S 0x1p-46
#define EIG_SOLVE_LEAST_S 0x1p-1000
/* It is looked at where its size is between these: beyond, what overflows on the way has no bound. */
#define EIG_SOLVE_SMALL 0x1p-200
#define EIG_SOLVE_LARGE 0x1p200

/* a^b is a product of factors for whole constants b up to this size: beyond it the factors' roundings add up to more
 * than pow's. */
enum { EIG_POWER_FACTORS = 4 };

enum { EIG_CODE_MAX_DEPTH = 257, EIG_MAX_COLUMNS = 256, EIG_MAX_TABLES = 256 };

/* Samples of a quantity over time, from a file. Rows ascend in time. */
typedef struct EigTable {
    size_t n_rows, n_columns;   /* n_columns: 1, or one a neuron of the population */
    const double *time;         /* [n_rows] */
    const double *value;        /* [n_rows * n_columns], row-major */
    bool is_step;               /* the last sample holds; otherwise linear between samples */
} EigTable;

/* The value at t of column min(neuron, n_columns - 1); before the first and
 * after the last row, that row's. Linear: a + (b - a) * ((t - ta) / (tb - ta)). */
double eig_table_at(const EigTable *table, double t, size_t neuron);

/* What a program reads besides its variables. */
typedef struct EigData {
    const double *const *column;    /* of the population, one array of `size` numbers each */
    size_t neuron;              /* index into them */
    const EigTable *table;      /* of the problem */
} EigData;

extern const char *const eig_fn_name[EIG_N_FNS];    /* NULL for operators */
extern const int eig_fn_n_args[EIG_N_FNS];

/* One function, scalar, strict: the definition of its value. b is ignored by
 * functions of one argument. */
double eig_fn_apply(EigFn fn, double a, double b);
/* data may be NULL for a program without columns and samples. */
double eig_code_eval(const EigCode *code, const double var[EIG_N_VARS], const EigData *data);

/* Of a program of EIG_VAR_X: its value, and a bound of what the roundings on the way put it off by. A NaN bounds nothing. */
double eig_code_slack(const EigCode *code, double x, double *value);

/* The double halfway between two in the order of the doubles, towards a. */
double eig_middle(double a, double b);
/* The piece that x is in. */
const EigPiece *eig_solve_piece(const EigSolve *solve, double x);
double eig_solve(const EigSolve *solve, double s);

/* C functions that generated code may call for functions that are not a few
 * instructions (exp, sin, pow, ...); NULL for the others. The JIT registers them under the name "eig_fn_<word>". */
typedef double (*EigFn1)(double);
typedef double (*EigFn2)(double, double);
EigFn1 eig_fn_address1(EigFn fn);
EigFn2 eig_fn_address2(EigFn fn);
/* The name of a function that is called, also of one that no text can have; "" where there is none. */
const char *eig_fn_word(EigFn fn);
#endif
