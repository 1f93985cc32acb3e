/* Blocks of pairs: for each target a loop over its sources, in lanes, so that
 * the functions of a pair are vector code. What is of the target alone is
 * computed before the loop, what is of the source alone is read from its signals. */
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

enum { PAIRS_ARGS, PAIRS_STEP, PAIRS_T, PAIRS_Y, PAIRS_LO, PAIRS_COUNT, PAIRS_TO, PAIRS_ROW };

/* What the function of a block reads of it: where its targets lie, these, the constants of the pair, then part by part how a signal is read
 * or the constants of a program. */
enum { OWN_NUMBER = WHERE_OWN, OWN_N_PRE, OWN_WEIGHT, OWN_PAIR };

typedef struct Pairs {
    Emit *e;
    const EigBlock *b;
    Own own, of_pair, *of_part;
    Where where;
    const Val *param;
    Val *sent;                  /* of each part of the source: where its numbers stand */
    Val *part;                  /* the numbers of a pair, or of lanes of pairs */
} Pairs;

/* The numbers of `sent` from index on, of lanes with `on`; where to look in a sparse block is given. */
static Val load_lanes(const Ll *ll, LLVMTypeRef element, Val base, Val index, Val on)
{
    LLVMTypeRef vector = LLVMVectorType(element, EIG_SUM_LANES), type[2] = { vector, ll->ptr };
    unsigned id = LLVMLookupIntrinsicID("llvm.masked.load", 16);
    Val load = LLVMGetIntrinsicDeclaration(ll->module, id, type, 2);
    Val args[4] = { ll_at(ll, element, base, index), LLVMConstInt(ll->i32, element == ll->f64 ? 8 : 4, 0), on, LLVMConstNull(vector) };
    return LLVMBuildCall2(ll->builder, LLVMIntrinsicGetType(ll->context, id, type, 2), load, args, 4, "");
}

/* base[column[lane]]: lanes that are not on have column 0, which is there. */
static Val load_each(const Ll *ll, Val base, Val column)
{
    Val x = LLVMGetPoison(LLVMVectorType(ll->f64, EIG_SUM_LANES));
    for (unsigned k = 0; k < EIG_SUM_LANES; k++) {
        Val j = LLVMBuildExtractElement(ll->builder, column, ll_i64(ll, k), "");
        Val number = ll_load_f64(ll, base, LLVMBuildZExt(ll->builder, j, ll->i64, ""));
        x = LLVMBuildInsertElement(ll->builder, x, number, ll_i64(ll, k), "");
    }
    return x;
}

static Val pair_value(const Pairs *a, const Val *part)
{
    Val none[EIG_N_VARS] = { 0 };
    return expr_emit_reading(a->e, &a->b->pair, none, &(Reads){ .args = a->param[PAIRS_ARGS], .part = part, .own = &a->of_pair });
}

/* The target's parts; the others stay NULL. */
static void target_parts(const Pairs *a, Val neuron, Val *part)
{
    Scope scope = { .e = a->e, .n_states = eig_n_states(&a->e->p->pop[a->b->post]), .where = a->where, .args = a->param[PAIRS_ARGS],
                    .t = a->param[PAIRS_T], .y = a->param[PAIRS_Y], .neuron = neuron };
    for (size_t k = 0; k < a->b->n_parts; k++)
        part[k] = a->b->part[k].of_source ? NULL : scope_value(&scope, &a->b->part[k].code, &a->of_part[k]);
}

/* The entries of a row of w, or the sources of all: where they begin and end, and what stands there. */
typedef struct Row {
    Val from, to, column, weight;       /* NULL: entry j is source j; one weight for all */
} Row;

static Row row_of(const Pairs *a, Val neuron)
{
    const Ll *ll = a->e->ll;
    Val number = own_i64(a->e, &a->own, OWN_NUMBER), n_pre = own_i64(a->e, &a->own, OWN_N_PRE);
    Row r = { .from = ll_i64(ll, 0), .to = n_pre };
    if (a->b->w)
        r.weight = abi_block_pointer(a->e, a->param[PAIRS_ARGS], ABI_weight, number);
    if (a->b->kind == EIG_BLOCK_DENSE)
        r.weight = ll_at(ll, ll->f64, r.weight, ll_imul(ll, neuron, n_pre));
    if (a->b->kind != EIG_BLOCK_SPARSE)
        return r;
    Val row_from = abi_block_pointer(a->e, a->param[PAIRS_ARGS], ABI_row_from, number);
    r.from = ll_load(ll, ll->i64, ll_at(ll, ll->i64, row_from, neuron));
    r.to = ll_load(ll, ll->i64, ll_at(ll, ll->i64, row_from, ll_iadd(ll, neuron, ll_i64(ll, 1))));
    r.column = abi_block_pointer(a->e, a->param[PAIRS_ARGS], ABI_column, number);
    return r;
}

/* Weighed, and -0 where no pair is. */
static Val lanes_of(const Pairs *a, const Row *r, Val index, Val neuron, const Val *of_target)
{
    Ll *ll = a->e->ll;
    Val on = first_lanes(ll, LLVMBuildSub(ll->builder, r->to, index, "")), w = NULL;
    Val column = r->column ? load_lanes(ll, ll->i32, r->column, index, on) : NULL;
    for (size_t k = 0; k < a->b->n_parts; k++)
        a->part[k] = of_target[k] ? ll_splat(ll, of_target[k], EIG_SUM_LANES)
                     : column     ? load_each(ll, a->sent[k], column)
                                  : load_lanes(ll, ll->f64, a->sent[k], index, on);
    ll->lanes = EIG_SUM_LANES;
    Val value = pair_value(a, a->part);
    if (r->weight) {
        w = load_lanes(ll, ll->f64, r->weight, index, on);
        value = ll_fmul(ll, w, value);
    }
    if (a->b->kind == EIG_BLOCK_DENSE)
        on = LLVMBuildAnd(ll->builder, on, ll_fcmp(ll, LLVMRealONE, w, ll_f64(ll, 0.0)), "");
    if (a->b->skip_self) {
        Val self = ll_splat(ll, LLVMBuildSub(ll->builder, neuron, index, ""), EIG_SUM_LANES);
        on = LLVMBuildAnd(ll->builder, on, LLVMBuildICmp(ll->builder, LLVMIntNE, lane_numbers(ll), self, ""), "");
    }
    value = ll_select(ll, on, value, ll_f64(ll, -0.0));
    ll->lanes = 0;
    return value;
}

static Val row_sum(const Pairs *a, Val neuron, const Val *of_target)
{
    Ll *ll = a->e->ll;
    Row r = row_of(a, neuron);
    Val none = ll_splat(ll, ll_f64(ll, -0.0), EIG_SUM_LANES);
    LlLoop loop;
    ll_loop_begin(ll, &loop, r.from, r.to, EIG_SUM_LANES, 1, &none);
    loop.next[0] = ll_fadd(ll, loop.carried[0], lanes_of(a, &r, loop.index, neuron, of_target));
    ll_loop_end(ll, &loop);
    Val sum = fold_lanes(ll, loop.result[0]);
    return r.weight ? sum : ll_fmul(ll, own_f64(a->e, &a->own, OWN_WEIGHT), sum);
}

/* The one source of neuron `neuron` is the neuron of this number. */
static Val own_pair(const Pairs *a, Val neuron, const Val *of_target)
{
    const Ll *ll = a->e->ll;
    for (size_t k = 0; k < a->b->n_parts; k++)
        a->part[k] = of_target[k] ? of_target[k] : ll_load_f64(ll, a->sent[k], neuron);
    return ll_fmul(ll, own_f64(a->e, &a->own, OWN_WEIGHT), pair_value(a, a->part));
}

/* ---- those that differ in numbers alone ---- */

static Reading part_reading(const EigBlock *b, size_t k)
{
    return (Reading){ b->part[k].signal, b->delay };
}

static bool is_of_pairs(const Emit *e, size_t block)
{
    return e->p->block[block].pair.n > 0;
}

static bool parts_alike(const Emit *e, const EigBlock *a, const EigBlock *b, size_t k)
{
    if (a->part[k].of_source != b->part[k].of_source)
        return false;
    return a->part[k].of_source ? reads_alike(e, part_reading(a, k), part_reading(b, k))
                                : code_same_shape(e, &a->part[k].code, &b->part[k].code);
}

static bool pairs_alike(const Emit *e, size_t first, size_t second)
{
    const EigBlock *a = &e->p->block[first], *b = &e->p->block[second];
    if (!e->general->shares || a->kind != b->kind || a->skip_self != b->skip_self || !a->w != !b->w || a->n_parts != b->n_parts)
        return false;
    if (eig_n_states(&e->p->pop[a->post]) != eig_n_states(&e->p->pop[b->post]) || !code_same_shape(e, &a->pair, &b->pair))
        return false;
    for (size_t k = 0; k < a->n_parts; k++)
        if (!parts_alike(e, a, b, k))
            return false;
    return true;
}

static void pair_numbers(const Emit *e, size_t block, OwnNumbers *out)
{
    const EigBlock *b = &e->p->block[block];
    where_numbers(e, b->post, out);
    own_push_i64(e, out, block);
    own_push_i64(e, out, e->p->pop[b->pre].size);
    own_push_f64(e, out, b->w ? 0.0 : b->weight);
    code_numbers(e, &b->pair, out);
    for (size_t k = 0; k < b->n_parts; k++) {
        if (b->part[k].of_source)
            reading_numbers(e, part_reading(b, k), out);
        else
            code_numbers(e, &b->part[k].code, out);
    }
}

static void own_numbers(Pairs *a, const Group *g)
{
    const EigBlock *b = a->b;
    a->own = group_own(a->e, g, a->param[PAIRS_ROW]);
    a->where = where_own(a->e, &a->own);
    a->of_pair = own_after(&a->own, OWN_PAIR);
    Own next = own_after(&a->of_pair, code_n_numbers(&b->pair));
    for (size_t k = 0; k < b->n_parts; k++) {
        a->of_part[k] = next;
        next = own_after(&next, b->part[k].of_source ? READING_OWN : code_n_numbers(&b->part[k].code));
    }
}

/* pairs_k(args, step, t, y, lo, count, to), and row where there is more than one: adds what the block brings to `count` numbers, those of
 * the targets from lo on. */
static void pairs_function(Emit *e, Group *g)
{
    Ll *ll = e->ll;
    char name[48];
    snprintf(name, sizeof name, "pairs_%zu", g->member.at[0]);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->i64, ll->i64, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, name, false, ll->none, params, g->member.n > 1 ? "args step t y lo count to row" : "args step t y lo count to");
    ll_param_attribute(ll, f.value, PAIRS_ARGS, "readonly");
    ll_param_attribute(ll, f.value, PAIRS_TO, "noalias");
    const EigBlock *b = &e->p->block[g->member.at[0]];
    Pairs a = { .e = e, .b = b, .param = f.param, .of_part = ARENA_ARRAY(&e->cx->arena, b->n_parts, Own),
                .sent = ARENA_ARRAY(&e->cx->arena, b->n_parts, Val), .part = ARENA_ARRAY(&e->cx->arena, b->n_parts, Val) };
    Val *of_target = ARENA_ARRAY(&e->cx->arena, b->n_parts, Val);
    own_numbers(&a, g);
    for (size_t k = 0; k < b->n_parts; k++)
        if (b->part[k].of_source)
            a.sent[k] = reading_at(e, part_reading(b, k), &a.of_part[k], f.param[PAIRS_ARGS], f.param[PAIRS_STEP], f.param[PAIRS_Y]);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f.param[PAIRS_COUNT], 1, 0, NULL);
    Val neuron = ll_iadd(ll, f.param[PAIRS_LO], loop.index);
    target_parts(&a, neuron, of_target);
    Val c = b->kind == EIG_BLOCK_DIAGONAL ? own_pair(&a, neuron, of_target) : row_sum(&a, neuron, of_target);
    ll_store_f64(ll, ll_fadd(ll, ll_load_f64(ll, f.param[PAIRS_TO], loop.index), c), f.param[PAIRS_TO], loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    g->function = f;
}

void pair_functions(Emit *e, General *g)
{
    static const GroupRule rule = { "pairs", is_of_pairs, pairs_alike, pair_numbers };
    g->pairs = groups_of(e, &rule, e->p->n_blocks);
    g->pairs_group = ARENA_ARRAY(&e->cx->arena, e->p->n_blocks + 1, size_t);
    g->pairs_row = ARENA_ARRAY(&e->cx->arena, e->p->n_blocks + 1, size_t);
    for (size_t k = 0; k < g->pairs.n; k++) {
        Group *group = &g->pairs.at[k];
        for (size_t r = 0; r < group->member.n; r++) {
            g->pairs_group[group->member.at[r]] = k;
            g->pairs_row[group->member.at[r]] = r;
        }
        pairs_function(e, group);
    }
}
