#include "lang/base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "lang/base/diag_order.h"

enum { TAB_WIDTH = 4, WINDOW = 120 };

typedef struct Paint {
    const char *bold, *error, *warning, *note, *gutter, *end;
} Paint;

static const Paint plain = { "", "", "", "", "", "" };
static const Paint colours = { "\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[34m", "\033[0m" };

/* One source line drawn into display columns. Columns from `first` on are
 * shown, at most WINDOW of them: a line may be a megabyte long. */
typedef struct Drawn {
    size_t first, column;
    Sbuf *out;
} Drawn;

static bool visible(const Drawn *d)
{
    return d->column >= d->first && d->column < d->first + WINDOW;
}

static void draw_cell(Drawn *d, const char *s, size_t n)
{
    if (d->out && visible(d))
        sbuf_mem(d->out, s, n);
    d->column++;
}

/* Draws bytes [at, to). Control characters could move the terminal's cursor: they become `?`. */
static void draw(Drawn *d, const char *at, const char *to)
{
    while (at < to) {
        unsigned char c = (unsigned char)*at;
        size_t n = 1;
        while (at + n < to && ((unsigned char)at[n] & 0xc0) == 0x80)
            n++;
        bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && n == 2 && (unsigned char)at[1] < 0xa0);
        if (c == '\t') {
            do
                draw_cell(d, " ", 1);
            while (d->column % TAB_WIDTH);
        } else if (control) {
            draw_cell(d, "?", 1);
        } else {
            draw_cell(d, at, n);
        }
        at += n;
    }
}

static size_t display_width(const char *at, const char *to)
{
    Drawn d = { 0 };
    draw(&d, at, to);
    return d.column;
}

static size_t digits(size_t n)
{
    size_t k = 1;
    while (n >= 10) {
        n /= 10;
        k++;
    }
    return k;
}

/* Line `line` (from 0) with its bytes [from, to) underlined; offsets are the source's. */
static void draw_line(Sbuf *out, const Source *s, size_t line, size_t from, size_t to, size_t gutter,
                      const Paint *p, const char *caret)
{
    const char *begin = s->bytes + s->line_from[line];
    const char *end = line + 1 < s->n_lines ? s->bytes + s->line_from[line + 1] - 1 : s->bytes + s->n;
    if (end > begin && end[-1] == '\r')
        end--;
    const char *a = s->bytes + from, *b = s->bytes + to;
    if (b > end)
        b = end;
    size_t left = display_width(begin, a < end ? a : end), width = a < b ? display_width(begin, b) - left : 1;
    size_t total = display_width(begin, end);
    size_t first = total > WINDOW && left > WINDOW / 2 ? left - WINDOW / 2 : 0;
    Drawn d = { .first = first, .out = out };
    sbuf_printf(out, "%s%*zu |%s %s", p->gutter, (int)gutter, line + 1, p->end, first ? "..." : "");
    draw(&d, begin, end);
    if (total > first + WINDOW)
        sbuf_str(out, "...");
    if (left + width > first + WINDOW)
        width = first + WINDOW - left;
    sbuf_printf(out, "\n%s%*s |%s %*s%s", p->gutter, (int)gutter, "", p->end, (int)(left - first + (first ? 3 : 0)),
                "", caret);
    for (size_t k = 0; k < width; k++)
        sbuf_char(out, '^');
    sbuf_printf(out, "%s\n", p->end);
}

/* Two lines at most: where the range begins and where it ends. */
static void draw_range(Sbuf *out, const Source *s, Span span, const Paint *p, const char *caret)
{
    size_t line, column, last, last_column;
    source_line_column(s, span.from, &line, &column);
    source_line_column(s, span.to > span.from ? span.to - 1 : span.to, &last, &last_column);
    size_t gutter = digits(last);
    size_t line_end = line < s->n_lines ? s->line_from[line] : s->n;
    draw_line(out, s, line - 1, span.from, span.to < line_end ? span.to : line_end, gutter, p, caret);
    if (last == line)
        return;
    if (last > line + 1)
        sbuf_printf(out, "%s%*s :%s\n", p->gutter, (int)gutter, "", p->end);
    draw_line(out, s, last - 1, s->line_from[last - 1], span.to, gutter, p, caret);
}

static void draw_place(const Ctx *cx, Sbuf *out, bool has_span, Span span, const Paint *p)
{
    const Source *s = has_span ? diag_source(cx, span) : NULL;
    if (!s) {
        sbuf_printf(out, "%seigc:%s ", p->bold, p->end);
        return;
    }
    size_t line, column;
    span = diag_clamp(s, span);
    source_line_column(s, span.from, &line, &column);
    sbuf_printf(out, "%s%s:%zu:%zu:%s ", p->bold, s->path, line, column, p->end);
}

static void draw_snippet(const Ctx *cx, Sbuf *out, bool has_span, Span span, const Paint *p, const char *caret)
{
    const Source *s = has_span ? diag_source(cx, span) : NULL;
    if (s)
        draw_range(out, s, diag_clamp(s, span), p, caret);
}

static const char *severity_word(const Diag *d)
{
    return diag_code_severity(d->code) == SEV_error ? "error" : "warning";
}

static void draw_diag(const Ctx *cx, Sbuf *out, const Diag *d, const Paint *p)
{
    const char *tint = diag_code_severity(d->code) == SEV_error ? p->error : p->warning;
    draw_place(cx, out, d->has_span, d->span, p);
    sbuf_printf(out, "%s%s[%s]:%s %s\n", tint, severity_word(d), diag_code_name(d->code), p->end, d->text);
    draw_snippet(cx, out, d->has_span, d->span, p, tint);
    for (int k = 0; k < d->n_notes; k++) {
        const DiagNote *note = &d->note[k];
        if (note->has_span)
            draw_place(cx, out, true, note->span, p);
        sbuf_printf(out, "%snote:%s %s\n", p->note, p->end, note->text);
        draw_snippet(cx, out, note->has_span, note->span, p, p->note);
    }
    if (d->help)
        sbuf_printf(out, "%shelp:%s %s\n", p->note, p->end, d->help);
}

void diag_render(const Ctx *cx, Sbuf *out, bool colour)
{
    const Paint *p = colour ? &colours : &plain;
    const Diag **order = diag_sorted(cx);
    for (size_t k = 0; k < cx->diags.n; k++) {
        if (k > 0)
            sbuf_char(out, '\n');
        draw_diag(cx, out, order[k], p);
    }
    if (cx->diags.n_dropped)
        sbuf_printf(out, "\neigc: %zu more %s not shown\n", cx->diags.n_dropped,
                    cx->diags.n_dropped == 1 ? "diagnostic is" : "diagnostics are");
    free(order);
}

static void draw_gnu(const Ctx *cx, Sbuf *out, const Diag *d)
{
    const Source *s = d->has_span ? diag_source(cx, d->span) : NULL;
    if (s) {
        size_t line, column, last, last_column;
        Span span = diag_clamp(s, d->span);
        source_line_column(s, span.from, &line, &column);
        source_line_column(s, span.to > span.from ? span.to - 1 : span.to, &last, &last_column);
        sbuf_printf(out, "%s:%zu.%zu-%zu.%zu: ", s->path, line, column, last, last_column);
    } else {
        sbuf_str(out, "eigc: ");
    }
    sbuf_printf(out, "%s: %s [%s]\n", severity_word(d), d->text, diag_code_name(d->code));
}

void diag_render_gnu(const Ctx *cx, Sbuf *out)
{
    const Diag **order = diag_sorted(cx);
    for (size_t k = 0; k < cx->diags.n; k++)
        draw_gnu(cx, out, order[k]);
    if (cx->diags.n_dropped)
        sbuf_printf(out, "eigc: note: %zu more not shown\n", cx->diags.n_dropped);
    free(order);
}
