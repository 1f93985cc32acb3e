/* Blocks by a table, in a general network: one function for all blocks that
 * are alike but for their numbers. A population's list of blocks falls into
 * runs of one function's rows, in the order in which they are added. */
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

enum { ADD_SUMS = OF_SUMS, ADD_LO, ADD_COUNT, ADD_S, ADD_FROM, ADD_TO };        /* and those before OF_SUMS */
enum { RUN_FORM, RUN_FROM, RUN_TO };
enum { TOTAL_SUMS, TOTAL_S, TOTAL_FROM, TOTAL_TO };

/* Rows of one form. */
typedef struct Run {
    size_t form, from, to;
} Run;

struct Receipts {
    Groups form;                /* of places in e->into: rows in their order */
    VEC(Run) run;
    size_t *from;               /* runs into population q: from[q] .. from[q + 1] - 1 */
    OwnTable own;               /* of the runs */
    LlFunction add;             /* (args, step, t, y, sums, lo, count, s, from, to): runs */
    LlFunction total;           /* (sums, s, from, to): s and the rows of the form of blocks that add a sum times their weight */
};

static bool any_block(const Emit *e, size_t at)
{
    (void)e, (void)at;
    return true;
}

static bool alike(const Emit *e, size_t a, size_t b)
{
    return receive_alike(e, e->into[a], e->into[b]);
}

static void numbers(const Emit *e, size_t at, OwnNumbers *out)
{
    where_numbers(e, e->p->block[e->into[at]].post, out);
    receive_numbers(e, e->into[at], out);
}

static void find_runs(const Emit *e, Receipts *r)
{
    Arena *a = &e->cx->arena;
    size_t n = e->into_from[e->p->n_pops], *form = ARENA_ARRAY(a, n + 1, size_t), *row = ARENA_ARRAY(a, n + 1, size_t);
    for (size_t f = 0; f < r->form.n; f++)
        for (size_t k = 0; k < r->form.at[f].member.n; k++) {
            form[r->form.at[f].member.at[k]] = f;
            row[r->form.at[f].member.at[k]] = k;
        }
    r->from = ARENA_ARRAY(a, e->p->n_pops + 1, size_t);
    for (size_t q = 0; q < e->p->n_pops; q++) {
        r->from[q] = r->run.n;
        for (size_t k = e->into_from[q]; k < e->into_from[q + 1]; k++) {
            if (r->run.n == r->from[q] || r->run.at[r->run.n - 1].form != form[k]) {
                Run made = { form[k], row[k], row[k] };
                vec_push(a, &r->run, made);
            }
            r->run.at[r->run.n - 1].to = row[k] + 1;
        }
    }
    r->from[e->p->n_pops] = r->run.n;
}

static OwnTable table_of_runs(const Emit *e, const Receipts *r)
{
    OwnNumbers *row = ARENA_ARRAY(&e->cx->arena, r->run.n + 1, OwnNumbers);
    for (size_t k = 0; k < r->run.n; k++) {
        own_push_i64(e, &row[k], r->run.at[k].form);
        own_push_i64(e, &row[k], r->run.at[k].from);
        own_push_i64(e, &row[k], r->run.at[k].to);
    }
    return own_table(e, "own_runs", row, r->run.n);
}

static Own row_in_loop(const Emit *e, const OwnTable *t, Val row)
{
    return (Own){ .table = t, .row = own_row(e, t, row), .in_loop = true };
}

static LlFunction begin(Emit *e, const char *name)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->ptr, ll->i64, ll->i64, ll->ptr, ll->i64, ll->i64 };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "args step t y sums lo count s from to");
    ll_param_attribute(ll, f.value, OF_ARGS, "readonly");
    ll_param_attribute(ll, f.value, ADD_S, "noalias");
    ll_param_attribute(ll, f.value, ADD_S, "nocapture");
    return f;
}

/* Neurons in a chunk of any population. */
static size_t largest_chunk(const Emit *e)
{
    size_t largest = EIG_SUM_LANES;
    for (size_t q = 0; q < e->p->n_pops; q++)
        if (e->p->pop[q].size > largest)
            largest = e->p->pop[q].size;
    return largest < EMIT_CHUNK ? (largest + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES : EMIT_CHUNK;
}

/* receive_k(args, step, t, y, sums, lo, count, s, from, to): rows of the form, one after the other. */
static void form_function(Emit *e, Group *g)
{
    Ll *ll = e->ll;
    char name[48];
    size_t block = e->into[g->member.at[0]];
    const EigBlock *b = &e->p->block[block];
    snprintf(name, sizeof name, "receive_%zu", block);
    LlFunction f = g->function = begin(e, name);
    Chunk c = { .e = e, .param = f.param, .n_states = eig_n_states(&e->p->pop[b->post]), .lo = f.param[ADD_LO], .count = f.param[ADD_COUNT],
                .s = f.param[ADD_S] };
    c.c = receive_needs_scratch(b) ? ll_scratch(ll, largest_chunk(e), "c") : NULL;
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[ADD_FROM], f.param[ADD_TO], 1, 0, NULL);
    Own own = row_in_loop(e, &g->own, loop.index), of_block = own_after(&own, WHERE_OWN);
    c.where = where_own(e, &own);
    receive_block(&c, block, &of_block);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}

/* Each run by the function of its form. */
static LlFunction add_function(Emit *e, const Receipts *r)
{
    Ll *ll = e->ll;
    LlFunction f = begin(e, "receive");
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[ADD_FROM], f.param[ADD_TO], 1, 0, NULL);
    Own own = row_in_loop(e, &r->own, loop.index);
    Val form = own_i64(e, &own, RUN_FORM);
    Val args[] = { f.param[OF_ARGS], f.param[OF_STEP], f.param[OF_T], f.param[OF_Y], f.param[OF_SUMS], f.param[ADD_LO], f.param[ADD_COUNT],
                   f.param[ADD_S], own_i64(e, &own, RUN_FROM), own_i64(e, &own, RUN_TO) };
    LLVMBasicBlockRef end = LLVMAppendBasicBlockInContext(ll->context, ll->function, "end");
    Val choice = LLVMBuildSwitch(ll->builder, form, end, (unsigned)r->form.n);
    for (size_t k = 0; k < r->form.n; k++) {
        LLVMBasicBlockRef here = LLVMInsertBasicBlockInContext(ll->context, end, "form");
        LLVMAddCase(choice, ll_i64(ll, k), here);
        LLVMPositionBuilderAtEnd(ll->builder, here);
        ll_call(ll, &r->form.at[k].function, args, ADD_TO + 1);
        LLVMBuildBr(ll->builder, end);
    }
    LLVMPositionBuilderAtEnd(ll->builder, end);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* What all neurons of a population receive alike is added up as one number. */
static LlFunction total_function(Emit *e, const Group *g)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->i64, ll->i64 };
    LlFunction f = ll_function(ll, "receive_total", false, ll->f64, params, "sums s from to");
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[TOTAL_FROM], f.param[TOTAL_TO], 1, 1, &f.param[TOTAL_S]);
    Own own = row_in_loop(e, &g->own, loop.index), of_block = own_after(&own, WHERE_OWN);
    Val param[] = { NULL, NULL, NULL, NULL, f.param[TOTAL_SUMS] };
    Chunk c = { .e = e, .param = param };
    Scope scope = { .e = e };
    Pointwise p = pointwise_begin(&c, e->into[g->member.at[0]], &of_block);
    loop.next[0] = pointwise_add(&p, &scope, loop.carried[0]);
    ll_loop_end(ll, &loop);
    LLVMBuildRet(ll->builder, loop.result[0]);
    return f;
}

void receipts_make(Emit *e, General *g)
{
    static const GroupRule rule = { "receive", any_block, alike, numbers };
    Receipts *r = ARENA_NEW(&e->cx->arena, Receipts);
    r->form = groups_of(e, &rule, e->into_from[e->p->n_pops]);
    find_runs(e, r);
    r->own = table_of_runs(e, r);
    for (size_t k = 0; k < r->form.n; k++) {
        form_function(e, &r->form.at[k]);
        if (block_adds_sum(&e->p->block[e->into[r->form.at[k].member.at[0]]]))
            r->total = total_function(e, &r->form.at[k]);
    }
    r->add = add_function(e, r);
    g->receipts = r;
}

void receipts_numbers(const Emit *e, size_t pop, bool is_total, OwnNumbers *out)
{
    const Receipts *r = e->general->receipts;
    size_t from = r->from[pop], to = r->from[pop + 1];
    if (is_total && to - from > 1)
        BUG("population %zu receives more than sums", pop);
    own_push_i64(e, out, !is_total ? from : from < to ? r->run.at[from].from : 0);
    own_push_i64(e, out, !is_total ? to : from < to ? r->run.at[from].to : 0);
}

void receipts_add(const Chunk *c, Val from, Val to)
{
    const Val *p = c->param;
    Val args[] = { p[OF_ARGS], p[OF_STEP], p[OF_T], p[OF_Y], p[OF_SUMS], c->lo, c->count, c->s, from, to };
    ll_call(c->e->ll, &c->e->general->receipts->add, args, ADD_TO + 1);
}

Val receipts_total(const Chunk *c, Val from, Val to, Val s)
{
    const LlFunction *f = &c->e->general->receipts->total;
    return f->value ? ll_call(c->e->ll, f, (Val[]){ c->param[OF_SUMS], s, from, to }, 4) : s;
}
