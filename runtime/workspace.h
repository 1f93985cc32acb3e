/* The memory of a run (inside this folder only): state, stages, what generated
 * code reads and writes. All of it is there before the first step. */
#ifndef RUNTIME_WORKSPACE_H
#define RUNTIME_WORKSPACE_H
#include "runtime/kernel_abi.h"

typedef struct Workspace {
    EigKernelArgs args;
    size_t n_x;
    double *vectors;            /* n_vectors of n_x numbers, one after the other; 64-byte aligned */
    double *row;                /* a record */
    double *memory;
    const void **pointers;
    int64_t has_inputs;
    EigSupport *support;
    EigNoise noise;
} Workspace;

/* False when there is no memory; workspace_close is due either way. */
bool workspace_open(Workspace *w, const EigProblem *p, size_t n_vectors);
void workspace_close(Workspace *w, const EigProblem *p);
#endif
