/* Requirements on values: where rates stay, and how fast they converge. */
#ifndef COMPILER_CHECK_BOUNDS_H
#define COMPILER_CHECK_BOUNDS_H
#include "compiler/check/check.h"

/* Certified when the proved rate is at least the required one; undecided otherwise. */
RequirementReport bounds_rate(Ctx *cx, const StabilityReport *s, const ModelRequire *require);
/* Whether neurons of a population stay within bounds from their start on, whatever their input
 * (docs/theory.md, Theorem 12). Refuted by a start that is outside. `slope`: one per population. */
RequirementReport bounds_range(Ctx *cx, const Net *net, const SlopeReport *slope, const ModelRequire *require);
#endif
