/* Plain populations: the same input for every neuron, and uniform blocks
 * without exceptions. Their total input is one number, so it and the
 * activation are computed once for all neurons. Plain populations with the
 * same input and activation, but for constants, share one function, which reads what differs from
 * tables: a network of hundreds of small populations compiles into a few
 * functions. */
#include <stdio.h>

#include "compiler/emit/parts.h"

/* Constant arrays of the module, one row a population (integers, numbers) or
 * one entry a block (weight, pre). */
struct PlainTables {
    Val integers, numbers, weight, pre;
    const size_t *pop;          /* of each row */
};

bool pop_is_plain(const Emit *e, size_t pop)
{
    if (code_uses(&e->p->pop[pop].input, EIG_VAR_I))
        return false;
    for (size_t k = e->into_from[pop]; k < e->into_from[pop + 1]; k++) {
        const EigBlock *b = &e->p->block[e->into[k]];
        if (b->kind != EIG_BLOCK_UNIFORM || b->skip_self)
            return false;
    }
    return true;
}

static bool same_shape(const Emit *e, size_t a, size_t b)
{
    const EigPop *p = &e->p->pop[a], *q = &e->p->pop[b];
    return code_same_shape(e, &p->phi, &q->phi) && code_same_shape(e, &p->input, &q->input);
}

static void numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    code_numbers(e, &e->p->pop[pop].input, out);
    code_numbers(e, &e->p->pop[pop].phi, out);
}

/* What the functions of a group read of the population in a row of the tables here. */
static Own own_of(const Emit *e, const Group *g, Val row)
{
    const Ll *ll = e->ll;
    return group_own(e, g, LLVMBuildSub(ll->builder, row, ll_i64(ll, g->row_from), ""));
}

static Own own_of_activation(const Emit *e, const Group *g, const Own *own)
{
    return own_after(own, code_n_numbers(&e->p->pop[g->member.at[0]].input));
}

static Val constant_array(const Emit *e, const char *name, LLVMTypeRef type, const Val *value, size_t n)
{
    Val g = LLVMAddGlobal(e->ll->module, LLVMArrayType2(type, n), name);
    LLVMSetInitializer(g, LLVMConstArray2(type, (Val *)(uintptr_t)value, n));
    LLVMSetGlobalConstant(g, 1);
    LLVMSetLinkage(g, LLVMPrivateLinkage);
    return g;
}

/* Rows in the order of `pop`, which lists the plain populations group by group. */
static PlainTables make_tables(const Emit *e, const size_t *pop, size_t n)
{
    const Ll *ll = e->ll;
    Arena *a = &e->cx->arena;
    Val *integers = ARENA_ARRAY(a, ROW_INTEGERS * n + 1, Val), *numbers = ARENA_ARRAY(a, ROW_NUMBERS * n + 1, Val);
    Val *weight = ARENA_ARRAY(a, e->p->n_blocks + 1, Val), *pre = ARENA_ARRAY(a, e->p->n_blocks + 1, Val);
    size_t at = 0;
    for (size_t r = 0; r < n; r++) {
        const EigPop *p = &e->p->pop[pop[r]];
        Val *row = integers + ROW_INTEGERS * r;
        row[ROW_FROM] = ll_i64(ll, p->from);
        row[ROW_SIZE] = ll_i64(ll, p->size);
        row[ROW_POP] = ll_i64(ll, pop[r]);
        row[ROW_SOURCES] = ll_i64(ll, e->needs_sum[pop[r]] ? p->size : 0);
        row[ROW_BLOCK_FROM] = ll_i64(ll, at);
        for (size_t k = e->into_from[pop[r]]; k < e->into_from[pop[r] + 1]; k++, at++) {
            weight[at] = ll_f64(ll, e->p->block[e->into[k]].weight);
            pre[at] = ll_i64(ll, e->p->block[e->into[k]].pre);
        }
        row[ROW_BLOCK_TO] = ll_i64(ll, at);
        numbers[ROW_NUMBERS * r + ROW_RATE] = ll_f64(ll, p->rate);
        numbers[ROW_NUMBERS * r + ROW_EXP_STEP] = ll_f64(ll, p->exp_step);
    }
    return (PlainTables){ constant_array(e, "plain_integers", ll->i64, integers, ROW_INTEGERS * n),
                     constant_array(e, "plain_numbers", ll->f64, numbers, ROW_NUMBERS * n),
                     constant_array(e, "plain_weight", ll->f64, weight, at),
                     constant_array(e, "plain_pre", ll->i64, pre, at), pop };
}

Val plain_integer(const Emit *e, Val row, PlainInteger which)
{
    const Ll *ll = e->ll;
    Val at = ll_iadd(ll, ll_imul(ll, row, ll_i64(ll, ROW_INTEGERS)), ll_i64(ll, which));
    return ll_load(ll, ll->i64, ll_at(ll, ll->i64, e->plain->integers, at));
}

Val plain_number(const Emit *e, Val row, PlainNumber which)
{
    const Ll *ll = e->ll;
    return ll_load_f64(ll, e->plain->numbers, ll_iadd(ll, ll_imul(ll, row, ll_i64(ll, ROW_NUMBERS)), ll_i64(ll, which)));
}

/* u + w S + w S + ..., in the order of the blocks. */
static Val total(const Emit *e, Val row, Val sums, Val input)
{
    Ll *ll = e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, plain_integer(e, row, ROW_BLOCK_FROM), plain_integer(e, row, ROW_BLOCK_TO), 1, 1, &input);
    Val sum = ll_load_f64(ll, sums, ll_load(ll, ll->i64, ll_at(ll, ll->i64, e->plain->pre, loop.index)));
    loop.next[0] = ll_fadd(ll, loop.carried[0], ll_fmul(ll, ll_load_f64(ll, e->plain->weight, loop.index), sum));
    ll_loop_end(ll, &loop);
    return loop.result[0];
}

/* s and d of a chunk. */
static void fill_chunk(const Emit *e, Val count, Val s_value, Val phi, Val own, Val s, Val d)
{
    Ll *ll = e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), count, 1, 0, NULL);
    ll_store_f64(ll, s_value, s, loop.index);
    ll_store_f64(ll, ll_fsub(ll, phi, ll_load_f64(ll, own, loop.index)), d, loop.index);
    ll_loop_end(ll, &loop);
}

/* The function of all populations of the group; the last parameter is the row. */
static LlFunction plain_function(Emit *e, const Group *g, size_t largest)
{
    Ll *ll = e->ll;
    char name[48];
    size_t pop = g->member.at[0], scratch = largest < EMIT_CHUNK ? largest : EMIT_CHUNK;
    snprintf(name, sizeof name, "plain_%zu", pop);
    LLVMTypeRef params[] = { ll->f64, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "t y sums update x acc out row");
    Val row = f.param[7];
    Own own = own_of(e, g, row), of_activation = own_of_activation(e, g, &own);
    Val s = ll_scratch(ll, scratch, "s"), d = ll_scratch(ll, scratch, "d");
    Val s_value = total(e, row, f.param[2], input_value(e, pop, &own, f.param[0], NULL));
    Val phi = activation_value(e, pop, &of_activation, s_value);
    Val from = plain_integer(e, row, ROW_FROM), size = plain_integer(e, row, ROW_SIZE);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), size, EMIT_CHUNK, 0, NULL);
    Val at = ll_iadd(ll, from, loop.index), count = chunk_count(ll, size, loop.index);
    fill_chunk(e, count, s_value, phi, ll_at(ll, ll->f64, f.param[1], at), s, d);
    Val args[] = { count, s, d, plain_number(e, row, ROW_RATE), plain_number(e, row, ROW_EXP_STEP),
                   ll_at(ll, ll->f64, f.param[4], at), ll_at(ll, ll->f64, f.param[5], at),
                   ll_at(ll, ll->f64, f.param[6], at) };
    update_call(e, f.param[3], args);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* The value of a row's neurons alone, for sweep.c. */
LlFunction plain_value_function(Emit *e, const Group *g)
{
    Ll *ll = e->ll;
    char name[48];
    size_t pop = g->member.at[0];
    snprintf(name, sizeof name, "value_%zu", pop);
    LLVMTypeRef params[] = { ll->f64, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, name, false, ll->f64, params, "t sums row");
    Own own = own_of(e, g, f.param[2]), of_activation = own_of_activation(e, g, &own);
    Val input = input_value(e, pop, &own, f.param[0], NULL);
    LLVMBuildRet(ll->builder, activation_value(e, pop, &of_activation, total(e, f.param[2], f.param[1], input)));
    return f;
}

void plain_groups(Emit *e)
{
    static const GroupRule rule = { "plain", pop_is_plain, same_shape, numbers };
    size_t *listed = ARENA_ARRAY(&e->cx->arena, e->p->n_pops + 1, size_t), n = 0;
    e->plain_group = groups_of(e, &rule, e->p->n_pops);
    for (size_t g = 0; g < e->plain_group.n; g++) {
        Group *group = &e->plain_group.at[g];
        group->row_from = n;
        for (size_t k = 0; k < group->member.n; k++)
            listed[n++] = group->member.at[k];
        group->row_to = n;
    }
    if (!n)
        return;
    PlainTables *tables = ARENA_NEW(&e->cx->arena, PlainTables);
    *tables = make_tables(e, listed, n);
    e->plain = tables;
}

void plain_functions(Emit *e)
{
    for (size_t g = 0; g < e->plain_group.n; g++) {
        Group *group = &e->plain_group.at[g];
        group->function = plain_function(e, group, group_largest_size(e, group));
    }
}

void plain_calls(const Emit *e, Val t, Val y, Val sums, Val update, Val x, Val acc, Val out)
{
    Ll *ll = e->ll;
    for (size_t g = 0; g < e->plain_group.n; g++) {
        const Group *group = &e->plain_group.at[g];
        LlLoop loop;
        ll_loop_begin(ll, &loop, ll_i64(ll, group->row_from), ll_i64(ll, group->row_to), 1, 0, NULL);
        Val args[] = { t, y, sums, update, x, acc, out, loop.index };
        ll_call(ll, &group->function, args, 8);
        ll_loop_end(ll, &loop);
    }
}
