/* The adaptive integrator behind eig_integrate: Dormand-Prince 5(4) with dense
 * output, as docs/semantics.md defines it (inside this folder only). */
#ifndef RUNTIME_DOPRI_H
#define RUNTIME_DOPRI_H
#include "runtime/kernel_abi.h"
#include "runtime/problem.h"

/* Vectors of n doubles, all owned by the caller. */
typedef struct Dopri {
    const EigProblem *p;
    size_t n;                   /* eig_n_x */
    const EigKernel *kernel;
    const EigKernelArgs *args;
    double *x, *x_new;          /* state at t, and at t_new after an attempt */
    double *k[7];               /* slopes; k[0] belongs to (t, x) */
    double *stage;              /* argument of a stage, then the error estimate */
    double *between;            /* dense output */
    double t, t_new, step;      /* of the last attempt */
    double h;                   /* length proposed for the next one */
    double longest, growth;     /* limits of h and of its growth */
} Dopri;

enum { DOPRI_VECTORS = 11 };    /* x, x_new, k, stage, between */

/* d->p, n, kernel, args and the vectors are set; x holds the state at 0. */
void dopri_start(Dopri *d);
bool dopri_too_small(const Dopri *d);
/* Tries one step; true when the error is within the tolerances. Sets h. */
bool dopri_attempt(Dopri *d);
/* After an accepted attempt: the state at a time in [t, t_new]. */
const double *dopri_at(Dopri *d, double time);
/* Makes (t_new, x_new) the current state. */
void dopri_accept(Dopri *d);
/* |error| of neuron i in units of the tolerances, at the last attempt. */
double dopri_error(const Dopri *d, size_t i);
#endif
