/* What connections are called: "E->I", and "E->I#2", "E->I#3", ... where several
 * lead from one population to one other. Draws are keyed by these names, so the
 * numbers follow what is written in the connections, not the place where it stands. */
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

static void put_attributes(Builder *b, const AstAttrs *attrs, Sbuf *out)
{
    const AstAttr **sorted = ARENA_ARRAY(&b->cx->arena, attrs->n + 1, const AstAttr *);
    size_t n = 0;
    for (size_t k = 0; k < attrs->n; k++)
        if (attrs->at[k].name)
            sorted[n++] = &attrs->at[k];
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t k = 0; k < n; k++)
        put(out, sorted[k]->name, sorted[k]->value);
}

/* The attributes by name, the loop, and in front of which names it stands. What
 * has the same text is the same connection, or one of the same loop. */
static const char *text_of(Builder *b, const Wire *w)
{
    const AstDecl *d = w->item->decl;
    Sbuf text = { 0 };
    put_attributes(b, &d->as.connect.attrs, &text);
    if (d->as.connect.loop.name)
        put(&text, d->as.connect.loop.name, d->as.connect.loop_range);
    sbuf_printf(&text, "%s\n", w->item->space->prefix);
    put(&text, "from", d->as.connect.source);
    put(&text, "to", d->as.connect.target);
    const char *kept = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* ---- numbers ---- */

typedef struct Labelled {
    Wire *wire;
    const char *text;           /* where it has company */
} Labelled;

static int by_ends(const Wire *x, const Wire *y)
{
    if (x->pre->index != y->pre->index)
        return x->pre->index < y->pre->index ? -1 : 1;
    return (x->post->index > y->post->index) - (x->post->index < y->post->index);
}

/* At last by their places, which is the order of a loop. */
static int by_text(const void *a, const void *b)
{
    const Labelled *x = a, *y = b;
    int order = by_ends(x->wire, y->wire);
    if (order == 0 && x->text)
        order = strcmp(x->text, y->text);
    return order ? order : (x->wire > y->wire) - (x->wire < y->wire);
}

/* Those from one population to one other. */
static void label_group(Builder *b, Labelled *l, size_t n)
{
    for (size_t k = 0; n > 1 && k < n; k++)
        l[k].text = text_of(b, l[k].wire);
    qsort(l, n, sizeof *l, by_text);
    for (size_t k = 0; k < n; k++) {
        Wire *w = l[k].wire;
        w->label = k == 0 ? arena_printf(&b->cx->arena, "%s->%s", w->pre->path, w->post->path)
                          : arena_printf(&b->cx->arena, "%s->%s#%zu", w->pre->path, w->post->path, k + 1);
    }
}

void label_wires(Builder *b, size_t n, Wire *wire)
{
    Labelled *l = ARENA_ARRAY(&b->cx->arena, n + 1, Labelled);
    size_t n_whole = 0;
    for (size_t k = 0; k < n; k++)
        if (wire[k].pre && wire[k].post)
            l[n_whole++].wire = &wire[k];
    qsort(l, n_whole, sizeof *l, by_text);
    for (size_t from = 0, to; from < n_whole; from = to) {
        for (to = from + 1; to < n_whole && by_ends(l[from].wire, l[to].wire) == 0;)
            to++;
        label_group(b, l + from, to - from);
    }
}
