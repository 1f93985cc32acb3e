/* Rounded weights by tiles. A tile holds the numbers of EIG_TILE rows, column after column, where the rows were. */
#include <string.h>

#include "compiler/net/build.h"
#include "runtime/layout.h"

static void make_tile(double *tile, size_t rows, size_t n_pre, double *scratch)
{
    memcpy(scratch, tile, rows * n_pre * sizeof *scratch);
    for (size_t j = 0; j < n_pre; j++)
        for (size_t i = 0; i < rows; i++)
            *tile++ = scratch[i * n_pre + j];
}

void tiles_make(NetBuild *b, Block *out)
{
    const ModelConn *c = &b->m->conns.at[out->conn];
    size_t n_post = b->net->pop[out->post].size, n_pre = b->net->pop[out->pre].size, least = n_post < EIG_TILE ? n_post : EIG_TILE;
    if (out->kind != BLOCK_DENSE || !out->is_rounded || (c->n_terms && c->term[0].pair))
        return;
    Arena kept = { 0 };
    double *scratch = ARENA_ARRAY(&kept, least * n_pre, double);
    for (size_t first = 0; first < n_post; first += EIG_TILE)
        make_tile(out->values.d + first * n_pre, n_post - first < EIG_TILE ? n_post - first : EIG_TILE, n_pre, scratch);
    arena_free(&kept);
    out->is_tiled = true;
}
