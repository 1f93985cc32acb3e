#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/positive.h"
#include "compiler/check/positive_split.h"

/* B = D M D as in positive.c, D powers of two with 1/2 <= B_ii <= 4, but by rows, of
 * the entries that are there: M_ij = -(p_i a_ij + p_j a_ji) is 0 elsewhere, exactly. The
 * computed b has |b_ij - B_ij| <= r_ij, r_ij = 16u (|t_1| + |t_2|) + 2^-1000 with t_1 and t_2 the two terms.
 *
 * Dominance. If x > 0 and B_ii x_i > sum over j of |B_ij| x_j for every i, B is positive
 * definite: X B X with X = diag(x) is symmetric and strictly diagonally dominant with a
 * positive diagonal. x comes from an iteration whose errors do not matter; the
 * inequality is tested with bounds of them: a sum of k products of positive doubles is off by at most
 * k + 1 roundings, relatively.
 *
 * Envelope. Rump's test of positive.c, whose bounds hold for any order of the rows, with
 * rows from their first entry to the diagonal: the factor has none before it. */
enum { SWEEPS = 300 };
static const double MOST_STORED = 1.2e8, MOST_PRODUCTS = 3e10;     /* of an envelope: 1 GB, some ten seconds */

typedef struct Entry {
    uint32_t column;
    double value, size;         /* b_ij; |t_1| + |t_2| */
} Entry;

typedef struct Rows {
    size_t n;
    size_t *from, *end;         /* of row i: entry[from[i] .. end[i]-1], off the diagonal, columns ascending */
    Entry *entry;
    double *own;                /* b_ii */
    long *scale;
    Split *p;
    uint32_t *place;            /* of each row of A: its row here, or UINT32_MAX */
} Rows;

static void rows_free(Rows *r)
{
    free(r->from);
    free(r->end);
    free(r->entry);
    free(r->own);
    free(r->scale);
    free(r->p);
    free(r->place);
}

static size_t place_of(const Rows *r, const LyapunovForm *f, size_t i, size_t k)
{
    size_t j = r->place[f->a->column[k]];
    return j == i ? UINT32_MAX : j;
}

/* Room for each entry twice, once in its own row and once in its column's. */
static bool rows_alloc(Rows *r, const LyapunovForm *f)
{
    size_t n = f->n;
    *r = (Rows){.n = n};
    r->from = calloc(n + 1, sizeof *r->from);
    r->end = calloc(n, sizeof *r->end);
    r->own = calloc(n, sizeof *r->own);
    r->scale = calloc(n, sizeof *r->scale);
    r->p = calloc(n, sizeof *r->p);
    r->place = malloc(f->a->q * sizeof *r->place);
    if (!r->from || !r->end || !r->own || !r->scale || !r->p || !r->place)
        return false;
    memset(r->place, 0xff, f->a->q * sizeof *r->place);
    for (size_t i = 0; i < n; i++)
        r->place[f->member[i]] = (uint32_t)i;
    for (size_t i = 0; i < n; i++)
        for (size_t k = f->a->row_from[f->member[i]]; k < f->a->row_from[f->member[i] + 1]; k++) {
            size_t j = place_of(r, f, i, k);
            if (j == UINT32_MAX)
                continue;
            r->from[i + 1]++;
            r->from[j + 1]++;
        }
    for (size_t i = 0; i < n; i++)
        r->from[i + 1] += r->from[i];
    memcpy(r->end, r->from, n * sizeof *r->end);
    r->entry = malloc((r->from[n] + 1) * sizeof *r->entry);
    return r->entry != NULL;
}

/* False where M_ii = -2 p_i a_ii > 0 fails. */
static bool read_diagonal(Rows *r, const LyapunovForm *f)
{
    for (size_t i = 0; i < r->n; i++) {
        mpq_srcptr a = claim_matrix_entry(f->a, f->member[i], f->member[i]);
        if (!a || mpq_sgn(a) >= 0 || mpq_sgn(f->p[i]) <= 0)
            return false;
        Split x = split(a);
        r->p[i] = split(f->p[i]);
        long e = r->p[i].exponent + x.exponent;
        r->scale[i] = floor_half(e);
        r->own[i] = shift(-2 * (r->p[i].mantissa * x.mantissa), e - 2 * r->scale[i]);
    }
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    uint32_t x = ((const Entry *)a)->column, y = ((const Entry *)b)->column;
    return (x > y) - (x < y);
}

/* Adds the two terms of a pair, in either order the same sum. */
static void join_row(Rows *r, size_t i)
{
    size_t kept = r->from[i];
    qsort(r->entry + kept, r->end[i] - kept, sizeof *r->entry, compare_entries);
    for (size_t k = r->from[i]; k < r->end[i]; k++) {
        Entry *last = r->entry + kept - 1;
        if (kept > r->from[i] && last->column == r->entry[k].column) {
            last->value += r->entry[k].value;
            last->size += r->entry[k].size;
        } else {
            r->entry[kept++] = r->entry[k];
        }
    }
    r->end[i] = kept;
}

static void read_entries(Rows *r, const LyapunovForm *f)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = f->a->row_from[f->member[i]]; k < f->a->row_from[f->member[i] + 1]; k++) {
            size_t j = place_of(r, f, i, k);
            if (j == UINT32_MAX)
                continue;
            Split x = split(f->a->entry[k]);
            double t = shift(r->p[i].mantissa * x.mantissa, r->p[i].exponent + x.exponent - r->scale[i] - r->scale[j]);
            r->entry[r->end[i]++] = (Entry){(uint32_t)j, -t, fabs(t)};
            r->entry[r->end[j]++] = (Entry){(uint32_t)i, -t, fabs(t)};
        }
    for (size_t i = 0; i < r->n; i++)
        join_row(r, i);
}

static double radius_of(const Entry *e)
{
    return 16 * U * e->size + 0x1p-1000;
}

/* ---- dominance ---- */

/* Whether b_ii x_i > sum |b_ij| x_j whatever the roundings; x_i becomes what makes it an equation, and 1 more. */
static bool sweep(const Rows *r, double *x)
{
    bool dominates = true;
    for (size_t i = 0; i < r->n; i++) {
        double sum = 0, terms = (double)(r->end[i] - r->from[i]) + 8;
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            sum += (fabs(r->entry[k].value) + radius_of(&r->entry[k])) * x[r->entry[k].column];
        dominates &= r->own[i] * (1 - 20 * U) * x[i] > sum * (1 + 2 * terms * U);
    }
    for (size_t i = 0; i < r->n && !dominates; i++) {
        double sum = 1;
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            sum += fabs(r->entry[k].value) * x[r->entry[k].column];
        x[i] = sum / r->own[i];
    }
    return dominates;
}

static bool is_dominant(const Rows *r)
{
    double *x = malloc(r->n * sizeof *x), most = 1;
    bool dominates = false;
    for (size_t i = 0; x && i < r->n; i++)
        x[i] = 1;
    for (int k = 0; x && k < SWEEPS && !dominates && most < 1e12; k++) {
        dominates = sweep(r, x);
        for (size_t i = 0; i < r->n; i++)
            most = fmax(most, x[i]);
    }
    free(x);
    return dominates && isfinite(most);
}

/* ---- envelope ---- */

static uint32_t least_degree(const Rows *r, const bool *seen)
{
    uint32_t best = UINT32_MAX;
    for (size_t i = 0; i < r->n; i++)
        if (!seen[i] && (best == UINT32_MAX || r->end[i] - r->from[i] < r->end[best] - r->from[best]))
            best = (uint32_t)i;
    return best;
}

/* Rows in the order of a breadth-first walk from one with few neighbours, and from the last
 * one of that walk: neighbours come close to each other (Cuthill and McKee 1969). */
static void order_rows(const Rows *r, uint32_t *order, bool *seen)
{
    size_t n = r->n, n_order = 0;
    memset(seen, 0, n);
    while (n_order < n) {
        size_t from = n_order;
        uint32_t start = least_degree(r, seen);
        for (int walk = 0; walk < 2; walk++) {
            for (size_t k = from; k < n_order; k++)
                seen[order[k]] = false;
            start = walk ? order[n_order - 1] : start;
            n_order = from;
            order[n_order++] = start;
            seen[start] = true;
            for (size_t at = from; at < n_order; at++)
                for (size_t k = r->from[order[at]]; k < r->end[order[at]]; k++) {
                    uint32_t next = r->entry[k].column;
                    if (seen[next])
                        continue;
                    seen[next] = true;
                    order[n_order++] = next;
                }
        }
    }
}

typedef struct Envelope {
    size_t n;
    uint32_t *order, *position; /* of each place its row, of each row its place */
    size_t *first;              /* of each place: the first one that its row of the factor has */
    size_t *at;                 /* n + 1: where its entries are, from first to itself */
    double *l;
} Envelope;

static void envelope_free(Envelope *e)
{
    free(e->order);
    free(e->position);
    free(e->first);
    free(e->at);
    free(e->l);
}

/* False where it would be too large. */
static bool envelope_shape(Envelope *e, const Rows *r)
{
    size_t n = r->n;
    *e = (Envelope){.n = n};
    e->order = malloc(n * sizeof *e->order);
    e->position = malloc(n * sizeof *e->position);
    e->first = malloc(n * sizeof *e->first);
    e->at = calloc(n + 1, sizeof *e->at);
    bool *seen = malloc(n * sizeof *seen), is_small = e->order && e->position && e->first && e->at && seen;
    if (is_small)
        order_rows(r, e->order, seen);
    free(seen);
    double stored = 0, products = 0;
    for (size_t k = 0; is_small && k < n; k++)
        e->position[e->order[k]] = (uint32_t)k;
    for (size_t k = 0; is_small && k < n; k++) {
        size_t i = e->order[k], first = k;
        for (size_t x = r->from[i]; x < r->end[i]; x++)
            first = e->position[r->entry[x].column] < first ? e->position[r->entry[x].column] : first;
        double width = (double)(k - first + 1);
        stored += width;
        products += width * width;
        is_small = stored <= MOST_STORED && products <= MOST_PRODUCTS;
        e->first[k] = first;
        e->at[k + 1] = e->at[k] + (k - first + 1);
    }
    e->l = is_small ? calloc(e->at[n], sizeof *e->l) : NULL;
    return e->l != NULL;
}

/* The rows of C, b with c taken from the diagonal; then those of its factor. */
static void envelope_fill(Envelope *e, const Rows *r, double c)
{
    for (size_t k = 0; k < e->n; k++) {
        size_t i = e->order[k];
        double *row = e->l + e->at[k];
        for (size_t x = r->from[i]; x < r->end[i]; x++) {
            size_t column = e->position[r->entry[x].column];
            if (column < k)
                row[column - e->first[k]] = r->entry[x].value;
        }
        row[k - e->first[k]] = nextafter(r->own[i] - nextafter(c, INFINITY), -INFINITY);
    }
}

/* In four sums, which the processor may do at once. */
static double dot(const double *x, const double *y, size_t n)
{
    double sum[4] = {0};
    size_t k = 0;
    for (; k + 4 <= n; k += 4)
        for (size_t lane = 0; lane < 4; lane++)
            sum[lane] += x[k + lane] * y[k + lane];
    for (; k < n; k++)
        sum[0] += x[k] * y[k];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static bool envelope_ends(Envelope *e)
{
    for (size_t k = 0; k < e->n; k++) {
        double *row = e->l + e->at[k];
        size_t first = e->first[k];
        for (size_t j = first; j < k; j++) {
            const double *above = e->l + e->at[j];
            size_t from = first > e->first[j] ? first : e->first[j];
            row[j - first] = (row[j - first] - dot(row + (from - first), above + (from - e->first[j]), j - from)) / above[j - e->first[j]];
        }
        double pivot = row[k - first] - dot(row, row, k - first);
        if (!(pivot > 0) || !isfinite(pivot))
            return false;
        row[k - first] = sqrt(pivot);
    }
    return true;
}

static bool envelope_proves(const Rows *r)
{
    double trace = 0, worst = 0, n = (double)r->n;
    for (size_t i = 0; i < r->n; i++) {
        double radius = 16 * U * r->own[i];
        trace += r->own[i];
        for (size_t k = r->from[i]; k < r->end[i]; k++)
            radius += radius_of(&r->entry[k]);
        worst = fmax(worst, radius);
    }
    Envelope e;
    bool ends = envelope_shape(&e, r);
    if (ends) {
        envelope_fill(&e, r, 1.25 * ((n + 4) * U * trace + worst) + 0x1p-900);
        ends = envelope_ends(&e);
    }
    envelope_free(&e);
    return ends;
}

bool positive_by_rows(const LyapunovForm *f, ProofKind *how)
{
    Rows r;
    bool is_proved = false;
    if (rounds_to_nearest() && f->n < UINT32_MAX / 2 && rows_alloc(&r, f)) {
        if (read_diagonal(&r, f)) {
            read_entries(&r, f);
            is_proved = is_dominant(&r);
            *how = is_proved ? PROOF_DOMINANCE : PROOF_RUMP;
            is_proved = is_proved || envelope_proves(&r);
        }
        rows_free(&r);
    }
    return is_proved;
}
