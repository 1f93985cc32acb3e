#include "lang/base/diag_order.h"

#include <stdlib.h>

static int by_place(const void *left, const void *right)
{
    const Diag *a = *(const Diag *const *)left, *b = *(const Diag *const *)right;
    if (a->has_span != b->has_span)
        return a->has_span ? 1 : -1;
    if (a->has_span && a->span.source != b->span.source)
        return a->span.source < b->span.source ? -1 : 1;
    if (a->has_span && a->span.from != b->span.from)
        return a->span.from < b->span.from ? -1 : 1;
    if (a->has_span && a->span.to != b->span.to)
        return a->span.to < b->span.to ? -1 : 1;
    return a < b ? -1 : a > b;
}

const Diag **diag_sorted(const Ctx *cx)
{
    const DiagList *list = &cx->diags;
    const Diag **order = malloc((list->n + 1) * sizeof *order);
    if (!order) {
        arena_on_exhausted(list->n * sizeof *order);
        abort();
    }
    for (size_t k = 0; k < list->n; k++)
        order[k] = &list->at[k];
    qsort(order, list->n, sizeof *order, by_place);
    return order;
}

const Source *diag_source(const Ctx *cx, Span span)
{
    return span.source < cx->n_sources ? cx->sources[span.source] : NULL;
}

Span diag_clamp(const Source *s, Span span)
{
    if (span.to > s->n)
        span.to = (uint32_t)s->n;
    if (span.from > span.to)
        span.from = span.to;
    return span;
}

size_t diag_count_points(const char *s, size_t n)
{
    size_t points = 0;
    for (size_t k = 0; k < n; k++)
        points += ((unsigned char)s[k] & 0xc0) != 0x80;
    return points;
}
