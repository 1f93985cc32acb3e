/* What the model consists of: every declaration, and the space it is read in. */
#include "compiler/model/build.h"

void elaborate(Builder *b)
{
    for (size_t k = 0; k < b->ast->decls.n; k++) {
        Item item = { b->ast->decls.at[k], b->files };
        vec_push(&b->cx->arena, &b->items, item);
    }
}
