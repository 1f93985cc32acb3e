/* A principal minor that is not above 0, and one vector from it. Equilibria are unique for max(s, 0) at all inputs exactly where M = -T is a
 * P-matrix, all of whose principal minors are above 0 (Theorem 8). Else let M_SS have a minor of 0 or below and M_TT, S without j, one above 0:
 * v_j = 1, v_T = -M_TT^-1 M_Tj and 0 elsewhere has (M v)_T = 0 and (M v)_j = det M_SS / det M_TT, so that no v_i (M v)_i is above 0. */
#include "compiler/check/stability/stability.h"

enum { MOST_ROWS = 12 };        /* 4095 minors, exactly */

typedef struct Minors {
    Ctx *cx;
    size_t n, last;             /* S is row `last` and those before it that are `in` */
    bool in[MOST_ROWS];
    mpq_t *left[MOST_ROWS];     /* of each row on: what elimination of the rows in S leaves of M */
    mpq_t x, by;
} Minors;

/* to -= by * of */
static void take(Minors *s, mpq_ptr to, mpq_srcptr of)
{
    mpq_mul(s->x, s->by, of);
    mpq_sub(to, to, s->x);
}

/* Rows from k on: their first pivot is the ratio of the minor with row k to that without it. 2^n steps in all, not one elimination for each set. */
static bool find_set(Minors *s, size_t k)
{
    size_t n = s->n - k;
    mpq_t *m = s->left[k];
    if (mpq_sgn(m[0]) <= 0) {
        s->last = k;
        return true;
    }
    if (n == 1)
        return false;
    mpq_t *next = s->left[k + 1];
    for (int is_in = 0; is_in < 2; is_in++) {
        for (size_t i = 1; i < n; i++) {
            mpq_div(s->by, m[i * n], m[0]);
            for (size_t j = 1; j < n; j++) {
                mpq_ptr to = next[(i - 1) * (n - 1) + j - 1];
                mpq_set(to, m[i * n + j]);
                if (is_in)
                    take(s, to, m[j]);
            }
        }
        s->in[k] = is_in;
        if (find_set(s, k + 1))
            return true;
    }
    return false;
}

/* v_T from M_TT v_T = -M_Tj; the pivots are those of find_set, above 0. */
static void solve(Minors *s, mpq_t *m, mpq_t *v)
{
    size_t n = s->n, last = s->last;
    for (size_t k = 0; k < last; k++)
        for (size_t i = k + 1; s->in[k] && i < last; i++) {
            if (!s->in[i])
                continue;
            mpq_div(s->by, m[i * n + k], m[k * n + k]);
            for (size_t j = k + 1; j <= last; j++)
                take(s, m[i * n + j], m[k * n + j]);
        }
    mpq_set_ui(v[last], 1, 1);
    for (size_t k = last; k-- > 0;) {
        for (size_t j = k + 1; s->in[k] && j <= last; j++) {
            mpq_set(s->by, m[k * n + j]);
            take(s, v[k], v[j]);
        }
        if (s->in[k])
            mpq_div(v[k], v[k], m[k * n + k]);
    }
}

/* M of these rows. */
static void read_rows(Minors *s, const ClaimMatrix *m, const uint32_t *row, mpq_t *out)
{
    for (size_t i = 0; i < s->n; i++) {
        size_t a = row[i];
        for (size_t j = 0; j < s->n; j++) {
            mpq_ptr to = out[i * s->n + j];
            mpq_set_ui(to, 0, 1);
            for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
                if (m->column[e] != row[j])
                    continue;
                mpq_set_ui(s->by, claim_matrix_size(m, row[j]), 1);
                take(s, to, claim_matrix_at(m, a, e));
            }
            if (m->self && i == j) {
                mpq_sub(to, to, m->self[a]);
                mpq_add(to, to, m->leak[a]);
            }
        }
    }
}

static void vector_of_set(Minors *s, const ClaimMatrix *m, const uint32_t *row, Witness *out)
{
    mpq_t *all = rationals_new(s->cx, s->n * s->n), *v = rationals_new(s->cx, s->n);
    size_t n = 0;
    read_rows(s, m, row, all);
    solve(s, all, v);
    for (size_t i = 0; i < s->n; i++)
        n += mpq_sgn(v[i]) != 0;
    witness_init(s->cx, out, n, 1, false);
    for (size_t i = 0, k = 0; i < s->n; i++)
        if (mpq_sgn(v[i])) {
            out->member[k] = row[i];
            mpq_set(out->v[k++], v[i]);
        }
    rationals_clear(all, s->n * s->n);
    rationals_clear(v, s->n);
}

/* Among all rows, or if these are many those of the witness that was found. */
bool stability_vector_of_minor(Ctx *cx, const LdsReport *lds, Witness *out)
{
    const ClaimMatrix *m = &lds->matrix;
    const Witness *w = &lds->evidence.witness;
    bool is_all = m->q <= MOST_ROWS;
    Minors s = {.cx = cx, .n = is_all ? m->q : w->n};
    uint32_t row[MOST_ROWS];
    if (s.n == 0 || s.n > MOST_ROWS || m->n_kernels || m->n_sums || m->mean_slope)
        return false;
    mpq_inits(s.x, s.by, (mpq_ptr)0);
    for (size_t k = 0; k < s.n; k++) {
        row[k] = is_all ? (uint32_t)k : w->member[k];
        s.left[k] = rationals_new(cx, (s.n - k) * (s.n - k));
    }
    read_rows(&s, m, row, s.left[0]);
    bool found = find_set(&s, 0);
    if (found)
        vector_of_set(&s, m, row, out);
    for (size_t k = 0; k < s.n; k++)
        rationals_clear(s.left[k], (s.n - k) * (s.n - k));
    mpq_clears(s.x, s.by, (mpq_ptr)0);
    return found;
}
