#include "runtime/sets.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/dopri_sets.h"
#include "runtime/layout.h"
#include "runtime/workspace.h"

enum { CHUNK_STEPS = 256 };

/* Sets side by side. */
typedef struct Batch {
    const EigProblem *p;
    const EigKernel *kernel;
    size_t lanes, n_records, n_measures;
    const EigMeasure *measure;
    double *x;
    const double *own;
    Workspace w;                /* with neurons in memory: the arrays of the blocks */
    EigKernelArgs args;
    double *memory;             /* of args, and of `row` */
    double *row;                /* a record of each set */
    EigTally *tally;            /* by measure, then set */
    EigTicks ticks;
    double time[CHUNK_STEPS];
    int64_t longest_chunk;      /* steps between two looks at the state and at who wants to stop */
    EigSetEnd *end;
} Batch;

/* Of the sets that are marked, or of all. */
static void observe(Batch *b, double t, const double *x, const bool *marked)
{
    b->kernel->observe_sets(&b->args, t, x, b->row, b->own);
    for (size_t m = 0; m < b->n_measures; m++) {
        const double *value = b->row + b->measure[m].record * b->lanes;
        EigTally *tally = b->tally + m * b->lanes;
        if (t < b->measure[m].from)
            continue;
        for (size_t k = 0; k < b->lanes; k++)
            if (!marked || marked[k])
                eig_tally_add(&tally[k], value[k]);
    }
}

/* Marks the sets that have a number that is not finite; their lanes begin at 0 again, as what is no number would make every step of all
 * lanes a longer one. */
static void look(Batch *b, double t)
{
    for (size_t k = 0; k < b->lanes; k++) {
        bool is_finite = true;
        for (size_t i = 0; i < b->p->n; i++)
            is_finite &= fabs(b->x[i * b->lanes + k]) <= DBL_MAX;
        for (size_t i = 0; i < b->p->n && !is_finite; i++)
            b->x[i * b->lanes + k] = 0;
        if (b->end[k].status == RUN_DONE)
            b->end[k] = (EigSetEnd){ is_finite ? RUN_DONE : RUN_NONFINITE, t };
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool run_by_steps(Batch *b, const volatile bool *stop)
{
    const EigProblem *p = b->p;
    int64_t every = eig_clock(p, 0).steps, next = every;
    b->ticks = eig_ticks(eig_step(p));
    look(b, 0.0);
    observe(b, 0.0, b->x, NULL);
    for (int64_t k = 0; k < p->n_steps && !*stop;) {
        int64_t n = least(least(next, p->n_steps) - k, b->longest_chunk);
        eig_ticks_fill(&b->ticks, k, n, b->time);
        b->kernel->advance_sets(&b->args, k, k + n, b->x, b->own);
        k += n;
        double t = eig_step_time(p, k);
        look(b, t);
        if (k == next) {
            observe(b, t, b->x, NULL);
            next += every;
        }
    }
    return true;
}

/* ---- steps by error ---- */

/* A lane's next record. */
typedef struct Due {
    int64_t number;
    double time;
} Due;

static Due due(const EigProblem *p, int64_t number)
{
    return (Due){ number, eig_ratio_times(eig_clock(p, 0).every, number) };
}

/* The records that fall into the accepted steps, those of one time together. */
static void record_within(Batch *b, DopriSets *d, Due *next)
{
    for (bool any = true; any;) {
        bool marked[DOPRI_MOST_LANES] = { false };
        double time = 0.0;
        any = false;
        for (size_t k = 0; k < b->lanes; k++) {
            if (!d->accepted[k] || next[k].time > d->t_new[k] || (any && next[k].time != time))
                continue;
            any = marked[k] = true;
            time = next[k].time;
            next[k] = due(b->p, next[k].number + 1);
        }
        if (any) {
            dopri_sets_at(d, time, marked);
            observe(b, time, d->between, marked);
        }
    }
}

/* Lanes that are done wait for the others. */
static bool run_by_error(Batch *b, const volatile bool *stop)
{
    DopriSets d;
    Due next[DOPRI_MOST_LANES];
    bool ok, any = true;
    observe(b, 0.0, b->x, NULL);
    ok = dopri_sets_open(&d, b->p, b->kernel, &b->args, b->x, b->own);
    for (size_t k = 0; k < b->lanes; k++)
        next[k] = due(b->p, 1);
    while (ok && any && !*stop) {
        any = false;
        for (size_t k = 0; k < b->lanes; k++) {
            bool finite;
            if (d.is_on[k] && dopri_sets_too_small(&d, k, &finite)) {
                b->end[k].status = finite ? RUN_UNDERFLOW : RUN_NONFINITE;
                dopri_sets_leave(&d, k);
            }
            any |= d.is_on[k];
        }
        if (!any)
            break;
        dopri_sets_attempt(&d);
        record_within(b, &d, next);
        dopri_sets_accept(&d);
        for (size_t k = 0; k < b->lanes; k++)
            if (d.accepted[k])
                b->end[k].t = d.t[k];
    }
    dopri_sets_close(&d);
    return ok;
}

static void finish(const Batch *b, bool stopped, double *out)
{
    for (size_t k = 0; k < b->lanes; k++) {
        if (stopped && b->end[k].status == RUN_DONE)
            b->end[k].status = RUN_INTERRUPTED;
        for (size_t m = 0; m < b->n_measures; m++)
            out[k * b->n_measures + m] = b->end[k].status == RUN_DONE
                                             ? eig_tally_value(&b->tally[m * b->lanes + k], b->measure[m].kind) : (double)NAN;
    }
}

/* Some tenths of a second: what weights there are is multiplied once a step and stage for each set. */
static int64_t longest_chunk(const Batch *b)
{
    const EigProblem *p = b->p;
    double work = 16.0 * (double)p->n;
    if (!b->kernel->sets_in_memory)
        return CHUNK_STEPS;
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigBlock *block = &p->block[k];
        size_t post = p->pop[block->post].size;
        if (block->kind == EIG_BLOCK_DENSE)
            work += (double)post * (double)p->pop[block->pre].size;
        else if (block->kind == EIG_BLOCK_SPARSE)
            work += (double)block->row_from[post];
    }
    double n = 1e9 / (work * (double)b->lanes * eig_method[p->method].stages);
    return n < 1 ? 1 : n < CHUNK_STEPS ? (int64_t)n : CHUNK_STEPS;
}

/* Room for all sets, each array of whole lines. */
static bool make_room(Batch *b)
{
    size_t width = 0, lanes = b->lanes, n = b->kernel->sets_in_memory ? b->p->n : 0;
    for (size_t r = 0; r < b->p->n_records; r++)
        width += b->p->record[r].width;
    if (n && !workspace_open(&b->w, b->p, 0))
        return false;
    b->args = b->w.args;
    b->args.time = b->time;
    b->args.team = n ? eig_team_open(b->kernel->threads, b->p->n_blocks) : NULL;
    size_t bytes = ((EIG_KERNEL_WORK + 1) * n + width) * lanes * sizeof *b->memory;
    b->memory = aligned_alloc(64, bytes / 64 * 64 + 64);
    if (!b->memory)
        return false;
    b->args.total = b->memory;
    b->args.work = b->memory + n * lanes;
    b->row = b->args.work + EIG_KERNEL_WORK * n * lanes;
    return true;
}

bool eig_sets_run(const EigProblem *p, const EigKernel *kernel, double *x, const double *own, size_t n_measures, const EigMeasure *measure,
                  const volatile bool *stop, double *out, EigSetEnd *end)
{
    Batch b = { .p = p, .kernel = kernel, .lanes = kernel->lanes, .n_measures = n_measures, .measure = measure, .x = x, .own = own, .end = end };
    b.longest_chunk = longest_chunk(&b);
    b.tally = calloc(n_measures * b.lanes + 1, sizeof *b.tally);
    bool ok = make_room(&b) && b.tally;
    for (size_t k = 0; k < b.lanes; k++)
        end[k] = (EigSetEnd){ RUN_DONE, 0.0 };
    ok = ok && (eig_method[p->method].adaptive ? run_by_error : run_by_steps)(&b, stop);
    if (ok)
        finish(&b, *stop, out);
    eig_team_close(b.args.team);
    workspace_close(&b.w, p);
    free(b.memory);
    free(b.tally);
    return ok;
}

/* ---- one set ---- */

static bool still(void *user, double t, double duration)
{
    const volatile bool *stop = user;
    (void)t;
    (void)duration;
    return !*stop;
}

static void tally_rows(const EigRecorder *rec, size_t n_measures, const EigMeasure *measure, double *out)
{
    size_t width;
    const double *row = eig_recorder_rows(rec, 0, &width);
    for (size_t m = 0; m < n_measures; m++) {
        EigTally tally = { 0 };
        for (int64_t r = 0; r < eig_recorder_count(rec, 0); r++)
            if (row[(size_t)r * width] >= measure[m].from)
                eig_tally_add(&tally, row[(size_t)r * width + 1 + measure[m].record]);
        out[m] = eig_tally_value(&tally, measure[m].kind);
    }
}

bool eig_set_run(const EigProblem *p, const EigKernel *kernel, size_t n_measures, const EigMeasure *measure, const volatile bool *stop,
                 double *out, EigSetEnd *end)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    if (!rec)
        return false;
    RunResult r = eig_integrate(p, kernel, rec, still, (void *)(uintptr_t)stop, NULL);
    *end = (EigSetEnd){ r.status, r.t };
    if (r.status == RUN_DONE)
        tally_rows(rec, n_measures, measure, out);
    for (size_t m = 0; m < n_measures && r.status != RUN_DONE; m++)
        out[m] = (double)NAN;
    eig_recorder_close(rec);
    return r.status != RUN_WRITE_ERROR;
}
