#include "compiler/driver/threads.h"

#include <sched.h>

unsigned threads_of(unsigned asked)
{
    cpu_set_t may;
    if (asked)
        return asked;
    if (sched_getaffinity(0, sizeof may, &may))
        return 1;       /* more processors than the set has room for: there are others to use them */
    return CPU_COUNT(&may) > 0 ? (unsigned)CPU_COUNT(&may) : 1;
}
