/* One function per way of computing a block. Pointwise blocks join the loop
 * over the targets; a dense block is a loop nest of its own, by columns: the
 * inner loop runs over targets, so it becomes vector code although every
 * target's sum keeps its order. */
#include "compiler/emit/parts.h"

/* Columns taken together: s is read and written once for so many products. */
enum { COLUMNS_AT_ONCE = 8 };

/* s + sum over the row's entries w[e] * x[column[e]], in order; w may be one number for all. Rows one after
 * the other: four side by side hide the latency of the additions, but read four
 * short streams instead of one long one, which was slower. */
static Val row(const Emit *e, size_t block, BlockOwn own, Val args, Val pre_x, Val neuron, Val s)
{
    Ll *ll = e->ll;
    Val row_from = abi_block_pointer(e, args, ABI_row_from, own.number);
    Val column = abi_block_pointer(e, args, ABI_column, own.number);
    Val weight = abi_block_pointer(e, args, ABI_weight, own.number);
    Val from = ll_load(ll, ll->i64, ll_at(ll, ll->i64, row_from, neuron));
    Val to = ll_load(ll, ll->i64, ll_at(ll, ll->i64, row_from, ll_iadd(ll, neuron, ll_i64(ll, 1))));
    LlLoop loop;
    ll_loop_begin(ll, &loop, from, to, 1, 1, &s);
    Val j = ll_load(ll, ll->i32, ll_at(ll, ll->i32, column, loop.index));
    Val x = ll_load_f64(ll, pre_x, LLVMBuildZExt(ll->builder, j, ll->i64, ""));
    Val w = e->p->block[block].w ? ll_load_f64(ll, weight, loop.index) : own.weight;
    loop.next[0] = ll_fadd(ll, loop.carried[0], ll_fmul(ll, w, x));
    ll_loop_end(ll, &loop);
    return loop.result[0];
}

Val block_rates(const Emit *e, Val pre_from, Val y)
{
    return ll_at(e->ll, e->ll->f64, y, pre_from);
}

BlockOwn block_own(const Emit *e, size_t block)
{
    return (BlockOwn){ ll_i64(e->ll, block), ll_f64(e->ll, e->p->block[block].weight) };
}

/* `sum` is the source population's, for a uniform block (with all connections:
 * already times the weight). `neuron` is the target's index in its population. */
Val block_pointwise(const Emit *e, size_t block, BlockOwn own, Val args, Val sum, Val pre_x, Val neuron, Val s)
{
    Ll *ll = e->ll;
    const EigBlock *b = &e->p->block[block];
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:
        if (!b->skip_self)
            return ll_fadd(ll, s, sum);
        return ll_fadd(ll, s, ll_fmul(ll, own.weight, ll_fsub(ll, sum, ll_load_f64(ll, pre_x, neuron))));
    case EIG_BLOCK_DIAGONAL:
        return ll_fadd(ll, s, ll_fmul(ll, own.weight, ll_load_f64(ll, pre_x, neuron)));
    case EIG_BLOCK_SPARSE:
        return row(e, block, own, args, pre_x, neuron, s);
    case EIG_BLOCK_DENSE:
    case EIG_BLOCK_KERNEL:
        break;
    }
    BUG("block %zu is not pointwise", block);
}

/* s[i] += w[j][lo + i] * x[j] for `width` columns from j on, in order of j. */
static void columns(const Emit *e, Val stride, Val weight, Val pre_x, Val j, unsigned width, Val lo, Val count, Val s)
{
    Ll *ll = e->ll;
    Val column[COLUMNS_AT_ONCE], x[COLUMNS_AT_ONCE];
    for (unsigned k = 0; k < width; k++) {
        Val jk = ll_iadd(ll, j, ll_i64(ll, k));
        column[k] = ll_at(ll, ll->f64, weight, ll_iadd(ll, ll_imul(ll, jk, stride), lo));
        x[k] = ll_load_f64(ll, pre_x, jk);
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), count, 1, 0, NULL);
    Val si = ll_load_f64(ll, s, loop.index);
    for (unsigned k = 0; k < width; k++)
        si = ll_fadd(ll, si, ll_fmul(ll, ll_load_f64(ll, column[k], loop.index), x[k]));
    ll_store_f64(ll, si, s, loop.index);
    ll_loop_end(ll, &loop);
}

/* s holds `count` targets from `lo` on. */
void block_columns(const Emit *e, Val n_pre, Val n_post, Val number, Val args, Val pre_x, Val lo, Val count, Val s)
{
    Ll *ll = e->ll;
    Val weight = abi_block_pointer(e, args, ABI_weight, number), zero = ll_i64(ll, 0);
    Val whole = LLVMBuildAnd(ll->builder, n_pre, ll_i64(ll, ~(uint64_t)(COLUMNS_AT_ONCE - 1)), "");
    LlLoop loop;
    if (whole != zero) {
        ll_loop_begin(ll, &loop, zero, whole, COLUMNS_AT_ONCE, 0, NULL);
        columns(e, n_post, weight, pre_x, loop.index, COLUMNS_AT_ONCE, lo, count, s);
        ll_loop_end(ll, &loop);
    }
    if (whole != n_pre) {
        ll_loop_begin(ll, &loop, whole, n_pre, 1, 0, NULL);
        columns(e, n_post, weight, pre_x, loop.index, 1, lo, count, s);
        ll_loop_end(ll, &loop);
    }
}
