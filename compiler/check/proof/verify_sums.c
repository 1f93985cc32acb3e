#include "compiler/check/proof/verify_sums.h"

/* -1 on the diagonal, and apart from that neurons alone. */
static bool is_a_sum(const ClaimMatrix *m, size_t row)
{
    mpq_srcptr own = claim_matrix_entry(m, row, row);
    if (!own || mpq_cmp_si(own, -1, 1) != 0)
        return false;
    for (size_t e = m->row_from[row]; e < m->row_from[row + 1]; e++)
        if (m->column[e] >= m->n && m->column[e] != row)
            return false;
    return true;
}

const char *sums_fault(const ClaimMatrix *m)
{
    for (size_t row = m->q - m->n_sums; row < m->q; row++)
        if (!is_a_sum(m, row))
            return "a row of sums has no -1 on its diagonal, or reads another sum";
    return NULL;
}

static void row_times(const ClaimMatrix *m, size_t row, const mpq_t *v, const uint32_t *place, mpq_t term, mpq_t out)
{
    mpq_set_ui(out, 0, 1);
    for (size_t e = m->row_from[row]; e < m->row_from[row + 1]; e++) {
        if (place[m->column[e]] == UINT32_MAX)
            continue;
        mpq_mul(term, claim_matrix_at(m, row, e), v[place[m->column[e]]]);
        mpq_add(out, out, term);
    }
}

const char *sums_witness_fault(const ClaimMatrix *m, const Witness *w, const uint32_t *place)
{
    mpq_t term, sum;
    bool all_zero = true;
    mpq_inits(term, sum, (mpq_ptr)0);
    for (size_t k = 0; k < w->rank; k++)
        for (size_t row = m->q - m->n_sums; all_zero && row < m->q; row++) {
            row_times(m, row, w->v + k * w->n, place, term, sum);
            all_zero = mpq_sgn(sum) == 0;
        }
    mpq_clears(term, sum, (mpq_ptr)0);
    return all_zero ? NULL : "a vector of the witness has another sum than its entries";
}
