#include "runtime/room.h"

#include <math.h>
#include <sys/statvfs.h>

#include "runtime/layout.h"

double room_times_to(const EigProblem *p, size_t clock, int64_t step, double t)
{
    EigClock c = eig_clock(p, clock);
    if (!eig_method[p->method].adaptive)
        return (double)(step / c.steps + 1);
    double every = c.every.num ? eig_ratio_times(c.every, 1) : 0.0;
    return every > 0.0 ? floor(t / every) + 1.0 : 0.0;
}

double room_times(const EigProblem *p, size_t clock)
{
    return room_times_to(p, clock, p->n_steps, p->duration);
}

double room_on_disk(int fd, double bytes_each)
{
    struct statvfs disk;
    if (fstatvfs(fd, &disk) != 0 || disk.f_blocks == 0)
        return INFINITY;
    double free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    return 0.75 * free_bytes * sizeof(double) / (sizeof(double) + bytes_each);
}
