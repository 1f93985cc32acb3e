/* Blocks of memory that may be large, which are pages of their own then. */
#ifndef LANG_BASE_PAGES_H
#define LANG_BASE_PAGES_H
#include <stddef.h>

enum { PAGES_LEAST = 256 * 1024 };      /* smaller ones are malloc's */

/* Zeroed bytes, for a caller who will write most of them; NULL without memory. Given back with the same `bytes`; NULL is let be. */
void *pages_get(size_t bytes);
void pages_free(void *p, size_t bytes);
#endif
