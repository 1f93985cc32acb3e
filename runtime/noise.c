#include "runtime/noise.h"

#include <stdlib.h>

#include "runtime/layout.h"
#include "runtime/normal.h"
#include "runtime/rng.h"

bool eig_noise_open(EigNoise *noise, const EigProblem *p)
{
    *noise = (EigNoise){ .n = eig_noise_from(p, p->n_pops, 0), .seed = p->seed };
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

void eig_noise_fill(const EigNoise *noise, int64_t k, uint32_t draw, double *out)
{
    for (size_t j = 0; j < noise->n; j++) {
        double u[2];
        eig_event_uniform2(noise->seed, noise->name[j], (uint64_t)k, draw, u);
        out[j] = eig_normal_quantile(u[0]);
    }
}
