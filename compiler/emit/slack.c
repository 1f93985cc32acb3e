/* runtime/slack_form.h with values of LLVM, and programs with it: the
 * operations of runtime/slack.c, of a number or of the lanes of a vector. */
#include <math.h>

#include "compiler/emit/parts.h"

#define FORM const Emit *e,
#define WITH e,
#define NUM Val
#define YES Val
#define K(c) ll_f64(e->ll, c)
#define ADD(a, b) ll_fadd(e->ll, a, b)
#define SUB(a, b) ll_fsub(e->ll, a, b)
#define MUL(a, b) ll_fmul(e->ll, a, b)
#define DIV(a, b) ll_fdiv(e->ll, a, b)
#define FMA(a, b, c) ll_fma(e->ll, a, b, c)
#define ABS(a) ll_intrinsic1(e->ll, "llvm.fabs", a)
#define SQRT(a) ll_intrinsic1(e->ll, "llvm.sqrt", a)
#define LESS(a, b) ll_fcmp(e->ll, LLVMRealOLT, a, b)
#define EQUAL(a, b) ll_fcmp(e->ll, LLVMRealOEQ, a, b)
#define PICK(yes, a, b) ll_select(e->ll, yes, a, b)
#define EXP(a) elementary(e, EIG_FN_EXP, a)
#define LOG(a) elementary(e, EIG_FN_LOG, a)
#include "runtime/slack_form.h"

/* A slot of the stack, and the constant in it. */
typedef struct Slot {
    Val value, slack;
    const double *constant;
} Slot;

static Slot applied(const Emit *e, EigFn fn, const Slot *a, const Slot *b)
{
    Known known = { a->constant, b->constant };
    if (eig_fn_n_args[fn] == 1)
        known = (Known){ 0 };
    Slot out = { .value = apply_emit(e, fn, a->value, b->value, &known) };
    bool is_by_factors = b->constant && plan_power_is_product(*b->constant);
    out.slack = form_slack(e, fn, a->value, a->slack, b->value, b->slack, out.value, is_by_factors ? b->constant : NULL);
    return out;
}

Val slack_emit(const Emit *e, const EigCode *code, Val x, const Own *own, Val *value)
{
    Slot stack[EIG_CODE_MAX_DEPTH], none = { NULL, NULL, NULL };
    size_t top = 0, number = 0;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            bool is_constant = op->kind == EIG_OP_CONST;
            Val of = is_constant ? own_f64(e, own, number++) : x;
            stack[top++] = (Slot){ of, ll_f64(e->ll, 0.0), is_constant ? &op->value : NULL };
            continue;
        }
        bool is_pair = eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        stack[top - 1] = applied(e, (EigFn)op->which, &stack[top - 1], is_pair ? &stack[top] : &none);
    }
    *value = stack[0].value;
    return stack[0].slack;
}
