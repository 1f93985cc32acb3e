#include "compiler/net/build.h"

#include <math.h>
#include <string.h>

#include "compiler/data/memory.h"

static void place_populations(NetBuild *b)
{
    Net *net = b->net;
    net->n_pops = b->m->pops.n;
    net->pop = ARENA_ARRAY(&b->cx->arena, net->n_pops, NetPop);
    for (size_t k = 0; k < net->n_pops; k++) {
        const ModelPop *p = &b->m->pops.at[k];
        net->pop[k] = (NetPop){ .model = p, .from = net->n, .size = p->size };
        net->n += p->size;
    }
}

/* Of a source that has excitatory and inhibitory neurons; a current takes no sign from them. */
static bool has_both_signs(const NetPop *p, const ModelConn *c)
{
    const signed char *sign = c->n_terms ? NULL : p->model->neuron_sign;
    for (size_t k = 1; sign && k < p->size; k++)
        if (sign[k] != sign[0])
            return true;
    return false;
}

bool pattern_has_one_weight(const NetBuild *b, const ModelConn *c)
{
    return c->kind != WEIGHT_PAIR && !has_both_signs(&b->net->pop[c->pre], c);
}

static Num signed_factor(NetBuild *b, const ModelConn *c)
{
    if (c->n_terms || net_neuron_sign(&b->net->pop[c->pre], 0) != SIGN_INH || mpq_sgn(c->factor) == 0)
        return c->factor;
    mpq_ptr x = num_new(b->net->nums);
    mpq_neg(x, c->factor);
    return x;
}

static double *ones(NetBuild *b, size_t n)
{
    double *d = ARENA_ARRAY(&b->cx->arena, n, double);
    for (size_t k = 0; k < n; k++)
        d[k] = 1.0;
    return d;
}

/* Each column has the sign of its neuron, so the projection is no longer one number. */
static bool uniform_of_both_signs(NetBuild *b, const ModelConn *c, Block *out)
{
    size_t n_pre = b->net->pop[c->pre].size, n_post = b->net->pop[c->post].size;
    if (!memory_take(b, c, (double)n_pre * (double)n_post, sizeof(double),
                     "connect an excitatory and an inhibitory population instead of a table with both signs"))
        return false;
    out->kind = BLOCK_DENSE;
    out->values = (Values){ .n = n_pre * n_post, .d = ones(b, n_pre * n_post) };
    entries_finish(b, c, ENTRIES_ARE_MAGNITUDES, out);
    return true;
}

static bool uniform_block(NetBuild *b, const ModelConn *c, Block *out)
{
    if (has_both_signs(&b->net->pop[c->pre], c))
        return uniform_of_both_signs(b, c, out);
    out->kind = BLOCK_UNIFORM;
    out->self = c->self || c->pre != c->post;
    out->factor = signed_factor(b, c);
    return true;
}

static bool listed_block(NetBuild *b, const ModelConn *c, Block *out)
{
    Pairs pairs;
    if (!pattern_pairs(b, c, &pairs))
        return false;
    out->kind = pairs.row_from ? BLOCK_SPARSE : BLOCK_UNDRAWN;
    out->row_from = pairs.row_from;
    out->column = pairs.column;
    out->sha256 = pairs.sha256;
    if (out->kind == BLOCK_UNDRAWN)
        out->n_expected = pairs.n;
    else
        out->values.n = pairs.n;
    if (out->kind == BLOCK_UNDRAWN || pattern_has_one_weight(b, c)) {
        out->factor = signed_factor(b, c);
        entries_finish(b, c, ENTRIES_ARE_ONE, out);
        return true;
    }
    if (c->kind != WEIGHT_PAIR)
        out->values.d = ones(b, pairs.n);
    else if (!pair_weights(b, c, out))
        return false;
    bool signs_are_free = c->kind == WEIGHT_PAIR && b->net->pop[c->pre].model->is_exempt;
    entries_finish(b, c, signs_are_free ? ENTRIES_MAY_BE_SIGNED : ENTRIES_ARE_MAGNITUDES, out);
    return true;
}

/* From a text, the model phase has seen to equal sizes (E0402) and that no
 * pattern stands beside a matrix (E0208); this is for a Model that a program made. */
static bool one_to_one_block(NetBuild *b, const ModelConn *c, Block *out)
{
    const NetPop *pre = &b->net->pop[c->pre], *post = &b->net->pop[c->post];
    if (pre->size != post->size) {
        Diag *d = diag_at(b->cx, D_E0453, c->span, "one_to_one joins populations of equal size, %s has %zu neurons and %s has %zu",
                          pre->model->name, pre->size, post->model->name, post->size);
        diag_note_at(b->cx, d, pre->model->span, "the source %s", pre->model->name);
        diag_note_at(b->cx, d, post->model->span, "the target %s", post->model->name);
        return false;
    }
    if (c->kind == WEIGHT_PAIR || has_both_signs(pre, c) || (!c->self && c->pre == c->post))
        return listed_block(b, c, out);
    out->kind = BLOCK_DIAGONAL;
    out->factor = signed_factor(b, c);
    return true;
}

static bool dense_pair_block(NetBuild *b, const ModelConn *c, Block *out)
{
    double n = (double)b->net->pop[c->pre].size * (double)b->net->pop[c->post].size;
    if (!memory_take(b, c, n, sizeof(double), "use one weight for all pairs or a sparse pattern"))
        return false;
    out->kind = pattern_is_read(b, c) ? BLOCK_DENSE : BLOCK_UNDRAWN;
    if (out->kind == BLOCK_UNDRAWN) {
        out->n_expected = (size_t)n;
        return true;
    }
    out->values.n = (size_t)n;
    if (!pair_weights(b, c, out))
        return false;
    bool signs_are_free = b->net->pop[c->pre].model->is_exempt;
    entries_finish(b, c, signs_are_free ? ENTRIES_MAY_BE_SIGNED : ENTRIES_ARE_MAGNITUDES, out);
    tiles_make(b, out);
    return true;
}

static bool matrix_has_no_pattern(NetBuild *b, const ModelConn *c)
{
    if (c->pattern == PATTERN_ALL)
        return true;
    Diag *d = diag_at(b->cx, D_E0453, c->span, "%s has a matrix of weights and a pattern: the matrix already says who is connected",
                      c->label);
    diag_help(b->cx, d, "leave the pattern out");
    return false;
}

/* Of a source with both signs, what a target receives differs from target to target. */
static bool may_be_dense(NetBuild *b, const ModelConn *c)
{
    if (!c->normalize)
        return true;
    Diag *d = diag_at(b->cx, D_E0453, c->kernel_span, "%s excites and inhibits, so that its kernel has no sum that is one for all targets",
                      b->net->pop[c->pre].model->name);
    diag_help(b->cx, d, "leave out `normalize`, and choose the weight");
    return false;
}

static bool build_block(NetBuild *b, const ModelConn *c, Block *out)
{
    switch (c->kind) {
    case WEIGHT_LOW_RANK:
        BUG("a connection of low rank is several blocks");
    case WEIGHT_LITERAL:
    case WEIGHT_MATRIX:
        return matrix_has_no_pattern(b, c) && matrix_block(b, c, out);
    case WEIGHT_EDGES:
        return matrix_has_no_pattern(b, c) && edges_block(b, c, out);
    case WEIGHT_UNIFORM:
    case WEIGHT_PAIR:
        break;
    }
    if (c->pattern == PATTERN_ONE)
        return one_to_one_block(b, c, out);
    if (c->pattern != PATTERN_ALL)
        return listed_block(b, c, out);
    if (c->kind == WEIGHT_UNIFORM)
        return uniform_block(b, c, out);
    if (!has_both_signs(&b->net->pop[c->pre], c))
        return c->by_displacement ? kernel_block(b, c, out) : dense_pair_block(b, c, out);
    return may_be_dense(b, c) && dense_pair_block(b, c, out);
}

static Block *add_block(NetBuild *b, const Block *block)
{
    vec_push(&b->cx->arena, &b->blocks, *block);
    return &b->blocks.at[b->blocks.n - 1];
}

/* A current is one such block a product, with the same entries; a rounded one has them times its factor. */
static bool add_blocks(NetBuild *b, const ModelConn *c, const Block *block)
{
    Net *net = b->net;
    bool ok = true;
    if (c->n_terms == 0)
        add_block(b, block);
    for (size_t k = 0; k < c->n_terms; k++) {
        Block *out = add_block(b, block);
        bool is_one = mpq_cmp_ui(c->term[k].factor, 1, 1) == 0;
        mpq_ptr product = num_new(net->nums);
        mpq_mul(product, block->is_rounded ? c->factor : block->factor, c->term[k].factor);
        out->term = &c->term[k];
        if (!block->is_rounded)
            out->factor = product;
        else if (!is_one)
            ok = pair_times(b, c, product, out) && ok;
    }
    return ok;
}

static bool build_connection(NetBuild *b, const ModelConn *c, Block block)
{
    size_t rank;
    Block *product;
    if (c->kind != WEIGHT_LOW_RANK)
        return build_block(b, c, &block) && add_blocks(b, c, &block);
    bool ok = matrix_has_no_pattern(b, c) && low_rank_blocks(b, c, block, &rank, &product);
    for (size_t k = 0; ok && k < rank; k++)
        ok = add_blocks(b, c, &product[k]);
    return ok;
}

/* Every connection is tried, so that one run shows all that is wrong. */
static bool build(Ctx *cx, const Model *m, size_t max_bytes, NetDetail read, Net *out)
{
    *out = (Net){ .model = m, .nums = m->nums };
    NetBuild b = { .cx = cx, .m = m, .net = out, .limit = max_bytes, .read = read };
    place_populations(&b);
    b.is_too_large = !net_is_read_exactly(&b);
    bool ok = true;
    for (size_t k = 0; k < out->n_pops; k++) {
        ok = neurons_build(&b, &out->pop[k]) && ok;
        ok = neurons_begin_with_values(&b, &out->pop[k]) && ok;
        ok = neurons_have_lengths(&b, &out->pop[k]) && ok;
    }
    for (size_t k = 0; k < m->conns.n; k++) {
        const ModelConn *c = &m->conns.at[k];
        ok = build_connection(&b, c, (Block){ .pre = c->pre, .post = c->post, .conn = k, .factor = c->factor, .self = true }) && ok;
    }
    out->block = b.blocks.at;
    out->n_blocks = b.blocks.n;
    return ok;
}

static const NetDetail everything = { SIZE_MAX, INFINITY, NET_MAX_EXACT, NULL };

bool net_build_within(Ctx *cx, const Model *m, size_t max_bytes, Net *out)
{
    return build(cx, m, max_bytes, everything, out);
}

bool net_build_for(Ctx *cx, const Model *m, NetDetail read, Net *out)
{
    return build(cx, m, data_memory_limit(), read, out);
}

bool net_build(Ctx *cx, const Model *m, Net *out)
{
    return net_build_within(cx, m, data_memory_limit(), out);
}
