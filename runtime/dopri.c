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
    double whole = p->whole > 0.0 ? p->whole : p->duration;
    double longest = rate > 0.0 && 1.0 / rate < whole ? 1.0 / rate : whole;
    return p->longest_step > 0.0 && p->longest_step < longest ? p->longest_step : longest;
}

static double first_guess(const Dopri *d, double h0, double d1, double d2)
{
    double steepest = d1 > d2 ? d1 : d2, tiny = TINY_STEP * d->longest;
    double h1;
    if (steepest <= 1e-15)
        h1 = h0 * 1e-3 < tiny ? tiny : h0 * 1e-3;
    else
        h1 = pow(0.01 / steepest, d->power);
    return 100.0 * h0 < h1 ? 100.0 * h0 : h1;
}

static double choose_first_step(Dopri *d)
{
    double d0 = dopri_norm(d, d->x, d->x, d->x), d1 = dopri_norm(d, d->k[0], d->x, d->x);
    double h0 = d0 < 1e-5 || d1 < 1e-5 ? TINY_STEP * d->longest : 0.01 * (d0 / d1);
    h0 = h0 < d->longest ? h0 : d->longest;
    for (size_t i = 0; i < d->n; i++)
        d->stage[i] = d->x[i] + h0 * d->k[0][i];
    dopri_slope(d, h0, d->stage, d->k[1]);
    for (size_t i = 0; i < d->n; i++)
        d->stage[i] = d->k[1][i] - d->k[0][i];
    return first_guess(d, h0, d1, dopri_norm(d, d->stage, d->x, d->x) / h0);
}

size_t dopri_vectors(EigMethod method)
{
    return DOPRI_VECTORS_BESIDE + (method == EIG_METHOD_DOPRI8 ? (size_t)DOPRI_SLOPES : (size_t)eig_method[method].stages);
}

static void set_method(Dopri *d)
{
    d->n_stages = (size_t)eig_method[d->p->method].stages;
    d->power = d->p->method == EIG_METHOD_DOPRI8 ? 0.125 : 0.2;
    d->longest = eig_longest_step(d->p);
}

void dopri_start(Dopri *d)
{
    set_method(d);
    d->t = d->t_new = d->step = 0.0;
    d->growth = 10.0;
    dopri_slope(d, 0.0, d->x, d->k[0]);
    double h = d->p->h > 0.0 ? d->p->h : choose_first_step(d);
    h = h < LEAST_FIRST * d->longest ? LEAST_FIRST * d->longest : h;
    d->h = h < d->longest ? h : d->longest;
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
    return !(0.1 * d->h > DBL_EPSILON * d->t) || !(d->h > DBL_EPSILON * d->longest);
}

static void stages(Dopri *d, double h)
{
    size_t n = d->n;
    double *restrict y = d->stage;
    double *restrict x_new = d->x_new;
    const double *x = d->x;
    const double *k1 = d->k[0], *k2 = d->k[1], *k3 = d->k[2], *k4 = d->k[3], *k5 = d->k[4], *k6 = d->k[5];
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + h * ((1.0 / 5.0) * k1[i]);
    dopri_slope(d, d->t + (1.0 / 5.0) * h, y, d->k[1]);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + h * ((3.0 / 40.0) * k1[i] + (9.0 / 40.0) * k2[i]);
    dopri_slope(d, d->t + (3.0 / 10.0) * h, y, d->k[2]);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + h * (((44.0 / 45.0) * k1[i] + (-56.0 / 15.0) * k2[i]) + (32.0 / 9.0) * k3[i]);
    dopri_slope(d, d->t + (4.0 / 5.0) * h, y, d->k[3]);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + h * ((((19372.0 / 6561.0) * k1[i] + (-25360.0 / 2187.0) * k2[i]) + (64448.0 / 6561.0) * k3[i]) +
                           (-212.0 / 729.0) * k4[i]);
    dopri_slope(d, d->t + (8.0 / 9.0) * h, y, d->k[4]);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + h * (((((9017.0 / 3168.0) * k1[i] + (-355.0 / 33.0) * k2[i]) + (46732.0 / 5247.0) * k3[i]) +
                            (49.0 / 176.0) * k4[i]) + (-5103.0 / 18656.0) * k5[i]);
    dopri_slope(d, d->t_new, y, d->k[5]);
    for (size_t i = 0; i < n; i++)
        x_new[i] = x[i] + h * (((((35.0 / 384.0) * k1[i] + (500.0 / 1113.0) * k3[i]) + (125.0 / 192.0) * k4[i]) +
                                (-2187.0 / 6784.0) * k5[i]) + (11.0 / 84.0) * k6[i]);
    dopri_slope(d, d->t_new, x_new, d->k[6]);
}

static void estimate_error(Dopri *d, double h)
{
    double *restrict e = d->stage;
    const double *k1 = d->k[0], *k3 = d->k[2], *k4 = d->k[3], *k5 = d->k[4], *k6 = d->k[5], *k7 = d->k[6];
    for (size_t i = 0; i < d->n; i++)
        e[i] = h * ((((((71.0 / 57600.0) * k1[i] + (-71.0 / 16695.0) * k3[i]) + (71.0 / 1920.0) * k4[i]) +
                      (-17253.0 / 339200.0) * k5[i]) + (22.0 / 525.0) * k6[i]) + (-1.0 / 40.0) * k7[i]);
}

static double factor(const Dopri *d, double error, double growth)
{
    if (!isfinite(error))
        return 0.2;
    double f = error == 0.0 ? growth : 0.9 * pow(error, -d->power);
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
    d->h = d->step * factor(d, error, ok ? d->growth : 1.0);
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
    const double *k1 = d->k[0], *k3 = d->k[2], *k4 = d->k[3], *k5 = d->k[4], *k6 = d->k[5], *k7 = d->k[6];
    for (size_t i = 0; i < d->n; i++) {
        double rise = x_new[i] - x[i];
        double bend = h * k1[i] - rise;
        double third = (rise - h * k7[i]) - bend;
        double fourth = h * (((((-12715105075.0 / 11282082432.0 * k1[i] + 87487479700.0 / 32700410799.0 * k3[i]) +
                                -10690763975.0 / 1880347072.0 * k4[i]) + 701980252875.0 / 199316789632.0 * k5[i]) +
                              -1453857185.0 / 822651844.0 * k6[i]) + 69997945.0 / 29380423.0 * k7[i]);
        out[i] = x[i] + theta * (rise + rest * (bend + theta * (third + rest * fourth)));
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
