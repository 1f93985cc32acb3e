/* What a run says of its time before it begins. */
#ifndef COMPILER_DRIVER_RUN_COST_H
#define COMPILER_DRIVER_RUN_COST_H
#include "compiler/plan/plan.h"

/* A line where currents by pairs will take minutes or more. */
void run_cost_say(const Plan *plan, int64_t steps_before);
#endif
