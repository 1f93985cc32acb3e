/* A small generator of pseudo-random choices: the same seed makes the same
 * tree, model or network on every machine. */
#ifndef TESTS_DRAW_H
#define TESTS_DRAW_H
#include <stdint.h>

#include "lang/base/ctx.h"

typedef struct Draw {
    Ctx *cx;
    uint64_t state;
} Draw;

static inline unsigned below(Draw *d, unsigned n)       /* xorshift64 of Marsaglia (2003) */
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (unsigned)(d->state >> 33) % n;
}

static inline const char *draw_text(Draw *d, const char *const *from, unsigned n)
{
    return intern(&d->cx->names, from[below(d, n)]);
}
#define DRAW_TEXT(d, list) draw_text((d), (list), sizeof(list) / sizeof *(list))

static inline Draw draw_seed(Ctx *cx, uint64_t seed)
{
    return (Draw){ cx, seed * 0x9e3779b97f4a7c15u + 1 };
}
#endif
