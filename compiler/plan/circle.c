/* Kernels on a circle (docs/semantics.md, section 13): which are computed so, and how they are laid. Weights that are the same both
 * ways have a real transform, half as much to read and to multiply by; a kernel by distance is so. */
#include "compiler/plan/circle.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/circle.h"
#include "runtime/layout.h"

/* Nanoseconds, by measurements on vectors of 8 (decisions must not depend on the machine). Displacement by displacement: a pair, and
 * what each displacement takes in every row beside its pairs. On a circle: each number each time that it is halved, in the second-level
 * cache and beyond; each number that is laid, added and read; the call. */
static const double PAIR = 0.055, SHIFT = 20.0, HALVING = 0.12, HALVING_FAR = 0.2, NUMBER = 0.2, CALL = 150.0;
enum { IN_CACHE = 1 << 18 };

/* With fewer neurons the shortest circle is mostly empty, and either way takes less than the rest of a step. */
enum { LEAST_NEURONS = 64 };

size_t circle_width(const EigBlock *b, size_t axis)
{
    return b->is_periodic ? b->extent[axis] : 2 * b->extent[axis] - 1;
}

long circle_displacement(const EigBlock *b, size_t axis, size_t at)
{
    size_t n = b->extent[axis];
    if (!b->is_periodic)
        return (long)at - (long)(n - 1);
    return 2 * at <= n ? (long)at : (long)at - (long)n;
}

typedef struct Survey {
    size_t reach[2], n_weights;
    double pairs;
    bool is_even;
} Survey;

static Survey survey(const EigBlock *b)
{
    Survey s = { .is_even = true };
    size_t wide = circle_width(b, 0), tall = circle_width(b, 1);
    for (size_t y = 0; y < tall; y++) {
        for (size_t x = 0; x < wide; x++) {
            double w = b->w[y * wide + x];
            size_t back_x = b->is_periodic ? (wide - x) % wide : wide - 1 - x, back_y = b->is_periodic ? (tall - y) % tall : tall - 1 - y;
            if (w != b->w[back_y * wide + back_x])
                s.is_even = false;
            if (w == 0.0)
                continue;
            size_t d[2] = { (size_t)labs(circle_displacement(b, 0, x)), (size_t)labs(circle_displacement(b, 1, y)) };
            double pairs = 1.0;
            for (size_t axis = 0; axis < 2; axis++) {
                s.reach[axis] = d[axis] > s.reach[axis] ? d[axis] : s.reach[axis];
                pairs *= (double)(b->is_periodic ? b->extent[axis] : b->extent[axis] - d[axis]);
            }
            s.n_weights++;
            s.pairs += pairs;
        }
    }
    return s;
}

/* ---- the shape ---- */

static bool is_length(size_t n)
{
    size_t odd = n;
    while (odd && odd % 2 == 0)
        odd /= 2;
    return n >= EIG_CIRCLE_LEAST && (odd == 1 || odd == 3);
}

/* The shortest circle of n numbers or more. */
static size_t length_of(size_t n)
{
    size_t two = EIG_CIRCLE_LEAST;
    while (two < n)
        two *= 2;
    size_t three = two / 4 * 3;
    return three >= n && three >= EIG_CIRCLE_LEAST ? three : two;
}

static void take(EigCircle *best, EigCircle c)
{
    if (best->length == 0 || c.length < best->length)
        *best = c;
}

/* A ring closes on itself where its number of neurons is one of a circle, a torus where that of its rows, with room between
 * them, is. Elsewhere there is room for what the kernel reaches: zeros on a line and a grid, what comes round on a ring and a torus. */
static EigCircle shape(const EigBlock *b, const Survey *s)
{
    size_t columns = b->extent[0], rows = b->extent[1], r0 = s->reach[0], r1 = s->reach[1];
    EigCircle best = { 0 };
    if (!b->is_periodic) {
        size_t stride = columns + r0;
        take(&best, (EigCircle){ .stride = stride, .length = length_of((rows - 1 + r1) * stride + columns + r0) });
    } else {
        size_t wide = columns + 2 * r0, tall = rows + 2 * r1;
        take(&best, (EigCircle){ .stride = wide, .before = { r0, r1 }, .length = length_of(wide * tall) });
        if (rows == 1 && is_length(columns))
            take(&best, (EigCircle){ .stride = columns, .length = columns });
        for (size_t stride = wide; rows > 1 && rows * stride < best.length; stride++)
            if (is_length(rows * stride))
                take(&best, (EigCircle){ .stride = stride, .before = { r0, 0 }, .length = rows * stride });
    }
    best.top = best.length % 3 == 0 ? 3 : 1;
    return best;
}

CircleChoice circle_choose(const EigBlock *b)
{
    Survey s = survey(b);
    CircleChoice c = { .is_even = s.is_even, .n_weights = s.n_weights, .circle = shape(b, &s) };
    c.is_few = b->extent[0] * b->extent[1] < LEAST_NEURONS;
    double n = (double)c.circle.length;
    c.direct = PAIR * s.pairs + SHIFT * (double)s.n_weights * (double)b->extent[1];
    c.by_circle = CALL + n * ((c.circle.length <= IN_CACHE ? HALVING : HALVING_FAR) * log2(n) + NUMBER);
    return c;
}

/* ---- blocks ---- */

static const EigBlock *on_circle_before(const EigBlock *block, size_t k, size_t length)
{
    for (size_t j = 0; j < k; j++)
        if (block[j].circle && block[j].circle->length == length)
            return &block[j];
    return NULL;
}

/* Weights near the largest double may add up to more than it, where those that one target receives do not. */
static void give(Ctx *cx, EigBlock *b, EigCircle c, const EigBlock *like)
{
    c.root = like ? like->circle->root : NULL;
    if (!circle_numbers(cx, b, &c))
        return;
    EigCircle *kept = ARENA_NEW(&cx->arena, EigCircle);
    *kept = c;
    b->circle = kept;
}

void circle_give(Ctx *cx, EigBlock *b)
{
    give(cx, b, circle_choose(b).circle, NULL);
}

void plan_circles(Ctx *cx, EigBlock *block, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (block[k].kind != EIG_BLOCK_KERNEL)
            continue;
        CircleChoice c = circle_choose(&block[k]);
        if (circle_is_better(&c))
            give(cx, &block[k], c.circle, on_circle_before(block, k, c.circle.length));
    }
}

double plan_circle_bytes(const EigProblem *p)
{
    double n = 0.0;
    for (size_t k = 0; k < p->n_blocks; k++) {
        const EigCircle *c = p->block[k].circle;
        if (c)
            n += (double)eig_circle_gains(c) + (on_circle_before(p->block, k, c->length) ? 0.0 : (double)eig_circle_roots(c));
    }
    return n * sizeof(double);
}
