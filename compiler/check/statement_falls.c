/* Forms x'P x that fall along the trajectories of x' = J x for every J of a box of slopes. */
#include "compiler/check/statement_equilibrium.h"

mpq_t *statement_weights(const StatementCase *x)
{
    const ClaimMatrix *m = x->m;
    size_t q = m->q;
    mpq_t *w = rationals_new(x->cx, q * q), size;
    mpq_init(size);
    for (size_t a = 0; a < q; a++) {
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            mpq_set_ui(size, claim_matrix_size(m, m->column[e]), 1);
            mpq_mul(w[a * q + m->column[e]], m->entry[e], size);
        }
        mpq_ptr own = w[a * q + a];
        if (m->self) {
            mpq_add(own, own, m->self[a]);
            mpq_sub(own, own, m->leak[a]);
        }
        mpq_set_ui(size, 1, 1);
        mpq_add(own, own, size);
    }
    mpq_clear(size);
    return w;
}

bool statement_halve(const mpq_t lo, const mpq_t hi, mpq_t middle, mpq_t half)
{
    mpq_add(middle, lo, hi);
    mpq_div_2exp(middle, middle, 1);
    mpq_sub(half, hi, lo);
    mpq_div_2exp(half, half, 1);
    return mpq_sgn(half) >= 0;
}

void statement_add_product(mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_t room)
{
    mpq_mul(room, a, b);
    mpq_add(out, out, room);
}

void statement_add_size(mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_t room)
{
    mpq_abs(room, a);
    mpq_mul(room, room, b);
    mpq_add(out, out, room);
}

/* ---- forms ---- */

bool statement_is_symmetric(size_t q, const mpq_t *p)
{
    for (size_t a = 0; a < q; a++)
        for (size_t b = 0; b < a; b++)
            if (!mpq_equal(p[a * q + b], p[b * q + a]))
                return false;
    return true;
}

bool statement_form_is_negative(size_t q, const mpq_t *p, const mpq_t *v)
{
    mpq_t sum, row, room;
    mpq_inits(sum, row, room, (mpq_ptr)0);
    for (size_t a = 0; a < q; a++) {
        mpq_set_ui(row, 0, 1);
        for (size_t b = 0; b < q; b++)
            statement_add_product(row, p[a * q + b], v[b], room);
        statement_add_product(sum, row, v[a], room);
    }
    bool negative = mpq_sgn(sum) < 0;
    mpq_clears(sum, row, room, (mpq_ptr)0);
    return negative;
}

/* out = P T^-1 (D w - I) for the middle slopes, off = |P| T^-1 |D - middle| |w|, both q * q. */
static void form_and_radius(const StatementCase *x, const Statement *at, mpq_t *out, mpq_t *off)
{
    size_t q = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "P"), *tau = statement_numbers(x->s, "tau");
    mpq_t *w = statement_weights(x), slope, half, factor, room;
    mpq_inits(slope, half, factor, room, (mpq_ptr)0);
    for (size_t k = 0; k < q; k++) {
        statement_halve(statement_numbers(at, "slope_lo")[k], statement_numbers(at, "slope_hi")[k], slope, half);
        for (size_t a = 0; a < q; a++) {
            mpq_div(factor, p[a * q + k], tau[k]);
            if (!mpq_sgn(factor))
                continue;
            mpq_sub(out[a * q + k], out[a * q + k], factor);
            mpq_t scaled, wide;
            mpq_inits(scaled, wide, (mpq_ptr)0);
            mpq_mul(scaled, factor, slope);
            mpq_abs(factor, factor);
            mpq_mul(wide, factor, half);
            for (size_t b = 0; b < q; b++) {
                statement_add_product(out[a * q + b], w[k * q + b], scaled, room);
                statement_add_size(off[a * q + b], w[k * q + b], wide, room);
            }
            mpq_clears(scaled, wide, (mpq_ptr)0);
        }
    }
    mpq_clears(slope, half, factor, room, (mpq_ptr)0);
    rationals_clear(w, q * q);
}

/* A matrix whose symmetric part is that of `form` with the row sums of off + off' added to twice its diagonal. */
static void widened(Ctx *cx, size_t q, mpq_t *form, const mpq_t *off, ClaimMatrix *out)
{
    mpq_t sum;
    mpq_init(sum);
    claim_matrix_init(cx, out, q, q * q, false);
    out->n = q;
    for (size_t a = 0; a < q; a++) {
        out->row_from[a + 1] = (a + 1) * q;
        mpq_set_ui(sum, 0, 1);
        for (size_t b = 0; b < q; b++) {
            out->column[a * q + b] = (uint32_t)b;
            mpq_swap(out->entry[a * q + b], form[a * q + b]);
            mpq_add(sum, sum, off[a * q + b]);
            mpq_add(sum, sum, off[b * q + a]);
        }
        mpq_div_2exp(sum, sum, 1);
        mpq_add(out->entry[a * q + a], out->entry[a * q + a], sum);
    }
    mpq_clear(sum);
}

/* -(m + m') is positive definite. */
static bool is_negative_definite(Ctx *cx, const ClaimMatrix *m)
{
    Component all;
    component_init(cx, &all, m->q);
    for (size_t a = 0; a < m->q; a++) {
        all.member[a] = (uint32_t)a;
        mpq_set_ui(all.p[a], 1, 1);
    }
    bool negative = verify_component(cx, m, &all).accepted;
    component_clear(&all);
    return negative;
}

bool statement_form_falls(const StatementCase *x, const Statement *at, mpq_srcptr rate)
{
    size_t q = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "P");
    mpq_t *form = rationals_new(x->cx, q * q), *off = rationals_new(x->cx, q * q);
    mpq_t room;
    ClaimMatrix m;
    mpq_init(room);
    form_and_radius(x, at, form, off);
    for (size_t k = 0; rate && k < q * q; k++) {
        mpq_mul(room, rate, p[k]);
        mpq_sub(form[k], form[k], room);
    }
    widened(x->cx, q, form, off, &m);
    bool falls = is_negative_definite(x->cx, &m);
    claim_matrix_clear(&m);
    mpq_clear(room);
    rationals_clear(form, q * q);
    rationals_clear(off, q * q);
    return falls;
}

bool statement_form_is_positive(Ctx *cx, size_t q, const mpq_t *p)
{
    mpq_t *minus = rationals_new(cx, q * q), *off = rationals_new(cx, q * q);
    ClaimMatrix m;
    for (size_t k = 0; k < q * q; k++)
        mpq_neg(minus[k], p[k]);
    widened(cx, q, minus, off, &m);
    bool positive = is_negative_definite(cx, &m);
    claim_matrix_clear(&m);
    rationals_clear(minus, q * q);
    rationals_clear(off, q * q);
    return positive;
}
