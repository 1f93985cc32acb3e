/* What records take, and what a disk has room for (inside this folder only). */
#ifndef RUNTIME_ROOM_H
#define RUNTIME_ROOM_H
#include "runtime/problem.h"

/* Times at which a clock records in a run that reaches its end, as a double, which none is too many for; 0 where they are
 * accepted steps, which nobody knows before. */
double room_times(const EigProblem *p, size_t clock);
/* The same up to a step, or to a time of an adaptive method. */
double room_times_to(const EigProblem *p, size_t clock, int64_t step, double t);
/* Bytes that numbers may take as they wait in the unnamed file `fd`, when a number of the result takes so many. A quarter of
 * what is free stays free. INFINITY where the system does not say. */
double room_on_disk(int fd, double bytes_each);
#endif
