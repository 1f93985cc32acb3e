/* `eigc run --until TIME`: a run that ends before the model's duration. */
#ifndef COMPILER_DRIVER_RUN_UNTIL_H
#define COMPILER_DRIVER_RUN_UNTIL_H
#include "compiler/driver/pipeline.h"

/* The problem of the plan gets the end that o->until gives. False after E0404 or a syntax error. */
bool run_until(Compilation *c);
#endif
