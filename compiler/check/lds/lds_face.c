#include "compiler/check/lds/lds.h"

#include <math.h>
#include <stdlib.h>

/* On the boundary itself X is unique or nearly so, and no rounding of floating
 * vectors satisfies (A X)_ii >= 0. Where the matrix has short numbers so has, often, X:
 * write the r vectors as X = T G T' with T the identity in r rows, and take the
 * simplest fractions near the entries of T and G. */
enum { FACE_MAX_RANK = 3 };

typedef struct Face {
    LdsPart *part;
    size_t n, rank;
    double *t;                  /* rank x n: row k is 1 in row pivot[k], 0 in the other pivots */
    double g[FACE_MAX_RANK][FACE_MAX_RANK];
    size_t pivot[FACE_MAX_RANK];
} Face;

/* The simplest fraction within `off` of x, by continued fractions; its denominator is at most 10^6. */
static void simplest_near(double x, double off, mpq_ptr out)
{
    double low = 1, low_before = 0, up = floor(x), up_before = 1, rest = x - up;
    while (fabs(up / low - x) > off && rest > 1e-12) {
        double whole = floor(1 / rest), next_low = whole * low + low_before, next_up = whole * up + up_before;
        if (next_low > 1e6)
            break;
        rest = 1 / rest - whole;
        low_before = low;
        up_before = up;
        low = next_low;
        up = next_up;
    }
    mpq_set_d(out, up);
    mpz_set_d(mpq_denref(out), low);
    mpq_canonicalize(out);
}

/* The vectors in the coordinates of the matrix; false where these are too far apart for doubles. */
static bool face_read(Face *f, const double *v)
{
    const long *s = f->part->s_exp;
    long least = s[0], most = s[0];
    for (size_t i = 1; i < f->n; i++) {
        least = s[i] < least ? s[i] : least;
        most = s[i] > most ? s[i] : most;
    }
    for (size_t k = 0; k < f->rank && most - least <= 200; k++)
        for (size_t i = 0; i < f->n; i++)
            f->t[k * f->n + i] = ldexp(v[k * f->n + i], (int)(least - s[i]));
    return most - least <= 200;
}

/* G = the pivots' part of X, its first entry 1. Called before elimination changes t. */
static bool face_gram(Face *f, const double *original)
{
    for (size_t a = 0; a < f->rank; a++)
        for (size_t b = 0; b < f->rank; b++) {
            f->g[a][b] = 0;
            for (size_t k = 0; k < f->rank; k++)
                f->g[a][b] += original[k * f->n + f->pivot[a]] * original[k * f->n + f->pivot[b]];
        }
    double unit = f->g[0][0];
    for (size_t a = 0; a < f->rank; a++)
        for (size_t b = 0; b < f->rank; b++)
            f->g[a][b] /= unit;
    return unit > 0 && isfinite(unit);
}

/* Gauss-Jordan: row k becomes 1 at its largest entry, the other rows 0 there. */
static bool face_eliminate(Face *f)
{
    size_t n = f->n;
    for (size_t k = 0; k < f->rank; k++) {
        double *row = f->t + k * n;
        size_t at = 0;
        for (size_t i = 1; i < n; i++)
            at = fabs(row[i]) > fabs(row[at]) ? i : at;
        double by = row[at];
        if (!(fabs(by) > 0))
            return false;
        f->pivot[k] = at;
        for (size_t i = 0; i < n; i++)
            row[i] /= by;
        for (size_t other = 0; other < f->rank; other++) {
            double *target = f->t + other * n, times = target[at];
            for (size_t i = 0; other != k && i < n; i++)
                target[i] -= times * row[i];
        }
    }
    return true;
}

/* G = L D L' in fractions: column k of L to l[k..][k], D to weight. False unless D >= 0. */
static bool factor(size_t rank, mpq_t g[FACE_MAX_RANK][FACE_MAX_RANK], mpq_t *weight, mpq_ptr x)
{
    for (size_t k = 0; k < rank; k++) {
        if (mpq_sgn(g[k][k]) <= 0)
            return false;
        mpq_set(weight[k], g[k][k]);
        for (size_t i = k + 1; i < rank; i++)
            mpq_div(g[i][k], g[i][k], weight[k]);
        for (size_t i = k + 1; i < rank; i++)
            for (size_t j = k + 1; j <= i; j++) {
                mpq_mul(x, g[i][k], g[j][k]);
                mpq_mul(x, x, weight[k]);
                mpq_sub(g[i][j], g[i][j], x);
            }
        mpq_set_ui(g[k][k], 1, 1);
    }
    return true;
}

/* v_k = sum over i >= k of l_ik times row i of T. */
static void combine(const Face *f, mpq_t *t, mpq_t l[FACE_MAX_RANK][FACE_MAX_RANK], mpq_t *v, mpq_ptr x)
{
    for (size_t k = 0; k < f->rank; k++)
        for (size_t i = k; i < f->rank; i++)
            for (size_t j = 0; j < f->n; j++) {
                mpq_mul(x, l[i][k], t[i * f->n + j]);
                mpq_add(v[k * f->n + j], v[k * f->n + j], x);
            }
}

static bool face_offer(const Face *f, double off, const char *method, LdsFinding *found)
{
    Ctx *cx = f->part->cx;
    size_t n = f->n, rank = f->rank;
    mpq_t *t = rationals_new(cx, rank * n), *v = rationals_new(cx, rank * n), *weight = rationals_new(cx, rank);
    mpq_t g[FACE_MAX_RANK][FACE_MAX_RANK], x;
    mpq_init(x);
    for (size_t k = 0; k < rank * n; k++)
        simplest_near(f->t[k], off, t[k]);
    for (size_t a = 0; a < rank; a++)
        for (size_t b = 0; b < rank; b++) {
            mpq_init(g[a][b]);
            simplest_near(f->g[a][b], off, g[a][b]);
        }
    bool is_good = factor(rank, g, weight, x);
    if (is_good)
        combine(f, t, g, v, x);
    for (size_t a = 0; a < rank; a++)
        for (size_t b = 0; b < rank; b++)
            mpq_clear(g[a][b]);
    mpq_clear(x);
    rationals_clear(t, rank * n);
    if (is_good)
        return lds_offer_weighted_v(f->part, rank, v, weight, method, found);
    rationals_clear(v, rank * n);
    rationals_clear(weight, rank);
    return false;
}

bool lds_offer_face(LdsPart *p, size_t rank, const double *v, const char *method, LdsFinding *found)
{
    static const double off[] = {1e-2, 1e-4, 1e-6};
    Face f = {.part = p, .n = p->n, .rank = rank, .t = malloc(2 * rank * p->n * sizeof *f.t)};
    bool accepted = false, is_good = f.t && rank <= FACE_MAX_RANK && rank <= p->n && face_read(&f, v);
    if (is_good) {
        double *original = f.t + rank * p->n;
        memcpy(original, f.t, rank * p->n * sizeof *f.t);
        is_good = face_eliminate(&f) && face_gram(&f, original);
    }
    for (size_t k = 0; is_good && k < rank * p->n; k++)
        is_good = fabs(f.t[k]) < 1e9;
    for (size_t k = 0; is_good && !accepted && k < sizeof off / sizeof *off; k++)
        accepted = face_offer(&f, off[k], method, found);
    free(f.t);
    return accepted;
}
