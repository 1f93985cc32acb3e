/* Requirements for all params: what is refuted at one point is refuted for all. */
#ifndef COMPILER_DRIVER_CHECK_POINTS_H
#define COMPILER_DRIVER_CHECK_POINTS_H
#include "compiler/driver/pipeline.h"

/* Checks the model at the point where diagonal stability is refuted, if there is one, and at ends and some inner points of the ranges,
 * and says in the report what is refuted there. */
void check_points(Compilation *c);
#endif
