#include "compiler/check/lds/lds.h"

#include <stdlib.h>

#include "compiler/check/proof/wide.h"

enum { RUN_WORTH = 8 };         /* columns in a row, on average, from which they are taken at once */

/* The places where a run of neighbouring columns starts, and a last one behind all. */
static void find_runs(SparseForm *f)
{
    size_t n_runs = 0, n_edges = f->from[f->n];
    for (size_t i = 0; i < f->n; i++)
        for (size_t e = f->from[i]; e < f->from[i + 1]; e++)
            n_runs += e == f->from[i] || f->column[e] != f->column[e - 1] + 1;
    f->run = n_edges >= RUN_WORTH * n_runs ? malloc((n_runs + 1) * sizeof *f->run) : NULL;
    if (!f->run)
        return;
    n_runs = 0;
    for (size_t i = 0; i < f->n; i++)
        for (size_t e = f->from[i]; e < f->from[i + 1]; e++)
            if (e == f->from[i] || f->column[e] != f->column[e - 1] + 1)
                f->run[n_runs++] = e;
    f->run[n_runs] = n_edges;
}

bool sparse_form_init(SparseForm *f, size_t n, const size_t *from, const uint32_t *column)
{
    *f = (SparseForm){.n = n, .from = from, .column = column};
    f->half = malloc((from[n] + n + 1) * sizeof *f->half);
    if (!f->half)
        return false;
    f->diagonal = f->half + from[n];
    for (size_t i = 0; i < n; i++)
        f->diagonal[i] = 1;
    find_runs(f);
    return true;
}

void sparse_form_clear(SparseForm *f)
{
    free(f->half);
    free(f->run);
}

static void apply_runs(const SparseForm *f, const double *x, double *y)
{
    const size_t *run = f->run;
    for (size_t i = 0; i < f->n; i++) {
        double sum = 0;
        for (; *run < f->from[i + 1]; run++) {
            size_t e = *run, j = f->column[e];
            sum += wide_dot_subtract(run[1] - e, f->half + e, x + j, x[i], y + j);
        }
        y[i] -= sum;
    }
}

void sparse_form_apply(const void *self, const double *x, double *y)
{
    const SparseForm *f = self;
    for (size_t i = 0; i < f->n; i++)
        y[i] = f->diagonal[i] * x[i];
    if (f->run) {
        apply_runs(f, x, y);
        return;
    }
    for (size_t i = 0; i < f->n; i++) {
        double sum = 0;
        for (size_t e = f->from[i]; e < f->from[i + 1]; e++) {
            size_t j = f->column[e];
            sum += f->half[e] * x[j];
            y[j] -= f->half[e] * x[i];
        }
        y[i] -= sum;
    }
}
