/* The part of the Jacobian by which a neuron's states act on themselves, and 1 - gamma times it, inverted: what SUNDIALS' linear solver for
 * large networks is preconditioned by. Exact where neurons have time constants or dynamics of very different speed and their coupling is not
 * what makes the network stiff (inside this folder only). */
#ifndef RUNTIME_OWN_PART_H
#define RUNTIME_OWN_PART_H
#include "runtime/problem.h"

typedef struct OwnPart {
    const EigProblem *p;
    /* Population after population, s states: number (r, c) of the s x s of neuron i at (r * s + c) * size + i. */
    double *part, *inverse;
    size_t n;
} OwnPart;

/* False without memory; own_part_close is due either way. */
bool own_part_open(OwnPart *o, const EigProblem *p);
void own_part_close(OwnPart *o);
size_t own_part_states(const OwnPart *o);               /* the most that a neuron has */
/* v becomes 1 at state k of each neuron, and 0 elsewhere. */
void own_part_unit(const OwnPart *o, size_t k, double *v);
/* Column k of all parts, from the product with that v. */
void own_part_column(OwnPart *o, size_t k, const double *jv);
/* Without a Jacobian: the leaks alone. */
void own_part_leaks(OwnPart *o);
/* False where 1 - gamma part has no inverse. */
bool own_part_invert(OwnPart *o, double gamma);
/* out = inverse * right */
void own_part_solve(const OwnPart *o, const double *right, double *out);
#endif
