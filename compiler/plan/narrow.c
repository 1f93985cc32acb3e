/* Weights in single precision, where the model asks for it: half the memory
 * that a step reads. Everything but generated code has the same numbers as
 * doubles, so no other definition changes. */
#include <math.h>

#include "compiler/plan/build.h"
#include "runtime/layout.h"

bool plan_is_narrow(const EigBlock *b)
{
    return b->w && !b->pair.n && (b->kind == EIG_BLOCK_DENSE || b->kind == EIG_BLOCK_SPARSE);
}

static void narrow(Ctx *cx, const EigProblem *p, EigBlock *b)
{
    size_t n_post = p->pop[b->post].size, n_pre = p->pop[b->pre].size;
    size_t n = b->kind == EIG_BLOCK_SPARSE ? (size_t)b->row_from[n_post] : n_post * n_pre;
    size_t room = b->kind == EIG_BLOCK_SPARSE ? n : eig_dense_room(n_post, n_pre);
    float *single = ARENA_ARRAY(&cx->arena, room + 1, float);
    double *rounded = ARENA_ARRAY(&cx->arena, room + 1, double);
    for (size_t k = 0; k < n; k++) {
        single[k] = (float)b->w[k];     /* to nearest, ties to even; beyond the largest: infinite, which plan_in_range refuses */
        rounded[k] = (double)single[k];
    }
    b->w = rounded;
    b->w32 = single;
}

void plan_narrow(Ctx *cx, const EigProblem *p, EigBlock *block)
{
    for (size_t k = 0; p->f32_weights && k < p->n_blocks; k++)
        if (plan_is_narrow(&block[k]))
            narrow(cx, p, &block[k]);
}
