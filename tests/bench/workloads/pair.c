/* W1 as one writes it in C. argv: steps. Prints E and I. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double unit(double gain, double z)
{
    return 1 / (1 + exp(-gain * z));
}

static void slopes(const double *x, double *k)
{
    k[0] = unit(1.3, 16 * x[0] - 12 * x[1] + 1.25 - 4) - x[0];
    k[1] = (unit(2, 15 * x[0] - 3 * x[1] - 3.7) - x[1]) / 2;
}

static void along(const double *x, double h, const double *k, double *y)
{
    y[0] = x[0] + h * k[0];
    y[1] = x[1] + h * k[1];
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? atol(argv[1]) : 1000;
    double x[2] = {0.1, 0.05}, y[2], k1[2], k2[2], k3[2], k4[2], h = 0.01;
    for (long s = 0; s < steps; s++) {
        slopes(x, k1);
        along(x, h / 2, k1, y);
        slopes(y, k2);
        along(x, h / 2, k2, y);
        slopes(y, k3);
        along(x, h, k3, y);
        slopes(y, k4);
        for (int i = 0; i < 2; i++)
            x[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    }
    printf("%.17g %.17g\n", x[0], x[1]);
    return 0;
}
