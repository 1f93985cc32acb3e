/* What trajectories do beside an equilibrium, and far out. */
#include "compiler/check/proof/statement/statement_equilibrium.h"

/* What the two statements about P have in common. */
static const char *form_fault(const StatementCase *x, const Statement *at)
{
    if (!at)
        return "it names a statement that is no equilibrium";
    if (x->m->q > STATEMENT_MOST_DENSE)
        return "it is about more rows than are looked at";
    for (size_t a = 0; a < x->m->q; a++)
        if (mpq_sgn(statement_numbers(x->s, "tau")[a]) <= 0)
            return "tau is not positive";
    return statement_is_symmetric(x->m->q, statement_numbers(x->s, "P")) ? NULL : "P is not symmetric";
}

const char *attracting_fault(const StatementCase *x)
{
    const Statement *at = statement_equilibrium_named(x->e, statement_numbers(x->s, "equilibrium")[0]);
    const char *fault = form_fault(x, at);
    for (size_t a = 0; !fault && a < x->m->q; a++)
        if (claim_matrix_size(x->m, a) > 1)
            fault = "a row stands for several neurons";
    if (fault)
        return fault;
    if (!statement_form_is_positive(x->cx, x->m->q, statement_numbers(x->s, "P")))
        return "P is not positive definite";
    return statement_form_falls(x, at, NULL) ? NULL : "-(P J + J'P) is not positive definite for all slopes of the box";
}

/* The least slopes at the equilibrium that attracts, and by which it is named; NULL: none is named. */
static const mpq_t *least_slopes(const StatementCase *x)
{
    mpq_srcptr number = statement_numbers(x->s, "attracting")[0];
    if (mpz_cmp_ui(mpq_denref(number), 1) != 0 || mpq_sgn(number) < 0 || mpz_cmp_ui(mpq_numref(number), x->e->n_statements) >= 0)
        return NULL;
    const Statement *s = &x->e->statement[mpz_get_ui(mpq_numref(number))], *at = NULL;
    if (s->is_part)
        return NULL;
    if (s->kind == STATEMENT_PIECES_ATTRACT && (at = statement_on_pieces_named(x->e, statement_numbers(s, "equilibrium")[0])))
        return (const mpq_t *)statement_numbers(at, "slope");
    if (s->kind == STATEMENT_ATTRACTING && (at = statement_equilibrium_named(x->e, statement_numbers(s, "equilibrium")[0])))
        return (const mpq_t *)statement_numbers(at, "slope_lo");
    return NULL;
}

const char *inhibition_fault(const StatementCase *x)
{
    const mpq_t *slope = least_slopes(x);
    mpq_srcptr row = statement_numbers(x->s, "row")[0];
    if (!slope)
        return "it names a statement that no equilibrium attracts by";
    if (x->m->q != 2 || x->m->n_kernels || x->m->mean_slope || claim_matrix_size(x->m, 0) > 1 || claim_matrix_size(x->m, 1) > 1)
        return "it is not about two neurons";
    if (mpq_sgn(row) != 0 && mpq_cmp_ui(row, 1, 1) != 0)
        return "it names a row that there is not";
    size_t r = mpz_get_ui(mpq_numref(row));
    mpq_t *w = statement_weights(x), own;
    mpq_init(own);
    mpq_mul(own, slope[r], w[3 * r]);
    bool so = mpq_sgn(slope[r]) > 0 && mpq_cmp_ui(own, 1, 1) > 0 && mpq_sgn(w[2 * r + (1 - r)]) < 0;
    mpq_clear(own);
    rationals_clear(w, 4);
    return so ? NULL : "the neuron by itself stays there, as far as is said, or is not inhibited by the other one";
}

const char *unstable_fault(const StatementCase *x)
{
    const Statement *at = statement_equilibrium_named(x->e, statement_numbers(x->s, "equilibrium")[0]);
    const char *fault = form_fault(x, at);
    if (fault)
        return fault;
    if (!statement_form_is_negative(x->m->q, statement_numbers(x->s, "P"), statement_numbers(x->s, "direction")))
        return "P is not negative in the direction";
    return statement_form_falls(x, at, NULL) ? NULL : "-(P J + J'P) is not positive definite for all slopes of the box";
}

/* The row has an input from some neuron, so that the slopes are those of more than a point. */
static bool has_reach(const StatementCase *x, size_t row)
{
    mpq_t *w = statement_weights(x);
    bool any = false;
    for (size_t b = 0; b < x->m->q; b++)
        any |= mpq_sgn(w[row * x->m->q + b]) != 0;
    rationals_clear(w, x->m->q * x->m->q);
    return any;
}

/* slope (W_ii - W_ij) > 1 for the neurons of a row, at least two: their differences grow. */
const char *unstable_within_fault(const StatementCase *x)
{
    const Statement *at = statement_equilibrium_named(x->e, statement_numbers(x->s, "equilibrium")[0]);
    mpq_srcptr number = statement_numbers(x->s, "row")[0];
    if (!at)
        return "it names a statement that is no equilibrium";
    if (mpz_cmp_ui(mpq_denref(number), 1) != 0 || mpq_sgn(number) < 0 || mpz_cmp_ui(mpq_numref(number), x->m->q) >= 0)
        return "it is about a row that there is not";
    size_t row = mpz_get_ui(mpq_numref(number));
    for (size_t k = 0; k < x->m->n_kernels; k++)
        if (x->m->kernel[k].to == row || x->m->kernel[k].from == row)
            return "it is about neurons that a kernel joins";
    if (claim_matrix_size(x->m, row) < 2 || x->m->q > STATEMENT_MOST_DENSE || !has_reach(x, row))
        return "it is about a row of one neuron, or one without input";
    mpq_t own, one;
    mpq_inits(own, one, (mpq_ptr)0);
    mpq_set_ui(one, 1, 1);
    mpq_sub(own, x->m->self[row], x->m->leak[row]);
    mpq_add(own, own, one);
    mpq_mul(own, own, statement_numbers(at, "slope_lo")[row]);
    bool grows = mpq_cmp(own, one) > 0 && mpq_sgn(statement_numbers(at, "slope_lo")[row]) >= 0;
    mpq_clears(own, one, (mpq_ptr)0);
    return grows ? NULL : "the differences of these neurons do not grow";
}

/* ---- far out ---- */

/* P + m w w' is positive definite, w being row a of the weights. */
static bool sign_is_kept(const StatementCase *x, const mpq_t *w, size_t a)
{
    size_t q = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "P");
    mpq_srcptr m = statement_numbers(x->s, "m")[a];
    mpq_t *sum = rationals_new(x->cx, q * q), scaled;
    mpq_init(scaled);
    for (size_t b = 0; b < q; b++) {
        mpq_mul(scaled, m, w[a * q + b]);
        for (size_t c = 0; c < q; c++) {
            mpq_mul(sum[b * q + c], scaled, w[a * q + c]);
            mpq_add(sum[b * q + c], sum[b * q + c], p[b * q + c]);
        }
    }
    bool kept = statement_form_is_positive(x->cx, q, sum);
    mpq_clear(scaled);
    rationals_clear(sum, q * q);
    return kept;
}

/* Row a of the weights is 0; otherwise *sign is that of w_a v, v the direction. */
static bool has_no_input(const StatementCase *x, const mpq_t *w, size_t a, int *sign)
{
    size_t q = x->m->q;
    const mpq_t *v = statement_numbers(x->s, "direction");
    bool none = true;
    mpq_t sum, room;
    mpq_inits(sum, room, (mpq_ptr)0);
    for (size_t b = 0; b < q; b++) {
        none &= mpq_sgn(w[a * q + b]) == 0;
        statement_add_product(sum, w[a * q + b], v[b], room);
    }
    *sign = mpq_sgn(sum);
    mpq_clears(sum, room, (mpq_ptr)0);
    return none;
}

/* In the cone the input of each row keeps the sign that is said. */
static const char *cone_fault(const StatementCase *x)
{
    const mpq_t *said = statement_numbers(x->s, "sign");
    mpq_t *w = statement_weights(x);
    const char *fault = NULL;
    for (size_t a = 0; !fault && a < x->m->q; a++) {
        int sign;
        if (mpq_cmp_si(said[a], 1, 1) != 0 && mpq_cmp_si(said[a], -1, 1) != 0 && mpq_sgn(said[a]) != 0)
            fault = "a sign is none of 1, 0 and -1";
        else if (mpq_sgn(said[a]) && !has_no_input(x, (const mpq_t *)w, a, &sign) &&
                 (sign != mpq_sgn(said[a]) || !sign_is_kept(x, (const mpq_t *)w, a)))
            fault = arena_printf(&x->cx->arena, "the input of row %zu does not keep its sign in the cone", a);
    }
    rationals_clear(w, x->m->q * x->m->q);
    return fault;
}

const char *runaway_fault(const StatementCase *x)
{
    size_t q = x->m->q;
    const Statement *s = x->s;
    mpq_srcptr rate = statement_numbers(s, "rate")[0];
    const char *fault = form_fault(x, s);
    for (size_t a = 0; !fault && a < q; a++)
        if (mpq_cmp(statement_numbers(s, "slope_lo")[a], statement_numbers(s, "slope_hi")[a]) > 0)
            fault = "a bound is above the other one";
    if (fault)
        return fault;
    if (mpq_sgn(rate) < 0)
        return "the rate is negative";
    if (!statement_form_is_negative(q, statement_numbers(s, "P"), statement_numbers(s, "direction")))
        return "P is not negative in the direction";
    fault = cone_fault(x);
    if (fault)
        return fault;
    return statement_form_falls(x, s, rate) ? NULL : "-(P J + J'P) + 2 rate P is not positive definite for all slopes";
}
