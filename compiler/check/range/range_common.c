/* Multipliers for all corners of a cell at once: one small matrix inequality, whose blocks are the corners'. Those of the
 * centre alone may be of a kind that holds just there, and the cells around such a point would be cut for ever. */
#include "compiler/check/range/range_search.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/stability/lmi.h"

enum { MOST_ROWS = 24, MOST_ORDER = 400 };

/* R_ij of a component's rows at a corner, R the matrix reduced to populations; n * n. */
static void read_reduced(const ClaimMatrix *m, const Component *c, double *r)
{
    for (size_t i = 0; i < c->n; i++) {
        size_t a = c->member[i], at = m->row_from[a];
        for (size_t j = 0; j < c->n; j++) {
            while (at < m->row_from[a + 1] && m->column[at] < c->member[j])
                at++;
            bool held = at < m->row_from[a + 1] && m->column[at] == c->member[j];
            r[i * c->n + j] = held ? claim_matrix_near(m, a, at) * (double)claim_matrix_size(m, c->member[j]) : 0;
        }
        r[i * c->n + i] += m->self ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0;
    }
}

/* -(Y K + K'Y) of each corner, K = P^1/2 R P^-1/2 with the multipliers that there are: Y = 1 are these. */
static bool fill(const CellCorners *corners, const Component *c, double *r, const double *root, Lmi *l)
{
    size_t n = c->n;
    bool finite = true;
    for (size_t corner = 0, at = 0; corner < corners->n; corner++, at += n) {
        read_reduced(&corners->matrix[corner], c, r);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double k = r[i * n + j] * root[i] / root[j];
                finite = finite && fabs(k) < 1e60;
                if (k != 0)
                    lmi_add(l, i, at + i, at + j, -k);
            }
    }
    for (size_t i = 0; i < n; i++) {
        l->is_positive[i] = true;
        l->norm[i] = 1;
    }
    return finite;
}

static bool improve(RangeProblem *p, const CellCorners *corners, Component *c)
{
    Lmi l;
    size_t n = c->n;
    double *r = ARENA_ARRAY(&p->cx->arena, n * n, double), *root = ARENA_ARRAY(&p->cx->arena, n, double), *y = ARENA_ARRAY(&p->cx->arena, n, double);
    bool ok = n <= MOST_ROWS && n * corners->n <= MOST_ORDER;
    for (size_t i = 0; i < n; i++) {
        root[i] = sqrt(mpq_get_d(c->p[i]));
        ok = ok && root[i] > 1e-60 && root[i] < 1e60;
        y[i] = 1;
    }
    if (!ok || !lmi_init(&l, n * corners->n, n))
        return false;
    ok = fill(corners, c, r, root, &l) && lmi_maximise(&l, y) > 0;
    lmi_free(&l);
    for (size_t i = 0; ok && i < n; i++) {
        int e;
        double mantissa = frexp(y[i] * root[i] * root[i], &e);
        mpq_set_d(c->p[i], ldexp(rint(ldexp(mantissa, 24)), e - 24));
    }
    return ok;
}

bool range_cell_common(RangeProblem *p, RangeCell *cell, const CellCorners *corners)
{
    Evidence *e = &cell->evidence;
    bool all = true;
    for (size_t k = 0; all && k < e->n_components; k++)
        all = e->component[k].n == 1 || improve(p, corners, &e->component[k]);
    return all && range_claim_holds(p, cell, corners);
}
