/* Memory mode: one function per population (the plain ones share, plain.c), so
 * that no function grows with the network. It takes its neurons a chunk at a time: total input, then
 * activation, then an update function that does with the result what the
 * integration method asks; the chunk stays in the first-level cache. */
#include <stdio.h>

#include "compiler/emit/parts.h"

enum { POP_ARGS, POP_T, POP_Y, POP_SUMS, POP_UPDATE, POP_X, POP_ACC, POP_OUT, POP_N_PARAMS };

/* What one population's function knows while it is built. */
typedef struct Body {
    Emit *e;
    size_t pop;
    Val args, t, y, sums;
    Val lo, count;              /* the chunk: neurons lo .. lo+count-1 of the population */
    Val s, d;                   /* scratch of the chunk */
    Val varying;                /* input where it is the same for all neurons, else NULL */
    const size_t *block;        /* the blocks into this population, in order */
    size_t n_blocks;
    Val *sum;                   /* per such block, UNIFORM only: S, or w * S where every pair is connected */
} Body;

/* input_p(lo, count, out): inputs that depend on the neuron alone; they are
 * computed once a call of eig_advance and read from args->work afterwards. */
static void input_function(Emit *e, size_t pop)
{
    Ll *ll = e->ll;
    char name[48];
    snprintf(name, sizeof name, "input_%zu", pop);
    LLVMTypeRef params[] = { ll->i64, ll->i64, ll->ptr };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "lo count out");
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f.param[1], 1, 0, NULL);
    Val u = input_value(e, pop, NULL, ll_iadd(ll, f.param[0], loop.index));
    ll_store_f64(ll, u, f.param[2], loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    e->input[pop] = f;
}

Val stored_input(const Emit *e, Val args, size_t pop)
{
    Val at = ll_i64(e->ll, WORK_INPUT * e->p->n + e->p->pop[pop].from);
    return ll_at(e->ll, e->ll->f64, abi_load(e, args, ABI_work), at);
}

/* First value of s for neuron i of the chunk. */
static Val first_total(Body *b, Val i)
{
    Emit *e = b->e;
    if (b->varying)
        return b->varying;
    if (!plan_stores_input(e->plan, b->pop))
        return input_value(e, b->pop, b->t, ll_iadd(e->ll, b->lo, i));
    return ll_load_f64(e->ll, stored_input(e, b->args, b->pop), ll_iadd(e->ll, b->lo, i));
}

/* Before the loops: what is the same for every neuron. */
static void hoist(Body *b)
{
    Emit *e = b->e;
    const EigPop *p = &e->p->pop[b->pop];
    b->varying = code_uses(&p->input, EIG_VAR_I) ? NULL : input_value(e, b->pop, b->t, NULL);
    b->sum = ARENA_ARRAY(&e->cx->arena, b->n_blocks + 1, Val);
    for (size_t k = 0; k < b->n_blocks; k++) {
        const EigBlock *block = &e->p->block[b->block[k]];
        if (block->kind != EIG_BLOCK_UNIFORM)
            continue;
        Val sum = ll_load_f64(e->ll, b->sums, ll_i64(e->ll, block->pre));
        b->sum[k] = block->skip_self ? sum : ll_fmul(e->ll, ll_f64(e->ll, block->weight), sum);
    }
}

/* d of neuron i of the chunk. */
static void store_difference(const Body *b, Val phi, Val i)
{
    Ll *ll = b->e->ll;
    Val own = ll_at(ll, ll->f64, b->y, ll_i64(ll, b->e->p->pop[b->pop].from));
    ll_store_f64(ll, ll_fsub(ll, phi, ll_load_f64(ll, own, ll_iadd(ll, b->lo, i))), b->d, i);
}

/* One loop over the chunk: pointwise blocks from *k on (which is moved to the
 * next dense block of this population), and the activation at the end. */
static void pass(Body *b, bool is_first, size_t *k)
{
    Emit *e = b->e;
    Ll *ll = e->ll;
    const EigPop *p = &e->p->pop[b->pop];
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    Val s = is_first ? first_total(b, loop.index) : ll_load_f64(ll, b->s, loop.index);
    Val neuron = ll_iadd(ll, b->lo, loop.index);
    for (; *k < b->n_blocks && e->p->block[b->block[*k]].kind != EIG_BLOCK_DENSE; ++*k)
        s = block_pointwise(e, b->block[*k], b->args, b->sum[*k], block_rates(e, b->block[*k], b->y), neuron, s);
    ll_store_f64(ll, s, b->s, loop.index);
    if (*k == b->n_blocks && !code_solves(&p->phi))
        store_difference(b, activation_value(e, b->pop, s), loop.index);
    ll_loop_end(ll, &loop);
}

/* d of the chunk where the activation is solved for: lanes of neurons side by
 * side; the lanes behind the last neuron solve for what an earlier chunk left there, or for 0. */
static void solve_chunk(Body *b)
{
    Ll *ll = b->e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, EIG_SUM_LANES, 0, NULL);
    Val s = lane_vector(ll, b->s, loop.index);
    ll->lanes = EIG_SUM_LANES;
    Val phi = activation_value(b->e, b->pop, s);
    ll->lanes = 0;
    store_lanes(ll, phi, b->d, loop.index);
    ll_loop_end(ll, &loop);
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    store_difference(b, ll_load_f64(ll, b->d, loop.index), loop.index);
    ll_loop_end(ll, &loop);
}

static void chunk(Body *b)
{
    Emit *e = b->e;
    size_t k = 0;
    pass(b, true, &k);
    while (k < b->n_blocks) {
        for (; k < b->n_blocks && e->p->block[b->block[k]].kind == EIG_BLOCK_DENSE; k++)
            block_columns(e, b->block[k], b->args, block_rates(e, b->block[k], b->y), b->lo, b->count, b->s);
        pass(b, false, &k);
    }
    if (code_solves(&b->e->p->pop[b->pop].phi))
        solve_chunk(b);
}

void update_call(const Emit *e, Val update, Val *args)
{
    const Ll *ll = e->ll;
    Val call = LLVMBuildCall2(ll->builder, e->update, update, args, 8, "");
    /* The scratch is not kept by the callee, so stores to it cannot touch y. */
    LLVMAttributeRef keeps_not = LLVMCreateEnumAttribute(
        ll->context, LLVMGetEnumAttributeKindForName("nocapture", 9), 0);
    LLVMAddCallSiteAttribute(call, UPDATE_S + 1, keeps_not);
    LLVMAddCallSiteAttribute(call, UPDATE_D + 1, keeps_not);
}

Val chunk_count(const Ll *ll, Val size, Val lo)
{
    Val left = LLVMBuildSub(ll->builder, size, lo, ""), whole = ll_i64(ll, EMIT_CHUNK);
    return ll_select(ll, LLVMBuildICmp(ll->builder, LLVMIntSLT, left, whole, ""), left, whole);
}

static void finish_chunk(const Body *b, const Val *param)
{
    const Emit *e = b->e;
    const Ll *ll = e->ll;
    const EigPop *p = &e->p->pop[b->pop];
    Val at = ll_iadd(ll, ll_i64(ll, p->from), b->lo);
    Val args[] = {
        b->count, b->s, b->d, ll_f64(ll, p->rate), ll_f64(ll, p->exp_step),
        ll_at(ll, ll->f64, param[POP_X], at), ll_at(ll, ll->f64, param[POP_ACC], at),
        ll_at(ll, ll->f64, param[POP_OUT], at),
    };
    update_call(e, param[POP_UPDATE], args);
}

static LlFunction pop_function_begin(Emit *e, const char *name)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr };
    return ll_function(ll, name, false, ll->none, params, "args t y sums update x acc out");
}

static void pop_function(Emit *e, size_t pop)
{
    Ll *ll = e->ll;
    char name[48];
    size_t size = e->p->pop[pop].size, scratch = size < EMIT_CHUNK ? size : EMIT_CHUNK;
    snprintf(name, sizeof name, "pop_%zu", pop);
    LlFunction f = pop_function_begin(e, name);
    ll_param_attribute(ll, f.value, POP_ARGS, "readonly");
    Body b = { .e = e, .pop = pop, .args = f.param[POP_ARGS], .t = f.param[POP_T], .y = f.param[POP_Y],
               .sums = f.param[POP_SUMS], .block = e->into + e->into_from[pop],
               .n_blocks = e->into_from[pop + 1] - e->into_from[pop] };
    scratch = (scratch + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES;
    b.s = ll_scratch(ll, scratch, "s");
    b.d = ll_scratch(ll, scratch, "d");
    store_lanes(ll, ll_splat(ll, ll_f64(ll, 0.0), EIG_SUM_LANES), b.s, ll_i64(ll, scratch - EIG_SUM_LANES));
    hoist(&b);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, size), EMIT_CHUNK, 0, NULL);
    b.lo = loop.index;
    b.count = size < EMIT_CHUNK ? ll_i64(ll, size) : chunk_count(ll, ll_i64(ll, size), b.lo);
    chunk(&b);
    finish_chunk(&b, f.param);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    e->pop[pop] = f;
}

/* eval: the sums that uniform blocks need, then every population. */
static void eval_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "eval", false, ll->none, params, "args t y update x acc out");
    Val sums = ll_scratch(ll, e->p->n_pops, "sums");
    for (size_t q = 0; q < e->p->n_pops; q++) {
        if (!e->needs_sum[q])
            continue;
        const EigPop *p = &e->p->pop[q];
        Val args[] = { ll_at(ll, ll->f64, f.param[2], ll_i64(ll, p->from)), ll_i64(ll, p->size) };
        ll_store_f64(ll, ll_call(ll, &e->sum, args, 2), sums, ll_i64(ll, q));
    }
    plain_calls(e, f.param[1], f.param[2], sums, f.param[3], f.param[4], f.param[5], f.param[6]);
    for (size_t q = 0; q < e->p->n_pops; q++) {
        if (pop_is_plain(e, q))
            continue;
        Val args[] = { f.param[0], f.param[1], f.param[2], sums, f.param[3], f.param[4], f.param[5], f.param[6] };
        ll_call(ll, &e->pop[q], args, POP_N_PARAMS);
    }
    LLVMBuildRetVoid(ll->builder);
    e->eval = f;
}

LlFunction update_begin(Emit *e, const char *name)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->i64, ll->ptr, ll->ptr, ll->f64, ll->f64, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "n s d rate exp_step x acc out");
    static const unsigned pointers[] = { UPDATE_S, UPDATE_D, UPDATE_X, UPDATE_ACC, UPDATE_OUT };
    for (size_t k = 0; k < sizeof pointers / sizeof *pointers; k++) {
        ll_param_attribute(ll, f.value, pointers[k], "noalias");
        ll_param_attribute(ll, f.value, pointers[k], "nocapture");
    }
    return f;
}

void drift_inputs(Emit *e)
{
    e->input = ARENA_ARRAY(&e->cx->arena, e->p->n_pops + 1, LlFunction);
    for (size_t q = 0; q < e->p->n_pops; q++)
        if (!pop_is_plain(e, q) && plan_stores_input(e->plan, q))
            input_function(e, q);
}

void drift_functions(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef update[] = { ll->i64, ll->ptr, ll->ptr, ll->f64, ll->f64, ll->ptr, ll->ptr, ll->ptr };
    e->update = LLVMFunctionType(ll->none, update, 8, 0);
    e->pop = ARENA_ARRAY(&e->cx->arena, e->p->n_pops + 1, LlFunction);
    plain_functions(e);
    for (size_t q = 0; q < e->p->n_pops; q++)
        if (!pop_is_plain(e, q))
            pop_function(e, q);
    eval_function(e);
}

void drift_stored_inputs(const Emit *e, Val args)
{
    const Ll *ll = e->ll;
    for (size_t q = 0; q < e->p->n_pops; q++) {
        const EigPop *p = &e->p->pop[q];
        if (!e->input[q].value)
            continue;
        ll_call(ll, &e->input[q], (Val[]){ ll_i64(ll, 0), ll_i64(ll, p->size), stored_input(e, args, q) }, 3);
    }
}

/* out = rate * d (when wanted), acc = s. */
static LlFunction keep_function(Emit *e, const char *name, bool with_slope)
{
    Ll *ll = e->ll;
    LlFunction f = update_begin(e, name);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f.param[UPDATE_N], 1, 0, NULL);
    ll_store_f64(ll, ll_load_f64(ll, f.param[UPDATE_S], loop.index), f.param[UPDATE_ACC], loop.index);
    if (with_slope) {
        Val k = ll_fmul(ll, f.param[UPDATE_RATE], ll_load_f64(ll, f.param[UPDATE_D], loop.index));
        ll_store_f64(ll, k, f.param[UPDATE_OUT], loop.index);
    }
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

void drift_entry_memory(Emit *e)
{
    Ll *ll = e->ll;
    LlFunction keep = keep_function(e, "keep_slope", true);
    LlFunction f = abi_entry(e, ABI_DRIFT);
    drift_stored_inputs(e, f.param[0]);
    Val total = abi_load(e, f.param[0], ABI_total);
    Val args[] = { f.param[0], f.param[1], f.param[2], keep.value, f.param[2], total, f.param[3] };
    ll_call(ll, &e->eval, args, 7);
    LLVMBuildRetVoid(ll->builder);
}

LlFunction drift_total_update(Emit *e)
{
    return keep_function(e, "keep_total", false);
}
