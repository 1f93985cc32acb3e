#include "compiler/data/memory.h"

#include <sys/resource.h>
#include <unistd.h>

static size_t half_of_what_there_is(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    struct rlimit allowed;
    size_t limit = pages <= 0 || page <= 0 ? (size_t)1 << 32 : (size_t)pages / 2 * (size_t)page;
    if (getrlimit(RLIMIT_AS, &allowed) == 0 && allowed.rlim_cur != RLIM_INFINITY && allowed.rlim_cur / 2 < limit)
        limit = (size_t)allowed.rlim_cur / 2;
    return limit;
}

/* The system is asked once: a sweep wants to know it some times for each set. */
size_t data_memory_limit(void)
{
    static size_t known;
    size_t limit = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (limit == 0) {
        limit = half_of_what_there_is();
        __atomic_store_n(&known, limit, __ATOMIC_RELAXED);
    }
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
