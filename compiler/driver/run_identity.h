/* What two runs have to have in common for the one to go on where the other ended. */
#ifndef COMPILER_DRIVER_RUN_IDENTITY_H
#define COMPILER_DRIVER_RUN_IDENTITY_H
#include <jansson.h>

#include "compiler/plan/plan.h"

/* {"model", "time_unit", "method", "step", "seed", "rtol", "atol", "populations": [{"name", "size", "states", "sha256"}, ...],
 *  "connections": [{"label", "sha256"}, ...]}. The hashes are over what generated code computes, its numbers exactly: duration and records are
 * in none of them. Owned by the caller. */
json_t *run_identity(Ctx *cx, const Plan *plan);
#endif
