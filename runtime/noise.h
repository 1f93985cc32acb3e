/* The normals of a step. Generated code does the operations of eig_noise_fill in
 * lanes, so a path of noise is a fact of the problem and not of the way it is run. */
#ifndef RUNTIME_NOISE_H
#define RUNTIME_NOISE_H
#include "runtime/problem.h"

typedef struct EigNoise {
    size_t n;
    uint64_t seed;
    uint64_t *name;             /* [n] and room for a vector more: e of eig_uniform2, in the order of eig_noise_from; owned */
} EigNoise;

/* False when there is no memory. Free with eig_noise_free. */
bool eig_noise_open(EigNoise *noise, const EigProblem *p);
void eig_noise_free(EigNoise *noise);
/* out[n]: the normals of the step from k h to (k + 1) h, by draw 0, or by draw 1, of each event. */
void eig_noise_fill(const EigNoise *noise, int64_t k, uint32_t draw, double *out);
#endif
