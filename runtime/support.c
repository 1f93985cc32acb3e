#include "runtime/support.h"

#include <stdlib.h>

/* The weight of a displacement, 0 where there is none. */
static double weight_at(const EigBlock *b, int64_t by0, int64_t by1)
{
    int64_t a = (int64_t)b->extent[0], c = (int64_t)b->extent[1];
    if (b->is_periodic)
        return b->w[(by1 < 0 ? by1 + c : by1) * a + (by0 < 0 ? by0 + a : by0)];
    return b->w[(by1 + c - 1) * (2 * a - 1) + by0 + a - 1];
}

/* Counts, and lists when there is a place for it. */
static size_t list_shifts(const EigBlock *b, EigShift *to)
{
    int64_t a = (int64_t)b->extent[0], c = (int64_t)b->extent[1];
    size_t n = 0;
    for (int64_t by1 = c - 1; by1 > -c; by1--) {
        for (int64_t by0 = a - 1; by0 > -a; by0--) {
            double w = weight_at(b, by0, by1);
            if (w != 0.0 && to)
                to[n] = (EigShift){ { by0, by1 }, w };
            n += w != 0.0;
        }
    }
    return n;
}

bool eig_support_open(EigSupport *support, const EigBlock *b)
{
    *support = (EigSupport){ .extent = { (int64_t)b->extent[0], (int64_t)b->extent[1] } };
    if (b->circle) {
        support->circling = malloc(sizeof *support->circling);
        return support->circling && eig_circling_open(support->circling, b);
    }
    size_t n = list_shifts(b, NULL);
    support->shift = malloc((n + 1) * sizeof *support->shift);
    if (!support->shift)
        return false;
    support->n = list_shifts(b, support->shift);
    return true;
}

void eig_support_free(EigSupport *support)
{
    if (support->circling)
        eig_circling_free(support->circling);
    free(support->circling);
    free(support->shift);
    *support = (EigSupport){ 0 };
}

/* Shifts that are applied together, so that s is read and written once for so many of them. */
enum { TOGETHER = 8 };

/* In the registers that the processor has, by the same operations in the same order. */
typedef double Eight __attribute__((vector_size(64), aligned(8), may_alias));
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BY_PROCESSOR
#endif

/* Shifts in turn, and the targets of each: columns lo .. hi-1 of a row, x + i - lo the source of column i. */
typedef struct Band { double w[TOGETHER]; const double *x[TOGETHER]; int64_t lo[TOGETHER], hi[TOGETHER]; } Band;

BY_PROCESSOR static void add_one(double w, const double *x, int64_t n, double *s)
{
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        *(Eight *)(s + i) = *(Eight *)(s + i) + w * *(const Eight *)(x + i);
    for (; i < n; i++)
        s[i] = s[i] + w * x[i];
}

BY_PROCESSOR static void add_together(const double *weight, const double *const *source, int64_t n, double *s)
{
    double w[TOGETHER];
    const double *x[TOGETHER];
    int64_t i = 0;
#pragma GCC unroll 8
    for (int k = 0; k < TOGETHER; k++) {
        w[k] = weight[k];
        x[k] = source[k];
    }
    for (; i + 8 <= n; i += 8) {
        Eight sum = *(Eight *)(s + i);
#pragma GCC unroll 8
        for (int k = 0; k < TOGETHER; k++)
            sum = sum + w[k] * *(const Eight *)(x[k] + i);
        *(Eight *)(s + i) = sum;
    }
    for (; i < n; i++)
        for (int k = 0; k < TOGETHER; k++)
            s[i] = s[i] + w[k] * x[k][i];
}

/* The targets lo .. hi-1 of those that shift k has; s is that of column `from`. */
static void add_part(const Band *b, int k, int64_t lo, int64_t hi, int64_t from, double *s)
{
    lo = lo > b->lo[k] ? lo : b->lo[k];
    hi = hi < b->hi[k] ? hi : b->hi[k];
    if (lo < hi)
        add_one(b->w[k], b->x[k] + (lo - b->lo[k]), hi - lo, s + (lo - from));
}

/* The targets that all n shifts have take them together, those before and behind one by one: to each its sources come in order. */
static void add_band(const Band *b, int n, int64_t from, double *s)
{
    int64_t lo = INT64_MIN, hi = INT64_MAX;
    const double *x[TOGETHER];
    for (int k = 0; k < n; k++) {
        lo = b->lo[k] > lo ? b->lo[k] : lo;
        hi = b->hi[k] < hi ? b->hi[k] : hi;
    }
    if (n < TOGETHER || lo >= hi)
        hi = lo = INT64_MIN;
    for (int k = 0; k < n; k++) {
        add_part(b, k, INT64_MIN, lo, from, s);
        add_part(b, k, hi, INT64_MAX, from, s);
    }
    if (lo >= hi)
        return;
    for (int k = 0; k < TOGETHER; k++)
        x[k] = b->x[k] + (lo - b->lo[k]);
    add_together(b->w, x, hi - lo, s + (lo - from));
}

/* Targets of one row of the place, columns from .. to-1; s is that of column `from`. */
static void add_row(const EigSupport *support, const double *x, int64_t row, int64_t from, int64_t to, double *s)
{
    int64_t a = support->extent[0], c = support->extent[1];
    Band b;
    int n = 0;
    for (const EigShift *d = support->shift; d < support->shift + support->n; d++) {
        int64_t source_row = row - d->by[1];
        int64_t lo = d->by[0] > from ? d->by[0] : from, hi = a + d->by[0] < to ? a + d->by[0] : to;
        if (source_row < 0 || source_row >= c || lo >= hi)
            continue;
        b.w[n] = d->w;
        b.x[n] = x + source_row * a + (lo - d->by[0]);
        b.lo[n] = lo;
        b.hi[n] = hi;
        if (++n == TOGETHER) {
            add_band(&b, n, from, s);
            n = 0;
        }
    }
    add_band(&b, n, from, s);
}

void eig_support_add(const EigSupport *support, const double *x, int64_t lo, int64_t count, double *s)
{
    if (support->circling) {
        if (lo == 0)
            eig_circling_turn(support->circling, x);
        eig_circling_add(support->circling, lo, count, s);
        return;
    }
    int64_t a = support->extent[0], end = lo + count;
    while (lo < end) {
        int64_t row = lo / a, from = lo - row * a, row_end = (row + 1) * a;
        int64_t stop = row_end < end ? row_end : end;
        add_row(support, x, row, from, stop - row * a, s);
        s += stop - lo;
        lo = stop;
    }
}
