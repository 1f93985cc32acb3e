#include "compiler/expr/share.h"

#include <stdint.h>

enum { FIRST_PLACES = 64 };

typedef struct Place {
    uint64_t hash;
    const Expr *key, *one;      /* key NULL: none yet */
} Place;

/* Open addressing; a power of two of places. */
typedef struct Table {
    Place *at;
    size_t n, n_places;
} Table;

typedef struct Sharing {
    Ctx *cx;
    Arena scratch;
    Table same, known;          /* by what they are; those that have been looked at, by address */
} Sharing;

static uint64_t mixed(uint64_t a, uint64_t b)
{
    return (a ^ b) * 0x9E3779B97F4A7C15u ^ a >> 29;
}

static uint64_t address_of(const Expr *e)
{
    return mixed((uintptr_t)e, 0) >> 16;
}

/* Of a call whose arguments are shared, or of what has none. */
static uint64_t hash_of(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return expr_hash(e);
    uint64_t hash = mixed(e->as.call.fn, 1);
    for (int k = 0; k < e->as.call.n_args; k++)
        hash = mixed(hash, address_of(e->as.call.arg[k]));
    return hash;
}

static bool is_same(const Expr *a, const Expr *b)
{
    if (a->kind != EXPR_CALL || b->kind != EXPR_CALL)
        return a->kind == b->kind && expr_equal(a, b);
    bool same = a->as.call.fn == b->as.call.fn && a->as.call.n_args == b->as.call.n_args;
    for (int k = 0; same && k < a->as.call.n_args; k++)
        same = a->as.call.arg[k] == b->as.call.arg[k];
    return same;
}

static Place *place_of(const Table *t, uint64_t hash, const Expr *e, bool by_address)
{
    size_t at = hash & (t->n_places - 1);
    while (t->at[at].key && !(by_address ? t->at[at].key == e : t->at[at].hash == hash && is_same(t->at[at].key, e)))
        at = (at + 1) & (t->n_places - 1);
    return &t->at[at];
}

static void make_room(Sharing *s, Table *t)
{
    if (2 * (t->n + 1) <= t->n_places)
        return;
    Table larger = { .n = t->n, .n_places = t->n_places ? 2 * t->n_places : FIRST_PLACES };
    larger.at = ARENA_ARRAY(&s->scratch, larger.n_places, Place);
    for (size_t k = 0; k < t->n_places; k++)
        if (t->at[k].key)
            *place_of(&larger, t->at[k].hash, t->at[k].key, true) = t->at[k];
    *t = larger;
}

/* The first that was like it: e, if none was. */
static const Expr *first_like(Sharing *s, const Expr *e)
{
    make_room(s, &s->same);
    uint64_t hash = hash_of(e);
    Place *p = place_of(&s->same, hash, e, false);
    if (!p->key) {
        *p = (Place){ hash, e, e };
        s->same.n++;
    }
    return p->one;
}

static const Expr *with_shared_arguments(Sharing *s, const Expr *e);

static const Expr *shared(Sharing *s, const Expr *e)
{
    uint64_t hash = address_of(e);
    make_room(s, &s->known);
    Place *p = place_of(&s->known, hash, e, true);
    if (p->key)
        return p->one;
    const Expr *one = first_like(s, with_shared_arguments(s, e));
    make_room(s, &s->known);
    *place_of(&s->known, hash, e, true) = (Place){ hash, e, one };
    s->known.n++;
    return one;
}

static const Expr *with_shared_arguments(Sharing *s, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL };
    bool is_new = false;
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++) {
        arg[k] = shared(s, e->as.call.arg[k]);
        is_new |= arg[k] != e->as.call.arg[k];
    }
    return is_new ? expr_apply(s->cx, e->span, e->as.call.fn, e->as.call.n_args, arg) : e;
}

void expr_shared_both(Ctx *cx, const Expr **e, const Expr **f)
{
    Sharing s = { .cx = cx };
    *e = shared(&s, *e);
    *f = shared(&s, *f);
    arena_free(&s.scratch);
}

const Expr *expr_shared(Ctx *cx, const Expr *e)
{
    const Expr *same = e;
    expr_shared_both(cx, &e, &same);
    return e;
}
