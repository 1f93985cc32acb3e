/* W3 as one writes it in C. argv: file with the matrix, neurons, steps, way: loops (row times vector), columns (the sum of columns),
 * blas (OpenBLAS, where it is found), gemm and a number of sets (the same for all at once, whose inputs differ). Prints the sums of the excitatory and of the inhibitory rates. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void Gemv(int order, int trans, int m, int n, double alpha, const double *a, int lda, const double *x, int incx,
                  double beta, double *y, int incy);

typedef void Gemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb,
                  double beta, double *c, int ldc);

static double *numbers(size_t n)
{
    double *x = aligned_alloc(64, (n * sizeof *x + 63) / 64 * 64);
    if (!x)
        exit(3);
    return x;
}

static void rows(long n, const double *restrict w, const double *restrict x, double *restrict s)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++)
            sum += w[i * n + j] * x[j];
        s[i] += sum;
    }
}

/* w is transposed. */
static void columns(long n, const double *restrict w, const double *restrict x, double *restrict s)
{
    for (long j = 0; j < n; j++)
        for (long i = 0; i < n; i++)
            s[i] += w[j * n + i] * x[j];
}

static void transpose(long n, double *w)
{
    for (long i = 0; i < n; i++)
        for (long j = 0; j < i; j++) {
            double a = w[i * n + j];
            w[i * n + j] = w[j * n + i];
            w[j * n + i] = a;
        }
}

static double sum(const double *x, long n)
{
    double s = 0;
    for (long i = 0; i < n; i++)
        s += x[i];
    return s;
}

static void *of_openblas(const char *name)
{
    void *library = dlopen("libopenblas.so.0", RTLD_NOW), *found = library ? dlsym(library, name) : NULL;
    if (!found)
        exit(4);
    return found;
}

static double input(long i, long n_E, long n_I)
{
    return 0.5 + (i < n_E ? (double)i / (double)n_E : (double)(i - n_E) / (double)n_I);
}

/* Set k of K has 0.15 k/(K - 1) more input. */
static void sets_at_once(const double *w, long n, long n_E, long steps, long sets)
{
    Gemm *gemm = (Gemm *)of_openblas("cblas_dgemm");
    double *u = numbers((size_t)(n * sets)), *x = numbers((size_t)(n * sets)), *s = numbers((size_t)(n * sets));
    for (long i = 0; i < n; i++)
        for (long k = 0; k < sets; k++) {
            u[i * sets + k] = input(i, n_E, n - n_E) + 0.15 * (double)k / (double)(sets - 1);
            x[i * sets + k] = 0.5;
        }
    for (long k = 0; k < steps; k++) {
        memcpy(s, u, (size_t)(n * sets) * sizeof *s);
        gemm(101, 111, 111, (int)n, (int)sets, (int)n, 1, w, (int)n, x, (int)sets, 1, s, (int)sets);
        for (long i = 0; i < n * sets; i++)
            x[i] += 0.1 * ((s[i] > 0 ? s[i] : 0) - x[i]);
    }
    printf("%.17g %.17g\n", sum(x, n_E * sets), sum(x + n_E * sets, (n - n_E) * sets));
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    long n = atol(argv[2]), steps = atol(argv[3]), n_E = n / 5 * 4, n_I = n - n_E;
    double *w = numbers((size_t)(n * n)), *u = numbers((size_t)n), *x = numbers((size_t)n), *s = numbers((size_t)n);
    FILE *file = fopen(argv[1], "rb");
    if (!file || fread(w, sizeof *w, (size_t)(n * n), file) != (size_t)(n * n))
        return 3;
    fclose(file);
    if (!strcmp(argv[4], "gemm")) {
        sets_at_once(w, n, n_E, steps, argc > 5 ? atol(argv[5]) : 1);
        return 0;
    }
    Gemv *gemv = strcmp(argv[4], "blas") ? NULL : (Gemv *)of_openblas("cblas_dgemv");
    int by_columns = !strcmp(argv[4], "columns");
    if (by_columns)
        transpose(n, w);
    for (long i = 0; i < n; i++) {
        u[i] = input(i, n_E, n_I);
        x[i] = 0.5;
    }
    for (long k = 0; k < steps; k++) {
        memcpy(s, u, (size_t)n * sizeof *s);
        if (gemv)
            gemv(101, 111, (int)n, (int)n, 1, w, (int)n, x, 1, 1, s, 1);
        else if (by_columns)
            columns(n, w, x, s);
        else
            rows(n, w, x, s);
        for (long i = 0; i < n; i++)
            x[i] += 0.1 * ((s[i] > 0 ? s[i] : 0) - x[i]);
    }
    printf("%.17g %.17g\n", sum(x, n_E), sum(x + n_E, n_I));
    return 0;
}
