/* A kernel on its circle, in the words of docs/semantics.md, section 13: number by number, level by level. */
#include "runtime/reference.h"

#include <math.h>
#include <string.h>

#include "runtime/circle.h"

/* The sine of a third of a turn. */
static const double SINE = 0x1.bb67ae8584caap-1;

typedef struct Two { double re, im; } Two;

static void apart(Two *a, Two *c, double p, double q)
{
    Two first = { fma(p, c->re, fma(-q, c->im, a->re)), fma(p, c->im, fma(q, c->re, a->im)) };
    *c = (Two){ 2.0 * a->re - first.re, 2.0 * a->im - first.im };
    *a = first;
}

static void together(Two *a, Two *c, double p, double q)
{
    Two d = { a->re - c->re, a->im - c->im };
    *a = (Two){ a->re + c->re, a->im + c->im };
    *c = (Two){ fma(p, d.re, q * d.im), fma(p, d.im, -(q * d.re)) };
}

/* A part of m numbers is m/2 pairs, first their real parts. */
static Two pair(const double *part, size_t m, size_t k)
{
    return (Two){ part[k], part[m / 2 + k] };
}

static void put(double *part, size_t m, size_t k, Two z)
{
    part[k] = z.re;
    part[m / 2 + k] = z.im;
}

static void halves(double *y, size_t m)
{
    for (size_t k = 0; k < m / 2; k++) {
        double a = y[k], b = y[k + m / 2];
        y[k] = a + b;
        y[k + m / 2] = a - b;
    }
}

static void split(double *y, size_t m, const double *root, double *was)
{
    memcpy(was, y, m * sizeof *y);
    for (size_t k = 0; k < m / 4; k++) {
        Two a = pair(was, m, k), c = pair(was, m, m / 4 + k);
        apart(&a, &c, root[0], root[1]);
        put(y, m / 2, k, a);
        put(y + m / 2, m / 2, k, c);
    }
}

static void join(double *y, size_t m, const double *root, double *was)
{
    memcpy(was, y, m * sizeof *y);
    for (size_t k = 0; k < m / 4; k++) {
        Two a = pair(was, m / 2, k), c = pair(was + m / 2, m / 2, k);
        together(&a, &c, root[0], root[1]);
        put(y, m, k, a);
        put(y, m, m / 4 + k, c);
    }
}

static void three_apart(double *y, size_t m, double *was)
{
    static const double root[2] = { 0.5, SINE };
    memcpy(was, y, 3 * m * sizeof *y);
    for (size_t k = 0; k < m; k++) {
        double sum = was[m + k] + was[2 * m + k], less = was[m + k] - was[2 * m + k];
        y[k] = was[k] + sum;
        put(y + m, 2 * m, k, (Two){ fma(-0.5, sum, was[k]), SINE * less });
    }
    split(y + m, 2 * m, root, was);
}

static void three_together(double *y, size_t m, double *was)
{
    static const double root[2] = { 0.5, SINE };
    join(y + m, 2 * m, root, was);
    memcpy(was, y, 3 * m * sizeof *y);
    for (size_t k = 0; k < m; k++) {
        Two z = pair(was + m, 2 * m, k);
        double rest = fma(-0.5, z.re, was[k]);
        y[k] = was[k] + z.re;
        y[m + k] = fma(SINE, z.im, rest);
        y[2 * m + k] = fma(-SINE, z.im, rest);
    }
}

static void lay(const EigBlock *b, const double *x, double *y)
{
    const EigCircle *c = b->circle;
    size_t columns = b->extent[0], rows = b->extent[1];
    memset(y, 0, c->length * sizeof *y);
    for (size_t r = 0; r < rows + 2 * c->before[1]; r++)
        for (size_t q = 0; q < columns + 2 * c->before[0]; q++)
            y[r * c->stride + q] = x[(r + rows - c->before[1]) % rows * columns + (q + columns - c->before[0]) % columns];
}

void oracle_circle(const EigBlock *b, const double *x, double *y, double *was)
{
    const EigCircle *c = b->circle;
    size_t n = c->length, levels = eig_circle_levels(c);
    lay(b, x, y);
    if (c->top == 3)
        three_apart(y, n / 3, was);
    for (size_t level = 0, m = n / c->top; level < levels; level++, m /= 2) {
        halves(y, m);
        for (size_t part = 1; part < n / m; part++)
            split(y + part * m, m, c->root + eig_circle_root(c, level) + 2 * part, was);
    }
    halves(y, 2);
    y[0] = c->gain[0] * y[0];
    y[1] = c->gain[n / 2] * y[1];
    for (size_t part = 1; part < n / 2; part++)
        put(y + 2 * part, 2, 0, (Two){ c->gain[part] * y[2 * part], c->gain[part] * y[2 * part + 1] });
    halves(y, 2);
    for (size_t level = levels, m = 4; level-- > 0; m *= 2) {
        halves(y, m);
        for (size_t part = 1; part < n / m; part++)
            join(y + part * m, m, c->root + eig_circle_root(c, level) + 2 * part, was);
    }
    if (c->top == 3)
        three_together(y, n / 3, was);
}

double oracle_circle_at(const EigBlock *b, const double *y, size_t i)
{
    const EigCircle *c = b->circle;
    return y[(i / b->extent[0] + c->before[1]) * c->stride + i % b->extent[0] + c->before[0]];
}
