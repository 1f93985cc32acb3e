/* Runs of sets of parameters of one problem, and what is kept of each. */
#ifndef RUNTIME_SETS_H
#define RUNTIME_SETS_H
#include "runtime/integrate.h"
#include "runtime/kernel_abi.h"
#include "runtime/measure.h"

/* How the run of one set ended. */
typedef struct EigSetEnd {
    RunStatus status;
    double t;                   /* reached; NONFINITE: a time by which a state had left the finite numbers */
} EigSetEnd;

/* kernel->lanes sets side by side, by fixed steps or, with neurons in registers, by rk45 and dopri8: x their starts as in kernel_abi.h, overwritten; own the numbers in which they
 * differ. Where neurons are in memory the weights are those of p, and kernel->threads share an evaluation. out: for each set its
 * n_measures numbers, NaN where it left the finite numbers. Every set ends as it would alone. Stops after `stop` has become true, when it
 * is looked at: the ends then are INTERRUPTED. False when there is no memory. */
bool eig_sets_run(const EigProblem *p, const EigKernel *kernel, double *x, const double *own, size_t n_measures, const EigMeasure *measure,
                  const volatile bool *stop, double *out, EigSetEnd *end);

/* The run of one set by any method. */
bool eig_set_run(const EigProblem *p, const EigKernel *kernel, size_t n_measures, const EigMeasure *measure, const volatile bool *stop,
                 double *out, EigSetEnd *end);
#endif
