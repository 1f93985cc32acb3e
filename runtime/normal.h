/* Normal random numbers by inversion: they rise with the uniform number, up to a
 * few units in the last place, so that models that share a seed share their luck. */
#ifndef RUNTIME_NORMAL_H
#define RUNTIME_NORMAL_H

/* x with P(N(0, 1) <= x) = u for u in (0, 1), infinite at 0 and 1: within 3 units in its last place. The quantile
 * of 1 - u, where that is a double, is minus that of u. */
double eig_normal_quantile(double u);
#endif
