/* Blocks by a table: in a network of many small populations hardly two receive
 * blocks of the same kinds in the same order, and a function for each would
 * take seconds to compile. There one function adds a block to a chunk of
 * targets and reads from a row what kind it is and whom it joins; a
 * population's function calls it for each of its rows, in their order. */
#include "compiler/emit/parts.h"

enum { ADD_ARGS, ADD_Y, ADD_SUMS, ADD_LO, ADD_COUNT, ADD_S, ADD_ROW };
enum { TABLE_FORM, TABLE_NUMBER, TABLE_PRE, TABLE_PRE_FROM, TABLE_N_PRE, TABLE_N_POST, TABLE_WEIGHT };

/* Ways of computing a block that have code of their own. */
typedef enum Form { FORM_SUM, FORM_SUM_LESS_OWN, FORM_DIAGONAL, FORM_ROWS, FORM_ROWS_OF_ONE_WEIGHT, FORM_COLUMNS, N_FORMS } Form;

struct BlockTable {
    OwnTable own;
    size_t example[N_FORMS];    /* a block of the form; SIZE_MAX: there is none */
};

static Form form_of(const EigBlock *b)
{
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:  return b->skip_self ? FORM_SUM_LESS_OWN : FORM_SUM;
    case EIG_BLOCK_DIAGONAL: return FORM_DIAGONAL;
    case EIG_BLOCK_SPARSE:   return b->w ? FORM_ROWS : FORM_ROWS_OF_ONE_WEIGHT;
    case EIG_BLOCK_DENSE:    return FORM_COLUMNS;
    case EIG_BLOCK_KERNEL:   break;
    }
    BUG("block of kind %d", (int)b->kind);
}

static OwnNumbers numbers_of(const Emit *e, size_t block)
{
    const EigBlock *b = &e->p->block[block];
    OwnNumbers n = { 0 };
    own_push_i64(e, &n, form_of(b));
    own_push_i64(e, &n, block);
    own_push_i64(e, &n, b->pre);
    own_push_i64(e, &n, e->p->pop[b->pre].from);
    own_push_i64(e, &n, e->p->pop[b->pre].size);
    own_push_i64(e, &n, e->p->pop[b->post].size);
    own_push_f64(e, &n, b->w ? 0.0 : b->weight);
    return n;
}

/* One form for the whole chunk. */
static void add_form(const Emit *e, size_t block, const Own *own, const LlFunction *f)
{
    Ll *ll = e->ll;
    const EigBlock *b = &e->p->block[block];
    const Val *p = f->param;
    BlockOwn of_block = { own_i64(e, own, TABLE_NUMBER), own_f64(e, own, TABLE_WEIGHT) };
    Val rates = block_rates(e, own_i64(e, own, TABLE_PRE_FROM), p[ADD_Y]), sum = NULL;
    if (block_is_array(b)) {
        BlockSizes n = { own_i64(e, own, TABLE_N_PRE), own_i64(e, own, TABLE_N_POST) };
        block_array(e, block, of_block, &n, p[ADD_ARGS], rates, p[ADD_LO], p[ADD_COUNT], p[ADD_S]);
        return;
    }
    if (b->kind == EIG_BLOCK_UNIFORM) {
        sum = ll_load_f64(ll, p[ADD_SUMS], own_i64(e, own, TABLE_PRE));
        sum = b->skip_self ? sum : ll_fmul(ll, of_block.weight, sum);
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), p[ADD_COUNT], 1, 0, NULL);
    Val s = ll_load_f64(ll, p[ADD_S], loop.index), neuron = ll_iadd(ll, p[ADD_LO], loop.index);
    ll_store_f64(ll, block_pointwise(e, block, of_block, sum, rates, neuron, s), p[ADD_S], loop.index);
    ll_loop_end(ll, &loop);
}

/* add_block(args, y, sums, lo, count, s, row) */
static LlFunction add_function(const Emit *e, const BlockTable *t)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->i64, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, "add_block", false, ll->none, params, "args y sums lo count s row");
    ll_param_attribute(ll, f.value, ADD_ARGS, "readonly");
    ll_param_attribute(ll, f.value, ADD_S, "noalias");
    ll_param_attribute(ll, f.value, ADD_S, "nocapture");
    Own own = { &t->own, own_row(e, &t->own, f.param[ADD_ROW]), 0, false };
    Val form = own_i64(e, &own, TABLE_FORM);
    LLVMBasicBlockRef end = LLVMAppendBasicBlockInContext(ll->context, ll->function, "end");
    Val choice = LLVMBuildSwitch(ll->builder, form, end, N_FORMS);
    for (int k = 0; k < N_FORMS; k++) {
        if (t->example[k] == SIZE_MAX)
            continue;
        LLVMBasicBlockRef here = LLVMInsertBasicBlockInContext(ll->context, end, "form");
        LLVMAddCase(choice, ll_i64(ll, (uint64_t)k), here);
        LLVMPositionBuilderAtEnd(ll->builder, here);
        add_form(e, t->example[k], &own, &f);
        LLVMBuildBr(ll->builder, end);
    }
    if (LLVMGetLastBasicBlock(ll->function) != end)
        LLVMMoveBasicBlockAfter(end, LLVMGetLastBasicBlock(ll->function));
    LLVMPositionBuilderAtEnd(ll->builder, end);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

void blocks_by_table(Emit *e)
{
    size_t n = e->into_from[e->p->n_pops];
    BlockTable *t = ARENA_NEW(&e->cx->arena, BlockTable);
    OwnNumbers *row = ARENA_ARRAY(&e->cx->arena, n + 1, OwnNumbers);
    for (int k = 0; k < N_FORMS; k++)
        t->example[k] = SIZE_MAX;
    for (size_t k = 0; k < n; k++) {
        row[k] = numbers_of(e, e->into[k]);
        t->example[form_of(&e->p->block[e->into[k]])] = e->into[k];
    }
    t->own = own_table(e, "own_blocks", row, n);
    e->block_table = t;
    e->add_block = add_function(e, t);
}

void blocks_add(const Emit *e, Val from, Val to, const Val *shared)
{
    Ll *ll = e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, from, to, 1, 0, NULL);
    Val args[] = { shared[ADD_ARGS], shared[ADD_Y], shared[ADD_SUMS], shared[ADD_LO], shared[ADD_COUNT], shared[ADD_S], loop.index };
    ll_call(ll, &e->add_block, args, 7);
    ll_loop_end(ll, &loop);
}
