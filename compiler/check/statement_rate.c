/* Theorem 3: equal time constants, and what its rate is made of. */
#include "compiler/check/statement_verify.h"

/* A copy whose own entries are larger by mu size_a / (2 p_a): diagonal entries, or
 * self. mu I <= S(p) over all neurons, where neuron i of row a has p_a / size_a, is
 * the same as: the multipliers still prove that matrix. */
static void shifted_matrix(Ctx *cx, const ClaimMatrix *m, mpq_t *p, mpq_srcptr mu, ClaimMatrix *out)
{
    mpq_t shift;
    mpq_init(shift);
    *out = *m;
    if (m->self)
        out->self = rationals_new(cx, m->q);
    else
        out->entry = rationals_new(cx, m->row_from[m->q]);
    for (size_t a = 0; a < m->q; a++) {
        mpq_set_ui(shift, claim_matrix_size(m, a), 2);
        mpq_canonicalize(shift);
        mpq_mul(shift, shift, mu);
        mpq_div(shift, shift, p[a]);
        if (m->self)
            mpq_add(out->self[a], m->self[a], shift);
        for (size_t e = m->row_from[a]; !m->self && e < m->row_from[a + 1]; e++) {
            mpq_set(out->entry[e], m->entry[e]);
            if (m->column[e] == a)
                mpq_add(out->entry[e], out->entry[e], shift);
        }
    }
    mpq_clear(shift);
}

/* In neuron form the shift has an entry to go to. */
static bool has_diagonal(const ClaimMatrix *m)
{
    bool all = true;
    for (size_t a = 0; all && !m->self && a < m->q; a++)
        all = claim_matrix_entry(m, a, a) != NULL;
    return all;
}

bool statement_mu_holds(Ctx *cx, const ClaimMatrix *m, const Component *c, mpq_srcptr mu)
{
    ClaimMatrix shifted;
    if (!has_diagonal(m))
        return false;
    shifted_matrix(cx, m, c->p, mu, &shifted);
    bool holds = verify_component(cx, &shifted, c).accepted;
    if (m->self)
        rationals_clear(shifted.self, m->q);
    else
        rationals_clear(shifted.entry, m->row_from[m->q]);
    return holds;
}

/* |W_aa| of a neuron. */
static void own_weight(const ClaimMatrix *m, size_t a, mpq_t out)
{
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    neuron_net_leak(m, a, out);
    mpq_sub(out, one, out);
    mpq_abs(out, out);
    mpq_clear(one);
}

static void raise(mpq_t most, mpq_srcptr x)
{
    if (mpq_cmp(x, most) > 0)
        mpq_set(most, x);
}

/* The largest absolute row sum of W times the largest absolute column sum. */
static void squared_norm(Ctx *cx, const ClaimMatrix *m, mpq_t out)
{
    mpq_t *one = rationals_new(cx, m->q), *column = rationals_new(cx, m->q);
    mpq_t row, own, rows, columns;
    mpq_inits(row, own, rows, columns, (mpq_ptr)0);
    for (size_t a = 0; a < m->q; a++)
        mpq_set_ui(one[a], 1, 1);
    neuron_column_sums(m, (const mpq_t *)one, column);
    for (size_t a = 0; a < m->q; a++) {
        own_weight(m, a, own);
        neuron_row_sum(m, a, (const mpq_t *)one, row);
        mpq_add(row, row, own);
        mpq_add(column[a], column[a], own);
        raise(rows, row);
        raise(columns, column[a]);
    }
    mpq_mul(out, rows, columns);
    mpq_clears(row, own, rows, columns, (mpq_ptr)0);
    rationals_clear(one, m->q);
    rationals_clear(column, m->q);
}

void statement_loop_size(Ctx *cx, const ClaimMatrix *m, const Component *c, mpq_t out)
{
    mpq_t most, p;
    mpq_inits(most, p, (mpq_ptr)0);
    for (size_t a = 0; a < m->q; a++) {
        mpz_set_ui(mpq_numref(p), claim_matrix_size(m, a));
        mpz_set_ui(mpq_denref(p), 1);
        mpq_div(p, c->p[a], p);
        raise(most, p);
    }
    squared_norm(cx, m, out);
    mpq_mul(out, out, most);
    mpq_clears(most, p, (mpq_ptr)0);
}

const char *rate_fault(const StatementCase *x)
{
    mpq_srcptr mu = statement_numbers(x->s, "mu")[0], tau = statement_numbers(x->s, "tau")[0], rate = statement_numbers(x->s, "rate")[0];
    if (x->m->n_kernels)
        return "a rate by mu is not known for matrices with kernels";
    if (mpq_sgn(mu) <= 0 || mpq_sgn(tau) <= 0 || mpq_sgn(rate) <= 0)
        return "mu, tau and rate are not all positive";
    if (!statement_mu_holds(x->cx, x->m, x->c, mu))
        return "the multipliers do not leave mu";
    mpq_t most;
    mpq_init(most);
    statement_loop_size(x->cx, x->m, x->c, most);
    mpq_add(most, most, mu);
    mpq_mul(most, most, tau);
    mpq_mul_2exp(most, most, 1);
    mpq_div(most, mu, most);
    bool holds = mpq_cmp(rate, most) <= 0;
    mpq_clear(most);
    return holds ? NULL : "the rate is larger than mu / (2 tau (mu + p_max |W|_1 |W|_inf))";
}
