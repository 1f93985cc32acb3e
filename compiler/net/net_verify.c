#include "compiler/net/net.h"

#include <math.h>

static void must(bool holds, size_t block, const char *what)
{
    if (!holds)
        BUG("net: block %zu: %s", block, what);
}

static void verify_populations(const Net *net)
{
    size_t at = 0;
    for (size_t k = 0; k < net->n_pops; k++) {
        if (net->pop[k].from != at || net->pop[k].size == 0 || net->pop[k].size != net->pop[k].model->size)
            BUG("net: population %zu does not follow the one before", k);
        at += net->pop[k].size;
    }
    if (at != net->n)
        BUG("net: populations have %zu neurons of %zu", at, net->n);
}

static void verify_values(const Block *b, size_t k)
{
    if (!b->values.d) {
        must(b->kind == BLOCK_SPARSE && !b->values.q, k, "values without numbers");
        return;
    }
    must(!b->is_rounded || !b->values.q, k, "rounded, and exact");
    must(!b->is_rounded || b->kind == BLOCK_KERNEL || mpq_cmp_ui(b->factor, 1, 1) == 0, k, "rounded, and to be multiplied");
    must(!b->is_tiled || (b->is_rounded && b->kind == BLOCK_DENSE), k, "tiles of something else than rounded rows");
    must(mpq_sgn(b->factor) >= 0, k, "the sign of a list belongs into its entries");
    for (size_t e = 0; e < b->values.n; e++) {
        /* An exact entry may lie beyond the doubles, and so may its product with a factor; only a run minds (E0806). */
        must(b->values.q || (b->is_rounded && b->term) || isfinite(b->values.d[e]), k, "an entry is not finite");
        must(!b->values.q || num_to_double(b->values.q[e]) == b->values.d[e], k, "a double is not the nearest one");
    }
}

static void verify_sparse(const Block *b, size_t k, size_t n_pre, size_t n_post)
{
    must(b->row_from[0] == 0 && b->row_from[n_post] == b->values.n, k, "rows do not cover the entries");
    for (size_t row = 0; row < n_post; row++) {
        must(b->row_from[row] <= b->row_from[row + 1], k, "rows overlap");
        for (size_t e = b->row_from[row]; e < b->row_from[row + 1]; e++) {
            must(b->column[e] < n_pre, k, "a source beyond its population");
            must(e == b->row_from[row] || b->column[e - 1] < b->column[e], k, "sources of a row do not ascend");
        }
    }
}

static void verify_kernel(const Block *b, size_t k, size_t n_pre, size_t n_post)
{
    size_t n = 1;
    for (int axis = 0; axis < 2; axis++)
        n *= b->is_periodic ? b->extent[axis] : 2 * b->extent[axis] - 1;
    must(n_pre == n_post && b->extent[0] * b->extent[1] == n_pre, k, "a kernel between populations of another size");
    must(b->values.n == n, k, "a kernel with the wrong number of values");
}

static void verify_block(const Net *net, size_t k)
{
    const Block *b = &net->block[k];
    must(b->pre < net->n_pops && b->post < net->n_pops && b->conn < net->model->conns.n && b->factor, k, "refers to nothing");
    must(k == 0 || net->block[k - 1].conn < b->conn + (b->term || b->kind == BLOCK_PRODUCT), k, "out of the order of the text");
    size_t n_pre = net->pop[b->pre].size, n_post = net->pop[b->post].size;
    must(b->self || ((b->kind == BLOCK_UNIFORM || b->kind == BLOCK_PRODUCT) && b->pre == b->post), k,
         "self belongs to uniform blocks and products within a population");
    if (b->kind == BLOCK_PRODUCT)
        must(b->left.n == n_post && b->right.n == n_pre && b->left.d && b->right.d, k, "a product with the wrong number of factors");
    if (b->kind == BLOCK_DIAGONAL)
        must(n_pre == n_post, k, "diagonal between unequal populations");
    if (b->kind == BLOCK_UNDRAWN)
        must(!b->values.n && !b->values.d && !b->row_from && !b->column, k, "undrawn, with entries");
    if (b->kind == BLOCK_DENSE)
        must(b->values.n == n_pre * n_post, k, "dense with the wrong number of entries");
    if (b->kind == BLOCK_SPARSE)
        verify_sparse(b, k, n_pre, n_post);
    if (b->kind == BLOCK_KERNEL)
        verify_kernel(b, k, n_pre, n_post);
    if (b->kind == BLOCK_SPARSE || b->kind == BLOCK_DENSE || b->kind == BLOCK_KERNEL)
        verify_values(b, k);
}

void net_verify(const Net *net)
{
    verify_populations(net);
    for (size_t k = 0; k < net->n_blocks; k++)
        verify_block(net, k);
}
