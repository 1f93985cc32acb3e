/* Populations by equations, noise and delays, by the reference: numbers that
 * were computed elsewhere, closed forms, and the laws of the random draws. */
#include <stdlib.h>

#include "runtime/layout.h"
#include "runtime/normal.h"
#include "runtime/rng.h"
#include "tests/test.h"
#include "tests/unit/runtime_problem.h"

#define STATE(k) {EIG_OP_VAR, EIG_VAR_STATE + (k), 0}

/* Rows of t and every state, or what the records are; the caller closes the recorder. */
static EigRecorder *run(const EigProblem *p, RunResult *result, double *x)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    *result = eig_reference(p, rec, NULL, NULL, x);
    return rec;
}

/* ---- FitzHugh-Nagumo: v' = v - v^3/3 - w + 0.5 + Z, w' = 0.08 (v + 0.7 - 0.8 w) ---- */
static const EigOp v_op[] = {STATE(0), STATE(0), PUSH(3), FN(POW), PUSH(3), FN(DIV), FN(SUB), STATE(1), FN(SUB),
                             PUSH(0.5), FN(ADD), VAR(Z), FN(ADD)};
static const EigOp w_op[] = {PUSH(0.08), STATE(0), PUSH(0.7), FN(ADD), PUSH(0.8), STATE(1), FN(MUL), FN(SUB), FN(MUL)};
static const EigOp zero_op[] = {PUSH(0)};
/* 1 - 2 i: the pair starts at v = 1 and v = -1 */
static const EigOp apart_op[] = {PUSH(1), PUSH(2), VAR(I), FN(MUL), FN(SUB)};

static const EigState cell[2] = {
    {.name = "v", .kind = EIG_STATE_EQUATION, .drift = CODE(v_op), .start = CODE(zero_op)},
    {.name = "w", .kind = EIG_STATE_EQUATION, .drift = CODE(w_op), .start = CODE(zero_op)},
};
static const EigState apart[2] = {
    {.name = "v", .kind = EIG_STATE_EQUATION, .drift = CODE(v_op), .start = CODE(apart_op)},
    {.name = "w", .kind = EIG_STATE_EQUATION, .drift = CODE(w_op), .start = CODE(zero_op)},
};

static void one_cell(void)
{
    static const double when[3] = {10, 25, 50};
    static const double want[3][2] = {{1.18792072, 1.250331419}, {-1.511114154, .084326689}, {1.120978964, 1.285666242}};
    EigPop pop = {.name = "E", .size = 1, .n_states = 2, .state = cell};
    for (int k = 0; k < 6; k++) {
        RunResult result;
        double x[2];
        EigProblem p = {.n = 1, .n_pops = 1, .n_x = 2, .pop = &pop};
        set_fixed(&p, EIG_METHOD_RK4, 0.005, (int64_t)(when[k / 2] / 0.005 + 0.5), 1000);
        if (k % 2)
            set_adaptive(&p, when[k / 2], 1.0, 1e-11, 1e-12);
        EigRecorder *rec = run(&p, &result, x);
        CHECK(result.status == RUN_DONE);
        CHECK_CLOSE(x[0], want[k / 2][0], 0, 2e-9);
        CHECK_CLOSE(x[1], want[k / 2][1], 0, 2e-9);
        eig_recorder_close(rec);
    }
}

/* Coupling -gamma (v - mean): a current of two terms, gamma/2 * S and -gamma v. */
static void two_cells(void)
{
    static const double gamma[4] = {1, 10, 100, 1000};
    static const double want[4][3] = {{-1.52302055, .09983355, -5.4e-3}, {-1.51123479, .08448160, -2.7e-4},
                                      {-1.51111527, .08432812, -3.2e-6}, {-1.51111417, .08432670, -3.2e-8}};
    static const EigOp v_of[] = {STATE(0)}, one_of[] = {PUSH(-1)};
    static const EigSignal signal[3] = {{.pop = 0}, {.pop = 0, .code = CODE(v_of)}, {.pop = 0, .code = CODE(one_of)}};
    for (int k = 0; k < 4; k++) {
        EigBlock block[2] = {
            {.kind = EIG_BLOCK_UNIFORM, .signal = 1, .weight = gamma[k] / 2},
            {.kind = EIG_BLOCK_UNIFORM, .signal = 2, .weight = gamma[k] / 2, .gate = CODE(v_of)},
        };
        EigPop pop = {.name = "E", .size = 2, .n_states = 2, .state = apart};
        EigProblem p = {.n = 2, .n_pops = 1, .n_blocks = 2, .n_x = 4, .n_signals = 3, .signal = signal, .pop = &pop,
                        .block = block};
        double x[4];
        RunResult result;
        set_fixed(&p, EIG_METHOD_RK4, 0.001, 25000, 25000);
        EigRecorder *rec = run(&p, &result, x);
        CHECK_CLOSE((x[0] + x[1]) / 2, want[k][0], 0, 1.1e-8);
        CHECK_CLOSE((x[2] + x[3]) / 2, want[k][1], 0, 1.1e-8);
        CHECK_CLOSE(x[0] - x[1], want[k][2], 0.02, 0);
        eig_recorder_close(rec);
    }
}

/* ---- x' = -x(t - 1), x = 1 before 0: polynomials on [0, 1], [1, 2], [2, 3] ---- */
static double of_steps(double t)
{
    if (t <= 1)
        return 1 - t;
    double b = t - 1;
    if (t <= 2)
        return -b + b * b / 2;
    double c = t - 2;
    return -0.5 + c * c / 2 - c * c * c / 6;
}

static const EigOp input_op[] = {VAR(Z)}, unit_op[] = {PUSH(1)};
static const EigState line = {.name = "x", .kind = EIG_STATE_EQUATION, .drift = CODE(input_op), .start = CODE(unit_op)};

static double delay_error(EigMethod method, int64_t per_unit)
{
    EigPop pop = {.name = "E", .size = 1, .n_states = 1, .state = &line};
    EigBlock block = {.kind = EIG_BLOCK_UNIFORM, .weight = -1, .delay = per_unit};
    EigProblem p = {.n = 1, .n_pops = 1, .n_blocks = 1, .n_x = 1, .pop = &pop, .block = &block};
    double x;
    RunResult result;
    set_fixed(&p, method, 1.0 / (double)per_unit, 3 * per_unit, 1);
    EigRecorder *rec = run(&p, &result, &x);
    eig_recorder_close(rec);
    return fabs(x - of_steps(3));
}

static void delay_by_steps(void)
{
    double euler = delay_error(EIG_METHOD_EULER, 64), heun = delay_error(EIG_METHOD_HEUN, 64);
    CHECK(euler < 0.05 && delay_error(EIG_METHOD_EULER, 128) < 0.55 * euler);
    CHECK(heun < 2e-4 && delay_error(EIG_METHOD_HEUN, 128) < 0.27 * heun);
}

/* ---- noise ---- */
static void reference_draws(void)
{
    static const struct { const char *entity; uint64_t step; double want; } draw[] = {
        {"E[0]", 0, 0.672017852291311}, {"E[0]", 1, -2.33922047003197}, {"E[1]", 0, 1.00265093651283},
        {"E[1]", 1, -0.0575608979301697}, {"I[0]", 0, 0.401637291113814}, {"I[0]", 1, 0.0997252974044429},
    };
    for (size_t k = 0; k < LEN(draw); k++) {
        double u[2];
        eig_uniform2(42, eig_fnv1a(draw[k].entity), eig_fnv1a("noise"), draw[k].step, 0, u);
        CHECK_CLOSE(eig_normal_quantile(u[0]), draw[k].want, 5e-15, 0);
    }
}

/* A population of one noisy state: the same draws, wherever it stands. */
static void draws_of_a_run(void)
{
    static const EigOp none_op[] = {PUSH(0)};
    EigState walk = {.name = "x", .kind = EIG_STATE_EQUATION, .drift = CODE(none_op), .noise = CODE(unit_op),
                     .entity = eig_fnv1a("E"), .start = CODE(none_op)};
    EigState other = walk;
    other.entity = eig_fnv1a("I");
    EigPop pop[2] = {{.name = "I", .size = 1, .n_states = 1, .state = &other},
                     {.name = "E", .from = 1, .state_from = 1, .size = 2, .n_states = 1, .state = &walk}};
    EigProblem p = {.n = 3, .n_pops = 2, .n_x = 3, .pop = pop, .seed = 42};
    double x[3];
    RunResult result;
    set_fixed(&p, EIG_METHOD_EULERMARUYAMA, 1.0, 2, 1);
    EigRecorder *rec = run(&p, &result, x);
    CHECK_CLOSE(x[0], 0.401637291113814 + 0.0997252974044429, 1e-14, 0);
    CHECK_CLOSE(x[1], 0.672017852291311 - 2.33922047003197, 1e-14, 0);
    CHECK_CLOSE(x[2], 1.00265093651283 - 0.0575608979301697, 1e-14, 0);
    eig_recorder_close(rec);
}

/* dx = -x dt + 0.5 dW as an input that is exact in law: mean and variance of
 * 20000 neurons after 4 time constants, within 4 standard errors. */
static void ou_is_stationary(void)
{
    enum { N = 20000 };
    static double x[2 * N];
    static const EigOp decay_op[] = {PUSH(0.60653065971263342)}, spread_op[] = {PUSH(0.28109573)};   /* h = 1/2 */
    static const EigOp four_op[] = {PUSH(4)};
    EigState state[2] = {{.name = "x", .kind = EIG_STATE_LEAK, .start = CODE(zero_op)},
                         {.name = "u", .kind = EIG_STATE_OU, .decay = CODE(decay_op), .spread = CODE(spread_op),
                          .entity = eig_fnv1a("E.u"), .start = CODE(four_op)}};
    EigPop pop = {.name = "E", .size = N, .rate = 1, .n_states = 2, .state = state};
    EigProblem p = {.n = N, .n_pops = 1, .n_x = 2 * N, .pop = &pop, .seed = 7};
    RunResult result;
    set_fixed(&p, EIG_METHOD_EULER, 0.5, 8, 8);
    EigRecorder *rec = run(&p, &result, x);
    double mean = 0, square = 0, want = 0.125 * (1 - exp(-8.0)), start = 4 * exp(-4.0);
    for (size_t i = 0; i < N; i++)
        mean += x[N + i] / N;
    for (size_t i = 0; i < N; i++)
        square += (x[N + i] - mean) * (x[N + i] - mean) / N;
    CHECK_CLOSE(mean, start, 0, 4 * sqrt(want / N));
    CHECK_CLOSE(square, want, 4 * sqrt(2.0 / N), 0);
    eig_recorder_close(rec);
}

/* dx = a x dt + b x dW along one Brownian path: the path of step h adds the
 * increments of the draws, so x(1) is known; the error falls like sqrt(h). */
static double geometric_error(int64_t n_steps, size_t n)
{
    enum { MOST = 2000 };
    static double x[MOST];
    static const EigOp a_op[] = {PUSH(0.5), STATE(0), FN(MUL)}, b_op[] = {STATE(0)};
    EigState state = {.name = "x", .kind = EIG_STATE_EQUATION, .drift = CODE(a_op), .noise = CODE(b_op),
                      .entity = eig_fnv1a("E"), .start = CODE(unit_op)};
    EigPop pop = {.name = "E", .size = n, .n_states = 1, .state = &state};
    EigProblem p = {.n = n, .n_pops = 1, .n_x = n, .pop = &pop, .seed = 3};
    RunResult result;
    set_fixed(&p, EIG_METHOD_EULERMARUYAMA, 1.0 / (double)n_steps, n_steps, n_steps);
    EigRecorder *rec = run(&p, &result, x);
    eig_recorder_close(rec);
    double error = 0;
    for (size_t i = 0; i < n; i++) {
        char name[32];
        double w = 0, u[2];
        snprintf(name, sizeof name, "E[%zu]", i);
        for (int64_t k = 0; k < n_steps; k++) {
            eig_uniform2(3, eig_fnv1a(name), eig_fnv1a("noise"), (uint64_t)k, 0, u);
            w += sqrt(p.h) * eig_normal_quantile(u[0]);
        }
        error += fabs(x[i] - exp((0.5 - 0.5) + w)) / (double)n;     /* a - b^2/2 = 0 */
    }
    return error;
}

static void strong_order(void)
{
    double coarse = geometric_error(16, 2000), fine = geometric_error(256, 2000);
    double order = log2(coarse / fine) / 4;
    CHECK(order > 0.4 && order < 0.62);
}

/* ---- a kernel on a ring and a torus, a line and a grid, against the sum over all pairs ---- */
static double kernel_weight_of(const EigBlock *b, size_t i, size_t j)
{
    size_t n = b->extent[0], m = b->extent[1], to[2] = {i % n, i / n}, from[2] = {j % n, j / n};
    return b->is_periodic ? b->w[(to[1] + m - from[1]) % m * n + (to[0] + n - from[0]) % n]
                          : b->w[(to[1] + m - 1 - from[1]) * (2 * n - 1) + to[0] + n - 1 - from[0]];
}

/* `zeros`: every so manyth weight is 0. The second call begins within a row. */
static void kernel_of(size_t columns, size_t rows, bool periodic, int zeros)
{
    enum { MOST = 210, WEIGHTS = 4 * MOST };
    static const EigOp start_op[] = {VAR(I), FN(SIN)};
    static double w[WEIGHTS], x[MOST], s[MOST], dx[MOST], by_support[MOST];
    size_t n = columns * rows, split = n / 2 - 1;
    EigPop pop = {.name = "E", .size = n, .rate = 1, .start = CODE(start_op)};
    EigBlock block = {.kind = EIG_BLOCK_KERNEL, .w = w, .extent = {columns, rows}, .is_periodic = periodic};
    EigProblem p = {.n = n, .n_pops = 1, .n_blocks = 1, .pop = &pop, .block = &block};
    for (int k = 0; k < WEIGHTS; k++)
        w[k] = k % zeros ? cos(k) : 0;
    for (size_t i = 0; i < n; i++)
        x[i] = sin(1.0 + (double)i);
    memset(by_support, 0, sizeof by_support);
    eig_reference_drift(&p, 0, x, s, dx);
    EigSupport support;
    CHECK(eig_support_open(&support, &block));
    eig_support_add(&support, x, 0, (int64_t)split, by_support);
    eig_support_add(&support, x, (int64_t)split, (int64_t)(n - split), by_support + split);
    eig_support_free(&support);
    for (size_t i = 0; i < n; i++) {
        double want = 0;
        for (size_t j = 0; j < n; j++)
            want += kernel_weight_of(&block, i, j) * x[j];
        CHECK_CLOSE(s[i], want, 1e-12, 1e-12);
        CHECK(memcmp(&s[i], &by_support[i], sizeof *s) == 0);
    }
}

static void kernels(void)
{
    for (int periodic = 0; periodic < 2; periodic++) {
        kernel_of(4, 3, periodic, 3);
        kernel_of(5, 1, periodic, 7);
        kernel_of(33, 1, periodic, 2);
        kernel_of(210, 1, periodic, 1000);
        kernel_of(70, 3, periodic, 5);
        kernel_of(17, 12, periodic, 1000);
    }
}

/* Two populations: 10 neurons of two states with noise in one, which send a signal of their own late, and 4 leaks. */
static void memory_is_known_beforehand(void)
{
    static const EigOp squared[] = {STATE(0), STATE(0), FN(MUL)}, half[] = {PUSH(0.5)};
    EigState noisy[2] = {cell[0], cell[1]};
    noisy[1].noise = (EigCode)CODE(half);
    EigPop pop[2] = {{.size = 10, .n_states = 2, .state = noisy}, {.from = 10, .size = 4, .state_from = 20}};
    EigSignal signal[2] = {{.pop = 0, .code = CODE(squared)}, {.pop = 1}};
    EigBlock block[3] = {{.kind = EIG_BLOCK_UNIFORM, .pre = 0, .post = 1, .delay = 6}, {.kind = EIG_BLOCK_UNIFORM, .pre = 0, .post = 1, .delay = 2},
                         {.kind = EIG_BLOCK_KERNEL, .pre = 1, .post = 1, .signal = 1, .extent = {4, 1}}};
    EigRecord record[1] = {{.width = 14}};
    EigProblem p = {.n = 14, .n_x = 24, .n_pops = 2, .pop = pop, .n_signals = 2, .signal = signal, .n_blocks = 3, .block = block,
                    .n_records = 1, .record = record, .method = EIG_METHOD_EULER};
    double normals = 10 + EIG_SUM_LANES, numbers = 14 + (6 + 2) * 24 + normals + 10 + 7 * 10 + 14 + 7 * 8;
    CHECK(eig_history_numbers(&p) == 70);
    CHECK(eig_run_bytes(&p) == 8 * numbers + 8 * normals + 24 * 7);
    p.method = EIG_METHOD_SRA1;                     /* three rows of a number for each normal, in whole vectors */
    CHECK(eig_run_bytes(&p) == 8 * (numbers + 3 * 16 + 8) + 8 * normals + 24 * 7);
    block[1].delay = (int64_t)1 << 53;
    pop[0].size = (size_t)1 << 40;
    CHECK_CLOSE(eig_history_numbers(&p), 0x1p93, 1e-9, 0);
}

int main(void)
{
    RUN(one_cell);
    RUN(two_cells);
    RUN(delay_by_steps);
    RUN(reference_draws);
    RUN(draws_of_a_run);
    RUN(ou_is_stationary);
    RUN(strong_order);
    RUN(kernels);
    RUN(memory_is_known_beforehand);
    return test_done();
}
