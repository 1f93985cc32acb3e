/* A = u v' - D, D > 0 diagonal: decided exactly. Where u_i v_i < 0 row i is of one kind, else of the other; p_i = |v_i/u_i| makes
 * PA + A'P 0 between the kinds, negative definite within the first, and within the other where the sum of its u_i v_i/d_i is
 * below 1. Where it is not, x_i = u_i/d_i in the rows of that kind and 0 elsewhere is a witness: there A x is u times that sum less 1. */
#include "compiler/check/lds/lds.h"

typedef struct RankOne {
    mpq_t *u, *v, *d, x, y;
} RankOne;

static void entry(const LdsPart *p, size_t i, size_t j, mpq_t out)
{
    lds_part_entry(p, p->row_from[i] + j - (j > i), out);
}

/* u_0 = 1, v from the first row, u from one entry each; v_0 from the second row. */
static bool read_factors(const LdsPart *p, RankOne *r)
{
    bool none_is_zero = true;
    mpq_set_ui(r->u[0], 1, 1);
    for (size_t j = 1; j < p->n; j++) {
        entry(p, 0, j, r->v[j]);
        none_is_zero &= mpq_sgn(r->v[j]) != 0;
    }
    for (size_t i = 1; none_is_zero && i < p->n; i++) {
        size_t j = i == 1 ? 2 : 1;
        entry(p, i, j, r->x);
        mpq_div(r->u[i], r->x, r->v[j]);
        none_is_zero = mpq_sgn(r->x) != 0;
    }
    if (none_is_zero) {
        entry(p, 1, 0, r->x);
        mpq_div(r->v[0], r->x, r->u[1]);
        none_is_zero = mpq_sgn(r->x) != 0;
    }
    return none_is_zero;
}

static bool all_fit(const LdsPart *p, RankOne *r)
{
    for (size_t i = 0; i < p->n; i++) {
        mpq_mul(r->x, r->u[i], r->v[i]);
        lds_part_diagonal(p, i, r->y);
        mpq_sub(r->d[i], r->x, r->y);
        if (mpq_sgn(r->d[i]) <= 0)
            return false;
        for (size_t j = 0; j < p->n; j++) {
            if (i == j)
                continue;
            mpq_mul(r->x, r->u[i], r->v[j]);
            entry(p, i, j, r->y);
            if (!mpq_equal(r->x, r->y))
                return false;
        }
    }
    return true;
}

static void offer(LdsPart *p, RankOne *r, LdsFinding *f)
{
    static const char *const method = "rank one, closed form";
    mpq_t *multiplier = rationals_new(p->cx, p->n), *witness = rationals_new(p->cx, p->n);
    mpq_set_ui(r->y, 0, 1);
    for (size_t i = 0; i < p->n; i++) {
        mpq_div(multiplier[i], r->v[i], r->u[i]);
        if (mpq_sgn(multiplier[i]) > 0) {
            mpq_div(witness[i], r->u[i], r->d[i]);
            mpq_mul(r->x, witness[i], r->v[i]);
            mpq_add(r->y, r->y, r->x);
        }
        mpq_abs(multiplier[i], multiplier[i]);
    }
    bool holds = mpq_cmp_ui(r->y, 1, 1) < 0;
    rationals_clear(holds ? witness : multiplier, p->n);
    if (holds)
        lds_offer_exact_p(p, multiplier, method, f);
    else
        lds_offer_exact_v(p, witness, method, f);
}

bool lds_test_rank_one(LdsPart *p, LdsFinding *f)
{
    if (p->n < 3 || p->n_edges != p->n * (p->n - 1) || p->matrix->n_kernels || p->matrix->n_sums)
        return false;
    RankOne r = {.u = rationals_new(p->cx, p->n), .v = rationals_new(p->cx, p->n), .d = rationals_new(p->cx, p->n)};
    mpq_inits(r.x, r.y, (mpq_ptr)0);
    bool fits = read_factors(p, &r) && all_fit(p, &r);
    if (fits)
        offer(p, &r, f);
    mpq_clears(r.x, r.y, (mpq_ptr)0);
    rationals_clear(r.u, p->n);
    rationals_clear(r.v, p->n);
    rationals_clear(r.d, p->n);
    return fits;
}
