/* An expression of z (EIG_VAR_Z, or EIG_VAR_X in a cost), its slope and its curvature, enclosed over an interval of
 * z by directed rounding.
 *
 * Away from zero, out to infinity, z = side * y with y in [lo, hi], lo >= 1, and
 * every quantity is held as c * y^power * exp(rate * y), so that what grows
 * cancels before it is bounded: exp(z) / (1 + exp(z)) is [1/(1+eps), 1] there,
 * not inf/inf. At a kink (abs, min, max) the slope is the hull of both sides. */
#ifndef COMPILER_CHECK_JET_H
#define COMPILER_CHECK_JET_H
#include <mpfi.h>

#include "compiler/expr/expr.h"

enum { JET_PRECISION = 96 };

typedef struct JetDomain {
    NumPool *nums;              /* exact powers and rates live here */
    int side;                   /* 0: z in [lo, hi], finite; -1, +1: z = side * y, y in [lo, hi], lo >= 1, hi may be infinite */
    double lo, hi;
} JetDomain;

/* What may go wrong somewhere in the interval. Of JUMP and EDGE, the one met first; OUTSIDE is proved, and says more than they do. */
typedef enum JetTrouble {
    JET_FINE,
    JET_JUMP,
    JET_EDGE,                   /* an argument is not seen to be where its function has a value; the enclosures hold where it has */
    JET_OUTSIDE,                /* no value anywhere in the interval: at a point, that there is none */
    JET_TOO_DEEP                /* nothing is enclosed */
} JetTrouble;

typedef struct JetResult {
    mpfi_t value, slope, curvature;     /* with respect to z */
    JetTrouble trouble;
    const char *function;       /* where the trouble lies: "log", "/", ... */
} JetResult;

/* "it divides by zero there", of JetResult.function where there is no value. */
const char *jet_outside_text(Ctx *cx, const char *function);

void jet_result_init(JetResult *r);
void jet_result_clear(JetResult *r);
void jet_evaluate(const Expr *e, const JetDomain *at, JetResult *out);
/* The same of two, once where they have parts in common (expr_shared_both). */
void jet_evaluate_both(const Expr *e, const Expr *f, const JetDomain *at, JetResult *of_e, JetResult *of_f);
/* True when e is proved to go to 0 as side * z, from `from` >= 1 on, grows without bound. */
bool jet_goes_to_zero(const Expr *e, NumPool *nums, int side, double from);
/* Every evaluation adds what it does to at->nums->work, in sums: which functions it meets, each by how long it takes. Searches are
 * limited by that count, so that none takes longer for the functions that it meets, and that what is proved does not depend on how
 * fast a machine is. This much is done for one formula, about a second. */
enum { JET_BUDGET = 450000 };
/* e on [lo, hi], which in a tail is infinite outwards, from 1 or from -1 on at the nearest: away from 0 the scaled
 * form holds as well as the plain one, and this is what they have in common. `room` is overwritten. */
void jet_on_line(const Expr *e, NumPool *nums, double lo, double hi, JetResult *room, JetResult *out);
/* The second half of that, for finite ends: *out, the plain form, and what the scaled one knows beside it. */
void jet_scale_too(const Expr *e, NumPool *nums, double lo, double hi, JetResult *scaled, JetResult *out);
#endif
