/* A linear form of the rates that grows without bound (Theorem 39). Its numbers q are found as follows: with signs for the q, what
 * the form of x' is at least is again a form, K q, linear in q. The flow q' = K q, the signs being those that q has on the way, settles
 * where one direction grows fastest, at the rate l; then K q - c q = |q| is solved for some c below l, which leaves some room in every
 * row. Of each weight is taken what makes K least, wherever in the cell. In doubles. */
#include <math.h>
#include <string.h>

#include "compiler/check/stability/equilibria.h"
#include "compiler/check/range/range_search.h"

enum { MOST_ROWS = 1000, STEPS = 4000 };

/* The least and largest of each weight in the cell, other than 0, by row: of row i from from[i] up to from[i + 1]. */
typedef struct Growth {
    size_t n, *from;
    uint32_t *column;
    double *least, *most;
    double *slope, *tau;        /* slopes of the last pieces */
    double *q, *next;
} Growth;

static mpq_srcptr last_slope(const RangeProblem *p, size_t a)
{
    return p->straight->piece[a][p->straight->n[a] - 1].slope;
}

/* Into w, n * n. */
static void fill_weights(const ClaimMatrix *m, double *w)
{
    memset(w, 0, m->q * m->q * sizeof *w);
    for (size_t a = 0; a < m->q; a++) {
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
            w[a * m->q + m->column[e]] = claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, m->column[e]);
        w[a * m->q + a] += 1 + (m->self ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0);
    }
}

/* Each is linear in each param, so between what it is at the corners. */
static void bound_weights(RangeProblem *p, const RangeCell *cell, Arena *room, double *least, double *most)
{
    const Ranges *r = range_ranges(p);
    size_t n = range_base(p)->q * range_base(p)->q;
    double *w = ARENA_ARRAY(room, n, double);
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    for (size_t which = 0; which >> r->n_params == 0; which++) {
        ClaimMatrix m;
        for (size_t k = 0; k < r->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        ranges_matrix_at(p->cx, range_base(p), r, (const mpq_t *)theta, &m);
        fill_weights(&m, w);
        claim_matrix_clear(&m);
        for (size_t k = 0; k < n; k++) {
            least[k] = which ? fmin(least[k], w[k]) : w[k];
            most[k] = which ? fmax(most[k], w[k]) : w[k];
        }
    }
    rationals_clear(theta, r->n_params);
}

static void growth_init(RangeProblem *p, const RangeCell *cell, Arena *room, Growth *g)
{
    size_t n = range_base(p)->q, entries = 0;
    double *least = ARENA_ARRAY(room, n * n, double), *most = ARENA_ARRAY(room, n * n, double);
    bound_weights(p, cell, room, least, most);
    for (size_t k = 0; k < n * n; k++)
        entries += least[k] != 0 || most[k] != 0;
    *g = (Growth){.n = n, .from = ARENA_ARRAY(room, n + 1, size_t), .column = ARENA_ARRAY(room, entries + 1, uint32_t)};
    double **list[] = {&g->least, &g->most, &g->slope, &g->tau, &g->q, &g->next};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        *list[k] = ARENA_ARRAY(room, k < 2 ? entries + 1 : n, double);
    for (size_t i = 0; i < n; i++) {
        g->slope[i] = num_to_double(last_slope(p, i));
        g->tau[i] = num_to_double(p->tau[i]);
        g->from[i + 1] = g->from[i];
        for (size_t j = 0; j < n; j++)
            if (least[i * n + j] != 0 || most[i * n + j] != 0) {
                size_t e = g->from[i + 1]++;
                g->column[e] = (uint32_t)j;
                g->least[e] = least[i * n + j];
                g->most[e] = most[i * n + j];
            }
    }
}

/* What row i adds to K at the weight e: slope_i/tau_i times it, or its positive part where q_i < 0. */
static double pull(const Growth *g, const double *q, size_t i, size_t e)
{
    return g->slope[i] / g->tau[i] * (q[i] < 0 ? fmax(0, g->most[e]) : g->least[e]);
}

static void apply(const Growth *g, const double *q, double *out)
{
    for (size_t j = 0; j < g->n; j++)
        out[j] = -q[j] / g->tau[j];
    for (size_t i = 0; i < g->n; i++)
        for (size_t e = g->from[i]; e < g->from[i + 1]; e++)
            out[g->column[e]] += q[i] * pull(g, q, i, e);
}

static double fastest(const Growth *g)
{
    double rate = 0;
    for (size_t i = 0; i < g->n; i++) {
        double sum = 1;
        for (size_t e = g->from[i]; e < g->from[i + 1]; e++)
            sum += g->slope[i] * fmax(fabs(g->least[e]), fabs(g->most[e]));
        rate = fmax(rate, sum / g->tau[i]);
    }
    return rate;
}

static double largest(size_t n, const double *x)
{
    double size = 0;
    for (size_t j = 0; j < n; j++)
        size = fmax(size, fabs(x[j]));
    return size;
}

/* The rate at which q grows in the end, 0 where it does not, or does not settle. */
static double settle(Growth *g)
{
    double h = 0.5 / fastest(g), rate = 0, change = 1;
    for (size_t j = 0; j < g->n; j++)
        g->q[j] = 1;
    for (int k = 0; k < STEPS && change > 1e-9; k++) {
        apply(g, g->q, g->next);
        for (size_t j = 0; j < g->n; j++)
            g->next[j] = g->q[j] + h * g->next[j];
        double size = largest(g->n, g->next);
        if (!isfinite(size) || !(size > 0))
            return 0;
        change = 0;
        for (size_t j = 0; j < g->n; j++) {
            g->next[j] /= size;
            change = fmax(change, fabs(g->next[j] - g->q[j]));
        }
        memcpy(g->q, g->next, g->n * sizeof *g->q);
        rate = (size - 1) / h;
    }
    return change < 1e-4 ? rate : 0;
}

/* (K - c) x = |q| into x, of size 1; false where it is singular, about. */
static bool make_room(Arena *room, const Growth *g, double c, double *x)
{
    size_t n = g->n;
    double *a = ARENA_ARRAY(room, n * n, double);
    for (size_t i = 0; i < n; i++) {
        for (size_t e = g->from[i]; e < g->from[i + 1]; e++)
            a[g->column[e] * n + i] = pull(g, g->q, i, e);
        a[i * n + i] -= c + 1 / g->tau[i];
    }
    for (size_t j = 0; j < n; j++)
        x[j] = fabs(g->q[j]) + 1e-6;
    if (!dense_solve(n, a, x))
        return false;
    double size = largest(n, x);
    for (size_t j = 0; j < n; j++)
        x[j] /= size;
    return isfinite(size) && size > 0;
}

/* K q >= c q, by some margin. */
static bool seems_to_grow(Growth *g, const double *q, double c)
{
    bool grows = true;
    apply(g, q, g->next);
    for (size_t j = 0; j < g->n; j++)
        grows &= g->next[j] - c * q[j] > 1e-9 * fabs(q[j]) / g->tau[j];
    return grows;
}

static bool keep_form(RangeProblem *p, RangeCell *cell, const double *q, double c)
{
    Statement s;
    Evidence *e = &cell->evidence;
    statement_init(p->cx, &s, STATEMENT_FORM_RUNAWAY, p->straight->net->n);
    for (size_t a = 0; a < s.n; a++) {
        mpq_set_d(statement_numbers(&s, "q")[a], rint(ldexp(q[a], 40)));
        mpq_set(statement_numbers(&s, "slope")[a], last_slope(p, a));
        mpq_set(statement_numbers(&s, "tau")[a], p->tau[a]);
    }
    mpq_set_d(statement_numbers(&s, "rate")[0], c);
    e->statement[e->n_statements++] = s;
    if (!range_cell_fault(p->cx, range_base(p), range_ranges(p), cell))
        return true;
    statement_clear(&e->statement[--e->n_statements]);
    return false;
}

/* Four binary digits. */
static double short_number(double x)
{
    int exponent;
    double mantissa = frexp(x, &exponent);
    return ldexp(floor(ldexp(mantissa, 4)), exponent - 4);
}

bool range_keep_form(RangeProblem *p, RangeCell *cell)
{
    static const double part[] = {0.5, 0.25, 0.75, 0.9, 0.1, 0.97};
    Growth g;
    Arena room = {0};
    bool kept = false;
    if (p->straight->net->n > MOST_ROWS)
        return false;
    growth_init(p, cell, &room, &g);
    double rate = settle(&g), *x = ARENA_ARRAY(&room, g.n, double);
    for (size_t k = 0; !kept && rate > 0 && k < sizeof part / sizeof *part; k++) {
        double c = short_number(part[k] * rate);
        kept = make_room(&room, &g, c, x) && seems_to_grow(&g, x, c) && keep_form(p, cell, x, c);
    }
    arena_free(&room);
    return kept;
}
