/* What each part of a model was made of: which axes of a sweep, and which units were met. Where the parts of a set were met in other sets,
 * one by one, nothing has to be made again (compiler/driver/sweep/cells.c); so nothing may be missing here. */
#include "compiler/model/build.h"

static uint64_t mixed(uint64_t hash, uint64_t x)
{
    return (hash ^ x) * UINT64_C(0x100000001b3);
}

/* Values are met by one part alone; of a number others see but its unit, and whether it is a bare zero, which has any unit. */
void made_with(Builder *b, Typed v)
{
    uint64_t hash = mixed(b->making.units, (uint64_t)v.is_zero + 1);
    for (int k = 0; k < DIM_N; k++)
        hash = mixed(hash, (uint64_t)v.unit.twice[k]);
    b->making.units = hash;
}

void made_note(Builder *b, ModelMade *into)
{
    into->axes |= b->making.axes;
    into->units = mixed(into->units, b->making.units);
    b->making = (ModelMade){ 0 };
}

void made_together(Builder *b)
{
    uint64_t axes = b->making.axes;
    b->making = (ModelMade){ 0 };
    for (size_t k = 0; k < b->m->together.n; k++)
        if ((axes & ~b->m->together.at[k]) == 0)
            return;
    vec_push(&b->cx->arena, &b->m->together, axes);
}
