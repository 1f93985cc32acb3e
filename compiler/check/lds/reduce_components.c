/* Strongly connected components of a matrix: Tarjan's algorithm with an explicit stack. */
#include "compiler/check/lds/lds.h"

#include <stdlib.h>

typedef struct Tarjan {
    const ClaimMatrix *m;
    uint32_t *order, *low;      /* 1-based discovery numbers; 0: not seen */
    bool *on_stack;
    uint32_t *stack, *path;
    size_t *next;               /* of each row: the next entry to follow */
    size_t n_stack, n_path;
    uint32_t n_seen;
    VEC(Component) found;
} Tarjan;

static void tarjan_enter(Tarjan *t, uint32_t v)
{
    t->order[v] = t->low[v] = ++t->n_seen;
    t->next[v] = t->m->row_from[v];
    t->on_stack[v] = true;
    t->stack[t->n_stack++] = v;
    t->path[t->n_path++] = v;
}

static int compare_members(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void tarjan_emit(Ctx *cx, Tarjan *t, uint32_t root)
{
    size_t from = t->n_stack;
    do {
        from--;
        t->on_stack[t->stack[from]] = false;
    } while (t->stack[from] != root);
    Component c = {.n = t->n_stack - from};
    c.member = ARENA_ARRAY(&cx->arena, c.n, uint32_t);
    memcpy(c.member, t->stack + from, c.n * sizeof *c.member);
    qsort(c.member, c.n, sizeof *c.member, compare_members);
    t->n_stack = from;
    vec_push(&cx->arena, &t->found, c);
}

/* Follows the rows' entries. A component is emitted after everything that its
 * rows depend on, which is the block lower triangular order. */
static void tarjan_walk(Ctx *cx, Tarjan *t, uint32_t start)
{
    tarjan_enter(t, start);
    while (t->n_path) {
        uint32_t v = t->path[t->n_path - 1];
        if (t->next[v] < t->m->row_from[v + 1]) {
            uint32_t w = t->m->column[t->next[v]++];
            if (!t->order[w])
                tarjan_enter(t, w);
            else if (t->on_stack[w] && t->order[w] < t->low[v])
                t->low[v] = t->order[w];
            continue;
        }
        t->n_path--;
        if (t->low[v] == t->order[v])
            tarjan_emit(cx, t, v);
        if (t->n_path && t->low[v] < t->low[t->path[t->n_path - 1]])
            t->low[t->path[t->n_path - 1]] = t->low[v];
    }
}

void reduce_components(Ctx *cx, const ClaimMatrix *m, size_t *n_components, Component **component)
{
    Tarjan t = {.m = m};
    t.order = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    t.low = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    t.stack = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    t.path = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    t.next = ARENA_ARRAY(&cx->arena, m->q, size_t);
    t.on_stack = ARENA_ARRAY(&cx->arena, m->q, bool);
    for (size_t v = 0; v < m->q; v++)
        if (!t.order[v])
            tarjan_walk(cx, &t, (uint32_t)v);
    *n_components = t.found.n;
    *component = t.found.at;
}
