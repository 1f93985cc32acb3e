/* Random numbers as pure functions of (seed, what for, which entity, step,
 * draw): Philox4x32-10 (Salmon et al. 2011) keyed by names, docs/semantics.md. The same
 * model draws the same numbers whatever is added elsewhere. */
#ifndef RUNTIME_RNG_H
#define RUNTIME_RNG_H
#include <stdint.h>

enum { EIG_PHILOX_ROUNDS = 10 };
#define EIG_PHILOX_M0 0xD2511F53u
#define EIG_PHILOX_M1 0xCD9E8D57u
#define EIG_PHILOX_W0 0x9E3779B9u       /* Weyl sequences of the golden ratio, and of sqrt(3) - 1 */
#define EIG_PHILOX_W1 0xBB67AE85u
void eig_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
uint64_t eig_fnv1a(const char *s);          /* FNV-1a, 64 bits */
uint64_t eig_fnv1a_more(uint64_t hash, char c);     /* of the text that c continues */
uint64_t eig_fnv1a_neuron(uint64_t name, uint64_t neuron);  /* of "E[3]", from that of "E" */
/* Two uniforms in (0, 1), 53 bits each: e = fnv(entity) ^ (fnv(tag) * 0x9E3779B97F4A7C15);
 * counter (step lo, step hi, draw, e hi), key (seed lo, e lo ^ seed hi). */
uint64_t eig_event_name(uint64_t entity_fnv, uint64_t tag_fnv);        /* this e */
void eig_event_uniform2(uint64_t seed, uint64_t e, uint64_t step, uint32_t draw, double u[2]);
void eig_uniform2(uint64_t seed, uint64_t entity_fnv, uint64_t tag_fnv, uint64_t step, uint32_t draw, double u[2]);
#endif
