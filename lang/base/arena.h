/* Region allocator: everything a compilation builds dies together.
 *
 * Nothing is freed singly. Out of memory is fatal and calls the handler
 * (arena_on_exhausted), so no caller tests for NULL. With EIGC_ARENA_MALLOC
 * defined each block is a malloc of its own, so that ASan sees overruns. */
#ifndef LANG_BASE_ARENA_H
#define LANG_BASE_ARENA_H
#include <stdarg.h>
#include <stddef.h>

typedef struct ArenaChunk ArenaChunk;
typedef struct Arena {
    ArenaChunk *top;
    size_t bytes;               /* handed out so far */
} Arena;

/* Zeroed memory, aligned for any C object; a large block is 64-byte aligned. */
void *arena_alloc(Arena *a, size_t bytes);
/* n * size with the product checked; exhaustion when it overflows. */
void *arena_array(Arena *a, size_t n, size_t size);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_strdup(Arena *a, const char *s);
char *arena_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *fmt, va_list ap);
void arena_free(Arena *a);

/* Called with the number of bytes asked for; must not return. */
extern void (*arena_on_exhausted)(size_t bytes);

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, n, T) ((T *)arena_array((a), (n), sizeof(T)))
#endif
