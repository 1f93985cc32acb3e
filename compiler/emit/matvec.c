/* What one block adds. Pointwise blocks join the loop over the targets; arrays
 * of weights have a function each kind (tiles.c, rows.c), which all blocks of the
 * kind call. */
#include "compiler/emit/parts.h"

Val weight_lanes(const Emit *e, Val base, Val index)
{
    const Ll *ll = e->ll;
    if (!e->p->f32_weights)
        return lane_vector(ll, base, index);
    Val v = ll_load(ll, LLVMVectorType(ll->f32, EIG_SUM_LANES), ll_at(ll, ll->f32, base, index));
    LLVMSetAlignment(v, sizeof(float));
    return LLVMBuildFPExt(ll->builder, v, LLVMVectorType(ll->f64, EIG_SUM_LANES), "");
}

Val weight_value(const Emit *e, Val base, Val index)
{
    const Ll *ll = e->ll;
    if (!e->p->f32_weights)
        return ll_load_f64(ll, base, index);
    return LLVMBuildFPExt(ll->builder, ll_load(ll, ll->f32, ll_at(ll, ll->f32, base, index)), ll->f64, "");
}

Val weight_at(const Emit *e, Val base, Val index)
{
    return ll_at(e->ll, e->p->f32_weights ? e->ll->f32 : e->ll->f64, base, index);
}

bool block_is_array(const EigBlock *b)
{
    return b->kind == EIG_BLOCK_SPARSE || b->kind == EIG_BLOCK_DENSE;
}

void block_functions(Emit *e)
{
    for (size_t k = 0; k < e->p->n_blocks; k++) {
        const EigBlock *b = &e->p->block[k];
        if (b->pair.n || !block_is_array(b))
            continue;
        if (b->kind == EIG_BLOCK_DENSE) {
            if (!e->add_tiles.value)
                tiles_function(e);
        } else if (!e->add_rows[b->w != NULL].value) {
            e->add_rows[b->w != NULL] = rows_function(e, b->w != NULL);
        }
    }
}

/* s holds `count` targets from `lo` on, in room for whole vectors of lanes. */
void block_array(const Emit *e, size_t block, BlockOwn own, const BlockSizes *n, Val args, Val pre_x, Val lo, Val count, Val s)
{
    Ll *ll = e->ll;
    const EigBlock *b = &e->p->block[block];
    Val weight = b->w ? abi_block_pointer(e, args, ABI_weight, own.number) : own.weight;
    if (b->kind == EIG_BLOCK_DENSE) {
        ll_call(ll, &e->add_tiles, (Val[]){ weight, pre_x, n->pre, n->post, lo, count, s }, 7);
        return;
    }
    Val from = ll_at(ll, ll->i64, abi_block_pointer(e, args, ABI_row_from, own.number), lo);
    Val column = abi_block_pointer(e, args, ABI_column, own.number);
    ll_call(ll, &e->add_rows[b->w != NULL], (Val[]){ from, column, weight, pre_x, count, s }, 6);
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
Val block_pointwise(const Emit *e, size_t block, BlockOwn own, Val sum, Val pre_x, Val neuron, Val s)
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
    case EIG_BLOCK_DENSE:
    case EIG_BLOCK_KERNEL:
        break;
    }
    BUG("block %zu is not pointwise", block);
}
