/* Uniform numbers of the wiring: draws 0, 1, ... of two numbers each, keyed by
 * the seed, the connection's key and a neuron (docs/semantics.md, section 9). */
#ifndef COMPILER_NET_STREAM_H
#define COMPILER_NET_STREAM_H
#include "compiler/model/model.h"
#include "runtime/rng.h"

typedef struct StreamKey {
    uint64_t seed, entity, tag;
} StreamKey;

/* How far one neuron's numbers are taken; zeroed: none is. */
typedef struct Stream {
    double second;
    uint32_t draw;
    bool has_second;
} Stream;

static inline StreamKey stream_key(const ModelConn *c)
{
    return (StreamKey){ .seed = c->seed, .entity = eig_fnv1a(c->key), .tag = eig_fnv1a("connect") };
}

static inline double stream_next(const StreamKey *key, size_t neuron, Stream *s)
{
    if (s->has_second) {
        s->has_second = false;
        return s->second;
    }
    double u[2];
    eig_uniform2(key->seed, key->entity, key->tag, neuron, s->draw++, u);
    s->second = u[1];
    s->has_second = true;
    return u[0];
}
#endif
