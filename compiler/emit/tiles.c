/* Dense blocks. Their weights come in tiles of EIG_TILE targets (runtime/problem.h), which are read once, from the first number to the last:
 * the totals of a tile stay in registers, a target a lane, while its columns
 * pass, so that every target adds its sources in order. */
#include "compiler/emit/parts.h"

enum { TILES_W, TILES_X, TILES_N_PRE, TILES_N_POST, TILES_LO, TILES_COUNT, TILES_S };
enum { VECTORS = EIG_TILE / EIG_SUM_LANES };

static Val at_lane(const Ll *ll, Val index, unsigned vector)
{
    return ll_iadd(ll, index, ll_i64(ll, EIG_SUM_LANES * vector));
}

static void store_tile(const Ll *ll, const Val *sum, unsigned vectors, Val s)
{
    for (unsigned v = 0; v < vectors; v++)
        store_lanes(ll, sum[v], s, at_lane(ll, ll_i64(ll, 0), v));
}

/* s[i] += w[j * rows + i] x[j] for all j in order; `vectors` of lanes from s on. */
static void add_tile(const Emit *e, const LlFunction *f, Val w, Val rows, unsigned vectors, Val s, Val *result)
{
    Ll *ll = e->ll;
    Val first[VECTORS];
    for (unsigned v = 0; v < vectors; v++)
        first[v] = lane_vector(ll, s, at_lane(ll, ll_i64(ll, 0), v));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f->param[TILES_N_PRE], 1, vectors, first);
    Val from = ll_imul(ll, loop.index, rows);
    Val x = ll_splat(ll, ll_load_f64(ll, f->param[TILES_X], loop.index), EIG_SUM_LANES);
    for (unsigned v = 0; v < vectors; v++)
        loop.next[v] = ll_fadd(ll, loop.carried[v], ll_fmul(ll, weight_lanes(e, w, at_lane(ll, from, v)), x));
    ll_loop_end(ll, &loop);
    for (unsigned v = 0; v < vectors; v++)
        result[v] = loop.result[v];
}

/* The tile of target `target`, whose columns are all as long as they can be before it. */
static Val tile_of(const Emit *e, const LlFunction *f, Val target)
{
    Ll *ll = e->ll;
    return weight_at(e, f->param[TILES_W], ll_imul(ll, target, f->param[TILES_N_PRE]));
}

/* The last targets, fewer than a tile, in so many vectors: lanes behind them read what lies behind, and what they held stays. */
static void add_last(const Emit *e, const LlFunction *f, Val whole, Val rows, unsigned vectors)
{
    Ll *ll = e->ll;
    Val sum[VECTORS], s = ll_at(ll, ll->f64, f->param[TILES_S], whole), w = tile_of(e, f, ll_iadd(ll, f->param[TILES_LO], whole));
    Val before = lane_vector(ll, s, at_lane(ll, ll_i64(ll, 0), vectors - 1));
    add_tile(e, f, w, rows, vectors, s, sum);
    Val left = LLVMBuildSub(ll->builder, rows, ll_i64(ll, EIG_SUM_LANES * (vectors - 1)), "");
    sum[vectors - 1] = ll_select(ll, first_lanes(ll, left), sum[vectors - 1], before);
    store_tile(ll, sum, vectors, s);
}

/* Fewer than a tile; a tile is two vectors. */
static void last_tile(const Emit *e, const LlFunction *f, Val whole)
{
    _Static_assert(VECTORS == 2, "one way for each number of vectors");
    Ll *ll = e->ll;
    Val rows = LLVMBuildSub(ll->builder, f->param[TILES_COUNT], whole, "");
    LLVMBasicBlockRef two = LLVMAppendBasicBlockInContext(ll->context, ll->function, "two");
    LLVMBasicBlockRef few = LLVMAppendBasicBlockInContext(ll->context, ll->function, "few");
    LLVMBasicBlockRef one = LLVMAppendBasicBlockInContext(ll->context, ll->function, "one");
    LLVMBasicBlockRef end = LLVMAppendBasicBlockInContext(ll->context, ll->function, "end");
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntUGT, rows, ll_i64(ll, EIG_SUM_LANES), ""), two, few);
    LLVMPositionBuilderAtEnd(ll->builder, two);
    add_last(e, f, whole, rows, 2);
    LLVMBuildBr(ll->builder, end);
    LLVMPositionBuilderAtEnd(ll->builder, few);
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntNE, rows, ll_i64(ll, 0), ""), one, end);
    LLVMPositionBuilderAtEnd(ll->builder, one);
    add_last(e, f, whole, rows, 1);
    LLVMBuildBr(ll->builder, end);
    LLVMPositionBuilderAtEnd(ll->builder, end);
}

/* add_tiles(w, x, n_pre, n_post, lo, count, s): targets lo .. lo + count - 1, lo a multiple of a tile, and count one unless the
 * last target is among them; s has room for whole vectors of lanes. */
void tiles_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->i64, ll->i64, ll->i64, ll->i64, ll->ptr };
    LlFunction f = ll_function(ll, "add_tiles", false, ll->none, params, "w x n_pre n_post lo count s");
    ll_param_attribute(ll, f.value, TILES_W, "readonly");
    ll_param_attribute(ll, f.value, TILES_X, "readonly");
    ll_param_attribute(ll, f.value, TILES_S, "noalias");
    ll_param_attribute(ll, f.value, TILES_S, "nocapture");
    Val whole = LLVMBuildAnd(ll->builder, f.param[TILES_COUNT], ll_i64(ll, ~(uint64_t)(EIG_TILE - 1)), "");
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), whole, EIG_TILE, 0, NULL);
    Val sum[VECTORS], s = ll_at(ll, ll->f64, f.param[TILES_S], loop.index);
    add_tile(e, &f, tile_of(e, &f, ll_iadd(ll, f.param[TILES_LO], loop.index)), ll_i64(ll, EIG_TILE), VECTORS, s, sum);
    store_tile(ll, sum, VECTORS, s);
    ll_loop_end(ll, &loop);
    last_tile(e, &f, whole);
    LLVMBuildRetVoid(ll->builder);
    e->add_tiles = f;
}
