/* What this processor can do on one thread, the best of some repetitions: bytes read a second from memory (512 MB) and from the caches (256 kB,
 * 8 MB), and operations a second of chained multiply-adds in vectors. Prints the four numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __AVX512F__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { CHAINS = 12, REPEATS = 7 };
typedef double Vector __attribute__((vector_size(LANES * sizeof(double))));

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double sum(const Vector *x, size_t n)
{
    Vector s[8] = {{0}};
    for (size_t k = 0; k + 8 <= n; k += 8)
        for (int j = 0; j < 8; j++)
            s[j] += x[k + (size_t)j];
    double all = 0;
    for (int j = 0; j < 8; j++)
        for (int l = 0; l < LANES; l++)
            all += s[j][l];
    return all;
}

static double reading(size_t bytes, double *sink)
{
    size_t n = bytes / sizeof(Vector), times = ((size_t)1 << 29) / bytes;
    Vector *x = aligned_alloc(64, bytes);
    double best = 0;
    if (!x)
        exit(3);
    for (size_t k = 0; k < n; k++)
        x[k] = (Vector){0} + (double)k;
    for (int r = 0; r < REPEATS; r++) {
        double start = now();
        for (size_t k = 0; k < times; k++) {
            *sink += sum(x, n);
            __asm__ volatile("" ::: "memory");
        }
        double rate = (double)(times * bytes) / (now() - start);
        best = rate > best ? rate : best;
    }
    free(x);
    return best;
}

static double multiplying(double *sink)
{
    enum { STEPS = 20000000 };
    double best = 0;
    for (int r = 0; r < REPEATS; r++) {
        Vector s[CHAINS], a = (Vector){0} + 0.999999, b = (Vector){0} + 1e-6;
        for (int j = 0; j < CHAINS; j++)
            s[j] = (Vector){0} + (double)j;
        double start = now();
        for (long k = 0; k < STEPS; k++)
            for (int j = 0; j < CHAINS; j++)
                s[j] = s[j] * a + b;
        double rate = 2.0 * STEPS * CHAINS * LANES / (now() - start);
        best = rate > best ? rate : best;
        for (int j = 0; j < CHAINS; j++)
            *sink += s[j][0];
    }
    return best;
}

int main(void)
{
    double sink = 0;
    double memory = reading((size_t)1 << 29, &sink), large = reading((size_t)1 << 23, &sink), small = reading((size_t)1 << 18, &sink);
    printf("%.4g %.4g %.4g %.4g\n", memory, large, small, multiplying(&sink));
    return sink == 42;
}
