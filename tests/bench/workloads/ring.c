/* W6 as one writes it in C: argv: neurons, steps, way: direct (every pair, the rates written twice in a row), fftw (where it is found).
 * Prints the sum and the mean of the rates. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEASURE = 0 };
typedef void *Forward(int n, double *in, double (*out)[2], unsigned flags);
typedef void *Backward(int n, double (*in)[2], double *out, unsigned flags);
typedef void Execute(void *plan);
typedef struct Fft { void *forward, *backward; Execute *execute; double (*f)[2], *kernel; } Fft;

static double *numbers(size_t n)
{
    double *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64);
    if (!x)
        exit(3);
    return x;
}

/* Source first: s[i] += w[i - j] x[j], and y holds x twice. */
static void direct(long n, const double *restrict w, const double *restrict y, double *restrict s)
{
    for (long d = 0; d < n; d++)
        for (long i = 0; i < n; i++)
            s[i] += w[d] * y[i + d];
}

static Fft prepare(long n, const double *w, double *x, double *s)
{
    void *library = dlopen("libfftw3.so.3", RTLD_NOW);
    if (!library)
        exit(4);
    Forward *forward = (Forward *)dlsym(library, "fftw_plan_dft_r2c_1d");
    Backward *backward = (Backward *)dlsym(library, "fftw_plan_dft_c2r_1d");
    Fft t = {.execute = (Execute *)dlsym(library, "fftw_execute"), .f = (double (*)[2])numbers((size_t)(n + 2)), .kernel = numbers((size_t)n)};
    if (!forward || !backward || !t.execute)
        exit(4);
    t.forward = forward((int)n, x, t.f, MEASURE);
    t.backward = backward((int)n, t.f, s, MEASURE);
    memcpy(x, w, (size_t)n * sizeof *x);
    t.execute(t.forward);
    for (long k = 0; k <= n / 2; k++)
        t.kernel[k] = t.f[k][0] / (double)n;
    return t;
}

static void by_fft(const Fft *t, long n)
{
    t->execute(t->forward);
    for (long k = 0; k <= n / 2; k++) {
        t->f[k][0] *= t->kernel[k];
        t->f[k][1] *= t->kernel[k];
    }
    t->execute(t->backward);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    long n = atol(argv[1]), steps = atol(argv[2]);
    double *w = numbers((size_t)n), *x = numbers((size_t)n), *y = numbers(2 * (size_t)n), *s = numbers((size_t)n), total = 0;
    for (long d = 0; d < n; d++) {
        double e = (double)(d <= n / 2 ? d : n - d);
        w[d] = 0.025 * (1.5 * exp(-e * e / (2 * 32.0 * 32)) - 0.3 * exp(-e * e / (2 * 128.0 * 128)));
    }
    int is_direct = !strcmp(argv[3], "direct");
    Fft fft = {0};
    if (!is_direct)
        fft = prepare(n, w, x, s);
    for (long i = 0; i < n; i++)
        x[i] = 0.05;
    for (long k = 0; k < steps; k++) {
        if (is_direct) {
            memcpy(y, x, (size_t)n * sizeof *x);
            memcpy(y + n, x, (size_t)n * sizeof *x);
            memset(s, 0, (size_t)n * sizeof *s);
            direct(n, w, y, s);
        } else
            by_fft(&fft, n);
        for (long i = 0; i < n; i++)
            x[i] += 0.1 * (tanh(s[i] + 0.1 + 0.1 * (double)i / (double)n) - x[i]);
    }
    for (long i = 0; i < n; i++)
        total += x[i];
    printf("%.17g %.17g\n", total, total / (double)n);
    return 0;
}
