#include "compiler/driver/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/driver/pipeline.h"

/* A signal handler has no argument to carry state in. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

void progress_catch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

void progress_start(Progress *p, const char *time_unit, double from, bool quiet)
{
    const char *term = getenv("TERM");

    *p = (Progress){.shown = !quiet && isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb")),
                    .start = seconds_now(),
                    .unit = time_unit,
                    .from = from};
    p->last = p->start;
}

static void print_left(double seconds)
{
    if (seconds < 100.0)
        fprintf(stderr, ", %.0f s left", seconds);
    else if (seconds < 6000.0)
        fprintf(stderr, ", %.0f min left", seconds / 60.0);
    else
        fprintf(stderr, ", %.1f h left", seconds / 3600.0);
}

bool progress_tick(void *user, double t, double duration)
{
    Progress *p = user;
    double now = seconds_now(), done = duration > p->from ? (t - p->from) / (duration - p->from) : 0.0;

    if (p->shown && now - p->last >= 0.1) {
        const char *space = *p->unit ? " " : "";
        fprintf(stderr, "\r\033[K%3.0f %%  t = %.6g of %.6g%s%s", 100.0 * done, t, duration, space, p->unit);
        if (done > 0.0 && now - p->start > 0.5)
            print_left((now - p->start) * (1.0 - done) / done);
        fflush(stderr);
        p->last = now;
        p->on_screen = true;
    }
    return !interrupted;
}

bool progress_interrupted(void)
{
    return interrupted;
}

void progress_sets(Progress *p, size_t done, size_t before, size_t all)
{
    double now = seconds_now(), part = (double)(done - before) / (double)(all - before);

    if (!p->shown || now - p->last < 0.1)
        return;
    fprintf(stderr, "\r\033[K%3.0f %%  %zu of %zu sets", 100.0 * (double)done / (double)all, done, all);
    if (part > 0.0 && now - p->start > 0.5)
        print_left((now - p->start) * (1.0 - part) / part);
    fflush(stderr);
    p->last = now;
    p->on_screen = true;
}

void progress_end(Progress *p)
{
    if (p->on_screen)
        fputs("\r\033[K", stderr);
    p->on_screen = false;
}
