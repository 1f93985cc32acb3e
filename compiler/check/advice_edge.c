/* Where a change just suffices no longer: a simple number, below which all is proved.
 *
 * The matrix is affine in what is changed. Multipliers p with M(p) positive definite for the change to 0 and positive
 * semidefinite for that to the edge make it positive definite between the two, where it is a mean of both; the edge itself
 * need not be LDS. Near the edge the search leaves p little room: the simplest fractions near what it finds are those of the edge. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/advice.h"
#include "compiler/check/proof/verify_matrix.h"

enum { EDGE_MAX_ROWS = 24, MOST_EDGES = 4, MOST_PART = 64 };

/* The matrix with the change to `factor`; false where it is none of few rows and entries, all affine in it. */
static bool changed_matrix(Ctx *cx, const Report *r, const Remedy *x, Num factor, Net *net, ClaimMatrix *out)
{
    const char *reason;
    *net = remedy_net(cx, r->net, x, factor);
    if (!reduce_net(cx, net, remedy_slopes(cx, r, x, factor), GAINS_LARGEST, out, &reason))
        return false;
    if (out->q <= EDGE_MAX_ROWS && !out->n_sums && !out->n_kernels && !out->mean_slope && !out->scaled)
        return true;
    claim_matrix_clear(out);
    return false;
}

/* ---- multipliers ---- */

/* The simplest fraction within the part `off` of x > 0, or x itself. */
static void simplest_near(double x, double off, mpq_ptr out)
{
    bool is_large = x >= 1;
    double y = is_large ? x : 1 / x;
    for (unsigned long part = 1; part <= MOST_PART && y < 1e6; part++) {
        double top = round(y * (double)part);
        if (fabs(top - y * (double)part) > off * y * (double)part)
            continue;
        mpq_set_ui(out, is_large ? (unsigned long)top : part, is_large ? part : (unsigned long)top);
        mpq_canonicalize(out);
        return;
    }
    mpq_set_d(out, x);
}

static void simplify(Component *c, double off)
{
    double first = mpq_get_d(c->p[0]);
    for (size_t k = 0; k < c->n; k++) {
        double ratio = mpq_get_d(c->p[k]) / first;
        if (ratio > 0 && isfinite(ratio))
            simplest_near(ratio, off, c->p[k]);
    }
}

/* ---- forms ---- */

/* M(p) of the component, n^2. */
static void form(const ClaimMatrix *tested, const Component *c, mpq_t *m)
{
    mpq_t product;
    mpq_init(product);
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < c->n; j++) {
            mpq_srcptr x = claim_matrix_entry(tested, c->member[i], c->member[j]);
            if (!x)
                continue;
            mpq_mul(product, c->p[i], x);
            mpq_sub(m[i * c->n + j], m[i * c->n + j], product);
            mpq_sub(m[j * c->n + i], m[j * c->n + i], product);
        }
    mpq_clear(product);
}

/* Row and column k are gone from what is behind them. */
static void eliminate(mpq_t *m, size_t n, size_t k)
{
    mpq_t factor, product;
    mpq_inits(factor, product, NULL);
    for (size_t i = k + 1; i < n; i++) {
        mpq_div(factor, m[i * n + k], m[k * n + k]);
        for (size_t j = k + 1; j < n && mpq_sgn(factor) != 0; j++) {
            mpq_mul(product, factor, m[k * n + j]);
            mpq_sub(m[i * n + j], m[i * n + j], product);
        }
    }
    mpq_clears(factor, product, NULL);
}

/* Positive definite, or semidefinite: pivots that are 0, of rows that are 0. */
static bool is_positive(mpq_t *m, size_t n, bool definite)
{
    for (size_t k = 0; k < n; k++) {
        int sign = mpq_sgn(m[k * n + k]);
        if (sign < 0 || (definite && sign == 0))
            return false;
        if (sign > 0)
            eliminate(m, n, k);
        for (size_t j = k + 1; j < n && sign == 0; j++)
            if (mpq_sgn(m[k * n + j]) != 0)
                return false;
    }
    return true;
}

/* What the rows of one component have to do: in themselves, in the sums over their neurons, and to earlier components. */
static bool holds_of(Ctx *cx, const ClaimMatrix *a, const ClaimMatrix *tested, const Evidence *e, size_t at, const size_t *of, bool definite)
{
    const Component *c = &e->component[at];
    for (size_t k = 0; k < c->n; k++) {
        size_t row = c->member[k];
        int own = claim_matrix_is_populations(a) && claim_matrix_size(a, row) > 1 ? mpq_cmp(a->self[row], a->leak[row]) : -1;
        if (own > 0 || (definite && own == 0) || mpq_sgn(c->p[k]) <= 0)
            return false;
        for (size_t j = tested->row_from[row]; j < tested->row_from[row + 1]; j++)
            if (of[tested->column[j]] > at && mpq_sgn(tested->entry[j]) != 0)
                return false;
    }
    mpq_t *m = rationals_new(cx, c->n * c->n);
    form(tested, c, m);
    bool is = is_positive(m, c->n, definite);
    rationals_clear(m, c->n * c->n);
    return is;
}

static bool holds(Ctx *cx, const ClaimMatrix *a, const Evidence *e, bool definite)
{
    size_t *of = ARENA_ARRAY(&cx->arena, a->q, size_t), rows = 0;
    bool is = true;
    Tested t;
    for (size_t c = 0; c < e->n_components; c++)
        for (size_t k = 0; k < e->component[c].n; k++, rows++)
            of[e->component[c].member[k]] = c;
    tested_init(a, a->q, NULL, &t);
    for (size_t c = 0; c < e->n_components && is; c++)
        is = holds_of(cx, a, &t.a, e, c, of, definite);
    tested_clear(&t);
    return is && rows == a->q;
}

/* ---- edges ---- */

/* Multipliers near the edge, made simple, that hold for all below it. */
static bool multipliers_hold(Ctx *cx, const Report *r, const Remedy *x, Num edge, double near, double off,
                             const ClaimMatrix *none, const ClaimMatrix *all)
{
    NumPool *nums = r->net->nums;
    mpq_ptr factor = num_new(nums);
    Net net;
    LdsReport lds = {0};
    mpq_mul(factor, edge, num_from_double(nums, 1 - near));
    if (!changed_matrix(cx, r, x, factor, &net, &lds.matrix))
        return false;
    lds_decide(cx, &net, &lds);
    bool is = lds.verdict == TRUTH_CERTIFIED && lds.matrix.q == all->q;
    for (size_t c = 0; c < lds.evidence.n_components && is; c++)
        simplify(&lds.evidence.component[c], off);
    is = is && holds(cx, none, &lds.evidence, true) && holds(cx, all, &lds.evidence, false);
    claim_matrix_clear(&lds.matrix);
    evidence_clear(&lds.evidence);
    return is;
}

static bool is_proved_below(Ctx *cx, const Report *r, const Remedy *x, Num edge)
{
    static const struct { double near, off; } tried[] = {{0x1p-20, 1e-2}, {0x1p-10, 1e-1}, {0x1p-30, 1e-4}};
    ClaimMatrix none, all;
    Net net;
    if (!changed_matrix(cx, r, x, num_int(r->net->nums, 0), &net, &none))
        return false;
    bool is = false;
    if (changed_matrix(cx, r, x, edge, &net, &all)) {
        for (size_t k = 0; k < sizeof tried / sizeof *tried && !is && none.q == all.q; k++)
            is = multipliers_hold(cx, r, x, edge, tried[k].near, tried[k].off, &none, &all);
        claim_matrix_clear(&all);
    }
    claim_matrix_clear(&none);
    return is;
}

void remedy_find_edge(Ctx *cx, const Report *r, double lo, double hi, Remedy *x)
{
    static const unsigned long parts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 25, 50, 100};
    double now = num_to_double(x->now), last = 0;
    mpq_ptr factor = num_new(r->net->nums);
    if (remedy_level(cx, r->net) != GAINS_LARGEST || x->kind == REMEDY_GAINS)
        return;
    for (size_t k = 0, n = 0; k < sizeof parts / sizeof *parts && n < MOST_EDGES; k++) {
        double top = floor(hi * now * (double)parts[k] * (1 + 0x1p-40)), value = top / (double)parts[k];
        if (value <= lo * now || value == last || top > 1e9)
            continue;
        last = value;
        n++;
        Num edge = num_ratio(r->net->nums, (long)top, parts[k]);
        mpq_div(factor, edge, x->now);
        if (is_proved_below(cx, r, x, factor)) {
            x->below = edge;
            return;
        }
    }
}
