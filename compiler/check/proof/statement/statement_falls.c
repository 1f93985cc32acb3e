/* Forms x'P x that fall along the trajectories of x' = J x for every J of a box of slopes. */
#include "compiler/check/proof/statement/statement_equilibrium.h"

mpq_t *statement_weights(const StatementCase *x)
{
    const ClaimMatrix *m = x->m;
    size_t q = m->q;
    mpq_t *w = rationals_new(x->cx, q * q), size;
    mpq_init(size);
    for (size_t a = 0; a < q; a++) {
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            mpq_set_ui(size, claim_matrix_size(m, m->column[e]), 1);
            mpq_mul(w[a * q + m->column[e]], claim_matrix_at(m, a, e), size);
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

/* common = a common multiple of the denominators, whole = x common; false when these would take more than 128
 * megabytes, as a file full of long fractions might. */
static bool make_whole(size_t n, const mpq_t *x, mpz_t *whole, mpz_t common)
{
    mpz_set_ui(common, 1);
    for (size_t k = 0; k < n; k++) {
        if (!mpz_divisible_p(common, mpq_denref(x[k])))
            mpz_lcm(common, common, mpq_denref(x[k]));
        if ((double)mpz_sizeinbase(common, 2) * (double)n > 0x1p30)
            return false;
    }
    for (size_t k = 0; k < n; k++) {
        mpz_divexact(whole[k], common, mpq_denref(x[k]));
        mpz_mul(whole[k], whole[k], mpq_numref(x[k]));
    }
    return true;
}

static mpz_t *whole_new(Ctx *cx, size_t n)
{
    mpz_t *x = ARENA_ARRAY(&cx->arena, n, mpz_t);
    for (size_t k = 0; k < n; k++)
        mpz_init(x[k]);
    return x;
}

void statement_whole_weights(const StatementCase *x, WholeWeights *out)
{
    size_t q = x->m->q;
    mpq_t *w = statement_weights(x);
    *out = (WholeWeights){.q = q, .entry = whole_new(x->cx, q * q), .factor = whole_new(x->cx, q), .sum = whole_new(x->cx, q)};
    mpz_inits(out->common, out->multiple, NULL);
    out->too_long = !make_whole(q * q, (const mpq_t *)w, out->entry, out->common);
    rationals_clear(w, q * q);
}

void whole_weights_clear(WholeWeights *w)
{
    for (size_t k = 0; k < w->q * w->q; k++)
        mpz_clear(w->entry[k]);
    for (size_t k = 0; k < w->q; k++) {
        mpz_clear(w->factor[k]);
        mpz_clear(w->sum[k]);
    }
    mpz_clears(w->common, w->multiple, NULL);
}

void statement_add_row(WholeWeights *w, const mpq_t *f, bool sizes, mpq_t *out)
{
    size_t q = w->q;
    w->too_long = w->too_long || !make_whole(q, f, w->factor, w->multiple);
    if (w->too_long)
        return;
    mpz_mul(w->multiple, w->multiple, w->common);
    mpq_t term;
    mpq_init(term);
    for (size_t c = 0; c < q; c++)
        mpz_set_ui(w->sum[c], 0);
    for (size_t k = 0; k < q; k++) {
        if (mpz_sgn(w->factor[k]) == 0)
            continue;
        for (size_t c = 0; c < q; c++)
            (sizes && mpz_sgn(w->entry[k * q + c]) < 0 ? mpz_submul : mpz_addmul)(w->sum[c], w->factor[k], w->entry[k * q + c]);
    }
    for (size_t c = 0; c < q; c++) {
        mpz_set(mpq_numref(term), w->sum[c]);
        mpz_set(mpq_denref(term), w->multiple);
        mpq_canonicalize(term);
        mpq_add(out[c], out[c], term);
    }
    mpq_clear(term);
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

/* out = P T^-1 (D w - I) for the middle slopes, off = |P| T^-1 |D - middle| |w|, both q * q; false where numbers are too long. */
static bool form_and_radius(const StatementCase *x, const Statement *at, mpq_t *out, mpq_t *off)
{
    size_t q = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "P"), *tau = statement_numbers(x->s, "tau");
    mpq_t *slope = rationals_new(x->cx, q), *half = rationals_new(x->cx, q), *row = rationals_new(x->cx, q), *wide = rationals_new(x->cx, q);
    WholeWeights w;
    statement_whole_weights(x, &w);
    for (size_t k = 0; k < q; k++)
        statement_halve(statement_numbers(at, "slope_lo")[k], statement_numbers(at, "slope_hi")[k], slope[k], half[k]);
    for (size_t a = 0; a < q; a++) {
        for (size_t k = 0; k < q; k++) {
            mpq_div(row[k], p[a * q + k], tau[k]);
            mpq_set(out[a * q + k], row[k]);
            mpq_neg(out[a * q + k], out[a * q + k]);
            mpq_abs(wide[k], row[k]);
            mpq_mul(wide[k], wide[k], half[k]);
            mpq_mul(row[k], row[k], slope[k]);
        }
        statement_add_row(&w, (const mpq_t *)row, false, &out[a * q]);
        statement_add_row(&w, (const mpq_t *)wide, true, &off[a * q]);
    }
    bool fine = !w.too_long;
    whole_weights_clear(&w);
    mpq_t *room[] = {slope, half, row, wide};
    for (int k = 0; k < 4; k++)
        rationals_clear(room[k], q);
    return fine;
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
    bool fine = form_and_radius(x, at, form, off);
    for (size_t k = 0; rate && k < q * q; k++) {
        mpq_mul(room, rate, p[k]);
        mpq_sub(form[k], form[k], room);
    }
    widened(x->cx, q, form, off, &m);
    bool falls = fine && is_negative_definite(x->cx, &m);
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
