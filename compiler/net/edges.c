/* Weights given as a table of edges: source, target, value. */
#include "compiler/net/build.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/data/table.h"

/* ---- names to neurons ---- */

typedef struct NameSlot { const char *name; size_t neuron; } NameSlot;

typedef struct NameIndex {
    const NetPop *pop;
    NameSlot *slot;             /* by interned pointer; NULL when neurons have no names of their own */
    size_t n_slots;
} NameIndex;

static size_t slot_of(const NameIndex *x, const char *name)
{
    size_t at = (size_t)((uintptr_t)name * 0x9E3779B97F4A7C15u >> 16) & (x->n_slots - 1);
    while (x->slot[at].name && x->slot[at].name != name)
        at = (at + 1) & (x->n_slots - 1);
    return at;
}

static NameIndex index_names(Ctx *cx, const NetPop *p)
{
    NameIndex x = { .pop = p, .n_slots = 16 };
    if (!p->model->neuron_name)
        return x;
    while (x.n_slots < 2 * p->size)
        x.n_slots *= 2;
    x.slot = ARENA_ARRAY(&cx->arena, x.n_slots, NameSlot);
    for (size_t k = 0; k < p->size; k++) {
        const char *name = intern(&cx->names, p->model->neuron_name[k]);
        size_t at = slot_of(&x, name);
        if (!x.slot[at].name)
            x.slot[at] = (NameSlot){ name, k };
    }
    return x;
}

bool neuron_number(const NetPop *p, const char *text, size_t *number)
{
    size_t n = strlen(p->model->name), k = 0;
    bool bracket = strncmp(text, p->model->name, n) == 0 && text[n] == '[';
    *number = 0;
    if (p->size == 1 && strcmp(text, p->model->name) == 0)
        return true;
    if (bracket)
        text += n + 1;
    for (; text[k] >= '0' && text[k] <= '9'; k++)
        *number = *number < p->size ? *number * 10 + (size_t)(text[k] - '0') : p->size;
    return k > 0 && strcmp(text + k, bracket ? "]" : "") == 0;
}

static bool neuron_find(const NameIndex *x, const char *name, size_t *neuron)
{
    if (!x->slot)
        return neuron_number(x->pop, name, neuron) && *neuron < x->pop->size;
    size_t at = slot_of(x, name);
    *neuron = x->slot[at].neuron;
    return x->slot[at].name != NULL;
}

/* ---- columns of the table ---- */

typedef struct EdgeTable {
    Table table;
    const char **source, **target;
    Values value;
} EdgeTable;

static bool find_column(NetBuild *b, const ModelConn *c, const Table *t, const char *name, int *out)
{
    *out = table_column(t, intern(&b->cx->names, name));
    if (*out >= 0)
        return true;
    const char **names = ARENA_ARRAY(&b->cx->arena, t->n_columns, const char *);
    for (size_t k = 0; k < t->n_columns; k++)
        names[k] = t->column[k].name;
    Diag *d = diag_at(b->cx, D_E0506, c->weight_span, "'%s' has no column '%s'", t->path, name);
    const char *near = diag_nearest(name, names, t->n_columns);
    if (near)
        diag_help(b->cx, d, "there is a column '%s'", near);
    else if (t->n_columns == 1)
        diag_help(b->cx, d, "its first line is one cell; cells are separated by commas");
    else
        diag_help(b->cx, d, "its first line must name the columns source, target and one of numbers");
    return false;
}

/* The first column whose first cell is meant as a number, or -1; later cells are then held to that. */
static int numeric_column(const Table *t, int source, int target)
{
    for (int k = 0; (size_t)k < t->n_columns; k++) {
        const char *cell = t->column[k].text[0];
        if (k != source && k != target && number_is_like(cell, strlen(cell)))
            return k;
    }
    return -1;
}

static bool first_numeric(NetBuild *b, const ModelConn *c, const Table *t, int source, int target, int *out)
{
    *out = numeric_column(t, source, target);
    if (*out >= 0)
        return true;
    Diag *d = diag_at(b->cx, D_E0506, c->weight_span, "'%s' has no column of numbers", t->path);
    diag_help(b->cx, d, "an edge is a source, a target and a number");
    return false;
}

/* Every pair of a pattern counts 1, so numbers of the table that say otherwise are not passed over. */
static bool read_pattern(NetBuild *b, const ModelConn *c, EdgeTable *e, int column)
{
    const Table *t = &e->table;
    if (column >= 0 && !table_numbers(b->cx, b->net->nums, t, column, c->weight_span, &e->value))
        return false;
    for (size_t k = 0; column >= 0 && k < t->n_rows; k++) {
        if (e->value.d[k] == 1.0 && (!e->value.q || num_is_double(e->value.q[k])))
            continue;
        Diag *d = diag_at(b->cx, D_E0401, c->weight_span, "%s:%u: a pattern says who is connected, and the column '%s' has a %s here",
                          t->path, t->line[k], t->column[column].name, t->column[column].text[k]);
        diag_help(b->cx, d, "for these numbers leave the pattern out and write `weight = edges(\"%s\", column = \"%s\")`; for the pairs alone "
                  "give a table without the column", c->path, t->column[column].name);
        return false;
    }
    e->value = (Values){ .n = t->n_rows, .d = ARENA_ARRAY(&b->cx->arena, t->n_rows, double) };
    for (size_t k = 0; k < t->n_rows; k++)
        e->value.d[k] = 1.0;
    return true;
}

static bool read_edges(NetBuild *b, const ModelConn *c, EdgeTable *e)
{
    int source, target, value;
    Table *t = &e->table;
    if (!table_read(b->cx, c->dir, c->path, c->weight_span, t))
        return false;
    if (!find_column(b, c, t, "source", &source) || !find_column(b, c, t, "target", &target))
        return false;
    e->source = t->column[source].text;
    e->target = t->column[target].text;
    if (c->is_list)
        return read_pattern(b, c, e, numeric_column(t, source, target));
    if (!(c->column ? find_column(b, c, t, c->column, &value) : first_numeric(b, c, t, source, target, &value)))
        return false;
    return table_numbers(b->cx, b->net->nums, t, value, c->weight_span, &e->value);
}

/* ---- edges to a block ---- */

typedef struct Edge {
    uint32_t source, target;
    uint32_t row;               /* of the table */
} Edge;

typedef struct Unknown {
    Diag *diag;
    size_t n;
} Unknown;

static void complain_unknown(NetBuild *b, const ModelConn *c, const Table *t, uint32_t line, const char *name, const NetPop *p,
                             Unknown *u)
{
    const char **known = p->model->neuron_name;
    const char *near = known ? diag_nearest(name, known, p->size) : NULL;
    if (u->n++ == 0) {
        u->diag = diag_at(b->cx, D_E0509, c->weight_span, "%s:%u: '%s' is no neuron of %s", t->path, line, name, p->model->name);
        if (near)
            diag_help(b->cx, u->diag, "did you mean '%s'?", near);
        else if (!known)
            diag_help(b->cx, u->diag, "its neurons are %s[0] to %s[%zu]", p->model->name, p->model->name, p->size - 1);
    } else if (u->n <= DIAG_MAX_NOTES) {
        diag_note(b->cx, u->diag, "%s:%u: '%s' is no neuron of %s", t->path, line, name, p->model->name);
    }
}

/* Every unknown name is looked for, the first few are shown. */
static bool resolve(NetBuild *b, const ModelConn *c, const EdgeTable *e, Edge *edge)
{
    NameIndex pre = index_names(b->cx, &b->net->pop[c->pre]);
    NameIndex post = c->pre == c->post ? pre : index_names(b->cx, &b->net->pop[c->post]);
    Unknown u = { 0 };
    for (size_t k = 0; k < e->table.n_rows; k++) {
        size_t source = 0, target = 0;
        if (!neuron_find(&pre, e->source[k], &source))
            complain_unknown(b, c, &e->table, e->table.line[k], e->source[k], pre.pop, &u);
        if (!neuron_find(&post, e->target[k], &target))
            complain_unknown(b, c, &e->table, e->table.line[k], e->target[k], post.pop, &u);
        edge[k] = (Edge){ (uint32_t)source, (uint32_t)target, (uint32_t)k };
    }
    if (u.n > DIAG_MAX_NOTES)
        diag_note(b->cx, u.diag, "%zu such names in all", u.n);
    return u.n == 0;
}

static int by_place(const void *a, const void *b)
{
    const Edge *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static bool all_different(NetBuild *b, const ModelConn *c, const EdgeTable *e, const Edge *edge)
{
    for (size_t k = 1; k < e->table.n_rows; k++) {
        const Edge *x = &edge[k - 1], *y = &edge[k];
        if (x->target != y->target || x->source != y->source)
            continue;
        Diag *d = diag_at(b->cx, D_E0510, c->weight_span, "%s:%u: %s -> %s was already given in line %u", e->table.path,
                          e->table.line[y->row], e->source[y->row], e->target[y->row], e->table.line[x->row]);
        diag_help(b->cx, d, "give each pair one line, with the sum if several synapses are meant");
        return false;
    }
    return true;
}

static void store(NetBuild *b, const EdgeTable *e, const Edge *edge, size_t n_targets, Block *out)
{
    size_t n = e->table.n_rows;
    out->kind = BLOCK_SPARSE;
    out->row_from = ARENA_ARRAY(&b->cx->arena, n_targets + 1, uint64_t);
    out->column = ARENA_ARRAY(&b->cx->arena, n, uint32_t);
    out->values = (Values){ .n = n, .d = ARENA_ARRAY(&b->cx->arena, n, double) };
    for (size_t k = 0; k < n; k++) {
        out->row_from[edge[k].target + 1]++;
        out->column[k] = edge[k].source;
        values_put(b->cx, &out->values, n, k, e->value.d[edge[k].row], e->value.q ? e->value.q[edge[k].row] : NULL);
    }
    for (size_t t = 0; t < n_targets; t++)
        out->row_from[t + 1] += out->row_from[t];
}

bool edges_block(NetBuild *b, const ModelConn *c, Block *out)
{
    EdgeTable e;
    if (!read_edges(b, c, &e))
        return false;
    size_t n = e.table.n_rows, n_post = b->net->pop[c->post].size;
    if (!memory_take(b, c, (double)n + (double)n_post, 32, "split the table"))
        return false;
    Edge *edge = ARENA_ARRAY(&b->cx->arena, n, Edge);
    if (!resolve(b, c, &e, edge))
        return false;
    qsort(edge, n, sizeof *edge, by_place);
    if (!all_different(b, c, &e, edge))
        return false;
    store(b, &e, edge, n_post, out);
    out->sha256 = e.table.sha256;
    entries_finish(b, c, ENTRIES_MAY_BE_SIGNED, out);
    return true;
}
