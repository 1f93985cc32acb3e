/* Random networks of populations by equations and by rates, with signals,
 * gates, delays, kernels, columns, samples and noise. */
#ifndef TESTS_JIT_RANDOM_GENERAL_H
#define TESTS_JIT_RANDOM_GENERAL_H
#include "compiler/plan/circle.h"
#include "runtime/layout.h"
#include "runtime/rng.h"
#include "tests/jit/random_circuit.h"

static inline EigOp column(size_t k) { return (EigOp){ .kind = EIG_OP_COLUMN, .which = (uint8_t)k }; }
static inline EigOp samples(size_t k) { return (EigOp){ .kind = EIG_OP_SAMPLES, .which = (uint8_t)k }; }
static inline EigOp state(size_t k) { return var((EigVar)(EIG_VAR_STATE + k)); }

enum { N_COLUMNS = 2, N_TABLES = 3, GRID_X = 6, GRID_Y = 5 };

static inline double *random_numbers(Circuit *c, uint64_t *r, size_t n, double lo, double hi)
{
    double *x = ARENA_ARRAY(&c->cx.arena, n + 1, double);
    for (size_t k = 0; k < n; k++)
        x[k] = uniform(r, lo, hi);
    return x;
}

static inline void random_tables(Circuit *c, uint64_t *r)
{
    EigTable *table = ARENA_ARRAY(&c->cx.arena, N_TABLES, EigTable);
    for (size_t k = 0; k < N_TABLES; k++) {
        size_t rows = 1 + below(r, 9), columns = k == 2 ? 5 : 1;
        double *time = random_numbers(c, r, rows, 0.1, 0.4);
        for (size_t i = 1; i < rows; i++)
            time[i] += time[i - 1];
        table[k] = (EigTable){ rows, columns, time, random_numbers(c, r, rows * columns, -1.0, 1.0), k == 1 };
    }
    c->p.table = table;
    c->p.n_tables = N_TABLES;
}

/* Bounded in the states, so that a run stays finite. */
static inline EigCode random_drift(Circuit *c, uint64_t *r, size_t k, size_t n)
{
    EigOp own = state(k), other = state(below(r, n));
    switch (below(r, 4)) {
    case 0: return CODE(c, var(EIG_VAR_Z), fn(EIG_FN_TANH), own, fn(EIG_FN_SUB), other, fn(EIG_FN_SIN), fn(EIG_FN_ADD));
    case 1: return CODE(c, own, own, push(3.0), fn(EIG_FN_POW), push(3.0), fn(EIG_FN_DIV), fn(EIG_FN_SUB), other, fn(EIG_FN_SUB),
                        var(EIG_VAR_Z), fn(EIG_FN_ATAN), fn(EIG_FN_ADD));
    case 2: return CODE(c, push(0.08), other, column(1), fn(EIG_FN_ADD), own, fn(EIG_FN_SUB), fn(EIG_FN_MUL));
    default: return CODE(c, samples(2), var(EIG_VAR_T), fn(EIG_FN_COS), fn(EIG_FN_ADD), own, fn(EIG_FN_SUB), var(EIG_VAR_I), push(0.1),
                         fn(EIG_FN_MUL), fn(EIG_FN_ADD));
    }
}

static inline EigCode random_noise(Circuit *c, uint64_t *r, size_t k)
{
    switch (below(r, 3)) {
    case 0: return CODE(c, push(0.3));
    case 1: return CODE(c, state(k), fn(EIG_FN_COS), column(0), fn(EIG_FN_MUL));
    default: return CODE(c, var(EIG_VAR_T), push(0.1), fn(EIG_FN_MUL), var(EIG_VAR_Z), fn(EIG_FN_TANH), fn(EIG_FN_ADD));
    }
}

static inline EigState random_ou(Circuit *c, const char *pop)
{
    return (EigState){ .name = "u", .kind = EIG_STATE_OU, .decay = CODE(c, push(0.9)),
                       .spread = CODE(c, column(0), push(0.2), fn(EIG_FN_MUL)), .start = CODE(c, column(1)),
                       .entity = eig_fnv1a(arena_printf(&c->cx.arena, "%s.u", pop)) };
}

/* Any program will do for the comparison. */
static inline EigCode random_slope(Circuit *c, uint64_t *r, size_t k)
{
    switch (below(r, 3)) {
    case 0: return (EigCode){ 0 };
    case 1: return CODE(c, push(-0.7), state(k), fn(EIG_FN_SIN), fn(EIG_FN_MUL), column(0), fn(EIG_FN_MUL));
    default: return CODE(c, push(0.4));
    }
}

/* By equations or by a rate with noise; the last state may be an OU that the input reads. */
static inline void random_states(Circuit *c, uint64_t *r, EigPop *pop, bool noise, bool ou)
{
    size_t n = 1 + below(r, 4);
    bool leak = below(r, 3) == 0;
    EigState *s = ARENA_ARRAY(&c->cx.arena, EIG_MAX_STATES, EigState);
    n = leak ? 1 : n;
    for (size_t k = 0; k < n; k++) {
        s[k] = (EigState){ .name = arena_printf(&c->cx.arena, "x%zu", k), .kind = leak ? EIG_STATE_LEAK : EIG_STATE_EQUATION,
                           .drift = leak ? (EigCode){ 0 } : random_drift(c, r, k, n), .start = pop->start };
        s[k].entity = eig_fnv1a(arena_printf(&c->cx.arena, "%s.x%zu", pop->name, k));
        if (noise && below(r, 2))
            s[k].noise = random_noise(c, r, k);
        if (c->p.method == EIG_METHOD_MILSTEIN && s[k].noise.n && !leak)
            s[k].noise_slope = random_slope(c, r, k);
    }
    if (ou) {
        s[n] = random_ou(c, pop->name);
        pop->input = CODE(c, state(n), var(EIG_VAR_T), fn(EIG_FN_SIN), fn(EIG_FN_ADD), samples(0), fn(EIG_FN_ADD));
        n++;
    }
    pop->state = s;
    pop->n_states = n;
}

static inline void random_columns(Circuit *c, uint64_t *r, EigPop *pop)
{
    const double **column_of = ARENA_ARRAY(&c->cx.arena, N_COLUMNS, const double *);
    for (size_t k = 0; k < N_COLUMNS; k++)
        column_of[k] = random_numbers(c, r, pop->size, -1.0, 1.0);
    pop->column = column_of;
    pop->n_columns = N_COLUMNS;
    if (below(r, 2)) {
        pop->rate_of = random_numbers(c, r, pop->size, 0.1, 2.0);
        pop->exp_step_of = random_numbers(c, r, pop->size, 0.01, 0.2);
        pop->phi = CODE(c, var(EIG_VAR_Z), column(0), fn(EIG_FN_MUL), column(1), fn(EIG_FN_MAX));
    }
    if (below(r, 3) == 0)
        pop->input = CODE(c, column(1), samples(below(r, N_TABLES)), fn(EIG_FN_ADD));
}

/* Signal q < n_pops is population q's rate; then a few more. */
static inline void random_signals(Circuit *c, uint64_t *r)
{
    size_t n = c->p.n_pops + below(r, 4);
    EigSignal *s = ARENA_ARRAY(&c->cx.arena, n, EigSignal);
    for (size_t q = 0; q < n; q++) {
        s[q].pop = q < c->p.n_pops ? q : below(r, c->p.n_pops);
        if (q < c->p.n_pops && below(r, 2))
            continue;
        size_t k = below(r, eig_n_states(&c->pop[s[q].pop]));
        s[q].code = below(r, 2) ? CODE(c, state(k), fn(EIG_FN_TANH), column(1), fn(EIG_FN_MUL))
                                : CODE(c, push(1.0), push(1.0), state(k), fn(EIG_FN_NEG), fn(EIG_FN_EXP), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
    }
    c->p.signal = s;
    c->p.n_signals = n;
}

/* The same weights both ways, and a circle. On a line the weights stand symmetrically about the middle one. */
static inline void random_circle(Circuit *c, EigBlock *b, double *w)
{
    size_t a = b->extent[0], rows = b->extent[1], n = eig_kernel_weights(b);
    for (size_t k = 0; k < n; k++)
        w[b->is_periodic ? (rows - k / a) % rows * a + (a - k % a) % a : n - 1 - k] = w[k];
    circle_give(&c->cx, b);
}

static inline void random_kernel(Circuit *c, EigBlock *b, uint64_t *r)
{
    bool flat = below(r, 2);
    b->kind = EIG_BLOCK_KERNEL;
    b->extent[0] = flat ? c->pop[b->pre].size : GRID_X;
    b->extent[1] = c->pop[b->pre].size / b->extent[0];
    b->is_periodic = below(r, 2);
    size_t n = eig_kernel_weights(b);
    double *w = random_numbers(c, r, n, -0.2, 0.2);
    for (size_t k = 0; k < n; k++)
        w[k] = below(r, 3) ? w[k] : 0.0;
    b->w = w;
    if (below(r, 2))
        random_circle(c, b, w);
}

/* Some weights of 0 in a dense block. */
static inline void random_gaps(Circuit *c, EigBlock *b, uint64_t *r)
{
    size_t n = c->pop[b->pre].size * c->pop[b->post].size;
    double *w = ARENA_ARRAY(&c->cx.arena, n, double);
    for (size_t k = 0; k < n; k++)
        w[k] = below(r, 4) ? b->w[k] : 0.0;
    b->w = w;
}

static inline size_t random_signal_of(Circuit *c, uint64_t *r, size_t pop)
{
    size_t q = below(r, c->p.n_signals);
    return c->p.signal[q].pop == pop ? q : pop;
}

/* So many are soon computed by the reference. */
enum { MOST_PAIRS = 40000 };

/* In the order source, target, source, target. Smooth and bounded for steps that are chosen by their errors. */
static inline EigCode pair_program(Circuit *c, uint64_t *r)
{
    EigOp a = column(0), b = column(1), d = column(2), e = column(3);
    switch (eig_method[c->p.method].adaptive ? 5 : below(r, 6)) {
    case 0: return CODE(c, a, b, fn(EIG_FN_SUB), fn(EIG_FN_TANH), d, fn(EIG_FN_MUL), e, fn(EIG_FN_ADD));
    case 1: return CODE(c, a, b, fn(EIG_FN_SUB), push(0.0), fn(EIG_FN_MAX));
    case 2: return CODE(c, a, push(1.0), a, b, fn(EIG_FN_SUB), fn(EIG_FN_ABS), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
    case 3: return CODE(c, a, e, fn(EIG_FN_MUL), fn(EIG_FN_SIN), b, d, fn(EIG_FN_SUB), push(0x1p21), fn(EIG_FN_ADD), fn(EIG_FN_COS),
                        fn(EIG_FN_ADD));
    case 4: return CODE(c, a, b, fn(EIG_FN_MUL), fn(EIG_FN_ATAN), d, fn(EIG_FN_ABS), push(1.5), fn(EIG_FN_POW), e, fn(EIG_FN_MUL), fn(EIG_FN_ADD),
                        push(3.0), fn(EIG_FN_MIN));
    default: return CODE(c, push(1.0), push(1.0), a, b, fn(EIG_FN_SUB), fn(EIG_FN_EXP), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
    }
}

static inline void random_pairs(Circuit *c, EigBlock *b, uint64_t *r)
{
    EigPart *part = ARENA_ARRAY(&c->cx.arena, 4, EigPart);
    part[0] = (EigPart){ .of_source = true, .signal = random_signal_of(c, r, b->pre) };
    part[1].code = CODE(c, state(0));
    part[2] = (EigPart){ .of_source = true, .signal = random_signal_of(c, r, b->pre) };
    part[3].code = below(r, 2) ? CODE(c, state(0), column(1), fn(EIG_FN_ADD)) : CODE(c, var(EIG_VAR_T), var(EIG_VAR_I), fn(EIG_FN_ADD), fn(EIG_FN_COS));
    b->part = part;
    b->n_parts = 4;
    b->pair = pair_program(c, r);
    if (b->kind == EIG_BLOCK_DENSE)
        random_gaps(c, b, r);
}

static inline void decorate_block(Circuit *c, EigBlock *b, uint64_t *r, bool delays)
{
    if (c->pop[b->pre].size == GRID_X * GRID_Y && c->pop[b->post].size == GRID_X * GRID_Y && below(r, 2)) {
        b->skip_self = false;
        random_kernel(c, b, r);
    }
    b->signal = b->pre;
    for (size_t q = c->p.n_pops; q < c->p.n_signals; q++)
        if (c->p.signal[q].pop == b->pre && below(r, 2))
            b->signal = q;
    size_t most_pairs = c->pop[b->pre].size * c->pop[b->post].size;
    if (c->p.n_signals && b->kind != EIG_BLOCK_KERNEL && most_pairs <= MOST_PAIRS && below(r, 3) == 0)
        random_pairs(c, b, r);
    if (below(r, 3) == 0)
        b->gate = below(r, 2) ? CODE(c, state(0), column(0), fn(EIG_FN_SUB)) : CODE(c, var(EIG_VAR_T), fn(EIG_FN_SIN), var(EIG_VAR_I), fn(EIG_FN_ADD));
    if (delays && below(r, 2))
        b->delay = (int64_t)below(r, 7);
}

static inline void record_states(Circuit *c)
{
    for (size_t q = 0; q < c->p.n_pops; q++)
        for (size_t k = 0; k < c->pop[q].n_states; k++)
            add_record(c, c->pop[q].size, obs(c, (EigObs){ .kind = EIG_OBS_STATE, .pop = q, .state = k, .index = -1 }));
}

static inline void random_general(Circuit *c, uint64_t seed, EigMethod method, size_t n_sizes, const size_t *sizes)
{
    uint64_t number = seed + 77777, *r = &number;
    bool adaptive = eig_method[method].adaptive;
    circuit_init(c, method, uniform(r, 0.01, 0.1), 20);
    if (seed % 3)
        set_step(c, (EigRatio){ 1 + seed % 50, 1009, 2 });
    c->p.steps_per_record = 1 + (int64_t)below(r, 4);
    c->p.record_every = adaptive && below(r, 2) ? (EigRatio){ eig_ratio(c->p.duration).num, 7, eig_ratio(c->p.duration).exponent } : (EigRatio){ 0, 1, 0 };
    c->p.seed = next_random(r);
    random_tables(c, r);
    size_t n_pops = 1 + below(r, 4), n_blocks = below(r, 4 * n_pops);
    for (size_t q = 0; q < n_pops; q++) {
        double g = uniform(r, 0.1, 2.0);
        EigCode start = CODE(c, var(EIG_VAR_I), push(g), fn(EIG_FN_MUL), fn(EIG_FN_SIN), column(1), fn(EIG_FN_ADD));
        add_pop(c, sizes[below(r, n_sizes)], uniform(r, 0.5, 20.0), activation(c, below(r, adaptive ? N_SMOOTH_ACTIVATIONS : N_ACTIVATIONS), g),
                drive(c, below(r, N_INPUTS), g), start);
        random_columns(c, r, &c->pop[q]);
    }
    if (below(r, 4))
        for (size_t q = 0; q < n_pops; q++) {
            if (below(r, 3))
                random_states(c, r, &c->pop[q], eig_method[method].noise, !adaptive && below(r, 2));
            c->pop[q].state_from = c->p.n_x;
            c->p.n_x += eig_n_states(&c->pop[q]) * c->pop[q].size;
        }
    if (below(r, 4))
        random_signals(c, r);
    for (size_t k = 0; k < n_blocks; k++) {
        random_block(c, r);
        decorate_block(c, &c->block[k], r, eig_method[method].delays);
        if (!c->p.n_signals)
            c->block[k].signal = 0;
    }
    random_records(c, r);
    record_states(c);
    if (seed % 2)
        use_clocks(c);
}
#endif
