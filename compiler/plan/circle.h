/* Kernels on a circle (inside this folder, and for tests). */
#ifndef COMPILER_PLAN_CIRCLE_H
#define COMPILER_PLAN_CIRCLE_H
#include "compiler/plan/build.h"

/* What a kernel block would be, without roots and gains, and what it takes an evaluation either way: estimates, in nanoseconds. */
typedef struct CircleChoice {
    EigCircle circle;
    bool is_even;               /* its weights are the same both ways; else there is no circle */
    bool is_few;                /* neurons, too few to ask */
    size_t n_weights;           /* displacements whose weight is not 0 */
    double direct, by_circle;
} CircleChoice;
CircleChoice circle_choose(const EigBlock *b);
static inline bool circle_is_better(const CircleChoice *c)
{
    return c->is_even && !c->is_few && c->by_circle < c->direct;
}

/* Entries of a kernel's weights along an axis, and the displacement that entry `at` is; half way round a ring it is the positive one. */
size_t circle_width(const EigBlock *b, size_t axis);
long circle_displacement(const EigBlock *b, size_t axis, size_t at);

/* circle_numbers.c: the gains of the block on a circle of this shape; and its roots, where it has none from another of that length.
 * False when a gain is beyond the doubles. */
bool circle_numbers(Ctx *cx, const EigBlock *b, EigCircle *c);

/* Gives a kernel that is the same both ways its circle, better or not. */
void circle_give(Ctx *cx, EigBlock *b);
/* Gives the kernels of n blocks circles, where they are better. */
void plan_circles(Ctx *cx, EigBlock *block, size_t n);
/* What the problem's circles have in roots and gains. */
double plan_circle_bytes(const EigProblem *p);
#endif
