/* The library that takes the steps of `cvode`, asked for before a run begins. */
#ifndef COMPILER_DRIVER_INTEGRATOR_H
#define COMPILER_DRIVER_INTEGRATOR_H
#include "compiler/driver/pipeline.h"

/* True for other methods. False after E0911, with failed_in_system. */
bool integrator_is_there(Compilation *c);
#endif
