#include <string.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/write_file.h"
#include "lang/format.h"

static bool is_standard_input(const char *path)
{
    return !strcmp(path, "-");
}

static bool same_text(const Source *s, const Sbuf *text)
{
    return s->n == text->n && memcmp(s->bytes, sbuf_text(text), s->n) == 0;
}

/* With --check a name on standard output is a file that would change. */
static ExitStatus put(Ctx *cx, const Options *o, const char *path, const Source *s, const Sbuf *text)
{
    bool same = same_text(s, text);
    if (o->check_only) {
        if (!same)
            puts(s->path);
        return same ? STATUS_DONE : STATUS_NOT_PROVED;
    }
    if (same && !is_standard_input(path))
        return STATUS_DONE;
    return write_file(cx, path, sbuf_text(text), text->n) ? STATUS_DONE : STATUS_SYSTEM;
}

static ExitStatus format_file(const Options *o, const char *path)
{
    Ctx cx;
    Sbuf text = {0};
    ExitStatus status = STATUS_WRONG;

    ctx_init(&cx);
    int source = source_load(&cx, path, NULL);
    if (source >= 0 && format_source(&cx, source, &text))
        status = put(&cx, o, path, cx.sources[source], &text);
    diagnose(&cx, o);
    sbuf_free(&text);
    ctx_free(&cx);
    return status;
}

/* Every file is tried, whatever the others hold; the gravest status is the command's. */
ExitStatus cmd_fmt(const Options *o)
{
    ExitStatus gravest = STATUS_DONE;

    for (int k = 0; k < o->n_operands; k++) {
        ExitStatus status = format_file(o, o->operands[k]);
        gravest = status > gravest ? status : gravest;
    }
    return gravest;
}
