/* What populations send. Signals are computed once an evaluation, before
 * anything that reads them; those that somebody reads late are also kept, a
 * ring of rows for each, at the start of every step. */
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

Val scope_value(Scope *s, const EigCode *code, const Own *own)
{
    const Emit *e = s->e;
    const Ll *ll = e->ll;
    s->var[EIG_VAR_T] = s->t;
    if (!s->var[EIG_VAR_I] && code_uses(code, EIG_VAR_I))
        s->var[EIG_VAR_I] = ll_real(ll, s->neuron);
    for (size_t k = 0; k < s->n_states; k++) {
        Val *v = &s->var[EIG_VAR_STATE + k];
        if (!*v && code_uses(code, (EigVar)(EIG_VAR_STATE + k)))
            *v = ll_load_f64(ll, s->y, ll_iadd(ll, where_state(e, &s->where, k), s->neuron));
    }
    return expr_emit_reading(e, code, s->var, &(Reads){ .args = s->args, .pop = s->where.pop, .neuron = s->neuron, .own = own });
}

/* ---- where numbers of a population lie ---- */

void where_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    own_push_i64(e, out, pop);
    own_push_i64(e, out, eig_state_from(e->p, pop));
    own_push_i64(e, out, e->p->pop[pop].size);
}

Where where_own(const Emit *e, const Own *own)
{
    return (Where){ own_i64(e, own, 0), own_i64(e, own, 1), own_i64(e, own, 2) };
}

Val where_state(const Emit *e, const Where *where, size_t k)
{
    return ll_iadd(e->ll, where->state_from, ll_imul(e->ll, ll_i64(e->ll, k), where->size));
}

/* ---- what is computed once an evaluation ---- */

static bool has_code(const Emit *e, size_t q)
{
    return eig_signal(e->p, q).code.n > 0;
}

static bool signals_alike(const Emit *e, size_t a, size_t b)
{
    EigSignal x = eig_signal(e->p, a), y = eig_signal(e->p, b);
    return e->general->shares && eig_n_states(&e->p->pop[x.pop]) == eig_n_states(&e->p->pop[y.pop]) && code_same_shape(e, &x.code, &y.code);
}

static void signal_own(const Emit *e, size_t q, OwnNumbers *out)
{
    EigSignal s = eig_signal(e->p, q);
    where_numbers(e, s.pop, out);
    own_push_i64(e, out, e->general->signal_from[q]);
    code_numbers(e, &s.code, out);
}

static void one_signal(Emit *e, size_t q, const Own *own, const Val *param)
{
    Ll *ll = e->ll;
    EigSignal signal = eig_signal(e->p, q);
    Own of_code = own_after(own, WHERE_OWN + 1);
    Where where = where_own(e, own);
    Val out = ll_at(ll, ll->f64, abi_load(e, param[0], ABI_signal), own_i64(e, own, WHERE_OWN));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), where.size, 1, 0, NULL);
    Scope scope = { .e = e, .n_states = eig_n_states(&e->p->pop[signal.pop]), .where = where, .args = param[0], .t = param[1],
                    .y = param[2], .neuron = loop.index };
    ll_store_f64(ll, scope_value(&scope, &signal.code, &of_code), out, loop.index);
    ll_loop_end(ll, &loop);
}

static LlFunction all_signals(Emit *e)
{
    static const GroupRule rule = { "signal", has_code, signals_alike, signal_own };
    LLVMTypeRef params[] = { e->ll->ptr, e->ll->f64, e->ll->ptr };
    return groups_function(e, &rule, one_signal, eig_n_signals(e->p), "signals", params, "args t y");
}

/* ---- reading them, now or late ---- */

enum { READ_FROM, READ_DELAY, READ_ROWS, READ_SIZE };

bool reads_alike(const Emit *e, Reading a, Reading b)
{
    if (a.delay || b.delay)
        return a.delay && b.delay;
    return has_code(e, a.signal) == has_code(e, b.signal);
}

void reading_numbers(const Emit *e, Reading r, OwnNumbers *out)
{
    const General *g = e->general;
    size_t q = r.signal;
    own_push_i64(e, out, r.delay ? g->history_from[q] : has_code(e, q) ? g->signal_from[q] : eig_state_from(e->p, eig_signal(e->p, q).pop));
    own_push_i64(e, out, (uint64_t)r.delay);
    own_push_i64(e, out, r.delay ? g->history_rows[q] : 0);
    own_push_i64(e, out, r.delay ? signal_size(e, q) : 0);
}

/* The row of a step in the ring of a signal. */
static Val history_row(const Emit *e, const Own *own, Val args, Val step)
{
    const Ll *ll = e->ll;
    Val row = LLVMBuildURem(ll->builder, step, own_i64(e, own, READ_ROWS), "");
    Val at = ll_iadd(ll, own_i64(e, own, READ_FROM), ll_imul(ll, row, own_i64(e, own, READ_SIZE)));
    return ll_at(ll, ll->f64, abi_load(e, args, ABI_history), at);
}

Val reading_at(const Emit *e, Reading r, const Own *own, Val args, Val step, Val y)
{
    const Ll *ll = e->ll;
    if (r.delay == 0)
        return ll_at(ll, ll->f64, has_code(e, r.signal) ? abi_load(e, args, ABI_signal) : y, own_i64(e, own, READ_FROM));
    Val steps = own_i64(e, own, READ_DELAY), begun = LLVMBuildICmp(ll->builder, LLVMIntSGT, step, steps, "");
    Val then = ll_select(ll, begun, LLVMBuildSub(ll->builder, step, steps, ""), ll_i64(ll, 0));
    return history_row(e, own, args, then);
}

Val signal_now(const Emit *e, Val args, size_t q, Val y)
{
    OwnNumbers numbers = { 0 };
    Reading r = { .signal = q };
    reading_numbers(e, r, &numbers);
    Own own = own_literals(e, numbers);
    return reading_at(e, r, &own, args, NULL, y);
}

Reading block_reading(const Emit *e, size_t block)
{
    const EigBlock *b = &e->p->block[block];
    return (Reading){ eig_block_signal(e->p, b), b->delay };
}

/* ---- the rings: a signal's numbers become those of the step ---- */

/* As it is, and as somebody reads it who is late. */
static void both_readings(const Emit *e, size_t q, OwnNumbers *out)
{
    reading_numbers(e, (Reading){ .signal = q }, out);
    reading_numbers(e, (Reading){ .signal = q, .delay = 1 }, out);
}

static bool is_kept(const Emit *e, size_t q)
{
    return e->general->history_rows[q] > 0;
}

static bool kept_alike(const Emit *e, size_t a, size_t b)
{
    return e->general->shares && has_code(e, a) == has_code(e, b);
}

static void keep(Emit *e, size_t q, const Own *own, const Val *param)
{
    Own late = own_after(own, READING_OWN);
    Val from = reading_at(e, (Reading){ .signal = q }, own, param[0], NULL, param[2]);
    ll_copy(e->ll, own_i64(e, &late, READ_SIZE), from, history_row(e, &late, param[0], param[1]));
}

static LlFunction remember(Emit *e)
{
    static const GroupRule rule = { "keep", is_kept, kept_alike, both_readings };
    LLVMTypeRef params[] = { e->ll->ptr, e->ll->i64, e->ll->ptr };
    return groups_function(e, &rule, keep, eig_n_signals(e->p), "remember", params, "args step y");
}

/* ---- sums ---- */

/* Sums its source's signal as it is. */
static bool has_sum(const EigBlock *b)
{
    return b->kind == EIG_BLOCK_UNIFORM && b->pair.n == 0;
}

/* Blocks that read the same signal of the same step share a sum, which is that of the first of them. */
static void place_sums(Emit *e, General *g)
{
    const EigProblem *p = e->p;
    Arena *arena = &e->cx->arena;
    size_t *first = ARENA_ARRAY(arena, eig_n_signals(p) + 1, size_t);      /* of a signal: the last sum found, plus 1 */
    VEC(size_t) next = { 0 };                                               /* of a sum: the one of its signal before it, plus 1 */
    g->sum_of = ARENA_ARRAY(arena, p->n_blocks + 1, size_t);
    for (size_t k = 0; k < p->n_blocks; k++) {
        if (!has_sum(&p->block[k]))
            continue;
        size_t *from = &first[eig_block_signal(p, &p->block[k])], at = *from;
        while (at && p->block[g->summed.at[at - 1]].delay != p->block[k].delay)
            at = next.at[at - 1];
        if (!at) {
            vec_push(arena, &g->summed, k);
            vec_push(arena, &next, *from);
            at = *from = g->summed.n;
        }
        g->sum_of[k] = at - 1;
    }
}

static bool any_sum(const Emit *e, size_t sum)
{
    (void)e, (void)sum;
    return true;
}

static bool sums_alike(const Emit *e, size_t a, size_t b)
{
    const General *g = e->general;
    return g->shares && reads_alike(e, block_reading(e, g->summed.at[a]), block_reading(e, g->summed.at[b]));
}

static void sum_own(const Emit *e, size_t sum, OwnNumbers *out)
{
    size_t block = e->general->summed.at[sum];
    reading_numbers(e, block_reading(e, block), out);
    own_push_i64(e, out, e->p->pop[e->p->block[block].pre].size);
    own_push_i64(e, out, sum);
}

static void one_sum(Emit *e, size_t sum, const Own *own, const Val *param)
{
    Ll *ll = e->ll;
    Own of_sum = own_after(own, READING_OWN);
    Reading r = block_reading(e, e->general->summed.at[sum]);
    Val args[] = { reading_at(e, r, own, param[0], param[1], param[2]), own_i64(e, &of_sum, 0) };
    ll_store_f64(ll, ll_call(ll, &e->sum, args, 2), param[3], own_i64(e, &of_sum, 1));
}

static LlFunction sums(Emit *e)
{
    static const GroupRule rule = { "sum_of", any_sum, sums_alike, sum_own };
    LLVMTypeRef params[] = { e->ll->ptr, e->ll->i64, e->ll->ptr, e->ll->ptr };
    return groups_function(e, &rule, one_sum, e->general->summed.n, "sums", params, "args step y sums");
}

void signal_functions(Emit *e, General *g)
{
    place_signals(e, g);
    place_sums(e, g);
    g->signals = all_signals(e);
    if (g->has_delays)
        g->remember = remember(e);
    g->sums = sums(e);
}
