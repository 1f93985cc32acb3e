/* Slope bounds of activations: by the formula of a named cost, or by interval
 * arithmetic for an activation that was written as an expression. */
#ifndef COMPILER_CHECK_SLOPE_H
#define COMPILER_CHECK_SLOPE_H
#include "compiler/check/check.h"

/* A bound is called sharp up to this part of it. */
#define SLOPE_SHARP 1e-6

/* One report per population, in `out` (net->n_pops). Adds E0710 (decreases),
 * E0711 (jumps), E0712 (leaves its domain) where that is proved; populations
 * that share an activation share its diagnostic. */
void slope_check(Ctx *cx, const Net *net, SlopeReport *out);
void slope_check_knowing(Ctx *cx, const Net *net, SlopeProofs *known, SlopeReport *out);
/* Of all populations. */
bool slope_all_bounded(const Net *net, const SlopeReport *slope);
/* phi is known not to be constant. `slope` is what is proved of it. */
bool slope_varies(NumPool *nums, const Activation *act, const SlopeReport *slope);
/* One cost by formula: the slope of its prox is 1/(1 + g''). Adds E0720 (x^2/2 + g
 * not convex), E0721 (not decided), E0722 (leaves its domain), E0723 (no least
 * value for large inputs). */
void slope_of_cost_formula(Ctx *cx, NumPool *nums, const Activation *act, SlopeReport *out);
/* How [0, hi] was proved, with a slope that is reached: whether it is sharp. */
const char *slope_proof_text(Ctx *cx, Num hi, Num attained);
/* One activation written as an expression of z, on the whole real line. */
void slope_of_formula(Ctx *cx, NumPool *nums, const Activation *act, SlopeReport *out);
/* The same of an expression that nobody wrote: nothing is said of it. */
void slope_of_form(Ctx *cx, NumPool *nums, const Expr *form, SlopeReport *out);
#endif
