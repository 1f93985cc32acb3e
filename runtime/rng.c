#include "runtime/rng.h"

static void round_once(uint32_t x[4], uint32_t k0, uint32_t k1)
{
    uint64_t p0 = (uint64_t)EIG_PHILOX_M0 * x[0];
    uint64_t p1 = (uint64_t)EIG_PHILOX_M1 * x[2];
    uint32_t y0 = (uint32_t)(p1 >> 32) ^ x[1] ^ k0;
    uint32_t y2 = (uint32_t)(p0 >> 32) ^ x[3] ^ k1;
    x[1] = (uint32_t)p1;
    x[3] = (uint32_t)p0;
    x[0] = y0;
    x[2] = y2;
}

void eig_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    for (int k = 0; k < 4; k++)
        out[k] = counter[k];
    for (int r = 0; r < EIG_PHILOX_ROUNDS; r++) {
        round_once(out, k0, k1);
        k0 += EIG_PHILOX_W0;
        k1 += EIG_PHILOX_W1;
    }
}

uint64_t eig_fnv1a_more(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * 0x100000001b3u;
}

uint64_t eig_fnv1a(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++)
        h = eig_fnv1a_more(h, *s);
    return h;
}

uint64_t eig_fnv1a_neuron(uint64_t name, uint64_t neuron)
{
    char digit[24];
    int n = 0;
    do
        digit[n++] = (char)('0' + neuron % 10);
    while (neuron /= 10);
    name = eig_fnv1a_more(name, '[');
    while (n > 0)
        name = eig_fnv1a_more(name, digit[--n]);
    return eig_fnv1a_more(name, ']');
}

/* The half keeps 0 out. At the other end 2^53 - 1/2 has no double and rounds
 * to 2^53, so that one value is moved back below 1. */
static double uniform(uint32_t high, uint32_t low)
{
    double u = ((double)(high >> 5) * 67108864.0 + (double)(low >> 6) + 0.5) * 0x1p-53;
    return u < 1.0 ? u : 1.0 - 0x1p-53;
}

uint64_t eig_event_name(uint64_t entity_fnv, uint64_t tag_fnv)
{
    return entity_fnv ^ (tag_fnv * 0x9E3779B97F4A7C15u);
}

void eig_event_uniform2(uint64_t seed, uint64_t e, uint64_t step, uint32_t draw, double u[2])
{
    uint32_t counter[4] = { (uint32_t)step, (uint32_t)(step >> 32), draw, (uint32_t)(e >> 32) };
    uint32_t key[2] = { (uint32_t)seed, (uint32_t)e ^ (uint32_t)(seed >> 32) };
    uint32_t out[4];
    eig_philox(counter, key, out);
    u[0] = uniform(out[0], out[1]);
    u[1] = uniform(out[2], out[3]);
}

void eig_uniform2(uint64_t seed, uint64_t entity_fnv, uint64_t tag_fnv, uint64_t step, uint32_t draw, double u[2])
{
    eig_event_uniform2(seed, eig_event_name(entity_fnv, tag_fnv), step, draw, u);
}
