/* Arrays of weights for sets side by side: a weight is read once for all of
 * them, and every set adds its sources in order, as it does alone. */
#include <string.h>

#include "compiler/emit/parts.h"

enum { PANEL_W = 1, PANEL_X, PANEL_N_PRE, PANEL_N_POST, PANEL_S, PANEL_FROM, PANEL_TO };
enum { LANES_ALIGNMENT = 64 };          /* eight doubles, of which lanes are a multiple */
enum { SOURCES_AT_A_TIME = 128 };       /* their rates in all sets fit the first-level cache while all targets pass */

/* Targets whose totals in all sets are registers at once: sixteen of AVX-512 with sixteen sets, else eight of the sixteen that there are. */
static unsigned targets_at_once(const Ll *ll)
{
    unsigned registers = strstr(ll->features, "+avx512f") ? 16 : 8, each = ll->lanes / (registers == 16 ? 8 : 4);
    return each < registers ? registers / each : 1;
}

static Val lanes_at(const Ll *ll, Val base, Val index)
{
    return ll_at(ll, ll_of_lanes(ll, ll->f64), base, index);
}

Val lanes_load(const Ll *ll, Val base, Val index)
{
    Val v = ll_load(ll, ll_of_lanes(ll, ll->f64), lanes_at(ll, base, index));
    LLVMSetAlignment(v, LANES_ALIGNMENT);
    return v;
}

void lanes_store(const Ll *ll, Val value, Val base, Val index)
{
    LLVMSetAlignment(LLVMBuildStore(ll->builder, value, lanes_at(ll, base, index)), LANES_ALIGNMENT);
}

/* s[i] += w[j * rows + i] x[j] for n targets, in order of the sources j from .. to - 1. */
static void add_panel(const Emit *e, const Val *param, Val w, Val rows, Val s, unsigned n, Val from, Val to)
{
    Ll *ll = e->ll;
    Val first[EIG_TILE] = { 0 };
    for (unsigned i = 0; i < n; i++)
        first[i] = lanes_load(ll, s, ll_i64(ll, i));
    LlLoop loop;
    ll_loop_begin(ll, &loop, from, to, 1, n, first);
    Val at = ll_imul(ll, loop.index, rows);
    ll_prefetch(ll, weight_at(e, w, ll_iadd(ll, at, ll_imul(ll, rows, param[PANEL_N_PRE]))));
    Val x = lanes_load(ll, param[PANEL_X], loop.index);
    for (unsigned i = 0; i < n; i++) {
        Val each = ll_splat(ll, weight_value(e, w, ll_iadd(ll, at, ll_i64(ll, i))), ll->lanes);
        loop.next[i] = ll_fadd(ll, loop.carried[i], ll_fmul(ll, each, x));
    }
    ll_loop_end(ll, &loop);
    for (unsigned i = 0; i < n; i++)
        lanes_store(ll, loop.result[i], s, ll_i64(ll, i));
}

static Val least(const Ll *ll, Val a, Val b)
{
    return ll_select(ll, LLVMBuildICmp(ll->builder, LLVMIntSLT, a, b, ""), a, b);
}

/* All targets of a tile, which starts at `target`, some at once and those that are left one by one. */
static void add_tile(const Emit *e, const Val *param, Val target, Val from, Val to)
{
    Ll *ll = e->ll;
    unsigned some = targets_at_once(ll);
    Val rows = least(ll, LLVMBuildSub(ll->builder, param[PANEL_N_POST], target, ""), ll_i64(ll, EIG_TILE));
    Val tile = weight_at(e, param[PANEL_W], ll_imul(ll, target, param[PANEL_N_PRE])), s = lanes_at(ll, param[PANEL_S], target);
    Val whole = LLVMBuildAnd(ll->builder, rows, ll_i64(ll, ~(uint64_t)(some - 1)), "");
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), whole, some, 0, NULL);
    add_panel(e, param, weight_at(e, tile, loop.index), rows, lanes_at(ll, s, loop.index), some, from, to);
    ll_loop_end(ll, &loop);
    ll_loop_begin(ll, &loop, whole, rows, 1, 0, NULL);
    add_panel(e, param, weight_at(e, tile, loop.index), rows, lanes_at(ll, s, loop.index), 1, from, to);
    ll_loop_end(ll, &loop);
}

/* add_panels(args, w, x, n_pre, n_post, s, from, to): targets from .. to - 1 of a dense block, `from` a multiple of a tile. */
LlFunction panels_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->i64, ll->ptr, ll->i64, ll->i64 };
    LlFunction f = ll_function(ll, "add_panels", false, ll->none, params, "args w x n_pre n_post s from to");
    ll_param_attribute(ll, f.value, PANEL_W, "readonly");
    ll_param_attribute(ll, f.value, PANEL_X, "readonly");
    ll_param_attribute(ll, f.value, PANEL_S, "noalias");
    LlLoop sources, tiles;
    ll_loop_begin(ll, &sources, ll_i64(ll, 0), f.param[PANEL_N_PRE], SOURCES_AT_A_TIME, 0, NULL);
    Val to = least(ll, ll_iadd(ll, sources.index, ll_i64(ll, SOURCES_AT_A_TIME)), f.param[PANEL_N_PRE]);
    ll_loop_begin(ll, &tiles, f.param[PANEL_FROM], f.param[PANEL_TO], EIG_TILE, 0, NULL);
    add_tile(e, f.param, tiles.index, sources.index, to);
    ll_loop_end(ll, &tiles);
    ll_loop_end(ll, &sources);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* ---- sparse blocks ---- */

enum { ENTRIES_FIRST = 1, ENTRIES_COLUMN, ENTRIES_WEIGHT, ENTRIES_X, ENTRIES_S, ENTRIES_FROM, ENTRIES_TO };

/* add_entries(args, row_from, column, weight, x, s, from, to): rows from .. to - 1; weight is an array, or the address of one weight a set. */
LlFunction entries_function(Emit *e, bool has_weights)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->i64 };
    LlFunction f = ll_function(ll, has_weights ? "add_entries" : "add_entries_of_one_weight", false, ll->none, params,
                               "args row_from column weight x s from to");
    for (unsigned k = ENTRIES_FIRST; k <= ENTRIES_X; k++)
        ll_param_attribute(ll, f.value, k, "readonly");
    ll_param_attribute(ll, f.value, ENTRIES_S, "noalias");
    Val one = has_weights ? NULL : lanes_load(ll, f.param[ENTRIES_WEIGHT], ll_i64(ll, 0));
    LlLoop rows, row;
    ll_loop_begin(ll, &rows, f.param[ENTRIES_FROM], f.param[ENTRIES_TO], 1, 0, NULL);
    Val from = ll_at(ll, ll->i64, f.param[ENTRIES_FIRST], rows.index), s = lanes_load(ll, f.param[ENTRIES_S], rows.index);
    ll_loop_begin(ll, &row, ll_load(ll, ll->i64, from), ll_load(ll, ll->i64, ll_at(ll, ll->i64, from, ll_i64(ll, 1))), 1, 1, &s);
    Val j = ll_load(ll, ll->i32, ll_at(ll, ll->i32, f.param[ENTRIES_COLUMN], row.index));
    Val x = lanes_load(ll, f.param[ENTRIES_X], LLVMBuildZExt(ll->builder, j, ll->i64, ""));
    Val w = one ? one : ll_splat(ll, weight_value(e, f.param[ENTRIES_WEIGHT], row.index), ll->lanes);
    row.next[0] = ll_fadd(ll, row.carried[0], ll_fmul(ll, w, x));
    ll_loop_end(ll, &row);
    lanes_store(ll, row.result[0], f.param[ENTRIES_S], rows.index);
    ll_loop_end(ll, &rows);
    LLVMBuildRetVoid(ll->builder);
    return f;
}
