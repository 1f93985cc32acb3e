/* The steps of `dopri8`: the rows of runtime/dopri8.def as loops over the state vector. */
#include <math.h>

#include "runtime/dopri.h"

enum { LAST = 12 };

#define SLOPES \
    const double *k0 = d->k[0], *k1 = d->k[1], *k2 = d->k[2], *k3 = d->k[3], *k4 = d->k[4], *k5 = d->k[5], *k6 = d->k[6], *k7 = d->k[7]; \
    const double *k8 = d->k[8], *k9 = d->k[9], *k10 = d->k[10], *k11 = d->k[11]; \
    (void)k0, (void)k1, (void)k2, (void)k3, (void)k4, (void)k5, (void)k6, (void)k7, (void)k8, (void)k9, (void)k10, (void)k11
#define MORE_SLOPES \
    const double *k12 = d->k[12], *k13 = d->k[13], *k14 = d->k[14], *k15 = d->k[15]; \
    (void)k12, (void)k13, (void)k14, (void)k15

/* One after the other into `sum`, from the first on: the order of docs/semantics.md. */
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
#include "runtime/dopri8.def"
}

/* The two estimates: of order 5 into `stage`, where it stays, of order 3 into `between`, which is free before a step is accepted. */
static void estimate_errors(Dopri *d, double h)
{
    double *restrict of_FIFTH = d->stage;
    double *restrict of_THIRD = d->between;
    SLOPES;
#define ERROR(order, products) \
    for (size_t i = 0; i < d->n; i++) { \
        double sum; \
        products \
        of_##order[i] = h * sum; \
    }
#include "runtime/dopri8.def"
}

/* The slope at the end has no part in the estimates, and the next step begins with it. */
static bool ends_finite(const Dopri *d)
{
    bool is_finite = true;
    for (size_t i = 0; i < d->n; i++)
        is_finite &= isfinite(d->k[LAST][i]) != 0;
    return is_finite;
}

double dopri8_judged(double fifth, double third)
{
    double ratio = third / fifth;
    return fifth == 0.0 ? 0.0 : fifth / sqrt(1.0 + 0.01 * (ratio * ratio));
}

double dopri8_try(Dopri *d)
{
    d->has_extras = false;
    stages(d, d->step);
    estimate_errors(d, d->step);
    double fifth = dopri_norm(d, d->stage, d->x, d->x_new), third = dopri_norm(d, d->between, d->x, d->x_new);
    if (!ends_finite(d))
        return (double)NAN;
    return dopri8_judged(fifth, third);
}

static void extra_stages(Dopri *d, double h)
{
    size_t n = d->n;
    double *restrict y = d->between;
    const double *x = d->x;
    SLOPES;
    MORE_SLOPES;
#define EXTRA(s, c, products) ARGUMENT(y, products) dopri_slope(d, d->t + (c) * h, y, d->k[s]);
#include "runtime/dopri8.def"
    d->has_extras = true;
}

void dopri8_between(Dopri *d, double theta)
{
    double h = d->step, rest = 1.0 - theta;
    if (!d->has_extras)
        extra_stages(d, h);
    double *restrict out = d->between;
    const double *x = d->x, *x_new = d->x_new;
    SLOPES;
    MORE_SLOPES;
    for (size_t i = 0; i < d->n; i++) {
        double sum, upper[4];
#define DENSE(r, products) products upper[r] = h * sum;
#include "runtime/dopri8.def"
        double rise = x_new[i] - x[i];
        double bend = h * k0[i] - rise;
        double third = (rise - h * k12[i]) - bend;
        double fourth = upper[0] + theta * (upper[1] + rest * (upper[2] + theta * upper[3]));
        out[i] = x[i] + theta * (rise + rest * (bend + theta * (third + rest * fourth)));
    }
}
