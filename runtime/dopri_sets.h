/* The adaptive integrators of dopri.h for sets of parameters side by side, each at its own time with steps of its own length: lane by lane the
 * operations are those of a set alone (inside this folder only). */
#ifndef RUNTIME_DOPRI_SETS_H
#define RUNTIME_DOPRI_SETS_H
#include "runtime/dopri.h"

enum { DOPRI_MOST_LANES = 32 };     /* lanes are a multiple of 8 */

/* Vectors of n numbers for each lane: those of the first neuron, then of the next. */
typedef struct DopriSets {
    const EigProblem *p;
    const EigKernel *kernel;
    const EigKernelArgs *args;
    const double *own;
    size_t n, lanes, n_stages;
    double *memory, *x, *x_new, *stage, *between, *k[DOPRI_SLOPES];
    double power;
    double t[DOPRI_MOST_LANES], t_new[DOPRI_MOST_LANES], step[DOPRI_MOST_LANES], h[DOPRI_MOST_LANES];   /* as in Dopri */
    double longest[DOPRI_MOST_LANES], growth[DOPRI_MOST_LANES];
    bool is_on[DOPRI_MOST_LANES];       /* has not reached the end, nor failed */
    bool accepted[DOPRI_MOST_LANES];    /* the last attempt was made and is within the tolerances */
    bool has_extras;
} DopriSets;

/* x: the states at 0, which are overwritten. False when there is no memory; to be closed in either case. */
bool dopri_sets_open(DopriSets *d, const EigProblem *p, const EigKernel *kernel, const EigKernelArgs *args, double *x, const double *own);
void dopri_sets_close(DopriSets *d);
/* The lane's next step would be too small: *finite says whether its last attempt stayed within the finite numbers. */
bool dopri_sets_too_small(const DopriSets *d, size_t lane, bool *finite);
/* It takes part no longer; its numbers become 0. */
void dopri_sets_leave(DopriSets *d, size_t lane);
/* Tries a step of every lane that is on. */
void dopri_sets_attempt(DopriSets *d);
/* After an attempt: `between` has the state at `time` of each lane marked, whose accepted step it lies in. */
void dopri_sets_at(DopriSets *d, double time, const bool *marked);
/* Accepted lanes move to the ends of their steps. */
void dopri_sets_accept(DopriSets *d);
#endif
