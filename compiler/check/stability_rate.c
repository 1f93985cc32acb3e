#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds.h"
#include "compiler/check/stability.h"
#include "compiler/check/verify.h"

/* mu I <= S(p) over all neurons, where neuron i of row a has p_a / size_a. It is
 * the same as: the multipliers still prove the matrix with mu size_a / (2 p_a)
 * added to each neuron's own entry. So the verifier is asked about that matrix. */

/* Beyond ONE_ATTEMPT rows each attempt takes seconds, so only the first is made; beyond
 * MAX_ENTRIES no rate is stated: the changed copy of the matrix would take a gigabyte. */
enum { ONE_ATTEMPT = 2000, MAX_ENTRIES = 2 * 1000 * 1000 };

Num stability_round_down(NumPool *nums, mpq_srcptr x)
{
    char text[40];
    Num down = num_int(nums, 0);
    double value = num_to_double_down(x);
    if (!(value > 0))
        return down;
    double unit = pow(10, floor(log10(value)) - 2);
    for (int k = 0; k < 3; k++) {
        snprintf(text, sizeof text, "%.2e", (floor(value / unit) - k) * unit);
        if (num_parse(nums, text, strlen(text), &down) && mpq_cmp(down, x) <= 0)
            return down;
    }
    return num_int(nums, 0);
}

typedef struct Form {
    const ClaimMatrix *m;
    mpq_t *p;
    double *root;               /* sqrt(size / p_max scale) of each row */
} Form;

/* S(p) between vectors of length one over all neurons: row a counts size_a times. */
static void apply_form(const void *self, const double *x, double *y)
{
    const Form *f = self;
    const ClaimMatrix *m = f->m;
    memset(y, 0, m->q * sizeof *y);
    for (size_t a = 0; a < m->q; a++) {
        double p = mpq_get_d(f->p[a]);
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t b = m->column[e];
            double r = p * mpq_get_d(m->entry[e]) * (double)claim_matrix_size(m, b) / (f->root[a] * f->root[b]);
            y[a] -= r * x[b];
            y[b] -= r * x[a];
        }
        if (m->leak)
            y[a] += 2 * p * (mpq_get_d(m->leak[a]) - mpq_get_d(m->self[a])) / (f->root[a] * f->root[a]) * x[a];
    }
}

static double estimate_mu(Ctx *cx, const ClaimMatrix *m, mpq_t *p)
{
    Form f = {m, p, ARENA_ARRAY(&cx->arena, m->q, double)};
    double *vector = ARENA_ARRAY(&cx->arena, m->q, double);
    for (size_t a = 0; a < m->q; a++)
        f.root[a] = sqrt((double)claim_matrix_size(m, a));
    double mu = eigen_smallest(m->q, apply_form, &f, vector);
    for (size_t a = 0; m->leak && a < m->q; a++)
        if (m->size[a] > 1)
            mu = fmin(mu, 2 * mpq_get_d(p[a]) / (double)m->size[a] * (mpq_get_d(m->leak[a]) - mpq_get_d(m->self[a])));
    return mu;
}

/* A copy whose own entries are larger by mu size_a / (2 p_a): diagonal entries, or self. */
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

static bool mu_holds(Ctx *cx, const ClaimMatrix *m, const Component *c, mpq_srcptr mu)
{
    ClaimMatrix shifted;
    shifted_matrix(cx, m, c->p, mu, &shifted);
    bool holds = verify_component(cx, &shifted, c).accepted;
    if (m->self)
        rationals_clear(shifted.self, m->q);
    else
        rationals_clear(shifted.entry, m->row_from[m->q]);
    return holds;
}

/* W's entry between a neuron of row a and one of row b, as entry e of the matrix says. */
static void weight_sums(const ClaimMatrix *m, mpq_t *row, mpq_t *column)
{
    mpq_t x, own;
    mpq_inits(x, own, (mpq_ptr)0);
    for (size_t a = 0; a < m->q; a++) {
        mpq_set_ui(own, m->leak ? 0 : 1, 1);        /* W_ii = A_ii + 1, or uniform + self */
        if (m->self)
            mpq_set(own, m->self[a]);
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t b = m->column[e];
            if (b == a)
                mpq_add(own, own, m->entry[e]);
            mpq_set_ui(x, claim_matrix_size(m, b) - (b == a), 1);
            mpq_mul(x, x, m->entry[e]);
            mpq_abs(x, x);
            mpq_add(row[a], row[a], x);
            mpq_set_ui(x, claim_matrix_size(m, a) - (b == a), 1);
            mpq_mul(x, x, m->entry[e]);
            mpq_abs(x, x);
            mpq_add(column[b], column[b], x);
        }
        mpq_abs(own, own);
        mpq_add(row[a], row[a], own);
        mpq_add(column[a], column[a], own);
    }
    mpq_clears(x, own, (mpq_ptr)0);
}

/* |W|_2^2 <= |W|_1 |W|_inf. */
static void weight_norm(Ctx *cx, const ClaimMatrix *m, mpq_t out)
{
    mpq_t *row = rationals_new(cx, m->q), *column = rationals_new(cx, m->q);
    size_t r = 0, c = 0;
    weight_sums(m, row, column);
    for (size_t a = 1; a < m->q; a++) {
        r = mpq_cmp(row[a], row[r]) > 0 ? a : r;
        c = mpq_cmp(column[a], column[c]) > 0 ? a : c;
    }
    mpq_mul(out, row[r], column[c]);
    rationals_clear(row, m->q);
    rationals_clear(column, m->q);
}

/* The largest multiplier of a neuron. */
static void largest_p(const ClaimMatrix *m, const Component *c, mpq_t out)
{
    mpq_t x;
    mpq_init(x);
    for (size_t a = 0; a < m->q; a++) {
        mpq_set_ui(x, claim_matrix_size(m, a), 1);
        mpq_div(x, c->p[a], x);
        if (mpq_cmp(x, out) > 0)
            mpq_set(out, x);
    }
    mpq_clear(x);
}

Num stability_equal_tau_rate(Ctx *cx, NumPool *nums, const LdsReport *lds, Num tau)
{
    const ClaimMatrix *m = &lds->matrix;
    const Component *c = lds->evidence.component;
    if (lds->evidence.n_components != 1 || m->n_kernels || m->row_from[m->q] > MAX_ENTRIES)
        return NULL;            /* the multipliers of several components have no common scale */
    double estimate = estimate_mu(cx, m, c->p);
    Num rate = NULL;
    double least = c->n > ONE_ATTEMPT ? 0.9985 : 0.1;
    for (double factor = 0.999; !rate && factor > least && estimate > 0; factor *= factor) {
        Num mu = stability_round_down(nums, num_from_double(nums, estimate * factor));
        if (mpq_sgn(mu) <= 0 || !mu_holds(cx, m, c, mu))
            continue;
        mpq_t bottom, p;
        mpq_inits(bottom, p, (mpq_ptr)0);
        weight_norm(cx, m, bottom);
        largest_p(m, c, p);
        mpq_mul(bottom, bottom, p);
        mpq_add(bottom, bottom, mu);
        mpq_mul(bottom, bottom, tau);
        mpq_mul_2exp(bottom, bottom, 1);
        mpq_div(bottom, mu, bottom);
        rate = stability_round_down(nums, bottom);
        mpq_clears(bottom, p, (mpq_ptr)0);
    }
    return rate && mpq_sgn(rate) > 0 ? rate : NULL;
}
