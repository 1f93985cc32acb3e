/* Normal random numbers by inversion: they rise with the uniform number, up to a
 * few units in the last place, so that models that share a seed share their luck. */
#ifndef RUNTIME_NORMAL_H
#define RUNTIME_NORMAL_H

/* x with P(N(0, 1) <= x) = u, for u in (0, 1): Wichura's AS 241, PPND16
 * (Applied Statistics 37, 1988). Within 2e-15 of |x|, and of x = 0 where u is 1/2. */
double eig_normal_quantile(double u);
#endif
