/* Blocks of matrix inequalities against the formulas, with full matrices and nothing left out. */
#include "compiler/check/stability/lmi.h"

#include <stdint.h>

#include "compiler/check/stability/lmi_block.h"
#include "tests/test.h"

enum { MOST = 24 };

static uint64_t state = 1;

static double draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 33) / 0x1p31 - 0.5;
}

/* m matrices; indices of different parity are never tied to each other. */
static void fill(Lmi *l, double part)
{
    for (size_t k = 0; k < l->m; k++) {
        for (size_t i = 0; i < l->d; i++)
            for (size_t j = i % 2; j <= i; j += 2)
                if (draw() + 0.5 < part)
                    lmi_add(l, k, i, j, draw());
        l->is_positive[k] = true;
        l->norm[k] = 1;
    }
}

/* The same of matrices of one row and the same column. */
static void fill_stars(Lmi *l)
{
    for (size_t k = 0; k < l->m; k++) {
        size_t c = k % l->d;
        for (size_t j = c % 2; k % 5 && j < l->d; j += 2)
            if (draw() > 0)
                lmi_add(l, k, c, j, draw());
        l->is_positive[k] = true;
        l->norm[k] = 1;
    }
}

/* Gauss and Jordan. */
static void invert(size_t d, double a[MOST][MOST], double out[MOST][MOST])
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            out[i][j] = i == j;
    for (size_t k = 0; k < d; k++) {
        double pivot = a[k][k];
        for (size_t j = 0; j < d; j++) {
            a[k][j] /= pivot;
            out[k][j] /= pivot;
        }
        for (size_t i = 0; i < d; i++) {
            double by = i == k ? 0 : a[i][k];
            for (size_t j = 0; j < d; j++) {
                a[i][j] -= by * a[k][j];
                out[i][j] -= by * out[k][j];
            }
        }
    }
}

static void multiply(size_t d, const double *a, double z[MOST][MOST], double out[MOST][MOST])
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            out[i][j] = 0;
            for (size_t k = 0; k < d; k++)
                out[i][j] += a[i * d + k] * z[k][j];
        }
}

static double trace_of(size_t d, double a[MOST][MOST], double b[MOST][MOST])
{
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            sum += a[i][j] * b[j][i];
    return sum;
}

static void compare(const Lmi *l, const double *y)
{
    static double f[MOST][MOST], z[MOST][MOST], one[MOST][MOST], bz[MOST][MOST][MOST], h[MOST * MOST], g[MOST];
    size_t d = l->d, m = l->m, row = lmi_row(m + 1), n_blocks;
    LmiBlock *block = lmi_blocks(l, &n_blocks);
    memset(h, 0, sizeof h);
    memset(g, 0, sizeof g);
    CHECK(block && n_blocks >= 2);
    for (size_t k = 0; k < n_blocks; k++) {
        CHECK(lmi_block_factor(&block[k], y, m));
        lmi_block_add(&block[k], m, row, g, h);
    }
    lmi_blocks_free(block, n_blocks);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            f[i][j] = i == j ? -y[m] : 0;
            for (size_t k = 0; k < m; k++)
                f[i][j] += y[k] * l->basis[(k * d + i) * d + j];
        }
    invert(d, f, z);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            one[i][j] = i == j;
            bz[m][i][j] = -z[i][j];             /* t is times -1 */
        }
    for (size_t k = 0; k < m; k++)
        multiply(d, l->basis + k * d * d, z, bz[k]);
    for (size_t k = 0; k <= m; k++) {
        CHECK_CLOSE(g[k], trace_of(d, one, bz[k]), 1e-10, 1e-12);
        for (size_t j = 0; j <= k; j++)
            CHECK_CLOSE(h[k * row + j], trace_of(d, bz[k], bz[j]), 1e-10, 1e-12);
    }
}

static void derivatives_of_blocks(void)
{
    static const size_t order[] = {4, 5, 7, 16, 19, 23};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (int round = 0; round < 12; round++) {
            Lmi l;
            size_t m = 3 + (size_t)round % 6 * 3;
            double y[MOST];
            CHECK(lmi_init(&l, order[k], m));
            if (round < 6)
                fill(&l, round % 2 ? 0.1 : 0.6);
            else
                fill_stars(&l);
            for (size_t j = 0; j < m; j++)
                y[j] = 0.2 + fabs(draw());
            y[m] = -30;
            compare(&l, y);
            lmi_free(&l);
        }
}

static void what_is_not_positive_has_no_factor(void)
{
    double a[5 * 8] = {0};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++)
            a[i * 8 + j] = (i == j ? 2 : 0) + 1.0 / (double)(1 + i + j);
    double b[5 * 8];
    memcpy(b, a, sizeof b);
    CHECK(lmi_is_positive(5, a));
    b[4 * 8 + 4] = -2;
    CHECK(!lmi_is_positive(5, b));
}

/* diag(y_1, .., y_n) with sum y = 1: the largest t is 1/n, and one within a fifth of it is taken. */
static void the_largest_least_eigenvalue(void)
{
    for (size_t n = 2; n < 12; n++) {
        Lmi l;
        double y[MOST], t, sum = 0;
        CHECK(lmi_init(&l, n, n));
        for (size_t k = 0; k < n; k++) {
            lmi_add(&l, k, k, k, 0.5);
            l.is_positive[k] = true;
            l.norm[k] = 1;
            y[k] = (double)(1 + k);
        }
        t = lmi_maximise(&l, y);
        for (size_t k = 0; k < n; k++) {
            sum += y[k];
            CHECK(y[k] >= t);
        }
        CHECK_CLOSE(sum, 1, 1e-9, 0);
        CHECK(t <= 1 / (double)n && t > 0.8 / (double)n);
        lmi_free(&l);
    }
}

int main(void)
{
    RUN(derivatives_of_blocks);
    RUN(what_is_not_positive_has_no_factor);
    RUN(the_largest_least_eigenvalue);
    return test_done();
}
