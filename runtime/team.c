#include "runtime/team.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Pieces that nobody has taken yet stand in one word with the number of the
 * row, so that a thread that comes late takes none of a row that it did not
 * see: job, part, n and piece are written before the word, and are not
 * written again before every piece of it is done. */
enum { LEFT_BITS = 32 };

enum {
    FIRST_TRIES = 4,            /* of a site in each way, before the better is known; the first of them together starts the threads */
    TRY_AGAIN = 256,            /* rows of a site between two tries of the other way; more, so that what a try loses is at most */
    PARTS_LOST = 50,            /* one such part of the time between */
    SPIN_NS = 50000,            /* a thread without work looks for it so long before it sleeps */
    LOOKS = 64                  /* at the word, between two looks at the clock */
};

/* A thread that another process puts off the processor makes one row in some very long, so means are over many rows; a try of the other way
 * counts for more, as there are few. */
static const double by_row = 1.0 / 32, by_try = 1.0 / 4, worth_it = 0.95;

/* What rows of one site took, ns: means in which the last ones count most. */
typedef struct Site {
    double took[2];             /* alone, together */
    uint32_t tries[2];
    uint64_t wait;              /* rows in the better way until the other is tried */
} Site;

struct EigTeam {
    _Alignas(64) uint64_t left;         /* row << LEFT_BITS | pieces that are left; atomic */
    _Alignas(64) uint64_t done;         /* pieces of the row; atomic */
    _Alignas(64) EigTeamPart part;
    const void *job;
    uint64_t n, piece, n_pieces;
    uint32_t row;                       /* the futex that sleepers wait at; atomic */
    uint32_t n_asleep;                  /* atomic */
    uint32_t is_closing;                /* atomic */
    unsigned n_threads, n_started;      /* without the caller's */
    bool is_started;
    uint64_t n_shared;
    size_t n_sites;
    Site *site;
    pthread_t *thread;
};

static double now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void rest(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* ---- pieces ---- */

static void compute(EigTeam *t, uint64_t piece)
{
    uint64_t from = piece * t->piece, to = from + t->piece;
    t->part(t->job, from, to < t->n ? to : t->n);
    __atomic_add_fetch(&t->done, 1, __ATOMIC_RELEASE);
}

/* Takes pieces as long as there are any; false: there was none. */
static bool take_pieces(EigTeam *t)
{
    bool took = false;
    uint64_t left = __atomic_load_n(&t->left, __ATOMIC_ACQUIRE);
    while ((uint32_t)left) {
        if (!__atomic_compare_exchange_n(&t->left, &left, left - 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            continue;
        compute(t, t->n_pieces - (uint32_t)left);
        took = true;
        left = __atomic_load_n(&t->left, __ATOMIC_ACQUIRE);
    }
    return took;
}

/* ---- the others ---- */

static void futex(uint32_t *word, int what, uint32_t value)
{
    syscall(SYS_futex, word, what, value, NULL, NULL, 0);
}

/* Until there is another row than `row`; returns it. */
static uint32_t wait_for_row(EigTeam *t, uint32_t row)
{
    double until = now_ns() + SPIN_NS;
    uint32_t now;
    do {
        for (int k = 0; k < LOOKS; k++) {
            if ((now = __atomic_load_n(&t->row, __ATOMIC_ACQUIRE)) != row)
                return now;
            rest();
        }
    } while (now_ns() < until);
    __atomic_add_fetch(&t->n_asleep, 1, __ATOMIC_SEQ_CST);
    while ((now = __atomic_load_n(&t->row, __ATOMIC_SEQ_CST)) == row)
        futex(&t->row, FUTEX_WAIT_PRIVATE, row);
    __atomic_sub_fetch(&t->n_asleep, 1, __ATOMIC_SEQ_CST);
    return now;
}

static void *work(void *team)
{
    EigTeam *t = team;
    uint32_t row = 0;
    for (;;) {
        row = wait_for_row(t, row);
        if (__atomic_load_n(&t->is_closing, __ATOMIC_ACQUIRE))
            return NULL;
        take_pieces(t);
    }
}

static void call_others(EigTeam *t)
{
    __atomic_add_fetch(&t->row, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&t->n_asleep, __ATOMIC_SEQ_CST))
        futex(&t->row, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

/* Interruptions are for the thread that began. */
static void start(EigTeam *t)
{
    sigset_t all, before;
    t->is_started = true;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (t->n_started < t->n_threads && pthread_create(&t->thread[t->n_started], NULL, work, t) == 0)
        t->n_started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- a row ---- */

static void together(EigTeam *t, EigTeamPart part, const void *job, uint64_t n, uint64_t piece)
{
    if (!t->is_started)
        start(t);
    t->part = part;
    t->job = job;
    t->n = n;
    t->piece = piece;
    t->n_pieces = (n + piece - 1) / piece;
    t->n_shared++;
    uint64_t row = (__atomic_load_n(&t->left, __ATOMIC_RELAXED) >> LEFT_BITS) + 1;
    __atomic_store_n(&t->done, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&t->left, row << LEFT_BITS | t->n_pieces, __ATOMIC_RELEASE);
    call_others(t);
    take_pieces(t);
    /* A piece that another thread holds; should that thread have been put off the processor, it needs one. */
    for (unsigned k = 1; __atomic_load_n(&t->done, __ATOMIC_ACQUIRE) < t->n_pieces; k++) {
        if (k % LOOKS)
            rest();
        else
            sched_yield();
    }
}

static bool is_better_together(const Site *s)
{
    return s->took[1] < worth_it * s->took[0];
}

/* Which way the next row of the site goes. */
static bool goes_together(const Site *s)
{
    if (s->tries[0] < FIRST_TRIES)
        return false;
    if (s->tries[1] < FIRST_TRIES)
        return true;
    return is_better_together(s) != (s->wait == 0);
}

static void learn(Site *s, bool is_together, double took)
{
    uint32_t *tries = &s->tries[is_together];
    double *mean = &s->took[is_together], usual = s->took[!is_together];
    if (*tries < FIRST_TRIES) {
        *mean = *tries < 2 ? took : *mean + (took - *mean) / *tries;    /* the first is of cold memory, or starts threads */
        ++*tries;
        s->wait = TRY_AGAIN;
    } else if (s->wait > 0) {
        *mean += by_row * (took - *mean);
        s->wait--;
    } else {
        *mean += by_try * (took - *mean);
        double wait = usual > 0 ? PARTS_LOST * (took - usual) / usual : 0;
        s->wait = wait > TRY_AGAIN ? (uint64_t)wait : TRY_AGAIN;
    }
}

void eig_share(EigTeam *team, EigTeamPart part, const void *job, uint64_t n, uint64_t piece, uint64_t site)
{
    if (!team || n <= piece || site >= team->n_sites || (n - 1) / piece >= UINT32_MAX) {
        part(job, 0, n);
        return;
    }
    Site *s = &team->site[site];
    bool is_together = goes_together(s);
    double from = now_ns();
    if (is_together)
        together(team, part, job, n, piece);
    else
        part(job, 0, n);
    learn(s, is_together, now_ns() - from);
}

uint64_t eig_team_shared(const EigTeam *team)
{
    return team->n_shared;
}

/* ---- opening and closing ---- */

EigTeam *eig_team_open(unsigned threads, size_t n_sites)
{
    if (threads < 2)
        return NULL;
    EigTeam *t = aligned_alloc(_Alignof(EigTeam), sizeof *t);
    if (!t)
        return NULL;
    *t = (EigTeam){ .n_threads = threads - 1, .n_sites = n_sites };
    t->site = calloc(n_sites + 1, sizeof *t->site);
    t->thread = calloc(threads, sizeof *t->thread);
    if (t->site && t->thread)
        return t;
    eig_team_close(t);
    return NULL;
}

void eig_team_close(EigTeam *t)
{
    if (!t)
        return;
    __atomic_store_n(&t->is_closing, 1, __ATOMIC_RELEASE);
    call_others(t);
    for (unsigned k = 0; k < t->n_started; k++)
        pthread_join(t->thread[k], NULL);
    free(t->site);
    free(t->thread);
    free(t);
}
