/* Random circuits over every kind of block, activation, input and record. */
#ifndef TESTS_JIT_RANDOM_CIRCUIT_H
#define TESTS_JIT_RANDOM_CIRCUIT_H
#include "runtime/layout.h"
#include "tests/jit/circuit.h"

static inline uint64_t next_random(uint64_t *state)     /* splitmix64 */
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline size_t below(uint64_t *r, size_t n)
{
    return (size_t)(next_random(r) % n);
}

static inline double uniform(uint64_t *r, double lo, double hi)
{
    return lo + (hi - lo) * ((double)(next_random(r) >> 11) * 0x1p-53);
}

enum { N_ACTIVATIONS = 15, N_SMOOTH_ACTIVATIONS = 13, N_INPUTS = 8 };

/* The activations of the named costs and some formulas that use every function. The last two jump, or are noise. */
static inline EigCode activation(Circuit *c, size_t which, double g)
{
    EigOp z = var(EIG_VAR_Z);
    switch (which) {
    case 0: return relu(c);
    case 1: return logistic(c);
    case 2: return CODE(c, push(-g), z, push(g), fn(EIG_FN_MIN), fn(EIG_FN_MAX));
    case 3: return CODE(c, z, fn(EIG_FN_TANH));
    case 4: return CODE(c, z, push(g), fn(EIG_FN_SUB), push(0.0), fn(EIG_FN_MAX), z, push(g), fn(EIG_FN_ADD),
                        push(0.0), fn(EIG_FN_MIN), fn(EIG_FN_ADD));
    case 5: return CODE(c, z, push(1.0), push(g), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
    case 6: return CODE(c, z, fn(EIG_FN_ATAN));
    case 7: return CODE(c, z, z, fn(EIG_FN_ABS), push(1.0), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
    case 8: return CODE(c, z, push(3.0), fn(EIG_FN_POW), push(1.0), z, push(4.0), fn(EIG_FN_POW), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
    case 9: return CODE(c, push(1.0), z, fn(EIG_FN_ABS), push(0.5), fn(EIG_FN_ADD), push(-3.0), fn(EIG_FN_POW), fn(EIG_FN_ADD),
                        fn(EIG_FN_SQRT), z, fn(EIG_FN_ABS), fn(EIG_FN_LOG1P), fn(EIG_FN_MUL), push(0.1), fn(EIG_FN_MUL));
    case 10: return CODE(c, z, push(g), fn(EIG_FN_MUL), z, push(g), fn(EIG_FN_LOST_PRODUCT), fn(EIG_FN_LOGISTIC));
    case 11: return CODE(c, push(0x1p-128), z, push(0), fn(EIG_FN_LIFTED_LOGISTIC), fn(EIG_FN_MUL));
    case 12: return CODE(c, push(1.0), z, fn(EIG_FN_NEG), fn(EIG_FN_EXPREL), fn(EIG_FN_DIV), z, push(g), fn(EIG_FN_MIN), push(2.0),
                         fn(EIG_FN_EXP_MEAN), fn(EIG_FN_ADD), push(0.2), fn(EIG_FN_MUL));
    case 13: return CODE(c, z, push(-g), fn(EIG_FN_LOST_SUM), z, push(g), fn(EIG_FN_LOST_PRODUCT), fn(EIG_FN_OR_ZERO), fn(EIG_FN_ADD), push(0x1p50), fn(EIG_FN_MUL));
    default: return CODE(c, z, fn(EIG_FN_SIN), z, fn(EIG_FN_COS), fn(EIG_FN_MUL), z, fn(EIG_FN_ABS), push(1.5),
                         fn(EIG_FN_POW), push(-2.0), fn(EIG_FN_MAX), push(2.0), fn(EIG_FN_MIN), fn(EIG_FN_FLOOR), fn(EIG_FN_ADD));
    }
}

static inline EigCode drive(Circuit *c, size_t which, double a)
{
    EigOp t = var(EIG_VAR_T), i = var(EIG_VAR_I);
    switch (which) {
    case 0: return (EigCode){0};
    case 1: return CODE(c, push(a));
    case 2: return CODE(c, push(a), t, push(1.0), fn(EIG_FN_SUB), fn(EIG_FN_STEP), fn(EIG_FN_MUL));
    case 3: return CODE(c, t, push(a), fn(EIG_FN_MUL), fn(EIG_FN_SIN));
    case 4: return CODE(c, i, push(a), fn(EIG_FN_MUL), fn(EIG_FN_COS));
    case 5: return CODE(c, i, push(0.01), fn(EIG_FN_MUL), t, fn(EIG_FN_ADD), push(0.7), fn(EIG_FN_PULSE));
    case 6: return CODE(c, t, push(0.3), fn(EIG_FN_SUB), push(1.1), fn(EIG_FN_RAMP), i, fn(EIG_FN_SUB), push(0.01), fn(EIG_FN_MUL));
    default: return CODE(c, t, fn(EIG_FN_EXP), push(1.0), fn(EIG_FN_ADD), fn(EIG_FN_LOG), push(a), fn(EIG_FN_NEG),
                         push(2.0), t, fn(EIG_FN_POW), fn(EIG_FN_MUL), fn(EIG_FN_ADD), push(0.1), fn(EIG_FN_MUL));
    }
}

static inline void random_sparse(Circuit *c, EigBlock *b, uint64_t *r, size_t n_pre, size_t n_post)
{
    VEC(double) w = {0};
    VEC(uint32_t) column = {0};
    uint64_t *row_from = ARENA_ARRAY(&c->cx.arena, n_post + 1, uint64_t);
    size_t one_in = 1 + below(r, 6) * (n_pre / 20 + 1);
    for (size_t i = 0; i < n_post; i++) {
        for (size_t j = 0; j < n_pre; j++) {
            if (below(r, one_in) != 0)
                continue;
            vec_push(&c->cx.arena, &w, uniform(r, -1.0, 1.0) / (double)n_pre);
            vec_push(&c->cx.arena, &column, (uint32_t)j);
        }
        row_from[i + 1] = w.n;
    }
    b->w = below(r, 3) == 0 ? NULL : w.at ? w.at : ARENA_NEW(&c->cx.arena, double);
    b->column = column.at ? column.at : ARENA_NEW(&c->cx.arena, uint32_t);
    b->row_from = row_from;
}

static inline void random_block(Circuit *c, uint64_t *r)
{
    size_t pre = below(r, c->p.n_pops), post = below(r, c->p.n_pops);
    size_t n_pre = c->pop[pre].size, n_post = c->pop[post].size;
    EigBlockKind kind = (EigBlockKind)below(r, 4);
    if (kind == EIG_BLOCK_DIAGONAL && n_pre != n_post)
        kind = EIG_BLOCK_UNIFORM;
    EigBlock *b = add_block(c, kind, pre, post, uniform(r, -1.5, 1.5) / (double)n_pre);
    b->skip_self = kind == EIG_BLOCK_UNIFORM && pre == post && below(r, 2);
    if (kind == EIG_BLOCK_SPARSE)
        random_sparse(c, b, r, n_pre, n_post);
    if (kind == EIG_BLOCK_DENSE) {
        double *w = ARENA_ARRAY(&c->cx.arena, eig_dense_room(n_post, n_pre), double);
        for (size_t k = 0; k < n_pre * n_post; k++)
            w[k] = uniform(r, -1.5, 1.5) / (double)n_pre;
        b->w = w;
    }
}

static inline void random_records(Circuit *c, uint64_t *r)
{
    EigObs rate = { .kind = EIG_OBS_RATE, .index = -1 }, input = { .kind = EIG_OBS_INPUT, .index = -1 };
    size_t q = below(r, c->p.n_pops), size = c->pop[q].size;
    rate.pop = input.pop = q;
    EigObs square = { .kind = EIG_OBS_CALL, .fn = EIG_FN_MUL, .n_args = 2, .arg = { obs(c, rate), obs(c, rate) } };
    EigObs mean = { .kind = EIG_OBS_MEAN, .pop = q, .arg = { obs(c, square) } };
    EigObs total = { .kind = EIG_OBS_SUM, .pop = q, .arg = { obs(c, input) } };
    EigObs time = { .kind = EIG_OBS_CODE, .code = CODE(c, var(EIG_VAR_T), push(2.0), fn(EIG_FN_MUL)) };
    record_rates(c);
    add_record(c, 1, obs(c, mean));
    if (below(r, 2))
        add_record(c, 1, obs(c, total));
    if (below(r, 2))
        add_record(c, size, obs(c, input));
    EigObs shifted = { .kind = EIG_OBS_CALL, .fn = EIG_FN_SUB, .n_args = 2, .arg = { obs(c, rate), obs(c, mean) } };
    EigObs spread = { .kind = EIG_OBS_CALL, .fn = EIG_FN_ABS, .n_args = 1, .arg = { obs(c, shifted) } };
    add_record(c, size, obs(c, spread));
    EigObs last = { .kind = EIG_OBS_RATE, .pop = q, .index = (long)size - 1 };
    EigObs both = { .kind = EIG_OBS_CALL, .fn = EIG_FN_POW, .n_args = 2, .arg = { obs(c, last), obs(c, time) } };
    add_record(c, 1, obs(c, both));
}

/* `sizes` are drawn from for each population. */
static inline void random_circuit(Circuit *c, uint64_t seed, EigMethod method, size_t n_sizes, const size_t *sizes)
{
    uint64_t state = seed, *r = &state;
    circuit_init(c, method, uniform(r, 0.01, 0.2), 20);
    if (seed % 3)
        set_step(c, (EigRatio){ 1 + seed % 50, 1009, 2 });
    c->p.steps_per_record = 1 + (int64_t)below(r, 4);
    EigRatio whole = eig_ratio(c->p.duration);
    c->p.record_every = eig_method[method].adaptive && below(r, 2) ? (EigRatio){ whole.num, 7, whole.exponent } : (EigRatio){ 0, 1, 0 };
    size_t n_pops = 1 + below(r, 4), n_blocks = below(r, 3 * n_pops);
    size_t n_activations = eig_method[method].adaptive ? N_SMOOTH_ACTIVATIONS : N_ACTIVATIONS;     /* steps crawl along the others */
    for (size_t q = 0; q < n_pops; q++) {
        double g = uniform(r, 0.1, 2.0);
        EigCode start = CODE(c, var(EIG_VAR_I), push(g), fn(EIG_FN_MUL), fn(EIG_FN_SIN));
        add_pop(c, sizes[below(r, n_sizes)], uniform(r, 0.5, 20.0), activation(c, below(r, n_activations), g),
                drive(c, below(r, N_INPUTS), g), start);
    }
    for (size_t k = 0; k < n_blocks; k++)
        random_block(c, r);
    random_records(c, r);
    if (seed % 2)
        use_clocks(c);
}
#endif
