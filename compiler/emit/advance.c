/* The time loop of neurons in registers, of one set or of several side by side.
 * An exponential is shorter where its argument is not near the ends of what it
 * can be, and so are others: the first loop has these forms only, each of the
 * same bits as the whole function there, and collects in one word whether all
 * arguments were near. A step where one was not is thrown away; a second loop,
 * with the whole functions, computes it and the steps that follow. Runs come in
 * pieces of some hundred steps (runtime/integrate.c, runtime/sets.c), and each
 * piece begins with the first loop again. */
#include "compiler/emit/parts.h"

enum { MOST_WRITTEN_OUT = 24 };         /* functions in a step of one set; they are some 30 operations each */

static size_t elementary_calls(const EigCode *code)
{
    size_t n = 0;
    for (size_t k = 0; k < code->n; k++)
        n += code->op[k].kind == EIG_OP_CALL && is_elementary((EigFn)code->op[k].which);
    return n;
}

static size_t calls_in_step(const Emit *e, const Method *m)
{
    size_t n = 0;
    for (size_t q = 0; q < e->p->n_pops; q++)
        n += e->p->pop[q].size * (elementary_calls(&e->p->pop[q].phi) + elementary_calls(&e->p->pop[q].input));
    return n * m->n_stages;
}

/* In every lane, where there are lanes. */
static StepTimes times_of(const Emit *e, const LlFunction *f, Val k)
{
    Ll *ll = e->ll;
    unsigned lanes = ll->lanes;
    ll->lanes = 0;
    StepTimes times = step_times(e, f, k);
    ll->lanes = lanes;
    for (size_t i = 0; lanes && i < sizeof times.at / sizeof *times.at; i++)
        times.at[i] = ll_splat(ll, times.at[i], lanes);
    return times;
}

static void loop_begin(const Emit *e, const LlFunction *f, const Method *m, Val from, const Val *first, LlLoop *loop)
{
    ll_loop_begin(e->ll, loop, from, f->param[2], 1, (unsigned)e->p->n, first);
    StepTimes times = times_of(e, f, loop->index);
    registers_step(e, m, &times, loop->carried, loop->next);
}

static Val any_is_far(const Ll *ll, Val near)
{
    Val far = LLVMBuildICmp(ll->builder, LLVMIntSGE, near, ll_integer(ll, 0), "");
    if (!ll->lanes)
        return far;
    LLVMTypeRef bits = LLVMIntTypeInContext(ll->context, ll->lanes);
    return LLVMBuildICmp(ll->builder, LLVMIntNE, LLVMBuildBitCast(ll->builder, far, bits, ""), LLVMConstNull(bits), "");
}

/* From here on with the whole functions; what both ways end with is in result[]. */
static void go_on(const Emit *e, const LlFunction *f, const Method *m, const LlLoop *near, LLVMBasicBlockRef from, Val *result)
{
    Ll *ll = e->ll;
    LLVMBasicBlockRef near_end = LLVMGetInsertBlock(ll->builder);
    LLVMBasicBlockRef end = LLVMAppendBasicBlockInContext(ll->context, ll->function, "end");
    LLVMBuildBr(ll->builder, end);
    LLVMPositionBuilderAtEnd(ll->builder, from);
    LlLoop loop;
    loop_begin(e, f, m, near->index, near->carried, &loop);
    ll_loop_end(ll, &loop);
    LLVMBasicBlockRef in[2] = { near_end, LLVMGetInsertBlock(ll->builder) };
    LLVMBuildBr(ll->builder, end);
    LLVMPositionBuilderAtEnd(ll->builder, end);
    for (size_t i = 0; i < e->p->n; i++) {
        result[i] = LLVMBuildPhi(ll->builder, LLVMTypeOf(near->result[i]), "");
        LLVMAddIncoming(result[i], (Val[]){ near->result[i], loop.result[i] }, in, 2);
    }
}

void registers_advance(Emit *e, const LlFunction *f, const Val *first, Val *result)
{
    Ll *ll = e->ll;
    Method m = method_of(e->p->method);
    Val all_near = ll_integer(ll, UINT64_MAX), none = all_near;
    bool may_be_near = ll->lanes || calls_in_step(e, &m) <= MOST_WRITTEN_OUT;
    LlLoop loop;
    e->near = may_be_near ? &all_near : NULL;
    loop_begin(e, f, &m, f->param[1], first, &loop);
    e->near = NULL;
    LLVMBasicBlockRef far = NULL;
    if (all_near != none) {
        far = LLVMAppendBasicBlockInContext(ll->context, ll->function, "far");
        LLVMBasicBlockRef near = LLVMAppendBasicBlockInContext(ll->context, ll->function, "near");
        LLVMBuildCondBr(ll->builder, any_is_far(ll, all_near), far, near);
        LLVMPositionBuilderAtEnd(ll->builder, near);
    }
    ll_loop_end(ll, &loop);
    if (far)
        go_on(e, f, &m, &loop, far, result);
    else
        for (size_t i = 0; i < e->p->n; i++)
            result[i] = loop.result[i];
}
