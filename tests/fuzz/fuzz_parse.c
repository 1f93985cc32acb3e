/* Any bytes: no crash, and what parses without an error prints to a text that
 * parses to the same tree. Every rendering of the diagnostics is drawn. */
#include <stdint.h>
#include <stdlib.h>

#include "lang/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void render_all(const Ctx *cx)
{
    Sbuf out = { 0 };
    diag_render(cx, &out, true);
    diag_render_gnu(cx, &out);
    diag_render_sarif(cx, &out);
    sbuf_free(&out);
}

static void check_places(const Ctx *cx)
{
    for (size_t k = 0; k < cx->diags.n; k++) {
        const Diag *d = &cx->diags.at[k];
        if (d->has_span && (d->span.from > d->span.to || d->span.to > cx->sources[d->span.source]->n))
            abort();
    }
}

static void check_round_trip(Ctx *cx, const Ast *ast)
{
    Sbuf text = { 0 };
    ast_print(ast, &text);
    int again = source_from_text(cx, "again", sbuf_text(&text), text.n);
    if (again < 0 || !ast_equal(ast, parse_source(cx, again)) || cx->diags.n_errors)
        abort();
    sbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Ctx cx;
    ctx_init(&cx);
    int source = source_from_text(&cx, "fuzz", (const char *)data, n);
    if (source >= 0) {
        Sbuf tokens = { 0 };
        const Ast *ast = parse_source(&cx, source);
        if (cx.diags.n_errors == 0)
            check_round_trip(&cx, ast);
        parse_dump_tokens(&cx, source, &tokens);
        sbuf_free(&tokens);
    }
    check_places(&cx);
    render_all(&cx);
    ctx_free(&cx);
    return 0;
}
