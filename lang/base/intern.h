/* Names become unique pointers: two interned names are equal exactly when
 * their pointers are. */
#ifndef LANG_BASE_INTERN_H
#define LANG_BASE_INTERN_H
#include "lang/base/arena.h"

typedef struct Interner {
    Arena *arena;
    const char **slot;          /* open addressing, power-of-two size */
    size_t n, n_slots;
} Interner;

const char *intern_n(Interner *in, const char *s, size_t n);
const char *intern(Interner *in, const char *s);
#endif
