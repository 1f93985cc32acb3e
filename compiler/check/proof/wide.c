#include "compiler/check/proof/wide.h"

WIDE double wide_dot(size_t n, const double *x, const double *y)
{
    Four four = {0};
    double rest = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        four += *(const Four *)(x + i) * *(const Four *)(y + i);
    for (; i < n; i++)
        rest += x[i] * y[i];
    return (four[0] + four[1]) + (four[2] + four[3]) + rest;
}

WIDE void wide_add(size_t n, double by, const double *x, double *y)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        *(Four *)(y + i) += *(const Four *)(x + i) * by;
    for (; i < n; i++)
        y[i] += by * x[i];
}

WIDE void wide_scale(size_t n, double by, const double *x, const double *y, double *out)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        *(Four *)(out + i) = *(const Four *)(x + i) * by * *(const Four *)(y + i);
    for (; i < n; i++)
        out[i] = x[i] * by * y[i];
}

WIDE double wide_squares(size_t n, const double *k, const double *x, double by, double *y)
{
    Four four = {0};
    double rest = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        Four square = *(const Four *)(k + i) * *(const Four *)(k + i);
        four += square * *(const Four *)(x + i);
        *(Four *)(y + i) += square * by;
    }
    for (; i < n; i++) {
        rest += k[i] * k[i] * x[i];
        y[i] += k[i] * k[i] * by;
    }
    return (four[0] + four[1]) + (four[2] + four[3]) + rest;
}

WIDE double wide_dot_subtract(size_t n, const double *h, const double *x, double by, double *y)
{
    Four four = {0};
    double rest = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        Four part = *(const Four *)(h + i);
        four += part * *(const Four *)(x + i);
        *(Four *)(y + i) -= part * by;
    }
    for (; i < n; i++) {
        rest += h[i] * x[i];
        y[i] -= by * h[i];
    }
    return (four[0] + four[1]) + (four[2] + four[3]) + rest;
}
