#include "compiler/code/read.h"

#include <math.h>

static const Expr *read_call(Ctx *cx, EigFn fn, const Expr **stack, size_t *n)
{
    int n_args = eig_fn_n_args[fn];
    if (*n < (size_t)n_args)
        BUG("a program takes more than there is");
    *n -= (size_t)n_args;
    return expr_apply(cx, (Span){ 0 }, fn, n_args, stack + *n);
}

static const Expr *read_op(Ctx *cx, NumPool *pool, const EigOp *op, const Expr **stack, size_t *n)
{
    Span nowhere = { 0 };
    switch ((EigOpKind)op->kind) {
    case EIG_OP_CONST:   return isfinite(op->value) ? expr_const(cx, nowhere, num_from_double(pool, op->value)) : NULL;
    case EIG_OP_VAR:     return expr_var(cx, nowhere, (EigVar)op->which);
    case EIG_OP_COLUMN:  return expr_column(cx, nowhere, op->which);
    case EIG_OP_SAMPLES: return expr_samples(cx, nowhere, op->which, true);
    case EIG_OP_CALL:    return read_call(cx, (EigFn)op->which, stack, n);
    case EIG_OP_SOLVE:   return NULL;
    }
    BUG("an operation of kind %d", op->kind);
}

const Expr *code_to_expr(Ctx *cx, NumPool *pool, const EigCode *code)
{
    const Expr *stack[EIG_CODE_MAX_DEPTH + 1];
    size_t n = 0;
    for (size_t k = 0; k < code->n; k++) {
        const Expr *e = read_op(cx, pool, &code->op[k], stack, &n);
        if (!e || n > EIG_CODE_MAX_DEPTH || e->size >= EXPR_MAX_SIZE || e->depth > EXPR_MAX_DEPTH)
            return NULL;
        stack[n++] = e;
    }
    return n == 1 ? stack[0] : NULL;
}
