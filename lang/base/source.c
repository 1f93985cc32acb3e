#include "lang/base/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/ctx.h"

static Diag *refuse(Ctx *cx, DiagCode code, const Span *asked, const char *text)
{
    return asked ? diag_at(cx, code, *asked, "%s", text) : diag_nowhere(cx, code, "%s", text);
}

/* Length of the well-formed UTF-8 sequence at s (RFC 3629), 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    size_t want = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if (want == 0 || want > n)
        return 0;
    for (size_t k = 1; k < want; k++)
        if ((s[k] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
        return 0;
    if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return want;
}

/* C0, DEL and C1. */
static bool is_control(const unsigned char *s)
{
    return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

/* Each byte of what cannot be shown becomes `?`. */
static const char *with_marks(Ctx *cx, const char *from, bool controls_too)
{
    size_t n = strlen(from);
    char *text = arena_strdup(&cx->arena, from);
    for (size_t k = 0, step; k < n; k += step) {
        const unsigned char *at = (const unsigned char *)text + k;
        step = utf8_length(at, n - k);
        if (step == 0 || (controls_too && is_control(at))) {
            step = step ? step : 1;
            memset(text + k, '?', step);
        }
    }
    return text;
}

const char *source_printable(Ctx *cx, const char *path)
{
    return with_marks(cx, path, false);
}

const char *source_one_line(Ctx *cx, const char *text)
{
    return with_marks(cx, text, true);
}

static bool is_text(Ctx *cx, const char *path, const char *text, size_t n, const Span *asked)
{
    size_t line = 1;
    for (size_t k = 0; k < n;) {
        size_t step = utf8_length((const unsigned char *)text + k, n - k);
        if (step == 0 || text[k] == 0) {
            Diag *d = refuse(cx, D_E0002, asked,
                             arena_printf(&cx->arena, "`%s` is not a text file: line %zu holds %s", path, line,
                                          step ? "a NUL byte" : "bytes that are not UTF-8"));
            diag_help(cx, d, "a model is UTF-8 text; was a data file named in the place of a model?");
            return false;
        }
        line += text[k] == '\n';
        k += step;
    }
    return true;
}

static void find_lines(Ctx *cx, Source *s)
{
    size_t n = 1;
    for (size_t k = 0; k < s->n; k++)
        n += s->bytes[k] == '\n';
    s->line_from = ARENA_ARRAY(&cx->arena, n, uint32_t);
    s->n_lines = n;
    size_t line = 1;
    for (size_t k = 0; k < s->n; k++)
        if (s->bytes[k] == '\n')
            s->line_from[line++] = (uint32_t)(k + 1);
}

static const char *folder_of(Ctx *cx, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return "";
    return arena_strndup(&cx->arena, path, slash == path ? 1 : (size_t)(slash - path));
}

static int register_source(Ctx *cx, const char *path, const char *text, size_t n, const Span *asked)
{
    if (n > SOURCE_MAX_BYTES) {
        refuse(cx, D_E0003, asked,
               arena_printf(&cx->arena, "`%s` is larger than %d MiB", path, SOURCE_MAX_BYTES / (1024 * 1024)));
        return -1;
    }
    if (!is_text(cx, path, text, n, asked))
        return -1;
    if (cx->n_sources == cx->cap_sources) {
        size_t cap = cx->cap_sources ? 2 * cx->cap_sources : 8;
        Source **more = ARENA_ARRAY(&cx->arena, cap, Source *);
        if (cx->n_sources)
            memcpy(more, cx->sources, cx->n_sources * sizeof *more);
        cx->sources = more;
        cx->cap_sources = cap;
    }
    Source *s = ARENA_NEW(&cx->arena, Source);
    s->path = source_printable(cx, path);
    s->dir = folder_of(cx, path);
    s->bytes = arena_strndup(&cx->arena, text, n);
    s->n = n;
    find_lines(cx, s);
    cx->sources[cx->n_sources] = s;
    return (int)cx->n_sources++;
}

/* Reads at most one byte more than is allowed, so that the limit is noticed. */
static bool read_all(FILE *f, char **text, size_t *n)
{
    size_t cap = 64 * 1024;
    char *at = malloc(cap);
    *n = 0;
    while (at) {
        *n += fread(at + *n, 1, cap - *n, f);
        if (*n < cap || *n > SOURCE_MAX_BYTES)
            break;
        cap *= 2;
        char *more = realloc(at, cap);
        if (!more)
            free(at);
        at = more;
    }
    if (!at)
        arena_on_exhausted(cap);
    *text = at;
    return !ferror(f);
}

/* Of a file that another one asks for. */
static void help_to_find(Ctx *cx, Diag *d, const Span *asked, int why)
{
    if (asked && why == ENOENT)
        diag_help(cx, d, "a relative name starts from the folder of the file that it stands in");
    else if (asked && why == EISDIR)
        diag_help(cx, d, "name a file in it");
}

int source_load(Ctx *cx, const char *path, const Span *asked)
{
    bool standard_input = strcmp(path, "-") == 0;
    const char *shown = standard_input ? "<stdin>" : path;
    errno = 0;
    FILE *f = standard_input ? stdin : fopen(path, "rb");
    char *text = NULL;
    size_t n = 0;
    bool good = f && read_all(f, &text, &n);
    int why = errno;
    if (f && !standard_input)
        fclose(f);
    int number = -1;
    if (good)
        number = register_source(cx, shown, text, n, asked);
    else
        help_to_find(cx, refuse(cx, D_E0001, asked, arena_printf(&cx->arena, "`%s` cannot be read: %s", shown, strerror(why))), asked, why);
    free(text);
    return number;
}

int source_from_text(Ctx *cx, const char *path, const char *text, size_t n)
{
    return register_source(cx, path, text, n, NULL);
}

void source_line_column(const Source *s, uint32_t offset, size_t *line, size_t *column)
{
    size_t low = 0, high = s->n_lines;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->line_from[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    *line = low + 1;
    *column = offset - s->line_from[low] + 1;
}

Span span_join(Span a, Span b)
{
    return (Span){ a.source, a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to };
}
