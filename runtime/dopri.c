#include "runtime/dopri.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "runtime/integrate.h"
#include "runtime/layout.h"

/* Where the book has an absolute 1e-6, in parts of the longest step: the first
 * step does not depend on the unit of time. */
#define TINY_STEP 1e-6
#define LEAST_FIRST 1e-9

/* Every loop below is over neurons with a fixed expression inside, so that it
 * becomes vector code; the order of operations is that of docs/semantics.md. */

void dopri_slope(const Dopri *d, double t, const double *x, double *dx)
{
    d->kernel->drift(d->args, t, x, dx);
}

static double scaled(const EigProblem *p, double value, double a, double b)
{
    a = fabs(a);
    b = fabs(b);
    double scale = p->atol + p->rtol * (a > b ? a : b);
    return value == 0.0 ? 0.0 : fabs(value) / scale;
}

/* A NaN anywhere makes the norm a NaN. */
double dopri_norm(const Dopri *d, const double *value, const double *a, const double *b)
{
    const EigProblem *p = d->p;
    double largest = 0.0;
    bool has_nan = false;
    for (size_t i = 0; i < d->n; i++) {
        double part = scaled(p, value[i], a[i], b[i]);
        has_nan |= isnan(part);
        largest = part > largest ? part : largest;
    }
    return has_nan ? (double)NAN : largest;
}

/* Equations have no time constant and set no limit. The leak alone makes longer steps unstable, and a step of one time constant
 * cannot jump over a pulse that the network would have noticed. */
double dopri_longest_step(const EigProblem *p, double rate)
{
    double whole = p->whole > 0.0 ? p->whole : p->duration;
    double longest = rate > 0.0 && 1.0 / rate < whole ? 1.0 / rate : whole;
    return p->longest_step > 0.0 && p->longest_step < longest ? p->longest_step : longest;
}

double eig_longest_step(const EigProblem *p)
{
    double rate = 0.0;
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        if (eig_state(pop, 0).kind != EIG_STATE_LEAK)
            continue;
        for (size_t i = 0; i < (pop->rate_of ? pop->size : 1); i++)
            rate = fmax(rate, pop->rate_of ? pop->rate_of[i] : pop->rate);
    }
    return dopri_longest_step(p, rate);
}

double dopri_first_trial(double d0, double d1, double longest)
{
    double h0 = d0 < 1e-5 || d1 < 1e-5 ? TINY_STEP * longest : 0.01 * (d0 / d1);
    return h0 < longest ? h0 : longest;
}

double dopri_first_guess(double h0, double d1, double d2, double longest, double power)
{
    double steepest = d1 > d2 ? d1 : d2, tiny = TINY_STEP * longest;
    double h1;
    if (steepest <= 1e-15)
        h1 = h0 * 1e-3 < tiny ? tiny : h0 * 1e-3;
    else
        h1 = pow(0.01 / steepest, power);
    return 100.0 * h0 < h1 ? 100.0 * h0 : h1;
}

double dopri_within(double h, double longest)
{
    h = h < LEAST_FIRST * longest ? LEAST_FIRST * longest : h;
    return h < longest ? h : longest;
}

static double choose_first_step(Dopri *d)
{
    double d0 = dopri_norm(d, d->x, d->x, d->x), d1 = dopri_norm(d, d->k[0], d->x, d->x);
    double h0 = dopri_first_trial(d0, d1, d->longest);
    for (size_t i = 0; i < d->n; i++)
        d->stage[i] = d->x[i] + h0 * d->k[0][i];
    dopri_slope(d, h0, d->stage, d->k[1]);
    for (size_t i = 0; i < d->n; i++)
        d->stage[i] = d->k[1][i] - d->k[0][i];
    return dopri_first_guess(h0, d1, dopri_norm(d, d->stage, d->x, d->x) / h0, d->longest, d->power);
}

double dopri_power(EigMethod method)
{
    return method == EIG_METHOD_DOPRI8 ? 0.125 : 0.2;
}

size_t dopri_vectors(EigMethod method)
{
    return DOPRI_VECTORS_BESIDE + (method == EIG_METHOD_DOPRI8 ? (size_t)DOPRI_SLOPES : (size_t)eig_method[method].stages);
}

static void set_method(Dopri *d)
{
    d->n_stages = (size_t)eig_method[d->p->method].stages;
    d->power = dopri_power(d->p->method);
    d->longest = eig_longest_step(d->p);
}

void dopri_start(Dopri *d)
{
    set_method(d);
    d->t = d->t_new = d->step = 0.0;
    d->growth = 10.0;
    dopri_slope(d, 0.0, d->x, d->k[0]);
    d->h = dopri_within(d->p->h > 0.0 ? d->p->h : choose_first_step(d), d->longest);
}

/* The first slope is the last of the step before, which is a function of t and x. */
void dopri_go_on(Dopri *d, const EigControl *from)
{
    set_method(d);
    d->t = d->t_new = from->t;
    d->step = 0.0;
    d->growth = from->growth;
    d->h = from->h;
    dopri_slope(d, d->t, d->x, d->k[0]);
}

bool dopri_is_last(const Dopri *d)
{
    return d->t + 1.01 * d->h >= d->p->duration;
}

EigControl dopri_control(const Dopri *d)
{
    return (EigControl){ .t = d->t, .h = d->h, .growth = d->growth, .longest = d->longest, .reached = d->t };
}

bool dopri_too_small(const Dopri *d)
{
    return dopri_is_too_small(d->t, d->h, d->longest);
}

#define SLOPES \
    const double *k0 = d->k[0], *k1 = d->k[1], *k2 = d->k[2], *k3 = d->k[3], *k4 = d->k[4], *k5 = d->k[5], *k6 = d->k[6]; \
    (void)k0, (void)k1, (void)k2, (void)k3, (void)k4, (void)k5, (void)k6
#define FIRST(s, a) sum = (a) * k##s[i];
#define PLUS(s, a) sum = sum + (a) * k##s[i];
#define ARGUMENT(to, products) \
    for (size_t i = 0; i < n; i++) { \
        double sum; \
        products \
        to[i] = x[i] + h * sum; \
    }

static void stages(Dopri *d, double h)
{
    size_t n = d->n;
    double *restrict y = d->stage;
    double *restrict x_new = d->x_new;
    const double *x = d->x;
    SLOPES;
#define STAGE(s, c, products) ARGUMENT(y, products) dopri_slope(d, d->t + (c) * h, y, d->k[s]);
#define LAST_STAGE(s, products) ARGUMENT(y, products) dopri_slope(d, d->t_new, y, d->k[s]);
#define SOLUTION(s, products) ARGUMENT(x_new, products) dopri_slope(d, d->t_new, x_new, d->k[s]);
#include "runtime/rk45.def"
}

static void estimate_error(Dopri *d, double h)
{
    double *restrict e = d->stage;
    SLOPES;
#define ERROR(order, products) \
    for (size_t i = 0; i < d->n; i++) { \
        double sum; \
        products \
        e[i] = h * sum; \
    }
#include "runtime/rk45.def"
}

double dopri_factor(double error, double growth, double power)
{
    if (!isfinite(error))
        return 0.2;
    double f = error == 0.0 ? growth : 0.9 * pow(error, -power);
    if (f < 0.2)
        return 0.2;
    return f < growth ? f : growth;
}

static double rk45_try(Dopri *d)
{
    stages(d, d->step);
    estimate_error(d, d->step);
    return dopri_norm(d, d->stage, d->x, d->x_new);
}

bool dopri_attempt(Dopri *d)
{
    double end = d->p->duration;
    bool is_last = dopri_is_last(d);
    d->step = is_last ? end - d->t : d->h;
    d->t_new = is_last ? end : d->t + d->step;
    double error = d->p->method == EIG_METHOD_DOPRI8 ? dopri8_try(d) : rk45_try(d);
    bool ok = error <= 1.0;
    d->h = d->step * dopri_factor(error, ok ? d->growth : 1.0, d->power);
    if (d->h > d->longest)
        d->h = d->longest;
    d->growth = ok ? 10.0 : 1.0;
    return ok;
}

static void rk45_between(Dopri *d, double theta)
{
    double h = d->step, rest = 1.0 - theta;
    double *restrict out = d->between;
    const double *x = d->x, *x_new = d->x_new;
    SLOPES;
    for (size_t i = 0; i < d->n; i++) {
        double sum, rise = x_new[i] - x[i];
        double bend = h * k0[i] - rise;
        double third = (rise - h * k6[i]) - bend;
#define DENSE(r, products) products
#include "runtime/rk45.def"
        out[i] = x[i] + theta * (rise + rest * (bend + theta * (third + rest * (h * sum))));
    }
}

const double *dopri_at(Dopri *d, double time)
{
    if (time == d->t_new)
        return d->x_new;
    double theta = (time - d->t) / d->step;
    if (d->p->method == EIG_METHOD_DOPRI8)
        dopri8_between(d, theta);
    else
        rk45_between(d, theta);
    return d->between;
}

void dopri_accept(Dopri *d)
{
    double *was = d->x, *was_slope = d->k[0];
    d->x = d->x_new;
    d->x_new = was;
    d->k[0] = d->k[d->n_stages - 1];
    d->k[d->n_stages - 1] = was_slope;
    d->t = d->t_new;
}

double dopri_error(const Dopri *d, size_t i)
{
    return scaled(d->p, d->stage[i], d->x[i], d->x_new[i]);
}
