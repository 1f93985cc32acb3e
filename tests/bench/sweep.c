/* The sweep of tests/bench/sweep.eig as one writes it in C for a compiler that makes vectors of loops: sets in arrays, the time
 * loop outside. argv: values of P, values of w_EI, steps. Prints the final E of every set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Sets {
    long n;
    double *P, *w, *e, *i, *ye, *yi, *ke, *ki, *ae, *ai;
} Sets;

static double *numbers(long n)
{
    double *x = aligned_alloc(64, ((size_t)n * sizeof *x + 63) / 64 * 64);
    if (!x)
        exit(3);
    return x;
}

static void slopes(const Sets *s, const double *restrict e, const double *restrict i, double *restrict ke, double *restrict ki)
{
    for (long k = 0; k < s->n; k++) {
        ke[k] = 1 / (1 + exp(-1.3 * (16 * e[k] - s->w[k] * i[k] + s->P[k] - 4))) - e[k];
        ki[k] = (1 / (1 + exp(-2 * (15 * e[k] - 3 * i[k] - 3.7))) - i[k]) / 2;
    }
}

static void along(long n, const double *restrict x, double h, const double *restrict k, double *restrict y)
{
    for (long j = 0; j < n; j++)
        y[j] = x[j] + h * k[j];
}

static void add(long n, double h, const double *restrict k, double *restrict sum)
{
    for (long j = 0; j < n; j++)
        sum[j] += h * k[j];
}

static void step(Sets *s, double h)
{
    static const double part[4] = {0.5, 0.5, 1, 0}, weight[4] = {1, 2, 2, 1};
    for (long j = 0; j < s->n; j++) {
        s->ae[j] = s->e[j];
        s->ai[j] = s->i[j];
    }
    for (int stage = 0; stage < 4; stage++) {
        slopes(s, stage ? s->ye : s->e, stage ? s->yi : s->i, s->ke, s->ki);
        add(s->n, h / 6 * weight[stage], s->ke, s->ae);
        add(s->n, h / 6 * weight[stage], s->ki, s->ai);
        along(s->n, s->e, h * part[stage], s->ke, s->ye);
        along(s->n, s->i, h * part[stage], s->ki, s->yi);
    }
    double *e = s->e, *i = s->i;
    s->e = s->ae;
    s->i = s->ai;
    s->ae = e;
    s->ai = i;
}

int main(int argc, char **argv)
{
    long n_P = argc > 3 ? atol(argv[1]) : 100, n_w = argc > 3 ? atol(argv[2]) : 100, steps = argc > 3 ? atol(argv[3]) : 1000, n = n_P * n_w;
    Sets s = {n, numbers(n), numbers(n), numbers(n), numbers(n), numbers(n), numbers(n), numbers(n), numbers(n), numbers(n), numbers(n)};
    for (long k = 0; k < n; k++) {
        s.P[k] = 0.5 + 2.0 * (double)(k / n_w) / (double)(n_P - 1);
        s.w[k] = 10 + 5.0 * (double)(k % n_w) / (double)(n_w - 1);
        s.e[k] = 0.1;
        s.i[k] = 0.05;
    }
    for (long k = 0; k < steps; k++)
        step(&s, 0.01);
    for (long k = 0; k < n; k++)
        printf("%.17g\n", s.e[k]);
    return 0;
}
