/* One evaluation of a network in memory: the sums that uniform blocks need, then
 * every population; and the entry points that want it for itself. */
#include "compiler/emit/parts.h"

static bool sum_is_needed(const Emit *e, size_t pop)
{
    return e->needs_sum[pop];
}

static bool any_two(const Emit *e, size_t a, size_t b)
{
    (void)e, (void)a, (void)b;
    return true;
}

static void sum_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    own_push_i64(e, out, e->p->pop[pop].from);
    own_push_i64(e, out, e->p->pop[pop].size);
    own_push_i64(e, out, pop);
}

/* sum_of(y, sums): the sum of a population goes to its place. */
static void sum_of_function(Emit *e, Group *g)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, "sum_of", false, ll->none, params, g->member.n > 1 ? "y sums row" : "y sums");
    Own own = group_own(e, g, f.param[2]);
    Val args[] = { ll_at(ll, ll->f64, f.param[0], own_i64(e, &own, 0)), own_i64(e, &own, 1) };
    ll_store_f64(ll, ll_call(ll, &e->sum, args, 2), f.param[1], own_i64(e, &own, 2));
    LLVMBuildRetVoid(ll->builder);
    g->function = f;
}

void eval_function(Emit *e)
{
    static const GroupRule rule = { "sum", sum_is_needed, any_two, sum_numbers };
    Ll *ll = e->ll;
    Groups sum = groups_of(e, &rule, e->p->n_pops);
    if (sum.n)
        sum_of_function(e, &sum.at[0]);
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "eval", false, ll->none, params, "args t y update x acc out");
    Val sums = ll_scratch(ll, e->p->n_pops, "sums");
    if (sum.n)
        group_call(e, &sum.at[0], (Val[]){ f.param[2], sums }, 2);
    plain_calls(e, f.param[1], f.param[2], sums, f.param[3], f.param[4], f.param[5], f.param[6]);
    Val args[] = { f.param[0], f.param[1], f.param[2], sums, f.param[3], f.param[4], f.param[5], f.param[6] };
    for (size_t g = 0; g < e->pop_group.n; g++)
        drift_call(e, &e->pop_group.at[g], args);
    LLVMBuildRetVoid(ll->builder);
    e->eval = f;
}

/* out = rate * d (when wanted), acc = s. */
static LlFunction keep_function(Emit *e, const char *name, bool with_slope)
{
    Ll *ll = e->ll;
    LlFunction f = update_begin(e, name);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f.param[UPDATE_N], 1, 0, NULL);
    ll_store_f64(ll, ll_load_f64(ll, f.param[UPDATE_S], loop.index), f.param[UPDATE_ACC], loop.index);
    if (with_slope) {
        Val k = ll_fmul(ll, f.param[UPDATE_RATE], ll_load_f64(ll, f.param[UPDATE_D], loop.index));
        ll_store_f64(ll, k, f.param[UPDATE_OUT], loop.index);
    }
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

void drift_entry_memory(Emit *e)
{
    Ll *ll = e->ll;
    LlFunction keep = keep_function(e, "keep_slope", true);
    LlFunction f = abi_entry(e, ABI_DRIFT);
    input_store(e, f.param[0]);
    Val total = abi_load(e, f.param[0], ABI_total);
    Val args[] = { f.param[0], f.param[1], f.param[2], keep.value, f.param[2], total, f.param[3] };
    ll_call(ll, &e->eval, args, 7);
    LLVMBuildRetVoid(ll->builder);
}

LlFunction drift_total_update(Emit *e)
{
    return keep_function(e, "keep_total", false);
}
