/* The matrix of a claim, and the one that is tested. */
#include "compiler/check/proof/verify_matrix.h"

#include "compiler/check/proof/verify_kernel.h"
#include "compiler/check/proof/verify_mean.h"
#include "compiler/check/proof/verify_sums.h"

VerifyResult verify_rejected(const char *reason)
{
    return (VerifyResult){.reason = reason};
}

/* Sizes are >= 1 and add up to n. */
static bool sizes_add_up(const ClaimMatrix *m)
{
    size_t sum = 0;
    for (size_t a = 0; a < m->q - m->n_sums; a++)
        if (claim_matrix_size(m, a) == 0 || __builtin_add_overflow(sum, claim_matrix_size(m, a), &sum))
            return false;
    return sum == m->n;
}

bool verify_row_is_sorted(const ClaimMatrix *m, size_t a)
{
    size_t from = m->row_from[a], to = m->row_from[a + 1];
    if (from > to || to > m->row_from[m->q])
        return false;
    for (size_t k = from; k < to; k++)
        if (m->column[k] >= m->q || (k > from && m->column[k] <= m->column[k - 1]))
            return false;
    return true;
}

static bool rows_are_sorted(const ClaimMatrix *m)
{
    bool sorted = true;
    for (size_t a = 0; a < m->q && sorted; a++)
        sorted = verify_row_is_sorted(m, a);
    return sorted;
}

const char verify_rows_fault[] = "the rows of the matrix are not in order";

const char *verify_frame_fault(const ClaimMatrix *m)
{
    if (m->q == 0 || m->q >= UINT32_MAX || !m->row_from || !m->column || (!m->entry && !m->scaled))
        return "the matrix is empty";
    if (m->n_sums >= m->q || (m->n_sums && (claim_matrix_is_populations(m) || m->size)))
        return "rows of sums stand behind rows of neurons";
    if (!sizes_add_up(m))
        return "the sizes of the populations do not add up to n";
    if (!claim_matrix_is_populations(m) && m->n != m->q - m->n_sums)
        return "a row without self and leak stands for one neuron";
    if (claim_matrix_is_populations(m) && !m->leak)
        return "the leaks are missing";
    if (m->row_from[0] != 0)
        return verify_rows_fault;
    return NULL;
}

const char *verify_matrix_fault(const ClaimMatrix *m)
{
    const char *fault = verify_frame_fault(m);
    if (!fault)
        fault = rows_are_sorted(m) ? kernels_fault(m) : verify_rows_fault;
    if (!fault)
        fault = means_fault(m);
    return fault ? fault : sums_fault(m);
}

/* A zero at the end of what is built of r. */
static mpq_ptr append(ClaimMatrix *r, size_t *n, size_t column)
{
    r->column[*n] = (uint32_t)column;
    return r->entry[(*n)++];
}

/* Row a of R: uniform_ab size_b, and on the diagonal self_a - leak_a more, also
 * where uniform_aa is not held. */
static void append_population_row(const ClaimMatrix *m, size_t a, ClaimMatrix *r, size_t *n)
{
    mpq_ptr diagonal = NULL;
    mpq_t size;
    mpq_init(size);
    r->row_from[a] = *n;
    for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++) {
        size_t b = m->column[k];
        if (b > a && !diagonal)
            diagonal = append(r, n, a);
        mpq_ptr x = append(r, n, b);
        mpq_set_ui(size, claim_matrix_size(m, b), 1);
        mpq_mul(x, m->entry[k], size);
        if (b == a)
            diagonal = x;
    }
    if (!diagonal)
        diagonal = append(r, n, a);
    mpq_add(diagonal, diagonal, m->self[a]);
    mpq_sub(diagonal, diagonal, m->leak[a]);
    mpq_clear(size);
}

void tested_init(const ClaimMatrix *m, size_t n_rows, const uint32_t *row, Tested *t)
{
    *t = (Tested){.a = *m, .is_owned = claim_matrix_is_populations(m)};
    if (!t->is_owned)
        return;
    size_t n = 0, most = n_rows, next = 0;
    for (size_t k = 0; k < n_rows; k++)
        most += m->row_from[(row ? row[k] : k) + 1] - m->row_from[row ? row[k] : k];
    claim_matrix_init(&t->memory, &t->a, m->q, most, false);
    for (size_t k = 0; k < n_rows; k++) {
        for (size_t a = row ? row[k] : k; next < a; next++)
            t->a.row_from[next] = n;
        append_population_row(m, next++, &t->a, &n);
    }
    for (size_t k = n; k < most; k++)
        mpq_clear(t->a.entry[k]);
    for (; next <= m->q; next++)
        t->a.row_from[next] = n;
}

void tested_clear(Tested *t)
{
    if (t->is_owned) {
        claim_matrix_clear(&t->a);
        arena_free(&t->memory.arena);
    }
}

bool verify_zero_sum_decays(const ClaimMatrix *m, size_t a)
{
    return !claim_matrix_is_populations(m) || claim_matrix_size(m, a) < 2 || mpq_cmp(m->self[a], m->leak[a]) < 0 ||
           kernels_touch(m, a);
}
