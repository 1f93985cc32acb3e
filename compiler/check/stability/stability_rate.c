#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/stability/stability.h"
#include "compiler/check/proof/statement/statement_verify.h"

/* Beyond them no rate is stated: the changed copy of the matrix would take a gigabyte. */
enum { MAX_ENTRIES = 2 * 1000 * 1000 };

Num stability_round_down(NumPool *nums, mpq_srcptr x)
{
    enum { DIGITS = 12, SHORT = 6 };    /* of decimals; of either part of a fraction, 1/60 say */
    char text[40];
    Num down = num_int(nums, 0);
    double value = num_to_double_down(x);
    if (!(value > 0))
        return down;
    if (mpz_sizeinbase(mpq_numref(x), 10) <= SHORT && mpz_sizeinbase(mpq_denref(x), 10) <= SHORT) {
        mpq_ptr same = num_new(nums);
        mpq_set(same, x);
        return same;
    }
    double unit = pow(10, floor(log10(value)) - (DIGITS - 1));
    for (int k = -1; k < 3; k++) {      /* from above: x may be a number of so many digits that no double is */
        snprintf(text, sizeof text, "%.*e", DIGITS - 1, (floor(value / unit) - k) * unit);
        if (num_parse(nums, text, strlen(text), &down) && mpq_cmp(down, x) <= 0)
            return down;
    }
    return num_int(nums, 0);
}

/* S(p) between vectors of row means of which each row counts root_a^2. */
static bool read_form(const ClaimMatrix *m, mpq_t *p, const double *root, SparseForm *f)
{
    if (!sparse_form_init(f, m->q, m->row_from, m->column))
        return false;
    for (size_t a = 0; a < m->q; a++) {
        double own = mpq_get_d(p[a]);
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t b = m->column[e];
            f->half[e] = own * claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, b) / (root[a] * root[b]);
        }
        f->diagonal[a] = m->leak ? 2 * own * (mpq_get_d(m->leak[a]) - mpq_get_d(m->self[a])) / (root[a] * root[a]) : 0;
    }
    return true;
}

/* The least ratio of the form S(p) to sum of root_a^2 x_a^2, x_a being row means; 0 without memory. */
static double smallest_ratio(Ctx *cx, const ClaimMatrix *m, mpq_t *p, const double *root)
{
    SparseForm f;
    if (!read_form(m, p, root, &f))
        return 0;
    double least = eigen_smallest(m->q, sparse_form_apply, &f, ARENA_ARRAY(&cx->arena, m->q, double));
    sparse_form_clear(&f);
    return least;
}

static double estimate_mu(Ctx *cx, const ClaimMatrix *m, mpq_t *p)
{
    double *root = ARENA_ARRAY(&cx->arena, m->q, double);
    for (size_t a = 0; a < m->q; a++)
        root[a] = sqrt((double)claim_matrix_size(m, a));
    double mu = smallest_ratio(cx, m, p, root);
    for (size_t a = 0; m->leak && a < m->q; a++)
        if (m->size[a] > 1)
            mu = fmin(mu, 2 * mpq_get_d(p[a]) / (double)m->size[a] * (mpq_get_d(m->leak[a]) - mpq_get_d(m->self[a])));
    return mu;
}

double stability_projected_rate(Ctx *cx, const ClaimMatrix *m, const Component *c, size_t n, const mpq_t *lag)
{
    double least = INFINITY;
    for (size_t k = 0; k < n; k++) {
        ClaimMatrix part;
        double *root = ARENA_ARRAY(&cx->arena, c[k].n, double);
        claim_matrix_part(cx, m, &c[k], &part);
        for (size_t i = 0; i < c[k].n; i++)
            root[i] = sqrt(2 * mpq_get_d(c[k].p[i]) * mpq_get_d(lag[c[k].member[i]]));
        least = fmin(least, smallest_ratio(cx, &part, c[k].p, root));
    }
    for (size_t a = 0; m->leak && a < m->q; a++)
        if (m->size[a] > 1)
            least = fmin(least, (mpq_get_d(m->leak[a]) - mpq_get_d(m->self[a])) / mpq_get_d(lag[a]));
    return least > 0 && least <= DBL_MAX ? least : 0;
}

static bool is_one_tau(const StabilityCase *x)
{
    bool one = true;
    for (size_t a = 0; one && a < x->m->q; a++)
        one = mpq_equal(x->tau_least[a], x->tau_most[0]) && mpq_equal(x->tau_most[a], x->tau_most[0]);
    return one;
}

bool propose_equal_tau(const StabilityCase *x, Statement *out)
{
    if (!is_one_tau(x))
        return false;
    statement_init(x->cx, out, STATEMENT_EQUAL_TAU, x->m->q);
    mpq_set(statement_numbers(out, "tau")[0], x->tau_most[0]);
    return true;
}

double stability_mu(const StabilityCase *x)
{
    bool none = !x->c || !x->has_rates || x->m->n_kernels || x->m->n_sums || x->m->row_from[x->m->q] > MAX_ENTRIES;
    double mu = none ? 0 : estimate_mu(x->cx, x->m, x->c->p);
    return mu > 0 && mu <= DBL_MAX ? mu : 0;
}

bool propose_rate(const StabilityCase *x, double bound, Statement *out)
{
    Num mu = bound > 0 ? stability_round_down(x->nums, num_from_double(x->nums, bound)) : NULL;
    if (!mu || mpq_sgn(mu) <= 0 || !is_one_tau(x))
        return false;
    mpq_t bottom;
    mpq_init(bottom);
    statement_loop_size(x->cx, x->m, x->c, 1, LOOP_ABOVE, bottom);
    mpq_add(bottom, bottom, mu);
    mpq_mul(bottom, bottom, x->tau_most[0]);
    mpq_mul_2exp(bottom, bottom, 1);
    mpq_div(bottom, mu, bottom);
    Num rate = stability_round_down(x->nums, bottom);
    mpq_clear(bottom);
    if (mpq_sgn(rate) <= 0)
        return false;
    statement_init(x->cx, out, STATEMENT_RATE, x->m->q);
    mpq_set(statement_numbers(out, "mu")[0], mu);
    mpq_set(statement_numbers(out, "tau")[0], x->tau_most[0]);
    mpq_set(statement_numbers(out, "rate")[0], rate);
    return true;
}

/* Just above x >= 0, with few digits. */
static void round_up(double x, mpq_t out)
{
    int e;
    double mantissa = frexp(x * (1 + 1e-9), &e);
    mpq_set_d(out, ldexp(ceil(ldexp(mantissa, 20)), e - 20));
}

/* delta is where the test of Theorem 26 has most room. */
bool propose_nearly_equal(const StabilityCase *x, double bound, Statement *out)
{
    Num mu = bound > 0 ? stability_round_down(x->nums, num_from_double(x->nums, bound)) : NULL;
    if (!mu || mpq_sgn(mu) <= 0)
        return false;
    for (size_t a = 0; a < x->m->q; a++)
        if (!mpq_equal(x->tau_least[a], x->tau_most[a]))
            return false;
    statement_init(x->cx, out, STATEMENT_NEARLY_EQUAL, x->m->q);
    mpq_t *tau = statement_numbers(out, "tau"), rho, loop;
    mpq_inits(rho, loop, (mpq_ptr)0);
    for (size_t a = 0; a < x->m->q; a++)
        mpq_set(tau[a], x->tau_most[a]);
    statement_rho((const mpq_t *)tau, x->m->q, rho);
    statement_loop_size(x->cx, x->m, x->c, 2, LOOP_ABOVE, loop);
    double r = mpq_get_d(rho), c = sqrt(mpq_get_d(loop)), delta = ((1 - r) * (mpq_get_d(mu) - 2 * r * c) - (1 + r) * r * c) / ((1 + r) * (1 + r));
    mpq_clears(rho, loop, (mpq_ptr)0);
    if (!(delta > 0 && delta < 1e300) || !(c < 1e300)) {
        statement_clear(out);
        return false;
    }
    mpq_set(statement_numbers(out, "mu")[0], mu);
    round_up(c, statement_numbers(out, "loop")[0]);
    round_up(delta, statement_numbers(out, "delta")[0]);
    return true;
}
