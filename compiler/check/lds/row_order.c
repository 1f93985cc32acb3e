/* The order itself, by refinement of colours: a population is coloured by what is its own, then by the weights from and to others
 * with their colours, until all differ or nothing changes. Where populations remain alike, one of them is told from the others, and
 * it goes on. Colours are hashes of exact numbers: two that meet by chance are two that are not told apart. */
#include "compiler/check/lds/row_order.h"

#include <stdlib.h>

/* Entries of which a copy takes a tenth of a second at most, and less than the search; operations for the order, some
 * milliseconds a million. */
enum { MOST_ENTRIES = 1000 * 1000 };
static const double most_work = 3e7;

/* Rows of one population, in their order; or a row of sums. */
typedef struct Group {
    uint32_t first, n;
    bool is_sum;
    uint64_t colour;
} Group;

typedef struct Colouring {
    const ClaimMatrix *m;
    const uint64_t *more;       /* of each row, what else it holds; NULL: nothing */
    size_t n_groups;
    Group *group;
    uint64_t *row, *sum;        /* of each row its colour, and what entries bring to it */
    uint64_t *entry;            /* of each entry, once they are asked for */
    uint64_t *sorted;           /* colours of groups */
    Arena *room;
    double work;                /* left */
} Colouring;

/* ---- hashes ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 29) * 0x94d049bb133111eb;
    return x ^ x >> 32;
}

static uint64_t mix_integer(uint64_t h, mpz_srcptr x)
{
    h = mix(h, mpz_sgn(x) < 0);
    for (size_t k = 0; k < mpz_size(x); k++)
        h = mix(h, mpz_getlimbn(x, (mp_size_t)k));
    return h;
}

static uint64_t mix_number(uint64_t h, mpq_srcptr x)
{
    return mix_integer(mix_integer(h, mpq_numref(x)), mpq_denref(x));
}

static uint64_t mix_double(uint64_t h, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return mix(h, bits);
}

uint64_t row_order_mix(uint64_t colour, uint64_t with)
{
    return mix(colour, with);
}

uint64_t row_order_mix_number(uint64_t colour, mpq_srcptr with)
{
    return mix_number(colour, with);
}

/* ---- what is a population's own ---- */

static uint64_t own_of_row(const Colouring *c, size_t a)
{
    const ClaimMatrix *m = c->m;
    uint64_t h = mix(1, claim_matrix_size(m, a));
    if (c->more)
        h = mix(h, c->more[a]);
    if (m->self)
        h = mix_number(mix_number(h, m->self[a]), m->leak[a]);
    return m->mean_slope ? mix_number(h, m->mean_slope[a]) : h;
}

static void add_group(Colouring *c, size_t first, size_t n, uint64_t colour)
{
    for (size_t a = first; a < first + n; a++)
        colour = mix(colour, own_of_row(c, a));
    c->group[c->n_groups++] = (Group){(uint32_t)first, (uint32_t)n, c->m->n_sums && first >= c->m->n, colour};
}

static uint64_t colour_of_pop(const NetPop *p)
{
    uint64_t h = mix_number(mix_number(2, net_tau_min(p)), net_tau_max(p));
    return p->model->prox_step ? mix_number(h, p->model->prox_step) : h;
}

/* Rows are whole populations, or their neurons in order, and sums behind them. */
static void find_groups(Colouring *c, const Net *net)
{
    size_t row = 0;
    for (size_t a = 0; a < net->n_pops; a++) {
        size_t first = row;
        for (size_t left = net->pop[a].size; left > 0; row++)
            left -= c->m->n_kernels ? left : claim_matrix_size(c->m, row);
        add_group(c, first, row - first, colour_of_pop(&net->pop[a]));
    }
    for (; row < c->m->q; row++)
        add_group(c, row, 1, 3);
}

static void colour_rows(Colouring *c)
{
    for (size_t g = 0; g < c->n_groups; g++)
        for (size_t k = 0; k < c->group[g].n; k++)
            c->row[c->group[g].first + k] = mix(c->group[g].colour, k);
}

/* ---- and of its connections ---- */

static void read_entries(Colouring *c)
{
    const ClaimMatrix *m = c->m;
    const ScaledEntries *s = m->scaled;
    c->entry = ARENA_ARRAY(c->room, m->row_from[m->q], uint64_t);
    for (size_t a = 0; a < m->q; a++)
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            bool is_product = s && m->column[e] != a;
            c->entry[e] = is_product ? mix_number(mix_double(4, s->value[e]), claim_matrix_unit(m, a, e))
                                     : mix_number(5, claim_matrix_at(m, a, e));
        }
}

static void join(Colouring *c, size_t to, size_t from, uint64_t what)
{
    c->sum[to] += mix(what, c->row[from]);
    c->sum[from] += mix(~what, c->row[to]);
}

static void refine(Colouring *c)
{
    const ClaimMatrix *m = c->m;
    memset(c->sum, 0, m->q * sizeof *c->sum);
    for (size_t a = 0; a < m->q; a++)
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
            join(c, a, m->column[e], c->entry[e]);
    for (size_t k = 0; k < m->n_kernels; k++) {
        const ClaimKernel *kernel = &m->kernel[k];
        uint64_t what = mix(kernel->extent[0], kernel->extent[1]);
        for (size_t d = 0; d < kernel->extent[0] * kernel->extent[1]; d++)
            what = mix_number(what, kernel->value[d]);
        join(c, kernel->to, kernel->from, what);
    }
    for (size_t g = 0; g < c->n_groups; g++)
        for (size_t k = 0; k < c->group[g].n; k++)
            c->group[g].colour = mix(c->group[g].colour, c->sum[c->group[g].first + k]);
    colour_rows(c);
}

/* ---- until all differ ---- */

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* How many colours there are; *tied: the least that several groups have. */
static size_t count_colours(Colouring *c, uint64_t *tied)
{
    size_t n = 0, n_tied = 0;
    for (size_t g = 0; g < c->n_groups; g++)
        c->sorted[g] = c->group[g].colour;
    qsort(c->sorted, c->n_groups, sizeof *c->sorted, compare_numbers);
    for (size_t g = 0; g < c->n_groups; g++) {
        bool is_new = g == 0 || c->sorted[g] != c->sorted[g - 1];
        n += is_new;
        if (!is_new && !n_tied++)
            *tied = c->sorted[g];
    }
    return n;
}

/* Among groups that nothing tells apart it does not matter which. */
static void tell_one(Colouring *c, uint64_t tied)
{
    size_t g = 0;
    while (c->group[g].colour != tied)
        g++;
    c->group[g].colour = mix(tied, 6);
    colour_rows(c);
}

static bool spend_round(Colouring *c)
{
    c->work -= 2 * (double)c->m->row_from[c->m->q] + (double)c->m->q + 16 * (double)c->n_groups;
    return c->work > 0;
}

static void tell_apart(Colouring *c)
{
    uint64_t tied;
    size_t n = count_colours(c, &tied);
    if (n == c->n_groups)
        return;
    read_entries(c);
    colour_rows(c);
    while (n < c->n_groups && spend_round(c)) {
        refine(c);
        size_t now = count_colours(c, &tied);
        if (now == n && now < c->n_groups)
            tell_one(c, tied);
        n = count_colours(c, &tied);
    }
}

/* Sums stay behind all neurons. */
static int compare_groups(const void *a, const void *b)
{
    const Group *x = a, *y = b;
    if (x->is_sum != y->is_sum)
        return x->is_sum - y->is_sum;
    if (x->colour != y->colour)
        return x->colour < y->colour ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* NULL where it is the order in which rows stand. */
static const RowOrder *order_of(Ctx *cx, Colouring *c)
{
    RowOrder *o = ARENA_ARRAY(&cx->arena, 1, RowOrder);
    bool same = true;
    qsort(c->group, c->n_groups, sizeof *c->group, compare_groups);
    for (size_t g = 1; g < c->n_groups; g++)
        same &= c->group[g].first > c->group[g - 1].first;
    if (same)
        return NULL;
    *o = (RowOrder){0, ARENA_ARRAY(&cx->arena, c->m->q, uint32_t), ARENA_ARRAY(&cx->arena, c->m->q, uint32_t)};
    for (size_t g = 0; g < c->n_groups; g++)
        for (uint32_t k = 0; k < c->group[g].n; k++) {
            o->place[c->group[g].first + k] = (uint32_t)o->n;
            o->at[o->n++] = c->group[g].first + k;
        }
    return o;
}

const RowOrder *row_order_find_coloured(Ctx *cx, const Net *net, const ClaimMatrix *m, const uint64_t *colour)
{
    size_t most_groups = net->n_pops + m->n_sums;
    Arena room = {0};
    if (most_groups < 2 || m->row_from[m->q] > MOST_ENTRIES)
        return NULL;
    Colouring c = {.m = m, .more = colour, .group = ARENA_ARRAY(&room, most_groups, Group), .sorted = ARENA_ARRAY(&room, most_groups, uint64_t),
                   .row = ARENA_ARRAY(&room, m->q, uint64_t), .sum = ARENA_ARRAY(&room, m->q, uint64_t), .room = &room, .work = most_work};
    find_groups(&c, net);
    tell_apart(&c);
    const RowOrder *o = order_of(cx, &c);
    arena_free(&room);
    return o;
}

const RowOrder *row_order_find(Ctx *cx, const Net *net, const ClaimMatrix *m)
{
    return row_order_find_coloured(cx, net, m, NULL);
}
