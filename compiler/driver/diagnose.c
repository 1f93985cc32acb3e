#include "compiler/driver/diagnose.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lang/base/diag_order.h"

bool diagnose_in_colour(ColourWhen when)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    if (when != COLOUR_AUTO)
        return when == COLOUR_ALWAYS;
    return !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb")) && isatty(STDERR_FILENO);
}

/* ---- the GNU form ---- */

static void put_place(const Ctx *cx, Span span, Sbuf *out)
{
    const Source *s = diag_source(cx, span);
    size_t line, column, end_line, end_column;

    span = diag_clamp(s, span);
    source_line_column(s, span.from, &line, &column);
    source_line_column(s, span.to > span.from ? span.to - 1 : span.from, &end_line, &end_column);
    sbuf_printf(out, "%s:%zu.%zu-%zu.%zu: ", s->path, line, column, end_line, end_column);
}

static void put_line(const Ctx *cx, const Diag *d, Sbuf *out)
{
    if (d->has_span && diag_source(cx, d->span))
        put_place(cx, d->span, out);
    else
        sbuf_str(out, "eigc: ");
    sbuf_printf(out, "%s: %s [%s]\n", diag_code_severity(d->code) == SEV_error ? "error" : "warning", d->text,
                diag_code_name(d->code));
}

void diagnose_gnu(const Ctx *cx, Sbuf *out)
{
    const Diag **order = diag_sorted(cx);

    for (size_t k = 0; k < cx->diags.n; k++)
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
