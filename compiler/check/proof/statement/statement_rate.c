/* Rates by multipliers: Theorems 3 and 26, equal and nearly equal time constants, by mu and norms; 14 and 19, projected and
 * switched dynamics. */
#include <math.h>
#include <string.h>

#include "compiler/check/proof/statement/statement_verify.h"

/* The same matrix, its numbers borrowed, with own entries that are larger by the shift of each row: diagonal entries, or self. */
static void shifted_matrix(Ctx *cx, const ClaimMatrix *m, const mpq_t *shift, ClaimMatrix *out)
{
    *out = *m;
    if (m->self) {
        out->self = rationals_new(cx, m->q);
        for (size_t a = 0; a < m->q; a++)
            mpq_add(out->self[a], m->self[a], shift[a]);
        return;
    }
    if (m->scaled) {
        out->scaled = scaled_entries_shifted(cx, m->scaled, shift);
        return;
    }
    out->entry = ARENA_ARRAY(&cx->arena, m->row_from[m->q], mpq_t);
    memcpy(out->entry, m->entry, m->row_from[m->q] * sizeof *out->entry);
    for (size_t a = 0; a < m->q; a++)
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
            if (m->column[e] == a) {
                mpq_init(out->entry[e]);
                mpq_add(out->entry[e], m->entry[e], shift[a]);
            }
}

static void shifted_clear(const ClaimMatrix *m, ClaimMatrix *shifted)
{
    if (m->self)
        rationals_clear(shifted->self, m->q);
    if (m->scaled)
        scaled_entries_shifted_clear(shifted->scaled, m->row_from);
    for (size_t a = 0; !m->self && !m->scaled && a < m->q; a++)
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
            if (m->column[e] == a)
                mpq_clear(shifted->entry[e]);
}

/* In neuron form the shift has an entry to go to. */
static bool has_diagonal(const ClaimMatrix *m)
{
    bool all = true;
    for (size_t a = 0; all && !m->self && a < m->q; a++)
        all = claim_matrix_entry(m, a, a) != NULL;
    return all;
}

/* The multipliers of all components still prove the matrix when each row's own entries are larger by its shift. */
static bool shift_holds(Ctx *cx, const ClaimMatrix *m, size_t n, const Component *c, const mpq_t *shift)
{
    ClaimMatrix shifted;
    bool holds = has_diagonal(m);
    if (!holds)
        return false;
    shifted_matrix(cx, m, shift, &shifted);
    for (size_t k = 0; holds && k < n; k++)
        holds = verify_component(cx, &shifted, &c[k]).accepted;
    shifted_clear(m, &shifted);
    return holds;
}

/* mu I <= S(p) over all neurons, where neuron i of row a has p_a / size_a, is the same as: the multipliers still prove the matrix
 * with the shifts mu size_a / (2 p_a). */
bool statement_mu_holds(Ctx *cx, const ClaimMatrix *m, const Component *c, mpq_srcptr mu)
{
    mpq_t *shift = rationals_new(cx, m->q);
    for (size_t a = 0; a < m->q; a++) {
        mpq_set_ui(shift[a], claim_matrix_size(m, a), 2);
        mpq_canonicalize(shift[a]);
        mpq_mul(shift[a], shift[a], mu);
        mpq_div(shift[a], shift[a], c->p[a]);
    }
    bool holds = shift_holds(cx, m, 1, c, (const mpq_t *)shift);
    rationals_clear(shift, m->q);
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

/* Few rows are as quick in exact numbers. */
enum { FEW_ROWS = 64 };

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

/* The largest multiplier of a neuron. */
static void largest_p(const ClaimMatrix *m, const Component *c, mpq_t most)
{
    mpq_t p;
    mpq_init(p);
    mpq_set_ui(most, 0, 1);
    for (size_t a = 0; a < m->q; a++) {
        mpz_set_ui(mpq_numref(p), claim_matrix_size(m, a));
        mpz_set_ui(mpq_denref(p), 1);
        mpq_div(p, c->p[a], p);
        raise(most, p);
    }
    mpq_clear(p);
}

void statement_loop_size(Ctx *cx, const ClaimMatrix *m, const Component *c, int power, LoopSize how, mpq_t out)
{
    double norms = how == LOOP_ABOVE && m->q > FEW_ROWS ? neuron_norms_above(m) : (double)INFINITY;
    mpq_t most;
    mpq_init(most);
    largest_p(m, c, most);
    if (isfinite(norms))
        mpq_set_d(out, norms);
    else
        squared_norm(cx, m, out);
    for (int k = 0; k < power; k++)
        mpq_mul(out, out, most);
    mpq_clear(most);
}

/* What the two statements by mu ask of the matrix. */
static const char *mu_fault(const StatementCase *x)
{
    if (x->m->n_kernels)
        return "it is not known for matrices with kernels";
    return x->c ? NULL : "the multipliers of several components have no common scale";
}

static bool rate_holds(const StatementCase *x, mpq_srcptr mu, mpq_srcptr tau, mpq_srcptr rate, LoopSize how)
{
    mpq_t most;
    mpq_init(most);
    statement_loop_size(x->cx, x->m, x->c, 1, how, most);
    mpq_add(most, most, mu);
    mpq_mul(most, most, tau);
    mpq_mul_2exp(most, most, 1);
    mpq_div(most, mu, most);
    bool holds = mpq_cmp(rate, most) <= 0;
    mpq_clear(most);
    return holds;
}

const char *rate_fault(const StatementCase *x)
{
    mpq_srcptr mu = statement_numbers(x->s, "mu")[0], tau = statement_numbers(x->s, "tau")[0], rate = statement_numbers(x->s, "rate")[0];
    const char *fault = mu_fault(x);
    if (fault)
        return fault;
    if (mpq_sgn(mu) <= 0 || mpq_sgn(tau) <= 0 || mpq_sgn(rate) <= 0)
        return "mu, tau and rate are not all positive";
    if (!statement_mu_holds(x->cx, x->m, x->c, mu))
        return "the multipliers do not leave mu";
    bool holds = rate_holds(x, mu, tau, rate, LOOP_ABOVE) || rate_holds(x, mu, tau, rate, LOOP_EXACT);
    return holds ? NULL : "the rate is larger than mu / (2 tau (mu + p_max |W|_1 |W|_inf))";
}

/* 2 delta (1 - rho)(mu - 2 rho c) > (delta (1 + rho) + rho c)^2 and mu > 2 rho c, c = loop. */
static bool delta_holds(mpq_srcptr rho, mpq_srcptr mu, mpq_srcptr loop, mpq_srcptr delta)
{
    mpq_t off, rest, left, right, one;
    mpq_inits(off, rest, left, right, one, (mpq_ptr)0);
    mpq_set_ui(one, 1, 1);
    mpq_mul(off, rho, loop);
    mpq_sub(rest, mu, off);
    mpq_sub(rest, rest, off);
    mpq_sub(left, one, rho);
    mpq_mul(left, left, rest);
    mpq_mul(left, left, delta);
    mpq_mul_2exp(left, left, 1);
    mpq_add(right, one, rho);
    mpq_mul(right, right, delta);
    mpq_add(right, right, off);
    mpq_mul(right, right, right);
    bool holds = mpq_sgn(rest) > 0 && mpq_cmp(left, right) > 0;
    mpq_clears(off, rest, left, right, one, (mpq_ptr)0);
    return holds;
}

void statement_rho(const mpq_t *tau, size_t n, mpq_t rho)
{
    size_t least = 0, most = 0;
    for (size_t k = 1; k < n; k++) {
        least = mpq_cmp(tau[k], tau[least]) < 0 ? k : least;
        most = mpq_cmp(tau[k], tau[most]) > 0 ? k : most;
    }
    mpq_t sum;
    mpq_init(sum);
    mpq_add(sum, tau[most], tau[least]);
    mpq_sub(rho, tau[most], tau[least]);
    mpq_div(rho, rho, sum);
    mpq_clear(sum);
}

static bool loop_holds(const StatementCase *x, mpq_srcptr loop, LoopSize how)
{
    mpq_t least, square;
    mpq_inits(least, square, (mpq_ptr)0);
    statement_loop_size(x->cx, x->m, x->c, 2, how, least);
    mpq_mul(square, loop, loop);
    bool holds = mpq_cmp(square, least) >= 0;
    mpq_clears(least, square, (mpq_ptr)0);
    return holds;
}

const char *nearly_equal_fault(const StatementCase *x)
{
    mpq_srcptr mu = statement_numbers(x->s, "mu")[0], loop = statement_numbers(x->s, "loop")[0], delta = statement_numbers(x->s, "delta")[0];
    const mpq_t *tau = statement_numbers(x->s, "tau");
    const char *fault = mu_fault(x);
    if (fault)
        return fault;
    for (size_t k = 0; k < x->s->n; k++)
        if (mpq_sgn(tau[k]) <= 0)
            return "a time constant is not positive";
    if (mpq_sgn(mu) <= 0 || mpq_sgn(loop) <= 0 || mpq_sgn(delta) <= 0)
        return "mu, loop and delta are not all positive";
    if (!statement_mu_holds(x->cx, x->m, x->c, mu))
        return "the multipliers do not leave mu";
    mpq_t rho;
    mpq_init(rho);
    bool is_norm = loop_holds(x, loop, LOOP_ABOVE) || loop_holds(x, loop, LOOP_EXACT);
    statement_rho(tau, x->s->n, rho);
    bool holds = delta_holds(rho, mu, loop, delta);
    mpq_clear(rho);
    return !is_norm ? "loop is below p_max times the norm of W" : holds ? NULL : "the time constants differ too much for mu and loop";
}

/* ---- projected and switched dynamics ---- */

const char *projected_rate_fault(const StatementCase *x)
{
    const mpq_t *lag = statement_numbers(x->s, "lag");
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    if (x->s->is_part)
        return "it is about all rows";
    bool positive = mpq_sgn(rate) > 0;
    for (size_t a = 0; a < x->m->q; a++)
        positive &= mpq_sgn(lag[a]) > 0;
    if (!positive)
        return "a lag, or the rate, is not positive";
    mpq_t *shift = rationals_new(x->cx, x->m->q);
    for (size_t a = 0; a < x->m->q; a++)
        mpq_mul(shift[a], rate, lag[a]);
    bool holds = shift_holds(x->cx, x->m, x->e->n_components, x->e->component, (const mpq_t *)shift);
    rationals_clear(shift, x->m->q);
    return holds ? NULL : "the multipliers do not prove the matrix with the leak less the rate times the lag";
}

const char *switched_rate_fault(const StatementCase *x)
{
    const mpq_t *tau = statement_numbers(x->s, "tau");
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    bool slow = mpq_sgn(rate) > 0 && !x->s->is_part;
    mpq_t twice;
    mpq_init(twice);
    for (size_t a = 0; slow && a < x->m->q; a++) {
        mpq_mul(twice, rate, tau[a]);
        mpq_mul_2exp(twice, twice, 1);
        slow = mpq_sgn(tau[a]) > 0 && mpq_cmp_ui(twice, 1, 1) <= 0;
    }
    mpq_clear(twice);
    return slow ? NULL : "the rate is larger than 1 / (2 tau) somewhere, or a number is not positive";
}
