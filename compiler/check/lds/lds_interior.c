#include "compiler/check/lds/lds.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lapack.h"
#include "lang/base/pages.h"

/* Both sides of
 *      min s   with  S = M(q) + s I >= 0,  sum q = n,   M(q) = -(Q A + A' Q)
 *      max n lambda  with  X >= 0,  tr X = 1,  2 (A X)_ii = lambda for every i
 * at once, A scaled to a diagonal of -1: n lambda <= s* <= s, q = 1 and X = I / n are
 * strictly inside, s < 0 means multipliers and lambda > 0 a witness that holds in every row
 * with room to spare. A primal-dual interior-point method (Helmberg, Rendl, Vanderbei and
 * Wolkowicz 1996; Mehrotra's predictor and corrector) whose Schur matrix is four
 * products, two of them symmetric, entry by entry:
 *      H = U o V' + U' o V + (U A') o S^-1 + X o (V A'),   U = A X,  V = A S^-1.
 * A step is some 18 n^3 operations, all in products of matrices; up to a dozen are needed.
 * docs/theory.md has the derivation. */
enum {
    MOST_STEPS = 60,
    SINGLE_FROM = 100,          /* rows from which the first steps are in single precision */
    KERNELS_FROM = 100,         /* ... from which products are LAPACK's */
    WITHOUT_KERNELS = 200,      /* rows beyond which the method is not run without it */
    LONG_ROWS = 100,            /* rows up to which more than double precision is tried */
    QUAD_ROWS = 16,             /* ... more than that */
    TRIDIAGONAL_MAX = 24,
    WITNESS_RANK = 32,
    STRIP = 128,                /* rows of the pieces in which a symmetric product is made */
    SETTLE_FROM = 100,          /* rows from which a step takes longer than moving rows of a witness */
    FACE_ROWS = 200
};
static const double STEP_PART = 0.85, SHORT_STEP = 0.1, LEAST_CENTRING = 0.05;
static const double FACE_GAP = 1e-5;            /* below it witnesses are also tried as short fractions */

/* What the searches in several precisions share. */
typedef struct Search {
    LdsPart *part;
    LdsFinding *found;
    double *scale;              /* the matrix is scale_i K_ij / scale_j: q of K is scale^2 times that of the search */
    double *q;
    double *x;                  /* n x n: where the last search stopped; NULL: start anew */
    double s, lambda, first_s;
} Search;

/* ---- what the precisions share ---- */

/* Numbers around 1, no two rows alike. */
static double scattered(size_t i)
{
    return 0.5 + (double)((i + 1) * 0x9E3779B97F4A7C15u >> 40) / 16777216.0;
}

static bool search_spend(Search *s)
{
    return lds_spend(s->part, 20, s->found);
}

/* A_ij as a sum of three doubles: twice a double's digits and more. */
static void search_entry(const Search *s, size_t i, size_t edge, double *piece)
{
    const LdsPart *p = s->part;
    mpq_t x, y;
    mpq_inits(x, y, (mpq_ptr)0);
    lds_part_entry(p, edge, x);
    lds_part_diagonal(p, i, y);
    mpq_abs(y, y);
    mpq_div(x, x, y);
    long e = p->s_exp[i] - p->s_exp[p->column[edge]];
    if (e < 0)
        mpq_div_2exp(x, x, (mp_bitcnt_t)-e);
    else
        mpq_mul_2exp(x, x, (mp_bitcnt_t)e);
    for (int k = 0; k < 3; k++) {
        piece[k] = fmax(-DBL_MAX, fmin(DBL_MAX, mpq_get_d(x)));     /* infinite where the scales are too far apart */
        mpq_set_d(y, piece[k]);
        mpq_sub(x, x, y);
    }
    mpq_clears(x, y, (mpq_ptr)0);
}

static const char method[] = "matrix inequality, interior point";

static void search_offer_p(Search *s)
{
    size_t n = s->part->n;
    double *q = malloc(n * sizeof *q);
    for (size_t i = 0; q && i < n; i++)
        q[i] = s->q[i] * s->scale[i] * s->scale[i];
    if (q)
        lds_offer_p(s->part, q, method, s->found);
    free(q);
}

/* Turns rank vectors so that the leading ones carry the most of X: by the eigenvectors of their products. */
static void turn_to_axes(size_t n, size_t rank, double *v)
{
    double *gram = malloc((2 * rank * rank + 2 * rank) * sizeof *gram);
    if (!gram)
        return;
    double *axis = gram + rank * rank, *value = axis + rank * rank, *row = value + rank;
    for (size_t a = 0; a < rank; a++)
        for (size_t b = 0; b < rank; b++) {
            gram[a * rank + b] = 0;
            for (size_t i = 0; i < n; i++)
                gram[a * rank + b] += v[a * n + i] * v[b * n + i];
        }
    eigen_symmetric(rank, gram, value, axis);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < rank; k++) {
            row[k] = 0;
            for (size_t a = 0; a < rank; a++)
                row[k] += axis[(rank - 1 - k) * rank + a] * v[a * n + i];
        }
        for (size_t k = 0; k < rank; k++)
            v[k * n + i] = row[k];
    }
    free(gram);
}

/* The leading ones, moved until their rows hold: long before X has so few vectors that they hold by themselves. */
static void search_offer_settled(Search *s, size_t rank, const double *turned)
{
    size_t n = s->part->n;
    double *v = calloc(n * LDS_SETTLED, sizeof *v);
    rank = rank < LDS_SETTLED ? rank : LDS_SETTLED;
    for (size_t k = 0; v && k < rank; k++)
        for (size_t i = 0; i < n; i++)
            v[i * LDS_SETTLED + k] = turned[k * n + i];
    if (v)
        lds_offer_settled(s->part, rank, v, method, s->found);
    free(v);
}

/* As few vectors as do. X as it came is tried last: turning costs small rows their digits. */
static void search_offer_v(Search *s, size_t rank, double *v, bool is_strict, bool is_near)
{
    size_t n = s->part->n;
    double *turned = malloc(rank * n * sizeof *turned);
    for (size_t k = 0; k < rank; k++)
        for (size_t i = 0; i < n; i++)
            v[k * n + i] /= s->scale[i];
    if (turned)
        memcpy(turned, v, rank * n * sizeof *turned);
    else
        return;
    turn_to_axes(n, rank, turned);
    for (size_t r = 1; r <= rank && s->found->verdict == TRUTH_UNDECIDED; r = r < 4 ? r + 1 : 2 * r) {
        if (is_strict)
            lds_offer_v(s->part, r, turned, method, s->found);
        if (is_near && s->found->verdict == TRUTH_UNDECIDED && r <= 3)
            lds_offer_face(s->part, r, turned, "matrix inequality, fractions on the boundary", s->found);
    }
    if (is_strict && s->found->verdict == TRUTH_UNDECIDED && n >= SETTLE_FROM)
        search_offer_settled(s, rank, turned);
    if (is_strict && s->found->verdict == TRUTH_UNDECIDED)
        lds_offer_v(s->part, rank, v, method, s->found);
    free(turned);
}

/* ---- the precisions ---- */

#define REAL float
#define NAME(x) x##_single
#define SQRT sqrtf
#define KERNELS LapackSingle
#define FIND_KERNELS lapack_single
#include "compiler/check/lds/lds_interior_method.h"

#define REAL double
#define NAME(x) x##_double
#define SQRT sqrt
#define KERNELS LapackDouble
#define FIND_KERNELS lapack_double
#include "compiler/check/lds/lds_interior_method.h"

#define REAL long double
#define NAME(x) x##_long
#define SQRT sqrtl
#define READS_EXACTLY
#include "compiler/check/lds/lds_interior_method.h"

#ifdef __SIZEOF_FLOAT128__
/* Newton's method from a double's root doubles its digits twice. */
static __float128 root_of_quad(__float128 x)
{
    __float128 root = sqrt((double)x);
    for (int k = 0; k < 2 && root > 0; k++)
        root = (root + x / root) / 2;
    return root;
}

#define REAL __float128
#define NAME(x) x##_quad
#define SQRT root_of_quad
#define READS_EXACTLY
#include "compiler/check/lds/lds_interior_method.h"
#endif

/* ---- the test ---- */

/* s = first_s leaves S well inside the cone: its least eigenvalue is about half of its largest. */
static void search_restart(Search *s)
{
    size_t n = s->part->n;
    bool is_balance = memcmp(s->scale, s->part->balance, n * sizeof *s->scale) == 0;
    double *q = is_balance ? NULL : malloc(n * sizeof *q), least = is_balance ? 2 * lds_part_balance_margin(s->part) : -1;
    for (size_t i = 0; q && i < n; i++)
        q[i] = s->scale[i] * s->scale[i];
    if (q)
        least = 2 * lds_part_margin(s->part, q, NULL);
    s->first_s = -least + fabs(least) + 1;
    free(q);
    free(s->x);
    s->x = NULL;
}

/* Scales by the q that was found, so that the next search starts where this one would go. */
static void search_rescale(Search *s)
{
    size_t n = s->part->n;
    for (size_t i = 0; i < n; i++)
        if (!(s->q[i] > 0 && isfinite(s->q[i])))
            return;
    for (size_t i = 0; i < n; i++)
        s->scale[i] *= sqrt(s->q[i]);
}

static bool is_open(const Search *s)
{
    return s->found->verdict == TRUTH_UNDECIDED;
}

/* How good the multipliers are with which a search ended: in more digits it may end with worse ones than that before it. */
static void note_margin(Search *s)
{
    size_t n = s->part->n;
    double *q = ARENA_ARRAY(&s->part->cx->arena, n, double);
    bool usable = true;
    for (size_t i = 0; i < n; i++) {
        q[i] = s->scale[i] * s->scale[i] * s->q[i];
        usable &= q[i] > 1e-300 && q[i] < 1e300;
    }
    if (usable)
        s->found->margin = fmax(s->found->margin, lds_part_margin(s->part, q, NULL));
}

static void search_all(Search *s)
{
    size_t n = s->part->n;
    search_restart(s);
    if (n >= SINGLE_FROM && (s->x = malloc(n * n * sizeof *s->x)))
        search_single(s, 4e-3);
    if (is_open(s))
        search_double(s, 1e-14);
    if (is_open(s))
        note_margin(s);
    for (int again = 0; again < 2 && is_open(s) && n <= LONG_ROWS; again++) {
        search_rescale(s);
        search_restart(s);
        search_long(s, 1e-18);
        if (is_open(s))
            note_margin(s);
    }
#ifdef __SIZEOF_FLOAT128__
    if (is_open(s) && n <= QUAD_ROWS) {
        search_rescale(s);
        search_restart(s);
        search_quad(s, 1e-26);
        if (is_open(s))
            note_margin(s);
    }
#endif
    free(s->x);
}

bool lds_test_interior(LdsPart *p, LdsFinding *f)
{
    if (p->n < 3 || p->matrix->n_sums)      /* its vectors are not those of neurons */
        return false;
    if (p->n > WITHOUT_KERNELS && !lapack_load(NULL)) {
        f->missing = "neither libopenblas.so.0 nor liblapack.so.3 is there for the interior-point method";
        return false;
    }
    double n = (double)p->n;
    if (*p->work < 20 * n * n * n)
        return lds_spend(p, 20, f);
    Search s = {.part = p, .found = f};
    s.scale = ARENA_ARRAY(&p->cx->arena, p->n, double);
    s.q = ARENA_ARRAY(&p->cx->arena, p->n, double);
    memcpy(s.scale, p->balance, p->n * sizeof *s.scale);
    search_all(&s);
    return true;
}
