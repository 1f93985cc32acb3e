/* Sets of parameters side by side, neurons in registers and in memory: each set to the bit as the reference computes it alone, whatever the
 * number of lanes and the processor. */
#include "runtime/sets.h"
#include "tests/jit/compare.h"
#include "tests/jit/random_circuit.h"

static const size_t size[] = { 1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 40, 64, 65, 129, 257 };
enum { N_SIZES = sizeof size / sizeof *size, MOST_LANES = 32 };


static void random_dense(Circuit *c, EigBlock *b, uint64_t *r)
{
    size_t n_pre = c->pop[b->pre].size, n_post = c->pop[b->post].size;
    double *w = ARENA_ARRAY(&c->cx.arena, eig_dense_room(n_post, n_pre), double);
    float *w32 = ARENA_ARRAY(&c->cx.arena, eig_dense_room(n_post, n_pre), float);
    for (size_t k = 0; k < n_post * n_pre; k++) {
        w32[k] = (float)(uniform(r, -1.5, 1.5) / (double)n_pre);
        w[k] = c->p.f32_weights ? (double)w32[k] : uniform(r, -1.5, 1.5) / (double)n_pre;
    }
    b->w = w;
    b->w32 = c->p.f32_weights ? w32 : NULL;
}

static void random_rows(Circuit *c, EigBlock *b, uint64_t *r, bool has_weights)
{
    size_t n_pre = c->pop[b->pre].size, n_post = c->pop[b->post].size;
    uint64_t *row_from = ARENA_ARRAY(&c->cx.arena, n_post + 1, uint64_t);
    uint32_t *column = ARENA_ARRAY(&c->cx.arena, n_post * n_pre + 1, uint32_t);
    double *w = ARENA_ARRAY(&c->cx.arena, n_post * n_pre + 1, double);
    float *w32 = ARENA_ARRAY(&c->cx.arena, n_post * n_pre + 1, float);
    size_t n = 0;
    for (size_t i = 0; i < n_post; i++) {
        for (size_t j = 0; j < n_pre; j++)
            if (below(r, 3) == 0) {
                column[n] = (uint32_t)j;
                w32[n] = (float)uniform(r, -0.3, 0.3);
                w[n] = c->p.f32_weights ? (double)w32[n] : uniform(r, -0.3, 0.3);
                n++;
            }
        row_from[i + 1] = n;
    }
    b->row_from = row_from;
    b->column = column;
    b->w = has_weights ? w : NULL;
    b->w32 = has_weights && c->p.f32_weights ? w32 : NULL;
}

/* What the sets share, two populations with blocks of all kinds; the first is the one that they are of. */
static void wire(Circuit *c, uint64_t *r, size_t n_blocks)
{
    static const EigBlockKind kind[] = { EIG_BLOCK_DENSE, EIG_BLOCK_SPARSE, EIG_BLOCK_UNIFORM, EIG_BLOCK_SPARSE, EIG_BLOCK_DENSE };
    for (size_t k = 0; k < n_blocks; k++) {
        EigBlock *b = add_block(c, kind[below(r, 5)], below(r, 2), below(r, 2), 0.0);
        if (b->kind == EIG_BLOCK_UNIFORM && b->pre == b->post && below(r, 2))
            b->skip_self = true;
        if (b->kind == EIG_BLOCK_UNIFORM && b->pre == b->post && below(r, 3) == 0)
            b->kind = EIG_BLOCK_DIAGONAL;
        if (b->kind == EIG_BLOCK_DENSE)
            random_dense(c, b, r);
        else if (b->kind == EIG_BLOCK_SPARSE)
            random_rows(c, b, r, below(r, 2));
    }
}

static const EigObs *rate_of(Circuit *c, size_t pop, long index)
{
    return obs(c, (EigObs){ .kind = EIG_OBS_RATE, .pop = pop, .index = index });
}

static void record_numbers(Circuit *c, uint64_t *own)
{
    for (size_t q = 0; q < c->p.n_pops; q++) {
        long last = (long)c->pop[q].size - 1;
        const EigObs *factor = obs(c, (EigObs){ .kind = EIG_OBS_CODE, .code = CODE(c, push(uniform(own, 0.5, 2.0)), var(EIG_VAR_I), fn(EIG_FN_ADD)) });
        const EigObs *product = obs(c, (EigObs){ .kind = EIG_OBS_CALL, .fn = EIG_FN_MUL, .n_args = 2, .arg = { rate_of(c, q, -1), factor } });
        const EigObs *mean = obs(c, (EigObs){ .kind = EIG_OBS_MEAN, .pop = q, .arg = { product } });
        const EigObs *offset = obs(c, (EigObs){ .kind = EIG_OBS_CODE, .code = CODE(c, push(uniform(own, 0.5, 2.0)), var(EIG_VAR_T), fn(EIG_FN_MUL)) });
        add_record(c, 1, rate_of(c, q, 0));
        add_record(c, 1, rate_of(c, q, last / 2));
        add_record(c, 1, rate_of(c, q, last));
        add_record(c, 1, obs(c, (EigObs){ .kind = EIG_OBS_CALL, .fn = EIG_FN_ADD, .n_args = 2, .arg = { mean, offset } }));
        add_record(c, 1, obs(c, (EigObs){ .kind = EIG_OBS_SUM, .pop = q, .arg = { rate_of(c, q, -1) } }));
        add_record(c, 1, obs(c, (EigObs){ .kind = EIG_OBS_INPUT, .pop = q, .index = last }));
    }
}

/* One set: `own` draws the numbers in which they differ, the same programs and the wiring of `first` in all. */
static void make_set(Circuit *c, const Circuit *first, EigMethod method, const size_t n[2], unsigned shape, uint64_t own, bool f32)
{
    circuit_init(c, method, 0.1, 7 + shape % 5);
    c->p.f32_weights = f32;
    c->p.steps_per_record = 1 + shape % 3;
    if (eig_method[method].adaptive)
        c->p.record_every = (EigRatio){ eig_ratio(c->p.duration).num, 3, eig_ratio(c->p.duration).exponent };
    for (size_t q = 0; q < 2; q++) {
        double a = uniform(&own, -0.5, 1.0), b = uniform(&own, -0.2, 0.2);
        EigCode start = CODE(c, var(EIG_VAR_I), push(0.37 + b), fn(EIG_FN_MUL), fn(EIG_FN_COS));
        EigCode by_time = CODE(c, push(a), var(EIG_VAR_T), fn(EIG_FN_SIN), fn(EIG_FN_MUL));
        EigCode by_index = CODE(c, push(a), var(EIG_VAR_I), fn(EIG_FN_MUL), fn(EIG_FN_COS));
        EigCode input = (shape >> q) & 1 ? by_index : by_time;
        add_pop(c, n[q], (shape & 4) ? 2.0 : uniform(&own, 1.0, 4.0), q ? relu(c) : logistic(c), input, start);
    }
    for (size_t k = 0; first && k < first->p.n_blocks; k++)
        c->block[c->p.n_blocks++] = first->block[k];
    record_numbers(c, &own);
}

/* Each rate with noise that hangs on the time, the neuron and the rate itself; of one population alone where `shape` says so. */
static void add_noise(Circuit *c, unsigned shape, uint64_t own)
{
    c->p.method = shape & 8 ? EIG_METHOD_MILSTEIN : EIG_METHOD_EULERMARUYAMA;
    c->p.seed = uniform(&own, 0.0, 1.0) < 0.5 ? own : own >> 40;
    c->p.n_x = c->p.n;
    for (size_t q = 0; q < 2; q++) {
        EigPop *pop = &c->pop[q];
        pop->state_from = pop->from;
        if (q && (shape & 16))
            continue;
        EigState *state = ARENA_NEW(&c->cx.arena, EigState);
        EigCode noise = CODE(c, push(uniform(&own, 0.1, 1.0)), var(EIG_VAR_STATE), fn(EIG_FN_MUL), var(EIG_VAR_T), fn(EIG_FN_ADD),
                             var(EIG_VAR_I), push(0.01), fn(EIG_FN_MUL), fn(EIG_FN_ADD));
        *state = (EigState){ .name = "r", .kind = EIG_STATE_LEAK, .noise = noise, .start = pop->start, .entity = 12345 + q };
        pop->n_states = 1;
        pop->state = state;
    }
}

static void set_weights(Circuit *c, uint64_t own)
{
    for (size_t k = 0; k < c->p.n_blocks; k++)
        c->block[k].weight = uniform(&own, -0.4, 0.4) / (double)c->pop[c->block[k].pre].size;
}

/* Numbers of a record, one after the other: what a set ends with. */
static bool same_end(Circuit *c, const double *out, const EigSetEnd *end, size_t n)
{
    Rows alone = by_reference(&c->p);
    bool equal = alone.result.status == end->status;
    for (size_t m = 0; equal && m < n; m++) {
        double expected = end->status == RUN_DONE ? alone.at[(size_t)(alone.n - 1) * alone.width + 1 + m] : (double)NAN;
        equal = same(out[m], expected);
        if (!equal)
            fprintf(stderr, "measure %zu: %a, alone %a\n", m, out[m], expected);
    }
    eig_recorder_close(alone.rec);
    return equal;
}

typedef struct Batch {
    Circuit set[MOST_LANES];
    Plan plan[MOST_LANES];
    PlanSets sets;
    double *x, *own;
} Batch;

/* The numbers in which sets differ, and their starts. */
static void place(Batch *b, unsigned lanes)
{
    Arena *a = &b->set[0].cx.arena;
    PlanNumbers at;
    plan_numbers_place(a, &b->plan[0], &at);
    double **number = ARENA_ARRAY(a, lanes, double *);
    bool *varies = ARENA_ARRAY(a, at.n + 1, bool);
    size_t n = b->set[0].p.n, field = 0;
    b->x = aligned_alloc(64, (n + at.n + 1) * lanes * sizeof *b->x);
    b->own = b->x + n * lanes;
    double *start = ARENA_ARRAY(a, n + 1, double);
    for (unsigned k = 0; k < lanes; k++) {
        number[k] = ARENA_ARRAY(a, at.n + 1, double);
        plan_numbers_read(&b->plan[k], number[k]);
        for (size_t j = 0; j < at.n; j++)
            varies[j] |= !same(number[k][j], number[0][j]);
        eig_start(&b->set[k].p, start);
        for (size_t i = 0; i < n; i++)
            b->x[i * lanes + k] = start[i];
    }
    for (size_t j = 0; j < at.n; j++) {
        for (unsigned k = 0; k < lanes && varies[j]; k++)
            b->own[field * lanes + k] = number[k][j];
        field += varies[j];
    }
    b->sets = (PlanSets){ lanes, number[0], varies };
}

static bool run(Batch *b, int level, const char *cpu, unsigned threads)
{
    unsigned lanes = b->sets.lanes;
    size_t n = b->set[0].p.n_records;
    volatile bool stop = false;
    JitOptions o = { .opt_level = level, .cpu = cpu, .sets = &b->sets };
    Kernel *k = jit_compile(&b->set[0].cx, &b->plan[0], &o, NULL);
    if (!k)
        return false;
    EigMeasure *measure = ARENA_ARRAY(&b->set[0].cx.arena, n, EigMeasure);
    double *out = ARENA_ARRAY(&b->set[0].cx.arena, n * lanes, double);
    EigSetEnd end[MOST_LANES];
    for (size_t m = 0; m < n; m++)
        measure[m] = (EigMeasure){ EIG_MEASURE_FINAL, m, 0.0 };
    EigKernel kernel = *kernel_functions(k);
    kernel.threads = threads;
    bool equal = eig_sets_run(&b->set[0].p, &kernel, b->x, b->own, n, measure, &stop, out, end);
    for (unsigned s = 0; equal && s < lanes; s++)
        equal = same_end(&b->set[s], out + s * n, &end[s], n);
    kernel_free(k);
    return equal;
}

static EigMethod method_of(unsigned k)
{
    static const EigMethod method[] = { EIG_METHOD_EULER, EIG_METHOD_RK4, EIG_METHOD_HEUN, EIG_METHOD_EXPEULER, EIG_METHOD_RK45, EIG_METHOD_DOPRI8 };
    return method[k % 6];
}

/* BLOWN: a set that leaves the finite numbers, beside others that do not. */
typedef enum Kind { IN_REGISTERS, IN_MEMORY, BLOWN, NOISY } Kind;

static void check_batch(unsigned seed, const size_t n[2], unsigned lanes, Kind kind)
{
    static const struct { int level; const char *cpu; } way[] = { { 2, NULL }, { 2, "x86-64-v3" }, { 0, "x86-64" }, { 3, "x86-64-v2" } };
    static Batch b;
    uint64_t r = seed;
    bool f32 = kind != IN_REGISTERS && seed % 5 == 0;
    for (unsigned k = 0; k < lanes; k++) {
        make_set(&b.set[k], k ? &b.set[0] : NULL, method_of(seed), n, seed, 1000 * seed + k, f32);
        if (k == 0)
            wire(&b.set[0], &r, 1 + below(&r, 8));
        set_weights(&b.set[k], 77 * seed + k);
        if (kind == NOISY)
            add_noise(&b.set[k], seed, 31 * seed + k);
        if (kind == BLOWN && k == lanes / 3)
            b.set[k].pop[1].rate = 1e250;
        b.plan[k] = circuit_plan(&b.set[k]);
        if (kind != IN_REGISTERS)
            b.plan[k].state = STATE_IN_MEMORY;
        CHECK(k == 0 || plan_same_shape(&b.plan[0], &b.plan[k]) || plan_why_alone(&b.plan[0]));
        CHECK(kind != NOISY || b.plan[k].general_why);
        CHECK(plan_same_weights(&b.plan[0], &b.plan[k]));
    }
    if (!plan_why_alone(&b.plan[0])) {
        place(&b, lanes);
        bool equal = run(&b, way[seed % 4].level, way[seed % 4].cpu, 1 + seed % 3);
        if (!equal)
            fprintf(stderr, "seed %u: %zu and %zu neurons, %u lanes, level %d, %s\n", seed, n[0], n[1], lanes, way[seed % 4].level,
                    way[seed % 4].cpu ? way[seed % 4].cpu : "host");
        CHECK(equal);
        free(b.x);
    }
    for (unsigned k = 0; k < lanes; k++)
        circuit_free(&b.set[k]);
}

static void in_memory_as_alone(void)
{
    static const unsigned lanes[] = { 8, 16, 32 };
    for (unsigned seed = 0; seed < 20; seed++)
        check_batch(seed, (size_t[]){ size[seed % N_SIZES], size[(seed * 7 + 3) % N_SIZES] }, lanes[seed % 3], IN_MEMORY);
}

static void in_registers_as_alone(void)
{
    static const unsigned lanes[] = { 8, 16, 32 };
    for (unsigned seed = 100; seed < 112; seed++)
        check_batch(seed, (size_t[]){ size[seed % 4], size[(seed + 1) % 4] }, lanes[seed % 3], IN_REGISTERS);
}

static void beside_one_that_is_not_finite(void)
{
    for (unsigned seed = 200; seed < 206; seed++)
        check_batch(seed, (size_t[]){ 33, 17 }, 8 << seed % 2, BLOWN);
}

static void with_noise_as_alone(void)
{
    for (unsigned seed = 400; seed < 410; seed++)
        check_batch(seed, (size_t[]){ size[seed % 13], size[(seed * 5 + 1) % 13] }, 8 << seed % 2, NOISY);
}

/* Populations that threads share. */
static void by_threads_as_alone(void)
{
    for (unsigned seed = 300; seed < 303; seed++)
        check_batch(seed, (size_t[]){ 530 + seed % 7, 340 }, 8 << seed % 2, seed % 2 ? NOISY : IN_MEMORY);
}

/* Why sets are computed one at a time, and whether arrays of weights are the same. */
static void what_is_shared(void)
{
    Circuit a, b;
    uint64_t r = 5;
    const size_t n[] = { 20, 30 };
    make_set(&a, NULL, EIG_METHOD_EULER, n, 0, 1, false);
    random_dense(&a, add_block(&a, EIG_BLOCK_DENSE, 0, 1, 0.0), &r);
    make_set(&b, NULL, EIG_METHOD_EULER, n, 0, 2, false);
    random_dense(&b, add_block(&b, EIG_BLOCK_DENSE, 0, 1, 0.0), &r);
    Plan p = circuit_plan(&a), q = circuit_plan(&b);
    CHECK(!plan_why_alone(&p) && plan_same_shape(&p, &q));
    CHECK(plan_same_weights(&p, &p) && !plan_same_weights(&p, &q));
    circuit_free(&a);
    circuit_free(&b);
    make_set(&a, NULL, EIG_METHOD_EULER, (size_t[]){ 250, 20 }, 0, 1, false);
    add_block(&a, EIG_BLOCK_UNIFORM, 0, 1, 0.5);
    p = circuit_plan(&a);
    CHECK(p.state == STATE_IN_MEMORY && plan_why_alone(&p));
    circuit_free(&a);
    make_set(&a, NULL, EIG_METHOD_EULER, n, 0, 1, false);
    add_noise(&a, 0, 3);
    p = circuit_plan(&a);
    CHECK(!plan_why_alone(&p));
    a.p.method = EIG_METHOD_STOCHASTICHEUN;
    p = circuit_plan(&a);
    CHECK(plan_why_alone(&p));
    circuit_free(&a);
}

int main(void)
{
    RUN(what_is_shared);
    RUN(in_memory_as_alone);
    RUN(in_registers_as_alone);
    RUN(beside_one_that_is_not_finite);
    RUN(with_noise_as_alone);
    RUN(by_threads_as_alone);
    return test_done();
}
