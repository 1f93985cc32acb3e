/* Any bytes: what parses without an error is laid out, and the layout has the
 * same tree and comments and is its own layout. What does not parse has none. */
#include <stdint.h>

#include "tests/format_holds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_layout(Ctx *cx, int source)
{
    const char *wrong = format_fails(cx, source);
    if (wrong)
        BUG("the layout is %s", wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Ctx cx, fresh;
    Sbuf out = { 0 };
    ctx_init(&cx);
    ctx_init(&fresh);
    int source = source_from_text(&cx, "fuzz", (const char *)data, n);
    if (source >= 0) {
        parse_text(&cx, source);
        bool parses = cx.diags.n_errors == 0;
        if (format_source(&fresh, source_from_text(&fresh, "fuzz", (const char *)data, n), &out) != parses)
            BUG("a text is laid out exactly when it parses");
        if (parses)
            check_layout(&cx, source);
    }
    sbuf_free(&out);
    ctx_free(&fresh);
    ctx_free(&cx);
    return 0;
}
