/* Small networks as EigProblem, and a kernel written by hand for any of them:
 * same bits as docs/semantics.md asks, by other loops than the reference
 * interpreter's (sources outside, targets inside; stages in args->work). */
#ifndef TESTS_UNIT_RUNTIME_PROBLEM_H
#define TESTS_UNIT_RUNTIME_PROBLEM_H
#include <math.h>
#include <string.h>

#include "runtime/integrate.h"
#include "runtime/layout.h"

#define LEN(a) (sizeof(a) / sizeof *(a))
#define PUSH(x) {EIG_OP_CONST, 0, (x)}
#define VAR(v) {EIG_OP_VAR, EIG_VAR_##v, 0}
#define FN(f) {EIG_OP_CALL, EIG_FN_##f, 0}
#define CODE(ops) {LEN(ops), (ops), LEN(ops), NULL}

static const EigOp relu_op[] = {VAR(Z), PUSH(0), FN(MAX)};
static const EigOp clip_op[] = {VAR(Z), PUSH(0), FN(MAX), PUSH(1), FN(MIN)};
static const EigOp logistic_op[] = {PUSH(1), PUSH(1), VAR(Z), FN(NEG), FN(EXP), FN(ADD), FN(DIV)};
static const EigOp tanh_op[] = {VAR(Z), FN(TANH)};

/* The Wilson-Cowan pair: records E and I. Points into itself: do not copy. */
typedef struct Pair {
    EigProblem p;
    EigPop pop[2];
    EigBlock block[4];
    EigObs obs[2];
    EigRecord record[2];
    EigOp input[2], start[2];
} Pair;

static inline EigCode pair_constant(EigOp *op, double value)
{
    *op = (EigOp)PUSH(value);
    return (EigCode){.n = 1, .op = op, .depth = 1};
}

static inline void pair_init(Pair *m, const EigOp *phi, size_t n_phi, const double w[4], const double u[2],
                             const double tau[2], const double x0[2])
{
    static const char *const name[2] = {"E", "I"};
    memset(m, 0, sizeof *m);
    for (size_t q = 0; q < 2; q++) {
        m->pop[q] = (EigPop){.name = name[q], .from = q, .size = 1, .rate = 1.0 / tau[q], .phi = {n_phi, phi, n_phi, NULL}};
        m->pop[q].input = pair_constant(&m->input[q], u[q]);
        m->pop[q].start = pair_constant(&m->start[q], x0[q]);
        m->obs[q] = (EigObs){.kind = EIG_OBS_RATE, .pop = q, .index = -1};
        m->record[q] = (EigRecord){name[q], "", 1, &m->obs[q], 0};
    }
    /* w: EE, E <- I, I <- E, II as magnitudes */
    for (size_t b = 0; b < 4; b++)
        m->block[b] = (EigBlock){.kind = EIG_BLOCK_UNIFORM, .post = b / 2, .pre = b % 2,
                                 .weight = b % 2 ? -w[b] : w[b]};
    m->p = (EigProblem){.model_name = "pair", .time_unit = "", .n = 2, .n_pops = 2, .n_blocks = 4, .n_records = 2,
                        .pop = m->pop, .block = m->block, .record = m->record, .rtol = 1e-6, .atol = 1e-9};
}

static inline void set_fixed(EigProblem *p, EigMethod method, double h, int64_t n_steps, int64_t steps_per_record)
{
    p->method = method;
    p->h = h;
    p->n_steps = n_steps;
    p->steps_per_record = steps_per_record;
    p->duration = (double)n_steps * h;
    for (size_t q = 0; q < p->n_pops; q++)
        ((EigPop *)(size_t)&p->pop[q])->exp_step = -expm1(-h * p->pop[q].rate);
}

static inline void set_adaptive(EigProblem *p, double duration, double every, double rtol, double atol)
{
    p->method = EIG_METHOD_RK45;
    p->h = 0.0;
    p->duration = duration;
    p->record_every = eig_ratio(every);
    p->rtol = rtol;
    p->atol = atol;
}

/* ---- the kernel; generated code would have the problem built in ---- */
static const EigProblem *kernel_problem;

static inline double kernel_sum(const double *x, size_t n)
{
    double lane[EIG_SUM_LANES];
    if (n < EIG_SUM_LANES) {
        double sum = x[0];
        for (size_t j = 1; j < n; j++)
            sum += x[j];
        return sum;
    }
    memcpy(lane, x, sizeof lane);
    for (size_t j = EIG_SUM_LANES; j < n; j++)
        lane[j % EIG_SUM_LANES] += x[j];
    for (size_t half = EIG_SUM_LANES / 2; half; half /= 2)
        for (size_t k = 0; k < half; k++)
            lane[k] += lane[k + half];
    return lane[0];
}

static inline void kernel_block(const EigKernelArgs *args, size_t number, const double *x)
{
    const EigBlock *b = &kernel_problem->block[number];
    const EigPop *pre = &kernel_problem->pop[b->pre], *post = &kernel_problem->pop[b->post];
    double *s = args->total + post->from;
    const double *from = x + pre->from, *w = args->weight[number];
    if (b->kind == EIG_BLOCK_UNIFORM) {
        double sum = kernel_sum(from, pre->size);
        for (size_t i = 0; i < post->size; i++)
            s[i] += b->weight * (b->skip_self ? sum - from[i] : sum);
    } else if (b->kind == EIG_BLOCK_DENSE) {
        for (size_t j = 0; j < pre->size; j++)
            for (size_t i = 0; i < post->size; i++)
                s[i] += w[eig_dense_at(post->size, pre->size, i, j)] * from[j];
    } else {
        for (size_t i = 0; i < post->size; i++) {
            if (b->kind == EIG_BLOCK_DIAGONAL)
                s[i] += b->weight * from[i];
            else
                for (uint64_t e = args->row_from[number][i]; e < args->row_from[number][i + 1]; e++)
                    s[i] += w[e] * from[args->column[number][e]];
        }
    }
}

static inline void kernel_drift(const EigKernelArgs *args, double t, const double *x, double *dx)
{
    const EigProblem *p = kernel_problem;
    double var[EIG_N_VARS] = {0};
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t i = 0; i < p->pop[q].size; i++) {
            var[EIG_VAR_T] = t;
            var[EIG_VAR_I] = (double)i;
            args->total[p->pop[q].from + i] = eig_code_eval(&p->pop[q].input, var, NULL);
        }
    for (size_t b = 0; b < p->n_blocks; b++)
        kernel_block(args, b, x);
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t i = p->pop[q].from; i < p->pop[q].from + p->pop[q].size; i++) {
            var[EIG_VAR_Z] = args->total[i];
            dx[i] = p->pop[q].rate * (eig_code_eval(&p->pop[q].phi, var, NULL) - x[i]);
        }
}

static inline void kernel_exponential(const EigKernelArgs *args, double t, double *x)
{
    const EigProblem *p = kernel_problem;
    double var[EIG_N_VARS] = {0};
    kernel_drift(args, t, x, args->work);
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t i = p->pop[q].from; i < p->pop[q].from + p->pop[q].size; i++) {
            var[EIG_VAR_Z] = args->total[i];
            x[i] += p->pop[q].exp_step * (eig_code_eval(&p->pop[q].phi, var, NULL) - x[i]);
        }
}

static inline void kernel_step(const EigKernelArgs *args, double t, double *x)
{
    size_t n = kernel_problem->n;
    double h = kernel_problem->h, *k1 = args->work, *k2 = k1 + n, *k3 = k2 + n, *k4 = k3 + n, *y = k4 + n;
    kernel_drift(args, kernel_problem->method == EIG_METHOD_EULER ? t : t * EIG_AFTER + EIG_LITTLE * h, x, k1);
    if (kernel_problem->method == EIG_METHOD_EULER) {
        for (size_t i = 0; i < n; i++)
            x[i] += h * k1[i];
        return;
    }
    bool heun = kernel_problem->method == EIG_METHOD_HEUN;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + (heun ? h : 0.5 * h) * k1[i];
    kernel_drift(args, heun ? (t + h) * EIG_BEFORE : t + 0.5 * h, y, k2);
    if (heun) {
        for (size_t i = 0; i < n; i++)
            x[i] += 0.5 * h * (k1[i] + k2[i]);
        return;
    }
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + 0.5 * h * k2[i];
    kernel_drift(args, t + 0.5 * h, y, k3);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + h * k3[i];
    kernel_drift(args, (t + h) * EIG_BEFORE, y, k4);
    for (size_t i = 0; i < n; i++)
        x[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
}

static inline void kernel_advance(const EigKernelArgs *args, int64_t from, int64_t to, double *x)
{
    for (int64_t k = from; k < to; k++) {
        if (kernel_problem->method == EIG_METHOD_EXPEULER)
            kernel_exponential(args, args->time[k - from], x);
        else
            kernel_step(args, args->time[k - from], x);
    }
}

/* Only records that are rows of rates. */
static inline void kernel_observe(const EigKernelArgs *args, double t, const double *x, double *out, int64_t clock)
{
    (void)args;
    (void)t;
    (void)clock;
    for (size_t r = 0; r < kernel_problem->n_records; r++)
        for (size_t i = 0; i < kernel_problem->record[r].width; i++)
            *out++ = x[kernel_problem->pop[kernel_problem->record[r].obs->pop].from + i];
}

static inline EigKernel kernel_for(const EigProblem *p)
{
    kernel_problem = p;
    return (EigKernel){.drift = kernel_drift, .advance = kernel_advance, .observe = kernel_observe};
}
#endif
