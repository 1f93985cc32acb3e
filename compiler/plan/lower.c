/* The decisions: how each block is computed and where the state lives. They
 * follow from the problem alone and carry their reason. */
#include "compiler/plan/build.h"
#include "compiler/plan/circle.h"

#include <math.h>

#include "runtime/layout.h"

/* Above this the straight-line code of one step takes longer to compile than
 * its loops (code generation is superlinear in the size of a basic block). */
enum { MAX_STRAIGHT_LINE = 1600 };

/* A product in place of a kernel, whose own connection is no sum (separate.c). */
static bool is_separated(const Plan *plan, size_t block)
{
    const Block *b = plan->net ? &plan->net->block[plan->net_block[block]] : NULL;
    return b && (b->kind == BLOCK_UNIFORM || b->kind == BLOCK_PRODUCT) && plan->net->model->conns.at[b->conn].by_displacement;
}

double plan_block_pairs(const EigProblem *p, const EigBlock *b)
{
    double pre = (double)p->pop[b->pre].size, post = (double)p->pop[b->post].size;
    if (b->pair.n == 0)
        return 0.0;
    return b->kind == EIG_BLOCK_DIAGONAL ? post : b->kind == EIG_BLOCK_SPARSE ? (double)b->row_from[(size_t)post] : pre * post;
}

double plan_n_pairs(const Plan *plan)
{
    double n = 0.0;
    for (size_t k = 0; k < plan->problem.n_blocks; k++)
        n += plan_block_pairs(&plan->problem, &plan->problem.block[k]);
    return n;
}

static PlanBlock lower_kernel(Ctx *cx, const EigBlock *b)
{
    static const char *const all = "a function of the displacement: each weight that is not 0, for all targets at once";
    CircleChoice c = circle_choose(b);
    if (b->circle)
        return (PlanBlock){ LOWER_CIRCLE, arena_printf(&cx->arena, "a function of the displacement: by Fourier's sums on a circle of %zu numbers, "
            "about %.3g us; each of %zu weights for all targets, about %.3g us", c.circle.length, c.by_circle * 1e-3, c.n_weights, c.direct * 1e-3) };
    if (c.is_few)
        return (PlanBlock){ LOWER_SHIFTS, all };
    if (!c.is_even)
        return (PlanBlock){ LOWER_SHIFTS, arena_printf(&cx->arena, "%s; not on a circle, as they are not the same both ways", all) };
    return (PlanBlock){ LOWER_SHIFTS, arena_printf(&cx->arena, "%s, about %.3g us; on a circle of %zu numbers about %.3g us", all, c.direct * 1e-3,
        c.circle.length, c.by_circle * 1e-3) };
}

static PlanBlock lower_block(Ctx *cx, const Plan *plan, size_t block)
{
    const EigBlock *b = &plan->problem.block[block];
    if (b->pair.n)
        return (PlanBlock){ LOWER_PAIRS, arena_printf(&cx->arena, "no sum of products of what source and target contribute: computed for each "
            "pair, %.15g of them an evaluation", plan_block_pairs(&plan->problem, b)) };
    if (is_separated(plan, block))
        return (PlanBlock){ LOWER_SUM, b->gate.n
            ? "a kernel that is a + b cos(x - y) around the ring: cos cos or sin sin, the sum over the sources times the target's"
            : "a kernel that is a + b cos(x - y) around the ring: a times the source's sum" };
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:
        return (PlanBlock){ LOWER_SUM, b->skip_self
            ? "all pairs share one weight: the source's sum less the own rate, computed once an evaluation"
            : "all pairs share one weight: the source's sum, computed once an evaluation" };
    case EIG_BLOCK_DIAGONAL:
        return (PlanBlock){ LOWER_DIAGONAL, "neuron k reads neuron k alone: part of the loop over the targets" };
    case EIG_BLOCK_SPARSE:
        return (PlanBlock){ LOWER_ROWS, "few connections: each target walks its row, in the order of the sources, four rows side by side" };
    case EIG_BLOCK_DENSE:
        return (PlanBlock){ LOWER_COLUMNS,
            "dense: by tiles of 32 targets and their columns, so that targets fill the vector lanes and each keeps its order of summation" };
    case EIG_BLOCK_KERNEL:
        return lower_kernel(cx, b);
    }
    BUG("block of kind %d", (int)b->kind);
}

/* Multiplications and additions of one block, written out. */
static size_t block_operations(const EigProblem *p, const EigBlock *b)
{
    size_t pre = p->pop[b->pre].size, post = p->pop[b->post].size;
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:  return pre + 3 * post;
    case EIG_BLOCK_DIAGONAL: return 2 * post;
    case EIG_BLOCK_SPARSE:   return 2 * (size_t)b->row_from[post];
    case EIG_BLOCK_DENSE:
    case EIG_BLOCK_KERNEL:   return 2 * pre * post;
    }
    return 0;
}

/* Instructions of one step as straight-line code, for a network that has few
 * neurons. The kernel of an adaptive method is one evaluation. */
static size_t step_operations(const EigProblem *p)
{
    size_t n = 0;
    for (size_t q = 0; q < p->n_pops; q++)
        n += p->pop[q].size * (p->pop[q].phi.n + p->pop[q].input.n + 6);
    for (size_t k = 0; k < p->n_blocks; k++)
        n += block_operations(p, &p->block[k]);
    return eig_method[p->method].adaptive ? n : n * (size_t)eig_method[p->method].stages;
}

static bool uses(const EigCode *code, EigVar var)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_VAR && code->op[k].which == (uint8_t)var)
            return true;
    return false;
}

static bool reads(const EigCode *code, EigOpKind kind)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == (uint8_t)kind)
            return true;
    return false;
}

/* What the code for leaky rates does not know, or NULL. */
static const char *why_general(const EigProblem *p)
{
    if (p->n_x)
        return "neurons have states of their own, or noise";
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].pair.n)
            return "what arrives is a number of each pair";
    if (p->n_signals)
        return "populations send more than their rates";
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        if (pop->n_columns || pop->rate_of)
            return "neurons of a population differ by numbers of their own";
        if (uses(&pop->phi, EIG_VAR_STATE))
            return "activations read the neuron's own rate";
        if (reads(&pop->input, EIG_OP_SAMPLES))
            return "inputs are read from samples";
    }
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigBlock *b = &p->block[k];
        if (b->delay)
            return "signals arrive late";
        if (b->gate.n || b->kind == EIG_BLOCK_KERNEL)
            return b->gate.n ? "what arrives depends on the target" : "weights are functions of the displacement";
    }
    return NULL;
}

static void place_state(Ctx *cx, Plan *plan)
{
    const EigProblem *p = &plan->problem;
    plan->general_why = why_general(p);
    if (plan->general_why) {
        plan->state = STATE_IN_MEMORY;
        plan->state_why = arena_printf(&cx->arena, "%zu number%s", eig_n_x(p), eig_n_x(p) == 1 ? "" : "s");
        return;
    }
    if (p->n > PLAN_REGISTER_NEURONS) {
        plan->state = STATE_IN_MEMORY;
        plan->state_why = arena_printf(&cx->arena, "%zu neurons: loops over neurons, a chunk at a time", p->n);
        return;
    }
    size_t operations = step_operations(p);
    plan->state = operations <= MAX_STRAIGHT_LINE ? STATE_IN_REGISTERS : STATE_IN_MEMORY;
    plan->state_why = plan->state == STATE_IN_REGISTERS
        ? arena_printf(&cx->arena, "%zu neuron%s, about %zu operations a step: straight-line code, weights as constants",
                       p->n, p->n == 1 ? "" : "s", operations)
        : arena_printf(&cx->arena, "about %zu operations a step are too many for straight-line code", operations);
}

/* True when some operation is a call: of the C library, or of a solve. */
static bool calls_library(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++) {
        const EigOp *op = &code->op[k], *before = k ? op - 1 : op;
        if (op->kind == EIG_OP_SOLVE)
            return true;
        if (op->kind != EIG_OP_CALL)
            continue;
        switch ((EigFn)op->which) {
        case EIG_FN_EXP: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_SIN:
        case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_ATAN: case EIG_FN_EXPM1: case EIG_FN_EXPREL:
        case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA: case EIG_FN_LOG_ROOT:
        case EIG_FN_LOGIT_ROOT: case EIG_FN_LOGISTIC: case EIG_FN_LIFTED_LOGISTIC: case EIG_FN_EXP_MEAN:
            return true;
        case EIG_FN_POW:
            if (before->kind != EIG_OP_CONST || before->value != floor(before->value) || fabs(before->value) > EIG_POWER_FACTORS)
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

/* Meets other neurons only through sums. */
static bool is_local(const EigBlock *b)
{
    return b->kind == EIG_BLOCK_UNIFORM || (b->kind == EIG_BLOCK_DIAGONAL && b->pre == b->post);
}

bool plan_is_plain(const EigProblem *p, size_t pop)
{
    if (uses(&p->pop[pop].input, EIG_VAR_I))
        return false;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].post == pop && (p->block[k].kind != EIG_BLOCK_UNIFORM || p->block[k].skip_self))
            return false;
    return true;
}

/* What an evaluation costs a neuron that is computed some m/2 times as often. */
static bool is_cheap(const EigPop *pop)
{
    enum { MAX_OPERATIONS = 24 };
    bool stored = !uses(&pop->input, EIG_VAR_T);
    return !calls_library(&pop->phi) && pop->phi.n <= MAX_OPERATIONS &&
           (stored || !uses(&pop->input, EIG_VAR_I) || (!calls_library(&pop->input) && pop->input.n <= MAX_OPERATIONS));
}

/* Of the neuron's index, and nothing that a run changes. */
static bool is_of_index(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++) {
        const EigOp *op = &code->op[k];
        if (op->kind != EIG_OP_CONST && op->kind != EIG_OP_CALL && !(op->kind == EIG_OP_VAR && op->which == EIG_VAR_I))
            return false;
    }
    return uses(code, EIG_VAR_I);
}

/* Where memory is what a run waits for, a short formula is not worth an array. */
bool plan_stores_input(const Plan *plan, size_t pop)
{
    enum { SHORT = 8 };
    const EigCode *input = &plan->problem.pop[pop].input;
    bool waits = plan->general_why || (plan->recompute && plan->state == STATE_IN_MEMORY);
    return is_of_index(input) && !(waits && input->n <= SHORT && !calls_library(input));
}

static const char *why_not_recompute(const EigProblem *p)
{
    enum { LEAST_NEURONS = 8, MOST_POPS = 2000, MOST_OWN = 4, MOST_BLOCKS = 48 };
    size_t n_own = 0, n_blocks = 0;
    if (eig_method[p->method].adaptive)
        return "an adaptive method needs every stage at once";
    if (p->n < LEAST_NEURONS || p->n_pops > MOST_POPS)
        return "few neurons, or very many populations";
    for (size_t k = 0; k < p->n_blocks; k++)
        if (!is_local(&p->block[k]))
            return "neurons read one another's rates";
    for (size_t q = 0; q < p->n_pops; q++) {
        if (plan_is_plain(p, q))
            continue;
        if (!is_cheap(&p->pop[q]))
            return "an activation or input is too costly to be computed twice";
        if (++n_own > MOST_OWN)
            return "many populations whose neurons differ, each with code of its own";
        for (size_t k = 0; k < p->n_blocks; k++)
            n_blocks += p->block[k].post == q;
    }
    if (n_blocks > MOST_BLOCKS)
        return "many connections to populations whose neurons differ, each with code of its own";
    return NULL;
}

static void place_stages(Plan *plan)
{
    const char *no = plan->general_why ? plan->general_why : why_not_recompute(&plan->problem);
    plan->recompute = !no;
    plan->recompute_why = no ? no : "neurons meet only through sums: each pass computes the stages so far again from x";
}

void plan_lower(Ctx *cx, Plan *plan)
{
    const EigProblem *p = &plan->problem;
    plan->block = ARENA_ARRAY(&cx->arena, p->n_blocks + 1, PlanBlock);
    for (size_t k = 0; k < p->n_blocks; k++)
        plan->block[k] = lower_block(cx, plan, k);
    place_state(cx, plan);
    place_stages(plan);
    plan_share(cx, plan);
    plan->bytes = plan_bytes(plan);
}
