/* Quadratic forms of Theorems 27 and 28 by small matrix inequalities. Rates are measured
 * in sqrt(p_i) of the multipliers of diagonal stability, in which W is balanced. Several
 * matrices that share a form are blocks of one inequality. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/stability/lmi.h"
#include "compiler/check/stability/stability.h"

/* Rows for which P is a full matrix, and for which it is diagonal. */
enum { FULL_ROWS = 10, DIAGONAL_ROWS = 24 };

typedef struct Balanced {
    size_t n, n_corners;
    double *w;                  /* of each corner n * n: of the means of rows, balanced */
    double *root;               /* balanced = root_i x_i */
    double *speed;              /* of each corner n: mean(tau) / tau_i */
    double tau;                 /* a mean of them */
} Balanced;

/* Far enough from the ends of the doubles for products of a few. */
static bool is_moderate(double x)
{
    return x > 1e-60 && x < 1e60;
}

static void read_weights(const ClaimMatrix *m, const double *root, double *w)
{
    size_t n = m->q;
    for (size_t a = 0; a < n; a++) {
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t j = m->column[e];
            w[a * n + j] = claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, j) * root[a] / root[j];
        }
        w[a * n + a] += 1 + (m->self ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0);
    }
}

/* False where it is not asked for or the numbers are too far apart. */
static bool balance(const StabilityCase *x, Balanced *b)
{
    const ClaimMatrix *m = x->m;
    size_t n = m->q, n_corners = x->n_corners ? x->n_corners : 1;
    *b = (Balanced){.n = n, .n_corners = n_corners, .tau = 0};
    if (n > DIAGONAL_ROWS || m->n_kernels || !x->has_rates)
        return false;
    b->w = ARENA_ARRAY(&x->cx->arena, n_corners * n * n, double);
    b->root = ARENA_ARRAY(&x->cx->arena, n, double);
    b->speed = ARENA_ARRAY(&x->cx->arena, n_corners * n, double);
    for (size_t a = 0; a < n; a++) {
        b->root[a] = x->c ? sqrt(mpq_get_d(x->c->p[a])) : 1;
        if (!mpq_equal(x->tau_least[a], x->tau_most[a]) || !is_moderate(b->root[a]) ||
            !is_moderate(mpq_get_d(x->tau_most[a])))
            return false;
        b->tau += log(mpq_get_d(x->tau_most[a])) / (double)n;
    }
    b->tau = exp(b->tau);
    for (size_t k = 0; k < n_corners * n; k++)
        b->speed[k] = b->tau / mpq_get_d(x->tau_most[k % n]) * (x->n_corners && x->quick ? x->quick[k] : 1);
    for (size_t c = 0; c < n_corners; c++)
        read_weights(x->n_corners ? &x->corner[c] : m, b->root, b->w + c * n * n);
    bool finite = true;
    for (size_t k = 0; k < n_corners * n * n; k++)
        finite = finite && fabs(b->w[k]) < 1e60;
    return finite;
}

/* Of the form in x and f of each corner; false where it is too large to be looked at in passing. */
static bool form_init(const Balanced *b, size_t unknowns, Lmi *l)
{
    static const double most_work = 2e7;        /* of a step, about; of several corners */
    double d = 2.0 * (double)b->n * (double)b->n_corners;
    if (b->n_corners > 1 && d * d * d * (double)unknowns > most_work)
        return false;
    return lmi_init(l, 2 * b->n * b->n_corners, unknowns);
}

/* So many bits: certificates stay short. */
static void set_short(mpq_t to, double x)
{
    int e;
    double mantissa = frexp(x, &e);
    mpq_set_d(to, ldexp(rint(ldexp(mantissa, 24)), e - 24));
}

/* ---- Lur'e and Popov ---- */

typedef struct Unknowns {
    bool full;
    size_t n_p, q, lambda, m;   /* those of P, then q, lambda; all */
} Unknowns;

static Unknowns unknowns_of(size_t n)
{
    bool full = n <= FULL_ROWS;
    size_t n_p = full ? n * (n + 1) / 2 : n;
    return (Unknowns){full, n_p, n_p, n_p + n, n_p + 2 * n};
}

/* P_ij of one unknown: 2 x'P T^-1 (x - f). */
static void add_p(Lmi *l, const double *speed, size_t n, size_t at, size_t k, size_t i, size_t j)
{
    lmi_add(l, k, at + i, at + j, speed[j]);
    lmi_add(l, k, at + i, at + n + j, -speed[j]);
    if (i == j)
        return;
    lmi_add(l, k, at + j, at + i, speed[i]);
    lmi_add(l, k, at + j, at + n + i, -speed[i]);
}

/* The block of one corner. lmi_add doubles what is on the diagonal, as the forms' 2 x_i x_j does. */
static void fill_lure_block(Lmi *l, const Balanced *b, Unknowns u, size_t corner)
{
    size_t n = b->n, k = 0, at = 2 * n * corner;
    const double *speed = b->speed + corner * n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = u.full ? 0 : i; j <= i; j++, k++)
            add_p(l, speed, n, at, k, i, j);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double w = b->w[(corner * n + i) * n + j];
            lmi_add(l, u.lambda + i, at + n + i, at + j, -w);
            lmi_add(l, u.q + i, at + n + i, at + j, w * speed[j]);
            lmi_add(l, u.q + i, at + n + i, at + n + j, -w * speed[j]);
        }
        lmi_add(l, u.lambda + i, at + n + i, at + n + i, 1);
    }
}

static void fill_lure(Lmi *l, const Balanced *b, Unknowns u)
{
    size_t n = b->n, k = 0;
    for (size_t corner = 0; corner < b->n_corners; corner++)
        fill_lure_block(l, b, u, corner);
    for (size_t i = 0; i < n; i++)
        for (size_t j = u.full ? 0 : i; j <= i; j++, k++) {
            l->norm[k] = i == j;
            l->is_positive[k] = i == j;
        }
    for (size_t i = 0; i < n; i++) {
        l->is_positive[u.q + i] = l->is_positive[u.lambda + i] = true;
        l->norm[u.q + i] = l->norm[u.lambda + i] = 1;
    }
}

/* z of a row's differences: 4 z s (lambda - q w s) > (z s - w (q s - lambda))^2 has most room where z s = ... */
static double difference_z(const StabilityCase *x, const Balanced *b, size_t a, double q, double lambda)
{
    double w = mpq_get_d(x->m->self[a]) - mpq_get_d(x->m->leak[a]) + 1, s = b->speed[a];
    double middle = w * (q * s - lambda), room = 2 * (lambda - q * w * s);
    return (middle + room) / s;
}

static void set_lure(const StabilityCase *x, const Balanced *b, Unknowns u, const double *y, Statement *out)
{
    size_t n = b->n, k = 0;
    mpq_t *p = statement_numbers(out, "P"), *q = statement_numbers(out, "q"), *lambda = statement_numbers(out, "lambda");
    mpq_t *z = statement_numbers(out, "z"), *tau = statement_numbers(out, "tau");
    for (size_t i = 0; i < n; i++)
        for (size_t j = u.full ? 0 : i; j <= i; j++, k++) {
            set_short(p[i * n + j], y[k] * b->root[i] * b->root[j]);
            mpq_set(p[j * n + i], p[i * n + j]);
        }
    for (size_t i = 0; i < n; i++) {
        double size = (double)claim_matrix_size(x->m, i), scale = b->root[i] * b->root[i];
        set_short(q[i], y[u.q + i] * scale * b->tau);      /* speeds are mean(tau) / tau: q is per unit of time */
        set_short(lambda[i], y[u.lambda + i] * scale);
        if (size > 1)
            set_short(z[i], difference_z(x, b, i, y[u.q + i], y[u.lambda + i]) * scale / size * b->tau);
        mpq_set(tau[i], x->tau_most[i]);
    }
    for (size_t e = 0; e < n * n; e++)
        set_short(p[e], mpq_get_d(p[e]) * b->tau);
}

bool propose_lure_popov(const StabilityCase *x, Statement *out)
{
    Balanced b;
    Lmi l;
    if (!balance(x, &b))
        return false;
    Unknowns u = unknowns_of(b.n);
    if (!form_init(&b, u.m, &l))
        return false;
    fill_lure(&l, &b, u);
    double *y = ARENA_ARRAY(&x->cx->arena, u.m, double);
    for (size_t k = 0; k < u.m; k++)
        y[k] = l.is_positive[k] ? k < u.n_p ? 0.1 : 1 : 0;
    double t = lmi_maximise(&l, y);
    lmi_free(&l);
    if (!(t > 0))
        return false;
    statement_init(x->cx, out, STATEMENT_LURE_POPOV, b.n);
    set_lure(x, &b, u, y, out);
    return true;
}

/* ---- contraction in a weighted Euclidean norm ---- */

/* The form at a rate; unknowns p, then q. */
static void fill_contraction(Lmi *l, const Balanced *b, double rate)
{
    size_t n = b->n;
    for (size_t corner = 0, at = 0; corner < b->n_corners; corner++, at += 2 * n)
        for (size_t i = 0; i < n; i++) {
            lmi_add(l, i, at + i, at + i, b->speed[corner * n + i] - rate);
            lmi_add(l, i, at + i, at + n + i, -b->speed[corner * n + i]);
            lmi_add(l, n + i, at + n + i, at + n + i, 1);
            for (size_t j = 0; j < n; j++)
                lmi_add(l, n + i, at + n + i, at + j, -b->w[(corner * n + i) * n + j]);
        }
    for (size_t k = 0; k < 2 * n; k++) {
        l->is_positive[k] = true;
        l->norm[k] = 1;
    }
}

/* The rate of a difference within row a, at most: (2p/tau - 2cp) 2q > (p/tau + w q)^2. */
static double difference_rate(const StabilityCase *x, size_t a, double s, double p, double q)
{
    double w = mpq_get_d(x->m->self[a]) - mpq_get_d(x->m->leak[a]) + 1, middle = p * s + w * q;
    return s - middle * middle / (4 * p * q);
}

/* F(y), rows as lmi_is_positive has them. */
static void read_form(const Lmi *l, const double *y, double *f)
{
    size_t d = l->d, row = lmi_row(d);
    memset(f, 0, d * row * sizeof *f);
    for (size_t k = 0; k < l->m; k++)
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < d; j++)
                f[i * row + j] += y[k] * l->basis[(k * d + i) * d + j];
}

/* t is room on the form; the rate that p, q leave: the least generalised eigenvalue, by bisection. */
static double rate_of(const StabilityCase *x, const Balanced *b, const Lmi *l, double asked, const double *y)
{
    size_t n = b->n, d = l->d, row = lmi_row(d);
    double lo = 0, hi = INFINITY, *form = malloc(2 * d * row * sizeof *form), *f = form + d * row;
    if (!form)
        return lo;
    read_form(l, y, form);
    for (size_t k = 0; k < b->n_corners * n; k++) {
        size_t a = k % n;
        hi = fmin(hi, b->speed[k]);
        if (claim_matrix_size(x->m, a) > 1)
            hi = fmin(hi, difference_rate(x, a, b->speed[k], y[a], y[n + a]));
    }
    for (int step = 0; step < 40 && hi > lo; step++) {
        double c = (lo + hi) / 2;
        memcpy(f, form, d * row * sizeof *f);
        for (size_t at = 0; at < d; at += 2 * n)
            for (size_t i = 0; i < n; i++)
                f[(at + i) * row + at + i] -= 2 * (c - asked) * y[i];
        *(lmi_is_positive(d, f) ? &lo : &hi) = c;
    }
    free(form);
    return lo;
}

/* Unknowns with room at the rate that is asked for: the rate that they give. y: where to begin, up to *room, then how much room there is. */
static double solve_contraction(const StabilityCase *x, const Balanced *b, double asked, double *room, double *y)
{
    Lmi l;
    if (!form_init(b, 2 * b->n, &l))
        return 0;
    fill_contraction(&l, b, asked);
    *room = lmi_maximise_from(&l, *room, y);
    double rate = *room > 0 ? rate_of(x, b, &l, asked, y) * (1 - 1e-6) / b->tau : 0;
    lmi_free(&l);
    return rate;
}

/* Far from all bounds. */
static double *first_unknowns(const StabilityCase *x, const Balanced *b)
{
    double *y = ARENA_ARRAY(&x->cx->arena, 2 * b->n, double);
    for (size_t k = 0; k < 2 * b->n; k++)
        y[k] = 1;
    return y;
}

/* Unknowns with most room at a rate have a larger one, at which there are others with room. */
static double raise_rate(const StabilityCase *x, const Balanced *b, double rate, double room, double *y)
{
    enum { ROUNDS = 12 };
    double *other = ARENA_ARRAY(&x->cx->arena, 2 * b->n, double);
    for (int round = 0; rate > 0 && round < ROUNDS; round++) {
        memcpy(other, y, 2 * b->n * sizeof *y);
        double higher = solve_contraction(x, b, rate * b->tau, &room, other);
        if (!(higher > rate))
            break;
        bool is_done = higher < rate * (1 + 1e-4);         /* each round takes a quarter of what is left */
        memcpy(y, other, 2 * b->n * sizeof *y);
        rate = higher;
        if (is_done)
            break;
    }
    return rate;
}

static bool propose_contraction(const StabilityCase *x, bool is_best, Statement *out)
{
    Balanced b;
    if (!balance(x, &b))
        return false;
    size_t n = b.n;
    double *y = first_unknowns(x, &b), room = 1, rate = solve_contraction(x, &b, x->rate * b.tau, &room, y);
    if (is_best)
        rate = raise_rate(x, &b, rate, room, y);
    Num few = rate > 0 ? stability_round_down(x->nums, num_from_double(x->nums, rate)) : NULL;
    if (!few || mpq_sgn(few) <= 0)
        return false;
    statement_init(x->cx, out, STATEMENT_CONTRACTION_TWO, n);
    for (size_t i = 0; i < n; i++) {
        set_short(statement_numbers(out, "p")[i], y[i] * b.root[i] * b.root[i] * b.tau);
        set_short(statement_numbers(out, "q")[i], y[n + i] * b.root[i] * b.root[i]);
        mpq_set(statement_numbers(out, "tau")[i], x->tau_most[i]);
    }
    mpq_set(statement_numbers(out, "rate")[0], few);
    return true;
}

bool propose_contraction_two(const StabilityCase *x, Statement *out)
{
    return propose_contraction(x, false, out);
}

bool propose_contraction_two_best(const StabilityCase *x, Statement *out)
{
    return propose_contraction(x, true, out);
}

/* The same in units of each neuron's own time constant, p being p tau. */
bool propose_any_tau(const StabilityCase *x, Statement *out)
{
    Balanced b;
    StabilityCase own = *x;
    size_t n = x->m->q;
    Num one = num_int(x->nums, 1), *tau = ARENA_ARRAY(&x->cx->arena, n, Num);
    for (size_t i = 0; i < n; i++)
        tau[i] = one;
    own.tau_least = own.tau_most = tau;
    own.quick = NULL;
    if (!balance(&own, &b))
        return false;
    double *y = first_unknowns(x, &b), room = 1;
    if (!(solve_contraction(&own, &b, 0, &room, y) > 0))
        return false;
    statement_init(x->cx, out, STATEMENT_ANY_TAU, n);
    for (size_t i = 0; i < n; i++) {
        set_short(statement_numbers(out, "p")[i], y[i] * b.root[i] * b.root[i]);
        set_short(statement_numbers(out, "q")[i], y[n + i] * b.root[i] * b.root[i]);
    }
    return true;
}
