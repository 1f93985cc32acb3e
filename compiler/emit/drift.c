/* Memory mode: one function for all populations whose input, activation and
 * blocks are alike but for their numbers (own.c; the plain ones share in
 * plain.c), so that no function grows with the network. It takes its neurons a chunk at a time: total input, then
 * activation, then an update function that does with the result what the
 * integration method asks; the chunk stays in the first-level cache. */
#include <stdio.h>

#include "compiler/emit/parts.h"

enum { POP_ARGS, POP_T, POP_Y, POP_SUMS, POP_UPDATE, POP_X, POP_ACC, POP_OUT, POP_PARAMS };

/* What one population's function knows while it is built. */
typedef struct Body {
    Emit *e;
    size_t pop;                 /* the first of its group */
    Own own, of_input, of_activation, of_blocks;
    Val args, t, y, sums;
    Val lo, count;              /* the chunk: neurons lo .. lo+count-1 of the population */
    Val s, d;                   /* scratch of the chunk */
    Val varying;                /* input where it is the same for all neurons, else NULL */
    const size_t *block;        /* the blocks into this population, in order */
    size_t n_blocks;
    Val *sum;                   /* per such block, UNIFORM only: S, or w * S where every pair is connected */
} Body;

/* ---- what a population's function reads of it: these, the constants of its input and its activation, its blocks ---- */

enum { OWN_FROM, OWN_SIZE, OWN_RATE, OWN_EXP_STEP, OWN_BLOCKS_FROM, OWN_BLOCKS_TO, OWN_CODES };
enum { BLOCK_NUMBER, BLOCK_PRE, BLOCK_PRE_FROM, BLOCK_WEIGHT, BLOCK_OWN };

static const EigBlock *block_into(const Emit *e, size_t pop, size_t k)
{
    return &e->p->block[e->into[e->into_from[pop] + k]];
}

/* Those that have code of their own in the population's function. */
static size_t n_blocks_written(const Emit *e, size_t pop)
{
    return e->block_table ? 0 : e->into_from[pop + 1] - e->into_from[pop];
}

/* Numbers that the code of its kind does not read are 0, so that they are no part of a row. */
static void block_numbers(const Emit *e, size_t pop, size_t k, OwnNumbers *out)
{
    const EigBlock *b = block_into(e, pop, k);
    bool is_uniform = b->kind == EIG_BLOCK_UNIFORM, has_arrays = block_is_array(b);
    own_push_i64(e, out, has_arrays ? e->into[e->into_from[pop] + k] : 0);
    own_push_i64(e, out, is_uniform ? b->pre : 0);
    own_push_i64(e, out, is_uniform && !b->skip_self ? 0 : e->p->pop[b->pre].from);
    own_push_f64(e, out, b->w ? 0.0 : b->weight);
}

static void pop_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    const EigPop *p = &e->p->pop[pop];
    own_push_i64(e, out, p->from);
    own_push_i64(e, out, p->size);
    own_push_f64(e, out, p->rate);
    own_push_f64(e, out, p->exp_step);
    own_push_i64(e, out, e->block_table ? e->into_from[pop] : 0);
    own_push_i64(e, out, e->block_table ? e->into_from[pop + 1] : 0);
    code_numbers(e, &p->input, out);
    code_numbers(e, &p->phi, out);
    for (size_t k = 0; k < n_blocks_written(e, pop); k++)
        block_numbers(e, pop, k, out);
}

static bool same_blocks(const Emit *e, const EigBlock *a, const EigBlock *b)
{
    if (a->kind != b->kind || a->skip_self != b->skip_self || !a->w != !b->w)
        return false;
    const EigPop *pop = e->p->pop;
    return a->kind != EIG_BLOCK_DENSE || (pop[a->pre].size == pop[b->pre].size && pop[a->post].size == pop[b->post].size);
}

/* Populations of more than a chunk have another loop than those of less. */
static bool pop_same_shape(const Emit *e, size_t a, size_t b)
{
    const EigPop *p = &e->p->pop[a], *q = &e->p->pop[b];
    size_t n = n_blocks_written(e, a);
    if (n != n_blocks_written(e, b) || (p->size < EMIT_CHUNK) != (q->size < EMIT_CHUNK) || !share_alike(e, a, b))
        return false;
    if (plan_stores_input(e->plan, a) != plan_stores_input(e->plan, b))
        return false;
    if (!code_same_shape(e, &p->input, &q->input) || !code_same_shape(e, &p->phi, &q->phi))
        return false;
    for (size_t k = 0; k < n; k++)
        if (!same_blocks(e, block_into(e, a, k), block_into(e, b, k)))
            return false;
    return true;
}

static bool pop_is_not_plain(const Emit *e, size_t pop)
{
    return !pop_is_plain(e, pop);
}

/* ---- a population ---- */

static Val block_number(const Body *b, size_t k, size_t which)
{
    return own_i64(b->e, &b->of_blocks, BLOCK_OWN * k + which);
}

static BlockOwn own_of_block(const Body *b, size_t k)
{
    return (BlockOwn){ block_number(b, k, BLOCK_NUMBER), own_f64(b->e, &b->of_blocks, BLOCK_OWN * k + BLOCK_WEIGHT) };
}

static Val rates_for(const Body *b, size_t k)
{
    return block_rates(b->e, block_number(b, k, BLOCK_PRE_FROM), b->y);
}

/* First value of s for neuron i of the chunk. */
static Val first_total(Body *b, Val i)
{
    Emit *e = b->e;
    if (b->varying)
        return b->varying;
    if (!plan_stores_input(e->plan, b->pop))
        return input_value(e, b->pop, &b->of_input, b->t, ll_iadd(e->ll, b->lo, i));
    return ll_load_f64(e->ll, stored_input(e, b->args, own_i64(e, &b->own, OWN_FROM)), ll_iadd(e->ll, b->lo, i));
}

/* Before the loops: what is the same for every neuron. */
static void hoist(Body *b)
{
    Emit *e = b->e;
    const EigPop *p = &e->p->pop[b->pop];
    b->varying = code_uses(&p->input, EIG_VAR_I) ? NULL : input_value(e, b->pop, &b->of_input, b->t, NULL);
    b->sum = ARENA_ARRAY(&e->cx->arena, b->n_blocks + 1, Val);
    for (size_t k = 0; k < b->n_blocks; k++) {
        const EigBlock *block = &e->p->block[b->block[k]];
        if (block->kind != EIG_BLOCK_UNIFORM)
            continue;
        Val sum = ll_load_f64(e->ll, b->sums, block_number(b, k, BLOCK_PRE));
        b->sum[k] = block->skip_self ? sum : ll_fmul(e->ll, own_of_block(b, k).weight, sum);
    }
}

/* d of neuron i of the chunk. */
static void store_difference(const Body *b, Val phi, Val i)
{
    Ll *ll = b->e->ll;
    Val own = ll_at(ll, ll->f64, b->y, own_i64(b->e, &b->own, OWN_FROM));
    ll_store_f64(ll, ll_fsub(ll, phi, ll_load_f64(ll, own, ll_iadd(ll, b->lo, i))), b->d, i);
}

/* Where blocks are in a table: the input, then block by block. */
static void total_by_table(Body *b)
{
    Ll *ll = b->e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    ll_store_f64(ll, first_total(b, loop.index), b->s, loop.index);
    ll_loop_end(ll, &loop);
    Val shared[] = { b->args, b->y, b->sums, b->lo, b->count, b->s };
    blocks_add(b->e, own_i64(b->e, &b->own, OWN_BLOCKS_FROM), own_i64(b->e, &b->own, OWN_BLOCKS_TO), shared);
}

/* One loop over the chunk: pointwise blocks from *k on (which is moved to the
 * next array of this population), and the activation at the end. */
static void pass(Body *b, bool is_first, size_t *k)
{
    Emit *e = b->e;
    Ll *ll = e->ll;
    const EigPop *p = &e->p->pop[b->pop];
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    Val s = is_first ? first_total(b, loop.index) : ll_load_f64(ll, b->s, loop.index);
    Val neuron = ll_iadd(ll, b->lo, loop.index);
    for (; *k < b->n_blocks && !block_is_array(&e->p->block[b->block[*k]]); ++*k)
        s = block_pointwise(e, b->block[*k], own_of_block(b, *k), b->sum[*k], rates_for(b, *k), neuron, s);
    ll_store_f64(ll, s, b->s, loop.index);
    if (*k == b->n_blocks && !code_solves(&p->phi))
        store_difference(b, activation_value(e, b->pop, &b->of_activation, s), loop.index);
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
    Val phi = activation_value(b->e, b->pop, &b->of_activation, s);
    ll->lanes = 0;
    store_lanes(ll, phi, b->d, loop.index);
    ll_loop_end(ll, &loop);
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    store_difference(b, ll_load_f64(ll, b->d, loop.index), loop.index);
    ll_loop_end(ll, &loop);
}

static void add_array(const Body *b, size_t k)
{
    const Ll *ll = b->e->ll;
    const EigBlock *block = &b->e->p->block[b->block[k]];
    BlockSizes n = { ll_i64(ll, b->e->p->pop[block->pre].size), ll_i64(ll, b->e->p->pop[block->post].size) };
    block_array(b->e, b->block[k], own_of_block(b, k), &n, b->args, rates_for(b, k), b->lo, b->count, b->s);
}

static void chunk(Body *b)
{
    Emit *e = b->e;
    size_t k = 0;
    if (e->block_table)
        total_by_table(b);
    pass(b, !e->block_table, &k);
    while (k < b->n_blocks) {
        for (; k < b->n_blocks && block_is_array(&e->p->block[b->block[k]]); k++)
            add_array(b, k);
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
    Val at = ll_iadd(ll, own_i64(e, &b->own, OWN_FROM), b->lo);
    Val args[] = {
        b->count, b->s, b->d, own_f64(e, &b->own, OWN_RATE), own_f64(e, &b->own, OWN_EXP_STEP),
        ll_at(ll, ll->f64, param[POP_X], at), ll_at(ll, ll->f64, param[POP_ACC], at),
        ll_at(ll, ll->f64, param[POP_OUT], at),
    };
    update_call(e, param[POP_UPDATE], args);
}

static void own_numbers(Body *b, const Group *g, Val row)
{
    const EigPop *p = &b->e->p->pop[b->pop];
    b->own = group_own(b->e, g, row);
    b->of_input = own_after(&b->own, OWN_CODES);
    b->of_activation = own_after(&b->of_input, code_n_numbers(&p->input));
    b->of_blocks = own_after(&b->of_activation, code_n_numbers(&p->phi));
}

/* Scratch for a chunk, in whole vectors of lanes; those behind the last neuron hold 0 at first. */
static void make_scratch(Body *b, size_t largest)
{
    Ll *ll = b->e->ll;
    size_t n = largest < EMIT_CHUNK ? largest : EMIT_CHUNK;
    n = (n + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES;
    b->s = ll_scratch(ll, n, "s");
    b->d = ll_scratch(ll, n, "d");
    store_lanes(ll, ll_splat(ll, ll_f64(ll, 0.0), EIG_SUM_LANES), b->s, ll_i64(ll, n - EIG_SUM_LANES));
}

/* pop_q(args, t, y, sums, update, x, acc, out), and what share_params adds */
static void pop_function(Emit *e, Group *g)
{
    Ll *ll = e->ll;
    char name[48];
    size_t pop = g->member.at[0], largest = group_largest_size(e, g);
    snprintf(name, sizeof name, "pop_%zu", pop);
    share_plan(e, g);
    LLVMTypeRef params[LL_MAX_PARAMS] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr };
    const char *names = share_params(e, g, params, POP_PARAMS, "args t y sums update x acc out");
    LlFunction f = ll_function(ll, name, false, ll->none, params, names);
    ll_param_attribute(ll, f.value, POP_ARGS, "readonly");
    Body b = { .e = e, .pop = pop, .args = f.param[POP_ARGS], .t = f.param[POP_T], .y = f.param[POP_Y],
               .sums = f.param[POP_SUMS], .block = e->into + e->into_from[pop], .n_blocks = n_blocks_written(e, pop) };
    own_numbers(&b, g, g->member.n > 1 ? f.param[POP_PARAMS] : NULL);
    make_scratch(&b, largest);
    hoist(&b);
    Val size = own_i64(e, &b.own, OWN_SIZE);
    Targets targets = share_targets(e, g, &f, POP_PARAMS, size);
    LlLoop loop;
    ll_loop_begin(ll, &loop, targets.from, targets.to, EMIT_CHUNK, 0, NULL);
    b.lo = loop.index;
    b.count = largest < EMIT_CHUNK && !g->piece ? size : chunk_count(ll, targets.to, b.lo);
    chunk(&b);
    finish_chunk(&b, f.param);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    g->function = f;
    if (g->piece)
        g->part = share_part(e, &g->function);
}

void drift_call(const Emit *e, const Group *g, const Val *args)
{
    share_call(e, g, args, POP_PARAMS, OWN_SIZE);
}

/* ---- all of them ---- */

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

/* Blocks in the functions of populations that are not plain, where those of one shape share one. */
static size_t n_written_out(const Emit *e, size_t most)
{
    VEC(size_t) first = { 0 };
    size_t n = 0;
    for (size_t q = 0; q < e->p->n_pops && n <= most; q++) {
        size_t k = 0;
        while (k < first.n && !pop_same_shape(e, first.at[k], q))
            k++;
        if (k < first.n || pop_is_plain(e, q))
            continue;
        vec_push(&e->cx->arena, &first, q);
        n += n_blocks_written(e, q);
    }
    return n;
}

void drift_functions(Emit *e)
{
    enum { MOST_WRITTEN_OUT = 48 };     /* a block takes some 5 ms to compile */
    static const GroupRule rule = { "pop", pop_is_not_plain, pop_same_shape, pop_numbers };
    Ll *ll = e->ll;
    LLVMTypeRef update[] = { ll->i64, ll->ptr, ll->ptr, ll->f64, ll->f64, ll->ptr, ll->ptr, ll->ptr };
    e->update = LLVMFunctionType(ll->none, update, 8, 0);
    block_functions(e);
    if (n_written_out(e, MOST_WRITTEN_OUT) > MOST_WRITTEN_OUT)
        blocks_by_table(e);
    e->pop_group = groups_of(e, &rule, e->p->n_pops);
    plain_functions(e);
    for (size_t g = 0; g < e->pop_group.n; g++)
        pop_function(e, &e->pop_group.at[g]);
    eval_function(e);
}
