/* A run's line on the terminal, and its answer to Ctrl-C. */
#ifndef COMPILER_DRIVER_PROGRESS_H
#define COMPILER_DRIVER_PROGRESS_H
#include <stdbool.h>
#include <stddef.h>

typedef struct Progress {
    bool shown;                 /* standard error is a terminal that can be overwritten */
    bool on_screen;
    double start, last;         /* seconds_now() of the run's start and of the last line */
    const char *unit;           /* of time: "ms" or "" */
    double from;                /* where that began */
} Progress;

/* Ctrl-C (SIGINT) and SIGTERM stop the run at its next tick; a second one kills the program. */
void progress_catch_signals(void);

/* from: the time at which the run begins. */
void progress_start(Progress *p, const char *time_unit, double from, bool quiet);
/* True once a signal came. */
bool progress_interrupted(void);
/* `done` of `all` sets of a sweep. */
void progress_sets(Progress *p, size_t done, size_t before, size_t all);
/* An EigTick: user is the Progress. False once a signal came. */
bool progress_tick(void *user, double t, double duration);
void progress_end(Progress *p);
#endif
