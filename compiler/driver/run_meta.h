/* What a result file says about where it came from. */
#ifndef COMPILER_DRIVER_RUN_META_H
#define COMPILER_DRIVER_RUN_META_H
#include <jansson.h>

#include "compiler/driver/pipeline.h"
#include "runtime/integrate.h"

/* The "meta" of docs/cli.md. It holds nothing of the clock: the same run
 * writes the same bytes. The caller owns it. */
json_t *run_meta(Compilation *c, const EigRecorder *recorder, const RunResult *run);
/* The part of it that says which model, with which parameters, seed and method. */
json_t *model_meta(Compilation *c);
#endif
