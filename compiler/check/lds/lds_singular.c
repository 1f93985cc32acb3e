#include "compiler/check/lds/lds.h"

#include <stdlib.h>

/* A x = 0 with x != 0: every (A X)_ii = x_i (A x)_i of X = x x' is 0, so A is not LDS, on the edge itself, where no search in
 * floating point ends. Whether there is such an x is asked modulo a prime first, which costs little: a determinant
 * that is not 0 there is not 0. */
enum { MOST_BITS = 1 << 12 };       /* of a row's common denominator */
static const uint64_t prime = (UINT64_C(1) << 61) - 1;

static uint64_t times(uint64_t a, uint64_t b)
{
    return (uint64_t)((unsigned __int128)a * b % prime);
}

static uint64_t inverse(uint64_t a)             /* a^(prime - 2), Fermat */
{
    uint64_t out = 1;
    for (uint64_t e = prime - 2; e; e >>= 1, a = times(a, a))
        if (e & 1)
            out = times(out, a);
    return out;
}

/* Row i times a common denominator; false where that is long. */
static bool read_row(const LdsPart *p, size_t i, mpz_t *row, mpq_t *exact)
{
    for (size_t j = 0; j < p->n; j++)
        mpq_set_ui(exact[j], 0, 1);
    lds_part_diagonal(p, i, exact[i]);
    for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
        lds_part_entry(p, e, exact[p->column[e]]);
    mpz_t common;
    mpz_init_set_ui(common, 1);
    for (size_t j = 0; j < p->n && mpz_sizeinbase(common, 2) <= MOST_BITS; j++)
        mpz_lcm(common, common, mpq_denref(exact[j]));
    bool is_short = mpz_sizeinbase(common, 2) <= MOST_BITS;
    for (size_t j = 0; j < p->n && is_short; j++) {
        mpz_divexact(row[j], common, mpq_denref(exact[j]));
        mpz_mul(row[j], row[j], mpq_numref(exact[j]));
        is_short = mpz_sizeinbase(row[j], 2) <= 2 * MOST_BITS;
    }
    mpz_clear(common);
    return is_short;
}

static bool read_rows(const LdsPart *p, mpz_t *m)
{
    mpq_t *exact = rationals_new(p->cx, p->n);
    bool is_short = true;
    for (size_t i = 0; i < p->n && is_short; i++)
        is_short = read_row(p, i, m + i * p->n, exact);
    rationals_clear(exact, p->n);
    return is_short;
}

static bool is_singular_modulo_prime(const LdsPart *p, mpz_t *m)
{
    size_t n = p->n;
    uint64_t *a = ARENA_ARRAY(&p->cx->arena, n * n, uint64_t);
    for (size_t k = 0; k < n * n; k++)
        a[k] = mpz_fdiv_ui(m[k], prime);
    for (size_t k = 0; k < n; k++) {
        size_t at = k;
        while (at < n && a[at * n + k] == 0)
            at++;
        if (at == n)
            return true;
        for (size_t j = k; j < n && at != k; j++) {
            uint64_t x = a[k * n + j];
            a[k * n + j] = a[at * n + j];
            a[at * n + j] = x;
        }
        uint64_t by = inverse(a[k * n + k]);
        for (size_t i = k + 1; i < n; i++) {
            uint64_t l = prime - times(a[i * n + k], by);
            for (size_t j = k + 1; l != prime && j < n; j++)
                a[i * n + j] = (a[i * n + j] + times(l, a[k * n + j])) % prime;
        }
    }
    return false;
}

/* Elimination without fractions (Bareiss), until a column has no pivot in what is left: that column
 * is a combination of the k before it. Returns k, or n. */
static size_t eliminate(mpz_t *m, size_t n)
{
    mpz_t scratch;
    mpz_init(scratch);
    size_t k = 0;
    for (; k < n; k++) {
        size_t at = k;
        while (at < n && mpz_sgn(m[at * n + k]) == 0)
            at++;
        if (at == n)
            break;
        for (size_t j = 0; j < n && at != k; j++)
            mpz_swap(m[k * n + j], m[at * n + j]);
        for (size_t i = k + 1; i < n; i++)
            for (size_t j = n; j-- > k;) {          /* column k last: the others need it */
                mpz_ptr x = m[i * n + j];
                mpz_mul(x, x, m[k * n + k]);
                mpz_mul(scratch, m[i * n + k], m[k * n + j]);
                mpz_sub(x, x, scratch);
                if (k)
                    mpz_divexact(x, x, m[(k - 1) * n + k - 1]);
            }
    }
    mpz_clear(scratch);
    return k;
}

/* x_k = 1 and the earlier ones from the triangle, the later ones 0. */
static mpq_t *null_vector(const LdsPart *p, mpz_t *m, size_t k)
{
    size_t n = p->n;
    mpq_t *x = rationals_new(p->cx, n), entry;
    mpq_init(entry);
    mpq_set_ui(x[k], 1, 1);
    for (size_t i = k; i-- > 0;) {
        for (size_t j = i + 1; j <= k; j++) {
            mpq_set_z(entry, m[i * n + j]);
            mpq_mul(entry, entry, x[j]);
            mpq_sub(x[i], x[i], entry);
        }
        mpq_set_z(entry, m[i * n + i]);
        mpq_div(x[i], x[i], entry);
    }
    mpq_clear(entry);
    return x;
}

bool lds_test_singular(LdsPart *p, LdsFinding *f)
{
    mpz_t *m = ARENA_ARRAY(&p->cx->arena, p->n * p->n, mpz_t);
    for (size_t k = 0; k < p->n * p->n; k++)
        mpz_init(m[k]);
    bool is_short = read_rows(p, m);
    size_t column = is_short && is_singular_modulo_prime(p, m) ? eliminate(m, p->n) : p->n;
    if (column < p->n)
        lds_offer_exact_v(p, null_vector(p, m, column), "determinant 0", f);
    for (size_t k = 0; k < p->n * p->n; k++)
        mpz_clear(m[k]);
    return is_short;
}
