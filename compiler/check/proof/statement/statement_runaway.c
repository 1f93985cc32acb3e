/* Rates that grow without bound by a linear form (Theorem 39), and several equilibria at some input (Theorem 8). */
#include "compiler/check/proof/statement/statement_verify.h"

/* out += q_i/tau_i slope_i w_ij for q_i > 0, and q_i/tau_i slope_i max(0, w_ij) for q_i < 0, at the columns j that row i has. */
static void add_row_of_form(const ClaimMatrix *m, const Statement *s, size_t i, mpq_t *out, mpq_t factor, mpq_t term, mpq_t w)
{
    mpq_srcptr q = statement_numbers(s, "q")[i];
    bool own = false;
    mpq_div(factor, q, statement_numbers(s, "tau")[i]);
    mpq_mul(factor, factor, statement_numbers(s, "slope")[i]);
    for (size_t e = m->row_from[i]; e <= m->row_from[i + 1]; e++) {
        bool is_last = e == m->row_from[i + 1];
        size_t j = is_last ? i : m->column[e];
        if (is_last && own)
            break;
        mpq_set_ui(w, 0, 1);
        if (!is_last) {
            mpq_set_ui(term, claim_matrix_size(m, j), 1);
            mpq_mul(w, claim_matrix_at(m, i, e), term);
        }
        if (j == i) {                       /* T + I */
            own = true;
            mpq_set_ui(term, 1, 1);
            mpq_add(w, w, term);
            if (m->self) {
                mpq_add(w, w, m->self[i]);
                mpq_sub(w, w, m->leak[i]);
            }
        }
        if (mpq_sgn(q) < 0 && mpq_sgn(w) < 0)
            continue;
        mpq_mul(term, factor, w);
        mpq_add(out[j], out[j], term);
    }
}

const char *form_runaway_fault(const StatementCase *x)
{
    const ClaimMatrix *m = x->m;
    const mpq_t *q = statement_numbers(x->s, "q"), *tau = statement_numbers(x->s, "tau"), *slope = statement_numbers(x->s, "slope");
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    bool any = false, fine = mpq_sgn(rate) > 0;
    if (m->n_kernels || m->mean_slope)
        return "it is about matrices without kernels and mean slopes";
    for (size_t a = 0; a < m->q; a++) {
        fine &= mpq_sgn(tau[a]) > 0 && mpq_sgn(slope[a]) >= 0;
        any |= mpq_sgn(q[a]) > 0;
    }
    if (!fine || !any)
        return "tau and the rate are not positive, or a slope is negative, or no number of q is positive";
    mpq_t *sum = rationals_new(x->cx, m->q), factor, term, w;
    const char *fault = NULL;
    mpq_inits(factor, term, w, (mpq_ptr)0);
    for (size_t a = 0; a < m->q; a++)
        if (mpq_sgn(q[a]) != 0)
            add_row_of_form(m, x->s, a, sum, factor, term, w);
    for (size_t a = 0; !fault && a < m->q; a++) {       /* sum_a >= (rate + 1/tau_a) q_a */
        mpq_inv(factor, tau[a]);
        mpq_add(factor, factor, rate);
        mpq_mul(term, factor, q[a]);
        if (mpq_cmp(sum[a], term) < 0)
            fault = arena_printf(&x->cx->arena, "the form does not grow at the rate, by row %zu", a);
    }
    mpq_clears(factor, term, w, (mpq_ptr)0);
    rationals_clear(sum, m->q);
    return fault;
}

const char *several_or_none_fault(const StatementCase *x)
{
    return !x->e->is_certificate && witness_is_vector(&x->e->witness) ? NULL : "the witness is not of rank one";
}
