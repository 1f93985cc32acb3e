#include "compiler/emit/emit.h"

#include <llvm-c/Analysis.h>

#include "compiler/emit/parts.h"

/* Blocks by target population, each list in the order of the problem. */
static void index_blocks(Emit *e)
{
    const EigProblem *p = e->p;
    e->into_from = ARENA_ARRAY(&e->cx->arena, p->n_pops + 2, size_t);
    e->into = ARENA_ARRAY(&e->cx->arena, p->n_blocks + 1, size_t);
    e->needs_sum = ARENA_ARRAY(&e->cx->arena, p->n_pops + 1, bool);
    e->in_place = true;
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigBlock *b = &p->block[k];
        e->into_from[b->post + 2]++;
        e->needs_sum[b->pre] |= b->kind == EIG_BLOCK_UNIFORM;
        e->in_place &= b->kind == EIG_BLOCK_UNIFORM || (b->kind == EIG_BLOCK_DIAGONAL && b->pre == b->post);
    }
    for (size_t q = 0; q < p->n_pops; q++)
        e->into_from[q + 2] += e->into_from[q + 1];
    for (size_t k = 0; k < p->n_blocks; k++)
        e->into[e->into_from[p->block[k].post + 1]++] = k;
}

bool emit_verified(Ctx *cx, const Ll *ll, const char *when)
{
    char *message = NULL;
    bool broken = LLVMVerifyModule(ll->module, LLVMReturnStatusAction, &message);
    if (broken)
        diag_nowhere(cx, D_E0901, "the generated code is not valid %s: %s", when, message ? message : "");
    LLVMDisposeMessage(message);
    return !broken;
}

bool emit_kernel(Ctx *cx, const Plan *plan, Ll *ll)
{
    Emit e = { .cx = cx, .ll = ll, .plan = plan, .p = &plan->problem, .args = abi_args_type(ll) };
    index_blocks(&e);
    abi_version(&e);
    solve_functions(&e);
    if (plan->general_why) {
        general_functions(&e);
        if (e.p->jets)
            jet_entries(&e);
        observe_entry(&e);
        return emit_verified(cx, ll, "before optimisation");
    }
    bool adaptive = eig_method[plan->problem.method].adaptive, in_memory = plan->state == STATE_IN_MEMORY;
    if (in_memory) {
        sum_function(&e);
        plain_groups(&e);
        input_functions(&e);
    }
    if (in_memory && (!plan->recompute || observes_total(&e)))
        drift_functions(&e);
    if (adaptive && in_memory)
        drift_entry_memory(&e);
    else if (adaptive)
        drift_entry_registers(&e);
    advance_entry(&e);
    if (e.p->jets)
        jet_entries(&e);
    observe_entry(&e);
    return emit_verified(cx, ll, "before optimisation");
}

bool emit_sets_kernel(Ctx *cx, const Plan *plan, const PlanSets *sets, Ll *ll)
{
    Emit e = { .cx = cx, .ll = ll, .plan = plan, .p = &plan->problem, .args = abi_args_type(ll) };
    index_blocks(&e);
    abi_version(&e);
    sets_entries(&e, sets);
    return emit_verified(cx, ll, "before optimisation");
}
