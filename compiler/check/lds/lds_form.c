#include "compiler/check/lds/lds.h"

#include <stdlib.h>

#include "compiler/check/proof/wide.h"

enum { RUN_WORTH = 8 };         /* columns in a row, on average, from which they are taken at once */

size_t *sparse_runs(size_t n, const size_t *from, const uint32_t *column)
{
    size_t n_runs = 0, n_edges = from[n], most = n_edges / RUN_WORTH;
    size_t *run = malloc((most + 1) * sizeof *run);
    for (size_t i = 0; run && i < n; i++)
        for (size_t e = from[i]; run && e < from[i + 1]; e++) {
            if (e > from[i] && column[e] == column[e - 1] + 1)
                continue;
            if (n_runs == most) {
                free(run);
                return NULL;
            }
            run[n_runs++] = e;
        }
    if (run)
        run[n_runs] = n_edges;
    return run;
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
    f->run = sparse_runs(n, from, column);
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

void scaled_form_apply(const void *self, const double *x, double *y)
{
    const ScaledForm *f = self;
    double *read = f->scratch, *back = read + f->n;     /* right x; -K' left x */
    const size_t *run = f->run;
    for (size_t j = 0; j < f->n; j++) {
        read[j] = f->right[j] * x[j];
        back[j] = 0;
    }
    for (size_t i = 0; i < f->n; i++) {
        double sum = 0, by = f->left[i] * x[i];
        for (; run && *run < f->from[i + 1]; run++) {
            size_t e = *run, j = f->column[e];
            sum += wide_dot_subtract(run[1] - e, f->k + e, read + j, by, back + j);
        }
        for (size_t e = f->from[i]; !run && e < f->from[i + 1]; e++) {
            sum += f->k[e] * read[f->column[e]];
            back[f->column[e]] -= f->k[e] * by;
        }
        y[i] = x[i] - f->left[i] * sum;
    }
    for (size_t j = 0; j < f->n; j++)
        y[j] += f->right[j] * back[j];
}
