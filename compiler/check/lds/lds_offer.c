#include "compiler/check/lds/lds.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/verify.h"
#include "compiler/check/proof/wide.h"

/* For one proof: a dense factor, or of large sparse matrices what the verifier does by rows. */
static bool spend_on_proof(LdsPart *p, LdsFinding *f)
{
    double n = (double)p->n, by_rows = 1e4 * (double)p->n_edges;
    bool is_sparse = p->n > VERIFY_SPARSE_N && (double)p->n_edges < n * n / 16;
    if (p->n <= LDS_DENSE_ROWS)
        return lds_spend(p, 1.0 / 3, f);
    return is_sparse && lds_spend_operations(p, by_rows, f);
}

/* ---- how good is a proposal, in doubles ---- */

double lds_part_bracket(const LdsPart *p, const double *q, double *vector, double *above)
{
    double *root = malloc(5 * p->n * sizeof *root), *v = root + p->n, *inverse = v + p->n, margin = -DBL_MAX;
    *above = (double)INFINITY;
    if (!root)
        return margin;
    for (size_t i = 0; i < p->n; i++) {
        root[i] = sqrt(q[i]);
        inverse[i] = 0.5 / root[i];
    }
    ScaledForm f = {.n = p->n, .from = p->row_from, .column = p->column, .run = p->run, .k = p->k,
                    .left = root, .right = inverse, .scratch = inverse + p->n};
    margin = eigen_bracket(p->n, scaled_form_apply, &f, v, above);
    for (size_t i = 0; vector && i < p->n; i++)
        vector[i] = v[i] / root[i];
    free(root);
    return margin;
}

double lds_part_margin(const LdsPart *p, const double *q, double *vector)
{
    double above;
    return lds_part_bracket(p, q, vector, &above);
}

double lds_part_balance_margin(LdsPart *p)
{
    if (p->worst)
        return p->worst_margin;
    double *q = ARENA_ARRAY(&p->cx->arena, p->n, double);
    p->worst = ARENA_ARRAY(&p->cx->arena, p->n, double);
    for (size_t i = 0; i < p->n; i++)
        q[i] = p->balance[i] * p->balance[i];
    p->worst_margin = lds_part_bracket(p, q, p->worst, &p->worst_above);
    return p->worst_margin;
}

/* ---- multipliers ---- */

static double margin_of(const LdsPart *p, mpq_t *multiplier)
{
    double *q = malloc(p->n * sizeof *q), margin = -DBL_MAX;
    long top = 0;
    for (size_t i = 0; q && i < p->n; i++) {
        long e;
        q[i] = lds_split(multiplier[i], &e) * p->d[i];
        e += p->d_exp[i] - 2 * p->s_exp[i];
        top = i == 0 ? e : top;
        q[i] = ldexp(q[i], (int)fmin(fmax((double)(e - top), -900), 900));
    }
    if (q)
        margin = lds_part_margin(p, q, NULL);
    free(q);
    return margin;
}

bool lds_offer_exact_p(LdsPart *p, mpq_t *multiplier, const char *method, LdsFinding *f)
{
    Component ordered = {.n = p->n, .member = p->member, .p = multiplier}, c = row_order_declared(p->cx, p->order, &ordered);
    VerifyResult proof = {0};
    if (spend_on_proof(p, f))
        proof = verify_component(p->cx, p->declared, &c);
    if (!proof.accepted) {
        rationals_clear(multiplier, p->n);
        return false;
    }
    c.proof = proof.proof;
    c.is_accepted = true;
    f->verdict = TRUTH_CERTIFIED;
    f->method = method;
    f->component = c;
    f->margin = margin_of(p, multiplier);
    return true;
}

/* q back in the coordinates of the matrix, with so many bits, the largest near 1. */
static void round_p(const LdsPart *p, const double *q, int bits, mpq_t *out)
{
    long top = LONG_MIN;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < p->n; i++) {
            int e;
            double m = frexp(q[i] / p->d[i], &e);
            long exponent = e + 2 * p->s_exp[i] - p->d_exp[i];
            if (pass == 0) {
                top = exponent > top ? exponent : top;
                continue;
            }
            mpq_set_d(out[i], rint(ldexp(m, bits)));
            exponent -= top + bits - 1;
            if (exponent < 0)
                mpq_div_2exp(out[i], out[i], (mp_bitcnt_t)-exponent);
            else
                mpq_mul_2exp(out[i], out[i], (mp_bitcnt_t)exponent);
        }
}

static bool usable(const LdsPart *p, const double *q)
{
    for (size_t i = 0; i < p->n; i++)
        if (!(q[i] > DBL_MIN && q[i] < DBL_MAX))
            return false;
    return true;
}

/* Usable multipliers whose margin is between these two. */
static bool offer_bracketed(LdsPart *p, const double *q, double margin, double above, const char *method, LdsFinding *f)
{
    static const int bits[] = {3, 8, 16, 30, 53};
    if (margin > f->margin)
        f->margin = margin;
    if (!(above > -1e-12))
        return false;
    for (size_t b = 0; b < sizeof bits / sizeof *bits; b++) {
        if (b + 1 < sizeof bits / sizeof *bits && !(ldexp(4, -bits[b]) < margin))
            continue;           /* rounding this coarse could cost all of the margin */
        mpq_t *multiplier = rationals_new(p->cx, p->n);
        round_p(p, q, bits[b], multiplier);
        if (lds_offer_exact_p(p, multiplier, method, f))
            return true;
        if (p->n > LDS_DENSE_ROWS)      /* nothing hangs on one bit more */
            b = sizeof bits / sizeof *bits - 2 > b ? sizeof bits / sizeof *bits - 2 : b;
    }
    return false;
}

bool lds_offer_p(LdsPart *p, const double *q, const char *method, LdsFinding *f)
{
    double above;
    if (!usable(p, q))
        return false;
    double margin = lds_part_bracket(p, q, NULL, &above);
    return offer_bracketed(p, q, margin, above, method, f);
}

bool lds_offer_balance(LdsPart *p, const char *method, LdsFinding *f)
{
    double *q = ARENA_ARRAY(&p->cx->arena, p->n, double);
    for (size_t i = 0; i < p->n; i++)
        q[i] = p->balance[i] * p->balance[i];
    if (!usable(p, q))
        return false;
    double margin = lds_part_balance_margin(p);
    return offer_bracketed(p, q, margin, p->worst_above, method, f);
}

/* ---- witnesses ---- */

static bool touches(const LdsPart *p, size_t rank, mpq_t *v, size_t i)
{
    for (size_t k = 0; k < rank; k++)
        if (mpq_sgn(v[k * p->n + i]))
            return true;
    return false;
}

/* What the component's neurons add up to in a row of sums, which need not be of the component. */
static void sum_of(const LdsPart *p, const mpq_t *v, size_t row, mpq_t term, mpq_t out)
{
    const ClaimMatrix *m = p->matrix;
    mpq_set_ui(out, 0, 1);
    for (size_t e = m->row_from[row]; e < m->row_from[row + 1]; e++) {
        size_t j = m->column[e] < m->n ? lds_part_index(p, m->column[e]) : SIZE_MAX;
        if (j == SIZE_MAX)
            continue;
        mpq_mul(term, claim_matrix_at(m, row, e), v[j]);
        mpq_add(out, out, term);
    }
}

/* Neurons alone have a say in a vector: what its entries add up to follows. Rank * n_sums numbers behind each vector's w->n. */
static void add_sums(LdsPart *p, size_t rank, mpq_t *v, size_t n, Witness *w)
{
    const ClaimMatrix *m = p->matrix;
    mpq_t term;
    mpq_init(term);
    for (size_t s = 0; s < m->n_sums; s++) {
        w->member[n + s] = (uint32_t)(m->n + s);
        for (size_t k = 0; k < rank; k++)
            sum_of(p, v + k * p->n, m->n + s, term, w->v[k * w->n + n + s]);
    }
    mpq_clear(term);
}

/* Keeps the rows that the vectors touch; the others need not hold. weight may be NULL. */
static bool offer_vectors(LdsPart *p, size_t rank, mpq_t *v, mpq_t *weight, const char *method, LdsFinding *f)
{
    Witness w = {.rank = rank, .w = weight};
    w.member = ARENA_ARRAY(&p->cx->arena, p->n + p->matrix->n_sums, uint32_t);
    size_t *place = ARENA_ARRAY(&p->cx->arena, p->n, size_t), n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->member[i] < p->matrix->q - p->matrix->n_sums && touches(p, rank, v, i)) {
            place[n] = i;
            w.member[n++] = p->member[i];
        }
    bool accepted = false;
    if (n) {
        w.n = n + p->matrix->n_sums;
        w.v = rationals_new(p->cx, rank * w.n);
        for (size_t k = 0; k < rank; k++)
            for (size_t i = 0; i < n; i++)
                mpq_set(w.v[k * w.n + i], v[k * p->n + place[i]]);
        add_sums(p, rank, v, n, &w);
        row_order_declare_witness(p->cx, p->order, &w);
        accepted = verify_witness(p->cx, p->declared, &w).accepted;
        if (!accepted)
            rationals_clear(w.v, rank * w.n);
    }
    rationals_clear(v, rank * p->n);
    if (weight && !accepted)
        rationals_clear(weight, rank);
    if (accepted)
        *f = (LdsFinding){.verdict = TRUTH_REFUTED, .method = method, .witness = w, .margin = f->margin};
    return accepted;
}

bool lds_offer_exact_v(LdsPart *p, mpq_t *v, const char *method, LdsFinding *f)
{
    return offer_vectors(p, 1, v, NULL, method, f);
}

bool lds_offer_weighted_v(LdsPart *p, size_t rank, mpq_t *v, mpq_t *weight, const char *method, LdsFinding *f)
{
    return offer_vectors(p, rank, v, weight, method, f);
}

/* Rounds to multiples of 2^-bits of the largest entry: small entries vanish, and their rows need not hold. */
static void round_v(const LdsPart *p, size_t rank, const double *v, int bits, double *out)
{
    double top = 0;
    for (size_t k = 0; k < rank * p->n; k++)
        top = fmax(top, fabs(v[k]));
    int e;
    frexp(top, &e);
    for (size_t k = 0; k < rank * p->n; k++)
        out[k] = rint(ldexp(v[k], bits - e));
}

/* In rows of sums, what the other entries add up to. */
static void settle_sums(const LdsPart *p, size_t rank, double *v)
{
    for (size_t i = 0; p->matrix->n_sums && i < p->n; i++)
        for (size_t k = 0; p->member[i] >= p->matrix->n && k < rank; k++) {       /* a sum */
            double sum = 0;
            for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
                sum += p->k[e] * v[k * p->n + p->column[e]];
            v[k * p->n + i] = sum;
        }
}

/* Sum over row i of K_ij x_j; *run is the row's first run, and then that of the next row. */
static double row_times(const LdsPart *p, size_t i, const size_t **run, const double *x)
{
    double sum = 0;
    for (; p->run && **run < p->row_from[i + 1]; ++*run)
        sum += wide_dot((*run)[1] - **run, p->k + **run, x + p->column[**run]);
    for (size_t e = p->row_from[i]; !p->run && e < p->row_from[i + 1]; e++)
        sum += p->k[e] * x[p->column[e]];
    return sum;
}

/* Sum over the vectors of |v_i| (|K| |v|)_i: what rounding of v_i (K v)_i is measured by. */
static double row_size(const LdsPart *p, size_t rank, const double *v, size_t i)
{
    double all = 0;
    for (size_t k = 0; k < rank; k++) {
        const double *x = v + k * p->n;
        double size = fabs(x[i]);
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            size += fabs(p->k[e] * x[p->column[e]]);
        all += fabs(x[i]) * size;
    }
    return all;
}

/* Sum over the vectors of v_i (K v)_i may not be clearly negative anywhere. */
static bool seems_to_refute(const LdsPart *p, size_t rank, const double *v)
{
    bool any = false;
    const size_t *run = p->run, *next = run;
    for (size_t i = 0; i < p->n; i++, run = next) {
        double sum = 0;
        for (size_t k = 0; k < rank; k++) {
            const double *x = v + k * p->n;
            any |= x[i] != 0;
            next = run;
            sum += x[i] * (row_times(p, i, &next, x) - x[i]);
        }
        if (!(sum >= 0) && !(sum >= -1e-12 * row_size(p, rank, v, i)))
            return false;
    }
    return any;
}

static bool offer_rounded_v(LdsPart *p, size_t rank, const double *v, const char *method, LdsFinding *f)
{
    mpq_t *x = rationals_new(p->cx, rank * p->n);
    for (size_t k = 0; k < rank; k++)
        for (size_t i = 0; i < p->n; i++) {
            mpq_ptr to = x[k * p->n + i];
            mpq_set_d(to, v[k * p->n + i]);
            if (p->s_exp[i] > 0)
                mpq_div_2exp(to, to, (mp_bitcnt_t)p->s_exp[i]);
            else
                mpq_mul_2exp(to, to, (mp_bitcnt_t)-p->s_exp[i]);
        }
    return offer_vectors(p, rank, x, NULL, method, f);
}

bool lds_offer_v(LdsPart *p, size_t rank, const double *v, const char *method, LdsFinding *f)
{
    static const int bits[] = {3, 6, 10, 16, 24, 36, 50};
    double *rounded = malloc(rank * p->n * sizeof *rounded);
    bool accepted = false;
    for (size_t k = 0; rounded && k < rank * p->n; k++)
        if (!isfinite(v[k])) {
            free(rounded);
            return false;
        }
    for (size_t b = 0; rounded && !accepted && b < sizeof bits / sizeof *bits; b++) {
        round_v(p, rank, v, bits[b], rounded);
        settle_sums(p, rank, rounded);
        accepted = seems_to_refute(p, rank, rounded) && offer_rounded_v(p, rank, rounded, method, f);
    }
    free(rounded);
    return accepted;
}
