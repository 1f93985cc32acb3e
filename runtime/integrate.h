/* The step loop: calls a kernel, samples, watches for non-finite numbers and
 * interruption. Allocates nothing between the first and the last step. */
#ifndef RUNTIME_INTEGRATE_H
#define RUNTIME_INTEGRATE_H
#include "runtime/kernel_abi.h"
#include "runtime/moment.h"
#include "runtime/problem.h"
#include "runtime/record.h"

typedef enum RunStatus {
#define RUN_STATUS(id, text) RUN_##id,
#include "runtime/result.def"
#undef RUN_STATUS
    RUN_N_STATUS
} RunStatus;
extern const char *const eig_run_status[RUN_N_STATUS];

typedef struct RunResult {
    RunStatus status;
    double t;                   /* time reached */
    int64_t n_steps;            /* steps taken (adaptive: accepted), those before `from` not among them */
    int64_t n_rejected;         /* adaptive: rejected steps */
    int64_t n_records;
    /* NONFINITE: the first non-finite state, at the first step that has one */
    /* UNDERFLOW: the neuron with the largest error, and its state */
    size_t bad_pop, bad_neuron, bad_state;  /* neuron within its population, state of the neuron */
    double bad_value;
    char error[256];            /* WRITE_ERROR: what the system said; also when there is no memory for the state */
} RunResult;

/* Called now and then from the loop (at most every 50 ms); returns false to stop: INTERRUPTED. */
typedef bool (*EigTick)(void *user, double t, double duration);

/* The state at t = 0: eig_n_x doubles. */
void eig_start(const EigProblem *p, double *x);

/* Integrates with the kernel and appends every record to `rec`. x_final: eig_n_x
 * doubles or NULL. The caller finishes `rec`. */
RunResult eig_integrate(const EigProblem *p, const EigKernel *kernel, EigRecorder *rec,
                        EigTick tick, void *user, double *x_final);

/* The same from a moment of the problem on, and to one; either may be NULL. Nothing is recorded at `from`, as the
 * run that ended there has done that. `end` is open and set when the status is DONE or INTERRUPTED. */
RunResult eig_integrate_from(const EigProblem *p, const EigKernel *kernel, EigRecorder *rec, EigTick tick, void *user,
                             const EigMoment *from, EigMoment *end, double *x_final);

/* No step of an adaptive method is longer. */
double eig_longest_step(const EigProblem *p);

/* The same run by the textbook interpreter: straight from the problem, no
 * generated code and none of integrate.c's stepping. The oracle of the tests. */
RunResult eig_reference(const EigProblem *p, EigRecorder *rec, EigTick tick, void *user, double *x_final);
RunResult eig_reference_from(const EigProblem *p, EigRecorder *rec, EigTick tick, void *user, const EigMoment *from, EigMoment *end,
                             double *x_final);
/* dx = f(t, x) and the total input s, by the reference. */
void eig_reference_drift(const EigProblem *p, double t, const double *x, double *s, double *dx);
#endif
