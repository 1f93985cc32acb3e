#include "lang/base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LARGE_PAGE = 2 * 1024 * 1024, HUGE_BYTES = 2 * LARGE_PAGE };

/* From the start of a large page, which the system does not give by itself. */
static char *map_aligned(size_t bytes)
{
    size_t room = bytes + LARGE_PAGE;
    char *p = room < bytes ? MAP_FAILED : mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), before = -(uintptr_t)p % LARGE_PAGE, end = (before + bytes + page - 1) / page * page;
    if (before)
        munmap(p, before);
    if (end < room)
        munmap(p + end, room - end);
    return p + before;
}

/* Few pages are had at once, since all of them will be written; many in large pages where the system has
 * them, one page fault in place of 512, and what is left behind the last of these at once. */
void *pages_get(size_t bytes)
{
    if (bytes < PAGES_LEAST)
        return calloc(1, bytes);
    if (bytes < HUGE_BYTES) {
        void *few = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        return few == MAP_FAILED ? NULL : few;
    }
    char *p = map_aligned(bytes);
    if (!p)
        return NULL;
    madvise(p, bytes, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    madvise(p + bytes / LARGE_PAGE * LARGE_PAGE, bytes % LARGE_PAGE, MADV_POPULATE_WRITE);
#endif
    return p;
}

void pages_free(void *p, size_t bytes)
{
    if (bytes < PAGES_LEAST)
        free(p);
    else if (p)
        munmap(p, bytes);
}
