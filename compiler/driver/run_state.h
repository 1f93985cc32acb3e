/* The states of runs: --save-state keeps where a run ends, --from goes on there (docs/cli.md). */
#ifndef COMPILER_DRIVER_RUN_STATE_H
#define COMPILER_DRIVER_RUN_STATE_H
#include "compiler/driver/pipeline.h"
#include "runtime/moment.h"

/* The state of the model's method can be kept; else false after E0814. */
bool run_state_fits(Compilation *c);
/* Reads o->from for this model; eig_moment_free is due either way. False after E0001, E0007, E0814 or E0815. */
bool run_state_read(Compilation *c, EigMoment *from);
/* Room for where the run ends, in memory and under o->save_state, which may not be the result's name. False after E0004, with
 * c->failed_in_system set; eig_moment_free is due either way. */
bool run_state_place(Compilation *c, const char *result, EigMoment *end);
/* Writes o->save_state. False after E0004. */
bool run_state_write(Compilation *c, const EigMoment *end);
#endif
