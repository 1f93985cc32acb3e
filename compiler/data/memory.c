#include "compiler/data/memory.h"

#include <unistd.h>

size_t data_memory_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page <= 0)
        return (size_t)1 << 32;
    return (size_t)pages / 2 * (size_t)page;
}
