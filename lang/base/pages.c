#include "lang/base/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_BYTES = 4 * 1024 * 1024 };

/* Few pages are had at once, since all of them will be written; many in large pages where the system has
 * them: one page fault in place of 512. */
void *pages_get(size_t bytes)
{
    if (bytes < PAGES_LEAST)
        return calloc(1, bytes);
    int at_once = bytes < HUGE_BYTES ? MAP_POPULATE : 0;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | at_once, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    if (!at_once)
        madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

void pages_free(void *p, size_t bytes)
{
    if (bytes < PAGES_LEAST)
        free(p);
    else if (p)
        munmap(p, bytes);
}
