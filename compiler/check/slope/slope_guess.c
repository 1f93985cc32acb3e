#include "compiler/check/slope/slope_guess.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/code/code.h"
#include "compiler/expr/derive.h"

typedef struct Climb {
    EigCode code;
    double slope, at;
} Climb;

static void look(Climb *c, double z)
{
    double var[EIG_N_VARS] = {0};
    var[EIG_VAR_Z] = z;
    double slope = eig_code_eval(&c->code, var, NULL);
    if (!(slope > c->slope))
        return;
    c->slope = slope;
    c->at = z;
}

/* Places that are closer together near 0, out to 512 both ways; then smaller and smaller steps from the best of them. */
bool slope_guess(Ctx *cx, NumPool *nums, const Expr *phi, double *slope, double *at)
{
    const Expr *derivative = expr_derive(cx, nums, phi, EIG_VAR_Z);
    if (!derivative || derivative->depth > EXPR_MAX_DEPTH)
        return false;
    Climb c = {.code = expr_to_code(cx, derivative)};
    for (int k = -512; k <= 512; k++)
        look(&c, k * abs(k) / 512.0);
    for (double step = fmax(0.125, 0.25 * sqrt(fabs(c.at))); step > 0x1p-30; step /= 2) {
        look(&c, c.at + step);
        look(&c, c.at - step);
    }
    *slope = c.slope;
    *at = c.at;
    return isfinite(c.slope);
}
