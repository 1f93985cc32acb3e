/* Growable array in an arena. VEC(T) is a type; a zeroed one is empty. The
 * old storage is left to the arena when the array grows, so the total cost is
 * at most twice the final size. */
#ifndef LANG_BASE_VEC_H
#define LANG_BASE_VEC_H
#include <string.h>
#include "lang/base/arena.h"

#define VEC(T) struct { T *at; size_t n, cap; }

#define vec_push(arena, v, x)                                                        \
    do {                                                                             \
        if ((v)->n == (v)->cap) {                                                    \
            size_t vec_cap_ = (v)->cap ? 2 * (v)->cap : 8;                           \
            void *vec_new_ = arena_array((arena), vec_cap_, sizeof *(v)->at);        \
            if ((v)->n)                                                              \
                memcpy(vec_new_, (v)->at, (v)->n * sizeof *(v)->at);                 \
            (v)->at = vec_new_;                                                      \
            (v)->cap = vec_cap_;                                                     \
        }                                                                            \
        (v)->at[(v)->n++] = (x);                                                     \
    } while (0)
#endif
