#include "compiler/check/stability/krawczyk.h"

#include <math.h>

#include "compiler/check/proof/wide.h"

void krawczyk_box_init(Arena *arena, size_t n, KrawczykBox *b)
{
    double **part[] = {&b->x, &b->radius, &b->value, &b->value_half, &b->slope, &b->slope_half};
    *b = (KrawczykBox){.n = n};
    for (size_t k = 0; k < sizeof part / sizeof *part; k++)
        *part[k] = ARENA_ARRAY(arena, n, double);
}

double krawczyk_round(double x)
{
    int exponent;
    double mantissa = frexp(x, &exponent);
    return ldexp(rint(ldexp(mantissa, 24)), exponent - 24);
}

bool krawczyk_inverse(Arena *arena, const double *w, KrawczykBox *b)
{
    size_t n = b->n;
    double *a = ARENA_ARRAY(arena, n * n, double);
    b->y = b->y ? b->y : ARENA_ARRAY(arena, n * n, double);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = (i == j) - b->slope[i] * w[i * n + j];
    if (!dense_invert(n, a, b->y))
        return false;
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(b->y[k]))
            return false;
        b->y[k] = krawczyk_round(b->y[k]);
    }
    return true;
}

void krawczyk_image(Arena *arena, const double *w, const KrawczykBox *b, double *offset, double *reach)
{
    size_t n = b->n;
    double *row = ARENA_ARRAY(arena, n, double), *spread = ARENA_ARRAY(arena, n, double);
    for (size_t k = 0; k < n; k++) {
        double inputs = 0;
        for (size_t c = 0; c < n; c++)
            inputs += fabs(w[k * n + c]) * b->radius[c];
        spread[k] = b->slope_half[k] * inputs;
    }
    for (size_t a = 0; a < n; a++) {
        const double *y = b->y + a * n;
        double miss = 0, off = 0;
        reach[a] = 0;
        for (size_t k = 0; k < n; k++) {
            miss += y[k] * (b->x[k] - b->value[k]);
            off += fabs(y[k]) * b->value_half[k];
            reach[a] += fabs(y[k]) * spread[k];
            row[k] = (a == k) - y[k];
        }
        for (size_t k = 0; k < n; k++)
            wide_add(n, y[k] * b->slope[k], w + k * n, row);
        for (size_t c = 0; c < n; c++)
            reach[a] += fabs(row[c]) * b->radius[c];
        offset[a] = fabs(miss) + off;
    }
}

/* Row a of M. */
static void reach_row(const double *w, const KrawczykBox *b, size_t a, double *row, double *out)
{
    size_t n = b->n;
    const double *y = b->y + a * n;
    for (size_t c = 0; c < n; c++) {
        row[c] = (a == c) - y[c];
        out[c] = 0;
    }
    for (size_t k = 0; k < n; k++) {
        wide_add(n, y[k] * b->slope[k], w + k * n, row);
        for (size_t c = 0; c < n; c++)
            out[c] += fabs(y[k]) * b->slope_half[k] * fabs(w[k * n + c]);
    }
    for (size_t c = 0; c < n; c++)
        out[c] += fabs(row[c]);
}

bool krawczyk_sides(Arena *arena, const double *w, const KrawczykBox *b, double *side)
{
    size_t n = b->n;
    double *m = ARENA_ARRAY(arena, n * n, double), *row = ARENA_ARRAY(arena, n, double), largest = 0;
    for (size_t a = 0; a < n; a++) {
        reach_row(w, b, a, row, m + a * n);
        for (size_t c = 0; c < n; c++)
            m[a * n + c] = (a == c) - m[a * n + c];
        side[a] = 1;
    }
    if (!dense_solve(n, m, side))
        return false;
    bool fine = true;
    for (size_t a = 0; a < n; a++) {
        fine &= side[a] > 0 && isfinite(side[a]);
        largest = fmax(largest, side[a]);
    }
    for (size_t a = 0; a < n; a++)
        side[a] = krawczyk_round(side[a] / largest);
    return fine;
}
