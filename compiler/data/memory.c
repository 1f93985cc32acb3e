#include "compiler/data/memory.h"

#include <sys/resource.h>
#include <unistd.h>

size_t data_memory_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    struct rlimit allowed;
    size_t limit = pages <= 0 || page <= 0 ? (size_t)1 << 32 : (size_t)pages / 2 * (size_t)page;
    if (getrlimit(RLIMIT_AS, &allowed) == 0 && allowed.rlim_cur != RLIM_INFINITY && allowed.rlim_cur / 2 < limit)
        limit = (size_t)allowed.rlim_cur / 2;
    return limit;
}

const char *bytes_in_words(Ctx *cx, double bytes)
{
    static const char *const unit[] = { "bytes", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB" };
    size_t k = 0;
    while (bytes >= 1000 && k + 1 < sizeof unit / sizeof *unit) {
        bytes /= 1000;
        k++;
    }
    return arena_printf(&cx->arena, k ? "%.1f %s" : "%.0f %s", bytes, unit[k]);
}
