/* What a block adds to the total inputs of a chunk of its targets, in a general
 * network: as the reference does (runtime/reference_drift.c), block by block.
 * Which numbers of a block the code reads stands here, so that blocks that
 * differ in them alone may share it. */
#include "compiler/emit/parts.h"
#include "runtime/layout.h"

enum { RECEIVE_NUMBER, RECEIVE_SUM, RECEIVE_WEIGHT, RECEIVE_N_PRE, RECEIVE_N_POST, RECEIVE_PAIRS, RECEIVE_READING,
       RECEIVE_GATE = RECEIVE_READING + READING_OWN };

bool block_is_pointwise(const EigBlock *b)
{
    return b->pair.n == 0 && !block_is_array(b) && b->kind != EIG_BLOCK_KERNEL;
}

static bool reads_sum(const EigBlock *b)
{
    return b->kind == EIG_BLOCK_UNIFORM && b->pair.n == 0;
}

/* What it reads besides the sum is the signal, or nothing; pairs read for themselves. */
static bool reads_signal(const EigBlock *b)
{
    return b->pair.n == 0 && (b->kind != EIG_BLOCK_UNIFORM || b->skip_self);
}

bool block_adds_sum(const EigBlock *b)
{
    return reads_sum(b) && !b->skip_self && !b->gate.n;
}

/* Numbers that the code of its kind does not read are 0, so that they are no part of a row. */
void receive_numbers(const Emit *e, size_t block, OwnNumbers *out)
{
    const EigBlock *b = &e->p->block[block];
    bool is_array = b->pair.n == 0 && block_is_array(b);
    own_push_i64(e, out, is_array || b->kind == EIG_BLOCK_KERNEL ? block : 0);
    own_push_i64(e, out, reads_sum(b) ? e->general->sum_of[block] : 0);
    own_push_f64(e, out, b->w || b->pair.n ? 0.0 : b->weight);
    own_push_i64(e, out, is_array ? e->p->pop[b->pre].size : 0);
    own_push_i64(e, out, is_array ? e->p->pop[b->post].size : 0);
    own_push_i64(e, out, b->pair.n ? e->general->pairs_row[block] : 0);
    if (reads_signal(b))
        reading_numbers(e, block_reading(e, block), out);
    else
        for (int k = 0; k < READING_OWN; k++)
            own_push_i64(e, out, 0);
    code_numbers(e, &b->gate, out);
}

size_t receive_n_numbers(const EigBlock *b)
{
    return RECEIVE_GATE + code_n_numbers(&b->gate);
}

bool receive_alike(const Emit *e, size_t first, size_t second)
{
    const EigBlock *a = &e->p->block[first], *b = &e->p->block[second];
    if (a->kind != b->kind || a->skip_self != b->skip_self || !a->w != !b->w || !a->pair.n != !b->pair.n)
        return false;
    if (!code_same_shape(e, &a->gate, &b->gate))
        return false;
    if (a->gate.n && eig_n_states(&e->p->pop[a->post]) != eig_n_states(&e->p->pop[b->post]))
        return false;
    if (a->pair.n)
        return e->general->pairs_group[first] == e->general->pairs_group[second];
    return !reads_signal(a) || reads_alike(e, block_reading(e, first), block_reading(e, second));
}

bool receive_needs_scratch(const EigBlock *b)
{
    return !block_is_pointwise(b) && b->gate.n;
}

static Val source_of(const Chunk *c, size_t block, const Own *own)
{
    Own reading = own_after(own, RECEIVE_READING);
    return reading_at(c->e, block_reading(c->e, block), &reading, c->param[OF_ARGS], c->param[OF_STEP], c->param[OF_Y]);
}

Scope chunk_scope(const Chunk *c, Val neuron)
{
    return (Scope){ .e = c->e, .n_states = c->n_states, .where = c->where, .args = c->param[OF_ARGS], .t = c->param[OF_T],
                    .y = c->param[OF_Y], .neuron = neuron };
}

/* ---- pointwise ---- */

Pointwise pointwise_begin(const Chunk *c, size_t block, const Own *own)
{
    const Ll *ll = c->e->ll;
    const EigBlock *b = &c->e->p->block[block];
    Pointwise p = { .block = block, .weight = own_f64(c->e, own, RECEIVE_WEIGHT), .gate = own_after(own, RECEIVE_GATE) };
    if (reads_sum(b)) {
        p.sum = ll_load_f64(ll, c->param[OF_SUMS], own_i64(c->e, own, RECEIVE_SUM));
        p.sum = b->skip_self ? p.sum : ll_fmul(ll, p.weight, p.sum);
    }
    if (reads_signal(b))
        p.source = source_of(c, block, own);
    return p;
}

Val pointwise_add(const Pointwise *p, Scope *scope, Val s)
{
    const Emit *e = scope->e;
    const EigBlock *b = &e->p->block[p->block];
    BlockOwn own = { .weight = p->weight };
    if (b->gate.n == 0)
        return block_pointwise(e, p->block, own, p->sum, p->source, scope->neuron, s);
    Val c = block_pointwise(e, p->block, own, p->sum, p->source, scope->neuron, ll_f64(e->ll, -0.0));
    return ll_fadd(e->ll, s, ll_fmul(e->ll, scope_value(scope, &b->gate, &p->gate), c));
}

/* ---- pairs, arrays, kernels ---- */

static void shifts(const Chunk *c, size_t block, const Own *own, Val to)
{
    Ll *ll = c->e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->i64, ll->i64, ll->ptr };
    LlFunction f = ll_external(ll, "eig_support_add", ll->none, params, 5);
    Val at = ll_imul(ll, own_i64(c->e, own, RECEIVE_NUMBER), ll_i64(ll, sizeof(EigSupport)));
    Val support = ll_at(ll, LLVMInt8TypeInContext(ll->context), abi_load(c->e, c->param[OF_ARGS], ABI_support), at);
    ll_call(ll, &f, (Val[]){ support, source_of(c, block, own), c->lo, c->count, to }, 5);
}

static void pairs(const Chunk *c, size_t block, const Own *own, Val to)
{
    const Val *p = c->param;
    const Group *g = &c->e->general->pairs.at[c->e->general->pairs_group[block]];
    Val args[] = { p[OF_ARGS], p[OF_STEP], p[OF_T], p[OF_Y], c->lo, c->count, to, own_i64(c->e, own, RECEIVE_PAIRS) };
    ll_call(c->e->ll, &g->function, args, g->member.n > 1 ? 8 : 7);
}

static void weights(const Chunk *c, size_t block, const Own *own, Val to)
{
    const Emit *e = c->e;
    BlockSizes n = { own_i64(e, own, RECEIVE_N_PRE), own_i64(e, own, RECEIVE_N_POST) };
    BlockOwn of_block = { own_i64(e, own, RECEIVE_NUMBER), own_f64(e, own, RECEIVE_WEIGHT) };
    block_array(e, block, of_block, &n, c->param[OF_ARGS], source_of(c, block, own), c->lo, c->count, to);
}

static void add_array(const Chunk *c, size_t block, const Own *own, Val to)
{
    if (c->e->p->block[block].pair.n)
        pairs(c, block, own, to);
    else if (c->e->p->block[block].kind == EIG_BLOCK_KERNEL)
        shifts(c, block, own, to);
    else
        weights(c, block, own, to);
}

/* With a gate first for itself, from -0 on. */
static void array_block(const Chunk *c, size_t block, const Own *own)
{
    Ll *ll = c->e->ll;
    const EigBlock *b = &c->e->p->block[block];
    LlLoop loop;
    if (b->gate.n == 0) {
        add_array(c, block, own, c->s);
        return;
    }
    Own gate = own_after(own, RECEIVE_GATE);
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), c->count, 1, 0, NULL);
    ll_store_f64(ll, ll_f64(ll, -0.0), c->c, loop.index);
    ll_loop_end(ll, &loop);
    add_array(c, block, own, c->c);
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), c->count, 1, 0, NULL);
    Scope scope = chunk_scope(c, ll_iadd(ll, c->lo, loop.index));
    Val term = ll_fmul(ll, scope_value(&scope, &b->gate, &gate), ll_load_f64(ll, c->c, loop.index));
    ll_store_f64(ll, ll_fadd(ll, ll_load_f64(ll, c->s, loop.index), term), c->s, loop.index);
    ll_loop_end(ll, &loop);
}

void receive_block(const Chunk *c, size_t block, const Own *own)
{
    Ll *ll = c->e->ll;
    if (!block_is_pointwise(&c->e->p->block[block])) {
        array_block(c, block, own);
        return;
    }
    Pointwise p = pointwise_begin(c, block, own);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), c->count, 1, 0, NULL);
    Scope scope = chunk_scope(c, ll_iadd(ll, c->lo, loop.index));
    ll_store_f64(ll, pointwise_add(&p, &scope, ll_load_f64(ll, c->s, loop.index)), c->s, loop.index);
    ll_loop_end(ll, &loop);
}
