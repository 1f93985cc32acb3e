/* Networks of many populations for shared code: copies of a random general network that are alike but for their numbers, with
 * connections from copy to copy. */
#ifndef TESTS_JIT_MANY_COPIES_H
#define TESTS_JIT_MANY_COPIES_H
#include "tests/jit/random_general.h"

/* The same program with other constants; exponents stay, and 0 and 1. */
static inline EigCode with_other_numbers(Circuit *c, const EigCode *code, size_t copy)
{
    EigOp *op = ARENA_ARRAY(&c->cx.arena, code->n + 1, EigOp);
    for (size_t k = 0; k < code->n; k++) {
        op[k] = code->op[k];
        bool is_exponent = k + 1 < code->n && code->op[k + 1].kind == EIG_OP_CALL && code->op[k + 1].which == EIG_FN_POW;
        if (op[k].kind == EIG_OP_CONST && op[k].value != 0.0 && op[k].value != 1.0 && !is_exponent)
            op[k].value *= 1.0 + (double)copy / 1024.0;
    }
    return (EigCode){ .n = code->n, .op = op, .depth = code->depth };
}

static inline void copy_pop(Circuit *c, size_t of, size_t copy)
{
    size_t q = c->p.n_pops++;
    EigPop *pop = &c->pop[q];
    *pop = c->pop[of];
    pop->name = arena_printf(&c->cx.arena, "P%zu", q);
    pop->from = c->p.n;
    pop->state_from = c->p.n_x;
    pop->rate *= 1.0 + (double)copy / 64.0;
    pop->exp_step *= 1.0 + (double)copy / 64.0;
    pop->phi = with_other_numbers(c, &pop->phi, copy);
    pop->input = with_other_numbers(c, &pop->input, copy);
    c->p.n += pop->size;
    c->p.n_x += c->p.n_x ? eig_n_states(pop) * pop->size : 0;
    if (!pop->n_states)
        return;
    EigState *state = ARENA_ARRAY(&c->cx.arena, EIG_MAX_STATES, EigState);
    for (size_t k = 0; k < pop->n_states; k++) {
        state[k] = pop->state[k];
        state[k].drift = with_other_numbers(c, &state[k].drift, copy);
        state[k].noise = with_other_numbers(c, &state[k].noise, copy);
        state[k].noise_slope = with_other_numbers(c, &state[k].noise_slope, copy);
        state[k].spread = with_other_numbers(c, &state[k].spread, copy);
        state[k].entity = eig_fnv1a(arena_printf(&c->cx.arena, "%s.%zu", pop->name, k));
    }
    pop->state = state;
}

/* Signal q of the original is of_copy[copy * n + q] afterwards; the rates of all populations come first. */
static inline size_t *copy_signals(Circuit *c, size_t n_original, size_t n_copies)
{
    size_t n = c->p.n_signals, more = n - n_original, at = n_original * n_copies;
    EigSignal *s = ARENA_ARRAY(&c->cx.arena, n * n_copies, EigSignal);
    size_t *of_copy = ARENA_ARRAY(&c->cx.arena, n * n_copies, size_t);
    for (size_t copy = 0; copy < n_copies; copy++)
        for (size_t q = 0; q < n; q++) {
            size_t to = q < n_original ? copy * n_original + q : at + copy * more + (q - n_original);
            s[to] = c->p.signal[q];
            s[to].pop += copy * n_original;
            s[to].code = with_other_numbers(c, &s[to].code, copy);
            of_copy[copy * n + q] = to;
        }
    c->p.signal = s;
    c->p.n_signals = n * n_copies;
    return of_copy;
}

/* A block of the original from copy `from` to copy `to`. */
static inline void copy_block(Circuit *c, const EigBlock *of, size_t n_original, size_t from, size_t to, size_t n_signals, const size_t *signal)
{
    EigBlock *b = &c->block[c->p.n_blocks++];
    *b = *of;
    b->pre += from * n_original;
    b->post += to * n_original;
    b->skip_self &= from == to;
    b->weight *= 1.0 - (double)to / 128.0;
    b->gate = with_other_numbers(c, &b->gate, to);
    b->pair = with_other_numbers(c, &b->pair, to);
    b->delay += b->delay ? (int64_t)(to % 3) : 0;
    if (!signal)
        return;
    b->signal = signal[from * n_signals + b->signal];
    EigPart *part = ARENA_ARRAY(&c->cx.arena, b->n_parts + 1, EigPart);
    for (size_t k = 0; k < b->n_parts; k++) {
        part[k] = b->part[k];
        part[k].signal = part[k].of_source ? signal[from * n_signals + part[k].signal] : 0;
        part[k].code = with_other_numbers(c, &part[k].code, to);
    }
    b->part = part;
}

/* Each copy with its own blocks and, `crossed`, others from every third and so many more that hardly two populations receive the same. */
static inline void make_copies(Circuit *c, size_t n_copies, bool crossed)
{
    size_t n_original = c->p.n_pops, n_blocks = c->p.n_blocks, n_signals = c->p.n_signals;
    for (size_t copy = 1; copy < n_copies; copy++)
        for (size_t q = 0; q < n_original; q++)
            copy_pop(c, q, copy);
    const size_t *signal = n_signals ? copy_signals(c, n_original, n_copies) : NULL;
    EigBlock *original = ARENA_ARRAY(&c->cx.arena, n_blocks + 1, EigBlock);
    memcpy(original, c->block, n_blocks * sizeof *original);
    c->p.n_blocks = 0;
    for (size_t copy = 0; copy < n_copies; copy++) {
        for (size_t k = 0; k < n_blocks; k++)
            copy_block(c, &original[k], n_original, copy, copy, n_signals, signal);
        for (size_t k = 0; crossed && k < n_blocks; k++)
            if ((copy >> k % 5) & 1)
                copy_block(c, &original[k], n_original, 3 * copy % n_copies, copy, n_signals, signal);
    }
}

/* Those of the last populations that there is room for. */
static inline void record_last(Circuit *c)
{
    c->p.n_records = 0;
    for (size_t q = c->p.n_pops; q-- > 0 && c->p.n_records + EIG_MAX_STATES + 2 < c->max_records;) {
        add_record(c, c->pop[q].size, obs(c, (EigObs){ .kind = EIG_OBS_RATE, .pop = q, .index = -1 }));
        add_record(c, c->pop[q].size, obs(c, (EigObs){ .kind = EIG_OBS_INPUT, .pop = q, .index = -1 }));
        for (size_t k = 0; k < c->pop[q].n_states; k++)
            add_record(c, c->pop[q].size, obs(c, (EigObs){ .kind = EIG_OBS_STATE, .pop = q, .state = k, .index = -1 }));
    }
}
#endif
