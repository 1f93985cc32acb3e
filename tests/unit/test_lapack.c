/* LAPACK through dlopen, on matrices whose answers are formulas. Without the
 * library only its absence can be tested. */
#include "compiler/check/lds/lapack.h"

#include <stdint.h>
#include <stdlib.h>

#include "tests/test.h"

enum { N = 100 };

static void loads_once_or_says_why(void)
{
    const char *why = NULL;
    bool first = lapack_load(&why);
    CHECK(first || (why && *why));
    CHECK(lapack_load(NULL) == first);
    CHECK(getenv("OPENBLAS_NUM_THREADS") != NULL);
    CHECK(lapack_general_eigen(0, NULL, NULL, NULL, NULL) == 0);
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

/* L L' of a matrix whose factor is known: ones below and on the diagonal. */
static void kernels_factor_and_multiply(void)
{
    const LapackDouble *real = lapack_double(N);
    CHECK((real != NULL) == lapack_load(NULL));
    CHECK(lapack_double(0) == NULL && lapack_single(SIZE_MAX) == NULL);
    if (!real)
        return;
    double *l = calloc((size_t)3 * N * N, sizeof *l), *a = l + N * N, *back = a + N * N, one = 1, zero = 0;
    int order = N, info = -1;
    for (size_t j = 0; j < N; j++)
        for (size_t i = j; i < N; i++)
            l[j * N + i] = 1;
    real->gemm("N", "T", &order, &order, &order, &one, l, &order, l, &order, &zero, a, &order, 1, 1);
    CHECK(a[0] == 1 && a[N * N - 1] == N && a[3 * N + 7] == 4);
    memcpy(back, a, (size_t)N * N * sizeof *a);
    real->potrf("L", &order, back, &order, &info, 1);
    CHECK(info == 0);
    for (size_t j = 0; j < N; j++)
        for (size_t i = j; i < N; i++)
            CHECK_CLOSE(back[j * N + i], l[j * N + i], 1e-12, 0);
    free(l);
}

int main(void)
{
    RUN(loads_once_or_says_why);
    RUN(eigenvalues_of_a_ring);
    RUN(kernels_factor_and_multiply);
    return test_done();
}
