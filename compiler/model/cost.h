/* Activation costs in the one form that the catalogue's closed proxes have:
 *
 *   g(x) = smooth(x) + tilt x + lambda |x| + a x^2/2   on [lo, hi],
 *
 * a = a_neg for x < 0 and a_pos for x > 0. Without a smooth part
 *
 *   prox_g(s) = clip(soft(s - tilt, lambda)/(1 + a_side), lo, hi)
 *
 * (docs/theory.md, catalogue of costs). A smooth part has a closed prox alone,
 * with a tilt and on an interval; lambda is a tilt where x has one sign. */
#ifndef COMPILER_MODEL_COST_H
#define COMPILER_MODEL_COST_H
#include "compiler/model/build.h"

typedef enum Smooth { SMOOTH_NONE, SMOOTH_LOGISTIC, SMOOTH_TANH, SMOOTH_SOFTPLUS } Smooth;

struct Cost {
    Span span;
    const char *text;           /* as written */
    Num lo, hi;                 /* NULL: unbounded */
    Num lambda, tilt, a_neg, a_pos;
    Smooth smooth;
    Span smooth_span;
    Num r, T, th;               /* of the smooth part */
    VEC(UnitFact) places;       /* parameters in the unit of the rate */
};

/* ---- cost.c ---- */
/* inf (1) and -inf (-1) as bounds; 0 for what is neither. */
int infinite_bound(const AstExpr *e);

/* ---- cost_phi.c ---- */
/* A sum that has a closed prox: lambda folded into the tilt where it can be.
 * E0702 and false otherwise. */
bool cost_close(Builder *b, Cost *c);
#endif
