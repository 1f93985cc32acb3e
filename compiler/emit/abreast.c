/* Sets of parameters side by side, a lane each, with their neurons in memory:
 * a number of all sets stands together, and what arrives at all neurons is
 * computed before any of them moves, so that a block of weights is read once an evaluation, by
 * all sets. Lane by lane the operations are those of a set alone. */
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

enum { TOTALS_ARGS, TOTALS_T, TOTALS_Y, TOTALS_OWN };
enum { STAGE_ARGS, STAGE_T, STAGE_Y, STAGE_X, STAGE_ACC, STAGE_OUT, STAGE_STEP, STAGE_OWN };

static const EigBlock *block_into(const Emit *e, size_t pop, size_t k)
{
    return &e->p->block[e->into[e->into_from[pop] + k]];
}

static size_t n_blocks_into(const Emit *e, size_t pop)
{
    return e->into_from[pop + 1] - e->into_from[pop];
}

static Val of_pop(const Emit *e, Val base, size_t pop)
{
    return ll_at(e->ll, ll_of_lanes(e->ll, e->ll->f64), base, ll_i64(e->ll, e->p->pop[pop].from));
}

/* A part of args->work, which has room for all sets. */
static Val part(const Emit *e, Val args, size_t which)
{
    return ll_at(e->ll, ll_of_lanes(e->ll, e->ll->f64), abi_load(e, args, ABI_work), ll_i64(e->ll, which * e->p->n));
}

static LlFunction open_function(const Emit *e, const char *name, const LLVMTypeRef *params, const char *names, unsigned own, Own *sets)
{
    LlFunction f = ll_function(e->ll, name, false, e->ll->none, params, names);
    ll_param_attribute(e->ll, f.value, 0, "readonly");
    sets->row = f.param[own];
    return f;
}

/* ---- sums ---- */

/* sum(x, n): lane k of EIG_SUM_LANES sums, one after the other, and then the folding of runtime/problem.h. */
static LlFunction sum_function_of_sets(Emit *e)
{
    Ll *ll = e->ll;
    unsigned lanes = ll->lanes;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->ptr };
    LlFunction f = ll_function(ll, "sum_of_sets", false, ll->none, params, "x n sum");
    Val x = f.param[0], n = f.param[1], part = ll_scratch(ll, EIG_SUM_LANES * lanes, "lanes");
    LLVMBasicBlockRef few = LLVMAppendBasicBlockInContext(ll->context, ll->function, "few");
    LLVMBasicBlockRef many = LLVMAppendBasicBlockInContext(ll->context, ll->function, "many");
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntULT, n, ll_i64(ll, EIG_SUM_LANES), ""), few, many);
    LlLoop loop, each;
    LLVMPositionBuilderAtEnd(ll->builder, few);
    Val first = lanes_load(ll, x, ll_i64(ll, 0));
    ll_loop_begin(ll, &loop, ll_i64(ll, 1), n, 1, 1, &first);
    loop.next[0] = ll_fadd(ll, loop.carried[0], lanes_load(ll, x, loop.index));
    ll_loop_end(ll, &loop);
    lanes_store(ll, loop.result[0], f.param[2], ll_i64(ll, 0));
    LLVMBuildRetVoid(ll->builder);
    LLVMPositionBuilderAtEnd(ll->builder, many);
    ll_loop_begin(ll, &each, ll_i64(ll, 0), ll_i64(ll, EIG_SUM_LANES), 1, 0, NULL);
    first = lanes_load(ll, x, each.index);
    ll_loop_begin(ll, &loop, ll_iadd(ll, each.index, ll_i64(ll, EIG_SUM_LANES)), n, EIG_SUM_LANES, 1, &first);
    loop.next[0] = ll_fadd(ll, loop.carried[0], lanes_load(ll, x, loop.index));
    ll_loop_end(ll, &loop);
    lanes_store(ll, loop.result[0], part, each.index);
    ll_loop_end(ll, &each);
    Val all[EIG_SUM_LANES];
    for (unsigned k = 0; k < EIG_SUM_LANES; k++)
        all[k] = lanes_load(ll, part, ll_i64(ll, k));
    lanes_store(ll, sum_of_values(e, EIG_SUM_LANES, all), f.param[2], ll_i64(ll, 0));
    LLVMBuildRetVoid(ll->builder);
    return f;
}

static Val sum_of(const Emit *e, size_t pop, Val y)
{
    const Ll *ll = e->ll;
    Val to = ll_scratch(ll, ll->lanes, "sum");
    ll_call(ll, &e->sum, (Val[]){ of_pop(e, y, pop), ll_i64(ll, e->p->pop[pop].size), to }, 3);
    return lanes_load(ll, to, ll_i64(ll, 0));
}

/* ---- total inputs ---- */

/* What adds an array to targets from .. to - 1, and what another thread calls in its place. */
enum { SETS_FUNCTION_ARGS = 6 };        /* before these two */
typedef struct SetsFunction { LlFunction all, part; } SetsFunction;
typedef struct ArrayFunctions { SetsFunction panels, entries[2]; } ArrayFunctions;

/* A population while its totals are computed. */
typedef struct Arriving {
    Emit *e;
    size_t pop;
    const LlFunction *f;
    Val s;
    const Val *sum;             /* of the populations that uniform blocks read */
    const ArrayFunctions *of;
} Arriving;

static Val first_total(const Arriving *a, Val i)
{
    const Emit *e = a->e;
    Own own;
    if (plan_stores_input(e->plan, a->pop))
        return lanes_load(e->ll, of_pop(e, part(e, a->f->param[TOTALS_ARGS], WORK_INPUT), a->pop), i);
    Val t = ll_splat(e->ll, a->f->param[TOTALS_T], e->ll->lanes);
    return input_value(e, a->pop, sets_own(e, a->pop, false, &own), t, ll_splat(e->ll, i, e->ll->lanes));
}

static Val weight_of(const Emit *e, const EigBlock *b)
{
    return constant(e, b->weight, e->numbers->block[b - e->p->block]);
}

static Val pointwise(const Arriving *a, const EigBlock *b, Val i, Val s)
{
    const Ll *ll = a->e->ll;
    Val x = of_pop(a->e, a->f->param[TOTALS_Y], b->pre), w = weight_of(a->e, b);
    Val c = b->kind == EIG_BLOCK_DIAGONAL ? lanes_load(ll, x, i) : a->sum[b->pre];
    if (b->kind == EIG_BLOCK_UNIFORM && b->skip_self)
        c = ll_fsub(ll, c, lanes_load(ll, x, i));
    return ll_fadd(ll, s, ll_fmul(ll, w, c));
}

/* Calls a function for all targets of the block, by whom is free where the plan shares them. */
static void for_targets(const Arriving *a, const EigBlock *b, const SetsFunction *f, Val *args)
{
    const Emit *e = a->e;
    size_t piece = e->plan->piece ? e->plan->piece[a->pop] : 0;
    Val n = ll_i64(e->ll, e->p->pop[a->pop].size);
    if (piece) {
        share_row(e, &f->all, &f->part, args, &(SharedRow){ n, piece, ll_i64(e->ll, (size_t)(b - e->p->block)) });
        return;
    }
    args[SETS_FUNCTION_ARGS] = ll_i64(e->ll, 0);
    args[SETS_FUNCTION_ARGS + 1] = n;
    ll_call(e->ll, &f->all, args, SETS_FUNCTION_ARGS + 2);
}

static void array(const Arriving *a, const EigBlock *b)
{
    const Emit *e = a->e;
    Ll *ll = e->ll;
    Val args = a->f->param[TOTALS_ARGS], block = ll_i64(ll, (size_t)(b - e->p->block)), x = of_pop(e, a->f->param[TOTALS_Y], b->pre);
    Val n_pre = ll_i64(ll, e->p->pop[b->pre].size), n_post = ll_i64(ll, e->p->pop[b->post].size);
    Val weight = b->w ? abi_block_pointer(e, args, ABI_weight, block) : ll_scratch(ll, ll->lanes, "weight");
    if (b->kind == EIG_BLOCK_DENSE) {
        Val all[SETS_FUNCTION_ARGS + 2] = { args, weight, x, n_pre, n_post, a->s };
        for_targets(a, b, &a->of->panels, all);
        return;
    }
    if (!b->w)
        lanes_store(ll, weight_of(e, b), weight, ll_i64(ll, 0));
    Val from = abi_block_pointer(e, args, ABI_row_from, block), column = abi_block_pointer(e, args, ABI_column, block);
    Val all[SETS_FUNCTION_ARGS + 2] = { args, from, column, weight, x, a->s };
    for_targets(a, b, &a->of->entries[b->w != NULL], all);
}

/* The input and blocks of the population, up to the next array, in one loop over its neurons; then that array, and so on. */
static void arrive(const Arriving *a)
{
    Ll *ll = a->e->ll;
    size_t n = n_blocks_into(a->e, a->pop), k = 0;
    bool is_first = true;
    do {
        if (!is_first && block_is_array(block_into(a->e, a->pop, k))) {
            array(a, block_into(a->e, a->pop, k++));
            continue;
        }
        LlLoop loop;
        ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, a->e->p->pop[a->pop].size), 1, 0, NULL);
        Val s = is_first ? first_total(a, loop.index) : lanes_load(ll, a->s, loop.index);
        for (; k < n && !block_is_array(block_into(a->e, a->pop, k)); k++)
            s = pointwise(a, block_into(a->e, a->pop, k), loop.index, s);
        lanes_store(ll, s, a->s, loop.index);
        ll_loop_end(ll, &loop);
        is_first = false;
    } while (k < n);
}

static SetsFunction with_part(Emit *e, LlFunction f)
{
    return (SetsFunction){ f, share_part(e, &f) };
}

static ArrayFunctions array_functions(Emit *e)
{
    ArrayFunctions of = { 0 };
    for (size_t k = 0; k < e->p->n_blocks; k++) {
        const EigBlock *b = &e->p->block[k];
        bool has_weights = b->w != NULL;
        if (b->kind == EIG_BLOCK_DENSE && !of.panels.all.value)
            of.panels = with_part(e, panels_function(e));
        else if (b->kind == EIG_BLOCK_SPARSE && !of.entries[has_weights].all.value)
            of.entries[has_weights] = with_part(e, entries_function(e, has_weights));
    }
    return of;
}

/* totals(args, t, y, own): s of every neuron, in args->total. */
static LlFunction totals_function(Emit *e, Own *sets)
{
    Ll *ll = e->ll;
    ArrayFunctions of = array_functions(e);
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr };
    LlFunction f = open_function(e, "totals", params, "args t y own", TOTALS_OWN, sets);
    Val *sum = ARENA_ARRAY(&e->cx->arena, e->p->n_pops + 1, Val), total = abi_load(e, f.param[TOTALS_ARGS], ABI_total);
    for (size_t q = 0; q < e->p->n_pops; q++)
        sum[q] = e->needs_sum[q] ? sum_of(e, q, f.param[TOTALS_Y]) : NULL;
    for (size_t q = 0; q < e->p->n_pops; q++)
        arrive(&(Arriving){ e, q, &f, of_pop(e, total, q), sum, &of });
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* inputs(args, own): those that depend on the neuron alone, once a run. */
static LlFunction inputs_function(Emit *e, Own *sets)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr };
    LlFunction f = open_function(e, "inputs", params, "args own", 1, sets);
    LLVMBasicBlockRef first = LLVMAppendBasicBlockInContext(ll->context, ll->function, "first");
    LLVMBasicBlockRef there = LLVMAppendBasicBlockInContext(ll->context, ll->function, "there");
    Val flag = abi_load(e, f.param[0], ABI_has_inputs), none = ll_i64(ll, 0), to = part(e, f.param[0], WORK_INPUT);
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntEQ, ll_load(ll, ll->i64, flag), none, ""), first, there);
    LLVMPositionBuilderAtEnd(ll->builder, first);
    for (size_t q = 0; q < e->p->n_pops; q++) {
        if (!plan_stores_input(e->plan, q))
            continue;
        LlLoop loop;
        Own own;
        ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, e->p->pop[q].size), 1, 0, NULL);
        Val u = input_value(e, q, sets_own(e, q, false, &own), NULL, ll_splat(ll, loop.index, ll->lanes));
        lanes_store(ll, u, of_pop(e, to, q), loop.index);
        ll_loop_end(ll, &loop);
    }
    LLVMBuildStore(ll->builder, ll_i64(ll, 1), flag);
    LLVMBuildBr(ll->builder, there);
    LLVMPositionBuilderAtEnd(ll->builder, there);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

void abreast_functions(Emit *e, Own *sets)
{
    e->sum = sum_function_of_sets(e);
    e->eval = totals_function(e, sets);
    e->fill_inputs = inputs_function(e, sets);
}

void abreast_totals(const Emit *e, Val args, Val t, Val x, Val own)
{
    ll_call(e->ll, &e->fill_inputs, (Val[]){ args, own }, 2);
    ll_call(e->ll, &e->eval, (Val[]){ args, t, x, own }, 4);
}

/* ---- steps ---- */

static bool is_noisy(const Emit *e, const EigPop *p)
{
    return eig_method[e->p->method].noise && p->n_states && p->state[0].noise.n;
}

/* The seed of each set. */
static Val seeds(const Emit *e)
{
    const Ll *ll = e->ll;
    LLVMTypeRef type = LLVMVectorType(ll->i64, ll->lanes);
    Val high = LLVMBuildFPToUI(ll->builder, own_f64(e, e->sets, e->numbers->seed), type, "");
    Val low = LLVMBuildFPToUI(ll->builder, own_f64(e, e->sets, e->numbers->seed + 1), type, "");
    return LLVMBuildOr(ll->builder, LLVMBuildShl(ll->builder, high, ll_integer(ll, 32), ""), low, "");
}

/* (g r) z of neuron i at state x. */
static Val kick(const Emit *e, const LlFunction *f, size_t q, Val seed, Val i, Val x)
{
    const Ll *ll = e->ll;
    Val var[EIG_N_VARS] = { 0 }, all = ll_splat(ll, i, ll->lanes), step = ll_splat(ll, f->param[STAGE_STEP], ll->lanes);
    Val name = ll_load(ll, ll->i64, ll_at(ll, ll->i64, noise_names(e, f->param[STAGE_ARGS]),
                                          ll_iadd(ll, i, ll_i64(ll, eig_noise_from(e->p, q, 0)))));
    Own own = own_after(e->sets, sets_rate_number(e, q) + 2);
    var[EIG_VAR_T] = ll_splat(ll, f->param[STAGE_T], ll->lanes);
    var[EIG_VAR_I] = ll_real(ll, all);
    var[EIG_VAR_STATE] = x;
    Val g = expr_emit_reading(e, &e->p->pop[q].state[0].noise, var, &(Reads){ .own = &own });
    Val z = noise_normal(e, seed, step, ll_splat(ll, name, ll->lanes), ll_integer(ll, 0));
    return ll_fmul(ll, ll_fmul(ll, g, ll_f64(ll, sqrt(e->p->h))), z);
}

static void move(Emit *e, const Method *m, unsigned stage, const LlFunction *f, size_t q)
{
    Ll *ll = e->ll;
    const EigPop *p = &e->p->pop[q];
    Own own;
    Val y = of_pop(e, f->param[STAGE_Y], q), x = of_pop(e, f->param[STAGE_X], q), acc_at = of_pop(e, f->param[STAGE_ACC], q);
    Val s = of_pop(e, abi_load(e, f->param[STAGE_ARGS], ABI_total), q);
    size_t number = sets_rate_number(e, q);
    Val seed = is_noisy(e, p) ? seeds(e) : NULL;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, p->size), 1, 0, NULL);
    Val phi = activation_value(e, q, sets_own(e, q, true, &own), lanes_load(ll, s, loop.index));
    Neuron v = { .x = lanes_load(ll, x, loop.index), .d = ll_fsub(ll, phi, lanes_load(ll, y, loop.index)),
                 .rate = constant(e, p->rate, number), .exp_step = constant(e, p->exp_step, number + 1) };
    if (m->stage[stage].reads_acc)
        v.acc = lanes_load(ll, acc_at, loop.index);
    Val acc = NULL, next = stage_formula(e, stage, &v, &acc);
    if (m->stage[stage].writes_acc)
        lanes_store(ll, acc, acc_at, loop.index);
    if (seed)
        next = ll_fadd(ll, next, kick(e, f, q, seed, loop.index, v.x));
    lanes_store(ll, next, of_pop(e, f->param[STAGE_OUT], q), loop.index);
    ll_loop_end(ll, &loop);
}

/* stage_k(args, t, y, x, acc, out, step, own); out may be y or x, as all totals are there before anything is written. */
static LlFunction stage_function(Emit *e, Own *sets, const Method *m, unsigned stage)
{
    Ll *ll = e->ll;
    char name[32];
    snprintf(name, sizeof name, "stage_%u", stage);
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->ptr };
    LlFunction f = open_function(e, name, params, "args t y x acc out step own", STAGE_OWN, sets);
    ll_call(ll, &e->eval, (Val[]){ f.param[STAGE_ARGS], f.param[STAGE_T], f.param[STAGE_Y], f.param[STAGE_OWN] }, 4);
    for (size_t q = 0; q < e->p->n_pops; q++)
        move(e, m, stage, &f, q);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

void abreast_advance(Emit *e, Own *sets)
{
    Ll *ll = e->ll;
    Method m = method_of(e->p->method);
    LlFunction stage[MAX_STAGES];
    for (unsigned k = 0; k < m.n_stages; k++)
        stage[k] = stage_function(e, sets, &m, k);
    LlFunction f = sets_advance_function(e, sets);
    Val args = f.param[0], x = f.param[3], acc = part(e, args, WORK_ACC), between = part(e, args, WORK_STAGE_A);
    ll_call(ll, &e->fill_inputs, (Val[]){ args, f.param[4] }, 2);
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[1], f.param[2], 1, 0, NULL);
    unsigned lanes = ll->lanes;
    ll->lanes = 0;
    StepTimes times = step_times(e, &f, loop.index);
    ll->lanes = lanes;
    for (unsigned k = 0; k < m.n_stages; k++) {
        Val out = k + 1 < m.n_stages ? between : x;
        ll_call(ll, &stage[k], (Val[]){ args, times.at[m.stage[k].time], k ? between : x, x, acc, out, loop.index, f.param[4] }, 8);
    }
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}
