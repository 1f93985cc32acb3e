#include "compiler/driver/diagnose.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* May standard error be coloured? */
static bool in_colour(ColourWhen when)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    if (when != COLOUR_AUTO)
        return when == COLOUR_ALWAYS;
    return !(no_colour && *no_colour) && !(term && !strcmp(term, "dumb")) && isatty(STDERR_FILENO);
}

void diagnose(const Ctx *cx, const Options *o)
{
    Sbuf out = {0};

    switch (o->diagnostics) {
    case DIAGS_TEXT: diag_render(cx, &out, in_colour(o->colour)); break;
    case DIAGS_GNU:  diag_render_gnu(cx, &out); break;
    case DIAGS_JSON: diag_render_sarif(cx, &out); sbuf_char(&out, '\n'); break;
    }
    fflush(stdout);             /* what was dumped comes before what is wrong with it */
    fputs(sbuf_text(&out), stderr);
    sbuf_free(&out);
}
