/* A step of `dopri8` in the reference: the rows of runtime/dopri8.def as numbers, applied in the order of docs/semantics.md. */
#include <math.h>

#include "runtime/reference.h"

enum { LAST = 12, FIRST_EXTRA = 13, N_SLOPES = ORACLE_SLOPES };

/* A product is left out where no row of the table has it. */
typedef struct Product {
    double factor;
    bool is_there;
} Product;

#define FIRST(s, a) [s] = {(a), true},
#define PLUS(s, a) [s] = {(a), true},

static const Product argument[N_SLOPES][N_SLOPES] = {
#define STAGE(s, c, products) [s] = {products},
#define LAST_STAGE(s, products) [s] = {products},
#define SOLUTION(s, products) [s] = {products},
#define EXTRA(s, c, products) [s] = {products},
#include "runtime/dopri8.def"
};

static const double node[N_SLOPES] = {
#define STAGE(s, c, products) [s] = (c),
#define EXTRA(s, c, products) [s] = (c),
#include "runtime/dopri8.def"
};

enum { FIFTH, THIRD };
static const Product difference[2][N_SLOPES] = {
#define ERROR(order, products) [order] = {products},
#include "runtime/dopri8.def"
};

static const Product dense[4][N_SLOPES] = {
#define DENSE(r, products) [r] = {products},
#include "runtime/dopri8.def"
};

static double combine(const Product *row, double *const *k, size_t i)
{
    double sum = row[0].factor * k[0][i];
    for (size_t s = 1; s < N_SLOPES; s++)
        if (row[s].is_there)
            sum = sum + row[s].factor * k[s][i];
    return sum;
}

static void stage_at(Oracle *o, size_t s, double t, double h, double *x)
{
    for (size_t i = 0; i < o->n_x; i++)
        x[i] = o->x[i] + h * combine(argument[s], o->k, i);
    oracle_drift(o, 0, t, x, o->k[s]);
}

static double estimate(Oracle *o, int order, double h)
{
    for (size_t i = 0; i < o->n_x; i++)
        o->stage[i] = h * combine(difference[order], o->k, i);
    return oracle_worst(o, o->stage, o->x, o->x_new);
}

double oracle_dopri8_attempt(Oracle *o, double t, double h, double t_new)
{
    for (size_t s = 1; s <= LAST; s++)
        stage_at(o, s, s + 1 < LAST ? t + node[s] * h : t_new, h, s == LAST ? o->x_new : o->stage);
    double third = estimate(o, THIRD, h), fifth = estimate(o, FIFTH, h);    /* the last one stays in `stage` */
    for (size_t i = 0; i < o->n_x; i++)
        if (!isfinite(o->k[LAST][i]))
            return (double)NAN;
    if (fifth == 0.0)
        return 0.0;
    double ratio = third / fifth;
    return fifth / sqrt(1.0 + 0.01 * (ratio * ratio));
}

/* The curve of degree 7 through the step [t, t + h], at t + theta h. */
void oracle_dopri8_between(Oracle *o, double t, double theta, double h)
{
    double rest = 1.0 - theta;
    for (size_t s = FIRST_EXTRA; s < N_SLOPES; s++)
        stage_at(o, s, t + node[s] * h, h, o->x_between);
    for (size_t i = 0; i < o->n_x; i++) {
        double upper[4];
        for (int r = 0; r < 4; r++)
            upper[r] = h * combine(dense[r], o->k, i);
        double rise = o->x_new[i] - o->x[i];
        double bend = h * o->k[0][i] - rise;
        double third = (rise - h * o->k[LAST][i]) - bend;
        double fourth = upper[0] + theta * (upper[1] + rest * (upper[2] + theta * upper[3]));
        o->x_between[i] = o->x[i] + theta * (rise + rest * (bend + theta * (third + rest * fourth)));
    }
}
