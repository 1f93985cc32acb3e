/* Total inputs and slopes of populations whose neurons have states, gates or
 * numbers of their own: a chunk of neurons at a time, in passes that end where
 * a block needs a loop of its own, or where a loop becomes too long. A network
 * of many populations has one function for all that are alike but for their
 * numbers; in a small one each has its own, with its numbers in the code. */
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

/* Operations of programs and blocks in one loop. */
enum { MOST_IN_A_LOOP = 600, OF_A_BLOCK = 12 };

/* What a population's function reads of it: these, the constants of input and activation, state by state those below, its blocks. */
enum { OWN_FROM = WHERE_OWN, OWN_RATE, OWN_EXP_STEP, OWN_RECEIPTS_FROM, OWN_RECEIPTS_TO, OWN_CODES };
enum { STATE_SLOT, STATE_CODES };       /* its first normal; the constants of drift, noise and its slope */

typedef struct Body {
    Emit *e;
    size_t pop;                 /* the first of its group */
    Chunk c;
    Own own, of_input, of_phi, of_state[EIG_MAX_STATES], *of_block;
    const size_t *block;        /* into this population, in order, that have code of their own */
    size_t n_blocks;
    bool is_shared;             /* every neuron has the same total input, and with it the same activation */
} Body;

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

static bool shares_activation(const Emit *e, size_t q)
{
    const EigPop *pop = &e->p->pop[q];
    for (size_t k = e->into_from[q]; k < e->into_from[q + 1]; k++)
        if (!block_adds_sum(&e->p->block[e->into[k]]))
            return false;
    return pop->phi.n > 0 && same_for_all(&pop->input) && same_for_all(&pop->phi);
}

/* ---- what populations of one function have in common, and what each has for itself ---- */

/* Blocks that have code of their own in the population's function. */
static size_t n_blocks_written(const Emit *e, size_t pop)
{
    return e->general->receipts ? 0 : e->into_from[pop + 1] - e->into_from[pop];
}

static bool takes_noise(const Emit *e, const EigState *state)
{
    return eig_method[e->p->method].noise && state->kind != EIG_STATE_OU && state->noise.n;
}

static bool states_alike(const Emit *e, const EigPop *p, const EigPop *q)
{
    if (eig_n_states(p) != eig_n_states(q))
        return false;
    for (size_t k = 0; k < eig_n_states(p); k++) {
        EigState a = eig_state(p, k), b = eig_state(q, k);
        if (a.kind != b.kind || !code_same_shape(e, &a.drift, &b.drift) || !code_same_shape(e, &a.noise, &b.noise) ||
            !code_same_shape(e, &a.noise_slope, &b.noise_slope))
            return false;
    }
    return true;
}

static bool pops_alike(const Emit *e, size_t a, size_t b)
{
    const EigPop *p = &e->p->pop[a], *q = &e->p->pop[b];
    size_t n = n_blocks_written(e, a);
    if (!e->general->shares || n != n_blocks_written(e, b) || shares_activation(e, a) != shares_activation(e, b))
        return false;
    if (!share_alike(e, a, b) || (p->size < EMIT_CHUNK) != (q->size < EMIT_CHUNK) || !p->rate_of != !q->rate_of || !p->exp_step_of != !q->exp_step_of)
        return false;
    if (!states_alike(e, p, q) || !code_same_shape(e, &p->input, &q->input) || !code_same_shape(e, &p->phi, &q->phi))
        return false;
    for (size_t k = 0; k < n; k++)
        if (!receive_alike(e, e->into[e->into_from[a] + k], e->into[e->into_from[b] + k]))
            return false;
    return true;
}

static void pop_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    const EigPop *p = &e->p->pop[pop];
    where_numbers(e, pop, out);
    own_push_i64(e, out, p->from);
    own_push_f64(e, out, p->rate_of ? 0.0 : p->rate);
    own_push_f64(e, out, p->exp_step_of ? 0.0 : p->exp_step);
    if (e->general->receipts) {
        receipts_numbers(e, pop, shares_activation(e, pop), out);
    } else {
        own_push_i64(e, out, 0);
        own_push_i64(e, out, 0);
    }
    code_numbers(e, &p->input, out);
    code_numbers(e, &p->phi, out);
    for (size_t k = 0; k < eig_n_states(p); k++) {
        EigState state = eig_state(p, k);
        own_push_i64(e, out, takes_noise(e, &state) ? noise_slot(e, pop, k) : 0);
        code_numbers(e, &state.drift, out);
        code_numbers(e, &state.noise, out);
        code_numbers(e, &state.noise_slope, out);
    }
    for (size_t k = 0; k < n_blocks_written(e, pop); k++)
        receive_numbers(e, e->into[e->into_from[pop] + k], out);
}

static void own_numbers(Body *b, const Group *g, Val row)
{
    Emit *e = b->e;
    const EigPop *p = &e->p->pop[b->pop];
    b->own = group_own(e, g, row);
    b->of_input = own_after(&b->own, OWN_CODES);
    b->of_phi = own_after(&b->of_input, code_n_numbers(&p->input));
    Own next = own_after(&b->of_phi, code_n_numbers(&p->phi));
    for (size_t k = 0; k < eig_n_states(p); k++) {
        EigState state = eig_state(p, k);
        b->of_state[k] = next;
        next = own_after(&next, STATE_CODES + code_n_numbers(&state.drift) + code_n_numbers(&state.noise) + code_n_numbers(&state.noise_slope));
    }
    b->of_block = ARENA_ARRAY(&e->cx->arena, b->n_blocks + 1, Own);
    for (size_t k = 0; k < b->n_blocks; k++) {
        b->of_block[k] = next;
        next = own_after(&next, receive_n_numbers(&e->p->block[b->block[k]]));
    }
}

/* ---- total inputs ---- */

/* The pointwise blocks from `from` on that one loop takes. */
static size_t end_of_pass(const Body *b, size_t from, size_t cost)
{
    size_t k = from;
    for (; k < b->n_blocks; k++) {
        const EigBlock *block = &b->e->p->block[b->block[k]];
        cost += OF_A_BLOCK + block->gate.n;
        if (!block_is_pointwise(block) || (k > from && cost > MOST_IN_A_LOOP))
            break;
    }
    return k;
}

/* Where blocks are in a table and all neurons receive the same: the total input; else NULL. */
static Val one_total(const Body *b)
{
    const Emit *e = b->e;
    if (!e->general->receipts || !b->is_shared)
        return NULL;
    Scope scope = chunk_scope(&b->c, b->c.lo);
    Val input = scope_value(&scope, &e->p->pop[b->pop].input, &b->of_input);
    return receipts_total(&b->c, own_i64(e, &b->own, OWN_RECEIPTS_FROM), own_i64(e, &b->own, OWN_RECEIPTS_TO), input);
}

/* The input of the neuron of a scope. */
static Val input_of(const Body *b, Scope *scope)
{
    const Emit *e = b->e;
    if (!plan_stores_input(e->plan, b->pop))
        return scope_value(scope, &e->p->pop[b->pop].input, &b->of_input);
    return ll_load_f64(e->ll, stored_input(e, b->c.param[OF_ARGS], own_i64(e, &b->own, OWN_FROM)), scope->neuron);
}

/* One loop over the chunk: the input at first, then pointwise blocks. Returns the next block. */
static size_t pass(const Body *b, bool is_first, size_t from)
{
    Ll *ll = b->e->ll;
    const Chunk *c = &b->c;
    size_t to = end_of_pass(b, from, is_first ? b->e->p->pop[b->pop].input.n : 0);
    Pointwise *p = ARENA_ARRAY(&b->e->cx->arena, to - from + 1, Pointwise);
    for (size_t k = from; k < to; k++)
        p[k - from] = pointwise_begin(c, b->block[k], &b->of_block[k]);
    Val total = is_first ? one_total(b) : NULL;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), c->count, 1, 0, NULL);
    Scope scope = chunk_scope(c, ll_iadd(ll, c->lo, loop.index));
    Val s = total ? total : is_first ? input_of(b, &scope) : ll_load_f64(ll, c->s, loop.index);
    for (size_t k = from; k < to; k++)
        s = pointwise_add(&p[k - from], &scope, s);
    ll_store_f64(ll, s, c->s, loop.index);
    ll_loop_end(ll, &loop);
    return to;
}

/* ---- slopes ---- */

static Val own_number(const Body *b, AbiArg table, bool is_own, size_t shared, Val neuron)
{
    const Ll *ll = b->e->ll;
    if (!is_own)
        return own_f64(b->e, &b->own, shared);
    Val at = ll_at(ll, ll->ptr, abi_load(b->e, b->c.param[OF_ARGS], table), b->c.where.pop);
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
        Own of_drift = own_after(&b->of_state[k], STATE_CODES);
        Val drift = scope_value(scope, &state->drift, &of_drift);
        return exponential ? ll_fmul(ll, ll_f64(ll, e->p->h), drift) : drift;
    }
    Val own = scope_value(scope, &(EigCode){ .n = 1, .op = &own_op[k], .depth = 1 }, NULL);
    Val rest = ll_fsub(ll, shared ? shared : scope_value(scope, &pop->phi, &b->of_phi), own);
    Val factor = exponential ? own_number(b, ABI_exp_step_of, pop->exp_step_of != NULL, OWN_EXP_STEP, scope->neuron)
                             : own_number(b, ABI_rate_of, pop->rate_of != NULL, OWN_RATE, scope->neuron);
    return ll_fmul(ll, factor, rest);
}

/* Milstein's term: ((g g') (0.5 h)) (z z - 1). */
static Val milstein_term(const Body *b, const EigCode *code, const Own *of_slope, Scope *scope, Val g, Val z)
{
    const Ll *ll = b->e->ll;
    Val both = ll_fmul(ll, g, scope_value(scope, code, of_slope));
    Val squared = ll_fsub(ll, ll_fmul(ll, z, z), ll_f64(ll, 1.0));
    return ll_fmul(ll, ll_fmul(ll, both, ll_f64(ll, 0.5 * b->e->p->h)), squared);
}

/* The normal of the step becomes what noise adds to the state: (g r) z and, of milstein, its term. Methods of several stages keep the
 * size of the noise. */
static void store_kick(const Body *b, const EigState *state, size_t k, Scope *scope)
{
    const Emit *e = b->e;
    const Ll *ll = e->ll;
    Own of_drift = own_after(&b->of_state[k], STATE_CODES), of_noise = own_after(&of_drift, code_n_numbers(&state->drift));
    Val at = ll_iadd(ll, own_i64(e, &b->of_state[k], STATE_SLOT), scope->neuron);
    Val normal = abi_load(e, b->c.param[OF_ARGS], ABI_normal);
    Own of_slope = own_after(&of_noise, code_n_numbers(&state->noise));
    Val g = scope_value(scope, &state->noise, &of_noise);
    if (noise_has_stages(e)) {
        ll_store_f64(ll, g, noise_row(e, b->c.param[OF_ARGS], EIG_DIFFUSION_NOW), at);
        return;
    }
    Val z = ll_load_f64(ll, normal, at);
    Val change = ll_fmul(ll, ll_fmul(ll, g, ll_f64(ll, sqrt(e->p->h))), z);
    if (state->noise_slope.n)
        change = ll_fadd(ll, change, milstein_term(b, &state->noise_slope, &of_slope, scope, g, z));
    ll_store_f64(ll, change, normal, at);
}

/* States from .. to-1 in one loop; returns `to`. */
static size_t slope_pass(const Body *b, size_t from)
{
    const Emit *e = b->e;
    Ll *ll = e->ll;
    const Chunk *c = &b->c;
    const EigPop *pop = &e->p->pop[b->pop];
    size_t n = eig_n_states(pop), k = from, cost = 0;
    Val shared = NULL;
    if (b->is_shared) {
        Scope first = chunk_scope(c, c->lo);
        first.var[EIG_VAR_Z] = ll_load_f64(ll, c->s, ll_i64(ll, 0));
        shared = scope_value(&first, &pop->phi, &b->of_phi);
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), c->count, 1, 0, NULL);
    Scope scope = chunk_scope(c, ll_iadd(ll, c->lo, loop.index));
    scope.var[EIG_VAR_Z] = ll_load_f64(ll, c->s, loop.index);
    do {
        EigState state = eig_state(pop, k);
        Val at = ll_iadd(ll, where_state(e, &c->where, k), scope.neuron);
        ll_store_f64(ll, slope_value(b, &state, k, shared, &scope), c->param[OF_SLOPE], at);
        if (takes_noise(e, &state))
            store_kick(b, &state, k, &scope);
        cost += state.drift.n + state.noise.n + state.noise_slope.n + pop->phi.n;
    } while (++k < n && cost < MOST_IN_A_LOOP);
    ll_loop_end(ll, &loop);
    return k;
}

static void chunk(const Body *b)
{
    Ll *ll = b->e->ll;
    const Chunk *c = &b->c;
    size_t k = pass(b, true, 0);
    while (k < b->n_blocks) {
        for (; k < b->n_blocks && !block_is_pointwise(&b->e->p->block[b->block[k]]); k++)
            receive_block(c, b->block[k], &b->of_block[k]);
        if (k < b->n_blocks)
            k = pass(b, false, k);
    }
    if (b->e->general->receipts && !b->is_shared)
        receipts_add(c, own_i64(b->e, &b->own, OWN_RECEIPTS_FROM), own_i64(b->e, &b->own, OWN_RECEIPTS_TO));
    Val at = ll_iadd(ll, own_i64(b->e, &b->own, OWN_FROM), c->lo);
    ll_copy(ll, c->count, c->s, ll_at(ll, ll->f64, abi_load(b->e, c->param[OF_ARGS], ABI_total), at));
    for (size_t state = 0; state < eig_n_states(&b->e->p->pop[b->pop]);)
        state = slope_pass(b, state);
}

static bool needs_scratch(const Body *b)
{
    for (size_t k = 0; k < b->n_blocks; k++)
        if (receive_needs_scratch(&b->e->p->block[b->block[k]]))
            return true;
    return false;
}

enum { SLOPES_PARAMS = OF_SLOPE + 1 };

/* slopes_q(args, step, t, y, sums, slope), and what share_params adds */
static void pop_function(Emit *e, Group *g)
{
    Ll *ll = e->ll;
    char name[48];
    size_t pop = g->member.at[0], largest = group_largest_size(e, g);
    size_t scratch = largest < EMIT_CHUNK ? (largest + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES : EMIT_CHUNK;
    snprintf(name, sizeof name, "slopes_%zu", pop);
    share_plan(e, g);
    LLVMTypeRef params[LL_MAX_PARAMS] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, name, false, ll->none, params, share_params(e, g, params, SLOPES_PARAMS, "args step t y sums slope"));
    ll_param_attribute(ll, f.value, OF_ARGS, "readonly");
    ll_param_attribute(ll, f.value, OF_SLOPE, "noalias");
    Body b = { .e = e, .pop = pop, .block = e->into + e->into_from[pop], .n_blocks = n_blocks_written(e, pop),
               .is_shared = shares_activation(e, pop) };
    own_numbers(&b, g, g->member.n > 1 ? f.param[SLOPES_PARAMS] : NULL);
    b.c = (Chunk){ .e = e, .param = f.param, .n_states = eig_n_states(&e->p->pop[pop]), .where = where_own(e, &b.own),
                   .s = ll_scratch(ll, scratch, "s"), .c = needs_scratch(&b) ? ll_scratch(ll, scratch, "c") : NULL };
    Targets targets = share_targets(e, g, &f, SLOPES_PARAMS, b.c.where.size);
    LlLoop loop;
    ll_loop_begin(ll, &loop, targets.from, targets.to, EMIT_CHUNK, 0, NULL);
    b.c.lo = loop.index;
    b.c.count = largest < EMIT_CHUNK && !g->piece ? b.c.where.size : chunk_count(ll, targets.to, b.c.lo);
    chunk(&b);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    g->function = f;
    if (g->piece)
        g->part = share_part(e, &g->function);
}

/* ---- all of them ---- */

static bool any_pop(const Emit *e, size_t pop)
{
    (void)e, (void)pop;
    return true;
}

/* Operations that there are to write out, where each population and each block has code of its own. */
static size_t n_operations(const EigProblem *p)
{
    size_t n = 0;
    for (size_t q = 0; q < p->n_pops; q++) {
        n += OF_A_BLOCK + p->pop[q].input.n + p->pop[q].phi.n;
        for (size_t k = 0; k < p->pop[q].n_states; k++)
            n += OF_A_BLOCK + p->pop[q].state[k].drift.n + p->pop[q].state[k].noise.n + p->pop[q].state[k].noise_slope.n;
    }
    for (size_t k = 0; k < p->n_blocks; k++)
        n += OF_A_BLOCK + p->block[k].gate.n + p->block[k].pair.n;
    return n;
}

bool slopes_are_many(const EigProblem *p)
{
    enum { MOST_APART = 6000 };         /* an operation takes some 60 us to compile */
    return n_operations(p) > MOST_APART;
}

/* Blocks in the functions of populations, where those that are alike share one. */
static size_t n_written_out(const Emit *e, size_t most)
{
    VEC(size_t) first = { 0 };
    size_t n = 0;
    for (size_t q = 0; q < e->p->n_pops && n <= most; q++) {
        size_t k = 0;
        while (k < first.n && !pops_alike(e, first.at[k], q))
            k++;
        if (k < first.n)
            continue;
        vec_push(&e->cx->arena, &first, q);
        n += n_blocks_written(e, q);
    }
    return n;
}

void slope_functions(Emit *e, General *g)
{
    enum { MOST_WRITTEN_OUT = 48 };     /* as in drift.c */
    static const GroupRule rule = { "slopes", any_pop, pops_alike, pop_numbers };
    Ll *ll = e->ll;
    pair_functions(e, g);
    block_functions(e);
    if (g->shares && n_written_out(e, MOST_WRITTEN_OUT) > MOST_WRITTEN_OUT)
        receipts_make(e, g);
    Groups pops = groups_of(e, &rule, e->p->n_pops);
    for (size_t k = 0; k < pops.n; k++)
        pop_function(e, &pops.at[k]);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->ptr };
    g->slopes = ll_function(ll, "slopes", false, ll->none, params, "args step t y slope");
    Val *p = g->slopes.param, sums = ll_scratch(ll, g->summed.n + 1, "sums");
    ll_call(ll, &g->sums, (Val[]){ p[0], p[1], p[3], sums }, 4);
    for (size_t k = 0; k < pops.n; k++)
        share_call(e, &pops.at[k], (Val[]){ p[0], p[1], p[2], p[3], sums, p[4] }, SLOPES_PARAMS, WHERE_SIZE);
    LLVMBuildRetVoid(ll->builder);
}
