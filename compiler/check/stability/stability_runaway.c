/* Run-away (Theorem 31): far out activations are straight lines, and the network is x' = J x for the sides on which its inputs
 * are. From some starts such a flow is followed until its direction has settled; around that direction a cone is
 * proposed which trajectories do not leave. In doubles: the verifier decides. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/stability/equilibria.h"
#include "compiler/check/lds/lds.h"
#include "compiler/check/lds/row_order.h"

enum { MOST_ROWS = 64, STARTS = 6, STEPS = 3000 };

typedef struct Far {
    const LocalNet *net;
    size_t n;
    double *w;
    double *tau;
    double *least, *most;       /* 3 n: what psi(t)/t tends to on the sides -1, 0 and 1, each for all rows */
    int *side;                  /* on which each row's input is; 0: both sides are alike, or it is on neither */
    uint64_t state;             /* of the starts */
} Far;

/* False where they are not known, or all are 0: what is bounded does not run away. */
static bool read_tails(Far *f)
{
    bool any = false;
    size_t n = f->n;
    for (size_t a = 0; a < n; a++) {
        for (int side = -1; side <= 1; side += 2) {
            size_t k = (size_t)(side + 1) * n + a;
            if (!local_tails(f->net, a, side, &f->least[k], &f->most[k]))
                return false;
        }
        f->least[n + a] = fmin(f->least[a], f->least[2 * n + a]);
        f->most[n + a] = fmax(f->most[a], f->most[2 * n + a]);
        any = any || f->most[n + a] > 0;
    }
    return any;
}

static double slope_at(const Far *f, size_t a, int side)
{
    size_t k = (size_t)(side + 1) * f->n + a;
    return (f->least[k] + f->most[k]) / 2;
}

/* Where the two sides differ by no more than what either is known to, they are not told apart. */
static bool is_alike(const Far *f, size_t a)
{
    size_t n = f->n;
    return f->most[n + a] - f->least[n + a] <= 1e-9 * (1 + f->most[n + a]);
}

static double input_of(const Far *f, size_t a, const double *x)
{
    double t = 0;
    for (size_t b = 0; b < f->n; b++)
        t += f->w[a * f->n + b] * x[b];
    return t;
}

/* ---- the direction in which the flow ends ---- */

static double random_unit(Far *f)
{
    f->state = f->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(f->state >> 11) * 0x1p-53;
}

static bool scale_to_one(size_t n, double *x)
{
    double size = 0;
    for (size_t a = 0; a < n; a++)
        size = fmax(size, fabs(x[a]));
    for (size_t a = 0; a < n; a++)
        x[a] /= size;
    return size > 0 && isfinite(size);
}

static double fastest(const Far *f)
{
    double rate = 0;
    for (size_t a = 0; a < f->n; a++) {
        double sum = 1;
        for (size_t b = 0; b < f->n; b++)
            sum += fabs(f->w[a * f->n + b]) * fmax(f->most[a], f->most[2 * f->n + a]);
        rate = fmax(rate, sum / f->tau[a]);
    }
    return rate;
}

/* With slopes of most at most, and weights as large as they are, some sizes y of all rates are more than what they bring about, part by part:
 * the largest |x|/y then falls along every flow, so that there is nothing to be looked for. */
static bool never_grows(const Far *f, double *y, double *next)
{
    enum { ROUNDS = 8 };
    size_t n = f->n;
    bool falls = false;
    for (size_t a = 0; a < n; a++)
        y[a] = 1;
    for (int k = 0; k < ROUNDS && !falls; k++) {
        falls = true;
        for (size_t a = 0; a < n; a++) {
            double sum = 0, most = f->most[n + a];
            for (size_t b = 0; b < n; b++)
                sum += fabs(f->w[a * n + b]) * y[b];
            falls &= most * sum <= 0.99 * y[a];
            next[a] = 1 + most * sum;
        }
        memcpy(y, next, n * sizeof *y);
    }
    return falls;
}

/* The sides on which inputs are in the end; false where the flow does not grow. Where it leads to where it was it has settled. */
static bool follow(Far *f, double *x, double *next)
{
    size_t n = f->n;
    double h = 0.5 / fastest(f), grown = 0, *before = ARENA_ARRAY(&f->net->cx->arena, n, double);
    bool settled = false;
    for (int k = 0; k < STEPS && !settled; k++) {
        for (size_t a = 0; a < n; a++) {
            double t = input_of(f, a, x);
            next[a] = x[a] + h / f->tau[a] * (slope_at(f, a, t > 0 ? 1 : -1) * t - x[a]);
        }
        double size = 0;
        for (size_t a = 0; a < n; a++)
            size = fmax(size, fabs(next[a]));
        memcpy(before, x, n * sizeof *x);
        memcpy(x, next, n * sizeof *x);
        if (!scale_to_one(n, x))
            return false;
        settled = memcmp(before, x, n * sizeof *x) == 0;
        if (settled)
            grown = log(size);
        else if (2 * k >= STEPS)
            grown += log(size);
    }
    for (size_t a = 0; a < n; a++) {
        double t = input_of(f, a, x);
        f->side[a] = is_alike(f, a) || fabs(t) < 1e-6 ? 0 : t > 0 ? 1 : -1;
    }
    return grown > 0;
}

/* ---- the cone ---- */

static void linear_part(const Far *f, double shift, double *j)
{
    for (size_t a = 0; a < f->n; a++)
        for (size_t b = 0; b < f->n; b++)
            j[a * f->n + b] = (slope_at(f, a, f->side[a]) * f->w[a * f->n + b] - (a == b)) / f->tau[a] - (a == b ? shift : 0);
}

/* P + m w w' is positive definite for m above this, w row a of the weights; infinite where it never is. */
static double least_multiple(const Far *f, const double *inverse, size_t a)
{
    size_t n = f->n;
    double sum = 0;
    for (size_t b = 0; b < n; b++)
        for (size_t c = 0; c < n; c++)
            sum += f->w[a * n + b] * inverse[b * n + c] * f->w[a * n + c];
    return sum < 0 ? -1 / sum : (double)INFINITY;
}

static bool has_input(const Far *f, size_t a)
{
    for (size_t b = 0; b < f->n; b++)
        if (f->w[a * f->n + b] != 0)
            return true;
    return false;
}

/* In the cone of p, as it is after rounding, the input of each row keeps its side. */
static bool set_multiples(const Far *f, const mpq_t *p, mpq_t *m)
{
    size_t n = f->n;
    double *a = ARENA_ARRAY(&f->net->cx->arena, n * n, double), *inverse = ARENA_ARRAY(&f->net->cx->arena, n * n, double);
    for (size_t k = 0; k < n * n; k++)
        a[k] = mpq_get_d(p[k]);
    if (!dense_invert(n, a, inverse))
        return false;
    for (size_t r = 0; r < n; r++) {
        double least = f->side[r] && has_input(f, r) ? least_multiple(f, inverse, r) : 0;
        if (!(least < 1e200))
            return false;
        mpq_set_d(m[r], ceil(ldexp(least, 22)));
        mpq_div_2exp(m[r], m[r], 20);           /* four times as much */
    }
    return true;
}

static void set_rows(const Far *f, const Num *tau, double rate, Statement *s)
{
    for (size_t a = 0; a < f->n; a++) {
        size_t k = (size_t)(f->side[a] + 1) * f->n + a;
        mpq_set_d(statement_numbers(s, "slope_lo")[a], f->least[k]);
        mpq_set_d(statement_numbers(s, "slope_hi")[a], f->most[k]);
        mpq_set_si(statement_numbers(s, "sign")[a], f->side[a], 1);
        mpq_set(statement_numbers(s, "tau")[a], tau[a]);
    }
    mpq_set_d(statement_numbers(s, "rate")[0], rate);
}

/* The direction, on the side that the inputs say. */
static void set_direction(const Far *f, const double *x, const double *v, mpq_t *out)
{
    double same = 0;
    for (size_t a = 0; a < f->n; a++)
        same += x[a] * v[a];
    for (size_t a = 0; a < f->n; a++)
        mpq_set_d(out[a], rint(ldexp(same < 0 ? -v[a] : v[a], 20)));
}

/* Narrower and narrower cones around one direction that grows faster than at `rate`. */
static bool try_cones(const Far *f, LdsReport *lds, const Num *tau, double rate, const double *x)
{
    size_t n = f->n;
    Arena *arena = &f->net->cx->arena;
    double *j = ARENA_ARRAY(arena, n * n, double), *p = ARENA_ARRAY(arena, n * n, double);
    FormParts parts;
    linear_part(f, rate, j);
    if (!form_parts(arena, n, j, &parts) || parts.n_growing == 0)
        return false;
    for (int k = 0; k < 12; k++) {
        Statement s;
        for (size_t i = 0; i < n * n; i++)
            p[i] = parts.falls[i] - ldexp(parts.grows[i], -2 * k);
        statement_init(f->net->cx, &s, STATEMENT_RUNAWAY, n);
        set_rows(f, tau, rate, &s);
        set_direction(f, x, parts.direction, statement_numbers(&s, "direction"));
        if (!form_round(n, p, statement_numbers(&s, "P")) ||
            !set_multiples(f, (const mpq_t *)statement_numbers(&s, "P"), statement_numbers(&s, "m")))
            statement_clear(&s);
        else if (stability_keep(f->net->cx, lds, &s))
            return true;
    }
    return false;
}

/* How fast the flow of the last sides grows along x. */
static double growth(const Far *f, const double *x)
{
    double top = 0, bottom = 0;
    for (size_t a = 0; a < f->n; a++) {
        top += x[a] * (slope_at(f, a, f->side[a]) * input_of(f, a, x) - x[a]) / f->tau[a];
        bottom += x[a] * x[a];
    }
    return top / bottom;
}

/* Other directions may grow, too: what grows nearly as fast as the fastest is alone. */
static bool try_rates(const Far *f, LdsReport *lds, const Num *tau, const double *x)
{
    static const double part[] = {0.97, 0.75, 0.5, 0};
    double rate = growth(f, x);
    for (size_t k = 0; rate > 0 && k < sizeof part / sizeof *part; k++) {
        int exponent;
        double mantissa = frexp(rate * part[k], &exponent);
        if (try_cones(f, lds, tau, ldexp(floor(ldexp(mantissa, 10)), exponent - 10), x))
            return true;
    }
    return false;
}

static void far_init(const LocalNet *net, const ClaimMatrix *m, const Num *tau, Far *f)
{
    Arena *arena = &net->cx->arena;
    *f = (Far){.net = net, .n = m->q, .w = equilibria_weights(net->cx, m), .state = 1};
    f->tau = ARENA_ARRAY(arena, f->n, double);
    f->least = ARENA_ARRAY(arena, 3 * f->n, double);
    f->most = ARENA_ARRAY(arena, 3 * f->n, double);
    f->side = ARENA_ARRAY(arena, f->n, int);
    for (size_t a = 0; a < f->n; a++)
        f->tau[a] = num_to_double(tau[a]);
}

/* No rate seems to grow: in doubles all activations have come to an end on both sides. */
static bool all_settle(const LocalNet *net, const ClaimMatrix *m)
{
    Equilibria e;
    double *lo = ARENA_ARRAY(&net->cx->arena, net->n, double), *hi = ARENA_ARRAY(&net->cx->arena, net->n, double);
    equilibria_network(net, m, &e);
    return equilibria_settle(&e, lo, hi);
}

void stability_seek_runaway(const LocalNet *net, const RowTau *tau, LdsReport *lds)
{
    Far f;
    double *x = ARENA_ARRAY(&net->cx->arena, net->n, double), *next = ARENA_ARRAY(&net->cx->arena, net->n, double);
    if (net->n > MOST_ROWS)
        return;
    for (size_t a = 0; a < net->n; a++)
        if (!mpq_equal(tau->least[a], tau->most[a]))
            return;
    if (all_settle(net, &lds->matrix))
        return;
    far_init(net, &lds->matrix, tau->least, &f);
    if (!read_tails(&f) || never_grows(&f, x, next))
        return;
    const RowOrder *o = local_order(net, &lds->matrix);
    for (int k = 0; k < STARTS; k++) {
        for (size_t a = 0; a < f.n; a++)
            x[o ? o->at[a] : a] = k == 0 ? 1 : k == 1 ? -1 : 2 * random_unit(&f) - (k % 2 ? 1 : 0);
        if (follow(&f, x, next) && try_rates(&f, lds, tau->least, x))
            return;
    }
}
