/* Models made by hand, for tests of what comes after the model phase. */
#ifndef TESTS_UNIT_NET_MODEL_H
#define TESTS_UNIT_NET_MODEL_H
#include "compiler/net/build.h"

#include <stdlib.h>

#include "tests/test.h"

typedef struct Bench {
    Ctx cx;
    NumPool pool;
    Model m;
    Net net;
} Bench;

static inline void bench_begin(Bench *b)
{
    *b = (Bench){ 0 };
    ctx_init(&b->cx);
    source_from_text(&b->cx, "model.eig", "model", 5);
    b->m.name = "test";
    b->m.nums = &b->pool;
}

static inline void bench_end(Bench *b)
{
    num_pool_free(&b->pool);
    ctx_free(&b->cx);
}

static inline size_t add_pop(Bench *b, const char *name, Sign sign, size_t size)
{
    ModelPop p = { .name = intern(&b->cx.names, name), .key = name, .sign = sign, .is_exempt = sign == SIGN_MIXED, .size = size,
                   .tau = num_int(&b->pool, 20) };
    vec_push(&b->cx.arena, &b->m.pops, p);
    return b->m.pops.n - 1;
}

/* Named neurons with signs as in "+A -B +C". */
static inline size_t add_table_pop(Bench *b, const char *name, const char *const *neuron, size_t n)
{
    size_t k = add_pop(b, name, SIGN_MIXED, n);
    ModelPop *p = &b->m.pops.at[k];
    p->is_exempt = false;
    p->neuron_name = ARENA_ARRAY(&b->cx.arena, n, const char *);
    p->neuron_sign = ARENA_ARRAY(&b->cx.arena, n, signed char);
    for (size_t j = 0; j < n; j++) {
        p->neuron_name[j] = intern(&b->cx.names, neuron[j] + 1);
        p->neuron_sign[j] = neuron[j][0] == '-' ? -1 : 1;
    }
    return k;
}

static inline ModelConn *add_conn(Bench *b, size_t pre, size_t post, WeightKind kind, Num factor)
{
    ModelConn c = { .span = { 0, 0, 5 }, .weight_span = { 0, 1, 5 }, .pre = pre, .post = post, .kind = kind, .factor = factor,
                    .self = true, .seed = 1 };
    c.label = arena_printf(&b->cx.arena, "%s->%s", b->m.pops.at[pre].name, b->m.pops.at[post].name);
    c.key = c.label;
    vec_push(&b->cx.arena, &b->m.conns, c);
    return &b->m.conns.at[b->m.conns.n - 1];
}

/* Builds, verifies and prints the net, so that each test runs all three. */
static inline bool bench_build(Bench *b)
{
    bool ok = net_build(&b->cx, &b->m, &b->net);
    Sbuf text = { 0 };
    if (ok)
        net_verify(&b->net);
    net_print(&b->net, &text);
    sbuf_free(&text);
    return ok;
}

static inline bool complains(Bench *b, DiagCode code, const char *piece)
{
    bool ok = b->cx.diags.n == 1 && b->cx.diags.at[0].code == code && strstr(b->cx.diags.at[0].text, piece);
    for (size_t k = 0; !ok && k < b->cx.diags.n; k++)
        fprintf(stderr, "  got %s: %s\n", diag_code_name(b->cx.diags.at[k].code), b->cx.diags.at[k].text);
    return ok;
}

/* Adds the block's weights to `sum`, n x n over the whole network; mpq_t's initialised. */
static inline void block_expand(Bench *b, const Block *block, mpq_t *sum)
{
    const NetPop *pre = &b->net.pop[block->pre], *post = &b->net.pop[block->post];
    for (size_t i = 0; i < post->size; i++) {
        mpq_t *row = sum + (post->from + i) * b->net.n + pre->from;
        if (block->kind == BLOCK_SPARSE) {
            for (size_t e = block->row_from[i]; e < block->row_from[i + 1]; e++)
                mpq_add(row[block->column[e]], row[block->column[e]], block_entry(&b->pool, block, e));
            continue;
        }
        for (size_t j = 0; j < pre->size; j++) {
            bool here = block->kind == BLOCK_DIAGONAL ? i == j : block->self || i != j;
            Num w = block->kind == BLOCK_DENSE ? block_entry(&b->pool, block, i * pre->size + j) : block->factor;
            if (here)
                mpq_add(row[j], row[j], w);
        }
    }
}

/* Exact weight from neuron j to neuron i of the whole network, as a double. */
static inline double weight(Bench *b, size_t i, size_t j)
{
    size_t n = b->net.n;
    mpq_t *sum = calloc(n * n, sizeof *sum);
    for (size_t k = 0; k < n * n; k++)
        mpq_init(sum[k]);
    for (size_t k = 0; k < b->net.n_blocks; k++)
        block_expand(b, &b->net.block[k], sum);
    double w = num_to_double(sum[i * n + j]);
    for (size_t k = 0; k < n * n; k++)
        mpq_clear(sum[k]);
    free(sum);
    return w;
}
#endif
