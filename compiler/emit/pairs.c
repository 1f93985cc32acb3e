/* Blocks of pairs: for each target a loop over its sources, in lanes, so that
 * the functions of a pair are vector code. What is of the target alone is
 * computed before the loop, what is of the source alone is read from its signals. */
#include <stdio.h>

#include "compiler/emit/parts.h"

enum { OF_ARGS, OF_STEP, OF_T, OF_Y, OF_LO, OF_COUNT, OF_TO };

typedef struct Pairs {
    Emit *e;
    const EigBlock *b;
    size_t block;
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
    return expr_emit_reading(a->e, &a->b->pair, none, &(Reads){ .args = a->param[OF_ARGS], .part = part });
}

/* The target's parts; the others stay NULL. */
static void target_parts(const Pairs *a, Val neuron, Val *part)
{
    Scope scope = { .e = a->e, .pop = a->b->post, .args = a->param[OF_ARGS], .t = a->param[OF_T], .y = a->param[OF_Y], .neuron = neuron };
    for (size_t k = 0; k < a->b->n_parts; k++)
        part[k] = a->b->part[k].of_source ? NULL : scope_value(&scope, &a->b->part[k].code);
}

/* The entries of a row of w, or the sources of all: where they begin and end, and what stands there. */
typedef struct Row {
    Val from, to, column, weight;       /* NULL: entry j is source j; one weight for all */
} Row;

static Row row_of(const Pairs *a, Val neuron)
{
    const Ll *ll = a->e->ll;
    Val number = ll_i64(ll, a->block), n_pre = ll_i64(ll, a->e->p->pop[a->b->pre].size);
    Row r = { .from = ll_i64(ll, 0), .to = n_pre };
    if (a->b->w)
        r.weight = abi_block_pointer(a->e, a->param[OF_ARGS], ABI_weight, number);
    if (a->b->kind == EIG_BLOCK_DENSE)
        r.weight = ll_at(ll, ll->f64, r.weight, ll_imul(ll, neuron, n_pre));
    if (a->b->kind != EIG_BLOCK_SPARSE)
        return r;
    Val row_from = abi_block_pointer(a->e, a->param[OF_ARGS], ABI_row_from, number);
    r.from = ll_load(ll, ll->i64, ll_at(ll, ll->i64, row_from, neuron));
    r.to = ll_load(ll, ll->i64, ll_at(ll, ll->i64, row_from, ll_iadd(ll, neuron, ll_i64(ll, 1))));
    r.column = abi_block_pointer(a->e, a->param[OF_ARGS], ABI_column, number);
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
    return r.weight ? sum : ll_fmul(ll, ll_f64(ll, a->b->weight), sum);
}

/* The one source of neuron `neuron` is the neuron of this number. */
static Val own_pair(const Pairs *a, Val neuron, const Val *of_target)
{
    const Ll *ll = a->e->ll;
    for (size_t k = 0; k < a->b->n_parts; k++)
        a->part[k] = of_target[k] ? of_target[k] : ll_load_f64(ll, a->sent[k], neuron);
    return ll_fmul(ll, ll_f64(ll, a->b->weight), pair_value(a, a->part));
}

/* pairs_k(args, step, t, y, lo, count, to): adds what the block brings to `count` numbers, those of the targets from lo on. */
LlFunction pairs_function(Emit *e, const General *g, size_t block)
{
    Ll *ll = e->ll;
    char name[48];
    snprintf(name, sizeof name, "pairs_%zu", block);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->f64, ll->ptr, ll->i64, ll->i64, ll->ptr };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "args step t y lo count to");
    ll_param_attribute(ll, f.value, OF_ARGS, "readonly");
    ll_param_attribute(ll, f.value, OF_TO, "noalias");
    const EigBlock *b = &e->p->block[block];
    Pairs a = { e, b, block, f.param, ARENA_ARRAY(&e->cx->arena, b->n_parts, Val), ARENA_ARRAY(&e->cx->arena, b->n_parts, Val) };
    Val *of_target = ARENA_ARRAY(&e->cx->arena, b->n_parts, Val);
    for (size_t k = 0; k < b->n_parts; k++)
        if (b->part[k].of_source)
            a.sent[k] = signal_then(e, g, f.param[OF_ARGS], b->part[k].signal, b->delay, f.param[OF_STEP], f.param[OF_Y]);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f.param[OF_COUNT], 1, 0, NULL);
    Val neuron = ll_iadd(ll, f.param[OF_LO], loop.index);
    target_parts(&a, neuron, of_target);
    Val c = b->kind == EIG_BLOCK_DIAGONAL ? own_pair(&a, neuron, of_target) : row_sum(&a, neuron, of_target);
    ll_store_f64(ll, ll_fadd(ll, ll_load_f64(ll, f.param[OF_TO], loop.index), c), f.param[OF_TO], loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}
