#include "compiler/check/proof/statement/statement_verify.h"

#include <stdlib.h>

#include "compiler/check/proof/positive/positive_split.h"

void neuron_net_leak(const ClaimMatrix *m, size_t a, mpq_t out)
{
    mpq_srcptr own = claim_matrix_entry(m, a, a);
    const ClaimKernel *kernel = claim_matrix_kernel(m, a, a);
    mpq_set_ui(out, 0, 1);
    if (own)
        mpq_neg(out, own);
    if (m->leak) {
        mpq_add(out, out, m->leak[a]);
        mpq_sub(out, out, m->self[a]);
    }
    if (kernel)
        mpq_sub(out, out, kernel->value[0]);
}

/* Of |uniform + k| over every displacement once, but no neuron to itself. */
static void kernel_sum(const ClaimMatrix *m, const ClaimKernel *k, mpq_t out)
{
    mpq_srcptr uniform = claim_matrix_entry(m, k->to, k->from);
    mpq_t x;
    mpq_init(x);
    mpq_set_ui(out, 0, 1);
    for (size_t d = k->to == k->from; d < k->extent[0] * k->extent[1]; d++) {
        mpq_set(x, k->value[d]);
        if (uniform)
            mpq_add(x, x, uniform);
        mpq_abs(x, x);
        mpq_add(out, out, x);
    }
    mpq_clear(x);
}

/* sum += others |entry| x. Most entries stand for one neuron, and x is often 1: products that change
 * nothing are not formed. */
static void add_uniform(mpq_srcptr entry, size_t others, mpq_srcptr x, mpq_t part, mpq_t sum)
{
    if (!others)
        return;
    mpq_abs(part, entry);
    if (others > 1) {
        mpz_mul_ui(mpq_numref(part), mpq_numref(part), others);
        mpq_canonicalize(part);
    }
    if (mpq_cmp_ui(x, 1, 1) != 0)
        mpq_mul(part, part, x);
    mpq_add(sum, sum, part);
}

void neuron_row_sum(const ClaimMatrix *m, size_t a, const mpq_t *x, mpq_t out)
{
    mpq_t sum;
    mpq_init(sum);
    mpq_set_ui(out, 0, 1);
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
        size_t b = m->column[e];
        if (claim_matrix_kernel(m, a, b))
            continue;
        add_uniform(claim_matrix_at(m, a, e), claim_matrix_size(m, b) - (a == b), x[b], sum, out);
    }
    for (size_t k = 0; k < m->n_kernels; k++) {
        if (m->kernel[k].to != a)
            continue;
        kernel_sum(m, &m->kernel[k], sum);
        mpq_mul(sum, sum, x[m->kernel[k].from]);
        mpq_add(out, out, sum);
    }
    mpq_clear(sum);
}

void neuron_column_sums(const ClaimMatrix *m, const mpq_t *x, mpq_t *out)
{
    mpq_t sum;
    mpq_init(sum);
    for (size_t b = 0; b < m->q; b++)
        mpq_set_ui(out[b], 0, 1);
    for (size_t a = 0; a < m->q; a++)
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t b = m->column[e];
            if (claim_matrix_kernel(m, a, b))
                continue;
            add_uniform(claim_matrix_at(m, a, e), claim_matrix_size(m, a) - (a == b), x[a], sum, out[b]);
        }
    for (size_t k = 0; k < m->n_kernels; k++) {
        kernel_sum(m, &m->kernel[k], sum);
        mpq_mul(sum, sum, x[m->kernel[k].to]);
        mpq_add(out[m->kernel[k].from], out[m->kernel[k].from], sum);
    }
    mpq_clear(sum);
}

/* ---- bounds in doubles ----
 * Terms are >= 0. One is off by 6u from split(), 2u where that is multiplied, by underflow in shift(), which 2^-1000 outweighs, and by
 * at most 2u in its product and in each of the at most 2q + 2 sums that it goes through, in whatever direction
 * the processor rounds. So 1 + (2q + 16) 2^-51 = 1 + (8q + 64) u times what is computed is not below the sum. */

static double above(mpq_srcptr x)
{
    Split s = split(x);
    return mpq_sgn(x) ? shift(fabs(s.mantissa), s.exponent) + 0x1p-1000 : 0;
}

/* W_aa of one neuron onto itself: 1 - its net leak. */
static double own_above(const ClaimMatrix *m, size_t a, mpq_t own, mpq_srcptr one)
{
    neuron_net_leak(m, a, own);
    mpq_sub(own, one, own);
    return above(own);
}

/* What bounds |A_ab| from above, of entry e: of scaled ones its double times what bounds their unit, which
 * is off by one more product. */
static double entry_above(const ClaimMatrix *m, size_t a, size_t e, double *unit, uint32_t *group)
{
    if (!m->scaled || m->column[e] == a)
        return above(claim_matrix_at(m, a, e));
    if (m->scaled->group[m->column[e]] != *group) {
        *group = m->scaled->group[m->column[e]];
        *unit = above(claim_matrix_unit(m, a, e));
    }
    return fabs(m->scaled->value[e]) * *unit + 0x1p-1000;
}

double neuron_norms_above(const ClaimMatrix *m)
{
    double *column = calloc(m->q + 1, sizeof *column), rows = 0, columns = 0;
    mpq_t own, one;
    if (!column || m->n_kernels) {
        free(column);
        return (double)INFINITY;
    }
    mpq_inits(own, one, (mpq_ptr)0);
    mpq_set_ui(one, 1, 1);
    for (size_t a = 0; a < m->q; a++) {
        double row = own_above(m, a, own, one), unit = 0;
        uint32_t group = UINT32_MAX;
        column[a] += row;
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t b = m->column[e];
            if (a == b && claim_matrix_size(m, a) == 1)
                continue;       /* the own weight alone, and x may be infinite: no infinity times 0 */
            double x = entry_above(m, a, e, &unit, &group);
            row += x * (double)(claim_matrix_size(m, b) - (a == b));
            column[b] += x * (double)(claim_matrix_size(m, a) - (a == b));
        }
        rows = fmax(rows, row);
    }
    for (size_t a = 0; a < m->q; a++)
        columns = fmax(columns, column[a]);
    mpq_clears(own, one, (mpq_ptr)0);
    free(column);
    double slack = 1 + (2 * (double)m->q + 16) * 0x1p-51;
    return fmax(rows * slack * (columns * slack) * (1 + 0x1p-50), 0x1p-1000);       /* no underflow either */
}
