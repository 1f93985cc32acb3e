/* Inputs that depend on the neuron alone: the first call of a run computes
 * them, and all read them from args->work. */
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

Val stored_input(const Emit *e, Val args, Val pop_from)
{
    Val at = ll_iadd(e->ll, ll_i64(e->ll, WORK_INPUT * eig_n_x(e->p)), pop_from);
    return ll_at(e->ll, e->ll->f64, abi_load(e, args, ABI_work), at);
}

static bool input_is_stored(const Emit *e, size_t pop)
{
    return !pop_is_plain(e, pop) && plan_stores_input(e->plan, pop);
}

static bool input_same_shape(const Emit *e, size_t a, size_t b)
{
    return code_same_shape(e, &e->p->pop[a].input, &e->p->pop[b].input);
}

static void input_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    own_push_i64(e, out, e->p->pop[pop].from);
    own_push_i64(e, out, e->p->pop[pop].size);
    code_numbers(e, &e->p->pop[pop].input, out);
}

/* input_p(args), and row where there is more than one */
static void input_function(Emit *e, Group *g)
{
    Ll *ll = e->ll;
    char name[48];
    size_t pop = g->member.at[0];
    snprintf(name, sizeof name, "input_%zu", pop);
    LLVMTypeRef params[] = { ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, name, false, ll->none, params, g->member.n > 1 ? "args row" : "args");
    Own own = group_own(e, g, f.param[1]), of_code = own_after(&own, 2);
    Val out = stored_input(e, f.param[0], own_i64(e, &own, 0));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), own_i64(e, &own, 1), 1, 0, NULL);
    ll_store_f64(ll, input_value(e, pop, &of_code, NULL, loop.index), out, loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    g->function = f;
}

void input_functions(Emit *e)
{
    static const GroupRule rule = { "input", input_is_stored, input_same_shape, input_numbers };
    e->input_group = groups_of(e, &rule, e->p->n_pops);
    for (size_t g = 0; g < e->input_group.n; g++)
        input_function(e, &e->input_group.at[g]);
}

void input_store(const Emit *e, Val args)
{
    Ll *ll = e->ll;
    if (e->input_group.n == 0)
        return;
    LLVMBasicBlockRef first = LLVMAppendBasicBlockInContext(ll->context, ll->function, "first");
    LLVMBasicBlockRef after = LLVMAppendBasicBlockInContext(ll->context, ll->function, "after");
    Val flag = abi_load(e, args, ABI_has_inputs), none = ll_i64(ll, 0);
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntEQ, ll_load(ll, ll->i64, flag), none, ""), first, after);
    LLVMPositionBuilderAtEnd(ll->builder, first);
    for (size_t g = 0; g < e->input_group.n; g++)
        group_call(e, &e->input_group.at[g], &args, 1);
    LLVMBuildStore(ll->builder, ll_i64(ll, 1), flag);
    LLVMBuildBr(ll->builder, after);
    LLVMPositionBuilderAtEnd(ll->builder, after);
}
