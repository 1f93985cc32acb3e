/* Sums over a population in the one order that runtime/problem.h defines:
 * left to right when short, else EIG_SUM_LANES partial sums, folded by halves.
 * The order is what makes the sum vector code without reassociation. */
#include "compiler/emit/parts.h"

Val lane_vector(const Ll *ll, Val base, Val index)
{
    Val v = ll_load(ll, LLVMVectorType(ll->f64, EIG_SUM_LANES), ll_at(ll, ll->f64, base, index));
    LLVMSetAlignment(v, 8);
    return v;
}

void store_lanes(const Ll *ll, Val value, Val base, Val index)
{
    LLVMSetAlignment(LLVMBuildStore(ll->builder, value, ll_at(ll, ll->f64, base, index)), 8);
}

Val fold_lanes(const Ll *ll, Val lanes)
{
    for (unsigned half = EIG_SUM_LANES / 2; half >= 1; half /= 2) {
        Val low[EIG_SUM_LANES], high[EIG_SUM_LANES];
        for (unsigned k = 0; k < half; k++) {
            low[k] = LLVMConstInt(ll->i32, k, 0);
            high[k] = LLVMConstInt(ll->i32, k + half, 0);
        }
        Val none = LLVMGetPoison(LLVMTypeOf(lanes));
        Val a = LLVMBuildShuffleVector(ll->builder, lanes, none, LLVMConstVector(low, half), "");
        Val b = LLVMBuildShuffleVector(ll->builder, lanes, none, LLVMConstVector(high, half), "");
        lanes = ll_fadd(ll, a, b);
    }
    return LLVMBuildExtractElement(ll->builder, lanes, ll_i64(ll, 0), "");
}

Val lane_numbers(const Ll *ll)
{
    Val number[EIG_SUM_LANES];
    for (unsigned k = 0; k < EIG_SUM_LANES; k++)
        number[k] = ll_i64(ll, k);
    return LLVMConstVector(number, EIG_SUM_LANES);
}

Val first_lanes(const Ll *ll, Val count)
{
    Val limit = ll_splat(ll, count, EIG_SUM_LANES);
    return LLVMBuildICmp(ll->builder, LLVMIntULT, lane_numbers(ll), limit, "");
}

/* The last n mod LANES numbers go to the first lanes; the others stay as they
 * are, since adding even a zero could change the sign of one. */
static Val add_rest(const Ll *ll, Val lanes, Val x, Val from, Val rest)
{
    LLVMTypeRef type[2] = { LLVMTypeOf(lanes), ll->ptr };
    unsigned id = LLVMLookupIntrinsicID("llvm.masked.load", 16);
    Val load = LLVMGetIntrinsicDeclaration(ll->module, id, type, 2);
    Val on = first_lanes(ll, rest);
    Val args[4] = { ll_at(ll, ll->f64, x, from), LLVMConstInt(ll->i32, 8, 0), on, LLVMConstNull(type[0]) };
    Val tail = LLVMBuildCall2(ll->builder, LLVMIntrinsicGetType(ll->context, id, type, 2), load, args, 4, "");
    return ll_select(ll, on, ll_fadd(ll, lanes, tail), lanes);
}

static Val sum_long(Ll *ll, Val x, Val n)
{
    LlLoop loop;
    Val whole = LLVMBuildAnd(ll->builder, n, ll_i64(ll, ~(uint64_t)(EIG_SUM_LANES - 1)), "");
    Val first = lane_vector(ll, x, ll_i64(ll, 0));
    ll_loop_begin(ll, &loop, ll_i64(ll, EIG_SUM_LANES), whole, EIG_SUM_LANES, 1, &first);
    loop.next[0] = ll_fadd(ll, loop.carried[0], lane_vector(ll, x, loop.index));
    ll_loop_end(ll, &loop);
    Val rest = LLVMBuildSub(ll->builder, n, whole, "");
    return fold_lanes(ll, add_rest(ll, loop.result[0], x, whole, rest));
}

Val sum_short(Ll *ll, Val x, Val n)
{
    LlLoop loop;
    Val first = ll_load_f64(ll, x, ll_i64(ll, 0));
    ll_loop_begin(ll, &loop, ll_i64(ll, 1), n, 1, 1, &first);
    loop.next[0] = ll_fadd(ll, loop.carried[0], ll_load_f64(ll, x, loop.index));
    ll_loop_end(ll, &loop);
    return loop.result[0];
}

void sum_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64 };
    e->sum = ll_function(ll, "sum", false, ll->f64, params, "x n");
    Val x = e->sum.param[0], n = e->sum.param[1];
    ll_param_attribute(ll, e->sum.value, 0, "readonly");
    LLVMBasicBlockRef few = LLVMAppendBasicBlockInContext(ll->context, ll->function, "few");
    LLVMBasicBlockRef many = LLVMAppendBasicBlockInContext(ll->context, ll->function, "many");
    Val is_short = LLVMBuildICmp(ll->builder, LLVMIntULT, n, ll_i64(ll, EIG_SUM_LANES), "");
    LLVMBuildCondBr(ll->builder, is_short, few, many);
    LLVMPositionBuilderAtEnd(ll->builder, few);
    LLVMBuildRet(ll->builder, sum_short(ll, x, n));
    LLVMPositionBuilderAtEnd(ll->builder, many);
    LLVMBuildRet(ll->builder, sum_long(ll, x, n));
}

Val sum_of_values(const Emit *e, size_t n, const Val *x)
{
    if (n > EIG_SUM_LANES)
        BUG("a sum of %zu numbers written out", n);
    Val lane[EIG_SUM_LANES] = {0};
    for (size_t k = 0; k < n; k++)
        lane[k] = x[k];
    if (n < EIG_SUM_LANES) {
        for (size_t k = 1; k < n; k++)
            lane[0] = ll_fadd(e->ll, lane[0], lane[k]);
        return lane[0];
    }
    for (size_t half = EIG_SUM_LANES / 2; half >= 1; half /= 2)
        for (size_t k = 0; k < half; k++)
            lane[k] = ll_fadd(e->ll, lane[k], lane[k + half]);
    return lane[0];
}

void fold_begin(const Emit *e, Fold *f, size_t n)
{
    Ll *ll = e->ll;
    f->n = n;
    f->lanes = n < EIG_SUM_LANES ? NULL : ll_scratch(ll, EIG_SUM_LANES, "lanes");
    Val zero = ll_f64(ll, 0.0);
    ll_loop_begin(ll, &f->loop, ll_i64(ll, 0), ll_i64(ll, n), 1, f->lanes ? 0 : 1, &zero);
    if (!f->lanes)
        f->loop.next[0] = NULL;
}

/* `so_far + value`, or `value` alone for the first term of a sum. */
static Val add_term(const Ll *ll, Val index, uint64_t n_first, Val so_far, Val value)
{
    Val is_first = LLVMBuildICmp(ll->builder, LLVMIntULT, index, ll_i64(ll, n_first), "");
    return ll_select(ll, is_first, value, ll_fadd(ll, so_far, value));
}

Val fold_end(const Emit *e, Fold *f, Val value)
{
    Ll *ll = e->ll;
    LlLoop *loop = &f->loop;
    if (!f->lanes) {
        loop->next[0] = add_term(ll, loop->index, 1, loop->carried[0], value);
        ll_loop_end(ll, loop);
        return loop->result[0];
    }
    Val lane = LLVMBuildAnd(ll->builder, loop->index, ll_i64(ll, EIG_SUM_LANES - 1), "");
    Val so_far = ll_load_f64(ll, f->lanes, lane);
    ll_store_f64(ll, add_term(ll, loop->index, EIG_SUM_LANES, so_far, value), f->lanes, lane);
    ll_loop_end(ll, loop);
    return fold_lanes(ll, lane_vector(ll, f->lanes, ll_i64(ll, 0)));
}
