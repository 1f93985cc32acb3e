/* Parts of the reference interpreter (inside this folder only). Nothing here
 * is used by integrate.c or dopri.c: the two ways share no stepping. */
#ifndef RUNTIME_REFERENCE_H
#define RUNTIME_REFERENCE_H
#include "runtime/integrate.h"

/* One run. x is the state at time t, which is step number k. */
typedef struct Oracle {
    const EigProblem *p;
    EigRecorder *rec;
    double *x, *total, *stage, *row;
    double *k[7];               /* slopes of the stages */
    double *x_new, *x_between;  /* rk45 */
    EigTick tick;
    void *user;
    double last_tick;           /* ms */
    RunResult result;
} Oracle;

/* After a step. False, with status INTERRUPTED, when the caller wants to stop before the end. */
bool oracle_goes_on(Oracle *o, double t);

/* Appends the recorded quantities at (t, x). False after a write error. */
bool oracle_record(Oracle *o, double t, const double *x);
/* False, with status NONFINITE, population and neuron in the result, when x has such a number. */
bool oracle_check(Oracle *o, const double *x);
/* runtime/reference_rk45.c */
void oracle_run_rk45(Oracle *o);
#endif
