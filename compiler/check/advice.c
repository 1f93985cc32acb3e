#include "compiler/check/advice.h"
#include "compiler/check/slope/slope.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"

/* ---- the rows that a verdict hangs on ---- */

enum { BINDING_MAX_ROWS = 2000 };

static double tested_entry(const ClaimMatrix *m, size_t a, size_t e)
{
    size_t b = m->column[e];
    double x = claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, b);
    return a == b && m->leak ? x + mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : x;
}

static double tested_diagonal(const ClaimMatrix *m, size_t a)
{
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
        if (m->column[e] == a)
            return tested_entry(m, a, e);
    return m->leak ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0;
}

/* The places of the component's entries off the diagonal, by rows. */
static void find_places(Ctx *cx, const ClaimMatrix *m, const Component *c, size_t *from, uint32_t *column, size_t *entry)
{
    uint32_t *place = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    size_t n = 0;
    memset(place, 0xff, m->q * sizeof *place);
    for (size_t k = 0; k < c->n; k++)
        place[c->member[k]] = (uint32_t)k;
    for (size_t k = 0; k < c->n; k++) {
        size_t a = c->member[k];
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            uint32_t j = place[m->column[e]];
            if (j == UINT32_MAX || j == k)
                continue;
            column[n] = j;
            entry[n++] = e;
        }
        from[k + 1] = n;
    }
}

/* Of M(p) of one component, scaled to diagonal 1, in doubles: its least eigenvalue, the vector into v (n). */
static double least_direction(Ctx *cx, const ClaimMatrix *m, const Component *c, double *v)
{
    size_t most = 1;
    double *p = ARENA_ARRAY(&cx->arena, c->n, double), *root = ARENA_ARRAY(&cx->arena, c->n, double);
    for (size_t k = 0; k < c->n; k++) {
        most += m->row_from[c->member[k] + 1] - m->row_from[c->member[k]];
        p[k] = mpq_get_d(c->p[k]);
        root[k] = sqrt(-2 * p[k] * tested_diagonal(m, c->member[k]));
        if (!(root[k] > 0 && root[k] < 1e150))
            return (double)INFINITY;
    }
    size_t *from = ARENA_ARRAY(&cx->arena, c->n + 1, size_t), *entry = ARENA_ARRAY(&cx->arena, most, size_t);
    uint32_t *column = ARENA_ARRAY(&cx->arena, most, uint32_t);
    double *inverse = ARENA_ARRAY(&cx->arena, c->n, double);
    SparseForm f;
    for (size_t k = 0; k < c->n; k++)
        inverse[k] = 1 / root[k];
    find_places(cx, m, c, from, column, entry);
    if (!sparse_form_init(&f, c->n, from, column))
        return (double)INFINITY;
    for (size_t k = 0; k < c->n; k++)
        for (size_t e = from[k]; e < from[k + 1]; e++)
            f.half[e] = p[k] / root[k] * tested_entry(m, c->member[k], entry[e]) * inverse[column[e]];
    double least = eigen_smallest(c->n, sparse_form_apply, &f, v);
    sparse_form_clear(&f);
    return least;
}

/* Keeps the largest shares, in descending order. */
static void add_row(Advice *a, uint32_t row, double share)
{
    size_t k = a->n_rows < ADVICE_MAX_ROWS ? a->n_rows++ : ADVICE_MAX_ROWS;
    for (; k > 0 && a->share[k - 1] < share; k--)
        if (k < ADVICE_MAX_ROWS) {
            a->row[k] = a->row[k - 1];
            a->share[k] = a->share[k - 1];
        }
    if (k < ADVICE_MAX_ROWS) {
        a->row[k] = row;
        a->share[k] = share;
    }
}

/* Shares are measured, and have no more digits than the order of rows leaves as they are. */
static void add_rows(Advice *a, size_t n, const uint32_t *row, const double *v)
{
    const double places = 1e6;
    double sum = 0;
    a->n_rows = 0;
    for (size_t k = 0; k < n; k++)
        sum += v[k] * v[k];
    for (size_t k = 0; k < n && sum > 0; k++)
        if (v[k] * v[k] > 1e-3 * sum)
            add_row(a, row[k], round(v[k] * v[k] / sum * places) / places);
}

static void find_binding(Ctx *cx, const LdsReport *l, Advice *out)
{
    const double wide = 0.5;
    double least = INFINITY;
    if (l->margin >= wide || l->matrix.q > BINDING_MAX_ROWS || l->matrix.n_kernels || l->matrix.n_sums)
        return;
    for (size_t k = 0; k < l->evidence.n_components; k++) {
        const Component *c = &l->evidence.component[k];
        double *v = ARENA_ARRAY(&cx->arena, c->n, double), value = least_direction(cx, &l->matrix, c, v);
        if (value < least) {
            least = value;
            add_rows(out, c->n, c->member, v);
        }
    }
}

static void find_witness_rows(Ctx *cx, const LdsReport *l, Advice *out)
{
    const Witness *w = &l->evidence.witness;
    if (w->is_zero_sum) {
        add_row(out, w->population, 1);
        return;
    }
    double *v = ARENA_ARRAY(&cx->arena, w->n, double);
    for (size_t i = 0; i < w->n; i++) {
        if (w->member[i] >= l->matrix.q - l->matrix.n_sums)
            continue;           /* a sum of the others */
        double sum = 0, size = sqrt((double)claim_matrix_size(&l->matrix, w->member[i]));
        for (size_t k = 0; k < w->rank; k++) {
            double weight = w->w ? mpq_get_d(w->w[k]) : 1, x = mpq_get_d(w->v[k * w->n + i]), y = w->im ? mpq_get_d(w->im[k * w->n + i]) : 0;
            sum += weight * (x * x + y * y);
        }
        v[i] = sqrt(sum) * size;
    }
    add_rows(out, w->n, w->member, v);
}

void advice_find(Ctx *cx, Report *r)
{
    Advice *a = ARENA_ARRAY(&cx->arena, 1, Advice);
    r->advice = a;
    if (r->only != CONCLUDE_ALL)
        return;
    if (r->lds.verdict == TRUTH_CERTIFIED)
        find_binding(cx, &r->lds, a);
    if (r->lds.verdict == TRUTH_REFUTED)
        find_witness_rows(cx, &r->lds, a);
    if (r->lds.verdict != TRUTH_CERTIFIED && r->lds.matrix.q > 0 && slope_all_bounded(r->net, r->slope))
        remedies_find(cx, r, a);
}
