/* Matrices, components, witnesses and statements from one order of rows to the other. Numbers are moved, not copied. */
#include "compiler/check/lds/row_order.h"

#include <stdlib.h>

/* ---- matrices ---- */

/* By columns in their new order, so that those of each row ascend. */
static void move_entries(Arena *room, const RowOrder *o, const ClaimMatrix *m, ClaimMatrix *out)
{
    size_t q = m->q, n = m->row_from[q];
    size_t *from = ARENA_ARRAY(room, q + 1, size_t), *next = ARENA_ARRAY(room, q, size_t);
    uint32_t *row = ARENA_ARRAY(room, n, uint32_t), *entry = ARENA_ARRAY(room, n, uint32_t);
    for (size_t e = 0; e < n; e++)
        from[o->place[m->column[e]] + 1]++;
    for (size_t b = 0; b < q; b++) {
        from[b + 1] += from[b];
        next[b] = from[b];
        out->row_from[b + 1] = out->row_from[b] + m->row_from[o->at[b] + 1] - m->row_from[o->at[b]];
    }
    for (size_t a = 0; a < q; a++)
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            size_t to = next[o->place[m->column[e]]]++;
            row[to] = o->place[a];
            entry[to] = (uint32_t)e;
        }
    memcpy(next, out->row_from, q * sizeof *next);
    for (size_t b = 0; b < q; b++)
        for (size_t k = from[b]; k < from[b + 1]; k++) {
            size_t to = next[row[k]]++;
            out->column[to] = (uint32_t)b;
            if (m->entry)
                *out->entry[to] = *m->entry[entry[k]];
            else
                out->scaled->value[to] = m->scaled->value[entry[k]];
        }
}

static mpq_t *moved(Arena *room, const RowOrder *o, mpq_t *x)
{
    mpq_t *out = x ? ARENA_ARRAY(room, o->n, mpq_t) : NULL;
    for (size_t k = 0; x && k < o->n; k++)
        *out[k] = *x[o->at[k]];
    return out;
}

static ScaledEntries *moved_scaled(Arena *room, const RowOrder *o, const ScaledEntries *s, size_t n_entries)
{
    ScaledEntries *out = ARENA_ARRAY(room, 1, ScaledEntries);
    size_t q = s->q, n = s->n_groups;
    *out = (ScaledEntries){.q = q, .n_groups = n, .value = ARENA_ARRAY(room, n_entries, double), .group = ARENA_ARRAY(room, q, uint32_t),
                           .unit = ARENA_ARRAY(room, q * n, mpq_t), .diagonal = moved(room, o, s->diagonal),
                           .unit_near = ARENA_ARRAY(room, q * n, double), .diagonal_near = ARENA_ARRAY(room, q, double),
                           .exact = ARENA_ARRAY(room, q, mpq_t *)};
    for (size_t k = 0; k < q; k++) {
        out->group[k] = s->group[o->at[k]];
        memcpy(out->unit + k * n, s->unit + o->at[k] * n, n * sizeof *out->unit);
    }
    scaled_entries_finish(out);
    return out;
}

static int compare_kernels(const void *a, const void *b)
{
    const ClaimKernel *x = a, *y = b;
    return x->to != y->to ? (x->to > y->to) - (x->to < y->to) : (x->from > y->from) - (x->from < y->from);
}

static void move_kernels(Arena *room, const RowOrder *o, const ClaimMatrix *m, ClaimMatrix *out)
{
    out->kernel = ARENA_ARRAY(room, m->n_kernels + 1, ClaimKernel);
    for (size_t k = 0; k < m->n_kernels; k++) {
        out->kernel[k] = m->kernel[k];
        out->kernel[k].to = o->place[m->kernel[k].to];
        out->kernel[k].from = o->place[m->kernel[k].from];
    }
    qsort(out->kernel, m->n_kernels, sizeof *out->kernel, compare_kernels);
}

static void move_rows(Arena *room, const RowOrder *o, const ClaimMatrix *m, ClaimMatrix *out)
{
    size_t n = m->row_from[m->q];
    out->row_from = ARENA_ARRAY(room, m->q + 1, size_t);
    out->column = ARENA_ARRAY(room, n, uint32_t);
    out->entry = m->entry ? ARENA_ARRAY(room, n, mpq_t) : NULL;
    out->scaled = m->scaled ? moved_scaled(room, o, m->scaled, n) : NULL;
    move_entries(room, o, m, out);
    out->self = moved(room, o, m->self);
    out->leak = moved(room, o, m->leak);
    out->mean_slope = moved(room, o, m->mean_slope);
    out->size = m->size ? ARENA_ARRAY(room, m->q, size_t) : NULL;
    out->name = NULL;
    for (size_t k = 0; m->size && k < m->q; k++)
        out->size[k] = m->size[o->at[k]];
    move_kernels(room, o, m, out);
}

void ordered_matrix_init(const RowOrder *o, const ClaimMatrix *m, OrderedMatrix *out)
{
    *out = (OrderedMatrix){.m = *m, .is_copy = o != NULL};
    if (o)
        move_rows(&out->room, o, m, &out->m);
}

/* Of scaled entries, rows that were read have become numbers of their own. */
void ordered_matrix_clear(OrderedMatrix *x)
{
    for (size_t a = 0; x->is_copy && x->m.scaled && a < x->m.q; a++)
        if (x->m.scaled->exact[a]) {
            rationals_clear(x->m.scaled->exact[a], x->m.row_from[a + 1] - x->m.row_from[a]);
            free(x->m.scaled->exact[a]);
        }
    arena_free(&x->room);
}

/* ---- what is about some of the rows ---- */

typedef struct Moved {
    uint32_t row, was;          /* number among all rows; place among the members before */
} Moved;

static int compare_moved(const void *a, const void *b)
{
    const Moved *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Members by their other numbers, ascending. */
static Moved *move_members(Ctx *cx, const uint32_t *to, const uint32_t *member, size_t n)
{
    Moved *out = ARENA_ARRAY(&cx->arena, n + 1, Moved);
    for (size_t k = 0; k < n; k++)
        out[k] = (Moved){to[member[k]], (uint32_t)k};
    qsort(out, n, sizeof *out, compare_moved);
    return out;
}

static Component moved_component(Ctx *cx, const uint32_t *to, const Component *c)
{
    const Moved *by = move_members(cx, to, c->member, c->n);
    Component out = *c;
    out.member = ARENA_ARRAY(&cx->arena, c->n, uint32_t);
    out.p = c->p ? ARENA_ARRAY(&cx->arena, c->n, mpq_t) : NULL;
    for (size_t k = 0; k < c->n; k++) {
        out.member[k] = by[k].row;
        if (c->p)
            *out.p[k] = *c->p[by[k].was];
    }
    return out;
}

Component row_order_declared(Ctx *cx, const RowOrder *o, const Component *c)
{
    return o ? moved_component(cx, o->at, c) : *c;
}

Component row_order_ordered(Ctx *cx, const RowOrder *o, const Component *c)
{
    return o ? moved_component(cx, o->place, c) : *c;
}

/* Rows of n numbers each. */
static mpq_t *moved_columns(Ctx *cx, const Moved *by, mpq_t *x, size_t rows, size_t n)
{
    mpq_t *out = x ? ARENA_ARRAY(&cx->arena, rows * n, mpq_t) : NULL;
    for (size_t k = 0; x && k < rows * n; k++)
        *out[k] = *x[k / n * n + by[k % n].was];
    return out;
}

void row_order_declare_witness(Ctx *cx, const RowOrder *o, Witness *w)
{
    if (!o)
        return;
    const Moved *by = move_members(cx, o->at, w->member, w->n);
    uint32_t *member = ARENA_ARRAY(&cx->arena, w->n, uint32_t);
    for (size_t k = 0; k < w->n; k++)
        member[k] = by[k].row;
    w->member = member;
    w->v = moved_columns(cx, by, w->v, w->rank, w->n);
    w->im = moved_columns(cx, by, w->im, w->rank, w->n);
}

void row_order_declare_statement(Ctx *cx, const RowOrder *o, const Component *ordered, Statement *s)
{
    if (!o)
        return;
    size_t n = s->n;
    const Moved *by = move_members(cx, o->at, ordered->member, n);
    const StatementField *field = statement_table[s->kind].field;
    for (int k = 0; field[k].key; k++) {
        size_t length = statement_field_length(field[k].shape, n);
        if (field[k].shape == FIELD_ONE)
            continue;
        mpq_t *x = ARENA_ARRAY(&cx->arena, length, mpq_t);
        for (size_t e = 0; e < length; e++)
            *x[e] = *s->field[k][field[k].shape == FIELD_ROWS ? by[e].was : by[e / n].was * n + by[e % n].was];
        s->field[k] = x;
    }
}
