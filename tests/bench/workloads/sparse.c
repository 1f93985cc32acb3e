/* W4 as one writes it in C: rows of sources and weights. argv: file with the sources, neurons, synapses of a neuron, steps, one: a weight
 * for each pair of populations, own: for each synapse. Prints the sums of the excitatory and of the inhibitory rates. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *room(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!p)
        exit(3);
    return p;
}

static void rows_own(long n, const long *restrict from, const int32_t *restrict source, const double *restrict w,
                     const double *restrict x, double *restrict s)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long k = from[i]; k < from[i + 1]; k++)
            sum += w[k] * x[source[k]];
        s[i] += sum;
    }
}

/* The first k_E sources of a row are excitatory. */
static void rows_one(long n, long k_E, const long *restrict from, const int32_t *restrict source, const double *restrict x, double *restrict s)
{
    for (long i = 0; i < n; i++) {
        double e = 0, h = 0;
        for (long k = from[i]; k < from[i] + k_E; k++)
            e += x[source[k]];
        for (long k = from[i] + k_E; k < from[i + 1]; k++)
            h += x[source[k]];
        s[i] += 0.02 * e - 0.08 * h;
    }
}

static double sum(const double *x, long n)
{
    double s = 0;
    for (long i = 0; i < n; i++)
        s += x[i];
    return s;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    long n = atol(argv[2]), each = atol(argv[3]), steps = atol(argv[4]), n_E = n / 5 * 4, k_E = each / 5 * 4;
    size_t all = (size_t)(n * each);
    int one = !strcmp(argv[5], "one");
    long *from = room(((size_t)n + 1) * sizeof *from);
    int32_t *source = room(all * sizeof *source);
    double *w = one ? NULL : room(all * sizeof *w), *u = room((size_t)n * 8), *x = room((size_t)n * 8), *s = room((size_t)n * 8);
    FILE *file = fopen(argv[1], "rb");
    if (!file || fread(source, sizeof *source, all, file) != all)
        return 3;
    fclose(file);
    for (long i = 0; i <= n; i++)
        from[i] = i * each;
    for (long i = 0; i < n; i++) {
        long own = i < n_E ? i : i - n_E;
        for (long k = from[i]; w && k < from[i + 1]; k++) {
            long j = source[k];
            w[k] = j < n_E ? 0.02 + (double)(j + own) / 5e6 : -(0.08 + (double)(j - n_E + own) / 5e6);
        }
        u[i] = 0.5 + (double)own / (double)(i < n_E ? n_E : n - n_E);
        x[i] = 0.5;
    }
    for (long k = 0; k < steps; k++) {
        memcpy(s, u, (size_t)n * sizeof *s);
        if (one)
            rows_one(n, k_E, from, source, x, s);
        else
            rows_own(n, from, source, w, x, s);
        for (long i = 0; i < n; i++)
            x[i] += 0.1 * (tanh(s[i]) - x[i]);
    }
    printf("%.17g %.17g\n", sum(x, n_E), sum(x + n_E, n - n_E));
    return 0;
}
