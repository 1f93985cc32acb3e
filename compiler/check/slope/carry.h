/* What is proved of one activation as a proof about another that is similar to it (similar.h). */
#ifndef COMPILER_CHECK_CARRY_H
#define COMPILER_CHECK_CARRY_H
#include "compiler/check/check.h"
#include "compiler/check/slope/form/similar.h"

typedef struct Known {
    const Activation *act;
    Similar like;               /* like.form NULL: nothing is similar to it */
    SlopeReport report;
} Known;

/* Of to->act, which has a cost where from->act has one: to->like. */
void carry_read(Ctx *cx, NumPool *nums, Known *to);
/* to->report by from->report. False, and nothing is known, where they are not similar, where from->report says nothing that can be
 * carried, and where what is carried would not be as sharp as a proof of its own. */
bool carry(Ctx *cx, NumPool *nums, const Known *from, Known *to);
#endif
