/* Few neurons: the drift as straight-line code on values, weights as
 * constants. The order of every sum is the one of memory mode. */
#include "compiler/emit/parts.h"
#include "runtime/layout.h"

static Val population_sum(const Emit *e, const EigPop *p, const Val *x)
{
    return sum_of_values(e, p->size, x + p->from);
}

/* Number k of the block's in the row of constants. */
static Val weight_of(const Emit *e, const EigBlock *b, double value, size_t k)
{
    return constant(e, value, e->sets ? e->numbers->block[b - e->p->block] + k : 0);
}

/* s of target neuron i with the entries of one row or column set added. */
static Val add_entries(const Emit *e, const EigBlock *b, size_t i, const Val *pre_x, Val s)
{
    const Ll *ll = e->ll;
    size_t n_post = e->p->pop[b->post].size;
    if (b->kind == EIG_BLOCK_SPARSE) {
        for (uint64_t k = b->row_from[i]; k < b->row_from[i + 1]; k++)
            s = ll_fadd(ll, s, ll_fmul(ll, weight_of(e, b, b->w ? b->w[k] : b->weight, b->w ? k : 0), pre_x[b->column[k]]));
        return s;
    }
    for (size_t j = 0, n_pre = e->p->pop[b->pre].size; j < n_pre; j++) {
        size_t k = eig_dense_at(n_post, n_pre, i, j);
        s = ll_fadd(ll, s, ll_fmul(ll, weight_of(e, b, b->w[k], k), pre_x[j]));
    }
    return s;
}

static void add_block(const Emit *e, const EigBlock *b, const Val *x, Val *s)
{
    const Ll *ll = e->ll;
    const EigPop *pre = &e->p->pop[b->pre], *post = &e->p->pop[b->post];
    const Val *pre_x = x + pre->from;
    Val weight = b->kind == EIG_BLOCK_UNIFORM || b->kind == EIG_BLOCK_DIAGONAL ? weight_of(e, b, b->weight, 0) : NULL;
    Val sum = b->kind == EIG_BLOCK_UNIFORM ? population_sum(e, pre, x) : NULL;
    for (size_t i = 0; i < post->size; i++) {
        Val *si = &s[post->from + i];
        if (b->kind == EIG_BLOCK_UNIFORM)
            *si = ll_fadd(ll, *si, ll_fmul(ll, weight, b->skip_self ? ll_fsub(ll, sum, pre_x[i]) : sum));
        else if (b->kind == EIG_BLOCK_DIAGONAL)
            *si = ll_fadd(ll, *si, ll_fmul(ll, weight, pre_x[i]));
        else
            *si = add_entries(e, b, i, pre_x, *si);
    }
}

void registers_drift(const Emit *e, Val t, const Val *x, Val *s, Val *d)
{
    const EigProblem *p = e->p;
    Own own;
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t i = 0; i < p->pop[q].size; i++)
            s[p->pop[q].from + i] = input_value(e, q, sets_own(e, q, false, &own), t, ll_integer(e->ll, i));
    for (size_t k = 0; k < p->n_blocks; k++)
        add_block(e, &p->block[k], x, s);
    if (!d)
        return;
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t i = p->pop[q].from; i < p->pop[q].from + p->pop[q].size; i++)
            d[i] = ll_fsub(e->ll, activation_value(e, q, sets_own(e, q, true, &own), s[i]), x[i]);
}

void registers_load(const Emit *e, Val from, Val *x)
{
    for (size_t i = 0; i < e->p->n; i++)
        x[i] = ll_load_f64(e->ll, from, ll_i64(e->ll, i));
}

void registers_load_lanes(const Emit *e, Val from, Val *x)
{
    for (size_t i = 0; i < e->p->n; i++)
        x[i] = ll_load(e->ll, ll_of_lanes(e->ll, e->ll->f64), ll_at(e->ll, e->ll->f64, from, ll_i64(e->ll, i * e->ll->lanes)));
}

void registers_store(const Emit *e, const Val *x, Val to)
{
    for (size_t i = 0; i < e->p->n; i++)
        ll_store_f64(e->ll, x[i], to, ll_i64(e->ll, i));
}

void drift_entry_registers(Emit *e)
{
    LlFunction f = abi_entry(e, ABI_DRIFT);
    Val x[PLAN_REGISTER_NEURONS], s[PLAN_REGISTER_NEURONS], d[PLAN_REGISTER_NEURONS];
    registers_load(e, f.param[2], x);
    registers_drift(e, f.param[1], x, s, d);
    for (size_t q = 0; q < e->p->n_pops; q++)
        for (size_t i = e->p->pop[q].from; i < e->p->pop[q].from + e->p->pop[q].size; i++)
            d[i] = ll_fmul(e->ll, ll_f64(e->ll, e->p->pop[q].rate), d[i]);
    registers_store(e, s, abi_load(e, f.param[0], ABI_total));
    registers_store(e, d, f.param[3]);
    LLVMBuildRetVoid(e->ll->builder);
}
