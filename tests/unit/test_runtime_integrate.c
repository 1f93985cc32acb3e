/* The step loop against the reference interpreter, bit for bit; how runs end. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/test.h"
#include "tests/unit/runtime_problem.h"

/* Three populations of 37, 5 and 37 neurons and every kind of block. */
enum { A = 37, B = 5, N = 2 * A + B };
typedef struct Zoo {
    EigProblem p;
    EigPop pop[3];
    EigBlock block[7];
    EigObs obs[3];
    EigRecord record[3];
    double dense[A * B], sparse[2 * A];
    uint64_t row_from[A + 1];
    uint32_t column[2 * A];
} Zoo;

static const EigOp zoo_input[] = {PUSH(0.7), VAR(T), VAR(I), FN(ADD), FN(SIN), FN(MUL), PUSH(0.1), FN(ADD)};
static const EigOp zoo_start[] = {VAR(I), PUSH(7), FN(DIV), FN(COS)};
static const EigOp zoo_pulse[] = {VAR(T), PUSH(1), FN(SUB), PUSH(0.5), FN(PULSE)};

static void zoo_init(Zoo *z)
{
    static const size_t size[3] = {A, B, A};
    memset(z, 0, sizeof *z);
    size_t from = 0;
    for (size_t q = 0; q < 3; q++) {
        z->pop[q] = (EigPop){.name = "q", .from = from, .size = size[q], .rate = 1.0 / (0.7 + (double)q),
                             .phi = CODE(logistic_op), .input = CODE(zoo_input), .start = CODE(zoo_start)};
        z->obs[q] = (EigObs){.kind = EIG_OBS_RATE, .pop = q, .index = -1};
        z->record[q] = (EigRecord){"q", "", size[q], &z->obs[q], 0};
        from += size[q];
    }
    z->pop[1].phi = (EigCode)CODE(tanh_op);
    z->pop[1].input = (EigCode)CODE(zoo_pulse);
    z->pop[2].phi = (EigCode)CODE(relu_op);
    for (size_t k = 0; k < A * B; k++)
        z->dense[k] = sin(3.0 * (double)k);
    for (size_t i = 0; i < A; i++) {
        z->row_from[i] = i;
        z->column[i] = (uint32_t)((i * 11) % A);
        z->sparse[i] = -cos((double)i);
    }
    z->row_from[A] = A;
    const EigBlock block[7] = {
        {.kind = EIG_BLOCK_UNIFORM, .pre = 0, .post = 0, .skip_self = true, .weight = 0.9 / A},
        {.kind = EIG_BLOCK_UNIFORM, .pre = 1, .post = 0, .weight = -0.3},
        {.kind = EIG_BLOCK_DENSE, .pre = 1, .post = 2, .w = z->dense},
        {.kind = EIG_BLOCK_DENSE, .pre = 0, .post = 1, .w = z->dense},
        {.kind = EIG_BLOCK_SPARSE, .pre = 0, .post = 2, .w = z->sparse, .row_from = z->row_from, .column = z->column},
        {.kind = EIG_BLOCK_DIAGONAL, .pre = 2, .post = 0, .weight = -1.3},
        {.kind = EIG_BLOCK_UNIFORM, .pre = 2, .post = 2, .weight = -1.0 / 3.0},
    };
    memcpy(z->block, block, sizeof block);
    z->p = (EigProblem){.model_name = "zoo", .time_unit = "", .n = N, .n_pops = 3, .n_blocks = 7, .n_records = 3,
                        .pop = z->pop, .block = z->block, .record = z->record};
}

static bool same_rows(const EigRecorder *a, const EigRecorder *b)
{
    size_t wa, wb;
    const double *ra = eig_recorder_rows(a, 0, &wa), *rb = eig_recorder_rows(b, 0, &wb);
    int64_t n = eig_recorder_count(a, 0);
    return n > 0 && wa == wb && n == eig_recorder_count(b, 0) && memcmp(ra, rb, (size_t)n * wa * sizeof *ra) == 0;
}

/* Both ways give the same records, the same end, the same counts. */
static RunResult compare(const EigProblem *p)
{
    char error[256];
    double *x = calloc(2 * p->n, sizeof *x), *y = x + p->n;
    EigRecorder *a = eig_recorder_open(p, NULL, error), *b = eig_recorder_open(p, NULL, error);
    EigKernel kernel = kernel_for(p);
    RunResult ra = eig_integrate(p, &kernel, a, NULL, NULL, x), rb = eig_reference(p, b, NULL, NULL, y);
    CHECK(same_rows(a, b));
    CHECK(memcmp(x, y, p->n * sizeof *x) == 0);
    CHECK(ra.status == rb.status && ra.n_steps == rb.n_steps && ra.n_rejected == rb.n_rejected);
    CHECK(ra.n_records == rb.n_records && ra.n_records == eig_recorder_count(a, 0));
    CHECK(memcmp(&ra.t, &rb.t, sizeof ra.t) == 0);
    CHECK(ra.bad_pop == rb.bad_pop && ra.bad_neuron == rb.bad_neuron);
    CHECK(memcmp(&ra.bad_value, &rb.bad_value, sizeof ra.bad_value) == 0 || isnan(ra.bad_value));
    eig_recorder_close(a);
    eig_recorder_close(b);
    free(x);
    return ra;
}

static void fixed_steps_equal_the_reference(void)
{
    static const EigMethod method[] = {EIG_METHOD_EULER, EIG_METHOD_HEUN, EIG_METHOD_RK4, EIG_METHOD_EXPEULER};
    static const int64_t every[] = {1, 7, 300, 1000};
    Zoo z;
    zoo_init(&z);
    for (size_t m = 0; m < LEN(method); m++)
        for (size_t e = 0; e < LEN(every); e++) {
            set_fixed(&z.p, method[m], 0.01, 1000, every[e]);
            RunResult r = compare(&z.p);
            CHECK(r.status == RUN_DONE && r.n_steps == 1000 && r.n_records == 1000 / every[e] + 1);
        }
}

/* The reference takes each time by itself, over more than one chunk of steps. */
static void fixed_times_are_nearest(void)
{
    char error[256];
    size_t width;
    Zoo z;
    zoo_init(&z);
    set_fixed(&z.p, EIG_METHOD_RK4, 0.1, 1000, 1);
    z.p.step = (EigRatio){1, 5, -1};
    CHECK(compare(&z.p).t == 100.0);
    EigKernel kernel = kernel_for(&z.p);
    EigRecorder *rec = eig_recorder_open(&z.p, NULL, error);
    eig_integrate(&z.p, &kernel, rec, NULL, NULL, NULL);
    const double *row = eig_recorder_rows(rec, 0, &width);
    for (int k = 0; k <= 1000; k++)
        CHECK(row[(size_t)k * width] == k / 10.0);
    eig_recorder_close(rec);
}

static void adaptive_equals_the_reference(void)
{
    static const double every[] = {0.0, 0.1, 0.03, 7.0, 20.0};
    static const double rtol[] = {1e-3, 1e-6, 1e-10};
    Zoo z;
    zoo_init(&z);
    for (size_t e = 0; e < LEN(every); e++)
        for (size_t k = 0; k < LEN(rtol); k++) {
            set_adaptive(&z.p, 12.0, every[e], rtol[k], 1e-3 * rtol[k]);
            RunResult r = compare(&z.p);
            CHECK(r.status == RUN_DONE && r.t == 12.0 && r.n_steps > 12);
        }
    set_adaptive(&z.p, 12.0, 0.1, 1e-9, 1e-9);
    z.p.h = 0.5;                /* far too long for these tolerances */
    CHECK(compare(&z.p).n_rejected > 0);
}

static void record_times(void)
{
    char error[256];
    size_t width;
    Zoo z;
    zoo_init(&z);
    set_adaptive(&z.p, 0.3, 0.0, 1e-6, 1e-9);
    z.p.record_every = (EigRatio){1, 5, -1};    /* 1/10, three of which are 0.3, while 3 * 0.1 > 0.3 in doubles */
    EigKernel kernel = kernel_for(&z.p);
    EigRecorder *rec = eig_recorder_open(&z.p, NULL, error);
    RunResult r = eig_integrate(&z.p, &kernel, rec, NULL, NULL, NULL);
    const double *row = eig_recorder_rows(rec, 0, &width);
    CHECK(r.n_records == 4 && width == N + 1);
    CHECK(row[0] == 0 && row[width] == 0.1 && row[2 * width] == 0.2 && row[3 * width] == 0.3);
    eig_recorder_close(rec);
    set_adaptive(&z.p, 1.0, 0.3, 1e-6, 1e-9);   /* the end is no multiple: not recorded */
    CHECK(compare(&z.p).n_records == 4);
}

/* (6, 2, 3, 1/2), u = (1, 0.2): no equilibrium, runs away until the doubles end. */
static void run_away_is_named(void)
{
    static const double w[4] = {6, 2, 3, 0.5}, u[2] = {1, 0.2}, tau[2] = {1, 1}, x0[2] = {0, 0};
    Pair m;
    pair_init(&m, relu_op, LEN(relu_op), w, u, tau, x0);
    static const int64_t every[] = {1, 16, 100000};
    int64_t step = 0;
    for (size_t e = 0; e < LEN(every); e++) {
        set_fixed(&m.p, EIG_METHOD_RK4, 1.0 / 64, 100000, every[e]);
        RunResult r = compare(&m.p);
        CHECK(r.status == RUN_NONFINITE && r.bad_pop == 0 && r.bad_neuron == 0 && !isfinite(r.bad_value));
        CHECK(r.t > 175 && r.t < 190 && r.t == (double)r.n_steps / 64);
        CHECK(e == 0 || r.n_steps == step);
        step = r.n_steps;
        CHECK(r.n_records == (step - 1) / every[e] + 1);
    }
    set_adaptive(&m.p, 1000.0, 1.0, 1e-6, 1e-9);
    RunResult r = compare(&m.p);
    CHECK(r.status == RUN_NONFINITE && r.bad_pop == 0 && r.t > 150 && r.t < 190);
}

static void start_outside_the_numbers(void)
{
    Zoo z;
    zoo_init(&z);
    static const EigOp log_op[] = {VAR(I), PUSH(3), FN(SUB), FN(ABS), FN(LOG)};   /* -inf for i = 3 */
    z.pop[1].start = (EigCode)CODE(log_op);
    set_fixed(&z.p, EIG_METHOD_EULER, 0.01, 10, 1);
    EigKernel kernel = kernel_for(&z.p);
    char error[256];
    EigRecorder *rec = eig_recorder_open(&z.p, NULL, error);
    RunResult r = eig_integrate(&z.p, &kernel, rec, NULL, NULL, NULL), s = eig_reference(&z.p, rec, NULL, NULL, NULL);
    CHECK(r.status == RUN_NONFINITE && r.bad_pop == 1 && r.bad_neuron == 3 && r.t == 0 && r.n_records == 0);
    CHECK(s.status == RUN_NONFINITE && s.bad_pop == 1 && s.bad_neuron == 3 && s.n_records == 0);
    eig_recorder_close(rec);
}

/* An input that becomes a NaN at t = 1 stops an adaptive run there. */
static void adaptive_stops_at_a_nan(void)
{
    static const EigOp input[] = {PUSH(1), VAR(T), FN(SUB), FN(SQRT)};
    Zoo z;
    zoo_init(&z);
    z.pop[1].input = (EigCode)CODE(input);
    set_adaptive(&z.p, 3.0, 0.1, 1e-6, 1e-9);
    RunResult r = compare(&z.p);
    CHECK(r.status == RUN_NONFINITE && r.bad_pop == 1 && r.bad_neuron == 0 && r.t > 0.9 && r.t <= 1.0);
    CHECK(r.n_records == 10 || r.n_records == 11);
}

static void impossible_tolerances(void)
{
    Zoo z;
    zoo_init(&z);
    set_adaptive(&z.p, 3.0, 0.1, 0.0, 1e-300);
    RunResult r = compare(&z.p);
    CHECK(r.status == RUN_UNDERFLOW && r.n_records >= 1 && r.n_rejected > 0);
}

typedef struct Stop {
    int ticks, after;
    double last_t;
} Stop;

static bool stop_after(void *user, double t, double duration)
{
    Stop *s = user;
    CHECK(t >= s->last_t && t <= duration);
    s->last_t = t;
    return ++s->ticks < s->after;
}

static void check_interruption(EigProblem *p)
{
    char error[256];
    EigKernel kernel = kernel_for(p);
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    Stop stop = {.after = 3};
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    RunResult r = eig_integrate(p, &kernel, rec, stop_after, &stop, NULL);
    clock_gettime(CLOCK_MONOTONIC, &b);
    double ms = 1e3 * (double)(b.tv_sec - a.tv_sec) + 1e-6 * (double)(b.tv_nsec - a.tv_nsec);
    CHECK(r.status == RUN_INTERRUPTED && stop.ticks == 3 && r.t == stop.last_t);
    CHECK(r.n_records > 1 && r.n_records == eig_recorder_count(rec, 0));
    CHECK(ms > 100 && ms < 1500);       /* three ticks of about 50 ms; a loaded machine takes longer */
    eig_recorder_close(rec);
}

static void interruption_keeps_records(void)
{
    static const double w[4] = {0.5, 2, 3, 0.5}, u[2] = {1, 0.2}, tau[2] = {1, 1}, x0[2] = {0, 0};
    Pair m;
    pair_init(&m, relu_op, LEN(relu_op), w, u, tau, x0);
    set_fixed(&m.p, EIG_METHOD_RK4, 0.01, INT64_C(1) << 40, 1000);
    check_interruption(&m.p);
    set_adaptive(&m.p, 1e9, 10.0, 1e-6, 1e-9);
    check_interruption(&m.p);
}

/* One neuron, x' = -x in place of a kernel: what the loop itself costs. */
static void bare_advance(const EigKernelArgs *args, int64_t from, int64_t to, double *x)
{
    (void)args;
    for (int64_t k = from; k < to; k++)
        for (int i = 0; i < 2; i++)
            x[i] += 0.01 * -x[i];
}

static void recorded_steps_are_cheap(void)
{
    static const double w[4] = {0.5, 2, 3, 0.5}, u[2] = {1, 0.2}, tau[2] = {1, 1}, x0[2] = {1, 1};
    Pair m;
    pair_init(&m, relu_op, LEN(relu_op), w, u, tau, x0);
    set_fixed(&m.p, EIG_METHOD_EULER, 0.01, 100000, 1);
    EigKernel kernel = kernel_for(&m.p);
    kernel.advance = bare_advance;
    double best = 1e9;
    for (int rep = 0; rep < 5; rep++) {
        char error[256];
        struct timespec a, b;
        EigRecorder *rec = eig_recorder_open(&m.p, "/tmp/eigc-test-cost.npz", error);
        clock_gettime(CLOCK_MONOTONIC, &a);
        eig_integrate(&m.p, &kernel, rec, NULL, NULL, NULL);
        clock_gettime(CLOCK_MONOTONIC, &b);
        double ns = (1e9 * (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec)) / 1e5;
        best = ns < best ? ns : best;
        eig_recorder_close(rec);
    }
    if (getenv("EIGC_TEST_VERBOSE"))
        fprintf(stderr, "%.1f ns per recorded step\n", best);
    CHECK(best < 2000);         /* tens of ns; the limit leaves room for sanitizers and neighbours */
}

int main(void)
{
    RUN(fixed_steps_equal_the_reference);
    RUN(fixed_times_are_nearest);
    RUN(adaptive_equals_the_reference);
    RUN(record_times);
    RUN(run_away_is_named);
    RUN(start_outside_the_numbers);
    RUN(adaptive_stops_at_a_nan);
    RUN(impossible_tolerances);
    RUN(interruption_keeps_records);
    RUN(recorded_steps_are_cheap);
    return test_done();
}
