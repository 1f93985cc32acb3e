/* runtime/slack_form.h with numbers, and programs with it. */
#include <math.h>

#include "runtime/elementary.h"
#include "runtime/elementary_number.h"
#include "runtime/expr.h"

#define EXP(a) eig_exp(a)
#define LOG(a) eig_log(a)
#include "runtime/slack_form.h"

/* A slot of the stack, and the constant in it. */
typedef struct Slot {
    double value, slack;
    const double *constant;
} Slot;

static bool is_by_factors(const double *exponent)
{
    return exponent && fabs(*exponent) <= EIG_POWER_FACTORS && *exponent == floor(*exponent);
}

static Slot applied(EigFn fn, const Slot *a, const Slot *b)
{
    Slot out = { .value = eig_fn_apply(fn, a->value, b->value) };
    out.slack = form_slack(fn, a->value, a->slack, b->value, b->slack, out.value, is_by_factors(b->constant) ? b->constant : NULL);
    return out;
}

double eig_code_slack(const EigCode *code, double x, double *value)
{
    Slot stack[EIG_CODE_MAX_DEPTH], none = { 0 };
    size_t top = 0;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            bool is_constant = op->kind == EIG_OP_CONST;
            stack[top++] = (Slot){ is_constant ? op->value : x, 0, is_constant ? &op->value : NULL };
            continue;
        }
        bool is_pair = eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        stack[top - 1] = applied((EigFn)op->which, &stack[top - 1], is_pair ? &stack[top] : &none);
    }
    *value = stack[0].value;
    return stack[0].slack;
}
