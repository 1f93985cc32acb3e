/* LAPACK through dlopen, on matrices whose answers are formulas. Without the
 * library only its absence can be tested. */
#include "compiler/check/lapack.h"

#include <stdlib.h>

#include "tests/test.h"

enum { N = 100 };

/* The chain -1, 2, -1 has eigenvalues 2 - 2 cos(k pi / (N + 1)). */
static double *chain(double diagonal)
{
    double *a = calloc((size_t)N * N, sizeof *a);
    for (size_t i = 0; a && i < N; i++) {
        a[i * N + i] = diagonal;
        if (i + 1 < N)
            a[i * N + i + 1] = a[(i + 1) * N + i] = -1;
    }
    return a;
}

static double chain_value(size_t k)
{
    return 2 - 2 * cos((double)k * 3.14159265358979323846 / (N + 1));
}

static void loads_once_or_says_why(void)
{
    const char *why = NULL;
    bool first = lapack_load(&why);
    CHECK(first || (why && *why));
    CHECK(lapack_load(NULL) == first);
    CHECK(getenv("OPENBLAS_NUM_THREADS") != NULL);
    CHECK(lapack_cholesky(0, NULL) == 0);
}

static void cholesky_of_a_chain(void)
{
    double *a = chain(2), *b = chain(1.9);
    if (!lapack_load(NULL)) {
        CHECK(lapack_cholesky(N, a) == LAPACK_ABSENT);
    } else {
        CHECK(lapack_cholesky(N, a) == 0);
        for (size_t j = 0; j < N; j++)      /* l_jj^2 = (j + 2)/(j + 1), j from 0 */
            CHECK_CLOSE(a[j * N + j] * a[j * N + j], (double)(j + 2) / (double)(j + 1), 1e-12, 0);
        CHECK(lapack_cholesky(N, b) > 0);
    }
    free(a);
    free(b);
}

static void eigenvalues_of_a_chain(void)
{
    double *a = chain(2), *vectors = calloc((size_t)N * N, sizeof *vectors), values[N];
    int info = lapack_symmetric_eigen(N, a, values, vectors);
    CHECK(info == (lapack_load(NULL) ? 0 : LAPACK_ABSENT));
    for (size_t k = 0; k < N && info == 0; k++)
        CHECK_CLOSE(values[k], chain_value(k + 1), 1e-12, 1e-13);
    if (info == 0)      /* first vector: sin(pi (i + 1)/(N + 1)) */
        CHECK_CLOSE(vectors[1] / vectors[0], 2 - values[0], 1e-9, 0);
    free(a);
    a = chain(2);
    if (info == 0) {
        CHECK(lapack_symmetric_eigen(N, a, values, NULL) == 0);
        CHECK_CLOSE(values[N - 1], chain_value(N), 1e-12, 0);
    }
    free(a);
    free(vectors);
}

/* A cyclic shift: the roots of 1. */
static void eigenvalues_of_a_ring(void)
{
    double *a = calloc((size_t)N * N, sizeof *a), *vr = calloc((size_t)N * N, sizeof *vr), wr[N], wi[N];
    for (size_t i = 0; i < N; i++)
        a[i * N + (i + 1) % N] = 1;
    int info = lapack_general_eigen(N, a, wr, wi, vr);
    CHECK(info == (lapack_load(NULL) ? 0 : LAPACK_ABSENT));
    double sum = 0;
    for (size_t k = 0; k < N && info == 0; k++) {
        CHECK_CLOSE(wr[k] * wr[k] + wi[k] * wi[k], 1, 1e-10, 0);
        sum += wr[k];
    }
    CHECK(fabs(sum) < 1e-8);
    free(a);
    free(vr);
}

int main(void)
{
    RUN(loads_once_or_says_why);
    RUN(cholesky_of_a_chain);
    RUN(eigenvalues_of_a_chain);
    RUN(eigenvalues_of_a_ring);
    return test_done();
}
