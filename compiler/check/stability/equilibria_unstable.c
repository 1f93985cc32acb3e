/* Proposes why an equilibrium is unstable, or attracts. With J the Jacobian and S = sign(J), the parts of S
 * project onto what falls and what grows: U = (I - S)/2, V = (I + S)/2. The form P = F - G with
 *
 *   F J + J'F = -U'U,    G J + J'G = V'V,    F U = F, G V = G
 *
 * falls along all trajectories, and is negative where G is not 0; where nothing grows it is positive. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/stability/equilibria.h"

enum { STEPS = 60 };

typedef struct Split {
    size_t n;
    double *j, *sign, *part, *a, *inverse, *q, *room, *form;
} Split;

static void multiply(size_t n, const double *a, const double *b, double *out)
{
    memset(out, 0, n * n * sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; a[i * n + k] != 0 && j < n; j++)
                out[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* out = a'b */
static void multiply_left(size_t n, const double *a, const double *b, double *out)
{
    memset(out, 0, n * n * sizeof *out);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; a[k * n + i] != 0 && j < n; j++)
                out[i * n + j] += a[k * n + i] * b[k * n + j];
}

/* Newton's method, a <- (a + 1/a)/2; with q, also q <- (q + a^-1' q a^-1)/2, which ends at twice the X with
 * X a + a'X = -q where a was stable. */
static bool iterate_sign(Split *s, double *a, double *q)
{
    size_t n = s->n;
    for (int k = 0; k < STEPS; k++) {
        double change = 0, size = 0;
        memcpy(s->room, a, n * n * sizeof *a);
        if (!dense_invert(n, s->room, s->inverse))
            return false;
        if (q) {
            multiply(n, q, s->inverse, s->room);
            multiply_left(n, s->inverse, s->room, s->form);
            for (size_t i = 0; i < n * n; i++)
                q[i] = (q[i] + s->form[i]) / 2;
        }
        for (size_t i = 0; i < n * n; i++) {
            double next = (a[i] + s->inverse[i]) / 2;
            change = fmax(change, fabs(next - a[i]));
            size = fmax(size, fabs(next));
            a[i] = next;
        }
        if (!isfinite(size))
            return false;
        if (change <= 1e-10 * size)
            return true;
    }
    return false;
}

/* The form of the part that grows (grows = 1) or falls (-1). */
static bool form_of(Split *s, int grows, double *form)
{
    size_t n = s->n;
    for (size_t k = 0; k < n * n; k++)
        s->part[k] = ((k % (n + 1) == 0) + grows * s->sign[k]) / 2;
    multiply(n, s->j, s->part, s->a);
    for (size_t k = 0; k < n * n; k++)      /* stable: the part, turned where it grows, and -1 elsewhere */
        s->a[k] = -grows * s->a[k] - ((k % (n + 1) == 0) - s->part[k]);
    multiply_left(n, s->part, s->part, s->q);
    if (!iterate_sign(s, s->a, s->q))
        return false;
    for (size_t k = 0; k < n * n; k++)
        form[k] = s->q[k] / 2;
    return true;
}

static void split_init(Arena *arena, size_t n, Split *s)
{
    double **room[] = {&s->j, &s->sign, &s->part, &s->a, &s->inverse, &s->q, &s->room, &s->form};
    *s = (Split){.n = n};
    for (size_t k = 0; k < sizeof room / sizeof *room; k++)
        *room[k] = ARENA_ARRAY(arena, n * n, double);
}

/* The trace of (I + S)/2. */
static size_t count_growing(const Split *s)
{
    double trace = 0;
    for (size_t a = 0; a < s->n; a++)
        trace += (1 + s->sign[a * s->n + a]) / 2;
    return (size_t)fmax(0, rint(trace));
}

/* The column of (I + S)/2, in s->part, that is largest, to entries of at most 1. */
static void set_direction(const Split *s, double *v)
{
    size_t n = s->n, best = 0;
    double most = 0;
    for (size_t b = 0; b < n; b++) {
        double sum = 0;
        for (size_t a = 0; a < n; a++)
            sum += fabs(s->part[a * n + b]);
        if (sum > most) {
            most = sum;
            best = b;
        }
    }
    for (size_t a = 0; a < n; a++)
        v[a] = s->part[a * n + best] / most;
}

bool form_parts(Arena *arena, size_t n, const double *j, FormParts *out)
{
    Split s;
    split_init(arena, n, &s);
    memcpy(s.j, j, n * n * sizeof *j);
    memcpy(s.sign, j, n * n * sizeof *j);
    out->falls = ARENA_ARRAY(arena, n * n, double);
    out->grows = ARENA_ARRAY(arena, n * n, double);
    out->direction = ARENA_ARRAY(arena, n, double);
    if (!iterate_sign(&s, s.sign, NULL) || !form_of(&s, -1, out->falls))
        return false;
    out->n_growing = count_growing(&s);
    if (out->n_growing == 0)
        return true;
    if (!form_of(&s, 1, out->grows))
        return false;
    set_direction(&s, out->direction);
    return true;
}

static double largest_of(size_t n, const double *p)
{
    double largest = 0;
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(p[k]))
            return INFINITY;
        largest = fmax(largest, fabs(p[k]));
    }
    return largest;
}

bool form_round(size_t n, const double *p, mpq_t *out)
{
    double largest = largest_of(n, p);
    if (!(largest > 0x1p-900) || !(largest < 0x1p900))
        return false;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            mpq_set_d(out[a * n + b], rint(ldexp(p[a * n + b] / largest, 30)));
            mpq_set(out[b * n + a], out[a * n + b]);
        }
    return true;
}

static void jacobian(const Equilibria *e, const Statement *at, const Num *tau, double *j)
{
    size_t n = e->n_rows;
    for (size_t a = 0; a < n; a++) {
        double slope = (mpq_get_d(statement_numbers(at, "slope_lo")[a]) + mpq_get_d(statement_numbers(at, "slope_hi")[a])) / 2;
        for (size_t b = 0; b < n; b++)
            j[a * n + b] = (slope * e->w[a * n + b] - (a == b)) / num_to_double(tau[a]);
    }
}

bool propose_form(const LocalNet *net, const Equilibria *e, const Statement *at, size_t number, const Num *tau, Statement *out)
{
    size_t n = e->n_rows;
    FormParts parts;
    double *j = ARENA_ARRAY(&net->cx->arena, n * n, double);
    jacobian(e, at, tau, j);
    if (!form_parts(&net->cx->arena, n, j, &parts))
        return false;
    for (size_t k = 0; k < n * n; k++)
        parts.falls[k] -= parts.grows[k];
    statement_init(net->cx, out, parts.n_growing ? STATEMENT_UNSTABLE : STATEMENT_ATTRACTING, n);
    if (!form_round(n, parts.falls, statement_numbers(out, "P"))) {
        statement_clear(out);
        return false;
    }
    mpq_set_ui(statement_numbers(out, "equilibrium")[0], number, 1);
    for (size_t a = 0; a < n; a++)
        mpq_set(statement_numbers(out, "tau")[a], tau[a]);
    for (size_t a = 0; parts.n_growing && a < n; a++)
        mpq_set_d(statement_numbers(out, "direction")[a], rint(ldexp(parts.direction[a], 16)));
    return true;
}
