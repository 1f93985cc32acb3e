/* What a rate costs: g(x) for an activation phi(z) = prox_g(gain (z - threshold)),
 * enclosed. Of a cost by formula it is the formula's value; of an activation by
 * formula
 *
 *   g(x) = integral of (gain (phi^-1(r) - threshold) - r) dr from phi(threshold) to x
 *
 * (threshold rounded to a double there: a constant), by quadrature: with a
 * primitive F of phi the integral of phi^-1 is the largest z x - F(z), so that an
 * inexact z costs a second order only (docs/theory.md, costs of activations). */
#ifndef COMPILER_CHECK_ENERGY_H
#define COMPILER_CHECK_ENERGY_H
#include "compiler/model/model.h"

/* *lo <= g(x) <= *hi; infinite outside the domain of a cost by formula. False for costs by name, for x that no finite input
 * reaches, and where the enclosure would be wider than `width` (and than 1e-12
 * of its size). phi is taken to be nondecreasing (slope.h proves it). */
bool energy_enclose(NumPool *nums, const Activation *act, double x, double width, double *lo, double *hi);
#endif
