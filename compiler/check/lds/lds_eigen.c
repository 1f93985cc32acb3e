#include "compiler/check/lds/lds.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/wide.h"

enum { JACOBI_MAX = 40, LANCZOS_STEPS = 60 };
static const double SETTLED = 1e-5;     /* relative change of the least eigenvalue in five steps */

static void rotate(double *a, double *b, size_t n, size_t step, double c, double s)
{
    for (size_t k = 0; k < n; k++) {
        double x = a[k * step], y = b[k * step];
        a[k * step] = c * x - s * y;
        b[k * step] = s * x + c * y;
    }
}

/* One Jacobi rotation that annihilates a[i][j]. */
static void annihilate(size_t n, double *a, double *vector, size_t i, size_t j)
{
    double off = a[i * n + j];
    if (off == 0)
        return;
    double theta = (a[j * n + j] - a[i * n + i]) / (2 * off);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    rotate(a + i, a + j, n, n, c, s);
    rotate(a + i * n, a + j * n, n, 1, c, s);
    rotate(vector + i * n, vector + j * n, n, 1, c, s);
}

static double off_diagonal(size_t n, const double *a)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            sum += i == j ? 0 : a[i * n + j] * a[i * n + j];
    return sum;
}

static void sort_pairs(size_t n, double *value, double *vector)
{
    for (size_t k = 0; k < n; k++) {
        size_t least = k;
        for (size_t i = k + 1; i < n; i++)
            if (value[i] < value[least])
                least = i;
        double v = value[k];
        value[k] = value[least];
        value[least] = v;
        for (size_t i = 0; least != k && i < n; i++) {
            double x = vector[k * n + i];
            vector[k * n + i] = vector[least * n + i];
            vector[least * n + i] = x;
        }
    }
}

void eigen_symmetric(size_t n, double *a, double *value, double *vector)
{
    double scale = 0;
    for (size_t k = 0; k < n * n; k++) {
        vector[k] = k % (n + 1) == 0;
        scale += a[k] * a[k];
    }
    for (int sweep = 0; sweep < 40 && off_diagonal(n, a) > 1e-32 * scale; sweep++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                annihilate(n, a, vector, i, j);
    for (size_t k = 0; k < n; k++)
        value[k] = a[k * n + k];
    sort_pairs(n, value, vector);
}

static double smallest_dense(size_t n, EigenApply *apply, const void *self, double *vector)
{
    double *a = calloc(2 * n * n + 2 * n, sizeof *a);
    if (!a)
        return -DBL_MAX;
    double *vectors = a + n * n, *value = vectors + n * n, *unit = value + n;
    for (size_t i = 0; i < n; i++) {
        unit[i] = 1;
        apply(self, unit, a + i * n);
        unit[i] = 0;
    }
    eigen_symmetric(n, a, value, vectors);
    double least = value[0];
    memcpy(vector, vectors, n * sizeof *vector);
    free(a);
    return least;
}

/* Removes from x its parts along the first k basis vectors, twice for orthogonality to rounding. */
static void orthogonalise(size_t n, const double *basis, size_t k, double *x)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t b = 0; b < k; b++)
            wide_add(n, -wide_dot(n, basis + b * n, x), basis + b * n, x);
}

static void normalise(size_t n, double *x)
{
    double norm = sqrt(wide_dot(n, x, x));
    for (size_t i = 0; i < n; i++)
        x[i] /= norm;
}

static void start_vector(size_t n, double *x)
{
    uint64_t state = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = 0.5 + (double)(state >> 40) / 16777216.0;
    }
    normalise(n, x);
}

/* The number of eigenvalues below x, of the tridiagonal matrix of order m. */
static size_t count_below(size_t m, const double *main, const double *side, double x)
{
    size_t below = 0;
    double pivot = 1;
    for (size_t k = 0; k < m; k++) {
        pivot = main[k] - x - (k ? side[k - 1] * side[k - 1] / pivot : 0);
        if (pivot == 0)
            pivot = -1e-300;
        below += pivot < 0;
    }
    return below;
}

double eigen_least_of_tridiagonal(size_t m, const double *main, const double *side)
{
    double low = main[0], high = main[0];
    for (size_t k = 0; k < m; k++) {
        double radius = (k ? side[k - 1] : 0) + (k + 1 < m ? side[k] : 0);
        low = fmin(low, main[k] - radius);
        high = fmin(high, main[k]);
    }
    for (int k = 0; k < 60 && high - low > 1e-7 * fabs(high); k++) {
        double middle = low + (high - low) / 2;
        if (count_below(m, main, side, middle))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* x = (T - shift)^-1 x for a shift below all eigenvalues of the tridiagonal T. */
static void solve_shifted(size_t m, const double *main, const double *side, double shift, double *x)
{
    double pivot[LANCZOS_STEPS];
    for (size_t k = 0; k < m; k++) {
        double left = k ? side[k - 1] / pivot[k - 1] : 0;
        pivot[k] = main[k] - shift - (k ? left * side[k - 1] : 0);
        if (!(pivot[k] > 0))
            pivot[k] = DBL_MIN;
        x[k] -= k ? left * x[k - 1] : 0;
    }
    for (size_t k = m; k-- > 0;)
        x[k] = (x[k] - (k + 1 < m ? side[k] * x[k + 1] : 0)) / pivot[k];
}

/* Least eigenvalue and its vector by inverse iteration; *residual = |T x - value x|. */
static double least_pair(size_t m, const double *main, const double *side, double *x, double *residual)
{
    double low = eigen_least_of_tridiagonal(m, main, side), shift = low - 1e-7 * fabs(low), value = low;
    for (size_t k = 0; k < m; k++)
        x[k] = 1 / (double)(k + 1);
    for (int step = 0; step < 12; step++) {
        double norm = 0, change = 0;
        solve_shifted(m, main, side, shift, x);
        normalise(m, x);
        for (size_t k = 0; k < m; k++)
            norm += x[k] * (main[k] * x[k] + (k + 1 < m ? 2 * side[k] * x[k + 1] : 0));
        change = fabs(norm - value);
        value = norm;
        *residual = 0;
        for (size_t k = 0; k < m; k++) {
            double r = (main[k] - value) * x[k] + (k ? side[k - 1] * x[k - 1] : 0) + (k + 1 < m ? side[k] * x[k + 1] : 0);
            *residual += r * r;
        }
        *residual = sqrt(*residual);
        if (change <= 1e-15 * fabs(value))
            break;
    }
    return value;
}

/* The basis and the tridiagonal matrix: m numbers on its diagonal, side[m - 1] leading out of it. Returns m. */
static size_t lanczos(size_t n, EigenApply *apply, const void *self, double *basis, double *main, double *side)
{
    size_t steps = n < LANCZOS_STEPS ? n : LANCZOS_STEPS;
    double *w = basis + steps * n, earlier = INFINITY;
    start_vector(n, basis);
    for (size_t k = 0; k < steps; k++) {
        apply(self, basis + k * n, w);
        main[k] = wide_dot(n, basis + k * n, w);
        orthogonalise(n, basis, k + 1, w);
        side[k] = sqrt(wide_dot(n, w, w));
        bool has_settled = false;
        if (k % 5 == 4) {
            double least = eigen_least_of_tridiagonal(k + 1, main, side);
            has_settled = fabs(earlier - least) <= SETTLED * fabs(least);
            earlier = least;
        }
        if (k + 1 == steps || has_settled || !(side[k] > 1e-13))
            return k + 1;
        for (size_t i = 0; i < n; i++)
            basis[(k + 1) * n + i] = w[i] / side[k];
    }
    return steps;
}

double eigen_smallest(size_t n, EigenApply *apply, const void *self, double *vector)
{
    double above;
    return eigen_bracket(n, apply, self, vector, &above);
}

double eigen_bracket(size_t n, EigenApply *apply, const void *self, double *vector, double *above)
{
    if (n <= JACOBI_MAX)
        return *above = smallest_dense(n, apply, self, vector);
    *above = INFINITY;
    double main[LANCZOS_STEPS], side[LANCZOS_STEPS], weight[LANCZOS_STEPS], residual;
    double *basis = malloc((LANCZOS_STEPS + 1) * n * sizeof *basis);
    if (!basis)
        return -DBL_MAX;
    size_t m = lanczos(n, apply, self, basis, main, side);
    double value = least_pair(m, main, side, weight, &residual);
    memset(vector, 0, n * sizeof *vector);
    for (size_t k = 0; k < m; k++)
        wide_add(n, weight[k], basis + k * n, vector);
    free(basis);
    /* The Ritz value lies above the eigenvalue by at most the residual. */
    *above = value;
    return value - fabs(weight[m - 1]) * side[m - 1] - residual;
}
