/* Equilibria in boxes, and what keeps trajectories away from them. */
#include <stdlib.h>

#include "compiler/check/statement_verify.h"

/* W summed over the neurons of a row, q * q: the tested matrix + I. */
static mpq_t *weights_of(const StatementCase *x)
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

/* middle = (lo + hi)/2, half = (hi - lo)/2; false where lo > hi. */
static bool halve(const mpq_t lo, const mpq_t hi, mpq_t middle, mpq_t half)
{
    mpq_add(middle, lo, hi);
    mpq_div_2exp(middle, middle, 1);
    mpq_sub(half, hi, lo);
    mpq_div_2exp(half, half, 1);
    return mpq_sgn(half) >= 0;
}

/* out += a b */
static void add_product(mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_t room)
{
    mpq_mul(room, a, b);
    mpq_add(out, out, room);
}

/* out += |a| b */
static void add_size(mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_t room)
{
    mpq_abs(room, a);
    mpq_mul(room, room, b);
    mpq_add(out, out, room);
}

/* ---- an equilibrium in a box ---- */

/* x - psi at the centre is within miss +- spread of each row, and slopes are slope +- slope_half in the box. */
typedef struct BoxCase {
    size_t q;
    const mpq_t *radius, *y;
    mpq_t *w, *slope, *miss, *spread;
    mpq_t room, sum;
} BoxCase;

static void box_clear(BoxCase *b)
{
    rationals_clear(b->w, b->q * b->q);
    rationals_clear(b->slope, b->q);
    rationals_clear(b->miss, b->q);
    rationals_clear(b->spread, b->q);
    mpq_clears(b->room, b->sum, (mpq_ptr)0);
}

static const char *box_init(const StatementCase *x, BoxCase *b)
{
    const Statement *s = x->s;
    size_t q = x->m->q;
    *b = (BoxCase){.q = q, .radius = statement_numbers(s, "radius"), .y = statement_numbers(s, "Y"), .w = weights_of(x)};
    b->slope = rationals_new(x->cx, q);
    b->miss = rationals_new(x->cx, q);
    b->spread = rationals_new(x->cx, q);
    mpq_inits(b->room, b->sum, (mpq_ptr)0);
    bool ordered = true;
    for (size_t a = 0; a < q; a++) {
        ordered &= mpq_sgn(b->radius[a]) > 0;
        ordered &= halve(statement_numbers(s, "slope_lo")[a], statement_numbers(s, "slope_hi")[a], b->slope[a], b->sum);
        for (size_t c = 0; c < q; c++)
            add_size(b->miss[a], b->w[a * q + c], b->radius[c], b->room);
        mpq_mul(b->spread[a], b->sum, b->miss[a]);
        ordered &= halve(statement_numbers(s, "value_lo")[a], statement_numbers(s, "value_hi")[a], b->miss[a], b->sum);
        mpq_add(b->spread[a], b->spread[a], b->sum);
        mpq_sub(b->miss[a], statement_numbers(s, "x")[a], b->miss[a]);
    }
    return ordered ? NULL : "a radius is not positive, or a bound is above the other one";
}

/* |Y miss| + |I - Y (I - D w)| r + |Y| spread < r in row a. */
static bool row_maps_inside(BoxCase *b, size_t a, mpq_t *row)
{
    size_t q = b->q;
    mpq_set_ui(b->sum, 0, 1);
    for (size_t k = 0; k < q; k++) {
        add_product(b->sum, b->y[a * q + k], b->miss[k], b->room);
        mpq_neg(row[k], b->y[a * q + k]);
    }
    mpq_abs(b->sum, b->sum);
    mpq_set_ui(b->room, 1, 1);
    mpq_add(row[a], row[a], b->room);
    for (size_t k = 0; k < q; k++) {
        add_size(b->sum, b->y[a * q + k], b->spread[k], b->room);
        mpq_t yd;
        mpq_init(yd);
        mpq_mul(yd, b->y[a * q + k], b->slope[k]);
        for (size_t c = 0; mpq_sgn(yd) && c < q; c++)
            if (mpq_sgn(b->w[k * q + c]))
                add_product(row[c], yd, b->w[k * q + c], b->room);
        mpq_clear(yd);
    }
    for (size_t c = 0; c < q; c++)
        add_size(b->sum, row[c], b->radius[c], b->room);
    return mpq_cmp(b->sum, b->radius[a]) < 0;
}

const char *equilibrium_fault(const StatementCase *x)
{
    if (x->m->q > STATEMENT_MOST_DENSE)
        return "it is about more rows than are looked at";
    BoxCase b;
    const char *fault = box_init(x, &b);
    mpq_t *row = rationals_new(x->cx, b.q);
    for (size_t a = 0; !fault && a < b.q; a++)
        if (!row_maps_inside(&b, a, row))
            fault = arena_printf(&x->cx->arena, "Krawczyk's map does not lead into the box in row %zu", a);
    rationals_clear(row, b.q);
    box_clear(&b);
    return fault;
}

const char *local_fault(const StatementCase *x)
{
    const Statement *s = x->s;
    if (statement_local(x->e->statement, x->e->n_statements) != s)
        return "it is the second one of its kind";
    for (size_t a = 0; a < s->n; a++)
        if (mpq_sgn(statement_numbers(s, "slope")[a]) <= 0 || mpq_cmp(statement_numbers(s, "x_lo")[a], statement_numbers(s, "x_hi")[a]) >= 0)
            return "a slope is not positive, or a side of the box has no length";
    return NULL;
}

/* The equilibrium that a number names; NULL: none. */
static const Statement *equilibrium_named(const Evidence *e, mpq_srcptr number)
{
    bool is_index = mpz_cmp_ui(mpq_denref(number), 1) == 0 && mpq_sgn(number) >= 0 && mpz_cmp_ui(mpq_numref(number), e->n_statements) < 0;
    const Statement *s = is_index ? &e->statement[mpz_get_ui(mpq_numref(number))] : NULL;
    return s && s->kind == STATEMENT_EQUILIBRIUM && !s->is_part ? s : NULL;
}

/* |x_a - y_a| > r_a + s_a somewhere. */
static bool boxes_are_apart(const Statement *s, const Statement *t)
{
    bool apart = false;
    mpq_t gap;
    mpq_init(gap);
    for (size_t a = 0; !apart && a < s->n; a++) {
        mpq_sub(gap, statement_numbers(s, "x")[a], statement_numbers(t, "x")[a]);
        mpq_abs(gap, gap);
        mpq_sub(gap, gap, statement_numbers(s, "radius")[a]);
        apart = mpq_cmp(gap, statement_numbers(t, "radius")[a]) > 0;
    }
    mpq_clear(gap);
    return apart;
}

const char *several_fault(const StatementCase *x)
{
    const Statement *first = equilibrium_named(x->e, x->s->field[0][0]), *second = equilibrium_named(x->e, x->s->field[1][0]);
    if (!first || !second)
        return "it names a statement that is no equilibrium";
    for (size_t a = 0; a < first->n; a++)
        if (!mpq_equal(statement_numbers(first, "input")[a], statement_numbers(second, "input")[a]))
            return "the equilibria are of different inputs";
    return boxes_are_apart(first, second) ? NULL : "the boxes of the equilibria meet";
}

/* ---- what happens beside it ---- */

static bool is_symmetric(size_t q, const mpq_t *p)
{
    for (size_t a = 0; a < q; a++)
        for (size_t b = 0; b < a; b++)
            if (!mpq_equal(p[a * q + b], p[b * q + a]))
                return false;
    return true;
}

/* v'P v < 0 */
static bool form_is_negative(size_t q, const mpq_t *p, const mpq_t *v)
{
    mpq_t sum, row, room;
    mpq_inits(sum, row, room, (mpq_ptr)0);
    for (size_t a = 0; a < q; a++) {
        mpq_set_ui(row, 0, 1);
        for (size_t b = 0; b < q; b++)
            add_product(row, p[a * q + b], v[b], room);
        add_product(sum, row, v[a], room);
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
    mpq_t *w = weights_of(x), slope, half, factor, room;
    mpq_inits(slope, half, factor, room, (mpq_ptr)0);
    for (size_t k = 0; k < q; k++) {
        halve(statement_numbers(at, "slope_lo")[k], statement_numbers(at, "slope_hi")[k], slope, half);
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
                add_product(out[a * q + b], w[k * q + b], scaled, room);
                add_size(off[a * q + b], w[k * q + b], wide, room);
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

/* -(P J + J'P) is positive definite for all slopes of the box. */
static bool form_falls(const StatementCase *x, const Statement *at)
{
    size_t q = x->m->q;
    mpq_t *form = rationals_new(x->cx, q * q), *off = rationals_new(x->cx, q * q);
    ClaimMatrix m;
    form_and_radius(x, at, form, off);
    widened(x->cx, q, form, off, &m);
    bool falls = is_negative_definite(x->cx, &m);
    claim_matrix_clear(&m);
    rationals_clear(form, q * q);
    rationals_clear(off, q * q);
    return falls;
}

static bool form_is_positive(Ctx *cx, size_t q, const mpq_t *p)
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
    return is_symmetric(x->m->q, statement_numbers(x->s, "P")) ? NULL : "P is not symmetric";
}

const char *attracting_fault(const StatementCase *x)
{
    const Statement *at = equilibrium_named(x->e, statement_numbers(x->s, "equilibrium")[0]);
    const char *fault = form_fault(x, at);
    for (size_t a = 0; !fault && a < x->m->q; a++)
        if (claim_matrix_size(x->m, a) > 1)
            fault = "a row stands for several neurons";
    if (fault)
        return fault;
    if (!form_is_positive(x->cx, x->m->q, statement_numbers(x->s, "P")))
        return "P is not positive definite";
    return form_falls(x, at) ? NULL : "-(P J + J'P) is not positive definite for all slopes of the box";
}

const char *unstable_fault(const StatementCase *x)
{
    const Statement *at = equilibrium_named(x->e, statement_numbers(x->s, "equilibrium")[0]);
    const char *fault = form_fault(x, at);
    if (fault)
        return fault;
    if (!form_is_negative(x->m->q, statement_numbers(x->s, "P"), statement_numbers(x->s, "direction")))
        return "P is not negative in the direction";
    return form_falls(x, at) ? NULL : "-(P J + J'P) is not positive definite for all slopes of the box";
}

/* The row has an input from some neuron, so that the slopes are those of more than a point. */
static bool has_reach(const StatementCase *x, size_t row)
{
    mpq_t *w = weights_of(x);
    bool any = false;
    for (size_t b = 0; b < x->m->q; b++)
        any |= mpq_sgn(w[row * x->m->q + b]) != 0;
    rationals_clear(w, x->m->q * x->m->q);
    return any;
}

/* slope (W_ii - W_ij) > 1 for the neurons of a row, at least two: their differences grow. */
const char *unstable_within_fault(const StatementCase *x)
{
    const Statement *at = equilibrium_named(x->e, statement_numbers(x->s, "equilibrium")[0]);
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
