/* The adaptive integrators behind eig_integrate: Dormand-Prince 5(4) and 8(5,3) with
 * dense output, as docs/semantics.md defines them (inside this folder only). */
#ifndef RUNTIME_DOPRI_H
#define RUNTIME_DOPRI_H
#include <float.h>

#include "runtime/kernel_abi.h"
#include "runtime/moment.h"
#include "runtime/problem.h"

enum { DOPRI_SLOPES = 16, DOPRI_VECTORS_BESIDE = 4 };

/* Vectors of n doubles, all owned by the caller. */
typedef struct Dopri {
    const EigProblem *p;
    size_t n;                   /* eig_n_x */
    const EigKernel *kernel;
    const EigKernelArgs *args;
    double *x, *x_new;          /* state at t, and at t_new after an attempt */
    double *k[DOPRI_SLOPES];    /* slopes; k[0] belongs to (t, x), k[n_stages - 1] to (t_new, x_new) */
    double *stage;              /* argument of a stage, then the error estimate */
    double *between;            /* dense output */
    double t, t_new, step;      /* of the last attempt */
    double h;                   /* length proposed for the next one */
    double longest, growth;     /* limits of h and of its growth */
    size_t n_stages;            /* slopes of a step without those for dense output */
    double power;               /* of the error, in the length of the next step */
    bool has_extras;            /* dopri8: the last step has its slopes for dense output */
} Dopri;

/* Numbers of x, x_new, stage, between and the slopes, in units of n. */
size_t dopri_vectors(EigMethod method);

/* d->p, n, kernel, args and the vectors are set; x holds the state at 0. */
void dopri_start(Dopri *d);
/* The same with the state of a moment. */
void dopri_go_on(Dopri *d, const EigControl *from);
/* The next attempt ends with the run, and so is another in a longer one. */
bool dopri_is_last(const Dopri *d);
EigControl dopri_control(const Dopri *d);
bool dopri_too_small(const Dopri *d);
/* Tries one step; true when the error is within the tolerances. Sets h. */
bool dopri_attempt(Dopri *d);
/* After an accepted attempt: the state at a time in [t, t_new]. */
const double *dopri_at(Dopri *d, double time);
/* Makes (t_new, x_new) the current state. */
void dopri_accept(Dopri *d);
/* |error| of neuron i in units of the tolerances, at the last attempt. */
double dopri_error(const Dopri *d, size_t i);

/* Parts, for the files of the methods. */
void dopri_slope(const Dopri *d, double t, const double *x, double *dx);
double dopri_norm(const Dopri *d, const double *value, const double *a, const double *b);
double dopri_power(EigMethod method);
/* No step is longer, where the fastest time constant is one over `rate`. */
double dopri_longest_step(const EigProblem *p, double rate);
/* The length of the step that is tried for the first guess, from the norms of state and slope; the guess, with that of the slopes' change over
 * it; and that between its limits. */
double dopri_first_trial(double d0, double d1, double longest);
double dopri_first_guess(double h0, double d1, double d2, double longest, double power);
double dopri_within(double h, double longest);
static inline bool dopri_is_too_small(double t, double h, double longest)
{
    return !(0.1 * h > DBL_EPSILON * t) || !(h > DBL_EPSILON * longest);
}
/* Of the length of the next step to this one's. */
double dopri_factor(double error, double growth, double power);
/* dopri8.c: the error from the norms of both estimates; all stages from t to t_new, and the error, by which the step is judged. */
double dopri8_judged(double fifth, double third);
double dopri8_try(Dopri *d);
/* Fills `between` with the state at t + theta step. */
void dopri8_between(Dopri *d, double theta);
#endif
