/* What a walk has seen already. An expression holds the same part many times, a derivative above all: it is enclosed once in an
 * evaluation. */
#include <stdint.h>
#include <stdlib.h>

#include "compiler/check/slope/jet/jet_walk.h"

enum { FIRST_PLACES = 64, JETS_OF_CHUNK = 32 };

struct SeenPlace {
    const Expr *of;             /* NULL: none yet */
    JetSeen *seen;
};

typedef struct SeenJet {
    JetSeen seen;
    Jet jet;
} SeenJet;

struct SeenChunk {
    SeenChunk *below;
    size_t n;
    SeenJet at[JETS_OF_CHUNK];
};

static void *allocated(void *p, size_t bytes)
{
    if (!p) {
        arena_on_exhausted(bytes);
        abort();
    }
    return p;
}

static JetSeen *new_seen(SeenTable *t)
{
    if (!t->top || t->top->n == JETS_OF_CHUNK) {
        SeenChunk *c = allocated(malloc(sizeof *c), sizeof *c);
        c->below = t->top;
        c->n = 0;
        t->top = c;
    }
    SeenJet *j = &t->top->at[t->top->n++];
    jet_init(&j->jet);
    j->seen = (JetSeen){ .jet = &j->jet };
    return &j->seen;
}

/* Where e stands, or would. */
static SeenPlace *place_of(const SeenTable *t, const Expr *e)
{
    size_t at = (size_t)((uintptr_t)e * 0x9E3779B97F4A7C15u >> 20) & (t->n_places - 1);
    while (t->place[at].of && t->place[at].of != e)
        at = (at + 1) & (t->n_places - 1);
    return &t->place[at];
}

static void grow(SeenTable *t)
{
    SeenTable larger = *t;
    larger.n_places = t->n_places ? 2 * t->n_places : FIRST_PLACES;
    larger.place = allocated(calloc(larger.n_places, sizeof *larger.place), larger.n_places * sizeof *larger.place);
    for (size_t k = 0; k < t->n_places; k++)
        if (t->place[k].of)
            *place_of(&larger, t->place[k].of) = t->place[k];
    free(t->place);
    *t = larger;
}

const JetSeen *seen_find(const SeenTable *t, const Expr *e)
{
    return t->n_places ? place_of(t, e)->seen : NULL;
}

JetSeen *seen_add(SeenTable *t, const Expr *e)
{
    if (2 * (t->n + 1) > t->n_places)
        grow(t);
    SeenPlace *p = place_of(t, e);
    *p = (SeenPlace){ e, new_seen(t) };
    t->n++;
    return p->seen;
}

void seen_clear(SeenTable *t)
{
    while (t->top) {
        SeenChunk *c = t->top;
        t->top = c->below;
        for (size_t k = 0; k < c->n; k++)
            jet_clear(&c->at[k].jet);
        free(c);
    }
    free(t->place);
}
