#include "runtime/integrate.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/cvode.h"
#include "runtime/dopri.h"
#include "runtime/jet.h"
#include "runtime/layout.h"
#include "runtime/tangent.h"
#include "runtime/taylor.h"
#include "runtime/workspace.h"

enum {
    CHUNK_STEPS = 256,          /* at most so many steps are replayed to find the first bad one */
    WORK_MS = 20,               /* aim between two looks at the clock */
    TICK_MS = 40                /* so that ticks come about every 50 ms */
};

const char *const eig_run_status[RUN_N_STATUS] = {
#define RUN_STATUS(id, text) [RUN_##id] = text,
#include "runtime/result.def"
#undef RUN_STATUS
};

/* Looks at the clock once in `pause` units of work (steps), and learns how
 * many units WORK_MS are. */
typedef struct Pace {
    EigTick tick;
    void *user;
    int64_t pause, left;
    double last_look, last_tick;    /* ms */
} Pace;

/* One run: everything it will ever need is allocated before the first step. */
typedef struct Loop {
    const EigProblem *p;
    const EigKernel *kernel;
    EigRecorder *rec;
    RunResult result;
    Pace pace;
    Workspace w;
    size_t n_x;
    double *x, *saved;
    EigTicks ticks;             /* fixed steps start at these */
    double time[CHUNK_STEPS];   /* of the steps that are taken next */
    int64_t *next;              /* by clock: step, or number, of its next record */
    double *due;                /* adaptive methods: by clock, the time of that record as soon as a step did not reach it */
    int64_t longest_chunk;      /* steps between two looks at the state */
    int64_t first;              /* number of the first step */
    double recorded;            /* adaptive methods: another run has recorded up to then */
    bool goes_on;               /* from another run, which has recorded its end */
    const EigMoment *from;      /* where it ended */
    EigMoment *end;
    bool is_kept;               /* adaptive methods: `end` has the moment before the last step */
} Loop;

static double now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec * 1e-6;
}

static void pace_start(Pace *pace, EigTick tick, void *user)
{
    *pace = (Pace){.tick = tick, .user = user, .pause = 1, .left = 1};
    pace->last_look = pace->last_tick = now_ms();
}

/* After `units` of work; false: the caller wants to stop. */
static bool pace_spend(Pace *pace, int64_t units, double t, double duration)
{
    pace->left -= units;
    if (pace->left > 0)
        return true;
    double now = now_ms(), took = now - pace->last_look;
    if (took < WORK_MS / 2.0 && pace->pause < INT64_MAX / 4)
        pace->pause *= 2;
    else if (took > WORK_MS && pace->pause > 1)
        pace->pause /= 2;
    pace->left = pace->pause;
    pace->last_look = now;
    if (!pace->tick || now - pace->last_tick < TICK_MS)
        return true;
    pace->last_tick = now;
    return pace->tick(pace->user, t, duration);
}

/* Written so that it becomes vector code: no exit from the loop. */
static bool all_finite(const double *x, size_t n)
{
    int bad = 0;
    for (size_t i = 0; i < n; i++)
        bad |= !(fabs(x[i]) <= DBL_MAX);
    return !bad;
}

static void no_memory(Loop *l)
{
    l->result.status = RUN_WRITE_ERROR;
    snprintf(l->result.error, sizeof l->result.error, "not enough memory for the network's state");
}

static void name_neuron(Loop *l, size_t at, double value)
{
    EigPlace place = eig_place(l->p, at);
    l->result.bad_pop = place.pop;
    l->result.bad_neuron = place.neuron;
    l->result.bad_state = place.state;
    l->result.bad_value = value;
}

/* x has a number that is not finite: names the first. */
static void stop_nonfinite(Loop *l, const double *x)
{
    size_t at = 0;
    while (at + 1 < l->n_x && isfinite(x[at]))
        at++;
    name_neuron(l, at, x[at]);
    l->result.status = RUN_NONFINITE;
}

static bool record(Loop *l, size_t clock, double t, const double *x)
{
    l->kernel->observe(&l->w.args, t, x, l->w.row, (int64_t)clock);
    if (eig_recorder_append(l->rec, clock, t, l->w.row)) {
        l->result.n_records++;
        return true;
    }
    l->result.status = RUN_WRITE_ERROR;
    snprintf(l->result.error, sizeof l->result.error, "%s", eig_recorder_error(l->rec));
    return false;
}

static void take_steps(Loop *l, int64_t from, int64_t to)
{
    eig_ticks_fill(&l->ticks, from, to - from, l->time);
    l->kernel->advance(&l->w.args, from, to, l->x);
}

/* Steps `from` to `to`, in place. A chunk of one step needs no copy: should it
 * go wrong, its end is the first bad state. */
static bool advance(Loop *l, int64_t from, int64_t to)
{
    if (to - from > 1)
        memcpy(l->saved, l->x, l->n_x * sizeof *l->x);
    take_steps(l, from, to);
    return all_finite(l->x, l->n_x);
}

/* Somewhere in (from, to] the state left the finite numbers: again from the
 * saved state, one step at a time, to the first step that does. */
static void replay(Loop *l, int64_t from, int64_t to)
{
    int64_t k = to;
    if (to - from > 1) {
        memcpy(l->x, l->saved, l->n_x * sizeof *l->x);
        for (k = from; k < to && all_finite(l->x, l->n_x); k++)
            take_steps(l, k, k + 1);
    }
    l->result.n_steps = k - l->first;
    l->result.t = eig_step_time(l->p, k);
    stop_nonfinite(l, l->x);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What the clocks record after step k. */
static bool record_due(Loop *l, int64_t k, double t)
{
    for (size_t c = 0; c < eig_n_clocks(l->p); c++) {
        if (l->next[c] != k)
            continue;
        if (!record(l, c, t, l->x))
            return false;
        l->next[c] = k + eig_clock(l->p, c).steps;
    }
    return true;
}

static int64_t next_due(const Loop *l)
{
    int64_t k = l->p->n_steps;
    for (size_t c = 0; c < eig_n_clocks(l->p); c++)
        k = least(k, l->next[c]);
    return k;
}

static void run_fixed(Loop *l)
{
    const EigProblem *p = l->p;
    int64_t k = l->first;
    l->ticks = eig_ticks(eig_step(p));
    l->w.args.time = l->time;
    if (!l->goes_on && !record_due(l, 0, 0.0))
        return;
    while (k < p->n_steps) {
        int64_t chunk = least(next_due(l) - k, least(l->pace.left, l->longest_chunk));
        if (!advance(l, k, k + chunk)) {
            replay(l, k, k + chunk);
            return;
        }
        k += chunk;
        l->result.n_steps = k - l->first;
        l->result.t = eig_step_time(p, k);
        if (!record_due(l, k, l->result.t))
            return;
        if (!pace_spend(&l->pace, chunk, l->result.t, p->duration) && k < p->n_steps) {
            l->result.status = RUN_INTERRUPTED;
            return;
        }
    }
}

/* The accepted step of an adaptive method. */
typedef struct Curve {
    double t_new;
    const double *x_new;
    const double *(*at)(void *of, double time);         /* the state within it */
    void *of;
} Curve;

/* Records of one clock that fall into the accepted step. */
static bool record_of_clock(Loop *l, const Curve *step, size_t clock)
{
    EigRatio every = eig_clock(l->p, clock).every;
    if (every.num == 0)
        return step->t_new <= l->recorded || record(l, clock, step->t_new, step->x_new);
    for (; !(l->due[clock] > step->t_new); ++l->next[clock]) {
        double time = eig_ratio_times(every, l->next[clock]);
        if (time > step->t_new) {
            l->due[clock] = time;
            return true;
        }
        if (!record(l, clock, time, step->at(step->of, time)))
            return false;
    }
    return true;
}

static bool record_within(Loop *l, const Curve *step)
{
    for (size_t c = 0; c < eig_n_clocks(l->p); c++)
        if (!record_of_clock(l, step, c))
            return false;
    return true;
}

static bool record_start(Loop *l)
{
    for (size_t c = 0; c < eig_n_clocks(l->p); c++) {
        if (!record(l, c, 0.0, l->x))
            return false;
        l->next[c] = 1;
    }
    return true;
}

/* The first multiple of the interval behind t. */
static int64_t first_behind(EigRatio every, double t)
{
    int64_t low = 1, high = 1;
    while (eig_ratio_times(every, high) <= t)
        high *= 2;
    for (low = high / 2 + 1; low < high;) {
        int64_t middle = low + (high - low) / 2;
        if (eig_ratio_times(every, middle) <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The step became too small. When the attempt left the finite numbers that is
 * the reason, and the first stage that did names the neuron (later stages
 * spread it over the network); otherwise the neuron with the largest error is named. */
static void stop_underflow(Loop *l, const Dopri *d)
{
    for (size_t s = 0; s < d->n_stages; s++) {
        if (!all_finite(d->k[s], l->n_x)) {
            stop_nonfinite(l, d->k[s]);
            return;
        }
    }
    if (!all_finite(d->stage, l->n_x)) {
        stop_nonfinite(l, d->stage);
        return;
    }
    size_t worst = 0;
    for (size_t i = 1; i < l->n_x; i++)
        if (dopri_error(d, i) > dopri_error(d, worst))
            worst = i;
    name_neuron(l, worst, d->x[worst]);
    l->result.status = RUN_UNDERFLOW;
}

static void dopri_place(Dopri *d, Loop *l)
{
    size_t n = l->n_x;
    *d = (Dopri){.p = l->p, .n = n, .kernel = l->kernel, .args = &l->w.args};
    d->x = l->w.vectors;
    d->x_new = d->x + n;
    d->stage = d->x + 2 * n;
    d->between = d->x + 3 * n;
    for (size_t s = 0; s + DOPRI_VECTORS_BESIDE < dopri_vectors(l->p->method); s++)
        d->k[s] = d->x + (DOPRI_VECTORS_BESIDE + s) * n;
}

/* Once; of a run that was interrupted before there is a last step, where it stands. */
static void keep_before_last(Loop *l, const Dopri *d)
{
    if (l->is_kept)
        return;
    l->is_kept = true;
    l->end->control = dopri_control(d);
    memcpy(l->end->x, d->x, l->n_x * sizeof *d->x);
}

static const double *at_of_dopri(void *of, double time)
{
    return dopri_at(of, time);
}

static void run_dopri(Loop *l)
{
    const EigProblem *p = l->p;
    Dopri d;
    dopri_place(&d, l);
    if (!l->goes_on && !record_start(l))
        return;
    if (l->goes_on)
        dopri_go_on(&d, &l->from->control);
    else
        dopri_start(&d);
    while (d.t < p->duration && l->result.status == RUN_DONE) {
        if (l->end && dopri_is_last(&d))
            keep_before_last(l, &d);
        if (dopri_too_small(&d)) {
            stop_underflow(l, &d);
        } else if (dopri_attempt(&d)) {
            if (!record_within(l, &(Curve){ d.t_new, d.x_new, at_of_dopri, &d }))
                break;
            dopri_accept(&d);
            l->x = d.x;
            if (d.t > l->result.t)      /* what another run has recorded is not done again, but computed */
                l->result.t = d.t;
            l->result.n_steps++;
        } else {
            l->result.n_rejected++;
        }
        if (!pace_spend(&l->pace, 1, d.t, p->duration) && d.t < p->duration && l->result.status == RUN_DONE)
            l->result.status = RUN_INTERRUPTED;
    }
    if (l->end)
        keep_before_last(l, &d);
    if (l->end && l->result.t > l->end->control.reached)
        l->end->control.reached = l->result.t;
}

/* ---- taylor ---- */

static const double *at_of_taylor(void *of, double time)
{
    return taylor_at(of, time);
}

/* As stop_underflow: a coefficient, or what the last attempt ended with. */
static void stop_taylor(Loop *l, const Taylor *s)
{
    for (size_t k = 0; k <= s->order; k++)
        if (!all_finite(s->c + k * s->n, s->n)) {
            stop_nonfinite(l, s->c + k * s->n);
            return;
        }
    for (size_t k = 0; k <= 1; k++)
        if (!all_finite(s->next + k * s->n, s->n)) {
            stop_nonfinite(l, s->next + k * s->n);
            return;
        }
    size_t worst = 0;
    for (size_t i = 1; i < s->n; i++)
        worst = taylor_error(s, i) > taylor_error(s, worst) ? i : worst;
    name_neuron(l, worst, s->c[worst]);
    l->result.status = RUN_UNDERFLOW;
}

static void keep_before_last_of_taylor(Loop *l, const Taylor *s)
{
    if (!l->end || l->is_kept)
        return;
    l->is_kept = true;
    l->end->control = taylor_control(s);
    memcpy(l->end->x, s->c, l->n_x * sizeof *s->c);
}

static void steps_of_taylor(Loop *l, Taylor *s)
{
    double duration = l->p->duration;
    taylor_start(s, l->x, l->goes_on ? &l->from->control : NULL);
    while (s->t < duration && l->result.status == RUN_DONE) {
        if (taylor_is_last(s))
            keep_before_last_of_taylor(l, s);
        if (taylor_too_small(s)) {
            stop_taylor(l, s);
        } else if (taylor_attempt(s)) {
            if (!record_within(l, &(Curve){ s->t_new, s->next, at_of_taylor, s }))
                break;
            taylor_accept(s);
            if (s->t > l->result.t)
                l->result.t = s->t;
            l->result.n_steps++;
        } else {
            l->result.n_rejected++;
        }
        if (!pace_spend(&l->pace, 1, s->t, duration) && s->t < duration && l->result.status == RUN_DONE)
            l->result.status = RUN_INTERRUPTED;
    }
    keep_before_last_of_taylor(l, s);
    if (l->end && l->result.t > l->end->control.reached)
        l->end->control.reached = l->result.t;
    memcpy(l->x, s->c, l->n_x * sizeof *l->x);
}

static void run_taylor(Loop *l)
{
    Taylor s;
    if (!l->goes_on && !record_start(l))
        return;
    if (taylor_open(&s, l->p, l->kernel, &l->w.args))
        steps_of_taylor(l, &s);
    else
        no_memory(l);
    taylor_close(&s);
}

/* ---- cvode ---- */

/* What generated code computes for it. */
typedef struct Compiled {
    const EigKernel *kernel;
    const EigKernelArgs *args;
    Tangent tangent;
    Workspace w;                /* of the tangent */
    double *slope;              /* where nobody asks for it */
} Compiled;

static void compiled_slope(void *of, double t, const double *x, double *dx)
{
    Compiled *c = of;
    c->kernel->drift(c->args, t, x, dx);
    if (c->slope)
        tangent_move(&c->tangent, t, x, c->args->total);
}

static void compiled_move(void *of, double t, const double *x)
{
    Compiled *c = of;
    if (!tangent_is_at(&c->tangent, t, x))
        compiled_slope(c, t, x, c->slope);
}

static void compiled_product(void *of, const double *v, double *jv, bool isolated)
{
    Compiled *c = of;
    if (isolated)
        tangent_isolate(&c->tangent, true);
    tangent_settle(&c->tangent);
    c->kernel->tangent(&c->w.args, c->tangent.t, v, jv);
    if (isolated)
        tangent_isolate(&c->tangent, false);
}

/* The library of the runtime has two vectors for the run: one here for slopes. */
static bool compiled_open(Compiled *c, Loop *l)
{
    *c = (Compiled){ .kernel = l->kernel, .args = &l->w.args };
    if (!l->p->tangent)
        return true;
    c->slope = l->saved;
    if (!tangent_open(&c->tangent, l->p) || !workspace_open(&c->w, &c->tangent.p, 1))
        return false;
    c->w.args.team = l->w.args.team;
    return true;
}

static void compiled_close(Compiled *c)
{
    if (!c->slope)
        return;
    workspace_close(&c->w, &c->tangent.p);
    tangent_close(&c->tangent);
}

static const double *at_of_cvode(void *of, double time)
{
    return cvode_at(of, time);
}

static void stop_cvode(Loop *l, const Cvode *c, CvodeStep how)
{
    if (how == CVODE_FAILED) {
        l->result.status = RUN_WRITE_ERROR;
        snprintf(l->result.error, sizeof l->result.error, "%s", c->error);
        return;
    }
    l->result.status = how == CVODE_NONFINITE ? RUN_NONFINITE : how == CVODE_TOO_SMALL ? RUN_UNDERFLOW : RUN_UNSOLVED;
    if (how != CVODE_UNSOLVED)
        name_neuron(l, c->bad_at, c->bad_value);
}

static void step_cvode(Loop *l, Cvode *c)
{
    while (c->t < l->p->duration && l->result.status == RUN_DONE) {
        CvodeStep how = cvode_step(c);
        if (how == CVODE_STEPPED) {
            if (!record_within(l, &(Curve){ c->t, cvode_at(c, c->t), at_of_cvode, c }))
                break;
            memcpy(l->x, cvode_at(c, c->t), l->n_x * sizeof *l->x);
            l->result.t = c->t;
            l->result.n_steps++;
            how = cvode_go_on(c);
        }
        if (how != CVODE_STEPPED)
            stop_cvode(l, c, how);
        if (!pace_spend(&l->pace, 1, c->t, l->p->duration) && c->t < l->p->duration && l->result.status == RUN_DONE)
            l->result.status = RUN_INTERRUPTED;
    }
    l->result.n_rejected = cvode_rejected(c);
}

static void run_cvode(Loop *l)
{
    Compiled model;
    Cvode c;
    if (!record_start(l))
        return;
    if (!compiled_open(&model, l)) {
        no_memory(l);
    } else {
        CvodeModel calls = { l->p, &model, compiled_slope, compiled_move, compiled_product };
        if (cvode_open(&c, &calls, l->x))
            step_cvode(l, &c);
        else
            stop_cvode(l, &c, CVODE_FAILED);
        cvode_close(&c);
    }
    compiled_close(&model);
}

static void run_adaptive(Loop *l)
{
    if (l->p->method == EIG_METHOD_CVODE)
        run_cvode(l);
    else if (l->p->method == EIG_METHOD_TAYLOR)
        run_taylor(l);
    else
        run_dopri(l);
}

void eig_start(const EigProblem *p, double *x)
{
    double var[EIG_N_VARS] = {0};
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        double *to = x + eig_state_from(p, q);
        for (size_t k = 0; k < eig_n_states(pop); k++) {
            EigState state = eig_state(pop, k);
            for (size_t i = 0; i < pop->size; i++) {
                EigData data = {.column = pop->column, .neuron = i, .table = p->table};
                var[EIG_VAR_I] = (double)i;
                *to++ = eig_code_eval(&state.start, var, &data);
            }
        }
    }
}

/* Each clock's next record is its first behind the end of the run before. */
static bool go_on(Loop *l, const EigMoment *from)
{
    l->goes_on = true;
    memcpy(l->x, from->x, l->n_x * sizeof *l->x);
    if (from->has_control) {
        l->recorded = l->result.t = from->control.reached;
        for (size_t c = 0; c < eig_n_clocks(l->p); c++) {
            EigRatio every = eig_clock(l->p, c).every;
            l->next[c] = every.num ? first_behind(every, l->recorded) : 0;
        }
        return true;
    }
    l->first = from->step;
    l->result.t = eig_step_time(l->p, from->step);
    for (size_t c = 0; c < eig_n_clocks(l->p); c++) {
        int64_t steps = eig_clock(l->p, c).steps;
        l->next[c] = (from->step / steps + 1) * steps;
    }
    return eig_moment_recall(from, l->p, l->w.args.history);
}

static void leave(Loop *l, EigMoment *end)
{
    if (end->has_control || (l->result.status != RUN_DONE && l->result.status != RUN_INTERRUPTED))
        return;
    end->step = l->first + l->result.n_steps;
    memcpy(end->x, l->x, l->n_x * sizeof *end->x);
    if (!eig_moment_keep(end, l->p, l->w.args.history))
        no_memory(l);
}

RunResult eig_integrate_from(const EigProblem *p, const EigKernel *kernel, EigRecorder *rec, EigTick tick, void *user,
                             const EigMoment *from, EigMoment *end, double *x_final)
{
    bool adaptive = eig_method[p->method].adaptive;
    Loop l = {.p = p, .kernel = kernel, .rec = rec, .n_x = eig_n_x(p), .from = from, .end = end, .result = {.status = RUN_DONE}};
    l.longest_chunk = eig_has_delays(p) ? 1 : CHUNK_STEPS;      /* what was sent is kept once: no step can be taken again */
    l.next = calloc(eig_n_clocks(p), sizeof *l.next);
    l.due = calloc(eig_n_clocks(p), sizeof *l.due);
    if (!workspace_open(&l.w, p, eig_n_vectors(p)) || !l.next || !l.due) {
        no_memory(&l);
    } else {
        size_t n_linear = p->jets ? p->jets->linear->n_pops : 0;
        l.w.args.team = eig_team_open(kernel->threads, eig_n_sites(n_linear > p->n_pops ? n_linear : p->n_pops));
        l.x = l.w.vectors;
        l.saved = l.x + l.n_x;
        if (!from)
            eig_start(p, l.x);
        pace_start(&l.pace, tick, user);
        if (from && !go_on(&l, from))
            no_memory(&l);
        else if (!all_finite(l.x, l.n_x))
            stop_nonfinite(&l, l.x);
        else if (adaptive)
            run_adaptive(&l);
        else
            run_fixed(&l);
        if (end)
            leave(&l, end);
        if (x_final)
            memcpy(x_final, l.x, l.n_x * sizeof *x_final);
    }
    eig_team_close(l.w.args.team);
    workspace_close(&l.w, p);
    free(l.next);
    free(l.due);
    return l.result;
}

RunResult eig_integrate(const EigProblem *p, const EigKernel *kernel, EigRecorder *rec,
                        EigTick tick, void *user, double *x_final)
{
    return eig_integrate_from(p, kernel, rec, tick, user, NULL, NULL, x_final);
}
