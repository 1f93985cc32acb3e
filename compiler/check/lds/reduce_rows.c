/* The entries of a row: what each block brings to a neuron or a population, and what a sum is the sum of. */
#include "compiler/check/lds/reduce_parts.h"

#include <stdlib.h>

void reduce_row_init(Ctx *cx, RowSum *row, size_t q)
{
    row->sum = ARENA_ARRAY(&cx->arena, q, mpq_t);
    row->used = ARENA_ARRAY(&cx->arena, q, bool);
    row->touched = ARENA_ARRAY(&cx->arena, q, uint32_t);
    for (size_t k = 0; k < q; k++)
        mpq_init(row->sum[k]);
    mpq_init(row->term);
}

void reduce_row_clear(RowSum *row, size_t q)
{
    for (size_t k = 0; k < q; k++)
        mpq_clear(row->sum[k]);
    mpq_clear(row->term);
}

void reduce_row_add(RowSum *row, size_t column, mpq_srcptr term)
{
    if (row->used[column]) {
        mpq_add(row->sum[column], row->sum[column], term);
        return;
    }
    row->used[column] = true;
    row->touched[row->n_touched++] = (uint32_t)column;
    mpq_set(row->sum[column], term);
}

static void entry_exact(mpq_t out, const Block *b, mpq_srcptr gain, size_t e)
{
    values_get(&b->values, e, out);
    if (mpq_cmp_si(gain, 1, 1) != 0)
        mpq_mul(out, out, gain);
}

/* A kernel's row of target `post`: each source by its displacement. */
static void add_displacements(Reduction *r, const Block *b, size_t post, mpq_srcptr gain)
{
    long columns = (long)b->extent[0], x = (long)post % columns, y = (long)post / columns;
    for (long j = 0; j < columns * (long)b->extent[1]; j++) {
        entry_exact(r->row.term, b, gain, block_kernel_at(b, x - j % columns, y - j / columns));
        if (mpq_sgn(r->row.term))
            reduce_row_add(&r->row, r->row_of[b->pre] + (size_t)j, r->row.term);
    }
}

static void add_entries(RowSum *row, const Block *b, mpq_srcptr gain, size_t from, size_t to, size_t first, size_t dense_from)
{
    for (size_t e = from; e < to; e++) {
        entry_exact(row->term, b, gain, e);
        reduce_row_add(row, first + (b->kind == BLOCK_DENSE ? e - dense_from : b->column[e]), row->term);
    }
}

/* Of what is summed: the sum, and the own part taken away where there is no self-connection. */
static void add_sum(Reduction *r, const Block *b, size_t sum, size_t post, mpq_srcptr left)
{
    if (!mpq_sgn(left))
        return;
    reduce_row_add(&r->row, sum, left);
    if (b->self)
        return;
    if (b->kind == BLOCK_PRODUCT)
        values_get(&b->right, post, r->row.term);
    else
        mpq_set_ui(r->row.term, 1, 1);
    mpq_mul(r->row.term, r->row.term, left);
    mpq_neg(r->row.term, r->row.term);
    if (mpq_sgn(r->row.term))
        reduce_row_add(&r->row, r->row_of[b->pre] + post, r->row.term);
}

static void add_product(Reduction *r, const Block *b, size_t post, mpq_srcptr gain)
{
    size_t sum = r->has_sums ? r->block_sum[b - r->net->block] : NO_SUM;
    mpq_t left;
    mpq_init(left);
    values_get(&b->left, post, left);
    mpq_mul(left, left, gain);
    if (sum != NO_SUM)
        add_sum(r, b, sum, post, left);
    for (size_t k = 0; sum == NO_SUM && mpq_sgn(left) && k < b->right.n; k++) {
        if (values_sign(&b->right, k) == 0 || (!b->self && k == post))
            continue;
        values_get(&b->right, k, r->row.term);
        mpq_mul(r->row.term, r->row.term, left);
        reduce_row_add(&r->row, r->row_of[b->pre] + k, r->row.term);
    }
    mpq_clear(left);
}

void reduce_add_block(Reduction *r, const Block *b, size_t post, mpq_srcptr gain)
{
    size_t first = r->row_of[b->pre], n_pre = reduce_rows_of(r, b->pre);
    switch (b->kind) {
    case BLOCK_UNIFORM:
        if (r->has_sums && reduce_is_summed(r->net, b)) {
            add_sum(r, b, r->pop_sum[b->pre], post, gain);
            break;
        }
        for (size_t k = 0; k < n_pre; k++)
            if (r->whole[b->pre] || b->self || b->pre != b->post || k != post)
                reduce_row_add(&r->row, first + k, gain);
        break;
    case BLOCK_PRODUCT:
        add_product(r, b, post, gain);
        break;
    case BLOCK_DIAGONAL:
        if (!r->whole[b->pre])
            reduce_row_add(&r->row, first + post, gain);
        break;
    case BLOCK_KERNEL:
        add_displacements(r, b, post, gain);
        break;
    case BLOCK_UNDRAWN:
        BUG("a network with synapses that are not drawn is not reduced");
    case BLOCK_SPARSE:
        add_entries(&r->row, b, gain, b->row_from[post], b->row_from[post + 1], first, 0);
        break;
    case BLOCK_DENSE:
        add_entries(&r->row, b, gain, post * n_pre, (post + 1) * n_pre, first, post * n_pre);
        break;
    }
}

void reduce_add_self(Reduction *r, const Block *b, mpq_srcptr gain)
{
    mpq_ptr self = r->m->self ? r->m->self[r->row_of[b->post]] : NULL;
    if (!self || b->pre != b->post || !r->whole[b->post])
        return;
    if (b->kind == BLOCK_DIAGONAL)
        mpq_add(self, self, gain);
    else if (!b->self)
        mpq_sub(self, self, gain);
}

static int compare_columns(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void reduce_row_store(Reduction *r, size_t at, size_t *n_entries)
{
    RowSum *row = &r->row;
    bool is_sorted = true;
    for (size_t k = 1; k < row->n_touched; k++)
        is_sorted &= row->touched[k - 1] < row->touched[k];
    if (!is_sorted)
        qsort(row->touched, row->n_touched, sizeof *row->touched, compare_columns);
    for (size_t k = 0; k < row->n_touched; k++) {
        uint32_t column = row->touched[k];
        row->used[column] = false;
        if (!mpq_sgn(row->sum[column]))
            continue;
        mpq_init(r->m->entry[*n_entries]);
        mpq_swap(r->m->entry[*n_entries], row->sum[column]);
        r->m->column[(*n_entries)++] = column;
    }
    row->n_touched = 0;
    r->m->row_from[at + 1] = *n_entries;
}

/* sum - (what it is the sum of) = 0. */
static void fill_sum_row(Reduction *r, size_t row, size_t pop, const Values *right, size_t *n_entries)
{
    mpq_t one;
    mpq_init(one);
    for (size_t j = 0; j < r->net->pop[pop].size; j++) {
        if (right && values_sign(right, j) == 0)
            continue;
        if (right)
            values_get(right, j, r->row.term);
        else
            mpq_set_ui(r->row.term, 1, 1);
        reduce_row_add(&r->row, r->row_of[pop] + j, r->row.term);
    }
    mpq_set_si(one, -1, 1);
    reduce_row_add(&r->row, row, one);
    mpq_clear(one);
    reduce_row_store(r, row, n_entries);
}

void reduce_fill_sum_rows(Reduction *r, size_t *n_entries)
{
    for (size_t row = r->m->n; row < r->m->q; row++) {
        for (size_t a = 0; a < r->net->n_pops; a++)
            if (r->pop_sum[a] == row)
                fill_sum_row(r, row, a, NULL, n_entries);
        for (size_t k = 0; k < r->net->n_blocks; k++)
            if (r->block_sum[k] == row)
                fill_sum_row(r, row, r->net->block[k].pre, &r->net->block[k].right, n_entries);
    }
}
