/* The values that an activation by formula takes, over the whole line. */
#ifndef COMPILER_CHECK_IMAGE_H
#define COMPILER_CHECK_IMAGE_H
#include "compiler/check/check.h"

typedef struct Image {
    bool known;                 /* phi is defined, and does not jump, for every z; the bounds mean nothing otherwise */
    Num lo, hi;                 /* every value lies in [lo, hi]; NULL: not known to be bounded on this side */
} Image;

/* Of phi, an expression of EIG_VAR_Z. Exact where bounds are rational by the form of the text (tanh, min, max, quotients
 * that a sum stays away from); otherwise within 1e-7 of the least and largest value, or as near as the search came.
 * `slope` is the proof about phi (slope.h). */
void image_of_formula(Ctx *cx, NumPool *nums, const Expr *phi, const SlopeReport *slope, Image *out);
#endif
