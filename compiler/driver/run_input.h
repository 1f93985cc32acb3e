/* Whether a run left the finite numbers because an input did. */
#ifndef COMPILER_DRIVER_RUN_INPUT_H
#define COMPILER_DRIVER_RUN_INPUT_H
#include "runtime/problem.h"

/* The input of the neuron, fluctuations apart, is no finite number at t or at the times that a step to it looks at; *when is the first of these. */
bool run_input_is_lost(const EigProblem *p, size_t pop, size_t neuron, double t, double *when);
#endif
