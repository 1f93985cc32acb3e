/* What connections are called: "E->I", and "E->I#2", "E->I#3", ... where several
 * lead from one population to one other. Draws are keyed by the ends and by what
 * is written in the connection, not by the place where it stands nor by its
 * number among others: so no other connection changes them. */
#include "compiler/model/build.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is written ---- */

static void put(Sbuf *out, const char *name, const AstExpr *value)
{
    if (!value)
        return;
    sbuf_printf(out, "%s = ", name);
    ast_print_expr(value, out);
    sbuf_char(out, '\n');
}

static int by_name(const void *a, const void *b)
{
    const AstAttr *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order ? order : (*x > *y) - (*x < *y);
}

/* A line each, by name. */
static const char *attributes_of(Builder *b, const Wire *w)
{
    const AstAttrs *attrs = &w->item->decl->as.connect.attrs;
    const AstAttr **sorted = ARENA_ARRAY(&b->cx->arena, attrs->n + 1, const AstAttr *);
    Sbuf text = { 0 };
    size_t n = 0;
    for (size_t k = 0; k < attrs->n; k++)
        if (attrs->at[k].name)
            sorted[n++] = &attrs->at[k];
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t k = 0; k < n; k++)
        put(&text, sorted[k]->name, sorted[k]->value);
    const char *kept = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

static const char *loop_of(const Wire *w)
{
    const char *name = w->item->decl->as.connect.loop.name;
    return name ? name : "";
}

/* ---- numbers ---- */

typedef struct Labelled {
    Wire *wire;
    const char *attributes;
} Labelled;

static int by_ends(const Wire *x, const Wire *y)
{
    if (x->pre->index != y->pre->index)
        return x->pre->index < y->pre->index ? -1 : 1;
    return (x->post->index > y->post->index) - (x->post->index < y->post->index);
}

/* 0: exactly alike, except where they stand. */
static int by_text(const Labelled *x, const Labelled *y)
{
    const Item *p = x->wire->item, *q = y->wire->item;
    int order = strcmp(x->attributes, y->attributes);
    if (order == 0)
        order = strcmp(p->space->prefix, q->space->prefix);
    if (order == 0)
        order = strcmp(loop_of(x->wire), loop_of(y->wire));
    return order ? order : (p->round > q->round) - (p->round < q->round);
}

static int by_all(const void *a, const void *b)
{
    const Labelled *x = a, *y = b;
    int order = by_ends(x->wire, y->wire);
    if (order == 0)
        order = by_text(x, y);
    return order ? order : (x->wire > y->wire) - (x->wire < y->wire);
}

/* The ends, the attributes, the round of a loop, before which names it stands, and the number among those that are alike in all that. */
static const char *key_of(Builder *b, const Labelled *l, size_t number)
{
    const Wire *w = l->wire;
    Sbuf text = { 0 };
    sbuf_printf(&text, "%s->%s\n%s", b->m->pops.at[w->pre->index].key, b->m->pops.at[w->post->index].key, l->attributes);
    if (*loop_of(w))
        sbuf_printf(&text, "%s = %ld\n", loop_of(w), w->item->round);
    if (*w->item->space->prefix)
        sbuf_printf(&text, "%s\n", w->item->space->prefix);
    if (number > 1)
        sbuf_printf(&text, "#%zu\n", number);
    const char *kept = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* Those from one population to one other. */
static void label_group(Builder *b, const Labelled *l, size_t n)
{
    for (size_t k = 0, first = 0; k < n; k++) {
        Wire *w = l[k].wire;
        w->label = k == 0 ? arena_printf(&b->cx->arena, "%s->%s", w->pre->path, w->post->path)
                          : arena_printf(&b->cx->arena, "%s->%s#%zu", w->pre->path, w->post->path, k + 1);
        if (by_text(&l[first], &l[k]) != 0)
            first = k;
        w->key = key_of(b, &l[k], k - first + 1);
    }
}

void label_wires(Builder *b, size_t n, Wire *wire)
{
    Labelled *l = ARENA_ARRAY(&b->cx->arena, n + 1, Labelled);
    size_t n_whole = 0;
    for (size_t k = 0; k < n; k++)
        if (wire[k].pre && wire[k].post)
            l[n_whole++] = (Labelled){ &wire[k], attributes_of(b, &wire[k]) };
    qsort(l, n_whole, sizeof *l, by_all);
    for (size_t from = 0, to; from < n_whole; from = to) {
        for (to = from + 1; to < n_whole && by_ends(l[from].wire, l[to].wire) == 0;)
            to++;
        label_group(b, l + from, to - from);
    }
}
