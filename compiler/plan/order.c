/* The order in which blocks are added to a total input. Sums of doubles depend
 * on it in the last bit, so it must not depend on the order of the text or on
 * names: it follows from what populations and blocks compute.
 *
 * Populations are put into ordered classes: at first by what each is by itself;
 * then, round by round, those of a class are told apart by what arrives at
 * them, blocks and the classes of their sources, until nothing is told apart
 * any more (colour refinement). Blocks come by the class of the source, then by
 * what they are. What ties is added in the order of the text, and that changes
 * nothing: populations of one class start alike and receive, block by block,
 * the same numbers in the same order, so they carry the same doubles for ever.
 *
 * A round looks only at the targets of populations that the last one has split
 * off, never of the largest part of a class: each connection is looked at as
 * often as its source's class is halved. */
#include <stdlib.h>
#include <string.h>

#include "compiler/plan/build.h"

static const size_t NOBODY = SIZE_MAX;

/* A population, or a block, for sorting. */
typedef struct Thing {
    const EigProblem *p;
    size_t k;
} Thing;

/* A block at its target. */
typedef struct Arrival {
    size_t source;              /* rank of its class */
    size_t block;               /* rank of the block */
} Arrival;

typedef struct Member {
    size_t cell, next, before;  /* its class, and its neighbours in the list of that */
    size_t round;               /* the last in which something about its sources was new */
} Member;

typedef struct Cell {
    size_t first, size;
    size_t rank;                /* populations in the classes before it */
    size_t round;               /* the last in which one of its members was looked at */
} Cell;

/* A population that is looked at in a round, with all that arrives at it in order. */
typedef struct Seen {
    size_t pop, cell, n;
    const Arrival *arrival;
} Seen;

/* Blocks by population: list[from[q]] .. list[from[q + 1] - 1]. */
typedef struct Ends {
    size_t *from, *list;
} Ends;

typedef struct Classes {
    const EigProblem *p;
    const size_t *rank;         /* of blocks */
    Ends into, out_of;
    Member *member;
    Cell *cell;
    size_t n_cells, round;
    size_t *moved, n_moved;     /* split off in the last round */
    Seen *seen;
    size_t n_seen;
    Arrival *arrival;
    size_t n_arrivals;
} Classes;

/* ---- ranks by content ---- */

static int by_pop(const void *a, const void *b)
{
    const Thing *x = a, *y = b;
    int order = plan_compare_pops(x->p, x->k, y->k);
    return order ? order : (x->k > y->k) - (x->k < y->k);
}

static int by_block(const void *a, const void *b)
{
    const Thing *x = a, *y = b;
    int order = plan_compare_blocks(x->p, x->k, y->k);
    return order ? order : (x->k > y->k) - (x->k < y->k);
}

static Thing *sorted(Ctx *cx, const EigProblem *p, size_t n, int (*order)(const void *, const void *))
{
    Thing *t = ARENA_ARRAY(&cx->arena, n + 1, Thing);
    for (size_t k = 0; k < n; k++)
        t[k] = (Thing){ p, k };
    qsort(t, n, sizeof *t, order);
    return t;
}

/* How many blocks come before, equal ones being equal. */
static const size_t *block_ranks(Ctx *cx, const EigProblem *p)
{
    const Thing *t = sorted(cx, p, p->n_blocks, by_block);
    size_t *rank = ARENA_ARRAY(&cx->arena, p->n_blocks + 1, size_t);
    for (size_t k = 0; k < p->n_blocks; k++) {
        bool as_before = k > 0 && plan_compare_blocks(p, t[k - 1].k, t[k].k) == 0;
        rank[t[k].k] = as_before ? rank[t[k - 1].k] : k;
    }
    return rank;
}

/* ---- lists ---- */

static Ends ends_of(Ctx *cx, const EigProblem *p, bool sources)
{
    Ends e = { ARENA_ARRAY(&cx->arena, p->n_pops + 2, size_t), ARENA_ARRAY(&cx->arena, p->n_blocks + 1, size_t) };
    for (size_t k = 0; k < p->n_blocks; k++)
        e.from[(sources ? p->block[k].pre : p->block[k].post) + 2]++;
    for (size_t q = 0; q < p->n_pops; q++)
        e.from[q + 2] += e.from[q + 1];
    for (size_t k = 0; k < p->n_blocks; k++)
        e.list[e.from[(sources ? p->block[k].pre : p->block[k].post) + 1]++] = k;
    return e;
}

static void take_out(Classes *c, size_t q)
{
    Member *m = &c->member[q];
    if (m->before == NOBODY)
        c->cell[m->cell].first = m->next;
    else
        c->member[m->before].next = m->next;
    if (m->next != NOBODY)
        c->member[m->next].before = m->before;
    c->cell[m->cell].size--;
}

static void put_into(Classes *c, size_t q, size_t cell)
{
    Member *m = &c->member[q];
    m->cell = cell;
    m->before = NOBODY;
    m->next = c->cell[cell].first;
    if (m->next != NOBODY)
        c->member[m->next].before = q;
    c->cell[cell].first = q;
    c->cell[cell].size++;
}

static size_t new_cell(Classes *c, size_t rank)
{
    c->cell[c->n_cells] = (Cell){ .first = NOBODY, .rank = rank };
    return c->n_cells++;
}

/* ---- one round ---- */

static int by_arrival(const void *a, const void *b)
{
    const Arrival *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return (x->block > y->block) - (x->block < y->block);
}

static int by_arrivals(const Seen *x, const Seen *y)
{
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    for (size_t k = 0; k < x->n; k++) {
        int order = by_arrival(&x->arrival[k], &y->arrival[k]);
        if (order)
            return order;
    }
    return 0;
}

static int by_class(const void *a, const void *b)
{
    const Seen *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    return by_arrivals(x, y);
}

static void look_at(Classes *c, size_t q)
{
    Arrival *a = c->arrival + c->n_arrivals;
    size_t n = 0;
    for (size_t e = c->into.from[q]; e < c->into.from[q + 1]; e++) {
        size_t k = c->into.list[e];
        a[n++] = (Arrival){ c->cell[c->member[c->p->block[k].pre].cell].rank, c->rank[k] };
    }
    qsort(a, n, sizeof *a, by_arrival);
    c->n_arrivals += n;
    c->seen[c->n_seen++] = (Seen){ q, c->member[q].cell, n, a };
}

/* The targets of what has moved; and of each of their classes one other member, to compare with. */
static void look_around(Classes *c)
{
    c->n_seen = c->n_arrivals = 0;
    for (size_t k = 0; k < c->n_moved; k++) {
        size_t q = c->moved[k];
        for (size_t e = c->out_of.from[q]; e < c->out_of.from[q + 1]; e++) {
            size_t target = c->p->block[c->out_of.list[e]].post;
            Member *m = &c->member[target];
            if (m->round == c->round || c->cell[m->cell].size == 1)
                continue;
            m->round = c->round;
            look_at(c, target);
        }
    }
    for (size_t k = 0, n = c->n_seen; k < n; k++) {
        Cell *cell = &c->cell[c->seen[k].cell];
        if (cell->round == c->round)
            continue;
        cell->round = c->round;
        size_t q = cell->first;
        while (q != NOBODY && c->member[q].round == c->round)
            q = c->member[q].next;
        if (q != NOBODY)
            look_at(c, q);
    }
}

/* Those that nothing is new for are as the one of them that was looked at. */
static bool stands_for_others(const Classes *c, const Seen *s)
{
    return c->member[s->pop].round != c->round;
}

static void move(Classes *c, size_t q, size_t cell)
{
    take_out(c, q);
    put_into(c, q, cell);
    c->moved[c->n_moved++] = q;
}

static void split_off(Classes *c, const Seen *part, size_t n, size_t rank)
{
    size_t old = part->cell, cell = new_cell(c, rank);
    for (size_t k = 0; k < n; k++) {
        if (!stands_for_others(c, &part[k])) {
            move(c, part[k].pop, cell);
            continue;
        }
        for (size_t q = c->cell[old].first, next; q != NOBODY; q = next) {
            next = c->member[q].next;
            if (c->member[q].round != c->round)
                move(c, q, cell);
        }
    }
}

static size_t part_length(const Seen *from, const Seen *end)
{
    size_t n = 1;
    while (from + n < end && by_arrivals(from, from + n) == 0)
        n++;
    return n;
}

/* The members of one class that were looked at, in order: all parts but the largest leave it. */
static void split(Classes *c, const Seen *from, const Seen *end)
{
    size_t old = from->cell, unseen = c->cell[old].size - (size_t)(end - from), largest = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t rank = c->cell[old].rank, kept_rank = rank, size, n;
        bool kept = false;
        for (const Seen *part = from; part < end; part += n, rank += size) {
            n = size = part_length(part, end);
            for (size_t k = 0; k < n; k++)
                if (stands_for_others(c, &part[k]))
                    size += unseen;
            if (pass == 0) {
                largest = size > largest ? size : largest;
            } else if (size == largest && !kept) {
                kept = true;
                kept_rank = rank;
            } else {
                split_off(c, part, n, rank);
            }
        }
        c->cell[old].rank = kept_rank;
    }
}

static void refine(Classes *c)
{
    while (c->n_moved > 0) {
        c->round++;
        look_around(c);
        c->n_moved = 0;
        qsort(c->seen, c->n_seen, sizeof *c->seen, by_class);
        for (size_t from = 0, to; from < c->n_seen; from = to) {
            for (to = from + 1; to < c->n_seen && c->seen[to].cell == c->seen[from].cell;)
                to++;
            split(c, c->seen + from, c->seen + to);
        }
    }
}

/* ---- all of it ---- */

static void classes_begin(Ctx *cx, Classes *c, const EigProblem *p)
{
    size_t n = p->n_pops + 1;
    *c = (Classes){ .p = p, .rank = block_ranks(cx, p), .into = ends_of(cx, p, false), .out_of = ends_of(cx, p, true),
                    .member = ARENA_ARRAY(&cx->arena, n, Member), .cell = ARENA_ARRAY(&cx->arena, n, Cell),
                    .moved = ARENA_ARRAY(&cx->arena, n, size_t), .seen = ARENA_ARRAY(&cx->arena, n, Seen),
                    .arrival = ARENA_ARRAY(&cx->arena, p->n_blocks + 1, Arrival) };
    const Thing *t = sorted(cx, p, p->n_pops, by_pop);
    for (size_t k = 0; k < p->n_pops; k++) {
        if (k == 0 || plan_compare_pops(p, t[k - 1].k, t[k].k) != 0)
            new_cell(c, k);
        put_into(c, t[k].k, c->n_cells - 1);
        c->moved[c->n_moved++] = t[k].k;
    }
}

typedef struct BlockPlace {
    Arrival key;
    size_t block;
} BlockPlace;

static int by_place(const void *a, const void *b)
{
    const BlockPlace *x = a, *y = b;
    int order = by_arrival(&x->key, &y->key);
    return order ? order : (x->block > y->block) - (x->block < y->block);
}

const size_t *plan_order(Ctx *cx, const EigProblem *p)
{
    Classes c;
    classes_begin(cx, &c, p);
    refine(&c);
    BlockPlace *place = ARENA_ARRAY(&cx->arena, p->n_blocks + 1, BlockPlace);
    size_t *order = ARENA_ARRAY(&cx->arena, p->n_blocks + 1, size_t);
    for (size_t k = 0; k < p->n_blocks; k++)
        place[k] = (BlockPlace){ { c.cell[c.member[p->block[k].pre].cell].rank, c.rank[k] }, k };
    qsort(place, p->n_blocks, sizeof *place, by_place);
    for (size_t k = 0; k < p->n_blocks; k++)
        order[k] = place[k].block;
    return order;
}
