/* The state of `eigc nash --at POP=RATE`. */
#ifndef COMPILER_DRIVER_NASH_STATE_H
#define COMPILER_DRIVER_NASH_STATE_H
#include "compiler/driver/pipeline.h"

/* A rate for each population, in canonical units; NULL after a message on standard error. */
double *nash_state(Compilation *c);
#endif
