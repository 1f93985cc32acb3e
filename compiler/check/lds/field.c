/* Net -> ClaimMatrix of populations with kernels: networks that look the same
 * from every place. A line is closed to a ring, and a grid to a torus, of nearly
 * twice its length on which no two displacements meet: the network is then a part
 * of a larger one, which may only prove and not refute anything about it. */
#include <stdlib.h>

#include "compiler/check/lds/lds.h"

typedef struct Fields {
    Ctx *cx;
    const Net *net;
    const SlopeReport *slope;
    ClaimMatrix *m;
    size_t *class_of;           /* of each population: the first one on the same place */
    const Block **place;        /* of each class: a kernel of it, or NULL */
    mpq_t *uniform;             /* q * q */
    bool *is_joined;            /* q * q: there is a connection */
    mpq_t **value;              /* q * q: of a kernel, or NULL */
    mpq_t gain, term;
} Fields;

/* ---- places ---- */

static size_t class_root(const Fields *f, size_t a)
{
    while (f->class_of[a] != a)
        a = f->class_of[a];
    return a;
}

static bool joins_places(const Block *b)
{
    return b->kind == BLOCK_KERNEL || (b->kind == BLOCK_DIAGONAL && b->pre != b->post);
}

static bool same_place(const Block *a, const Block *b)
{
    return a->extent[0] == b->extent[0] && a->extent[1] == b->extent[1] && a->is_periodic == b->is_periodic;
}

/* False when there is no kernel, or something that differs from neuron to neuron. */
static bool find_classes(Fields *f)
{
    bool any = false;
    for (size_t a = 0; a < f->net->n_pops; a++)
        f->class_of[a] = a;
    for (size_t k = 0; k < f->net->n_blocks; k++) {
        const Block *b = &f->net->block[k];
        if (b->kind == BLOCK_SPARSE || b->kind == BLOCK_UNDRAWN || b->kind == BLOCK_DENSE || b->kind == BLOCK_PRODUCT)
            return false;
        any |= b->kind == BLOCK_KERNEL;
        if (!joins_places(b))
            continue;
        size_t x = class_root(f, b->pre), y = class_root(f, b->post);
        f->class_of[x > y ? x : y] = x < y ? x : y;
    }
    for (size_t k = 0; any && k < f->net->n_blocks; k++) {
        const Block *b = &f->net->block[k];
        const Block **place = &f->place[class_root(f, b->pre)];
        if (b->kind != BLOCK_KERNEL)
            continue;
        if (*place && !same_place(*place, b))
            return false;
        *place = b;
    }
    return any;
}

/* Length along an axis of the ring or torus that stands for the population's place. */
static size_t closed_extent(const Fields *f, size_t pop, size_t axis)
{
    const Block *b = f->place[class_root(f, pop)];
    if (!b)
        return axis == 0 ? f->net->pop[pop].size : 1;
    return b->is_periodic ? b->extent[axis] : 2 * b->extent[axis] - 1;
}

static size_t closed_size(const Fields *f, size_t pop)
{
    return closed_extent(f, pop, 0) * closed_extent(f, pop, 1);
}

/* ---- sums over the connections ---- */

static bool too_large(const Fields *f, const char **reason)
{
    double n = 0;
    for (size_t k = 0; k < f->net->n_blocks; k++)
        if (joins_places(&f->net->block[k]))
            n += (double)closed_extent(f, f->net->block[k].pre, 0) * (double)closed_extent(f, f->net->block[k].pre, 1);
    if (n <= NET_MAX_KERNEL)
        return false;
    *reason = arena_printf(&f->cx->arena, "its kernels have %.0f values, more than the %d that are kept exactly", n, NET_MAX_KERNEL);
    return true;
}

static void add_exact(Fields *f, const Block *b, size_t e, mpq_t to)
{
    values_get(&b->values, e, f->term);
    mpq_mul(f->term, f->term, f->gain);
    mpq_add(to, to, f->term);
}

static mpq_t *kernel_values(Fields *f, const Block *b)
{
    mpq_t **value = &f->value[b->post * f->net->n_pops + b->pre];
    if (!*value)
        *value = rationals_new(f->cx, closed_size(f, b->pre));
    return *value;
}

static void add_kernel(Fields *f, const Block *b)
{
    mpq_t *value = kernel_values(f, b);
    long columns = (long)b->extent[0], rows = (long)b->extent[1];
    long wide = (long)closed_extent(f, b->pre, 0), high = (long)closed_extent(f, b->pre, 1);
    for (long y = b->is_periodic ? 0 : 1 - rows; y < rows; y++)
        for (long x = b->is_periodic ? 0 : 1 - columns; x < columns; x++)
            add_exact(f, b, block_kernel_at(b, x, y), value[(y + high) % high * wide + (x + wide) % wide]);
}

static void add_block(Fields *f, const Block *b)
{
    size_t at = b->post * f->net->n_pops + b->pre;
    mpq_mul(f->gain, f->slope[b->post].hi, b->factor);
    if (mpq_sgn(f->gain) == 0)
        return;
    f->is_joined[at] = true;
    if (b->kind == BLOCK_KERNEL) {
        add_kernel(f, b);
    } else if (b->kind == BLOCK_UNIFORM) {
        mpq_add(f->uniform[at], f->uniform[at], f->gain);
        if (!b->self)
            mpq_sub(f->m->self[b->post], f->m->self[b->post], f->gain);
    } else if (b->pre == b->post) {
        mpq_add(f->m->self[b->post], f->m->self[b->post], f->gain);
    } else {
        mpq_t *value = kernel_values(f, b);
        mpq_add(value[0], value[0], f->gain);
    }
}

/* The mean goes into the uniform part, so that the rest adds up to 0; false when nothing is left. */
static bool take_mean(Fields *f, size_t at, size_t n)
{
    mpq_t *value = f->value[at];
    bool any = false;
    mpq_set_ui(f->term, 0, 1);
    for (size_t k = 0; k < n; k++)
        mpq_add(f->term, f->term, value[k]);
    mpq_set_ui(f->gain, n, 1);
    mpq_div(f->term, f->term, f->gain);
    mpq_add(f->uniform[at], f->uniform[at], f->term);
    for (size_t k = 0; k < n; k++) {
        mpq_sub(value[k], value[k], f->term);
        any |= mpq_sgn(value[k]) != 0;
    }
    return any;
}

/* ---- the matrix ---- */

static void fill_matrix(Fields *f, size_t n_entries)
{
    size_t q = f->net->n_pops, e = 0;
    ClaimMatrix *m = f->m;
    m->column = ARENA_ARRAY(&f->cx->arena, n_entries ? n_entries : 1, uint32_t);
    m->entry = rationals_new(f->cx, n_entries);
    for (size_t a = 0; a < q; a++) {
        m->row_from[a] = e;
        for (size_t b = 0; b < q; b++)
            if (f->is_joined[a * q + b]) {
                m->column[e] = (uint32_t)b;
                mpq_swap(m->entry[e++], f->uniform[a * q + b]);
            }
    }
    m->row_from[q] = e;
}

static void fill_kernels(Fields *f)
{
    size_t q = f->net->n_pops;
    f->m->kernel = ARENA_ARRAY(&f->cx->arena, q * q, ClaimKernel);
    for (size_t at = 0; at < q * q; at++) {
        size_t pop = at / q, n = closed_size(f, pop);
        if (!f->value[at])
            continue;
        if (!take_mean(f, at, n)) {
            rationals_clear(f->value[at], n);
            continue;
        }
        f->m->kernel[f->m->n_kernels++] = (ClaimKernel){.to = (uint32_t)pop, .from = (uint32_t)(at % q), .value = f->value[at],
                                                        .extent = {closed_extent(f, pop, 0), closed_extent(f, pop, 1)}};
    }
}

static void fill(Fields *f)
{
    size_t q = f->net->n_pops, n_entries = 0;
    claim_matrix_init(f->cx, f->m, q, 0, true);
    f->m->n = 0;
    f->m->name = ARENA_ARRAY(&f->cx->arena, q, const char *);
    f->uniform = rationals_new(f->cx, q * q);
    mpq_inits(f->gain, f->term, (mpq_ptr)0);
    for (size_t a = 0; a < q; a++) {
        f->m->name[a] = f->net->pop[a].model->name;
        f->m->size[a] = closed_size(f, a);
        f->m->n += f->m->size[a];
        mpq_set_ui(f->m->leak[a], 1, 1);
    }
    for (size_t k = 0; k < f->net->n_blocks; k++)
        add_block(f, &f->net->block[k]);
    fill_kernels(f);
    for (size_t at = 0; at < q * q; at++)
        n_entries += f->is_joined[at];
    fill_matrix(f, n_entries);
    rationals_clear(f->uniform, q * q);
    mpq_clears(f->gain, f->term, (mpq_ptr)0);
}

bool fields_of_net(Ctx *cx, const Net *net, const SlopeReport *slope, ClaimMatrix *out, bool *is_part, const char **reason)
{
    enum { MAX_POPS = 200 };
    size_t q = net->n_pops;
    *out = (ClaimMatrix){0};
    *reason = NULL;
    if (q == 0 || q > MAX_POPS)
        return false;
    Fields f = {.cx = cx, .net = net, .slope = slope, .m = out};
    f.class_of = ARENA_ARRAY(&cx->arena, q, size_t);
    f.place = ARENA_ARRAY(&cx->arena, q, const Block *);
    f.is_joined = ARENA_ARRAY(&cx->arena, q * q, bool);
    f.value = ARENA_ARRAY(&cx->arena, q * q, mpq_t *);
    if (!find_classes(&f) || too_large(&f, reason) || (*reason = reduce_obstacle(cx, net, slope)))
        return false;
    *is_part = false;
    for (size_t a = 0; a < q; a++)
        *is_part |= f.place[a] && !f.place[a]->is_periodic && net->pop[a].size > 1;
    fill(&f);
    if (out->n_kernels)
        return true;
    claim_matrix_clear(out);        /* every kernel is a constant */
    return false;
}
