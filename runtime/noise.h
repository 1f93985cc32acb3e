/* The normals of a step. Generated code does the operations of eig_noise_fill in
 * lanes, so a path of noise is a fact of the problem and not of the way it is run. */
#ifndef RUNTIME_NOISE_H
#define RUNTIME_NOISE_H
#include "runtime/problem.h"

/* With noise_halvings = L > 0 they are those of a path that steps of 2^L h have, too: (W(b) - W(a)) / sqrt(b - a) of the step from a to b, and what W
 * is on average above the straight line there, times sqrt(12 / (b - a)), are two independent normals n and m; those of its halves are
 *     n' = (n +- d) / sqrt(2), m' = (s +- p) / sqrt(2), d = (sqrt(3) m + q) / 2, s = (m - sqrt(3) q) / 2
 * with two new ones, q and p, + in the first half. So every halving leaves what was drawn as it was (Levy's construction, and its integral). */
enum { EIG_MOST_HALVINGS = 40 };

typedef struct EigNoise {
    size_t n;
    uint64_t seed;
    unsigned halvings;
    uint64_t *name;             /* [n] and room for a vector more: e of eig_uniform2, in the order of eig_noise_from; owned */
} EigNoise;

/* False when there is no memory. Free with eig_noise_free. */
bool eig_noise_open(EigNoise *noise, const EigProblem *p);
void eig_noise_free(EigNoise *noise);
/* out[n]: the normals n of the step from k h to (k + 1) h, or with draw 1 the second ones, m. Without halvings they are draw 0 and 1 of each event. */
void eig_noise_fill(const EigNoise *noise, int64_t k, uint32_t draw, double *out);
#endif
