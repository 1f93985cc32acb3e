/* The steps of `taylor` (inside this folder only): polynomials whose coefficients generated code computes, as docs/semantics.md, section 16,
 * defines them; order and length of a step after A. Jorba and M. Zou, A software package for the numerical integration of ODEs by means of
 * high-order Taylor methods, Experimental Mathematics 14 (2005), 99-117. */
#ifndef RUNTIME_TAYLOR_H
#define RUNTIME_TAYLOR_H
#include "runtime/jet.h"
#include "runtime/kinks.h"
#include "runtime/moment.h"
#include "runtime/workspace.h"

typedef struct Taylor {
    const EigProblem *p;
    const EigKernel *kernel;
    EigKernelArgs *args;
    size_t n, order;
    double *c, *next;           /* order + 1 rows of n coefficients: at t, the first of them the state; at t_new, after an attempt */
    double *defect;             /* of the last attempt, times its length */
    double *between;            /* dense output */
    double t, t_new, step;      /* of the last attempt */
    double h, longest;          /* length proposed for the next one, and its limit */
    size_t n_jumps_done;
    double *kink;               /* of the polynomials at t, n_kinks times `order` coefficients */
    size_t n_short;             /* attempts in a row that are much shorter than `proposed` */
    double proposed;            /* h before attempts failed */
    Workspace linear;           /* not in registers: of EigJets.linear */
    double *sent, *unused;      /* its states and slopes */
    void *memory, *work;
} Taylor;

/* Takes the team and more from args, and gives it the memory of the coefficients. False without memory; taylor_close is due either way. */
bool taylor_open(Taylor *s, const EigProblem *p, const EigKernel *kernel, EigKernelArgs *args);
void taylor_close(Taylor *s);
/* From the state x at 0, or at a moment of another run. */
void taylor_start(Taylor *s, const double *x, const EigControl *from);
EigControl taylor_control(const Taylor *s);
/* The next attempt ends with the run. */
bool taylor_is_last(const Taylor *s);
bool taylor_too_small(const Taylor *s);
/* Tries one step; true when the slope at its end is that of the polynomial, within the tolerances. Sets h. */
bool taylor_attempt(Taylor *s);
/* After an accepted attempt: the state at a time in [t, t_new]. */
const double *taylor_at(Taylor *s, double time);
/* Makes (t_new, next) the current state. */
void taylor_accept(Taylor *s);
/* |defect| of number i of the state in units of the tolerances, at the last attempt. */
double taylor_error(const Taylor *s, size_t i);
#endif
