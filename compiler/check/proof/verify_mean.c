#include "compiler/check/proof/verify_mean.h"

/* With the slope 0 nothing reaches the row. */
static bool row_is_empty(const ClaimMatrix *m, size_t a)
{
    bool empty = mpq_sgn(m->self[a]) == 0;
    for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++)
        empty = empty && mpq_sgn(m->entry[k]) == 0;
    return empty;
}

const char *means_fault(const ClaimMatrix *m)
{
    if (!m->mean_slope)
        return NULL;
    if (!claim_matrix_is_populations(m) || m->n_kernels)
        return "mean slopes are for populations without kernels";
    for (size_t a = 0; a < m->q; a++) {
        if (mpq_sgn(m->mean_slope[a]) < 0 || mpq_cmp_si(m->leak[a], 1, 1) != 0)
            return "a mean slope is below 0, or its leak is not 1";
        if (mpq_sgn(m->mean_slope[a]) == 0 && !row_is_empty(m, a))
            return "a mean slope is 0, and its row is not";
    }
    return NULL;
}
