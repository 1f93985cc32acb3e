#include "lang/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/pages.h"

struct ArenaChunk {
    ArenaChunk *below;
    char *at, *end;
    size_t mapped;              /* bytes of a chunk of pages of its own, which come zeroed; 0: malloc's */
};

enum { CHUNK_BYTES = 64 * 1024, ALIGN = 64 };

static void exhausted(size_t bytes)
{
    fprintf(stderr, "eigc: out of memory (%zu bytes more were needed)\n", bytes);
    exit(3);
}

void (*arena_on_exhausted)(size_t bytes) = exhausted;

static size_t header_bytes(void)
{
    return (sizeof(ArenaChunk) + ALIGN - 1) / ALIGN * ALIGN;
}

static ArenaChunk *chunk_map(size_t bytes)
{
    ArenaChunk *c = pages_get(bytes);
    if (c)
        c->mapped = bytes;
    return c;
}

static ArenaChunk *chunk_new(size_t payload)
{
    size_t bytes = header_bytes() + payload;
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    bool is_mapped = bytes >= PAGES_LEAST;
    ArenaChunk *c = bytes < payload ? NULL : is_mapped ? chunk_map(bytes) : aligned_alloc(ALIGN, bytes);
    if (!c) {
        arena_on_exhausted(payload);
        abort();
    }
    if (!is_mapped)
        c->mapped = 0;
    c->below = NULL;
    c->at = (char *)c + header_bytes();
    c->end = (char *)c + bytes;
    return c;
}

void *arena_alloc(Arena *a, size_t bytes)
{
    if (bytes > SIZE_MAX - 4096)
        arena_on_exhausted(bytes);
    size_t padded = (bytes + 15) & ~(size_t)15;
    if (padded == 0)
        padded = 16;
    a->bytes += padded;
#ifdef EIGC_ARENA_MALLOC
    int own_chunk = 1;
#else
    int own_chunk = padded > CHUNK_BYTES / 4;
#endif
    ArenaChunk *c = a->top;
    if (own_chunk) {
        /* Slid below the top, so that the half-used top stays in use. */
        ArenaChunk *big = chunk_new(padded);
        if (c) {
            big->below = c->below;
            c->below = big;
        } else {
            a->top = big;
        }
        void *p = big->at;
        big->at = big->end;
        if (!big->mapped)
            memset(p, 0, padded);
        return p;
    }
    if (!c || (size_t)(c->end - c->at) < padded) {
        c = chunk_new(CHUNK_BYTES);
        c->below = a->top;
        a->top = c;
    }
    void *p = c->at;
    c->at += padded;
    memset(p, 0, padded);
    return p;
}

void *arena_array(Arena *a, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size) {
        arena_on_exhausted(SIZE_MAX);
        abort();
    }
    return arena_alloc(a, n * size);
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    memcpy(p, s, n);
    p[n] = 0;
    return p;
}

char *arena_strdup(Arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
{
    char quick[256];            /* most are short: one pass */
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(quick, sizeof quick, fmt, ap);
    size_t bytes = (size_t)(n < 0 ? 0 : n) + 1;
    char *p = arena_alloc(a, bytes);
    if (n >= 0 && bytes > sizeof quick)
        vsnprintf(p, bytes, fmt, again);
    else if (n >= 0)
        memcpy(p, quick, bytes);
    va_end(again);
    return p;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *p = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return p;
}

void arena_free(Arena *a)
{
    while (a->top) {
        ArenaChunk *c = a->top;
        a->top = c->below;
        if (c->mapped)
            pages_free(c, c->mapped);
        else
            free(c);
    }
    a->bytes = 0;
}
