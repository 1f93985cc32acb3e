/* Postfix programs to IR: the operations of runtime/expr.c, in its order. What
 * is a few instructions is written out; the rest calls the same C functions
 * that the reference calls, so both round alike. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/emit/parts.h"

bool code_uses(const EigCode *code, EigVar var)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_VAR && code->op[k].which == (uint8_t)var)
            return true;
    return false;
}

bool code_solves(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_SOLVE)
            return true;
    return false;
}

/* Lanes one by one: the C library has no vectors that round as its numbers do. */
static Val call_lanes(const Ll *ll, const LlFunction *f, Val a, Val b, unsigned n)
{
    Val result = LLVMGetPoison(LLVMTypeOf(a));
    for (unsigned k = 0; k < ll->lanes; k++) {
        Val at = ll_i64(ll, k), args[2] = { LLVMBuildExtractElement(ll->builder, a, at, ""), NULL };
        if (n == 2)
            args[1] = LLVMBuildExtractElement(ll->builder, b, at, "");
        result = LLVMBuildInsertElement(ll->builder, result, ll_call(ll, f, args, n), at, "");
    }
    return result;
}

Val call_runtime(const Emit *e, EigFn fn, Val a, Val b)
{
    char name[48];
    snprintf(name, sizeof name, "eig_fn_%s", eig_fn_word(fn));
    unsigned n = (unsigned)eig_fn_n_args[fn];
    LlFunction f = ll_pure_external(e->ll, name, n);
    if (e->ll->lanes)
        return call_lanes(e->ll, &f, a, b, n);
    return ll_call(e->ll, &f, (Val[]){ a, b }, n);
}

/* runtime/expr.c, integer_power: bits of the exponent from the lowest up. */
static Val integer_power(const Ll *ll, Val a, unsigned n)
{
    Val product = ll_f64(ll, 1.0);
    for (Val square = a; n; square = ll_fmul(ll, square, square)) {
        if (n & 1)
            product = ll_fmul(ll, product, square);
        n >>= 1;
        if (!n)
            break;
    }
    return product;
}

static Val power(const Emit *e, Val a, Val b, const double *constant_b)
{
    if (!constant_b || !plan_power_is_product(*constant_b))
        return call_runtime(e, EIG_FN_POW, a, b);
    int n = (int)*constant_b;
    if (n >= 0)
        return integer_power(e->ll, a, (unsigned)n);
    return ll_fdiv(e->ll, ll_f64(e->ll, 1.0), integer_power(e->ll, a, (unsigned)-n));
}

/* runtime/expr.c, lost_sum. */
static Val lost_sum(const Ll *ll, Val a, Val b)
{
    Val sum = ll_fadd(ll, a, b), from_b = ll_fsub(ll, sum, a);
    return ll_fadd(ll, ll_fsub(ll, a, ll_fsub(ll, sum, from_b)), ll_fsub(ll, b, from_b));
}

/* runtime/expr.c, lost_product. */
static Val lost_product(const Ll *ll, Val a, Val b)
{
    return ll_fma(ll, a, b, ll_fneg(ll, ll_fmul(ll, a, b)));
}

/* if (a how b) yes else no */
static Val choose(const Ll *ll, LLVMRealPredicate how, Val a, Val b, Val yes, Val no)
{
    return ll_select(ll, ll_fcmp(ll, how, a, b), yes, no);
}

/* runtime/expr.c, fn_min and fn_max: one comparison, which asks for a NaN in b too where a is known to be none. */
static Val extreme(const Ll *ll, LLVMRealPredicate beyond, LLVMRealPredicate beyond_or_nan, Val a, Val b, const Known *known)
{
    if (known->b)
        return choose(ll, beyond, b, a, b, a);
    if (known->a)
        return choose(ll, beyond_or_nan, b, a, b, a);
    Val is_b = LLVMBuildOr(ll->builder, ll_fcmp(ll, beyond, b, a), ll_fcmp(ll, LLVMRealUNO, b, b), "");
    return ll_select(ll, is_b, b, a);
}

/* runtime/expr.c, fn_step. */
static Val step(const Ll *ll, Val a)
{
    Val zero = ll_f64(ll, 0.0);
    return choose(ll, LLVMRealOGE, a, zero, ll_f64(ll, 1.0), choose(ll, LLVMRealOLT, a, zero, zero, a));
}

/* runtime/expr.c, fn_pulse. */
static Val pulse(const Ll *ll, Val a, Val b)
{
    Val zero = ll_f64(ll, 0.0);
    Val during = LLVMBuildAnd(ll->builder, ll_fcmp(ll, LLVMRealOGE, a, zero), ll_fcmp(ll, LLVMRealOLT, a, b), "");
    Val outside = LLVMBuildOr(ll->builder, ll_fcmp(ll, LLVMRealOLT, a, zero), ll_fcmp(ll, LLVMRealOGE, a, b), "");
    return ll_select(ll, during, ll_f64(ll, 1.0), ll_select(ll, outside, zero, ll_fadd(ll, a, b)));
}

/* runtime/expr.c, fn_ramp. */
static Val ramp(const Ll *ll, Val a, Val b)
{
    Val part = ll_fdiv(ll, a, b), zero = ll_f64(ll, 0.0), one = ll_f64(ll, 1.0);
    Val is_part = LLVMBuildOr(ll->builder, ll_fcmp(ll, LLVMRealOLT, part, one), ll_fcmp(ll, LLVMRealUNO, a, b), "");
    return choose(ll, LLVMRealOLT, a, zero, zero, ll_select(ll, is_part, part, one));
}

/* b is NULL for functions of one argument. */
Val apply_emit(const Emit *e, EigFn fn, Val a, Val b, const Known *known)
{
    const Ll *ll = e->ll;
    switch (fn) {
    case EIG_FN_ADD:   return ll_fadd(ll, a, b);
    case EIG_FN_SUB:   return ll_fsub(ll, a, b);
    case EIG_FN_MUL:   return ll_fmul(ll, a, b);
    case EIG_FN_DIV:   return ll_fdiv(ll, a, b);
    case EIG_FN_NEG:   return ll_fneg(ll, a);
    case EIG_FN_LOST_SUM: return lost_sum(ll, a, b);
    case EIG_FN_LOST_PRODUCT: return lost_product(ll, a, b);
    case EIG_FN_OR_ZERO: return choose(ll, LLVMRealORD, a, a, a, ll_f64(ll, 0.0));
    case EIG_FN_LOGISTIC: case EIG_FN_LIFTED_LOGISTIC:
        return logistic(e, fn, a, known->b && *known->b == 0 ? NULL : b);
    case EIG_FN_POW:   return power(e, a, b, known->b);
    case EIG_FN_ABS:   return ll_intrinsic1(ll, "llvm.fabs", a);
    case EIG_FN_MIN:   return extreme(ll, LLVMRealOLT, LLVMRealULT, a, b, known);
    case EIG_FN_MAX:   return extreme(ll, LLVMRealOGT, LLVMRealUGT, a, b, known);
    case EIG_FN_SQRT:  return ll_intrinsic1(ll, "llvm.sqrt", a);
    case EIG_FN_FLOOR: return ll_intrinsic1(ll, "llvm.floor", a);
    case EIG_FN_STEP:  return step(ll, a);
    case EIG_FN_PULSE: return pulse(ll, a, b);
    case EIG_FN_RAMP:  return ramp(ll, a, b);
    case EIG_FN_EXP: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_SIN:
    case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_EXPM1: case EIG_FN_EXPREL:
        return elementary(e, fn, a);
    case EIG_FN_ATAN: case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA: case EIG_FN_LOG_ROOT:
    case EIG_FN_LOGIT_ROOT: case EIG_FN_EXP_MEAN:
        return call_runtime(e, fn, a, b);
    case EIG_N_FNS:
        break;
    }
    BUG("function %d has no lowering", (int)fn);
}

/* Number `which` of the neuron's columns. */
static Val column_value(const Emit *e, unsigned which, const Reads *r)
{
    const Ll *ll = e->ll;
    Val of_pop = ll_load(ll, ll->ptr, ll_at(ll, ll->ptr, abi_load(e, r->args, ABI_pop_column), r->pop));
    return ll_load_f64(ll, ll_load(ll, ll->ptr, ll_at(ll, ll->ptr, of_pop, ll_i64(ll, which))), r->neuron);
}

static Val samples_value(const Emit *e, Val which, Val t, const Reads *r)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->i64 };
    LlFunction f = ll_reading_external(ll, "eig_table_at", ll->f64, params, 3);
    Val table = ll_at(ll, LLVMInt8TypeInContext(ll->context), abi_load(e, r->args, ABI_table),
                      ll_imul(ll, which, ll_i64(ll, sizeof(EigTable))));
    return ll_call(ll, &f, (Val[]){ table, t, r->neuron }, 3);
}

/* The operand that an operation pushes; `number` is its place in code_numbers. */
static Val operand(const Emit *e, const EigOp *op, const Val var[EIG_N_VARS], const Reads *reads, size_t number)
{
    switch ((EigOpKind)op->kind) {
    case EIG_OP_CONST:   return reads && reads->own ? own_f64(e, reads->own, number) : ll_f64(e->ll, op->value);
    case EIG_OP_VAR:     return var[op->which];
    case EIG_OP_COLUMN:  return reads->part ? reads->part[op->which] : column_value(e, op->which, reads);
    case EIG_OP_SAMPLES: return samples_value(e, reads->own ? own_i64(e, reads->own, number) : ll_i64(e->ll, op->which), var[EIG_VAR_T], reads);
    case EIG_OP_SOLVE:
    case EIG_OP_CALL:
        break;
    }
    BUG("operation of kind %d pushes nothing", (int)op->kind);
}

Val expr_emit(const Emit *e, const EigCode *code, const Val var[EIG_N_VARS])
{
    return expr_emit_reading(e, code, var, NULL);
}

Val expr_emit_reading(const Emit *e, const EigCode *code, const Val var[EIG_N_VARS], const Reads *reads)
{
    Val stack[EIG_CODE_MAX_DEPTH];
    const EigOp *pushed[EIG_CODE_MAX_DEPTH];    /* the constant in a slot, or NULL */
    size_t top = 0, number = 0;                 /* of constants, samples and solves, as code_numbers lists them */
    if (code->n == 0)
        return ll_f64(e->ll, 0.0);
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind == EIG_OP_SOLVE) {
            const EigSolve *q = &code->solve[op->which];
            Val row = reads && reads->own ? own_i64(e, reads->own, number) : ll_i64(e->ll, solve_row_of(e, q));
            number++;
            stack[top - 1] = solve_call(e, q, row, stack[top - 1]);
            pushed[top - 1] = NULL;
            continue;
        }
        if (op->kind != EIG_OP_CALL) {
            stack[top] = operand(e, op, var, reads, number);
            number += op->kind == EIG_OP_CONST || op->kind == EIG_OP_SAMPLES;
            pushed[top++] = op->kind == EIG_OP_CONST ? op : NULL;
            continue;
        }
        EigFn fn = (EigFn)op->which;
        if (eig_fn_n_args[fn] == 2) {
            top--;
            Known known = { pushed[top - 1] ? &pushed[top - 1]->value : NULL, pushed[top] ? &pushed[top]->value : NULL };
            stack[top - 1] = apply_emit(e, fn, stack[top - 1], stack[top], &known);
        } else {
            stack[top - 1] = apply_emit(e, fn, stack[top - 1], NULL, &(Known){ 0 });
        }
        pushed[top - 1] = NULL;
    }
    return stack[0];
}

Val input_value(const Emit *e, size_t pop, const Own *own, Val t, Val neuron)
{
    const EigCode *code = &e->p->pop[pop].input;
    Val var[EIG_N_VARS] = {0};
    var[EIG_VAR_T] = t;
    if (code_uses(code, EIG_VAR_I))
        var[EIG_VAR_I] = ll_real(e->ll, neuron);
    return expr_emit_reading(e, code, var, &(Reads){ .own = own });
}

Val activation_value(const Emit *e, size_t pop, const Own *own, Val s)
{
    Val var[EIG_N_VARS] = {0};
    var[EIG_VAR_Z] = s;
    return expr_emit_reading(e, &e->p->pop[pop].phi, var, &(Reads){ .own = own });
}
