/* Small random matrices whose diagonal stability is known because of how they are made, most of them on the edge itself
 * or a power of ten away from it. The makers rest on theorems that need no search: docs/theory.md has them. */
#ifndef TESTS_PROPERTY_EDGE_MATRIX_H
#define TESTS_PROPERTY_EDGE_MATRIX_H
#include <gmp.h>
#include <mpfr.h>

#include "tests/draw.h"

enum { EDGE_MAX_N = 14, EDGE_SOME_N = 12 };
typedef enum EdgeKnown { EDGE_NOT_LDS = -1, EDGE_OPEN, EDGE_LDS } EdgeKnown;

typedef struct EdgeMatrix {
    size_t n;
    mpq_t a[EDGE_MAX_N][EDGE_MAX_N];    /* all of them initialised, once */
    EdgeKnown known;
    int places;                         /* 10^-places from the edge; 0: on it, or anywhere */
} EdgeMatrix;

typedef void EdgeMaker(Draw *d, EdgeMatrix *m);

static inline int edge_int(Draw *d, int low, int high)
{
    return low + (int)below(d, (unsigned)(high - low + 1));
}

static inline void edge_set(mpq_ptr x, int numerator, int denominator)
{
    mpq_set_si(x, numerator, (unsigned)denominator);
    mpq_canonicalize(x);
}

/* -1, 0 or 1 times a power of ten about as small as doubles resolve; 0 half of the time. */
static int edge_shift(Draw *d, EdgeMatrix *m, mpq_ptr out)
{
    static const unsigned places[] = {2, 4, 6, 8, 9, 10, 12, 14, 16, 20};
    int sign = edge_int(d, 0, 1) ? edge_int(d, 0, 1) * 2 - 1 : 0;
    m->places = sign ? (int)places[below(d, sizeof places / sizeof *places)] : 0;
    mpq_set_si(out, sign, 1);
    if (sign) {
        mpz_ui_pow_ui(mpq_denref(out), 10, (unsigned)m->places);
        mpq_canonicalize(out);
    }
    return sign;
}

static void edge_clear_entries(EdgeMatrix *m, size_t n)
{
    m->n = n;
    m->known = EDGE_OPEN;
    m->places = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            mpq_set_si(m->a[i][j], 0, 1);
}

static void edge_shift_diagonal(EdgeMatrix *m, mpq_srcptr by)
{
    for (size_t i = 0; i < m->n; i++)
        mpq_add(m->a[i][i], m->a[i][i], by);
}

static const int edge_entries[] = {0, 0, 10, -10, 20, -20, 30, -50, 5, -1, 3};      /* tenths */

/* (A X)_ii = 0 in every row for X = V V' of rank 1 to 3: not stable, nor with less leak; with a little more, perhaps. */
static void edge_tight(Draw *d, EdgeMatrix *m)
{
    int v[EDGE_MAX_N][3], rank = edge_int(d, 1, 3);
    edge_clear_entries(m, (size_t)edge_int(d, 2, EDGE_SOME_N));
    mpq_t x, sum;
    mpq_inits(x, sum, (mpq_ptr)0);
    for (size_t i = 0; i < m->n; i++) {
        for (int k = 0; k < 3; k++)
            v[i][k] = k < rank ? edge_int(d, -4, 4) : 0;
        if (!v[i][0] && !v[i][1] && !v[i][2])
            v[i][0] = 1;
    }
    for (size_t i = 0; i < m->n; i++) {
        mpq_set_si(sum, 0, 1);
        for (size_t j = 0; j < m->n; j++) {
            if (i == j)
                continue;
            edge_set(m->a[i][j], edge_entries[below(d, 11)], 10);
            mpq_set_si(x, v[i][0] * v[j][0] + v[i][1] * v[j][1] + v[i][2] * v[j][2], 1);
            mpq_mul(x, x, m->a[i][j]);
            mpq_sub(sum, sum, x);
        }
        mpq_set_si(x, v[i][0] * v[i][0] + v[i][1] * v[i][1] + v[i][2] * v[i][2], 1);
        mpq_div(m->a[i][i], sum, x);
    }
    m->known = edge_shift(d, m, x) < 0 ? EDGE_OPEN : EDGE_NOT_LDS;
    edge_shift_diagonal(m, x);
    mpq_clears(x, sum, (mpq_ptr)0);
}

/* P A = -(V V')/2 - e I + a skew part, for a diagonal P: stable by e. On the edge, e = 0, it is open: another P may do. */
static void edge_squares(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 2, EDGE_SOME_N));
    int rank = edge_int(d, 1, (int)m->n);
    mpq_t e, x;
    mpq_inits(e, x, (mpq_ptr)0);
    for (int k = 0; k < rank; k++) {
        int v[EDGE_MAX_N];
        for (size_t i = 0; i < m->n; i++)
            v[i] = edge_int(d, -3, 3);
        for (size_t i = 0; i < m->n; i++)
            for (size_t j = 0; j < m->n; j++) {
                edge_set(x, -v[i] * v[j], 2);
                mpq_add(m->a[i][j], m->a[i][j], x);
            }
    }
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < i; j++) {
            mpq_set_si(x, edge_int(d, -5, 5), 1);
            mpq_add(m->a[i][j], m->a[i][j], x);
            mpq_sub(m->a[j][i], m->a[j][i], x);
        }
    m->known = edge_shift(d, m, e) ? EDGE_LDS : EDGE_OPEN;
    mpq_abs(e, e);
    mpq_neg(e, e);
    edge_shift_diagonal(m, e);
    for (size_t i = 0; i < m->n; i++) {
        edge_set(x, 1, edge_int(d, 1, 10));
        for (size_t j = 0; j < m->n; j++)
            mpq_mul(m->a[i][j], m->a[i][j], x);
    }
    mpq_clears(e, x, (mpq_ptr)0);
}

static void edge_few(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 2, 5));
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->n; j++)
            edge_set(m->a[i][j], i == j ? -edge_int(d, 1, 3) : edge_int(d, -2, 2), 2);
}

/* Any size, most entries 0: several components, some of which hang together by one. */
static void edge_scattered(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 2, EDGE_SOME_N));
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->n; j++)
            if (i == j || edge_int(d, 0, 2) == 0)
                edge_set(m->a[i][j], i == j ? -edge_int(d, 5, 30) : edge_entries[below(d, 11)], 10);
}

/* No entry off the diagonal below 0: stable exactly when A x < 0 for an x > 0, and A x = 0 is the edge where A is irreducible. */
static void edge_excitatory(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 2, EDGE_SOME_N));
    mpq_t x[EDGE_MAX_N], sum;
    mpq_init(sum);
    for (size_t i = 0; i < m->n; i++) {
        mpq_init(x[i]);
        edge_set(x[i], edge_int(d, 1, 9), edge_int(d, 1, 9));
    }
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->n; j++)
            if (i != j && (j == (i + 1) % m->n || edge_int(d, 0, 1)))
                edge_set(m->a[i][j], edge_int(d, 1, 20), edge_int(d, 1, 12));
    for (size_t i = 0; i < m->n; i++) {
        for (size_t j = 0; j < m->n; j++) {
            mpq_mul(sum, m->a[i][j], x[j]);
            if (j != i)
                mpq_sub(m->a[i][i], m->a[i][i], sum);
        }
        mpq_div(m->a[i][i], m->a[i][i], x[i]);
    }
    m->known = edge_shift(d, m, sum) < 0 ? EDGE_LDS : EDGE_NOT_LDS;
    edge_shift_diagonal(m, sum);
    for (size_t i = 0; i < m->n; i++)
        mpq_clear(x[i]);
    mpq_clear(sum);
}

/* Symmetric -V V' of less than full rank, where rows and columns are scaled: stable exactly when shifted below 0. */
static void edge_symmetric(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 2, EDGE_SOME_N));
    mpq_t x;
    mpq_init(x);
    for (size_t rank = (size_t)edge_int(d, 1, (int)m->n - 1); rank > 0; rank--) {
        int v[EDGE_MAX_N];
        for (size_t i = 0; i < m->n; i++)
            v[i] = edge_int(d, -3, 3);
        for (size_t i = 0; i < m->n; i++)
            for (size_t j = 0; j < m->n; j++) {
                mpq_set_si(x, -v[i] * v[j], 1);
                mpq_add(m->a[i][j], m->a[i][j], x);
            }
    }
    m->known = edge_shift(d, m, x) < 0 ? EDGE_LDS : EDGE_NOT_LDS;
    edge_shift_diagonal(m, x);
    for (size_t i = 0; i < m->n; i++) {
        edge_set(x, edge_int(d, 1, 7), edge_int(d, 1, 7));
        for (size_t j = 0; j < m->n; j++)
            mpq_mul(m->a[i][j], m->a[i][j], x);
    }
    mpq_clear(x);
}

/* sec(pi/n)^n, the largest gain that a cycle of negative sign may have: a fraction for 3, 4 and 6 neurons, elsewhere to 60
 * digits. Whether it is a fraction. */
static bool edge_secant(size_t n, mpq_ptr out)
{
    mpfr_t x;
    mpfr_init2(x, 200);
    mpfr_const_pi(x, MPFR_RNDN);
    mpfr_div_ui(x, x, n, MPFR_RNDN);
    mpfr_sec(x, x, MPFR_RNDN);
    mpfr_pow_ui(x, x, n, MPFR_RNDN);
    mpfr_get_q(out, x);
    mpfr_clear(x);
    if (n == 3 || n == 4 || n == 6)
        edge_set(out, n == 3 ? 8 : n == 4 ? 4 : 64, n == 6 ? 27 : 1);
    return n == 3 || n == 4 || n == 6;
}

/* A cycle, stable exactly when its gain is below 1, or below the secant bound where the product is negative. */
static void edge_cycle(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 3, EDGE_SOME_N));
    bool is_negative = edge_int(d, 0, 3) > 0, is_exact = true;
    mpq_t gain, shift;
    mpq_inits(gain, shift, (mpq_ptr)0);
    mpq_set_si(gain, 1, 1);
    if (is_negative)
        is_exact = edge_secant(m->n, gain);
    int side = edge_shift(d, m, shift);
    while (!is_exact && side == 0)
        side = edge_shift(d, m, shift);
    m->known = side < 0 ? EDGE_LDS : EDGE_NOT_LDS;
    mpq_add(gain, gain, shift);
    if (is_negative)
        mpq_neg(gain, gain);
    for (size_t i = 0; i < m->n; i++) {
        mpq_ptr next = m->a[i][(i + 1) % m->n];
        mpq_set_si(m->a[i][i], -1, 1);
        mpq_set(next, gain);                            /* the last: what the others leave */
        if (i + 1 < m->n)
            edge_set(next, edge_int(d, 1, 9), edge_int(d, 1, 9));
        mpq_div(gain, gain, next);
    }
    mpq_clears(gain, shift, (mpq_ptr)0);
}

/* A tree. Scaled, pairs of one sign are symmetric and pairs of opposite signs cancel, so it is stable exactly when the
 * parts that hang together by pairs of one sign are negative definite: eliminating leaves, when each a_ii less what its
 * leaves add, a_ij a_ji / a_jj, is below 0. The last row is put on the edge. */
static void edge_tree(Draw *d, EdgeMatrix *m)
{
    edge_clear_entries(m, (size_t)edge_int(d, 2, EDGE_SOME_N));
    mpq_t pivot[EDGE_MAX_N], x;
    mpq_init(x);
    for (size_t i = 0; i < m->n; i++) {
        mpq_init(pivot[i]);
        edge_set(m->a[i][i], -edge_int(d, 5, 40), edge_int(d, 1, 9));
        mpq_set(pivot[i], m->a[i][i]);
    }
    bool is_stable = true;
    for (size_t i = 0; i + 1 < m->n; i++) {             /* row i is a leaf of what is left, `to` its neighbour */
        size_t to = i + 1 + below(d, (unsigned)(m->n - i - 1));
        is_stable &= mpq_sgn(pivot[i]) < 0;
        edge_set(m->a[i][to], edge_int(d, 1, 9), edge_int(d, 1, 9));
        edge_set(m->a[to][i], edge_int(d, -9, 9), edge_int(d, 1, 9));
        if (mpq_sgn(m->a[to][i]) <= 0 || mpq_sgn(pivot[i]) >= 0)
            continue;
        mpq_mul(x, m->a[i][to], m->a[to][i]);
        mpq_div(x, x, pivot[i]);
        mpq_sub(pivot[to], pivot[to], x);
    }
    mpq_sub(m->a[m->n - 1][m->n - 1], m->a[m->n - 1][m->n - 1], pivot[m->n - 1]);
    int side = edge_shift(d, m, x);
    mpq_add(m->a[m->n - 1][m->n - 1], m->a[m->n - 1][m->n - 1], x);
    m->known = side < 0 && is_stable ? EDGE_LDS : EDGE_NOT_LDS;
    for (size_t i = 0; i < m->n; i++)
        mpq_clear(pivot[i]);
    mpq_clear(x);
}

/* D1 (u v' - I) D2, far from balanced: stable when the u_i v_i above 0 add up to less than 1, wherever that stands to 1 by a last digit. */
static void edge_rank_one(Draw *d, EdgeMatrix *m)
{
    int part[EDGE_MAX_N], sum = 0, spread = edge_int(d, 0, 2) * 12;
    mpq_t x, all, u[EDGE_MAX_N], v[EDGE_MAX_N];
    edge_clear_entries(m, (size_t)edge_int(d, 3, EDGE_MAX_N));
    mpq_inits(x, all, (mpq_ptr)0);
    for (size_t i = 0; i < m->n; i++) {
        part[i] = edge_int(d, 1, 99) * (i && edge_int(d, 0, 3) == 0 ? -1 : 1);
        sum += part[i] > 0 ? part[i] : 0;
    }
    int side = edge_shift(d, m, x);
    mpq_set_si(all, 1, 1);
    mpq_add(all, all, x);
    for (size_t i = 0; i < m->n; i++) {         /* u_i v_i = part_i all/sum */
        mpq_inits(u[i], v[i], (mpq_ptr)0);
        edge_set(u[i], edge_int(d, 1, 9) * (edge_int(d, 0, 1) ? 1 : -1), edge_int(d, 1, 9));
        edge_set(x, part[i], sum);
        mpq_mul(x, x, all);
        mpq_div(v[i], x, u[i]);
    }
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->n; j++) {
            mpq_mul(m->a[i][j], u[i], v[j]);
            edge_set(x, i == j, 1);
            mpq_sub(m->a[i][j], m->a[i][j], x);
        }
    for (size_t k = 0; k < 2 * m->n; k++) {     /* a row, or a column, times a power of ten */
        int by = edge_int(d, -spread, spread);
        mpz_ui_pow_ui(mpq_numref(x), 10, (unsigned)abs(by));
        mpz_set_ui(mpq_denref(x), 1);
        if (by < 0)
            mpq_inv(x, x);
        for (size_t j = 0; j < m->n; j++) {
            mpq_ptr y = k < m->n ? m->a[k][j] : m->a[j][k - m->n];
            mpq_mul(y, y, x);
        }
    }
    m->known = side < 0 ? EDGE_LDS : EDGE_NOT_LDS;
    for (size_t i = 0; i < m->n; i++)
        mpq_clears(u[i], v[i], (mpq_ptr)0);
    mpq_clears(x, all, (mpq_ptr)0);
}

/* Rows and columns scaled, exchanged and transposed, which changes nothing; sometimes one entry changed. */
static void edge_mutate(Draw *d, EdgeMatrix *m)
{
    mpq_t scale, x;
    mpq_inits(scale, x, (mpq_ptr)0);
    for (size_t i = 0; i < m->n; i++) {
        size_t k = below(d, (unsigned)m->n);
        for (size_t j = 0; j < m->n; j++)
            mpq_swap(m->a[i][j], m->a[k][j]);
        for (size_t j = 0; j < m->n; j++)
            mpq_swap(m->a[j][i], m->a[j][k]);
        edge_set(scale, 1 << edge_int(d, 0, 9), 1 << edge_int(d, 0, 9));
        for (size_t j = 0; j < m->n; j++)
            mpq_mul(m->a[i][j], m->a[i][j], scale);
        edge_set(scale, 1 << edge_int(d, 0, 9), edge_int(d, 1, 9));
        for (size_t j = 0; j < m->n; j++)
            mpq_mul(m->a[j][i], m->a[j][i], scale);
    }
    for (size_t i = 0; i < m->n && m->n % 2; i++)
        for (size_t j = 0; j < i; j++)
            mpq_swap(m->a[i][j], m->a[j][i]);
    if (edge_int(d, 0, 9) < 4) {
        mpq_ptr changed = m->a[below(d, (unsigned)m->n)][below(d, (unsigned)m->n)];
        int sign = edge_shift(d, m, x);
        if (sign)
            mpq_add(changed, changed, x);
        else if (edge_int(d, 0, 1))
            mpq_neg(changed, changed);
        else
            mpq_set_si(changed, 0, 1);
        m->known = EDGE_OPEN;
    }
    mpq_clears(scale, x, (mpq_ptr)0);
}
#endif
