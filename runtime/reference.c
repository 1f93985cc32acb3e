/* The textbook interpreter: docs/semantics.md line by line, one neuron at a
 * time, written to be compared with that page and not to be fast. */
#include "runtime/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/layout.h"

bool oracle_check(Oracle *o, const double *x)
{
    for (size_t at = 0; at < o->n_x; at++) {
        if (isfinite(x[at]))
            continue;
        EigPlace place = eig_place(o->p, at);
        o->result.status = RUN_NONFINITE;
        o->result.bad_pop = place.pop;
        o->result.bad_neuron = place.neuron;
        o->result.bad_state = place.state;
        o->result.bad_value = x[at];
        return false;
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
    for (size_t i = 0; i < o->n_x; i++)
        o->stage[i] = o->x[i] + scale * slope[i];
    return o->stage;
}

static void step_euler(Oracle *o, int64_t k, double t, double h)
{
    oracle_drift(o, k, t, o->x, o->k[0]);
    memcpy(o->x, along(o, h, o->k[0]), o->n_x * sizeof *o->x);
}

static void step_heun(Oracle *o, int64_t k, double t, double h)
{
    oracle_drift(o, k, t * EIG_AFTER + EIG_LITTLE * h, o->x, o->k[0]);
    oracle_drift(o, k + 1, (t + h) * EIG_BEFORE, along(o, h, o->k[0]), o->k[1]);
    for (size_t i = 0; i < o->n_x; i++)
        o->x[i] = o->x[i] + (0.5 * h) * (o->k[0][i] + o->k[1][i]);
}

static void step_rk4(Oracle *o, int64_t at, double t, double h)
{
    double **k = o->k;
    oracle_drift(o, at, t * EIG_AFTER + EIG_LITTLE * h, o->x, k[0]);
    oracle_drift(o, at, t + 0.5 * h, along(o, 0.5 * h, k[0]), k[1]);
    oracle_drift(o, at, t + 0.5 * h, along(o, 0.5 * h, k[1]), k[2]);
    oracle_drift(o, at, (t + h) * EIG_BEFORE, along(o, h, k[2]), k[3]);
    for (size_t i = 0; i < o->n_x; i++)
        o->x[i] = o->x[i] + (h / 6.0) * (((k[0][i] + 2.0 * k[1][i]) + 2.0 * k[2][i]) + k[3][i]);
}

/* Calls visit for every state of every neuron, with what its programs read at the start of the step. */
typedef void (*Visit)(Oracle *o, size_t pop, size_t k, const OracleView *v, size_t at, double h);

static void each_state(Oracle *o, double t, const double *x, double h, Visit visit)
{
    const EigProblem *p = o->p;
    for (size_t q = 0; q < p->n_pops; q++) {
        for (size_t i = 0; i < p->pop[q].size; i++) {
            OracleView v;
            oracle_view(p, q, i, t, x, &v);
            v.var[EIG_VAR_Z] = o->total[p->pop[q].from + i];
            for (size_t k = 0; k < eig_n_states(&p->pop[q]); k++)
                visit(o, q, k, &v, eig_state_from(p, q) + k * p->pop[q].size + i, h);
        }
    }
}

static void visit_exponential(Oracle *o, size_t q, size_t k, const OracleView *v, size_t at, double h)
{
    const EigPop *pop = &o->p->pop[q];
    double factor = eig_state(pop, k).kind != EIG_STATE_LEAK ? h
                    : pop->exp_step_of                       ? pop->exp_step_of[v->data.neuron]
                                                             : pop->exp_step;
    o->x[at] = o->x[at] + factor * oracle_slope(o->p, q, k, v, true);
}

static void step_exponential_euler(Oracle *o, int64_t k, double t, double h)
{
    oracle_totals(o, k, t, o->x);
    memcpy(o->stage, o->x, o->n_x * sizeof *o->x);
    each_state(o, t, o->stage, h, visit_exponential);
}

static bool is_noisy(const EigState *state)
{
    return state->kind != EIG_STATE_OU && state->noise.n;
}

/* x holds x + h k1 already; stage is the state before the step. */
static void visit_noise(Oracle *o, size_t q, size_t k, const OracleView *v, size_t at, double h)
{
    EigState state = eig_state(&o->p->pop[q], k);
    if (!is_noisy(&state))
        return;
    double g = oracle_value(&state.noise, v), z = o->normal[eig_noise_from(o->p, q, k) + v->data.neuron];
    double kick = (g * sqrt(h)) * z;
    if (o->p->method == EIG_METHOD_MILSTEIN && state.noise_slope.n)
        kick = kick + ((g * oracle_value(&state.noise_slope, v)) * (0.5 * h)) * (z * z - 1.0);
    o->x[at] = o->x[at] + kick;
}

/* And Milstein's method. */
static void step_euler_maruyama(Oracle *o, int64_t k, double t, double h)
{
    oracle_drift(o, k, t, o->x, o->k[0]);
    memcpy(o->stage, o->x, o->n_x * sizeof *o->x);
    for (size_t i = 0; i < o->n_x; i++)
        o->x[i] = o->x[i] + h * o->k[0][i];
    each_state(o, t, o->stage, h, visit_noise);
}

/* sra1: the integral of the step's Wiener process over the step, over h. */
static double integral(const Oracle *o, size_t slot, double h)
{
    return (0.5 * sqrt(h)) * (o->normal[slot] + EIG_SRA1_SECOND * o->second[slot]);
}

/* x_new holds what the slopes make of x. */
static void visit_predict(Oracle *o, size_t q, size_t k, const OracleView *v, size_t at, double h)
{
    EigState state = eig_state(&o->p->pop[q], k);
    if (!is_noisy(&state))
        return;
    size_t slot = eig_noise_from(o->p, q, k) + v->data.neuron;
    double g = o->first[slot] = oracle_value(&state.noise, v);
    o->x_new[at] = o->x_new[at] + (o->p->method == EIG_METHOD_SRA1 ? (1.5 * g) * integral(o, slot, h) : (g * sqrt(h)) * o->normal[slot]);
}

/* The view is of x_new; x holds what the slopes make of it. */
static void visit_correct(Oracle *o, size_t q, size_t k, const OracleView *v, size_t at, double h)
{
    EigState state = eig_state(&o->p->pop[q], k);
    if (!is_noisy(&state))
        return;
    size_t slot = eig_noise_from(o->p, q, k) + v->data.neuron;
    double g = oracle_value(&state.noise, v), z = o->normal[slot], d = (4.0 / 3.0) * (g - o->first[slot]);
    if (o->p->method == EIG_METHOD_SRA1)
        o->x[at] = (o->x[at] + ((o->first[slot] + d) * sqrt(h)) * z) - d * integral(o, slot, h);
    else
        o->x[at] = o->x[at] + ((o->first[slot] + g) * (0.5 * sqrt(h))) * z;
}

static void step_stochastic_heun(Oracle *o, int64_t k, double t, double h)
{
    double end = (t + h) * EIG_BEFORE;
    oracle_drift(o, k, t * EIG_AFTER + EIG_LITTLE * h, o->x, o->k[0]);
    for (size_t i = 0; i < o->n_x; i++)
        o->x_new[i] = o->x[i] + h * o->k[0][i];
    each_state(o, t * EIG_AFTER + EIG_LITTLE * h, o->x, h, visit_predict);
    oracle_drift(o, k + 1, end, o->x_new, o->k[1]);
    for (size_t i = 0; i < o->n_x; i++)
        o->x[i] = o->x[i] + (0.5 * h) * (o->k[0][i] + o->k[1][i]);
    each_state(o, end, o->x_new, h, visit_correct);
}

static void step_sra1(Oracle *o, int64_t k, double t, double h)
{
    eig_noise_fill(&o->noise, k, 1, o->second);
    oracle_drift(o, k, t * EIG_AFTER + EIG_LITTLE * h, o->x, o->k[0]);
    for (size_t i = 0; i < o->n_x; i++)
        o->x_new[i] = o->x[i] + (0.75 * h) * o->k[0][i];
    each_state(o, t * EIG_AFTER + EIG_LITTLE * h, o->x, h, visit_predict);
    oracle_drift(o, k, t + 0.75 * h, o->x_new, o->k[1]);
    for (size_t i = 0; i < o->n_x; i++)
        o->x[i] = o->x[i] + (h / 3.0) * (o->k[0][i] + 2.0 * o->k[1][i]);
    each_state(o, t + 0.75 * h, o->x_new, h, visit_correct);
}

static void visit_ou(Oracle *o, size_t q, size_t k, const OracleView *v, size_t at, double h)
{
    EigState state = eig_state(&o->p->pop[q], k);
    (void)h;
    if (state.kind == EIG_STATE_OU)
        o->x[at] = oracle_value(&state.decay, v) * o->x[at] +
                   oracle_value(&state.spread, v) * o->normal[eig_noise_from(o->p, q, k) + v->data.neuron];
}

static void step(Oracle *o, int64_t k, double t)
{
    double h = o->p->h;
    eig_noise_fill(&o->noise, k, 0, o->normal);
    switch (o->p->method) {
    case EIG_METHOD_EULER:         step_euler(o, k, t, h); break;
    case EIG_METHOD_HEUN:          step_heun(o, k, t, h); break;
    case EIG_METHOD_RK4:           step_rk4(o, k, t, h); break;
    case EIG_METHOD_EXPEULER:      step_exponential_euler(o, k, t, h); break;
    case EIG_METHOD_EULERMARUYAMA:
    case EIG_METHOD_MILSTEIN:      step_euler_maruyama(o, k, t, h); break;
    case EIG_METHOD_STOCHASTICHEUN: step_stochastic_heun(o, k, t, h); break;
    case EIG_METHOD_SRA1:          step_sra1(o, k, t, h); break;
    default:                       return;
    }
    each_state(o, t, o->x, h, visit_ou);
}

/* After step k, which ends at t. */
static bool record_after(Oracle *o, int64_t k, double t)
{
    for (size_t c = 0; c < eig_n_clocks(o->p); c++)
        if (k % eig_clock(o->p, c).steps == 0 && !oracle_record(o, c, k, t, o->x))
            return false;
    return true;
}

static void run_fixed(Oracle *o)
{
    const EigProblem *p = o->p;
    for (int64_t k = o->from_step;; k++) {
        double t = eig_step_time(p, k);
        o->result.t = t;
        o->result.n_steps = k - o->from_step;
        if (!oracle_check(o, o->x))
            return;
        if (o->n_past)
            oracle_remember(o, k, t, o->x);
        if (!(o->goes_on && k == o->from_step) && !record_after(o, k, t))
            return;
        if (k == p->n_steps || !oracle_goes_on(o, t))
            return;
        step(o, k, t);
    }
}

static void start_state(const EigProblem *p, double *x)
{
    for (size_t q = 0; q < p->n_pops; q++) {
        for (size_t k = 0; k < eig_n_states(&p->pop[q]); k++) {
            EigState state = eig_state(&p->pop[q], k);
            for (size_t i = 0; i < p->pop[q].size; i++) {
                OracleView v;
                oracle_view(p, q, i, 0.0, NULL, &v);
                x[eig_state_from(p, q) + k * p->pop[q].size + i] = oracle_value(&state.start, &v);
            }
        }
    }
}

bool oracle_open(Oracle *o)
{
    const EigProblem *p = o->p;
    size_t n_signals = eig_n_signals(p), width = 0;
    o->n_x = eig_n_x(p);
    for (size_t q = 0; q < n_signals; q++)
        o->n_sent += p->pop[eig_signal(p, q).pop].size;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].delay > 0 && p->block[k].delay >= o->n_past)
            o->n_past = p->block[k].delay + 1;
    for (size_t r = 0; r < p->n_records; r++)
        width += p->record[r].width;
    size_t n_normal = eig_noise_from(p, p->n_pops, 0), n_past = (size_t)o->n_past * o->n_sent, n_circle = 0;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].circle && p->block[k].circle->length > n_circle)
            n_circle = p->block[k].circle->length;
    double *at = calloc((4 + ORACLE_SLOPES) * o->n_x + p->n + o->n_sent + n_past + 3 * n_normal + 2 * n_circle + width + 1, sizeof *at);
    o->signal = calloc(n_signals + 1, sizeof *o->signal);
    o->x = at;
    if (!at || !o->signal || !eig_noise_open(&o->noise, p))
        return false;
    double **part[] = { &o->x, &o->stage, &o->x_new, &o->x_between };
    for (size_t k = 0; k < sizeof part / sizeof *part; k++, at += o->n_x)
        *part[k] = at;
    for (size_t s = 0; s < ORACLE_SLOPES; s++, at += o->n_x)
        o->k[s] = at;
    o->total = at;
    o->sent = o->total + p->n;
    o->past = o->sent + o->n_sent;
    o->normal = o->past + n_past;
    o->first = o->normal + n_normal;
    o->second = o->first + n_normal;
    o->circle = o->second + n_normal;
    o->row = o->circle + 2 * n_circle;
    at = o->sent;
    for (size_t q = 0; q < n_signals; q++) {
        o->signal[q] = at;
        at += p->pop[eig_signal(p, q).pop].size;
    }
    return true;
}

void oracle_close(Oracle *o)
{
    free(o->x);
    free(o->signal);
    eig_noise_free(&o->noise);
}

static bool go_on(Oracle *o, const EigMoment *from)
{
    o->goes_on = true;
    o->from_step = from->step;
    memcpy(o->x, from->x, o->n_x * sizeof *o->x);
    if (from->has_control)
        return true;
    return oracle_recall(o, from);
}

void oracle_no_memory(Oracle *o)
{
    o->result.status = RUN_WRITE_ERROR;
    snprintf(o->result.error, sizeof o->result.error, "not enough memory for the network's state");
}

static void leave(Oracle *o, EigMoment *end)
{
    if (end->has_control || (o->result.status != RUN_DONE && o->result.status != RUN_INTERRUPTED))
        return;
    end->step = o->from_step + o->result.n_steps;
    memcpy(end->x, o->x, o->n_x * sizeof *end->x);
    if (!oracle_leave(o, end))
        oracle_no_memory(o);
}

RunResult eig_reference_from(const EigProblem *p, EigRecorder *rec, EigTick tick, void *user, const EigMoment *from, EigMoment *end,
                             double *x_final)
{
    Oracle o = {.p = p, .rec = rec, .tick = tick, .user = user, .from = from, .end = end, .result = {.status = RUN_DONE}};
    if (!oracle_open(&o)) {
        oracle_no_memory(&o);
    } else {
        if (!from)
            start_state(p, o.x);
        if (from && !go_on(&o, from))
            oracle_no_memory(&o);
        else if (p->method == EIG_METHOD_CVODE)
            oracle_run_cvode(&o);
        else if (p->method == EIG_METHOD_TAYLOR)
            oracle_run_taylor(&o);
        else if (eig_method[p->method].adaptive)
            oracle_run_adaptive(&o);
        else
            run_fixed(&o);
        if (end)
            leave(&o, end);
        if (x_final)
            memcpy(x_final, o.x, o.n_x * sizeof *x_final);
    }
    oracle_close(&o);
    return o.result;
}

RunResult eig_reference(const EigProblem *p, EigRecorder *rec, EigTick tick, void *user, double *x_final)
{
    return eig_reference_from(p, rec, tick, user, NULL, NULL, x_final);
}

void eig_reference_drift(const EigProblem *p, double t, const double *x, double *s, double *dx)
{
    Oracle o = {.p = p};
    if (oracle_open(&o)) {
        oracle_drift(&o, 0, t, x, dx);
        memcpy(s, o.total, p->n * sizeof *s);
    }
    oracle_close(&o);
}
