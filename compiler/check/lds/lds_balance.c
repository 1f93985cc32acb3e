#include "compiler/check/lds/lds.h"

#include <math.h>
#include <stdlib.h>

enum { POWER_SWEEPS = 30, FINE_SWEEPS = 60, FACTOR_MAX = 600, PERRON_SWEEPS = 100 };

/* Edges by column, those from[j] .. from[j+1]-1 leave row-index j as a source; copies, since a sweep reads all columns. */
typedef struct Columns {
    size_t *from;
    uint32_t *row;              /* of each edge: its target */
    int32_t *exponent;
    double *k;
    size_t *next;               /* n + 1, for filling */
} Columns;

static Columns by_column(const LdsPart *p)
{
    Columns c;
    c.from = ARENA_ARRAY(&p->cx->arena, p->n + 1, size_t);
    c.next = ARENA_ARRAY(&p->cx->arena, p->n + 1, size_t);
    c.exponent = ARENA_ARRAY(&p->cx->arena, p->n_edges, int32_t);
    c.k = ARENA_ARRAY(&p->cx->arena, p->n_edges, double);
    c.row = ARENA_ARRAY(&p->cx->arena, p->n_edges, uint32_t);
    for (size_t e = 0; e < p->n_edges; e++)
        c.from[p->column[e] + 1]++;
    for (size_t j = 0; j < p->n; j++)
        c.from[j + 1] += c.from[j];
    return c;
}

/* Row by row, so that each column's come in the order of their rows. */
static void fill_exponents(const LdsPart *p, Columns *c, const int32_t *exponent)
{
    memcpy(c->next, c->from, (p->n + 1) * sizeof *c->next);
    for (size_t i = 0; i < p->n; i++)
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
            size_t at = c->next[p->column[e]]++;
            c->row[at] = (uint32_t)i;
            c->exponent[at] = exponent[e];
        }
}

static void fill_numbers(const LdsPart *p, Columns *c)
{
    memcpy(c->next, c->from, (p->n + 1) * sizeof *c->next);
    for (size_t e = 0; e < p->n_edges; e++)
        c->k[c->next[p->column[e]]++] = p->k[e];
}

/* Makes the largest entry of row i and of column i equal, to a factor of two. */
static bool balance_powers(LdsPart *p, const Columns *c, const int32_t *exponent, size_t i)
{
    bool has_row = false, has_column = false;
    long row = 0, column = 0;
    for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
        long x = exponent[e] - p->s_exp[p->column[e]];
        row = !has_row || x > row ? x : row;
        has_row = true;
    }
    for (size_t k = c->from[i]; k < c->from[i + 1]; k++) {
        long x = c->exponent[k] + p->s_exp[c->row[k]];
        column = !has_column || x > column ? x : column;
        has_column = true;
    }
    if (!has_row || !has_column)
        return false;
    long s = (column - row) / 2;
    bool moved = s != p->s_exp[i];
    p->s_exp[i] = s;
    return moved;
}

/* Osborne's step in the 2-norm for the finer factors. */
static double balance_fine(LdsPart *p, const Columns *c, size_t i)
{
    double row = 0, column = 0;
    for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
        double x = p->k[e] / p->balance[p->column[e]];
        row += x * x;
    }
    for (size_t k = c->from[i]; k < c->from[i + 1]; k++) {
        double x = c->k[k] * p->balance[c->row[k]];
        column += x * x;
    }
    double s = sqrt(sqrt(column / row));
    if (!(row > 0 && column > 0) || !isfinite(s) || !(s > 0))
        return 0;
    double moved = fabs(s / p->balance[i] - 1);
    p->balance[i] = s;
    return moved;
}

/* x 2^e. */
static double scaled(double x, long e)
{
    if (e > -1000 && e < 1000) {            /* 2^e is a normal double, and times it rounds as ldexp does */
        uint64_t bits = (uint64_t)(e + 1023) << 52;
        double power;
        memcpy(&power, &bits, sizeof power);
        return x * power;
    }
    return ldexp(x, e > 4000 ? 4000 : e < -4000 ? -4000 : (int)e);
}

void lds_scale(LdsPart *p, const int32_t *exponent)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            p->k[e] = scaled(p->k[e], exponent[e] + p->s_exp[i] - p->s_exp[p->column[e]]);
}

/* So that sums of exponents stay integers of 32 bits. */
static bool is_dense(const LdsPart *p, const int32_t *exponent)
{
    const int32_t far = 4096;
    bool dense = lds_is_dense(p);
    for (size_t e = 0; dense && e < p->n_edges; e++)
        dense = exponent[e] > -far && exponent[e] < far;
    return dense;
}

void lds_balance(LdsPart *p, const int32_t *exponent)
{
    if (is_dense(p, exponent)) {
        lds_balance_dense(p, exponent);
        return;
    }
    Columns c = by_column(p);
    fill_exponents(p, &c, exponent);
    bool moved = true;
    for (int sweep = 0; moved && sweep < POWER_SWEEPS; sweep++) {
        moved = false;
        for (size_t i = 0; i < p->n; i++)
            moved |= balance_powers(p, &c, exponent, i);
    }
    lds_scale(p, exponent);
    fill_numbers(p, &c);
    double worst = 1;
    for (size_t i = 0; i < p->n; i++)
        p->balance[i] = 1;
    for (int sweep = 0; worst > 1e-8 && sweep < FINE_SWEEPS; sweep++) {
        worst = 0;
        for (size_t i = 0; i < p->n; i++)
            worst = fmax(worst, balance_fine(p, &c, i));
    }
}

/* ---- scalings as multipliers ---- */

bool lds_test_balanced(LdsPart *p, LdsFinding *f)
{
    lds_offer_balance(p, "balanced scaling", f);
    return true;
}

/* Equal multipliers for the matrix as it stands. */
bool lds_test_plain(LdsPart *p, LdsFinding *f)
{
    double *q = ARENA_ARRAY(&p->cx->arena, p->n, double);
    for (size_t i = 0; i < p->n; i++) {
        long e = p->d_exp[i] - 2 * p->s_exp[i];
        q[i] = ldexp(p->d[i], e > 900 ? 900 : e < -900 ? -900 : (int)e);
    }
    lds_offer_p(p, q, "symmetric part", f);
    return true;
}

/* p_i |K_ij| = p_j |K_ji| along a spanning tree: symmetric pairs become
 * symmetric, opposite pairs cancel (weighted potential, saddle structure). */
bool lds_test_symmetriser(LdsPart *p, LdsFinding *f)
{
    double *q = ARENA_ARRAY(&p->cx->arena, p->n, double);
    size_t *queue = ARENA_ARRAY(&p->cx->arena, p->n, size_t);
    bool *seen = ARENA_ARRAY(&p->cx->arena, p->n, bool);    /* not q > 0: a quotient may underflow */
    size_t n_queue = 1;
    q[0] = 1;
    seen[0] = true;
    for (size_t at = 0; at < n_queue; at++) {
        size_t i = queue[at];
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
            size_t j = p->column[e], back = lds_part_find(p, j, i);
            if (back == SIZE_MAX)
                return false;   /* a connection without return cannot be matched */
            if (seen[j])
                continue;
            seen[j] = true;
            q[j] = q[i] * fabs(p->k[e] / p->k[back]);
            queue[n_queue++] = j;
        }
    }
    lds_offer_p(p, q, "symmetrisable or saddle structure", f);
    return true;
}

/* ---- comparison matrix: |K| off the diagonal ----
 * (I - |K|) x > 0 and y'(I - |K|) > 0 with x, y > 0 make q = y / x a multiplier
 * (quasi-dominance). */

static bool eliminate(size_t n, double *a)
{
    for (size_t k = 0; k < n; k++) {
        if (!(a[k * n + k] > 0))
            return false;
        for (size_t i = k + 1; i < n; i++) {
            double l = a[i * n + k] /= a[k * n + k];
            for (size_t j = k + 1; l != 0 && j < n; j++)
                a[i * n + j] -= l * a[k * n + j];
        }
    }
    return true;
}

static void solve_both(size_t n, const double *lu, double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = 1;
        for (size_t j = 0; j < i; j++)
            x[i] -= lu[i * n + j] * x[j];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            x[i] -= lu[i * n + j] * x[j];
        x[i] /= lu[i * n + i];
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = 1;
        for (size_t j = 0; j < i; j++)
            y[i] -= lu[j * n + i] * y[j];
        y[i] /= lu[i * n + i];
    }
    for (size_t i = n; i-- > 0;)
        for (size_t j = i + 1; j < n; j++)
            y[i] -= lu[j * n + i] * y[j];
}

static bool comparison_dense(const LdsPart *p, double *x, double *y)
{
    double *a = lds_part_dense(p);
    if (!a)
        return false;
    for (size_t k = 0; k < p->n * p->n; k++)
        a[k] = -fabs(a[k]);
    for (size_t i = 0; i < p->n; i++)
        a[i * p->n + i] = 1;
    bool ok = eliminate(p->n, a);
    if (ok)
        solve_both(p->n, a, x, y);
    free(a);
    return ok;
}

/* Gauss-Seidel for a matrix too large to factor here; x and y only grow. */
static bool comparison_iterate(const LdsPart *p, double *x, double *y)
{
    double *z = ARENA_ARRAY(&p->cx->arena, p->n, double);
    for (size_t i = 0; i < p->n; i++)
        x[i] = y[i] = 1;
    for (int sweep = 0; sweep < 100; sweep++) {
        for (size_t i = 0; i < p->n; i++) {
            double sum = 1;
            for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
                sum += fabs(p->k[e]) * x[p->column[e]];
            x[i] = sum;
            z[i] = 1;
        }
        for (size_t i = 0; i < p->n; i++)
            for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
                z[p->column[e]] += fabs(p->k[e]) * y[i];
        memcpy(y, z, p->n * sizeof *y);
        if (!(x[0] < 1e12))
            return false;
    }
    return true;
}

/* |K| x >= x in every row, for the x that balances K: then no x > 0 has |K| x < x. */
static bool is_beyond_comparison(const LdsPart *p)
{
    for (size_t i = 0; i < p->n; i++) {
        double sum = 0;
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            sum += fabs(p->k[e]) / p->balance[p->column[e]];
        if (!(sum * p->balance[i] > 1))
            return false;
    }
    return true;
}

/* x and y become what |K| and its transpose do to themselves most: near the edge these do where sums would take long. */
static void comparison_perron(const LdsPart *p, double *x, double *y)
{
    double *z = ARENA_ARRAY(&p->cx->arena, 2 * p->n, double), *w = z + p->n;
    for (size_t i = 0; i < p->n; i++)
        x[i] = y[i] = 1;
    for (int sweep = 0; sweep < PERRON_SWEEPS; sweep++) {
        double most_x = 0, most_y = 0;
        memcpy(z, x, p->n * sizeof *x);
        memcpy(w, y, p->n * sizeof *y);
        for (size_t i = 0; i < p->n; i++)
            for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
                z[i] += fabs(p->k[e]) * x[p->column[e]];
                w[p->column[e]] += fabs(p->k[e]) * y[i];
            }
        for (size_t i = 0; i < p->n; i++) {
            most_x = fmax(most_x, z[i]);
            most_y = fmax(most_y, w[i]);
        }
        for (size_t i = 0; i < p->n; i++) {
            x[i] = z[i] / most_x;
            y[i] = w[i] / most_y;
        }
    }
}

static bool offer_quotient(LdsPart *p, const double *x, double *y, LdsFinding *f)
{
    for (size_t i = 0; i < p->n; i++) {
        if (!(x[i] > 0 && y[i] > 0))
            return false;
        y[i] /= x[i];
    }
    return lds_offer_p(p, y, "quasi-dominance", f);
}

bool lds_test_comparison(LdsPart *p, LdsFinding *f)
{
    if (is_beyond_comparison(p))
        return true;
    double *x = ARENA_ARRAY(&p->cx->arena, p->n, double), *y = ARENA_ARRAY(&p->cx->arena, p->n, double);
    if ((p->n <= FACTOR_MAX ? comparison_dense(p, x, y) : comparison_iterate(p, x, y)) && offer_quotient(p, x, y, f))
        return true;
    if (p->n <= LDS_DENSE_ROWS)     /* other proofs are tried */
        return true;
    comparison_perron(p, x, y);
    offer_quotient(p, x, y, f);
    return true;
}
