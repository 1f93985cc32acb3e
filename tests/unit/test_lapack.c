/* LAPACK through dlopen, on matrices whose answers are formulas. Without the
 * library only its absence can be tested. */
#include "compiler/check/lapack.h"

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

int main(void)
{
    RUN(loads_once_or_says_why);
    RUN(eigenvalues_of_a_ring);
    return test_done();
}
