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
    size_t n = list_shifts(b, NULL);
    support->shift = malloc((n + 1) * sizeof *support->shift);
    if (!support->shift)
        return false;
    support->n = list_shifts(b, support->shift);
    return true;
}

void eig_support_free(EigSupport *support)
{
    free(support->shift);
    *support = (EigSupport){ 0 };
}

/* Targets of one row of the place, columns from .. to-1; s is that of column `from`. */
static void add_row(const EigSupport *support, const double *restrict x, int64_t row, int64_t from, int64_t to,
                    double *restrict s)
{
    int64_t a = support->extent[0], c = support->extent[1];
    for (const EigShift *d = support->shift; d < support->shift + support->n; d++) {
        int64_t source_row = row - d->by[1];
        if (source_row < 0 || source_row >= c)
            continue;
        int64_t lo = d->by[0] > from ? d->by[0] : from, hi = a + d->by[0] < to ? a + d->by[0] : to;
        const double *source = x + source_row * a;
        double w = d->w;
        for (int64_t i = lo; i < hi; i++)
            s[i - from] = s[i - from] + w * source[i - d->by[0]];
    }
}

void eig_support_add(const EigSupport *support, const double *x, int64_t lo, int64_t count, double *s)
{
    int64_t a = support->extent[0], end = lo + count;
    while (lo < end) {
        int64_t row = lo / a, from = lo - row * a, row_end = (row + 1) * a;
        int64_t stop = row_end < end ? row_end : end;
        add_row(support, x, row, from, stop - row * a, s);
        s += stop - lo;
        lo = stop;
    }
}
