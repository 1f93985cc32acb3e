/* W5 as one writes it in C: sums by hand, normals by Box and Muller from a counter, in loops that a compiler makes vectors of. argv: steps.
 * Prints mean and standard deviation of the excitatory and of the inhibitory rates. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_E = 3200, N_I = 800, N = N_E + N_I };
static double x[N] __attribute__((aligned(64))), z[N] __attribute__((aligned(64)));

static inline uint64_t mixed(uint64_t k)
{
    k *= 0x9e3779b97f4a7c15u;
    k = (k ^ (k >> 30)) * 0xbf58476d1ce4e5b9u;
    k = (k ^ (k >> 27)) * 0x94d049bb133111ebu;
    return k ^ (k >> 31);
}

/* By the bits of a double: AVX2 has no vectors of integers of 64 bits that become doubles. */
static double from_1_to_2(uint64_t x)
{
    x = x >> 12 | 0x3ff0000000000000;
    double d;
    memcpy(&d, &x, sizeof d);
    return d;
}

static void normals(uint64_t from)
{
    for (uint64_t i = 0; i < N / 2; i++) {
        double u = 2 - from_1_to_2(mixed(2 * (from + i) + 1)), v = from_1_to_2(mixed(2 * (from + i) + 2)) - 1;
        double r = sqrt(-2 * log(u)), a = 6.283185307179586 * v;
        z[i] = r * cos(a);
        z[i + N / 2] = r * cos(a - 1.5707963267948966);     /* the sine: gcc makes one call of sin and cos, for which there are no vectors */
    }
}

static double mean(const double *y, long n)
{
    double s = 0;
    for (long i = 0; i < n; i++)
        s += y[i];
    return s / (double)n;
}

static double deviation(const double *y, long n)
{
    double m = mean(y, n), s = 0;
    for (long i = 0; i < n; i++)
        s += (y[i] - m) * (y[i] - m);
    return sqrt(s / (double)n);
}

static void step(double *y, long n, double target, const double *restrict noise, double h)
{
    for (long i = 0; i < n; i++)
        y[i] += h * (target - y[i]) + 0.3 * sqrt(h) * noise[i];
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? atol(argv[1]) : 1000;
    for (long i = 0; i < N; i++)
        x[i] = 0.1;
    for (long k = 0; k < steps; k++) {
        double e = mean(x, N_E), h = mean(x + N_E, N_I);
        normals((uint64_t)k * (N / 2));
        step(x, N_E, tanh(0.5 + 1.5 * e - h), z, 0.01);
        step(x + N_E, N_I, tanh(0.3 + 1.2 * e - 0.5 * h), z + N_E, 0.01);
    }
    printf("%.17g %.17g %.17g %.17g\n", mean(x, N_E), deviation(x, N_E), mean(x + N_E, N_I), deviation(x + N_E, N_I));
    return 0;
}
