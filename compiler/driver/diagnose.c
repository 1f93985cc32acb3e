#include "compiler/driver/diagnose.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool diagnose_in_colour(ColourWhen when)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    if (when != COLOUR_AUTO)
        return when == COLOUR_ALWAYS;
    return !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb")) && isatty(STDERR_FILENO);
}

/* ---- the GNU form ---- */

static int compare_numbers(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

/* Those without a place first, the others by place. */
static int compare_places(const void *pa, const void *pb)
{
    const Diag *a = *(const Diag *const *)pa, *b = *(const Diag *const *)pb;
    int order;

    if (a->has_span != b->has_span)
        return a->has_span ? 1 : -1;
    if ((order = compare_numbers(a->span.source, b->span.source)) || (order = compare_numbers(a->span.from, b->span.from)) ||
        (order = compare_numbers(a->span.to, b->span.to)) || (order = compare_numbers(a->code, b->code)))
        return order;
    return a < b ? -1 : a > b;   /* the order in which they were found */
}

static void put_place(const Ctx *cx, Span span, Sbuf *out)
{
    const Source *s = cx->sources[span.source];
    size_t line, column, end_line, end_column;

    source_line_column(s, span.from, &line, &column);
    source_line_column(s, span.to > span.from ? span.to - 1 : span.from, &end_line, &end_column);
    sbuf_printf(out, "%s:%zu.%zu-%zu.%zu: ", s->path, line, column, end_line, end_column);
}

static void put_line(const Ctx *cx, const Diag *d, Sbuf *out)
{
    if (d->has_span)
        put_place(cx, d->span, out);
    else
        sbuf_str(out, "eigc: ");
    sbuf_printf(out, "%s: %s [%s]\n", diag_code_severity(d->code) == SEV_error ? "error" : "warning", d->text,
                diag_code_name(d->code));
}

void diagnose_gnu(const Ctx *cx, Sbuf *out)
{
    size_t n = cx->diags.n;
    const Diag **order = calloc(n + 1, sizeof *order);

    if (!order)
        arena_on_exhausted(n * sizeof *order);
    for (size_t k = 0; k < n; k++)
        order[k] = &cx->diags.at[k];
    qsort(order, n, sizeof *order, compare_places);
    for (size_t k = 0; k < n; k++)
        put_line(cx, order[k], out);
    if (cx->diags.n_dropped)
        sbuf_printf(out, "eigc: note: %zu more not shown\n", cx->diags.n_dropped);
    free(order);
}

void diagnose(const Ctx *cx, const Options *o)
{
    Sbuf out = {0};

    switch (o->diagnostics) {
    case DIAGS_TEXT: diag_render(cx, &out, diagnose_in_colour(o->colour)); break;
    case DIAGS_GNU:  diagnose_gnu(cx, &out); break;
    case DIAGS_JSON: diag_render_sarif(cx, &out); sbuf_char(&out, '\n'); break;
    }
    fflush(stdout);             /* what was dumped comes before what is wrong with it */
    fputs(sbuf_text(&out), stderr);
    sbuf_free(&out);
}
