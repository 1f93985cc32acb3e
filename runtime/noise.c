#include "runtime/noise.h"

#include <stdlib.h>

#include "runtime/layout.h"
#include "runtime/normal.h"
#include "runtime/rng.h"

bool eig_noise_open(EigNoise *noise, const EigProblem *p)
{
    *noise = (EigNoise){ .n = eig_noise_from(p, p->n_pops, 0), .seed = p->seed, .halvings = p->noise_halvings };
    noise->name = calloc(noise->n + EIG_SUM_LANES, sizeof *noise->name);
    uint64_t *to = noise->name, tag = eig_fnv1a("noise");
    if (!to)
        return false;
    for (size_t q = 0; q < p->n_pops; q++) {
        for (size_t k = 0; k < p->pop[q].n_states; k++) {
            const EigState *state = &p->pop[q].state[k];
            for (size_t i = 0; eig_state_is_random(state) && i < p->pop[q].size; i++)
                *to++ = eig_event_name(eig_fnv1a_neuron(state->entity, i), tag);
        }
    }
    return true;
}

void eig_noise_free(EigNoise *noise)
{
    free(noise->name);
    *noise = (EigNoise){ 0 };
}

static double normal(const EigNoise *noise, size_t j, uint64_t step, uint32_t draw)
{
    double u[2];
    eig_event_uniform2(noise->seed, noise->name[j], step, draw, u);
    return eig_normal_quantile(u[0]);
}

/* From the step of 2^halvings steps that step k is in to its halves, and so on down to step k; `level` halvings have draws 2 level and 2 level + 1
 * at the number of the step that is halved. */
static void follow_path(const EigNoise *noise, size_t j, uint64_t k, double *n, double *m)
{
    const double root_3 = 0x1.bb67ae8584caap+0, half_root_2 = 0x1.6a09e667f3bcdp-1;
    *n = normal(noise, j, k >> noise->halvings, 0);
    *m = normal(noise, j, k >> noise->halvings, 1);
    for (unsigned level = 1; level <= noise->halvings; level++) {
        uint64_t half = k >> (noise->halvings - level);
        double q = normal(noise, j, half >> 1, 2 * level), p = normal(noise, j, half >> 1, 2 * level + 1), side = half & 1 ? -1.0 : 1.0;
        double d = (root_3 * *m + q) * 0.5, s = (*m - root_3 * q) * 0.5;
        *n = (*n + side * d) * half_root_2;
        *m = (s + side * p) * half_root_2;
    }
}

void eig_noise_fill(const EigNoise *noise, int64_t k, uint32_t draw, double *out)
{
    for (size_t j = 0; j < noise->n; j++) {
        double n, m;
        if (noise->halvings == 0) {
            out[j] = normal(noise, j, (uint64_t)k, draw);
            continue;
        }
        follow_path(noise, j, (uint64_t)k, &n, &m);
        out[j] = draw == 0 ? n : m;
    }
}
