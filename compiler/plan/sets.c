/* Whether sets of parameters of a plan are computed side by side, a lane of a vector each, and why: numbers.h. */
#include "compiler/plan/numbers.h"

/* Every population has code of its own. */
enum { MOST_POPS = 16, MOST_BLOCKS = 48 };

static bool solves(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_SOLVE)
            return true;
    return false;
}

bool plan_block_is_shared(const Plan *plan, const EigBlock *b)
{
    return plan->state == STATE_IN_MEMORY && (b->kind == EIG_BLOCK_DENSE || b->kind == EIG_BLOCK_SPARSE);
}

/* Why sets with neurons in memory gain nothing, or cannot be. */
static const char *why_not_in_memory(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    bool any = false;
    for (size_t k = 0; k < p->n_blocks; k++)
        any |= plan_block_is_shared(plan, &p->block[k]);
    if (!any)
        return "neurons in memory have no weights that are arrays, which sets could share";
    if (p->n_pops > MOST_POPS || p->n_blocks > MOST_BLOCKS)
        return "many populations or connections, each with code of its own";
    return NULL;
}

const char *plan_why_alone(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    if (plan->general_why)
        return plan->general_why;
    if (eig_method[p->method].adaptive)
        return "the method chooses its steps, each set its own";
    for (size_t q = 0; q < p->n_pops; q++)
        if (solves(&p->pop[q].phi))
            return "an activation solves an equation";
    return plan->state == STATE_IN_MEMORY ? why_not_in_memory(plan) : NULL;
}

const char *plan_why_together(const Plan *plan)
{
    return plan->state == STATE_IN_MEMORY ? "arrays of weights, where sets have the same, are read once for all of them"
                                          : "neurons are in registers, each set in a lane";
}
