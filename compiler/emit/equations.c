/* Total inputs and slopes of a population whose neurons have states, gates or
 * numbers of their own: a chunk of neurons at a time, in passes that end where
 * a block needs a loop of its own, or where a loop becomes too long. */
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

enum { OF_ARGS, OF_STEP, OF_T, OF_Y, OF_SUMS, OF_SLOPE };

/* Operations of programs and blocks in one loop. */
enum { MOST_IN_A_LOOP = 600, OF_A_BLOCK = 12 };

typedef struct Body {
    Emit *e;
    const General *g;
    size_t pop;
    const Val *param;
    Val lo, count;              /* the chunk */
    Val s, c;                   /* scratch: total inputs, and what one block with a gate makes */
    const size_t *block;        /* into this population, in order */
    size_t n_blocks;
    bool is_shared;             /* every neuron has the same total input, and with it the same activation */
} Body;

static Scope scope_of(const Body *b, Val neuron)
{
    return (Scope){ .e = b->e, .pop = b->pop, .args = b->param[OF_ARGS], .t = b->param[OF_T], .y = b->param[OF_Y],
                    .neuron = neuron };
}

static bool is_pointwise(const EigBlock *b)
{
    return b->pair.n == 0 && !block_is_array(b) && b->kind != EIG_BLOCK_KERNEL;
}

static bool same_for_all(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++) {
        const EigOp *op = &code->op[k];
        bool is_shared = op->kind == EIG_OP_CONST || op->kind == EIG_OP_CALL ||
                         (op->kind == EIG_OP_VAR && (op->which == EIG_VAR_T || op->which == EIG_VAR_Z));
        if (!is_shared)
            return false;
    }
    return true;
}

static bool shares_activation(const Body *b)
{
    const EigPop *pop = &b->e->p->pop[b->pop];
    for (size_t k = 0; k < b->n_blocks; k++) {
        const EigBlock *block = &b->e->p->block[b->block[k]];
        if (block->kind != EIG_BLOCK_UNIFORM || block->skip_self || block->gate.n || block->pair.n)
            return false;
    }
    return pop->phi.n > 0 && same_for_all(&pop->input) && same_for_all(&pop->phi);
}

static Val source_of(const Body *b, size_t block)
{
    return block_source(b->e, b->g, b->param[OF_ARGS], block, b->param[OF_STEP], b->param[OF_Y]);
}

/* The sum as block_pointwise wants it. */
static Val sum_for(const Body *b, size_t block)
{
    const Ll *ll = b->e->ll;
    const EigBlock *k = &b->e->p->block[block];
    Val sum = ll_load_f64(ll, b->param[OF_SUMS], ll_i64(ll, b->g->sum_of[block]));
    return k->skip_self ? sum : ll_fmul(ll, ll_f64(ll, k->weight), sum);
}

static Val add_pointwise(const Body *b, size_t block, Val sum, Val source, Scope *scope, Val s)
{
    const Emit *e = b->e;
    const EigBlock *k = &e->p->block[block];
    if (k->gate.n == 0)
        return block_pointwise(e, block, block_own(e, block), sum, source, scope->neuron, s);
    Val c = block_pointwise(e, block, block_own(e, block), sum, source, scope->neuron, ll_f64(e->ll, -0.0));
    return ll_fadd(e->ll, s, ll_fmul(e->ll, scope_value(scope, &k->gate), c));
}

/* The pointwise blocks from `from` on that one loop takes. */
static size_t end_of_pass(const Body *b, size_t from, size_t cost)
{
    size_t k = from;
    for (; k < b->n_blocks; k++) {
        const EigBlock *block = &b->e->p->block[b->block[k]];
        cost += OF_A_BLOCK + block->gate.n;
        if (!is_pointwise(block) || (k > from && cost > MOST_IN_A_LOOP))
            break;
    }
    return k;
}

/* One loop over the chunk: the input at first, then pointwise blocks. Returns the next block. */
static size_t pass(const Body *b, bool is_first, size_t from)
{
    Ll *ll = b->e->ll;
    const EigCode *input = &b->e->p->pop[b->pop].input;
    size_t to = end_of_pass(b, from, is_first ? input->n : 0);
    Val *sum = ARENA_ARRAY(&b->e->cx->arena, to - from + 1, Val), *source = ARENA_ARRAY(&b->e->cx->arena, to - from + 1, Val);
    for (size_t k = from; k < to; k++) {
        source[k - from] = source_of(b, b->block[k]);
        sum[k - from] = b->e->p->block[b->block[k]].kind == EIG_BLOCK_UNIFORM ? sum_for(b, b->block[k]) : NULL;
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    Scope scope = scope_of(b, ll_iadd(ll, b->lo, loop.index));
    Val s = is_first ? scope_value(&scope, input) : ll_load_f64(ll, b->s, loop.index);
    for (size_t k = from; k < to; k++)
        s = add_pointwise(b, b->block[k], sum[k - from], source[k - from], &scope, s);
    ll_store_f64(ll, s, b->s, loop.index);
    ll_loop_end(ll, &loop);
    return to;
}

static void shifts(const Body *b, size_t block, Val to)
{
    Ll *ll = b->e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->i64, ll->i64, ll->ptr };
    LlFunction f = ll_external(ll, "eig_support_add", ll->none, params, 5);
    Val support = ll_at(ll, LLVMInt8TypeInContext(ll->context), abi_load(b->e, b->param[OF_ARGS], ABI_support),
                        ll_i64(ll, block * sizeof(EigSupport)));
    ll_call(ll, &f, (Val[]){ support, source_of(b, block), b->lo, b->count, to }, 5);
}

static void pairs(const Body *b, size_t block, Val to)
{
    const Val *p = b->param;
    ll_call(b->e->ll, &b->g->pairs[block], (Val[]){ p[OF_ARGS], p[OF_STEP], p[OF_T], p[OF_Y], b->lo, b->count, to }, 7);
}

static void weights(const Body *b, size_t block, Val to)
{
    const Ll *ll = b->e->ll;
    const EigBlock *k = &b->e->p->block[block];
    BlockSizes n = { ll_i64(ll, b->e->p->pop[k->pre].size), ll_i64(ll, b->e->p->pop[k->post].size) };
    block_array(b->e, block, block_own(b->e, block), &n, b->param[OF_ARGS], source_of(b, block), b->lo, b->count, to);
}

static void add_array(const Body *b, size_t block, Val to)
{
    if (b->e->p->block[block].pair.n)
        pairs(b, block, to);
    else if (b->e->p->block[block].kind == EIG_BLOCK_KERNEL)
        shifts(b, block, to);
    else
        weights(b, block, to);
}

/* A block of pairs, an array or a kernel: with a gate first for itself, from -0 on. */
static void array_block(const Body *b, size_t block)
{
    Ll *ll = b->e->ll;
    const EigBlock *k = &b->e->p->block[block];
    LlLoop loop;
    if (k->gate.n == 0) {
        add_array(b, block, b->s);
        return;
    }
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    ll_store_f64(ll, ll_f64(ll, -0.0), b->c, loop.index);
    ll_loop_end(ll, &loop);
    add_array(b, block, b->c);
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    Scope scope = scope_of(b, ll_iadd(ll, b->lo, loop.index));
    Val c = ll_fmul(ll, scope_value(&scope, &k->gate), ll_load_f64(ll, b->c, loop.index));
    ll_store_f64(ll, ll_fadd(ll, ll_load_f64(ll, b->s, loop.index), c), b->s, loop.index);
    ll_loop_end(ll, &loop);
}

static Val own_number(const Body *b, AbiArg table, bool is_own, double shared, Val neuron)
{
    const Ll *ll = b->e->ll;
    if (!is_own)
        return ll_f64(ll, shared);
    Val at = ll_at(ll, ll->ptr, abi_load(b->e, b->param[OF_ARGS], table), ll_i64(ll, b->pop));
    return ll_load_f64(ll, ll_load(ll, ll->ptr, at), neuron);
}

/* The slope; for exponential_euler what the step adds. `shared`: the activation, where it is the same for all, else NULL. */
static Val slope_value(const Body *b, const EigState *state, size_t k, Val shared, Scope *scope)
{
    const Emit *e = b->e;
    const Ll *ll = e->ll;
    const EigPop *pop = &e->p->pop[b->pop];
    bool exponential = e->p->method == EIG_METHOD_EXPEULER;
    static const EigOp own_op[EIG_MAX_STATES] = {
#define OWN(k) { .kind = EIG_OP_VAR, .which = EIG_VAR_STATE + (k) }
        OWN(0), OWN(1), OWN(2), OWN(3), OWN(4), OWN(5), OWN(6), OWN(7),
#undef OWN
    };
    if (state->kind == EIG_STATE_OU)
        return ll_f64(ll, 0.0);
    if (state->kind == EIG_STATE_EQUATION) {
        Val drift = scope_value(scope, &state->drift);
        return exponential ? ll_fmul(ll, ll_f64(ll, e->p->h), drift) : drift;
    }
    Val own = scope_value(scope, &(EigCode){ .n = 1, .op = &own_op[k], .depth = 1 });
    Val rest = ll_fsub(ll, shared ? shared : scope_value(scope, &pop->phi), own);
    Val factor = exponential ? own_number(b, ABI_exp_step_of, pop->exp_step_of != NULL, pop->exp_step, scope->neuron)
                             : own_number(b, ABI_rate_of, pop->rate_of != NULL, pop->rate, scope->neuron);
    return ll_fmul(ll, factor, rest);
}

/* The normal of the step becomes what noise adds to the state: (g r) z. */
static void store_kick(const Body *b, const EigState *state, size_t k, Scope *scope)
{
    const Emit *e = b->e;
    const Ll *ll = e->ll;
    Val at = ll_iadd(ll, ll_i64(ll, noise_slot(e, b->pop, k)), scope->neuron);
    Val normal = abi_load(e, b->param[OF_ARGS], ABI_normal);
    Val size = ll_fmul(ll, scope_value(scope, &state->noise), ll_f64(ll, sqrt(e->p->h)));
    ll_store_f64(ll, ll_fmul(ll, size, ll_load_f64(ll, normal, at)), normal, at);
}

/* States from .. to-1 in one loop; returns `to`. */
static size_t slope_pass(const Body *b, size_t from)
{
    const Emit *e = b->e;
    Ll *ll = e->ll;
    const EigPop *pop = &e->p->pop[b->pop];
    size_t n = eig_n_states(pop), k = from, cost = 0;
    Val shared = NULL;
    if (b->is_shared) {
        Scope first = scope_of(b, b->lo);
        first.var[EIG_VAR_Z] = ll_load_f64(ll, b->s, ll_i64(ll, 0));
        shared = scope_value(&first, &pop->phi);
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), b->count, 1, 0, NULL);
    Scope scope = scope_of(b, ll_iadd(ll, b->lo, loop.index));
    scope.var[EIG_VAR_Z] = ll_load_f64(ll, b->s, loop.index);
    do {
        EigState state = eig_state(pop, k);
        Val at = ll_iadd(ll, ll_i64(ll, eig_state_from(e->p, b->pop) + k * pop->size), scope.neuron);
        ll_store_f64(ll, slope_value(b, &state, k, shared, &scope), b->param[OF_SLOPE], at);
        if (e->p->method == EIG_METHOD_EULERMARUYAMA && state.kind != EIG_STATE_OU && state.noise.n)
            store_kick(b, &state, k, &scope);
        cost += state.drift.n + state.noise.n + pop->phi.n;
    } while (++k < n && cost < MOST_IN_A_LOOP);
    ll_loop_end(ll, &loop);
    return k;
}

static void chunk(const Body *b)
{
    Ll *ll = b->e->ll;
    const EigPop *pop = &b->e->p->pop[b->pop];
    size_t k = pass(b, true, 0);
    while (k < b->n_blocks) {
        for (; k < b->n_blocks && !is_pointwise(&b->e->p->block[b->block[k]]); k++)
            array_block(b, b->block[k]);
        if (k < b->n_blocks)
            k = pass(b, false, k);
    }
    Val total = ll_at(ll, ll->f64, abi_load(b->e, b->param[OF_ARGS], ABI_total), ll_iadd(ll, ll_i64(ll, pop->from), b->lo));
    ll_copy(ll, b->count, b->s, total);
    for (size_t state = 0; state < eig_n_states(pop);)
        state = slope_pass(b, state);
}

static bool needs_scratch(const Body *b)
{
    for (size_t k = 0; k < b->n_blocks; k++) {
        const EigBlock *block = &b->e->p->block[b->block[k]];
        if (!is_pointwise(block) && block->gate.n)
            return true;
    }
    return false;
}

static LlFunction pop_function(Emit *e, const General *g, size_t pop)
{
    Ll *ll = e->ll;
    char name[48];
    size_t size = e->p->pop[pop].size, scratch = size < EMIT_CHUNK ? (size + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES : EMIT_CHUNK;
    snprintf(name, sizeof name, "slopes_%zu", pop);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "args step t y sums slope");
    ll_param_attribute(ll, f.value, OF_ARGS, "readonly");
    ll_param_attribute(ll, f.value, OF_SLOPE, "noalias");
    Body b = { .e = e, .g = g, .pop = pop, .param = f.param, .block = e->into + e->into_from[pop],
               .n_blocks = e->into_from[pop + 1] - e->into_from[pop] };
    b.is_shared = shares_activation(&b);
    b.s = ll_scratch(ll, scratch, "s");
    b.c = needs_scratch(&b) ? ll_scratch(ll, scratch, "c") : NULL;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, size), EMIT_CHUNK, 0, NULL);
    b.lo = loop.index;
    b.count = size < EMIT_CHUNK ? ll_i64(ll, size) : chunk_count(ll, ll_i64(ll, size), b.lo);
    chunk(&b);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

void slope_functions(Emit *e, General *g)
{
    Ll *ll = e->ll;
    g->pairs = ARENA_ARRAY(&e->cx->arena, e->p->n_blocks + 1, LlFunction);
    for (size_t k = 0; k < e->p->n_blocks; k++)
        if (e->p->block[k].pair.n)
            g->pairs[k] = pairs_function(e, g, k);
    block_functions(e);
    g->slopes_of = ARENA_ARRAY(&e->cx->arena, e->p->n_pops + 1, LlFunction);
    for (size_t q = 0; q < e->p->n_pops; q++)
        g->slopes_of[q] = pop_function(e, g, q);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->ptr };
    g->slopes = ll_function(ll, "slopes", false, ll->none, params, "args step t y slope");
    Val *p = g->slopes.param, sums = ll_scratch(ll, g->n_sums + 1, "sums");
    ll_call(ll, &g->sums, (Val[]){ p[0], p[1], p[3], sums }, 4);
    for (size_t q = 0; q < e->p->n_pops; q++)
        ll_call(ll, &g->slopes_of[q], (Val[]){ p[0], p[1], p[2], p[3], sums, p[4] }, 6);
    LLVMBuildRetVoid(ll->builder);
}
