/* What the theorems of docs/theory.md do not speak of. */
#ifndef COMPILER_CHECK_THEORY_LIMITS_H
#define COMPILER_CHECK_THEORY_LIMITS_H
#include "compiler/check/check.h"

/* Why the network is none that the theorems are about; NULL when it is one. */
const char *theory_obstacle(Ctx *cx, const Net *net);
/* NULL, or why theorems on convergence do not speak of the network: noise, delays. */
const char *theory_no_convergence(Ctx *cx, const Net *net);
/* NULL, or why theorems on equilibria do not. */
const char *theory_noise(Ctx *cx, const Net *net);
/* Takes back what noise and delays leave unproved, also from the statements. */
void theory_qualify(Ctx *cx, const Net *net, Evidence *e, StabilityReport *out);
#endif
