#include "compiler/check/lds.h"

#include <math.h>
#include <stdlib.h>

/* max t  such that  S(q) = QM + M'Q >= t I,  q > 0,  sum q = n,  with M = -K scaled
 * by the balance: Newton's method on  t/mu + logdet(S - tI) + sum log q  for
 * falling mu. t > 0 gives multipliers; with t < 0 the inverse of S - tI tends
 * to a witness X (docs/theory.md). O(n^3) a step. */
enum { OUTER = 24, INNER = 12 };

typedef struct Barrier {
    size_t n;
    double *m, *q, *z, *y, *w, *h, *step, *one;     /* n x n: m, z = (S - tI)^-1, y = M Z, w = M Z M'; h: (n+1)^2 */
    double t, mu;
} Barrier;

static bool cholesky(size_t n, double *a)
{
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j; i < n; i++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    }
    return true;
}

static void cholesky_solve(size_t n, const double *l, double *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            b[i] -= l[i * n + k] * b[k];
        b[i] /= l[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            b[i] -= l[k * n + i] * b[k];
        b[i] /= l[i * n + i];
    }
}

/* z = (S(q) - tI)^-1; false outside the cone. */
static bool invert(Barrier *b, const double *q, double t)
{
    size_t n = b->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            b->w[i * n + j] = q[i] * b->m[i * n + j] + q[j] * b->m[j * n + i] - (i == j ? t : 0);
    for (size_t i = 0; i < n; i++)
        if (!(q[i] > 0))
            return false;
    if (!cholesky(n, b->w))
        return false;
    for (size_t j = 0; j < n; j++) {
        double *column = b->z + j * n;
        memset(column, 0, n * sizeof *column);
        column[j] = 1;
        cholesky_solve(n, b->w, column);
    }
    return true;
}

/* out = a b' */
static void multiply_transposed(size_t n, const double *a, const double *b, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += a[i * n + k] * b[j * n + k];
            out[i * n + j] = sum;
        }
}

/* Newton's step with sum dq = 0; the decrement, or a negative number when the system fails. */
static double newton(Barrier *b)
{
    size_t n = b->n, s = n + 1;
    multiply_transposed(n, b->m, b->z, b->y);
    multiply_transposed(n, b->y, b->m, b->w);
    double trace = 0, trace2 = 0;
    for (size_t i = 0; i < n; i++) {
        double yz = 0;
        for (size_t j = 0; j < n; j++) {
            b->h[i * s + j] = 2 * (b->y[i * n + j] * b->y[j * n + i] + b->w[i * n + j] * b->z[i * n + j]);
            yz += b->y[i * n + j] * b->z[i * n + j];
            trace2 += b->z[i * n + j] * b->z[i * n + j];
        }
        trace += b->z[i * n + i];
        b->h[i * s + i] += 1 / (b->q[i] * b->q[i]);
        b->h[i * s + n] = b->h[n * s + i] = -2 * yz;
        b->step[i] = 2 * b->y[i * n + i] + 1 / b->q[i];
        b->one[i] = 1;
    }
    b->h[n * s + n] = trace2;
    b->step[n] = 1 / b->mu - trace;
    b->one[n] = 0;
    double gradient[LDS_BARRIER_MAX + 1], top = 0, bottom = 0, decrement = 0;
    memcpy(gradient, b->step, s * sizeof *gradient);
    if (!cholesky(s, b->h))
        return -1;
    cholesky_solve(s, b->h, b->step);
    cholesky_solve(s, b->h, b->one);
    for (size_t i = 0; i < n; i++) {
        top += b->step[i];
        bottom += b->one[i];
    }
    for (size_t i = 0; i <= n; i++) {
        b->step[i] -= top / bottom * b->one[i];
        decrement += b->step[i] * gradient[i];
    }
    return sqrt(fmax(decrement, 0));
}

/* Goes along the step, shortened until it stays inside. */
static bool advance(Barrier *b, double decrement)
{
    double length = decrement > 0.3 ? 1 / (1 + decrement) : 1, q[LDS_BARRIER_MAX];
    double longer = decrement > 0.3 ? fmin(1, 4 * length) : 1;
    for (int attempt = 0; attempt < 8; attempt++, longer *= 0.5) {
        for (size_t i = 0; i < b->n; i++)
            q[i] = b->q[i] + longer * b->step[i];
        if (invert(b, q, b->t + longer * b->step[b->n])) {
            memcpy(b->q, q, b->n * sizeof *q);
            b->t += longer * b->step[b->n];
            return true;
        }
    }
    return false;
}

static void offer_multipliers(LdsPart *p, const Barrier *b, LdsFinding *f)
{
    double q[LDS_BARRIER_MAX];
    for (size_t i = 0; i < b->n; i++)
        q[i] = b->q[i] * p->balance[i] * p->balance[i];
    lds_offer_p(p, q, "matrix inequality, barrier method", f);
}

typedef bool OfferVectors(LdsPart *p, size_t rank, const double *v, const char *method, LdsFinding *f);

/* The leading eigenvectors of Z, as few as do. */
static void offer_witness(LdsPart *p, Barrier *b, OfferVectors *offer, const char *method, LdsFinding *f)
{
    size_t n = b->n;
    double value[LDS_BARRIER_MAX];
    memcpy(b->w, b->z, n * n * sizeof *b->w);
    eigen_symmetric(n, b->w, value, b->y);
    double *v = b->h;           /* free between steps; (n+1)^2 entries */
    for (size_t rank = 1; rank <= n && f->verdict == TRUTH_UNDECIDED; rank = rank < 4 ? rank + 1 : 2 * rank) {
        for (size_t k = 0; k < rank; k++)
            for (size_t i = 0; i < n; i++)
                v[k * n + i] = sqrt(fmax(value[n - 1 - k], 0)) * b->y[(n - 1 - k) * n + i] / p->balance[i];
        offer(p, rank, v, method, f);
    }
}

static bool has_witness(const Barrier *b)
{
    for (size_t i = 0; i < b->n; i++) {
        double y = 0;
        for (size_t k = 0; k < b->n; k++)
            y += b->m[i * b->n + k] * b->z[i * b->n + k];
        if (y > 0)
            return false;
    }
    return true;
}

static bool barrier_start(const LdsPart *p, Barrier *b)
{
    size_t n = p->n, nn = n * n;
    *b = (Barrier){.n = n, .m = lds_part_dense(p)};
    double *block = calloc(4 * nn + 5 * (n + 1) + 2 * n + 1, sizeof *block);
    if (!block || !b->m) {
        free(block);
        free(b->m);
        return false;
    }
    b->z = block;
    b->y = b->z + nn;
    b->w = b->y + nn;
    b->h = b->w + nn;
    b->q = b->h + (n + 1) * (n + 1);
    b->step = b->q + n;
    b->one = b->step + n + 1;
    double ones[LDS_BARRIER_MAX];
    for (size_t i = 0; i < n; i++) {
        b->q[i] = 1;
        ones[i] = p->balance[i] * p->balance[i];
        for (size_t j = 0; j < n; j++)
            b->m[i * n + j] *= -p->balance[i] / p->balance[j];
    }
    double least = 2 * lds_part_margin(p, ones, NULL);
    b->t = least - 1 - fabs(least);
    b->mu = 1;
    return invert(b, b->q, b->t);
}

bool lds_test_barrier(LdsPart *p, LdsFinding *f)
{
    Barrier b;
    if (p->n < 3 || !lds_spend(p, 300, f) || !barrier_start(p, &b))
        return false;
    bool inside = true;
    for (int outer = 0; inside && outer < OUTER && f->verdict == TRUTH_UNDECIDED; outer++) {
        double decrement = 1;
        for (int k = 0; inside && k < INNER && decrement > 0.1; k++) {
            decrement = newton(&b);
            inside = decrement >= 0 && advance(&b, decrement);
            if (inside && b.t > 0)
                offer_multipliers(p, &b, f);
            if (f->verdict != TRUTH_UNDECIDED)
                break;
        }
        if (inside && f->verdict == TRUTH_UNDECIDED && has_witness(&b))
            offer_witness(p, &b, lds_offer_v, "matrix inequality, barrier method", f);
        if (inside && f->verdict == TRUTH_UNDECIDED && fabs(b.t) < 1e-5)
            offer_witness(p, &b, lds_offer_face, "matrix inequality, fractions on the boundary", f);
        b.mu *= outer < 4 ? 0.3 : 0.1;
    }
    free(b.m);
    free(b.z);
    return true;
}
