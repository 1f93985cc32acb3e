/* Vectors for networks that are nothing but sums: A = D + U R' with few columns. Divided by |D| row by row,
 * which changes the sign of no v_i (A v)_i, it is -I + U R', and for an eigenvalue m >= 1 of the small matrix
 * R' U, R' U c = m c, the vector v = U c has v_i (A v)_i = (m - 1) v_i^2. */
#include "compiler/check/lds/lds.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lapack.h"

enum { MOST_SUMS = 64 };

/* Of a component: U and R by rows of neurons, in the coordinates of K, whose diagonal is -1. */
typedef struct Sums {
    const LdsPart *p;
    size_t n;                   /* sums */
    size_t *row;                /* theirs */
    size_t *number;             /* of each row, among the sums; SIZE_MAX for a neuron */
} Sums;

/* False when neurons read one another. */
static bool find_sums(const LdsPart *p, Sums *s)
{
    *s = (Sums){.p = p, .row = ARENA_ARRAY(&p->cx->arena, p->n, size_t), .number = ARENA_ARRAY(&p->cx->arena, p->n, size_t)};
    for (size_t i = 0; i < p->n; i++) {
        bool is_sum = p->matrix->n_sums && p->member[i] >= p->matrix->n;
        s->number[i] = is_sum ? s->n : SIZE_MAX;
        if (is_sum)
            s->row[s->n++] = i;
    }
    for (size_t i = 0; i < p->n; i++)
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            if (s->number[i] == SIZE_MAX && s->number[p->column[e]] == SIZE_MAX)
                return false;
    return s->n > 0 && s->n <= MOST_SUMS;
}

/* (R' U)[k][l], by columns. */
static void small_matrix(const Sums *s, double *g)
{
    const LdsPart *p = s->p;
    for (size_t k = 0; k < s->n; k++)
        for (size_t e = p->row_from[s->row[k]]; e < p->row_from[s->row[k] + 1]; e++) {
            size_t i = p->column[e];
            for (size_t f = p->row_from[i]; f < p->row_from[i + 1]; f++)
                g[s->number[p->column[f]] * s->n + k] += p->k[e] * p->k[f];
        }
}

/* v = U c */
static void spread(const Sums *s, const double *c, double *v)
{
    const LdsPart *p = s->p;
    for (size_t i = 0; i < p->n; i++) {
        v[i] = 0;
        for (size_t f = p->row_from[i]; s->number[i] == SIZE_MAX && f < p->row_from[i + 1]; f++)
            v[i] += p->k[f] * c[s->number[p->column[f]]];
    }
}

bool lds_test_sums(LdsPart *p, LdsFinding *f)
{
    Sums s;
    if (!find_sums(p, &s) || !lapack_load(NULL))
        return false;
    size_t n = s.n;
    double *g = calloc(2 * n * n + 2 * n + p->n, sizeof *g), *vectors = g + n * n, *re = vectors + n * n, *im = re + n, *v = im + n;
    if (!g)
        return false;
    small_matrix(&s, g);
    if (lapack_general_eigen(n, g, re, im, vectors) == 0)
        for (size_t k = 0; k < n && f->verdict == TRUTH_UNDECIDED; k++)
            if (im[k] == 0 && re[k] > 1 - 1e-9) {
                spread(&s, vectors + k * n, v);
                lds_offer_v(p, 1, v, "a direction of the sums", f);
            }
    free(g);
    return true;
}
