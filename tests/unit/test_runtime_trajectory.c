/* Numbers of the Wilson-Cowan pair that were computed elsewhere (an adaptive
 * order-8 method at 1e-13, docs/theory.md section 7), and measured orders. */
#include <stdlib.h>

#include "tests/test.h"
#include "tests/unit/runtime_problem.h"

typedef struct Case {
    const EigOp *phi;
    size_t n_phi;
    double w[4], u[2], tau[2], x0[2];
    double want[5][2];          /* at t = 1/2, 1, 2, 5, 10 */
} Case;

static const double when[5] = {0.5, 1, 2, 5, 10};

static const Case cases[] = {
    {relu_op, LEN(relu_op), {0.5, 2, 3, 0.5}, {1, 0.2}, {1, 1}, {0, 0},
     {{.324302797418, .296956504051}, {.294022634101, .556677953653}, {.118914611102, .486536409772},
      {.160362131557, .457701397867}, {.162945492142, .459261223264}}},
    {relu_op, LEN(relu_op), {0.5, 2, 3, 0.5}, {1, 0.2}, {1, 2}, {0, 0},
     {{.374708313625, .180776760305}, {.451451045085, .440390227395}, {.196635958611, .604556061535},
      {.187427994447, .459659832430}, {.162244839120, .459907031045}}},
    {relu_op, LEN(relu_op), {1.5, 2, 3, 0.5}, {1, 0.2}, {1, 0.5}, {0, 0},
     {{.332776430131, .478070127530}, {.279573343066, .704599564873}, {.186835303068, .511889864588},
      {.210145866300, .553009727863}, {.209522864046, .552381243701}}},
    {logistic_op, LEN(logistic_op), {6, 4, 6, 2}, {-1, -2}, {1, 2}, {0.1, 0.1},
     {{.209586760114, .126084060589}, {.327747433495, .173144289695}, {.547779278760, .322149863810},
      {.693561191605, .646396543762}, {.399687732913, .435933772129}}},
    {tanh_op, LEN(tanh_op), {0.9, 2, 3, 0.5}, {1, 0.2}, {1, 1}, {0.5, -0.5},
     {{.675901387745, .078479185090}, {.716502083004, .431264941018}, {.392818490089, .727982790154},
      {.215637653386, .509257480012}, {.192888919513, .488492500857}}},
};

static void pair_of_case(Pair *m, const Case *c)
{
    pair_init(m, c->phi, c->n_phi, c->w, c->u, c->tau, c->x0);
}

/* Runs in memory; rows of t, E, I. */
static EigRecorder *run_in_memory(const EigProblem *p, RunResult *result)
{
    char error[256];
    EigKernel kernel = kernel_for(p);
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    *result = eig_integrate(p, &kernel, rec, NULL, NULL, NULL);
    return rec;
}

/* The rows are at multiples of 1/2. */
static void check_case(const EigProblem *p, const Case *c, double tolerance)
{
    RunResult result;
    size_t width;
    EigRecorder *rec = run_in_memory(p, &result);
    const double *row = eig_recorder_rows(rec, 0, &width);
    CHECK(result.status == RUN_DONE && result.n_records == 21 && width == 3);
    for (size_t k = 0; k < LEN(when); k++) {
        const double *at = row + (size_t)(2 * when[k]) * width;
        CHECK(at[0] == when[k]);
        CHECK_CLOSE(at[1], c->want[k][0], 0, tolerance);
        CHECK_CLOSE(at[2], c->want[k][1], 0, tolerance);
    }
    eig_recorder_close(rec);
}

static void small_steps_of_rk4(void)
{
    for (size_t i = 0; i < LEN(cases); i++) {
        Pair m;
        pair_of_case(&m, &cases[i]);
        set_fixed(&m.p, EIG_METHOD_RK4, 1.0 / 8192, 81920, 4096);
        check_case(&m.p, &cases[i], 3e-10);
    }
}

static void tight_tolerance(EigMethod method)
{
    for (size_t i = 0; i < LEN(cases); i++) {
        Pair m;
        pair_of_case(&m, &cases[i]);
        set_adaptive(&m.p, 10.0, 0.5, 1e-12, 1e-13);
        m.p.method = method;
        check_case(&m.p, &cases[i], 3e-10);
    }
}

static void tight_tolerance_of_rk45(void) { tight_tolerance(EIG_METHOD_RK45); }
static void tight_tolerance_of_dopri8(void) { tight_tolerance(EIG_METHOD_DOPRI8); }

typedef struct Rest {
    const EigOp *phi;
    size_t n_phi;
    double w[4], u[2], at[2];
    bool attracts_zero;
} Rest;

static const Rest rests[] = {
    {relu_op, 3, {0.5, 2, 3, 0.5}, {1, 0.2}, {.162962963, .459259259}, true},
    {relu_op, 3, {1.5, 2, 3, 0.5}, {1, 0.2}, {.209523810, .552380952}, true},
    {relu_op, 3, {1.5, 2, 3, 0.5}, {1, 3}, {0, 2}, true},
    {relu_op, 3, {0.5, 2, 3, 0.5}, {1, 3}, {0, 2}, true},
    {relu_op, 3, {3, 2, 3, 0.5}, {1, 0.2}, {.366666667, .866666667}, false},
    {relu_op, 3, {6, 2, 3, 0.5}, {-1, 0.2}, {0, .133333333}, true},
    {relu_op, 3, {6, 2, 3, 0.5}, {-1, 0.2}, {1.266666667, 2.666666667}, false},
    {clip_op, 5, {6, 2, 3, 0.5}, {-1, 0.2}, {0, .133333333}, true},
    {clip_op, 5, {6, 2, 3, 0.5}, {-1, 0.2}, {.6, 1}, false},
    {clip_op, 5, {6, 2, 3, 0.5}, {-1, 0.2}, {1, 1}, false},
    {clip_op, 5, {3, 0.5, 0.5, 0}, {-0.5, 0}, {.285714286, .142857143}, false},
    {clip_op, 5, {3, 2, 3, 0.5}, {1, 0.2}, {.5, 1}, false},
};

static void equilibria(void)
{
    static const double tau[2] = {1, 1}, zero[2] = {0, 0};
    for (size_t i = 0; i < LEN(rests); i++) {
        const Rest *r = &rests[i];
        double s[2], dx[2], x[2];
        char error[256];
        Pair m;
        pair_init(&m, r->phi, r->n_phi, r->w, r->u, tau, zero);
        eig_reference_drift(&m.p, 0, r->at, s, dx);
        CHECK_CLOSE(dx[0], 0, 0, 1e-8);
        CHECK_CLOSE(dx[1], 0, 0, 1e-8);
        if (!r->attracts_zero)
            continue;
        set_fixed(&m.p, EIG_METHOD_EXPEULER, 1.0 / 64, 64 * 100, 64);
        EigRecorder *rec = eig_recorder_open(&m.p, NULL, error);
        CHECK(eig_reference(&m.p, rec, NULL, NULL, x).status == RUN_DONE);
        CHECK_CLOSE(x[0], r->at[0], 0, 1e-9);
        CHECK_CLOSE(x[1], r->at[1], 0, 1e-9);
        eig_recorder_close(rec);
    }
}

static const EigOp wave[] = {PUSH(1), VAR(T), FN(SIN), FN(ADD)};

static void smooth_pair(Pair *m)
{
    static const double w[4] = {0.9, 2, 3, 0.5}, u[2] = {1, 0.2}, tau[2] = {1, 1}, x0[2] = {0.5, -0.5};
    pair_init(m, tanh_op, LEN(tanh_op), w, u, tau, x0);
    m->pop[0].input = (EigCode)CODE(wave);
}

/* Largest difference at the multiples of 1/4 in [0, 4] from a run that is finer by far. */
static double error_of(const EigProblem *p)
{
    size_t width;
    RunResult result, exact_result;
    Pair fine;
    smooth_pair(&fine);
    set_fixed(&fine.p, EIG_METHOD_RK4, 1.0 / 4096, 4 * 4096, 1024);
    EigRecorder *exact = run_in_memory(&fine.p, &exact_result), *rec = run_in_memory(p, &result);
    const double *a = eig_recorder_rows(exact, 0, &width), *b = eig_recorder_rows(rec, 0, &width);
    double worst = 0;
    CHECK(result.n_records == 17 && exact_result.n_records == 17);
    for (size_t r = 0; r < 17; r++) {
        CHECK(a[3 * r] == b[width * r]);
        worst = fmax(worst, fmax(fabs(a[3 * r + 1] - b[width * r + 1]), fabs(a[3 * r + 2] - b[width * r + 2])));
    }
    eig_recorder_close(exact);
    eig_recorder_close(rec);
    return worst;
}

static void fixed_step_orders(void)
{
    static const struct { EigMethod method; double order; } want[] = {
        {EIG_METHOD_EULER, 1}, {EIG_METHOD_HEUN, 2}, {EIG_METHOD_RK4, 4}, {EIG_METHOD_EXPEULER, 1}};
    for (size_t i = 0; i < LEN(want); i++) {
        double error[2];
        for (int k = 0; k < 2; k++) {
            Pair m;
            smooth_pair(&m);
            int64_t per_record = k ? 32 : 16;
            set_fixed(&m.p, want[i].method, 0.25 / (double)per_record, 16 * per_record, per_record);
            error[k] = error_of(&m.p);
        }
        CHECK_CLOSE(log2(error[0] / error[1]), want[i].order, 0, 0.15);
    }
}

/* Steps of rk45 are made equal: tolerances that accept everything, and a third
 * population at rest whose time constant is the longest step allowed. */
static double error_of_equal_steps(double h)
{
    static const EigOp nothing[] = {PUSH(0)};
    Pair m;
    smooth_pair(&m);
    EigPop pop[3] = {m.pop[0], m.pop[1],
                     {.name = "clock", .from = 2, .size = 1, .rate = 1.0 / h, .phi = CODE(nothing),
                      .input = CODE(nothing), .start = CODE(nothing)}};
    m.p.pop = pop;
    m.p.n = m.p.n_pops = 3;
    set_adaptive(&m.p, 4.0, 0.25, 0.0, 1e6);
    m.p.h = h;
    return error_of(&m.p);
}

static void rk45_orders(void)
{
    /* records at step ends: order 5 of the solution */
    CHECK_CLOSE(log2(error_of_equal_steps(1.0 / 32) / error_of_equal_steps(1.0 / 64)), 5, 0, 0.2);
    /* records between step ends: the interpolant's error per step is of order 5 as well */
    CHECK_CLOSE(log2(error_of_equal_steps(3.0 / 32) / error_of_equal_steps(3.0 / 128)) / 2, 5, 0, 0.3);
}

static void rk45_error_follows_tolerance(void)
{
    double before = 1;
    for (double rtol = 1e-4; rtol > 1e-11; rtol *= 0.01) {
        Pair m;
        smooth_pair(&m);
        set_adaptive(&m.p, 4.0, 0.25, rtol, rtol);
        double error = error_of(&m.p);
        CHECK(error < 15 * rtol && error < before / 15);
        before = error;
    }
}

int main(void)
{
    RUN(small_steps_of_rk4);
    RUN(tight_tolerance_of_rk45);
    RUN(tight_tolerance_of_dopri8);
    RUN(equilibria);
    RUN(fixed_step_orders);
    RUN(rk45_orders);
    RUN(rk45_error_follows_tolerance);
    return test_done();
}
