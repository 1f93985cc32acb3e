/* Expressions as postfix programs, and the scalar functions behind them. The
 * reference integrator evaluates them; generated code calls the same scalar
 * functions, so both give the same bits. */
#ifndef RUNTIME_EXPR_H
#define RUNTIME_EXPR_H
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
    EIG_VAR_Z,                  /* total input of a neuron */
    EIG_N_VARS
} EigVar;

typedef enum EigOpKind {
    EIG_OP_CONST,               /* push `value` */
    EIG_OP_VAR,                 /* push a variable */
    EIG_OP_CALL                 /* apply a function to the topmost */
} EigOpKind;

typedef struct EigOp {
    uint8_t kind;               /* EigOpKind */
    uint8_t which;              /* EigVar or EigFn */
    double value;
} EigOp;

typedef struct EigCode {
    size_t n;                   /* 0: the expression is absent */
    const EigOp *op;
    size_t depth;               /* stack slots needed; at most EIG_CODE_MAX_DEPTH */
} EigCode;

enum { EIG_CODE_MAX_DEPTH = 256 };

extern const char *const eig_fn_name[EIG_N_FNS];    /* NULL for operators */
extern const int eig_fn_n_args[EIG_N_FNS];

/* One function, scalar, strict: the definition of its value. b is ignored by
 * functions of one argument. */
double eig_fn_apply(EigFn fn, double a, double b);
double eig_code_eval(const EigCode *code, const double var[EIG_N_VARS]);

/* C functions that generated code may call for functions that are not a few
 * instructions (exp, log, log1p, sin, cos, tanh, atan, pow); NULL for the
 * others. The JIT registers them under the name "eig_fn_<name>". */
typedef double (*EigFn1)(double);
typedef double (*EigFn2)(double, double);
EigFn1 eig_fn_address1(EigFn fn);
EigFn2 eig_fn_address2(EigFn fn);
#endif
