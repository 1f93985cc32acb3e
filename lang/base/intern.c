#include "lang/base/intern.h"

#include <stdint.h>
#include <string.h>

static uint64_t hash(const char *s, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t k = 0; k < n; k++)
        h = (h ^ (unsigned char)s[k]) * 0x100000001b3u;
    return h;
}

static const char **find(Interner *in, const char *s, size_t n)
{
    size_t at = (size_t)hash(s, n) & (in->n_slots - 1);
    while (in->slot[at] && (strncmp(in->slot[at], s, n) != 0 || in->slot[at][n] != 0))
        at = (at + 1) & (in->n_slots - 1);
    return &in->slot[at];
}

static void grow(Interner *in)
{
    const char **old = in->slot;
    size_t n_old = in->n_slots;
    in->n_slots = n_old ? 2 * n_old : 256;
    in->slot = ARENA_ARRAY(in->arena, in->n_slots, const char *);
    for (size_t k = 0; k < n_old; k++)
        if (old[k])
            *find(in, old[k], strlen(old[k])) = old[k];
}

const char *intern_n(Interner *in, const char *s, size_t n)
{
    if (2 * (in->n + 1) > in->n_slots)
        grow(in);
    const char **slot = find(in, s, n);
    if (!*slot) {
        *slot = arena_strndup(in->arena, s, n);
        in->n++;
    }
    return *slot;
}

const char *intern(Interner *in, const char *s)
{
    return intern_n(in, s, strlen(s));
}
