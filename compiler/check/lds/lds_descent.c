/* Multipliers and witnesses of large components by first-order steps: products of the matrix with a few vectors, and no factor.
 *
 * For a scaling D = diag(e^s) let B = D K D^-1, and f(s) the largest eigenvalue of S = (B + B')/2. D^2 is a multiplier where
 * f < 1. With the leading eigenvalues l_k and eigenvectors v_k of S,
 *      F(s) = log(sum of e^(b l_k)) / b,    w_k = e^(b l_k) / sum,    X = sum of w_k v_k v_k',
 * F is f to log(number)/b and smooth, and dF/ds_i = (B X)_ii - (B'X)_ii; quasi-Newton steps (Liu and Nocedal 1989) descend on
 * it, b growing from stage to stage. Where the gradient is 0, (B X)_ii = (S X)_ii, about f X_ii: X is a witness when f > 1. Rows where
 * X_ii is small are off by more than that; they are moved until they hold (lds_settle.c). docs/theory.md has how. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds_leading.h"
#include "compiler/check/proof/wide.h"

enum {
    LEAST_ROWS = 301,           /* fewer are left to the interior-point method, which is as fast there and decides all */
    LEAST_DENSE_ROWS = 600,     /* and as many where all entries are there; in between as edges to rows^3, the work of the two */
    MEMORY = 8,                 /* steps that the quasi-Newton direction remembers */
    STAGES = 3,
    STAGE_STEPS = 12,
    WITNESS_EVERY = 4,          /* steps */
    MOST_FOUND = 60,            /* sets of eigenvectors in all */
    WARM_UP = 3,                /* sets of eigenvectors before the first step, from a start that knows nothing */
    RANK = LDS_SETTLED
};
static const double SHARPNESS[STAGES] = {30, 100, 300};        /* b, in units of 1 / f at the start */
static const double FARTHEST = 0.4;             /* change of an s_i in one step */
static const double SHORTEST = 0.02;            /* part of a step */
static const double LEAST_WEIGHT = 0.03;        /* of vectors that a witness is made of */
static const double FAINT = 1e-5;               /* X_ii, compared with the largest, of rows that it leaves out */
static const double BETTER = 1e-3;              /* by how much f falls before multipliers are offered again */

static const char method[] = "largest eigenvalue, descent";

/* A scaling and what is known there. */
typedef struct Point {
    double *s, *gradient;
    double *x;                  /* X_ii */
    double value, top;          /* F, f */
} Point;

typedef struct Descent {
    LdsPart *p;
    LdsFinding *found;
    Leading leading;            /* at the point looked at last */
    double weight[LEADING_KEPT];
    double *scale, *direction;
    Point here, there;
    double *moved[MEMORY], *turned[MEMORY];     /* differences of s and of gradients */
    double product[MEMORY];                     /* of the two */
    size_t n_pairs;             /* so far in this stage; the last MEMORY are kept */
    double sharpness, first_top, offered;
    int n_found;
} Descent;

static bool is_open(const Descent *d)
{
    return d->found->verdict == TRUTH_UNDECIDED;
}

static bool descent_init(Descent *d, LdsPart *p, LdsFinding *f)
{
    size_t n = p->n, n_arrays = 2 + 2 * 3 + 2 * MEMORY;
    *d = (Descent){.p = p, .found = f, .offered = DBL_MAX};
    double *a = calloc(n_arrays * n, sizeof *a);
    if (!a || !leading_init(&d->leading, p)) {
        free(a);
        return false;
    }
    d->scale = a;
    d->direction = a + n;
    d->here = (Point){.s = a + 2 * n, .gradient = a + 3 * n, .x = a + 4 * n};
    d->there = (Point){.s = a + 5 * n, .gradient = a + 6 * n, .x = a + 7 * n};
    for (size_t k = 0; k < MEMORY; k++) {
        d->moved[k] = a + (8 + 2 * k) * n;
        d->turned[k] = a + (9 + 2 * k) * n;
    }
    return true;
}

static void descent_clear(Descent *d)
{
    leading_clear(&d->leading);
    free(d->scale);
}

/* ---- F and its gradient ---- */

static void set_scale(Descent *d, const double *s)
{
    for (size_t i = 0; i < d->p->n; i++)
        d->scale[i] = d->p->balance[i] * exp(s[i]);
}

static void measure(Descent *d, Point *at)
{
    const Leading *l = &d->leading;
    double sum = 0;
    for (size_t k = 0; k < LEADING_KEPT; k++)
        sum += d->weight[k] = exp(d->sharpness * (l->value[k] - l->value[0]));
    for (size_t k = 0; k < LEADING_KEPT; k++)
        d->weight[k] /= sum;
    at->top = l->value[0];
    at->value = at->top + log(sum) / d->sharpness;
    for (size_t i = 0; i < d->p->n; i++) {
        double x = 0, g = 0;
        for (size_t k = 0; k < LEADING_KEPT; k++) {
            size_t at_k = i * LEADING_KEPT + k;
            x += d->weight[k] * l->vector[at_k] * l->vector[at_k];
            g += d->weight[k] * l->vector[at_k] * (l->forth_of[at_k] - l->back_of[at_k]);
        }
        at->x[i] = x;
        at->gradient[i] = g;
    }
}

/* False when the work or the attempts are used up. */
static bool look(Descent *d, Point *at)
{
    if (d->n_found == MOST_FOUND || !lds_spend_operations(d->p, leading_cost(d->p), d->found))
        return false;
    d->n_found++;
    set_scale(d, at->s);
    leading_find(&d->leading, d->scale);
    if (d->sharpness == 0) {
        for (int again = 0; again < WARM_UP; again++) {
            leading_keep(&d->leading);
            leading_find(&d->leading, d->scale);
        }
        d->first_top = fabs(d->leading.value[0]);
        d->sharpness = SHARPNESS[0] / d->first_top;
    }
    measure(d, at);
    return isfinite(at->value);
}

/* ---- the two sides ---- */

static void offer_multipliers(Descent *d, const Point *at)
{
    double *q = d->direction;
    if (at->top >= 1 || at->top > d->offered - BETTER)
        return;
    d->offered = at->top;
    set_scale(d, at->s);
    for (size_t i = 0; i < d->p->n; i++)
        q[i] = d->scale[i] * d->scale[i];
    lds_offer_p(d->p, q, method, d->found);
}

/* The vectors of X, in the coordinates of K, without its faint rows. Returns their number. */
static size_t read_vectors(const Descent *d, const Point *at, double *v)
{
    const Leading *l = &d->leading;
    size_t n = d->p->n, rank = 1;
    double most = 0;
    while (rank < RANK && d->weight[rank] > LEAST_WEIGHT)
        rank++;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, at->x[i]);
    memset(v, 0, n * RANK * sizeof *v);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; at->x[i] > FAINT * most && k < rank; k++)
            v[i * RANK + k] = sqrt(d->weight[k]) * l->vector[i * LEADING_KEPT + k] / d->scale[i];
    return rank;
}

/* The eigenvectors have to be those of *at. */
static void offer_witness(Descent *d, const Point *at)
{
    size_t n = d->p->n;
    double *v = malloc(n * RANK * sizeof *v);
    if (v && at->top > 1) {
        set_scale(d, at->s);
        size_t rank = read_vectors(d, at, v);
        lds_offer_settled(d->p, rank, v, method, d->found);
    }
    free(v);
}

/* ---- steps ---- */

/* The inverse of about the second derivatives, diagonal: those of F without what the eigenvectors turn. */
static double flatness(const Descent *d, size_t i)
{
    return 1 / (4 * d->first_top * (d->here.x[i] + 1 / (double)d->p->n));
}

/* What MEMORY steps tell of the inverse of the second derivatives, times the gradient. */
static void choose_direction(Descent *d)
{
    size_t n = d->p->n, last = d->n_pairs, first = last > MEMORY ? last - MEMORY : 0;
    double along[MEMORY], ratio = 1, farthest = 0, *z = d->direction;
    for (size_t i = 0; i < n; i++)
        z[i] = -d->here.gradient[i];
    for (size_t k = last; k-- > first;) {
        size_t m = k % MEMORY;
        along[m] = wide_dot(n, d->moved[m], z) / d->product[m];
        wide_add(n, -along[m], d->turned[m], z);
    }
    if (last) {
        size_t m = (last - 1) % MEMORY;
        double curved = 0;
        for (size_t i = 0; i < n; i++)
            curved += d->turned[m][i] * d->turned[m][i] * flatness(d, i);
        ratio = d->product[m] / curved;
    }
    for (size_t i = 0; i < n; i++)
        z[i] *= ratio * flatness(d, i);
    for (size_t k = first; k < last; k++) {
        size_t m = k % MEMORY;
        wide_add(n, along[m] - wide_dot(n, d->turned[m], z) / d->product[m], d->moved[m], z);
    }
    for (size_t i = 0; i < n; i++)
        farthest = fmax(farthest, fabs(z[i]));
    for (size_t i = 0; farthest > FARTHEST && i < n; i++)
        z[i] *= FARTHEST / farthest;
}

/* Remembers the step from here to there, if F curves upwards along it, and goes there. */
static void go(Descent *d)
{
    size_t n = d->p->n, m = d->n_pairs % MEMORY;
    for (size_t i = 0; i < n; i++) {
        d->moved[m][i] = d->there.s[i] - d->here.s[i];
        d->turned[m][i] = d->there.gradient[i] - d->here.gradient[i];
    }
    d->product[m] = wide_dot(n, d->moved[m], d->turned[m]);
    double sizes = wide_dot(n, d->moved[m], d->moved[m]) * wide_dot(n, d->turned[m], d->turned[m]);
    d->n_pairs += d->product[m] > 1e-12 * sqrt(sizes);
    Point here = d->here;
    d->here = d->there;
    d->there = here;
    leading_keep(&d->leading);
}

/* False where no step along the direction makes F smaller. */
static bool step(Descent *d)
{
    size_t n = d->p->n;
    choose_direction(d);
    double slope = wide_dot(n, d->here.gradient, d->direction);
    for (double part = 1; slope < 0 && part > SHORTEST; part *= 0.35) {
        for (size_t i = 0; i < n; i++)
            d->there.s[i] = d->here.s[i] + part * d->direction[i];
        if (!look(d, &d->there))
            return false;
        if (d->there.value <= d->here.value + 1e-4 * part * slope) {
            go(d);
            return true;
        }
    }
    return false;
}

/* A stage's F, with the eigenvectors of the scaling reached, which may be a witness by now. */
static bool begin(Descent *d, int stage)
{
    d->n_pairs = 0;
    if (stage > 0)
        d->sharpness = SHARPNESS[stage] / d->first_top;
    if (!look(d, &d->here))
        return false;
    leading_keep(&d->leading);
    if (stage > 0)
        offer_witness(d, &d->here);
    return is_open(d);
}

static void descend(Descent *d)
{
    for (int stage = 0; stage < STAGES && is_open(d) && begin(d, stage); stage++) {
        for (int k = 0; k < STAGE_STEPS && is_open(d); k++) {
            double before = d->here.value;
            if (!step(d))
                break;
            offer_multipliers(d, &d->here);
            if (is_open(d) && k % WITNESS_EVERY == WITNESS_EVERY - 1)
                offer_witness(d, &d->here);
            if (d->here.value > before * (1 - 2e-4))
                break;
        }
    }
}

bool lds_test_descent(LdsPart *p, LdsFinding *f)
{
    Descent d;
    double n = (double)p->n;
    if (p->n < LEAST_ROWS || (double)p->n_edges * LEAST_DENSE_ROWS > n * n * n)
        return false;
    if (p->matrix->n_sums)      /* its vectors are not those of neurons */
        return false;
    if (!descent_init(&d, p, f))
        return false;
    descend(&d);
    descent_clear(&d);
    return true;
}
