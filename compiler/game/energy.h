/* What a rate costs: g(x) for an activation phi(z) = prox_g(gain (z - threshold)),
 * enclosed. Of a named cost and of a cost by formula it is the formula's value; of an
 * activation by formula, and of costs of the catalogue without an elementary formula
 * (naka_rushton, probit),
 *
 *   g(x) = integral of (gain (phi^-1(r) - threshold) - r) dr from phi(threshold) to x
 *
 * (threshold rounded to a double there: a constant), by quadrature: with a
 * primitive F of phi the integral of phi^-1 is the largest z x - F(z), so that an
 * inexact z costs a second order only (docs/theory.md, costs of activations). */
#ifndef COMPILER_GAME_ENERGY_H
#define COMPILER_GAME_ENERGY_H
#include <mpfi.h>

#include "compiler/model/model.h"

enum { ENERGY_PRECISION = 96 };

/* *lo <= g(x) <= *hi; infinite outside the domain of the cost. At an end of it where a formula has no value, x * log(x) at 0,
 * they are no bounds, but near what g tends to, as two places beside it tell. False for x that no finite input
 * reaches where g is an integral, and where the enclosure would be wider than `width` (and than 1e-12
 * of its size). phi is taken to be nondecreasing (slope.h proves it). */
bool energy_enclose(NumPool *nums, const Activation *act, double x, double width, double *lo, double *hi);

/* energy_named.c: g(x) by the catalogue's formula. False where that has an integral in it. */
bool energy_of_named(const struct Cost *c, double x, mpfi_ptr out);
#endif
