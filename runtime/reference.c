/* The textbook interpreter: docs/semantics.md line by line, one neuron at a
 * time, written to be compared with that page and not to be fast. */
#include "runtime/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Sum of n numbers in the defined order (problem.h, S). get(of, j) is the j-th. */
typedef double (*Term)(const void *of, size_t j);

static double ordered_sum(Term get, const void *of, size_t n)
{
    if (n == 0)
        return 0.0;
    if (n < EIG_SUM_LANES) {
        double sum = get(of, 0);
        for (size_t j = 1; j < n; j++)
            sum = sum + get(of, j);
        return sum;
    }
    double lane[EIG_SUM_LANES];
    for (size_t lane_no = 0; lane_no < EIG_SUM_LANES; lane_no++) {
        lane[lane_no] = get(of, lane_no);
        for (size_t j = lane_no + EIG_SUM_LANES; j < n; j += EIG_SUM_LANES)
            lane[lane_no] = lane[lane_no] + get(of, j);
    }
    for (size_t stride = EIG_SUM_LANES / 2; stride >= 1; stride /= 2)
        for (size_t lane_no = 0; lane_no < stride; lane_no++)
            lane[lane_no] = lane[lane_no] + lane[lane_no + stride];
    return lane[0];
}

static double state_term(const void *of, size_t j)
{
    return ((const double *)of)[j];
}

/* s after block b has been added, for target neuron i of its population. */
static double add_block(const EigBlock *b, const EigPop *post, const double *pre_x, double pre_sum, size_t pre_size,
                        size_t i, double own_x, double s)
{
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:
        return b->skip_self ? s + b->weight * (pre_sum - own_x) : s + b->weight * pre_sum;
    case EIG_BLOCK_DIAGONAL:
        return s + b->weight * pre_x[i];
    case EIG_BLOCK_SPARSE:
        for (uint64_t e = b->row_from[i]; e < b->row_from[i + 1]; e++)
            s = s + b->w[e] * pre_x[b->column[e]];
        return s;
    case EIG_BLOCK_DENSE:
        for (size_t j = 0; j < pre_size; j++)
            s = s + b->w[j * post->size + i] * pre_x[j];
        return s;
    case EIG_BLOCK_KERNEL:
        break;
    }
    return s;
}

static void total_input(const EigProblem *p, double t, const double *x, double *s)
{
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        for (size_t i = 0; i < pop->size; i++) {
            double var[EIG_N_VARS] = {0};
            var[EIG_VAR_T] = t;
            var[EIG_VAR_I] = (double)i;
            s[pop->from + i] = eig_code_eval(&pop->input, var, NULL);
        }
    }
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigBlock *b = &p->block[k];
        const EigPop *pre = &p->pop[b->pre], *post = &p->pop[b->post];
        double sum = b->kind == EIG_BLOCK_UNIFORM ? ordered_sum(state_term, x + pre->from, pre->size) : 0.0;
        for (size_t i = 0; i < post->size; i++) {
            double *si = &s[post->from + i];
            *si = add_block(b, post, x + pre->from, sum, pre->size, i, x[post->from + i], *si);
        }
    }
}

static double activation(const EigPop *pop, double z)
{
    double var[EIG_N_VARS] = {0};
    var[EIG_VAR_Z] = z;
    return eig_code_eval(&pop->phi, var, NULL);
}

void eig_reference_drift(const EigProblem *p, double t, const double *x, double *s, double *dx)
{
    total_input(p, t, x, s);
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        for (size_t i = pop->from; i < pop->from + pop->size; i++)
            dx[i] = pop->rate * (activation(pop, s[i]) - x[i]);
    }
}

/* Means and sums of the quantity at hand: the same for each of its neurons, so
 * that abs(E - mean(E)) takes n and not n^2 operations. */
enum { MAX_KNOWN = 16 };
typedef struct Known {
    size_t n;
    const EigObs *obs[MAX_KNOWN];
    double value[MAX_KNOWN];
} Known;

/* Where a recorded quantity is evaluated. */
typedef struct Scene {
    const EigProblem *p;
    double t;
    const double *x, *total;
    const EigObs *each;         /* inner expression of the surrounding MEAN or SUM */
    Known *known;
} Scene;

static double observe(const Scene *scene, const EigObs *obs, size_t neuron);

static double each_term(const void *of, size_t j)
{
    const Scene *scene = of;
    return observe(scene, scene->each, j);
}

static double fold(const Scene *scene, const EigObs *obs, const EigPop *pop)
{
    Known *known = scene->known;
    for (size_t k = 0; k < known->n; k++)
        if (known->obs[k] == obs)
            return known->value[k];
    Scene inner = *scene;
    inner.each = obs->arg[0];
    double sum = ordered_sum(each_term, &inner, pop->size);
    double value = obs->kind == EIG_OBS_SUM ? sum : sum / (double)pop->size;
    if (known->n < MAX_KNOWN) {
        known->obs[known->n] = obs;
        known->value[known->n++] = value;
    }
    return value;
}

static double observe(const Scene *scene, const EigObs *obs, size_t neuron)
{
    const EigPop *pop = obs->pop < scene->p->n_pops ? &scene->p->pop[obs->pop] : NULL;   /* CODE and CALL have none */
    size_t which = obs->index < 0 ? neuron : (size_t)obs->index;
    switch (obs->kind) {
    case EIG_OBS_CODE: {
        double var[EIG_N_VARS] = {0};
        var[EIG_VAR_T] = scene->t;
        var[EIG_VAR_I] = (double)neuron;
        return eig_code_eval(&obs->code, var, NULL);
    }
    case EIG_OBS_RATE:
        return scene->x[pop->from + which];
    case EIG_OBS_STATE:
        return scene->x[pop->state_from + obs->state * pop->size + which];
    case EIG_OBS_INPUT:
        return scene->total[pop->from + which];
    case EIG_OBS_MEAN:
    case EIG_OBS_SUM:
        return fold(scene, obs, pop);
    case EIG_OBS_CALL: {
        double a = observe(scene, obs->arg[0], neuron);
        double b = obs->n_args > 1 ? observe(scene, obs->arg[1], neuron) : 0.0;
        return eig_fn_apply(obs->fn, a, b);
    }
    }
    return NAN;
}

bool oracle_record(Oracle *o, double t, const double *x)
{
    const EigProblem *p = o->p;
    total_input(p, t, x, o->total);
    Known known = {.n = 0};
    Scene scene = {p, t, x, o->total, NULL, &known};
    double *out = o->row;
    for (size_t r = 0; r < p->n_records; r++, known.n = 0)
        for (size_t i = 0; i < p->record[r].width; i++)
            *out++ = observe(&scene, p->record[r].obs, i);
    if (!eig_recorder_append(o->rec, t, o->row)) {
        o->result.status = RUN_WRITE_ERROR;
        snprintf(o->result.error, sizeof o->result.error, "%s", eig_recorder_error(o->rec));
        return false;
    }
    o->result.n_records++;
    return true;
}

bool oracle_check(Oracle *o, const double *x)
{
    for (size_t q = 0; q < o->p->n_pops; q++) {
        const EigPop *pop = &o->p->pop[q];
        for (size_t i = 0; i < pop->size; i++) {
            if (isfinite(x[pop->from + i]))
                continue;
            o->result.status = RUN_NONFINITE;
            o->result.bad_pop = q;
            o->result.bad_neuron = i;
            o->result.bad_value = x[pop->from + i];
            return false;
        }
    }
    return true;
}

bool oracle_goes_on(Oracle *o, double t)
{
    enum { TICK_MS = 50 };
    struct timespec ts;
    if (!o->tick || t >= o->p->duration)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    double now = (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec * 1e-6;
    if (now - o->last_tick < TICK_MS)
        return true;
    o->last_tick = now;
    if (o->tick(o->user, t, o->p->duration))
        return true;
    o->result.status = RUN_INTERRUPTED;
    return false;
}

/* stage = x + scale * slope */
static double *along(Oracle *o, double scale, const double *slope)
{
    for (size_t i = 0; i < o->p->n; i++)
        o->stage[i] = o->x[i] + scale * slope[i];
    return o->stage;
}

static void step_euler(Oracle *o, double t, double h)
{
    eig_reference_drift(o->p, t, o->x, o->total, o->k[0]);
    memcpy(o->x, along(o, h, o->k[0]), o->p->n * sizeof *o->x);
}

static void step_heun(Oracle *o, double t, double h)
{
    eig_reference_drift(o->p, t, o->x, o->total, o->k[0]);
    eig_reference_drift(o->p, t + h, along(o, h, o->k[0]), o->total, o->k[1]);
    for (size_t i = 0; i < o->p->n; i++)
        o->x[i] = o->x[i] + (0.5 * h) * (o->k[0][i] + o->k[1][i]);
}

static void step_rk4(Oracle *o, double t, double h)
{
    double **k = o->k;
    eig_reference_drift(o->p, t, o->x, o->total, k[0]);
    eig_reference_drift(o->p, t + 0.5 * h, along(o, 0.5 * h, k[0]), o->total, k[1]);
    eig_reference_drift(o->p, t + 0.5 * h, along(o, 0.5 * h, k[1]), o->total, k[2]);
    eig_reference_drift(o->p, t + h, along(o, h, k[2]), o->total, k[3]);
    for (size_t i = 0; i < o->p->n; i++)
        o->x[i] = o->x[i] + (h / 6.0) * (((k[0][i] + 2.0 * k[1][i]) + 2.0 * k[2][i]) + k[3][i]);
}

static void step_exponential_euler(Oracle *o, double t)
{
    total_input(o->p, t, o->x, o->total);
    for (size_t q = 0; q < o->p->n_pops; q++) {
        const EigPop *pop = &o->p->pop[q];
        for (size_t i = pop->from; i < pop->from + pop->size; i++)
            o->x[i] = o->x[i] + pop->exp_step * (activation(pop, o->total[i]) - o->x[i]);
    }
}

static void run_fixed(Oracle *o)
{
    const EigProblem *p = o->p;
    for (int64_t k = 0;; k++) {
        double t = (double)k * p->h;
        o->result.t = t;
        o->result.n_steps = k;
        if (!oracle_check(o, o->x))
            return;
        if (k % p->steps_per_record == 0 && !oracle_record(o, t, o->x))
            return;
        if (k == p->n_steps || !oracle_goes_on(o, t))
            return;
        switch (p->method) {
        case EIG_METHOD_EULER:    step_euler(o, t, p->h); break;
        case EIG_METHOD_HEUN:     step_heun(o, t, p->h); break;
        case EIG_METHOD_RK4:      step_rk4(o, t, p->h); break;
        case EIG_METHOD_EXPEULER: step_exponential_euler(o, t); break;
        default:                  return;
        }
    }
}

static void start_state(const EigProblem *p, double *x)
{
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        for (size_t i = 0; i < pop->size; i++) {
            double var[EIG_N_VARS] = {0};
            var[EIG_VAR_I] = (double)i;
            x[pop->from + i] = eig_code_eval(&pop->start, var, NULL);
        }
    }
}

RunResult eig_reference(const EigProblem *p, EigRecorder *rec, EigTick tick, void *user, double *x_final)
{
    Oracle o = {.p = p, .rec = rec, .tick = tick, .user = user, .result = {.status = RUN_DONE}};
    size_t width = 0;
    for (size_t r = 0; r < p->n_records; r++)
        width += p->record[r].width;
    double *memory = calloc(12 * p->n + width + 1, sizeof *memory);
    if (!memory) {
        o.result.status = RUN_WRITE_ERROR;
        snprintf(o.result.error, sizeof o.result.error, "not enough memory for the network's state");
        return o.result;
    }
    o.x = memory;
    o.total = o.x + p->n;
    o.stage = o.total + p->n;
    o.x_new = o.stage + p->n;
    o.x_between = o.x_new + p->n;
    for (size_t s = 0; s < 7; s++)
        o.k[s] = o.x_between + (s + 1) * p->n;
    o.row = o.x_between + 8 * p->n;
    start_state(p, o.x);
    if (p->method == EIG_METHOD_RK45)
        oracle_run_rk45(&o);
    else
        run_fixed(&o);
    if (x_final)
        memcpy(x_final, o.x, p->n * sizeof *x_final);
    free(memory);
    return o.result;
}
