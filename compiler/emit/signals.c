/* What populations send. Signals are computed once an evaluation, before
 * anything that reads them; those that somebody reads late are also kept, a
 * ring of rows for each, at the start of every step. */
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

static size_t signal_size(const Emit *e, size_t q)
{
    return e->p->pop[eig_signal(e->p, q).pop].size;
}

static void place_signals(Emit *e, General *g)
{
    const EigProblem *p = e->p;
    Arena *arena = &e->cx->arena;
    size_t n = eig_n_signals(p), at = 0, row_at = 0;
    g->signal_from = ARENA_ARRAY(arena, n + 1, size_t);
    g->history_from = ARENA_ARRAY(arena, n + 1, size_t);
    g->history_rows = ARENA_ARRAY(arena, n + 1, size_t);
    eig_history_rows(p, g->history_rows);
    for (size_t q = 0; q < n; q++) {
        g->signal_from[q] = at;
        g->history_from[q] = row_at;
        at += eig_signal(p, q).code.n ? signal_size(e, q) : 0;
        row_at += g->history_rows[q] * signal_size(e, q);
    }
    g->has_delays = eig_has_delays(p);
}

Val scope_value(Scope *s, const EigCode *code)
{
    const Emit *e = s->e;
    const Ll *ll = e->ll;
    const EigPop *pop = &e->p->pop[s->pop];
    s->var[EIG_VAR_T] = s->t;
    if (!s->var[EIG_VAR_I] && code_uses(code, EIG_VAR_I))
        s->var[EIG_VAR_I] = ll_real(ll, s->neuron);
    for (size_t k = 0; k < eig_n_states(pop); k++) {
        Val *v = &s->var[EIG_VAR_STATE + k];
        if (!*v && code_uses(code, (EigVar)(EIG_VAR_STATE + k)))
            *v = ll_load_f64(ll, s->y, ll_iadd(ll, ll_i64(ll, eig_state_from(e->p, s->pop) + k * pop->size), s->neuron));
    }
    return expr_emit_reading(e, code, s->var, &(Reads){ .args = s->args, .pop = s->pop, .neuron = s->neuron });
}

/* signal_q(args, t, y) */
static LlFunction one_signal(Emit *e, const General *g, size_t q)
{
    Ll *ll = e->ll;
    EigSignal signal = eig_signal(e->p, q);
    char name[48];
    snprintf(name, sizeof name, "signal_%zu", q);
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr };
    LlFunction f = ll_function(ll, name, false, ll->none, params, "args t y");
    ll_param_attribute(ll, f.value, 0, "readonly");
    Val out = ll_at(ll, ll->f64, abi_load(e, f.param[0], ABI_signal), ll_i64(ll, g->signal_from[q]));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, signal_size(e, q)), 1, 0, NULL);
    Scope scope = { .e = e, .pop = signal.pop, .args = f.param[0], .t = f.param[1], .y = f.param[2], .neuron = loop.index };
    ll_store_f64(ll, scope_value(&scope, &signal.code), out, loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

static void all_signals(Emit *e, General *g)
{
    Ll *ll = e->ll;
    size_t n = eig_n_signals(e->p);
    LlFunction *each = ARENA_ARRAY(&e->cx->arena, n + 1, LlFunction);
    for (size_t q = 0; q < n; q++)
        if (eig_signal(e->p, q).code.n)
            each[q] = one_signal(e, g, q);
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr };
    g->signals = ll_function(ll, "signals", false, ll->none, params, "args t y");
    for (size_t q = 0; q < n; q++)
        if (each[q].value)
            ll_call(ll, &each[q], g->signals.param, 3);
    LLVMBuildRetVoid(ll->builder);
}

Val signal_now(const Emit *e, const General *g, Val args, size_t q, Val y)
{
    const Ll *ll = e->ll;
    EigSignal signal = eig_signal(e->p, q);
    if (!signal.code.n)
        return ll_at(ll, ll->f64, y, ll_i64(ll, eig_state_from(e->p, signal.pop)));
    return ll_at(ll, ll->f64, abi_load(e, args, ABI_signal), ll_i64(ll, g->signal_from[q]));
}

/* The row of a step in the ring of signal q. */
static Val history_row(const Emit *e, const General *g, Val args, size_t q, Val step)
{
    const Ll *ll = e->ll;
    Val row = LLVMBuildURem(ll->builder, step, ll_i64(ll, g->history_rows[q]), "");
    Val at = ll_iadd(ll, ll_i64(ll, g->history_from[q]), ll_imul(ll, row, ll_i64(ll, signal_size(e, q))));
    return ll_at(ll, ll->f64, abi_load(e, args, ABI_history), at);
}

static void remember(Emit *e, General *g)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->ptr };
    g->remember = ll_function(ll, "remember", false, ll->none, params, "args step y");
    Val args = g->remember.param[0], step = g->remember.param[1], y = g->remember.param[2];
    for (size_t q = 0; q < eig_n_signals(e->p); q++)
        if (g->history_rows[q])
            ll_copy(ll, ll_i64(ll, signal_size(e, q)), signal_now(e, g, args, q, y), history_row(e, g, args, q, step));
    LLVMBuildRetVoid(ll->builder);
}

Val signal_then(const Emit *e, const General *g, Val args, size_t q, int64_t delay, Val step, Val y)
{
    const Ll *ll = e->ll;
    if (delay == 0)
        return signal_now(e, g, args, q, y);
    Val steps = ll_i64(ll, (uint64_t)delay);
    Val begun = LLVMBuildICmp(ll->builder, LLVMIntSGT, step, steps, "");
    Val then = ll_select(ll, begun, LLVMBuildSub(ll->builder, step, steps, ""), ll_i64(ll, 0));
    return history_row(e, g, args, q, then);
}

Val block_source(const Emit *e, const General *g, Val args, size_t block, Val step, Val y)
{
    const EigBlock *b = &e->p->block[block];
    return signal_then(e, g, args, eig_block_signal(e->p, b), b->delay, step, y);
}

/* Sums its source's signal as it is. */
static bool has_sum(const EigBlock *b)
{
    return b->kind == EIG_BLOCK_UNIFORM && b->pair.n == 0;
}

/* Blocks that read the same signal of the same step share a sum. */
static void place_sums(Emit *e, General *g)
{
    const EigProblem *p = e->p;
    size_t n = eig_n_signals(p);
    const EigBlock **last = ARENA_ARRAY(&e->cx->arena, n + 1, const EigBlock *);
    g->sum_of = ARENA_ARRAY(&e->cx->arena, p->n_blocks + 1, size_t);
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigBlock *b = &p->block[k], **same = &last[eig_block_signal(p, b)];
        if (!has_sum(b))
            continue;
        g->sum_of[k] = *same && (*same)->delay == b->delay ? g->sum_of[*same - p->block] : g->n_sums++;
        *same = b;
    }
}

static void sums(Emit *e, General *g)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->ptr, ll->ptr };
    place_sums(e, g);
    g->sums = ll_function(ll, "sums", false, ll->none, params, "args step y sums");
    Val *param = g->sums.param;
    for (size_t k = 0, next = 0; k < e->p->n_blocks; k++) {
        const EigBlock *b = &e->p->block[k];
        if (!has_sum(b) || g->sum_of[k] != next)
            continue;
        Val source = block_source(e, g, param[0], k, param[1], param[2]);
        Val sum = ll_call(ll, &e->sum, (Val[]){ source, ll_i64(ll, e->p->pop[b->pre].size) }, 2);
        ll_store_f64(ll, sum, param[3], ll_i64(ll, next++));
    }
    LLVMBuildRetVoid(ll->builder);
}

void signal_functions(Emit *e, General *g)
{
    place_signals(e, g);
    all_signals(e, g);
    if (g->has_delays)
        remember(e, g);
    sums(e, g);
}
