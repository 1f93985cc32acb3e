/* Entries that are doubles times a unit of their row: the same matrix as with a rational for each, and no proof of what is singular. */
#include <stdlib.h>

#include "compiler/check/proof/positive/positive_dense.h"
#include "compiler/check/proof/statement/statement_verify.h"
#include "tests/unit/claim_of.h"

enum { MOST = 12 };

/* S of random vectors, one fewer than rows where it is to be singular. */
static void random_square(size_t n, size_t rank, long s[MOST][MOST])
{
    long v[MOST][MOST];
    for (size_t k = 0; k < rank; k++)
        for (size_t i = 0; i < n; i++)
            v[k][i] = random_to(6) - 3;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            s[i][j] = 0;
            for (size_t k = 0; k < rank; k++)
                s[i][j] += v[k][i] * v[k][j];
        }
}

static void random_positive(mpq_ptr x)
{
    mpq_set_ui(x, 1 + (unsigned long)random_to(1000000), 1 + (unsigned long)random_to(1000000));
    mpq_canonicalize(x);
}

/* A = -P^-1 S two groups of columns in turn, the diagonal larger by `more`. */
static ClaimMatrix scaled_of(Ctx *cx, size_t n, long s[MOST][MOST], const mpq_t *p, double more)
{
    ClaimMatrix m = {.n = n, .q = n};
    m.row_from = ARENA_ARRAY(&cx->arena, n + 1, size_t);
    m.column = ARENA_ARRAY(&cx->arena, n * n, uint32_t);
    m.scaled = scaled_entries_new(cx, n, 2);
    m.scaled->value = ARENA_ARRAY(&cx->arena, n * n, double);
    for (size_t a = 0; a < n; a++) {
        m.scaled->group[a] = a % 2;
        mpq_inv(m.scaled->unit[2 * a], p[a]);
        mpq_neg(m.scaled->unit[2 * a], m.scaled->unit[2 * a]);
        mpq_div_2exp(m.scaled->unit[2 * a + 1], m.scaled->unit[2 * a], 3);
        mpq_set_d(m.scaled->diagonal[a], (double)s[a][a] + more);
        mpq_mul(m.scaled->diagonal[a], m.scaled->diagonal[a], m.scaled->unit[2 * a]);
        for (size_t b = 0; b < n; b++) {
            m.column[a * n + b] = (uint32_t)b;
            m.scaled->value[a * n + b] = (double)s[a][b] * (b % 2 ? 8 : 1);
        }
        m.row_from[a + 1] = (a + 1) * n;
    }
    scaled_entries_finish(m.scaled);
    return m;
}

static ClaimMatrix plain_of(Ctx *cx, size_t n, long s[MOST][MOST], const mpq_t *p, double more)
{
    ClaimMatrix m = zeros(cx, n);
    for (size_t k = 0; k < n * n; k++) {
        mpq_set_d(m.entry[k], -(double)s[k / n][k % n] - (k / n == k % n ? more : 0));
        mpq_div(m.entry[k], m.entry[k], p[k / n]);
    }
    return m;
}

/* What one matrix says, both ways. */
static void compare(Ctx *cx, size_t n, long s[MOST][MOST], const Component *c, double more, bool is_positive)
{
    ClaimMatrix scaled = scaled_of(cx, n, s, (const mpq_t *)c->p, more), plain = plain_of(cx, n, s, (const mpq_t *)c->p, more);
    LyapunovForm f = {&scaled, n, c->member, (const mpq_t *)c->p};
    Positive found = positive_by_cholesky(&f, NULL);
    CHECK(is_positive ? found == POSITIVE_YES : found != POSITIVE_YES);
    CHECK(verify_component(cx, &scaled, c).accepted == is_positive);
    CHECK(verify_component(cx, &plain, c).accepted == verify_component(cx, &scaled, c).accepted);
    for (size_t a = 0; a < n; a++)
        for (size_t e = a * n; e < (a + 1) * n; e++) {
            CHECK(mpq_equal(claim_matrix_at(&scaled, a, e), plain.entry[e]));
            CHECK(claim_matrix_sign(&scaled, a, e) == mpq_sgn(plain.entry[e]));
            CHECK_CLOSE(claim_matrix_near(&scaled, a, e), mpq_get_d(plain.entry[e]), 1e-14, 0);
        }
    double above = neuron_norms_above(&scaled), same = neuron_norms_above(&plain);
    CHECK(above >= same * (1 - 1e-13) && above <= same * (1 + 1e-13));
    claim_matrix_clear(&scaled);
    claim_matrix_clear(&plain);
}

static void no_singular_matrix_is_proved(void)
{
    Ctx cx;
    long s[MOST][MOST];
    ctx_init(&cx);
    for (int round = 0; round < 400; round++) {
        size_t n = 2 + (size_t)random_to(MOST - 2);
        Component c = ones(&cx, n);
        for (size_t k = 0; k < n; k++)
            random_positive(c.p[k]);
        random_square(n, n - 1, s);
        compare(&cx, n, s, &c, 0, false);
        compare(&cx, n, s, &c, -0x1p-40, false);
        compare(&cx, n, s, &c, 0x1p-20, true);
        component_clear(&c);
    }
    ctx_free(&cx);
}

/* sum_j |M_ij - b_ij| off the diagonal, M scaled as b is, and M exact. */
static void row_error(const PositiveDense *d, const LyapunovForm *f, size_t i, mpq_t sum)
{
    mpq_t m, b;
    mpq_inits(m, b, (mpq_ptr)0);
    mpq_set_ui(sum, 0, 1);
    for (size_t j = 0; j < d->n; j++) {
        if (j == i)
            continue;
        long e = d->scale[i] + d->scale[j];
        positive_entry(f, i, j, m, b);
        (e > 0 ? mpq_div_2exp : mpq_mul_2exp)(m, m, (mp_bitcnt_t)labs(e));
        mpq_set_d(b, i > j ? d->b[j * d->order + i] : d->b[i * d->order + j]);
        mpq_sub(m, m, b);
        mpq_abs(m, m);
        mpq_add(sum, sum, m);
    }
    mpq_clears(m, b, (mpq_ptr)0);
}

/* The weights p are near those that A was made with and none of them, so that products are rounded. */
static void radii_cover_what_rounding_does(void)
{
    Ctx cx;
    long s[MOST][MOST];
    mpq_t error, radius, diagonal;
    int n_rounded = 0, n_beyond = 0;
    ctx_init(&cx);
    mpq_inits(error, radius, diagonal, (mpq_ptr)0);
    for (int round = 0; round < 200; round++) {
        size_t n = 2 + (size_t)random_to(MOST - 2);
        Component c = ones(&cx, n), other = ones(&cx, n);
        for (size_t k = 0; k < n; k++) {
            random_positive(other.p[k]);
            mpq_set_ui(c.p[k], 9000 + (unsigned long)random_to(1000), 10001);
            mpq_canonicalize(c.p[k]);
            mpq_mul(c.p[k], c.p[k], other.p[k]);
        }
        random_square(n, n, s);
        ClaimMatrix m = scaled_of(&cx, n, s, (const mpq_t *)other.p, 0.3);
        LyapunovForm f = {&m, n, c.member, (const mpq_t *)c.p};
        PositiveDense d;
        CHECK(positive_dense_alloc(&d, &f) && positive_assemble(&d, &f));
        for (size_t i = 0; i < n; i++) {
            row_error(&d, &f, i, error);
            mpq_set_d(radius, d.radius[i]);
            mpq_set_d(diagonal, 0x1p-49 * d.b[i * d.order + i]);
            mpq_sub(radius, radius, diagonal);      /* what is left for the rest of the row */
            n_rounded += mpq_sgn(error) > 0;
            n_beyond += mpq_cmp(error, radius) > 0;
        }
        positive_dense_free(&d);
        claim_matrix_clear(&m);
        component_clear(&c);
        component_clear(&other);
    }
    CHECK(n_rounded > 500);
    CHECK(n_beyond == 0);
    mpq_clears(error, radius, diagonal, (mpq_ptr)0);
    ctx_free(&cx);
}

/* Sums that are 0 among them, which doubles cannot tell. */
static void vectors_refute_the_same(void)
{
    Ctx cx;
    long s[MOST][MOST];
    int n_accepted = 0, n_rejected = 0;
    ctx_init(&cx);
    for (int round = 0; round < 2000; round++) {
        size_t n = 2 + (size_t)random_to(3), rank = 1 + (size_t)random_to(1);
        Component c = ones(&cx, n);
        Witness w;
        witness_init(&cx, &w, n, rank, rank == 2);
        for (size_t k = 0; k < n; k++) {
            random_positive(c.p[k]);
            w.member[k] = (uint32_t)(n - 1 - k);
            for (size_t j = 0; j < n; j++)
                s[k][j] = random_to(4) - 2;
        }
        for (size_t k = 0; k < rank * n; k++)
            mpq_set_si(w.v[k], random_to(4) - 2, 1 + (unsigned long)random_to(1));
        for (size_t k = 0; rank == 2 && k < rank; k++)
            random_positive(w.w[k]);
        for (size_t k = 0; k < rank * n; k++)
            mpq_canonicalize(w.v[k]);
        ClaimMatrix scaled = scaled_of(&cx, n, s, (const mpq_t *)c.p, 0), plain = plain_of(&cx, n, s, (const mpq_t *)c.p, 0);
        bool accepted = verify_witness(&cx, &plain, &w).accepted;
        CHECK(verify_witness(&cx, &scaled, &w).accepted == accepted);
        n_accepted += accepted;
        n_rejected += !accepted;
        claim_matrix_clear(&scaled);
        claim_matrix_clear(&plain);
        witness_clear(&w);
        component_clear(&c);
    }
    CHECK(n_accepted > 100 && n_rejected > 100);
    ctx_free(&cx);
}

int main(void)
{
    RUN(vectors_refute_the_same);
    RUN(no_singular_matrix_is_proved);
    RUN(radii_cover_what_rounding_does);
    return test_done();
}
