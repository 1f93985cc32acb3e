/* Bounds and eigenvalues in doubles that the search and the verifier work with, against exact sums and closed forms. */
#include <math.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/statement/statement_verify.h"
#include "tests/unit/claim_of.h"

/* digits * 2^exponent: of ordinary size, below the least normal double, or beyond the largest. */
static void set_wild(mpq_ptr x, long reach)
{
    mpq_set_si(x, random_to(2000000) - 1000000, (unsigned long)(1 + random_to(999)));
    mpq_canonicalize(x);
    long e = random_to(2 * reach) - reach;
    if (e < 0)
        mpq_div_2exp(x, x, (mp_bitcnt_t)-e);
    else
        mpq_mul_2exp(x, x, (mp_bitcnt_t)e);
}

static void exact_norms(const ClaimMatrix *m, mpq_t *out)
{
    mpq_t x;
    mpq_init(x);
    for (size_t side = 0; side < 2; side++) {
        mpq_set_ui(out[side], 0, 1);
        for (size_t i = 0; i < m->q; i++) {
            mpq_set_ui(out[2], 0, 1);
            for (size_t j = 0; j < m->q; j++) {
                mpq_set(x, m->entry[side ? j * m->q + i : i * m->q + j]);
                if (i == j) {           /* W = A + I */
                    mpq_set_ui(out[3], 1, 1);
                    mpq_add(x, x, out[3]);
                }
                mpq_abs(x, x);
                mpq_add(out[2], out[2], x);
            }
            if (mpq_cmp(out[2], out[side]) > 0)
                mpq_set(out[side], out[2]);
        }
    }
    mpq_mul(out[0], out[0], out[1]);
    mpq_clear(x);
}

/* Never below the exact product, be numbers as far apart as they like; and near it while doubles hold them. */
static void norms_in_doubles_are_not_below_the_exact_ones(void)
{
    Ctx cx;
    ctx_init(&cx);
    mpq_t *exact = rationals_new(&cx, 4), bound;
    mpq_init(bound);
    static const long reach[] = {0, 3, 60, 400, 1100, 3000};
    for (int k = 0; k < 1200; k++) {
        size_t n = 1 + (size_t)random_to(9);
        ClaimMatrix m = zeros(&cx, n);
        for (size_t e = 0; e < n * n; e++)
            if (random_to(5))
                set_wild(m.entry[e], reach[k % 6]);
        exact_norms(&m, exact);
        double norms = neuron_norms_above(&m);
        CHECK(norms >= 0);
        if (isfinite(norms)) {
            mpq_set_d(bound, norms);
            CHECK(mpq_cmp(bound, exact[0]) >= 0);
        }
        if (reach[k % 6] <= 60) {
            double ratio = norms / mpq_get_d(exact[0]);
            CHECK(mpq_sgn(exact[0]) == 0 || (ratio >= 1 - 1e-15 && ratio < 1 + 1e-11));
        }
        claim_matrix_clear(&m);
    }
    rationals_clear(exact, 4);
    mpq_clear(bound);
    ctx_free(&cx);
}

/* 2 I minus the path's adjacency, by rows with the upper half only: eigenvalues 2 - 2 cos(k pi / (n + 1)). */
static void least_eigenvalue_of_a_path(void)
{
    enum { N = 41 };            /* the least that Lanczos' method is used for */
    size_t from[N + 1] = {0};
    uint32_t column[N];
    double vector[N], above;
    for (size_t i = 0; i < N; i++) {
        column[i] = (uint32_t)i + 1;
        from[i + 1] = i + 1 < N ? i + 1 : i;
    }
    SparseForm f;
    CHECK(sparse_form_init(&f, N, from, column));
    for (size_t i = 0; i < N; i++) {
        f.diagonal[i] = 2;
        f.half[i < N - 1 ? i : 0] = 1;
    }
    double least = eigen_bracket(N, sparse_form_apply, &f, vector, &above), pi = acos(-1), exact = 2 - 2 * cos(pi / (N + 1));
    CHECK(least <= exact && above >= exact - 1e-15);
    CHECK_CLOSE(above, exact, 1e-5, 0);
    for (size_t i = 0; i < N; i++)
        CHECK_CLOSE(fabs(vector[i]), sqrt(2.0 / (N + 1)) * sin((double)(i + 1) * pi / (N + 1)), 0, 1e-3);
    sparse_form_clear(&f);
}

/* The same products whether or not columns are neighbours. */
static void runs_of_columns_change_nothing(void)
{
    enum { N = 37 };
    size_t from[N + 1] = {0};
    uint32_t column[N * N];
    double x[N], y[N], z[N];
    for (size_t i = 0; i < N; i++) {
        from[i + 1] = from[i];
        for (size_t j = 0; j < N; j++)
            if (i != j)
                column[from[i + 1]++] = (uint32_t)j;
        x[i] = (double)(random_to(2000) - 1000);
    }
    SparseForm f;
    CHECK(sparse_form_init(&f, N, from, column) && f.run);
    for (size_t e = 0; e < from[N]; e++)
        f.half[e] = (double)(random_to(2000) - 1000);
    sparse_form_apply(&f, x, y);
    for (size_t i = 0; i < N; i++) {
        z[i] = x[i];
        for (size_t j = 0; j < N; j++)
            if (i != j)
                z[i] -= (f.half[i * (N - 1) + j - (j > i)] + f.half[j * (N - 1) + i - (i > j)]) * x[j];
    }
    for (size_t i = 0; i < N; i++)
        CHECK(y[i] == z[i]);    /* whole numbers: exact in any order */
    sparse_form_clear(&f);
}

int main(void)
{
    RUN(norms_in_doubles_are_not_below_the_exact_ones);
    RUN(least_eigenvalue_of_a_path);
    RUN(runs_of_columns_change_nothing);
    return test_done();
}
