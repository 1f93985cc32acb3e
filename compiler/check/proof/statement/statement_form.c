/* Theorems 27 and 28: quadratic forms in the deviations x of rates and f of activations,
 * positive definite on the means of rows and on differences within a row. */
#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/statement/statement_verify.h"

/* A symmetric matrix K as the A of M(p) = -(P A + A' P) with p = 1: A = -K/2. */
typedef struct Form {
    Ctx *cx;
    size_t n;
    mpq_t *k;                   /* n * n; both triangles are kept the same */
    mpq_t term;
} Form;

static void form_init(Ctx *cx, Form *f, size_t n)
{
    *f = (Form){.cx = cx, .n = n, .k = rationals_new(cx, n * n)};
    mpq_init(f->term);
}

static void form_clear(Form *f)
{
    rationals_clear(f->k, f->n * f->n);
    mpq_clear(f->term);
}

/* K gains factor * a * b / c at (i, j) and (j, i), on the diagonal twice; c NULL: 1. */
static void form_add(Form *f, size_t i, size_t j, int factor, mpq_srcptr a, mpq_srcptr b, mpq_srcptr c)
{
    mpq_mul(f->term, a, b);
    if (c)
        mpq_div(f->term, f->term, c);
    if (factor < 0)
        mpq_neg(f->term, f->term);
    mpq_add(f->k[i * f->n + j], f->k[i * f->n + j], f->term);
    mpq_add(f->k[j * f->n + i], f->k[j * f->n + i], f->term);
}

static bool form_is_positive(Form *f)
{
    ClaimMatrix a;
    Component c;
    claim_matrix_init(f->cx, &a, f->n, f->n * f->n, false);
    component_init(f->cx, &c, f->n);
    for (size_t i = 0; i < f->n; i++) {
        c.member[i] = (uint32_t)i;
        mpq_set_ui(c.p[i], 1, 1);
        a.row_from[i] = i * f->n;
        for (size_t j = 0; j < f->n; j++) {
            size_t e = i * f->n + j;
            a.column[e] = (uint32_t)j;
            mpq_div_2exp(a.entry[e], f->k[e], 1);
            mpq_neg(a.entry[e], a.entry[e]);
        }
    }
    LyapunovForm form = {&a, f->n, c.member, c.p};      /* of very many corners most are clear to doubles */
    bool positive = positive_by_cholesky(&form, NULL) == POSITIVE_YES || verify_component(f->cx, &a, &c).accepted;
    claim_matrix_clear(&a);
    component_clear(&c);
    return positive;
}

/* W between the means of rows: of T + I. */
static mpq_t *mean_weights(const StatementCase *x)
{
    const ClaimMatrix *m = x->m;
    mpq_t *w = rationals_new(x->cx, m->q * m->q), one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    for (size_t a = 0; a < m->q; a++) {
        mpq_ptr own = w[a * m->q + a];
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            mpq_ptr to = w[a * m->q + m->column[e]];
            mpz_set_ui(mpq_numref(to), claim_matrix_size(m, m->column[e]));
            mpq_mul(to, to, claim_matrix_at(m, a, e));
        }
        mpq_add(own, own, one);
        if (m->self) {
            mpq_add(own, own, m->self[a]);
            mpq_sub(own, own, m->leak[a]);
        }
    }
    mpq_clear(one);
    return w;
}

/* What a difference between neurons of row a makes of itself. */
static void difference_weight(const ClaimMatrix *m, size_t a, mpq_t out)
{
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    mpq_sub(out, m->self[a], m->leak[a]);
    mpq_add(out, out, one);
    mpq_clear(one);
}

static bool has_signs(const mpq_t *x, size_t n, int least)
{
    bool all = true;
    for (size_t k = 0; all && k < n; k++)
        all = mpq_sgn(x[k]) >= least;
    return all;
}

/* The parts in q and lambda of the form of n rows with the weights w between them:
 *      2 f' Lambda f - 2 f' Lambda W x  +  2 f' Q W T^-1 x - 2 f' Q W T^-1 f. */
static void add_sector(Form *f, size_t n, const mpq_t *w, const mpq_t *q, const mpq_t *lambda, const mpq_t *tau)
{
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    for (size_t i = 0; i < n; i++) {
        form_add(f, n + i, n + i, 1, lambda[i], one, NULL);
        for (size_t j = 0; j < n; j++) {
            if (mpq_sgn(w[i * n + j]) == 0)
                continue;
            form_add(f, n + i, j, -1, lambda[i], w[i * n + j], NULL);
            form_add(f, n + i, j, 1, q[i], w[i * n + j], tau[j]);
            form_add(f, n + i, n + j, -1, q[i], w[i * n + j], tau[j]);
        }
    }
    mpq_clear(one);
}

/* 2 x' P T^-1 (x - f), P n * n. */
static void add_lyapunov(Form *f, size_t n, const mpq_t *p, const mpq_t *tau)
{
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            form_add(f, i, j, 1, p[i * n + j], one, tau[j]);
            form_add(f, i, n + j, -1, p[i * n + j], one, tau[j]);
        }
    mpq_clear(one);
}

static bool lyapunov_form_holds(Ctx *cx, size_t n, const mpq_t *w, const mpq_t *p, const mpq_t *q, const mpq_t *lambda, const mpq_t *tau)
{
    Form f;
    form_init(cx, &f, 2 * n);
    add_lyapunov(&f, n, p, tau);
    add_sector(&f, n, w, q, lambda, tau);
    bool holds = form_is_positive(&f);
    form_clear(&f);
    return holds;
}

static bool is_symmetric(const mpq_t *p, size_t n)
{
    bool same = true;
    for (size_t i = 0; same && i < n; i++)
        for (size_t j = 0; same && j < i; j++)
            same = mpq_equal(p[i * n + j], p[j * n + i]);
    return same;
}

/* Differences within row a: the same form of one neuron, its q and lambda shared among the row's neurons. */
static bool difference_holds(const StatementCase *x, size_t a)
{
    mpq_t *share = rationals_new(x->cx, 3);     /* weight, q, lambda */
    mpq_t size;
    mpq_init(size);
    mpz_set_ui(mpq_numref(size), claim_matrix_size(x->m, a));
    difference_weight(x->m, a, share[0]);
    mpq_div(share[1], statement_numbers(x->s, "q")[a], size);
    mpq_div(share[2], statement_numbers(x->s, "lambda")[a], size);
    bool holds = lyapunov_form_holds(x->cx, 1, (const mpq_t *)share, (const mpq_t *)statement_numbers(x->s, "z") + a,
                                     (const mpq_t *)share + 1, (const mpq_t *)share + 2, (const mpq_t *)statement_numbers(x->s, "tau") + a);
    mpq_clear(size);
    rationals_clear(share, 3);
    return holds;
}

const char *lure_popov_fault(const StatementCase *x)
{
    size_t n = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "P"), *q = statement_numbers(x->s, "q"), *lambda = statement_numbers(x->s, "lambda");
    const mpq_t *tau = statement_numbers(x->s, "tau");
    if (x->m->n_kernels)
        return "it is not known for matrices with kernels";
    if (!has_signs(tau, n, 1) || !has_signs(lambda, n, 1) || !has_signs(q, n, 0))
        return "tau and lambda are not all positive, or a q is negative";
    if (!is_symmetric(p, n))
        return "P is not symmetric";
    mpq_t *w = mean_weights(x);
    bool holds = lyapunov_form_holds(x->cx, n, (const mpq_t *)w, p, q, lambda, tau);
    rationals_clear(w, n * n);
    for (size_t a = 0; holds && a < n; a++)
        holds = claim_matrix_size(x->m, a) < 2 || difference_holds(x, a);
    return holds ? NULL : "its form is not positive definite";
}

/* 2 x'P T^-1 x - 2 c x'P x - 2 x'(P T^-1 + W'Q) f + 2 f'Q f */
static bool contraction_form_holds(Ctx *cx, size_t n, const mpq_t *w, const mpq_t *p, const mpq_t *q, const mpq_t *tau, mpq_srcptr rate)
{
    Form f;
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    form_init(cx, &f, 2 * n);
    for (size_t i = 0; i < n; i++) {
        form_add(&f, i, i, 1, p[i], one, tau[i]);
        form_add(&f, i, i, -1, p[i], rate, NULL);
        form_add(&f, i, n + i, -1, p[i], one, tau[i]);
        form_add(&f, n + i, n + i, 1, q[i], one, NULL);
        for (size_t j = 0; j < n; j++)
            form_add(&f, n + i, j, -1, q[i], w[i * n + j], NULL);
    }
    bool holds = form_is_positive(&f);
    form_clear(&f);
    mpq_clear(one);
    return holds;
}

/* The form of the means of rows, and that of differences within each. */
static bool contracts(const StatementCase *x, const mpq_t *p, const mpq_t *q, const mpq_t *tau, mpq_srcptr rate)
{
    size_t n = x->m->q;
    mpq_t *w = mean_weights(x), *own = rationals_new(x->cx, 1);
    bool holds = contraction_form_holds(x->cx, n, (const mpq_t *)w, p, q, tau, rate);
    for (size_t a = 0; holds && a < n; a++) {
        if (claim_matrix_size(x->m, a) < 2)
            continue;
        difference_weight(x->m, a, own[0]);
        holds = contraction_form_holds(x->cx, 1, (const mpq_t *)own, p + a, q + a, tau + a, rate);
    }
    rationals_clear(w, n * n);
    rationals_clear(own, 1);
    return holds;
}

const char *contraction_two_fault(const StatementCase *x)
{
    size_t n = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "p"), *q = statement_numbers(x->s, "q"), *tau = statement_numbers(x->s, "tau");
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    if (x->m->n_kernels)
        return "it is not known for matrices with kernels";
    if (!has_signs(p, n, 1) || !has_signs(q, n, 1) || !has_signs(tau, n, 1) || mpq_sgn(rate) <= 0)
        return "p, q, tau and rate are not all positive";
    return contracts(x, p, q, tau, rate) ? NULL : "its form is not positive definite at this rate";
}

/* p takes up the time constants, and any rate does. */
const char *any_tau_fault(const StatementCase *x)
{
    size_t n = x->m->q;
    const mpq_t *p = statement_numbers(x->s, "p"), *q = statement_numbers(x->s, "q");
    if (x->m->n_kernels)
        return "it is not known for matrices with kernels";
    if (!has_signs(p, n, 1) || !has_signs(q, n, 1))
        return "p and q are not all positive";
    mpq_t *one = rationals_new(x->cx, n), none;
    mpq_init(none);
    for (size_t a = 0; a < n; a++)
        mpq_set_ui(one[a], 1, 1);
    bool holds = contracts(x, p, q, (const mpq_t *)one, none);
    rationals_clear(one, n);
    mpq_clear(none);
    return holds ? NULL : "its form is not positive definite";
}
