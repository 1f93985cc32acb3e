/* Intervals of time as exact rationals, of which only multiples are rounded. */
#ifndef RUNTIME_RATIO_H
#define RUNTIME_RATIO_H
#include <stdint.h>

/* num / den * 2^exponent; num and den are below 2^63, den is not 0. */
typedef struct EigRatio {
    uint64_t num, den;
    int exponent;
} EigRatio;

/* d >= 0 itself; an infinite d is 2^1024. */
EigRatio eig_ratio(double d);
/* The double nearest to j * r, the even one of two; infinite where that is. j >= 0. */
double eig_ratio_times(EigRatio r, int64_t j);

/* The same multiples, many at a time. */
typedef struct EigTicks {
    EigRatio every;
    double near, rest;          /* near + rest is `every` up to 2^-103 of it; near == 0: too small or large for that */
} EigTicks;

EigTicks eig_ticks(EigRatio every);
/* eig_ratio_times(every, from + i), i < n. */
void eig_ticks_fill(const EigTicks *t, int64_t from, int64_t n, double *out);
#endif
