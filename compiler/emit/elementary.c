/* runtime/elementary_form.h with values of LLVM: the operations of
 * runtime/elementary.c one by one, of a number or of the lanes of a vector. */
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/elementary.h"

static Val bit(const Ll *ll, Val word, unsigned n)
{
    Val alone = LLVMBuildAnd(ll->builder, word, ll_integer(ll, UINT64_C(1) << n), "");
    return LLVMBuildICmp(ll->builder, LLVMIntNE, alone, ll_integer(ll, 0), "");
}

#define FORM const Ll *ll,
#define WITH ll,
#define NUM Val
#define INT Val
#define YES Val
#define K(c) ll_f64(ll, c)
#define W(c) ll_integer(ll, (uint64_t)(c))
#define ADD(a, b) ll_fadd(ll, a, b)
#define SUB(a, b) ll_fsub(ll, a, b)
#define MUL(a, b) ll_fmul(ll, a, b)
#define DIV(a, b) ll_fdiv(ll, a, b)
#define FMA(a, b, c) ll_fma(ll, a, b, c)
#define ABS(a) ll_intrinsic1(ll, "llvm.fabs", a)
#define SIGN(a, b) ll_copysign(ll, a, b)
#define LESS(a, b) ll_fcmp(ll, LLVMRealOLT, a, b)
#define EQUAL(a, b) ll_fcmp(ll, LLVMRealOEQ, a, b)
#define PICK(yes, a, b) ll_select(ll, yes, a, b)
#define BITS(a) LLVMBuildBitCast(ll->builder, a, ll_of_lanes(ll, ll->i64), "")
#define OF_BITS(w) LLVMBuildBitCast(ll->builder, w, ll_of_lanes(ll, ll->f64), "")
#define BY_PRODUCT (!ll->lanes)
#define IADD(a, b) LLVMBuildAdd(ll->builder, a, b, "")
#define ISUB(a, b) LLVMBuildSub(ll->builder, a, b, "")
#define SHL(a, n) LLVMBuildShl(ll->builder, a, W(n), "")
#define SHR(a, n) LLVMBuildAShr(ll->builder, a, W(n), "")
#define BIT(a, n) bit(ll, a, n)
#define SQRT(a) ll_intrinsic1(ll, "llvm.sqrt", a)
#define MIN(a, b) ll_select(ll, LESS(a, b), a, b)
#include "runtime/elementary_form.h"
#include "runtime/exprel_form.h"
#include "runtime/normal_form.h"

/* 1 where any lane is not. */
static Val somewhere_not(const Ll *ll, Val holds)
{
    if (!ll->lanes)
        return LLVMBuildNot(ll->builder, holds, "");
    LLVMTypeRef bits = LLVMIntTypeInContext(ll->context, ll->lanes);
    Val all = LLVMBuildBitCast(ll->builder, holds, bits, "");
    return LLVMBuildICmp(ll->builder, LLVMIntNE, all, LLVMConstAllOnes(bits), "");
}

/* A block for the numbers that are not near, entered if there is one, and where the two ways meet. */
typedef struct Far {
    LLVMBasicBlockRef before, after;
} Far;

static Far far_begin(const Ll *ll, Val near)
{
    Far far = { .before = LLVMGetInsertBlock(ll->builder) };
    LLVMBasicBlockRef block = LLVMAppendBasicBlockInContext(ll->context, ll->function, "far");
    far.after = LLVMAppendBasicBlockInContext(ll->context, ll->function, "near");
    LLVMBuildCondBr(ll->builder, somewhere_not(ll, near), block, far.after);
    LLVMPositionBuilderAtEnd(ll->builder, block);
    return far;
}

static Val far_end(const Ll *ll, const Far *far, Val otherwise, Val value)
{
    LLVMBasicBlockRef last = LLVMGetInsertBlock(ll->builder);
    LLVMBuildBr(ll->builder, far->after);
    LLVMPositionBuilderAtEnd(ll->builder, far->after);
    Val result = LLVMBuildPhi(ll->builder, LLVMTypeOf(value), "");
    LLVMAddIncoming(result, (Val[]){ otherwise, value }, (LLVMBasicBlockRef[]){ far->before, last }, 2);
    return result;
}

/* `near` where |x| is, elsewhere the whole function, which takes the near angles to the same bits. */
static Val sine(const Emit *e, EigFn fn, Val x, Val near)
{
    const Ll *ll = e->ll;
    Far far = far_begin(ll, LESS(ABS(x), K(EIG_SINE_NEAR)));
    return far_end(ll, &far, near, call_runtime(e, fn, x, NULL));
}

Val normal_quantile(const Emit *e, Val u)
{
    const Ll *ll = e->ll;
    FORM_NORMAL at = form_normal(ll, u);
    Val centre = form_normal_centre(ll, at), is_centre = LESS(at.w, K(NORMAL_CENTRE_TO));
    Far far = far_begin(ll, is_centre);
    return far_end(ll, &far, centre, PICK(is_centre, centre, form_normal_tail(ll, at, 0, 4.0)));
}

/* ---- near numbers ---- */

/* Negative where the bits of |x| are less than those of `end`, as numbers are, but no NaN. */
static Val within(const Ll *ll, Val x, double end)
{
    return ISUB(BITS(ABS(x)), LLVMBuildBitCast(ll->builder, K(end), ll_of_lanes(ll, ll->i64), ""));
}

/* For normal numbers above 0 none of three is negative: with the sign, less than the least, more than the largest. */
static Val positive(const Ll *ll, Val x)
{
    Val bits = BITS(x), outside = LLVMBuildOr(ll->builder, ISUB(bits, W(0x0010000000000000)), ISUB(W(0x7fefffffffffffff), bits), "");
    return LLVMBuildNot(ll->builder, LLVMBuildOr(ll->builder, bits, outside, ""), "");
}

/* The value where all numbers are near, the same bits, and in *near what is not negative where one is far. False: it has no such form. */
static bool near_value(const Ll *ll, EigFn fn, Val x, Val *near, Val *value)
{
    switch (fn) {
    case EIG_FN_EXP:
        *near = within(ll, x, FORM_EXP_NEAR);
        *value = form_exp_near(ll, x);
        return true;
    case EIG_FN_LOG:
        *near = positive(ll, x);
        *value = form_log_near(ll, x);
        return true;
    case EIG_FN_SIN: case EIG_FN_COS:
        *near = within(ll, x, EIG_SINE_NEAR);
        *value = fn == EIG_FN_SIN ? form_sin(ll, x) : form_cos(ll, x);
        return true;
    default:
        return false;
    }
}

static Val written_out(const Emit *e, EigFn fn, Val x)
{
    const Ll *ll = e->ll;
    switch (fn) {
    case EIG_FN_EXP:   return form_exp(ll, x);
    case EIG_FN_EXPM1: return form_expm1(ll, x);
    case EIG_FN_EXPREL: return form_exprel(ll, x);
    case EIG_FN_TANH:  return form_tanh(ll, x);
    case EIG_FN_LOG:   return form_log(ll, x);
    case EIG_FN_LOG1P: return form_log1p(ll, x);
    case EIG_FN_SIN:   return sine(e, fn, x, form_sin(ll, x));
    case EIG_FN_COS:   return sine(e, fn, x, form_cos(ll, x));
    default:           BUG("function %d is not elementary", (int)fn);
    }
}

static double lift_of(EigFn fn)
{
    return fn == EIG_FN_LIFTED_LOGISTIC ? EIG_LOGISTIC_LIFT : 1;
}

static bool is_logistic(EigFn fn)
{
    return fn == EIG_FN_LOGISTIC || fn == EIG_FN_LIFTED_LOGISTIC;
}

static Val written(const Emit *e, EigFn fn, const Val *x)
{
    return is_logistic(fn) ? form_logistic(e->ll, lift_of(fn), x[0], x[1]) : written_out(e, fn, x[0]);
}

/* One function for all that call it: neurons in registers are written out one by one, and so would the operations be. */
static Val called(const Emit *e, EigFn fn, Val *x)
{
    Ll *ll = e->ll;
    char name[48];
    unsigned n = (unsigned)eig_fn_n_args[fn];
    LLVMTypeRef type = ll_of_lanes(ll, ll->f64), params[2] = { type, type };
    const char *word = eig_fn_name[fn] ? eig_fn_name[fn] : fn == EIG_FN_LOGISTIC ? "logistic" : "lifted_logistic";
    snprintf(name, sizeof name, ll->lanes ? "elementary_%s_lanes" : "elementary_%s", word);
    LlFunction f = { .value = LLVMGetNamedFunction(ll->module, name), .type = LLVMFunctionType(type, params, n, 0) };
    if (!f.value) {
        Val function = ll->function;
        LLVMBasicBlockRef entry = ll->entry, here = LLVMGetInsertBlock(ll->builder);
        f = ll_function(ll, name, false, type, params, n == 2 ? "a rest" : "x");
        ll_mark_pure(ll, &f);
        LLVMBuildRet(ll->builder, written(e, fn, f.param));
        ll->function = function;
        ll->entry = entry;
        LLVMPositionBuilderAtEnd(ll->builder, here);
    }
    return ll_call(ll, &f, x, n);
}

/* Neurons in registers that are not known to be near. */
static bool one_by_one(const Emit *e)
{
    return e->plan->state == STATE_IN_REGISTERS && !e->plan->general_why && !e->near;
}

static void note(const Emit *e, Val near)
{
    *e->near = LLVMBuildAnd(e->ll->builder, *e->near, near, "");
}

bool is_elementary(EigFn fn)
{
    switch (fn) {
    case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_TANH: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_SIN: case EIG_FN_COS:
    case EIG_FN_LOGISTIC: case EIG_FN_LIFTED_LOGISTIC:
        return true;
    default:
        return false;
    }
}

Val elementary(const Emit *e, EigFn fn, Val x)
{
    Val near, value;
    if (e->near && near_value(e->ll, fn, x, &near, &value)) {
        note(e, near);
        return value;
    }
    return one_by_one(e) ? called(e, fn, &x) : written_out(e, fn, x);
}

Val logistic(const Emit *e, EigFn fn, Val a, Val rest)
{
    const Ll *ll = e->ll;
    Val x[2] = { a, rest ? rest : K(0.0) };
    if (e->near) {
        note(e, within(ll, a, FORM_LOGISTIC_NEAR));
        if (rest)
            note(e, within(ll, rest, FORM_LOGISTIC_REST));
        return form_logistic_near(ll, lift_of(fn), x[0], x[1]);
    }
    return one_by_one(e) ? called(e, fn, x) : written(e, fn, x);
}
