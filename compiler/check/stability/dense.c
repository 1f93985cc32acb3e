#include <math.h>
#include <stdlib.h>

#include "compiler/check/stability/equilibria.h"
#include "compiler/check/proof/wide.h"

static void swap_rows(size_t n, double *a, size_t i, size_t j)
{
    for (size_t k = 0; i != j && k < n; k++) {
        double x = a[i * n + k];
        a[i * n + k] = a[j * n + k];
        a[j * n + k] = x;
    }
}

static size_t largest_below(size_t n, const double *a, size_t k)
{
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
        if (fabs(a[i * n + k]) > fabs(a[best * n + k]))
            best = i;
    return best;
}

bool dense_solve(size_t n, double *a, double *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = largest_below(n, a, k);
        swap_rows(n, a, k, pivot);
        double top = a[k * n + k], x = b[pivot];
        b[pivot] = b[k];
        b[k] = x;
        if (!(fabs(top) > 1e-13) || !isfinite(top))
            return false;
        for (size_t i = k + 1; i < n; i++) {
            double by = a[i * n + k] / top;
            if (by == 0)
                continue;
            wide_add(n - k, -by, a + k * n + k, a + i * n + k);
            b[i] -= by * x;
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            b[k] -= a[k * n + j] * b[j];
        b[k] /= a[k * n + k];
    }
    return true;
}

/* Gauss and Jordan, largest pivots in the column. */
bool dense_invert(size_t n, double *a, double *out)
{
    for (size_t k = 0; k < n * n; k++)
        out[k] = k % (n + 1) == 0;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = largest_below(n, a, k);
        swap_rows(n, a, k, pivot);
        swap_rows(n, out, k, pivot);
        double top = a[k * n + k];
        if (!(fabs(top) > 1e-13) || !isfinite(top))
            return false;
        for (size_t j = 0; j < n; j++) {
            a[k * n + j] /= top;
            out[k * n + j] /= top;
        }
        for (size_t i = 0; i < n; i++) {
            double by = a[i * n + k];
            if (i == k || by == 0)
                continue;
            wide_add(n - k, -by, a + k * n + k, a + i * n + k);      /* zeros before */
            wide_add(n, -by, out + k * n, out + i * n);
        }
    }
    return true;
}
