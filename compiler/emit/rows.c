/* Sparse blocks: rows of entries, several side by side, since a row alone waits
 * for each of its additions. Rates are read one by one: a gather of doubles is
 * slower on every processor that was measured. The rows that come next are asked for while these are summed. */
#include "compiler/emit/parts.h"

enum { ROWS_FROM, ROWS_COLUMN, ROWS_WEIGHT, ROWS_X, ROWS_COUNT, ROWS_S };
enum { SIDE_BY_SIDE = 4 };

typedef struct Rows {
    Emit *e;
    bool has_weights;           /* one for each entry; else one for all */
    LlFunction f;
} Rows;

/* s + w x of one entry. */
static Val add_entry(const Rows *r, Val entry, Val s)
{
    Ll *ll = r->e->ll;
    const Val *p = r->f.param;
    Val j = ll_load(ll, ll->i32, ll_at(ll, ll->i32, p[ROWS_COLUMN], entry));
    Val x = ll_load_f64(ll, p[ROWS_X], LLVMBuildZExt(ll->builder, j, ll->i64, ""));
    Val w = r->has_weights ? weight_value(r->e, p[ROWS_WEIGHT], entry) : p[ROWS_WEIGHT];
    return ll_fadd(ll, s, ll_fmul(ll, w, x));
}

static Val add_entries(const Rows *r, Val from, Val to, Val s)
{
    Ll *ll = r->e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, from, to, 1, 1, &s);
    loop.next[0] = add_entry(r, loop.index, loop.carried[0]);
    ll_loop_end(ll, &loop);
    return loop.result[0];
}

static Val row_from(const Rows *r, Val row)
{
    Ll *ll = r->e->ll;
    return ll_load(ll, ll->i64, ll_at(ll, ll->i64, r->f.param[ROWS_FROM], row));
}

/* Entries as far ahead as these rows are long, at the pace at which these are read. */
static void ask_for_next(const Rows *r, Val first, Val ahead, Val k)
{
    Ll *ll = r->e->ll;
    const Val *p = r->f.param;
    Val entry = ll_iadd(ll, ll_iadd(ll, first, ahead), ll_imul(ll, k, ll_i64(ll, SIDE_BY_SIDE)));
    ll_prefetch(ll, ll_at(ll, ll->i32, p[ROWS_COLUMN], entry));
    if (r->has_weights)
        ll_prefetch(ll, weight_at(r->e, p[ROWS_WEIGHT], entry));
}

/* Rows row .. row + SIDE_BY_SIDE - 1: as far as all of them reach together, then each to its end. */
static void side_by_side(const Rows *r, Val row)
{
    Ll *ll = r->e->ll;
    Val from[SIDE_BY_SIDE + 1], s[SIDE_BY_SIDE], least = NULL;
    for (unsigned k = 0; k <= SIDE_BY_SIDE; k++)
        from[k] = row_from(r, ll_iadd(ll, row, ll_i64(ll, k)));
    for (unsigned k = 0; k < SIDE_BY_SIDE; k++) {
        Val length = LLVMBuildSub(ll->builder, from[k + 1], from[k], "");
        least = k ? ll_select(ll, LLVMBuildICmp(ll->builder, LLVMIntULT, length, least, ""), length, least) : length;
        s[k] = ll_load_f64(ll, r->f.param[ROWS_S], ll_iadd(ll, row, ll_i64(ll, k)));
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), least, 1, SIDE_BY_SIDE, s);
    ask_for_next(r, from[0], LLVMBuildSub(ll->builder, from[SIDE_BY_SIDE], from[0], ""), loop.index);
    for (unsigned k = 0; k < SIDE_BY_SIDE; k++)
        loop.next[k] = add_entry(r, ll_iadd(ll, from[k], loop.index), loop.carried[k]);
    ll_loop_end(ll, &loop);
    for (unsigned k = 0; k < SIDE_BY_SIDE; k++) {
        s[k] = add_entries(r, ll_iadd(ll, from[k], least), from[k + 1], loop.result[k]);
        ll_store_f64(ll, s[k], r->f.param[ROWS_S], ll_iadd(ll, row, ll_i64(ll, k)));
    }
}

/* add_rows(row_from, column, weight, x, count, s): rows 0 .. count - 1 from row_from on; weight is an array or a number. */
LlFunction rows_function(Emit *e, bool has_weights)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, has_weights ? ll->ptr : ll->f64, ll->ptr, ll->i64, ll->ptr };
    Rows r = { e, has_weights, ll_function(ll, has_weights ? "add_rows" : "add_rows_of_one_weight", false, ll->none, params,
                                           "row_from column weight x count s") };
    static const unsigned read[] = { ROWS_FROM, ROWS_COLUMN, ROWS_X, ROWS_WEIGHT };
    for (unsigned k = 0; k < (has_weights ? 4 : 3); k++)
        ll_param_attribute(ll, r.f.value, read[k], "readonly");
    ll_param_attribute(ll, r.f.value, ROWS_S, "noalias");
    ll_param_attribute(ll, r.f.value, ROWS_S, "nocapture");
    Val count = r.f.param[ROWS_COUNT], whole = LLVMBuildAnd(ll->builder, count, ll_i64(ll, ~(uint64_t)(SIDE_BY_SIDE - 1)), "");
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), whole, SIDE_BY_SIDE, 0, NULL);
    side_by_side(&r, loop.index);
    ll_loop_end(ll, &loop);
    ll_loop_begin(ll, &loop, whole, count, 1, 0, NULL);
    Val s = ll_load_f64(ll, r.f.param[ROWS_S], loop.index), next = ll_iadd(ll, loop.index, ll_i64(ll, 1));
    ll_store_f64(ll, add_entries(&r, row_from(&r, loop.index), row_from(&r, next), s), r.f.param[ROWS_S], loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return r.f;
}
