/* What was proved of activations by formula, each different one once: copies of a circuit have equal ones, or ones that
 * differ in a unit, a factor and a place (similar.h). */
#ifndef COMPILER_CHECK_SLOPE_PROVED_H
#define COMPILER_CHECK_SLOPE_PROVED_H
#include "compiler/check/check.h"
#include "compiler/check/slope/carry.h"
#include "lang/base/vec.h"

typedef struct SlopeProof {
    uint64_t hash;              /* of the formula */
    const Activation *act;
    SlopeReport report;
    bool is_wrong;              /* there is an error about it */
} SlopeProof;

/* What an activation is similar to, without a report. */
typedef struct SlopeRead {
    uint64_t hash;              /* of the formula */
    Known of;
} SlopeRead;

struct SlopeProofs {
    VEC(SlopeProof) proof;
    VEC(Known) form;            /* of forms (similar.h) of formulas of which more was to be known */
    VEC(SlopeRead) read;        /* a sweep asks for the same again and again */
};

/* Activations by formula, of one network. */
typedef struct SlopeGroup {
    size_t n;
    Known *of;                  /* n, without reports; of[k].act NULL: none to be proved */
    size_t *alike;              /* n: how many have the same first */
    size_t *first;              /* n: whose proof may be one of k too, or k. Which that is does not depend on their order */
} SlopeGroup;

SlopeGroup slope_group(Ctx *cx, NumPool *nums, const Net *net, SlopeProofs *known);
/* slope_of_cost_formula or slope_of_formula of number k, or what one of them found for an equal activation, or for group->first[k]. What is
 * wrong is said at the place of each. False: something is. */
bool slope_by_proof(Ctx *cx, NumPool *nums, SlopeProofs *known, const SlopeGroup *group, size_t k, SlopeReport *out);
#endif
