/* Whether sets of parameters of a plan are computed side by side, a lane of a vector each, and why: numbers.h. */
#include "compiler/plan/numbers.h"
#include "runtime/layout.h"

/* Every population has code of its own; of few neurons the state of all sets is in the second-level cache, and of more than most it takes
 * hundreds of megabytes. */
enum { MOST_POPS = 16, MOST_BLOCKS = 48, FEW_NEURONS = 256, MOST_NEURONS = 1 << 17 };

static bool reads(const EigCode *code, EigOpKind kind)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == (uint8_t)kind)
            return true;
    return false;
}

static bool uses(const EigCode *code, EigVar var)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_VAR && code->op[k].which == (uint8_t)var)
            return true;
    return false;
}

static bool has_numbers_of_neurons(const EigCode *code)
{
    return reads(code, EIG_OP_COLUMN) || reads(code, EIG_OP_SAMPLES);
}

/* A rate that leaks, with white noise or without; its start may be anything. */
static bool is_leak(const EigPop *pop)
{
    const EigState *s = pop->state;
    if (pop->n_states > 1 || pop->rate_of || pop->exp_step_of || uses(&pop->phi, EIG_VAR_STATE) || uses(&pop->input, EIG_VAR_STATE) ||
        has_numbers_of_neurons(&pop->phi) || has_numbers_of_neurons(&pop->input))
        return false;
    return pop->n_states == 0 || (s->kind == EIG_STATE_LEAK && s->noise_slope.n == 0 && !has_numbers_of_neurons(&s->noise) &&
                                  !uses(&s->noise, EIG_VAR_Z));
}

static bool is_weights_alone(const EigBlock *b)
{
    return b->pair.n == 0 && b->gate.n == 0 && b->delay == 0 && b->kind != EIG_BLOCK_KERNEL;
}

/* Of networks that are general otherwise: each neuron is a rate, and noise is what one stage of the method adds at its end. */
static bool is_of_leaks(const EigProblem *p)
{
    bool all = p->n_signals == 0 && (p->n_x == 0 || p->n_x == p->n);
    for (size_t q = 0; q < p->n_pops && all; q++)
        all = is_leak(&p->pop[q]) && eig_state_from(p, q) == p->pop[q].from;
    for (size_t k = 0; k < p->n_blocks && all; k++)
        all = is_weights_alone(&p->block[k]);
    return all && (eig_noise_from(p, p->n_pops, 0) == 0 || eig_method[p->method].stages == 1);
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
    if (!any && p->n > FEW_NEURONS)
        return "many neurons, and no weights that are arrays, which sets could share";
    if (p->n > MOST_NEURONS)
        return "very many neurons: the states of several sets do not fit the cache";
    if (p->n_pops > MOST_POPS || p->n_blocks > MOST_BLOCKS)
        return "many populations or connections, each with code of its own";
    return NULL;
}

/* A record of each step is as many rows as a set has steps. */
static const char *why_not_by_error(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    if (plan->state != STATE_IN_REGISTERS || (p->method != EIG_METHOD_RK45 && p->method != EIG_METHOD_DOPRI8) || eig_n_clocks(p) != 1)
        return "the method chooses its steps, each set its own";
    if (eig_clock(p, 0).every.num == 0)
        return "every step is recorded, and each set has its own";
    return NULL;
}

const char *plan_why_alone(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    if (plan->general_why && !is_of_leaks(p))
        return plan->general_why;
    if (eig_method[p->method].adaptive && why_not_by_error(plan))
        return why_not_by_error(plan);
    if (p->noise_halvings)
        return "noise is of longer steps that are halved";
    for (size_t q = 0; q < p->n_pops; q++)
        if (reads(&p->pop[q].phi, EIG_OP_SOLVE))
            return "an activation solves an equation";
    return plan->state == STATE_IN_MEMORY ? why_not_in_memory(plan) : NULL;
}

const char *plan_why_together(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    if (plan->state == STATE_IN_REGISTERS && eig_method[p->method].adaptive)
        return "neurons are in registers, each set in a lane with steps of its own";
    if (plan->state == STATE_IN_REGISTERS)
        return "neurons are in registers, each set in a lane";
    for (size_t k = 0; k < p->n_blocks; k++)
        if (plan_block_is_shared(plan, &p->block[k]))
            return "arrays of weights, where sets have the same, are read once for all of them";
    return "few neurons, in memory, each set in a lane";
}
