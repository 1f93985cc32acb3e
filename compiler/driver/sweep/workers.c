#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/integrator.h"
#include "compiler/driver/progress.h"
#include "compiler/driver/sweep/cells.h"

/* A set of a block, made and not yet run. */
typedef struct Waiting {
    SetNumbers is;              /* shape NULL: it has run */
    const Plan *plan;           /* of the first with these arrays of weights */
    size_t row;                 /* in the block */
} Waiting;

/* What a thread keeps from block to block. */
typedef struct Worker {
    Maker *maker;               /* NULL: there is none */
    CellReader *reader;
    const JitModule *jit;       /* of `last` */
    Kernel *last;               /* of the set before that ran alone; NULL: there is none */
} Worker;

/* A block while a thread has it. */
typedef struct SetBlock {
    Sweep *sweep;
    Worker *worker;
    Arena room;                 /* of the block */
    size_t from, n;             /* sets */
    double *rows;
    Waiting *waiting;
    size_t n_waiting;
    Maker **held;               /* those that hold plans of sets that wait */
    size_t n_held;
} SetBlock;

/* ---- what goes wrong ---- */

static bool give_up(Sweep *s, size_t set, bool in_system, const char *why)
{
    pthread_mutex_lock(&s->lock);
    if (set < s->failed_set) {
        s->failed_set = set;
        s->failed_in_system = in_system;
        snprintf(s->error, sizeof s->error, "%s", why);
    }
    s->stop = true;
    pthread_mutex_unlock(&s->lock);
    return false;
}

/* ---- sets ---- */

static void put_row(SetBlock *b, size_t row, const double *values, EigSetEnd end)
{
    double *to = b->rows + row * b->sweep->journal.width;
    memcpy(to, values, b->sweep->n_measures * sizeof *to);
    to[b->sweep->n_measures] = (double)end.status;
    to[b->sweep->n_measures + 1] = end.t;
}

/* The code of the set before serves again where only what is no part of it differs: seeds, starts, dense weights. NULL after diagnostics. */
static const JitModule *kernel_of(Worker *w)
{
    Compilation *c = &w->maker->c;
    JitOptions how = { .opt_level = c->options->opt_level, .cpu = c->options->cpu, .like = w->last, .is_first_of_many = true };
    const JitModule *jit = jit_module_load(&c->cx, NULL, NULL);
    Kernel *kernel = jit ? jit->compile(&c->cx, c->plan, &how, NULL) : NULL;
    if (w->last && kernel != w->last)
        w->jit->free(w->last);
    w->last = kernel;
    w->jit = jit;
    return kernel ? jit : NULL;
}

static bool run_alone(SetBlock *b, size_t row)
{
    Compilation *c = &b->worker->maker->c;
    const JitModule *jit = integrator_is_there(c) ? kernel_of(b->worker) : NULL;
    if (!jit) {
        diagnose(&c->cx, c->options);
        return give_up(b->sweep, b->from + row, true, "");
    }
    double *out = ARENA_ARRAY(&b->room, b->sweep->n_measures + 1, double);
    EigSetEnd end;
    EigKernel kernel = *jit->functions(b->worker->last);
    kernel.threads = b->sweep->threads_each;
    if (!eig_set_run(&c->plan->problem, &kernel, b->sweep->n_measures, b->worker->maker->measures.measure, &b->sweep->stop, out, &end))
        return give_up(b->sweep, b->from + row, true, "not enough memory for a run");
    put_row(b, row, out, end);
    return end.status != RUN_INTERRUPTED;
}

/* The plan whose arrays of weights are those of this one, which its maker keeps until the block is done. */
static const Plan *plan_held(SetBlock *b, const Shape *s)
{
    Worker *w = b->worker;
    const Plan *plan = w->maker->c.plan;
    if (plan->state != STATE_IN_MEMORY)
        return s->maker.c.plan;
    for (size_t k = 0; k < b->n_waiting; k++)
        if (b->waiting[k].is.shape == s && (k == 0 || b->waiting[k].plan != b->waiting[k - 1].plan) && plan_same_weights(b->waiting[k].plan, plan))
            return b->waiting[k].plan;
    b->held[b->n_held++] = w->maker;
    w->maker = NULL;
    return plan;
}

/* The set waits for others of its shape. */
static bool put_aside(SetBlock *b, size_t row)
{
    Maker *maker = b->worker->maker;
    const EigProblem *p = &maker->c.plan->problem;
    const double *numbers;
    const Shape *s = shape_find(&b->sweep->shapes, maker, b->from + row, &numbers);
    if (!s)
        return give_up(b->sweep, b->from + row, true, "");
    double *x = ARENA_ARRAY(&b->room, p->n + s->n_fields + 1, double), *own = x + p->n;
    eig_start(p, x);
    shape_row(s, numbers, own);
    Waiting *w = &b->waiting[b->n_waiting];
    *w = (Waiting){ .is = { s, x, own }, .row = row };
    cells_keep(&b->sweep->shapes, maker, b->from + row, numbers, &w->is);
    w->plan = plan_held(b, s);
    b->n_waiting++;
    return true;
}

/* Up to shape->lanes sets of one shape and with the same arrays of weights; those that are missing are the first once more. */
static bool run_together(SetBlock *b, const Waiting *const *set, size_t n)
{
    const Shape *s = set[0]->is.shape;
    const EigProblem *p = &set[0]->plan->problem;
    size_t n_measures = b->sweep->n_measures, lanes = s->lanes;
    double *x = aligned_alloc(64, (p->n + s->n_fields) * lanes * sizeof *x), *own = x + p->n * lanes;
    if (!x)
        return give_up(b->sweep, b->from + set[0]->row, true, "not enough memory for a run");
    double *out = ARENA_ARRAY(&b->room, n_measures * lanes + 1, double);
    EigSetEnd end[SWEEP_MOST_LANES];
    for (size_t lane = 0; lane < lanes; lane++) {
        const SetNumbers *w = &set[lane < n ? lane : 0]->is;
        for (size_t i = 0; i < p->n; i++)
            x[i * lanes + lane] = w->x[i];
        for (size_t k = 0; k < s->n_fields; k++)
            own[k * lanes + lane] = w->own[k];
    }
    EigKernel kernel = *s->jit->functions(s->kernel);
    kernel.threads = b->sweep->threads_each;
    bool ok = eig_sets_run(p, &kernel, x, own, n_measures, s->maker.measures.measure, &b->sweep->stop, out, end);
    free(x);
    if (!ok)
        return give_up(b->sweep, b->from + set[0]->row, true, "not enough memory for a run");
    for (size_t lane = 0; lane < n; lane++)
        put_row(b, set[lane]->row, out + lane * n_measures, end[lane]);
    return !b->sweep->stop;
}

/* The worker's maker, with the set's plan. What it found of one set serves for the next, and its memory is freed with it. */
static bool make_set(SetBlock *b, size_t row)
{
    Worker *w = b->worker;
    Maker *before = w->maker;
    w->maker = maker_of(before, b->sweep->options, &b->sweep->grid);
    if (w->maker && w->maker != before)
        maker_know(w->maker, b->sweep->first);
    if (w->maker && maker_make(w->maker, b->from + row))
        return true;
    return give_up(b->sweep, b->from + row, w->maker && w->maker->c.failed_in_system, "");
}

static bool run_set(SetBlock *b, size_t row)
{
    const Sweep *s = b->sweep;
    Waiting *w = &b->waiting[b->n_waiting];
    if (!s->why_alone && cells_find(&b->sweep->shapes, &b->worker->reader, &s->grid, b->from + row, &b->room, &w->is)) {
        w->row = row;
        w->plan = w->is.shape->maker.c.plan;
        b->n_waiting++;
        return true;
    }
    if (!make_set(b, row))
        return false;
    return s->why_alone || plan_why_alone(b->worker->maker->c.plan) ? run_alone(b, row) : put_aside(b, row);
}

/* With neurons in memory lanes without a set take as long as those with one: few sets are faster one at a time. */
static bool run_few(SetBlock *b, const Waiting *const *set, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!make_set(b, set[k]->row) || !run_alone(b, set[k]->row))
            return false;
    return true;
}

static bool run_waiting(SetBlock *b)
{
    for (size_t first = 0; first < b->n_waiting; first++) {
        const Waiting *set[SWEEP_MOST_LANES];
        const Shape *s = b->waiting[first].is.shape;
        size_t n = 0;
        for (size_t k = first; s && k < b->n_waiting && n < s->lanes; k++)
            if (b->waiting[k].is.shape == s && b->waiting[k].plan == b->waiting[first].plan)
                set[n++] = &b->waiting[k];
        bool few = n > 0 && set[0]->plan->state == STATE_IN_MEMORY && n * SWEEP_LEAST_PART <= s->lanes;
        if (n && !(few ? run_few(b, set, n) : run_together(b, set, n)))
            return false;
        for (size_t k = 0; k < n; k++)
            b->waiting[set[k] - b->waiting].is.shape = NULL;
    }
    return true;
}

static bool run_block(Sweep *s, Worker *worker, size_t number)
{
    SetBlock b = { .sweep = s, .worker = worker, .from = number * s->journal.block_rows, .n = eig_journal_rows(&s->journal, number) };
    b.rows = ARENA_ARRAY(&b.room, b.n * s->journal.width + 1, double);
    b.waiting = ARENA_ARRAY(&b.room, b.n + 1, Waiting);
    b.held = ARENA_ARRAY(&b.room, b.n + 1, Maker *);
    bool ok = true;
    for (size_t k = 0; ok && k < b.n; k++)
        ok = !s->stop && run_set(&b, k);
    ok = ok && run_waiting(&b);
    if (ok && !eig_journal_keep(&s->journal, number, b.rows))
        ok = give_up(s, b.from, true, s->journal.error);
    if (ok)
        __atomic_fetch_add(&s->n_done, b.n, __ATOMIC_RELAXED);
    for (size_t k = 0; k < b.n_held; k++)
        maker_done(b.held[k]);
    arena_free(&b.room);
    return ok;
}

/* ---- threads ---- */

/* The next block that is not kept; n_blocks: there is none. */
static size_t take_block(Sweep *s)
{
    size_t k = s->journal.n_blocks;
    do
        k = __atomic_fetch_add(&s->next_block, 1, __ATOMIC_RELAXED);
    while (k < s->journal.n_blocks && s->journal.kept[k]);
    return k < s->journal.n_blocks ? k : s->journal.n_blocks;
}

static void *work(void *user)
{
    Sweep *s = user;
    Worker w = { .last = NULL };
    for (size_t k; !s->stop && (k = take_block(s)) < s->journal.n_blocks;)
        if (!run_block(s, &w, k))
            break;
    maker_done(w.maker);
    cells_reader_free(w.reader);
    if (w.last)
        w.jit->free(w.last);
    __atomic_sub_fetch(&s->n_working, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* The thread of the program waits for the others: it has the terminal, and the signals. */
static void watch(Sweep *s, Progress *progress, size_t before)
{
    const struct timespec pause = { .tv_nsec = 2000000 };
    while (__atomic_load_n(&s->n_working, __ATOMIC_ACQUIRE) > 0) {
        nanosleep(&pause, NULL);
        progress_sets(progress, __atomic_load_n(&s->n_done, __ATOMIC_RELAXED), before, s->grid.n_sets);
        if (progress_interrupted())
            s->stop = true;
    }
}

bool sweep_work(Sweep *s, size_t n_threads, bool quiet)
{
    size_t n_blocks = s->journal.n_blocks, n_asked = n_threads;
    if (n_threads > n_blocks)
        n_threads = n_blocks;
    s->threads_each = (unsigned)(n_asked / n_threads);
    pthread_t *thread = calloc(n_threads, sizeof *thread);
    Progress progress;
    size_t n = 0, before = s->n_done;
    if (!thread)
        arena_on_exhausted(n_threads * sizeof *thread);
    progress_start(&progress, "", 0.0, quiet);
    __atomic_store_n(&s->n_working, n_threads, __ATOMIC_RELEASE);
    while (n < n_threads && pthread_create(&thread[n], NULL, work, s) == 0)
        n++;
    __atomic_sub_fetch(&s->n_working, n_threads - n, __ATOMIC_RELEASE);
    if (n == 0)
        give_up(s, 0, true, "the system gives no thread");
    watch(s, &progress, before);
    for (size_t k = 0; k < n; k++)
        pthread_join(thread[k], NULL);
    progress_end(&progress);
    free(thread);
    return s->failed_set == SIZE_MAX && !s->stop;
}
