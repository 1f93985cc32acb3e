/* Nested dissection (George 1973): a set of rows that parts the others is eliminated last, and the parts are dissected in
 * turn. It is found as George and Liu (1978) do, as a level of a breadth-first walk from a row far out. Any order
 * proves; a good one leaves few entries, where a network's connections are local: rings, sheets, modules, trees. */
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/positive/positive_rows.h"

enum { LEAF = 64, DEEPEST = 400 };
static const double MOST_STORED = 1.5e8, MOST_PRODUCTS = 1e11;     /* 1.2 GB; half a minute */

typedef struct Dissector {
    const Rows *r;
    Dissection *out;
    uint32_t *region;           /* of each row: the set it is in; 0: a separator, or eliminated */
    uint32_t *level, *queue, *seen;
    uint32_t n_regions, n_walks;
} Dissector;

/* Breadth first from a row within its region; queue[0..] are the rows, by level. Returns how many. */
static size_t walk(Dissector *d, uint32_t start, uint32_t *queue)
{
    size_t n = 0;
    uint32_t region = d->region[start], stamp = ++d->n_walks;
    d->level[start] = 0;
    d->seen[start] = stamp;
    queue[n++] = start;
    for (size_t at = 0; at < n; at++)
        for (size_t k = d->r->from[queue[at]]; k < d->r->end[queue[at]]; k++) {
            uint32_t next = d->r->entry[k].column;
            if (d->region[next] != region || d->seen[next] == stamp)
                continue;
            d->seen[next] = stamp;
            d->level[next] = d->level[queue[at]] + 1;
            queue[n++] = next;
        }
    return n;
}

/* Rows set[0..n-1] of one region, so that each connected part of them stands together and is a region of its own. */
static void part(Dissector *d, uint32_t *set, size_t n)
{
    uint32_t region = n ? d->region[set[0]] : 0;
    size_t done = 0;
    for (size_t k = 0; k < n; k++) {
        if (d->region[set[k]] != region)
            continue;
        size_t found = walk(d, set[k], d->queue + done);
        d->n_regions++;
        for (size_t i = 0; i < found; i++)
            d->region[d->queue[done + i]] = d->n_regions;
        done += found;
    }
    memcpy(set, d->queue, n * sizeof *set);
}

/* The smallest level that leaves at least a quarter of the rows on either side, or is next to the middle. */
static uint32_t parting_level(const Dissector *d, const uint32_t *queue, size_t n, uint32_t n_levels)
{
    uint32_t best = 0;
    size_t best_size = 0;
    for (size_t from = 0, to; from < n; from = to) {
        uint32_t level = d->level[queue[from]];
        for (to = from; to < n && d->level[queue[to]] == level; to++)
            ;
        bool is_inner = level > 0 && level + 1 < n_levels, is_middle = from < n / 2 && to >= n / 2;
        bool is_even = from >= n / 4 && n - to >= n / 4;
        if (is_inner && (best == 0 || (is_even && to - from < best_size) || (is_middle && best_size == n))) {
            best = level;
            best_size = is_even ? to - from : n;
        }
    }
    return best;
}

static bool reaches(const Dissector *d, uint32_t row, uint32_t region, uint32_t level)
{
    bool any = false;
    for (size_t k = d->r->from[row]; !any && k < d->r->end[row]; k++)
        any = d->region[d->r->entry[k].column] == region && d->level[d->r->entry[k].column] == level;
    return any;
}

/* Brings a connected set into the order: rows on both sides, then those that part them, whose number is returned;
 * all of them where none do. */
static size_t part_by_level(Dissector *d, uint32_t *set, size_t n)
{
    uint32_t *queue = d->queue;
    walk(d, set[0], queue);
    walk(d, queue[n - 1], queue);
    uint32_t n_levels = d->level[queue[n - 1]] + 1;
    if (n_levels < 3)
        return n;
    uint32_t level = parting_level(d, queue, n, n_levels), region = d->region[set[0]], rest = ++d->n_regions;
    size_t n_rest = 0, n_parting = 0;
    for (size_t k = 0; k < n; k++) {
        if (d->level[queue[k]] == level && reaches(d, queue[k], region, level + 1))
            d->seen[queue[k]] = 0;
        else
            set[n_rest++] = queue[k];
    }
    for (size_t k = 0; k < n; k++)
        if (d->seen[queue[k]] == 0)
            set[n_rest + n_parting++] = queue[k];
    for (size_t k = 0; k < n; k++)
        d->region[set[k]] = k < n_rest ? rest : 0;
    return n_parting;
}

/* Fronts of rows set[0..n-1], all of one region; how many have none above. */
static size_t dissect(Dissector *d, uint32_t *set, size_t n, size_t depth)
{
    size_t n_tops = 0;
    part(d, set, n);
    for (size_t from = 0, to; from < n; from = to, n_tops++) {
        uint32_t region = d->region[set[from]];
        for (to = from; to < n && d->region[set[to]] == region; to++)
            ;
        size_t n_own = to - from, n_below = 0;
        if (to - from > LEAF && depth < DEEPEST)
            n_own = part_by_level(d, set + from, to - from);
        if (n_own < to - from)
            n_below = dissect(d, set + from, to - from - n_own, depth + 1);
        size_t first = (size_t)(set - d->out->order);
        d->out->front[d->out->n_fronts++] = (Front){.from = first + to - n_own, .to = first + to, .n_below = n_below};
    }
    return n_tops;
}

/* ---- what each front touches ---- */

static int compare_places(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

typedef struct Reach {
    const Rows *r;
    Dissection *d;
    size_t *top, n_tops;        /* fronts that have none above yet */
    uint32_t *seen, *found;     /* by place: stamps; what the front touches */
    size_t n_found;
    double stored, products;    /* numbers kept at once, operations */
} Reach;

static void meet(Reach *s, size_t which, size_t place)
{
    if (place < s->d->front[which].to || s->seen[place] == which + 1)
        return;
    s->seen[place] = (uint32_t)which + 1;
    s->found[s->n_found++] = (uint32_t)place;
}

/* False where it is too much. */
static bool reach(Reach *s, size_t which)
{
    Front *f = &s->d->front[which];
    double below = 0;
    s->n_found = 0;
    for (size_t k = f->from; k < f->to; k++) {
        uint32_t row = s->d->order[k];
        for (size_t e = s->r->from[row]; e < s->r->end[row]; e++)
            meet(s, which, s->d->position[s->r->entry[e].column]);
    }
    for (size_t k = 0; k < f->n_below; k++) {
        const Front *child = &s->d->front[s->top[--s->n_tops]];
        for (size_t e = 0; e < child->n_next; e++)
            meet(s, which, child->next[e]);
        below += (double)child->n_next * (double)child->n_next;
    }
    s->top[s->n_tops++] = which;
    f->n_next = s->n_found;
    f->next = malloc((s->n_found + 1) * sizeof *f->next);
    if (!f->next)
        return false;
    memcpy(f->next, s->found, s->n_found * sizeof *f->next);
    qsort(f->next, f->n_next, sizeof *f->next, compare_places);
    double own = (double)(f->to - f->from), next = (double)f->n_next, all = own + next;
    s->products += own * all * all;
    bool is_little = s->stored + all * all <= MOST_STORED && s->products <= MOST_PRODUCTS;
    s->stored += next * next - below;
    return is_little;
}

static bool reach_all(const Rows *r, Dissection *d)
{
    Reach s = {.r = r, .d = d};
    s.top = malloc((d->n_fronts + 1) * sizeof *s.top);
    s.seen = calloc(d->n, sizeof *s.seen);
    s.found = malloc(d->n * sizeof *s.found);
    bool is_little = s.top && s.seen && s.found;
    for (size_t k = 0; is_little && k < d->n_fronts; k++)
        is_little = reach(&s, k);
    free(s.top);
    free(s.seen);
    free(s.found);
    return is_little;
}

bool dissect_rows(const Rows *r, Dissection *out)
{
    size_t n = r->n;
    *out = (Dissection){.n = n};
    out->order = malloc(n * sizeof *out->order);
    out->position = malloc(n * sizeof *out->position);
    out->front = calloc(n, sizeof *out->front);
    Dissector d = {.r = r, .out = out, .n_regions = 1};
    d.region = malloc(n * sizeof *d.region);
    d.level = malloc(n * sizeof *d.level);
    d.queue = malloc(n * sizeof *d.queue);
    d.seen = calloc(n, sizeof *d.seen);
    bool ok = out->order && out->position && out->front && d.region && d.level && d.queue && d.seen;
    for (size_t k = 0; ok && k < n; k++) {
        out->order[k] = (uint32_t)k;
        d.region[k] = 1;
    }
    if (ok)
        dissect(&d, out->order, n, 0);
    for (size_t k = 0; ok && k < n; k++)
        out->position[out->order[k]] = (uint32_t)k;
    free(d.region);
    free(d.level);
    free(d.queue);
    free(d.seen);
    return ok && reach_all(r, out);
}

void dissection_free(Dissection *d)
{
    for (size_t k = 0; k < d->n_fronts; k++)
        free(d->front[k].next);
    free(d->order);
    free(d->position);
    free(d->front);
}
