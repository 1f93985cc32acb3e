/* What was proved of activations by formula, each different one once: copies of a circuit have equal ones, or ones that
 * differ in a unit, a factor and a place (similar.h). */
#ifndef COMPILER_CHECK_SLOPE_PROVED_H
#define COMPILER_CHECK_SLOPE_PROVED_H
#include "compiler/check/check.h"
#include "compiler/check/slope/carry.h"
#include "lang/base/vec.h"

typedef struct SlopeProof {
    uint64_t hash, like_hash;   /* of the formula, and of known.like.form */
    Known known;
    bool is_carried;            /* known.report is by another proof */
    bool is_wrong;              /* there is an error about it */
} SlopeProof;

struct SlopeProofs {
    VEC(SlopeProof) proof;
};

/* slope_of_cost_formula or slope_of_formula, or what one of them found for an equal activation, or a similar one. What is wrong is said at the
 * place of each. False: something is. */
bool slope_by_proof(Ctx *cx, NumPool *nums, SlopeProofs *known, const Activation *act, SlopeReport *out);
#endif
