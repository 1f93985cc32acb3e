#include "compiler/net/build.h"

static void entry_negate(NumPool *pool, Values *v, size_t k)
{
    v->d[k] = v->d[k] == 0 ? 0.0 : -v->d[k];
    if (!v->q)
        return;
    mpq_ptr x = num_new(pool);
    mpq_neg(x, v->q[k]);
    v->q[k] = x;
}

static bool any_negative(const Values *v)
{
    for (size_t k = 0; k < v->n; k++)
        if (values_sign(v, k) < 0)
            return true;
    return false;
}

static size_t source_of(const NetBuild *b, const Block *block, size_t entry)
{
    return block->kind == BLOCK_SPARSE ? block->column[entry] : entry % b->net->pop[block->pre].size;
}

static void take_source_signs(NetBuild *b, Block *block)
{
    const NetPop *pre = &b->net->pop[block->pre];
    for (size_t e = 0; e < block->values.n; e++)
        if (net_neuron_sign(pre, source_of(b, block, e)) == SIGN_INH)
            entry_negate(b->net->nums, &block->values, e);
}

/* Only a `mixed` source can have a negative factor; the sign goes to the entries. */
static void take_factor_sign(NetBuild *b, Block *block)
{
    if (mpq_sgn(block->factor) >= 0)
        return;
    mpq_ptr f = num_new(b->net->nums);
    mpq_neg(f, block->factor);
    block->factor = f;
    for (size_t e = 0; e < block->values.n; e++)
        entry_negate(b->net->nums, &block->values, e);
}

static void clear_diagonal(NetBuild *b, Block *block, size_t size)
{
    Num zero = block->values.q ? num_int(b->net->nums, 0) : NULL;
    for (size_t e = 0; e < block->values.n; e += size + 1) {
        block->values.d[e] = 0.0;
        if (zero)
            block->values.q[e] = zero;
    }
}

static void copy_entry(Values *to, size_t at, const Values *from, size_t k)
{
    if (from->d)
        to->d[at] = from->d[k];
    if (from->q)
        to->q[at] = from->q[k];
}

/* Takes zeros, and self-connections where there are none, out of a sparse block in place. */
static void sparse_compact(Block *block, size_t n_rows, bool drop_diagonal)
{
    if (!block->values.d && !drop_diagonal)
        return;
    size_t at = 0;
    for (size_t row = 0, e = 0; row < n_rows; row++) {
        uint64_t end = block->row_from[row + 1];
        block->row_from[row] = at;
        for (; e < end; e++) {
            if (values_sign(&block->values, e) == 0 || (drop_diagonal && block->column[e] == row))
                continue;
            block->column[at] = block->column[e];
            copy_entry(&block->values, at++, &block->values, e);
        }
    }
    block->row_from[n_rows] = at;
    block->values.n = at;
}

static size_t count_nonzero(const Values *v)
{
    size_t n = 0;
    for (size_t k = 0; k < v->n; k++)
        n += values_sign(v, k) != 0;
    return n;
}

static void dense_to_sparse(Ctx *cx, Block *block, size_t n_rows, size_t n_columns, size_t n)
{
    Values from = block->values, to = { .n = n, .d = ARENA_ARRAY(&cx->arena, n, double) };
    if (from.q)
        to.q = ARENA_ARRAY(&cx->arena, n, Num);
    block->row_from = ARENA_ARRAY(&cx->arena, n_rows + 1, uint64_t);
    block->column = ARENA_ARRAY(&cx->arena, n, uint32_t);
    size_t at = 0;
    for (size_t row = 0; row < n_rows; row++) {
        for (size_t column = 0; column < n_columns; column++) {
            if (values_sign(&from, row * n_columns + column) == 0)
                continue;
            block->column[at] = (uint32_t)column;
            copy_entry(&to, at++, &from, row * n_columns + column);
        }
        block->row_from[row + 1] = at;
    }
    block->values = to;
    block->kind = BLOCK_SPARSE;
}

void entries_take_signs(NetBuild *b, EntrySigns signs, Block *out)
{
    out->was_signed = signs == ENTRIES_MAY_BE_SIGNED && any_negative(&out->values);
    if (!out->was_signed && !b->m->conns.at[out->conn].n_terms)
        take_source_signs(b, out);
    take_factor_sign(b, out);
}

void entries_finish(NetBuild *b, const ModelConn *c, EntrySigns signs, Block *out)
{
    size_t n_rows = b->net->pop[out->post].size, n_columns = b->net->pop[out->pre].size;
    bool drop_diagonal = !c->self && c->pre == c->post;
    if (signs != ENTRIES_ARE_ONE)
        entries_take_signs(b, signs, out);
    if (out->kind == BLOCK_UNDRAWN)
        return;
    if (out->kind == BLOCK_SPARSE) {
        sparse_compact(out, n_rows, drop_diagonal);
        return;
    }
    if (drop_diagonal)
        clear_diagonal(b, out, n_rows);
    size_t n = count_nonzero(&out->values);
    if (n < out->values.n / 4 && n_columns <= UINT32_MAX)
        dense_to_sparse(b->cx, out, n_rows, n_columns, n);
}
