/* Lines -> text: what lines up with what. */
#include "lang/format_line.h"

enum { COMMENT_COLUMN = 32, COMMENT_STEP = 8, COMMENT_DISTANCE = 2 };

static bool continues_run(const Lines *lines, size_t k)
{
    const Line *line = &lines->at[k];
    return line->group != 0 && line->group == lines->at[k - 1].group && !line->blank_before;
}

/* Inserts blanks in front of the `=`. */
static void pad(Ctx *cx, Line *line, int n)
{
    Sbuf text = { 0 };
    int k = 0;
    for (const char *s = line->text; *s; s++, k++) {
        if (k == line->define)
            sbuf_printf(&text, "%*s", n, "");
        sbuf_char(&text, *s);
    }
    line->text = arena_strdup(&cx->arena, sbuf_text(&text));
    line->width += n;
    sbuf_free(&text);
}

static void line_up_run(Ctx *cx, Lines *lines, size_t from, size_t to)
{
    int most = 0;
    for (size_t k = from; k < to; k++)
        most = lines->at[k].define > most ? lines->at[k].define : most;
    for (size_t k = from; k < to; k++) {
        Line *line = &lines->at[k];
        if (line->define >= 0 && line->define < most)
            pad(cx, line, most - line->define);
        else if (line->follows >= 0)
            line->indent += most - lines->at[line->follows].define;
    }
}

static void line_up_definitions(Ctx *cx, Lines *lines)
{
    for (size_t from = 0, to; from < lines->n; from = to) {
        for (to = from + 1; to < lines->n && continues_run(lines, to); to++)
            ;
        if (lines->at[from].group)
            line_up_run(cx, lines, from, to);
    }
}

static int comment_column(int width)
{
    int least = width + COMMENT_DISTANCE;
    return least <= COMMENT_COLUMN ? COMMENT_COLUMN : (least + COMMENT_STEP - 1) / COMMENT_STEP * COMMENT_STEP;
}

static bool has_trailing(const Line *line)
{
    return line->comment && line->text[0];
}

/* Of lines that follow one another those that leave room have their comments
 * in one column, the longer ones in another: this one. k begins the run. */
static int column_of_long(const Lines *lines, size_t k)
{
    int most = 0;
    for (size_t first = k; k < lines->n && has_trailing(&lines->at[k]); k++) {
        if (k > first && lines->at[k].blank_before)
            break;
        int column = comment_column(lines->at[k].indent + lines->at[k].width);
        most = column > most ? column : most;
    }
    return most;
}

static void write_line(const Lines *lines, size_t k, int column_of_longer, Sbuf *out)
{
    const Line *line = &lines->at[k];
    int width = line->indent + line->width;
    if (line->blank_before)
        sbuf_char(out, '\n');
    sbuf_printf(out, "%*s%s", line->indent, "", line->text);
    if (has_trailing(line)) {
        int column = comment_column(width);
        column = column > COMMENT_COLUMN ? column_of_longer : column;
        sbuf_printf(out, "%*s", column - width, "");
    }
    if (line->comment)
        sbuf_str(out, line->comment);
    sbuf_char(out, '\n');
}

void format_write(Ctx *cx, Lines *lines, Sbuf *out)
{
    line_up_definitions(cx, lines);
    int longer = 0;
    for (size_t k = 0; k < lines->n; k++) {
        bool run_goes_on = k > 0 && has_trailing(&lines->at[k - 1]) && !lines->at[k].blank_before;
        if (has_trailing(&lines->at[k]) && !run_goes_on)
            longer = column_of_long(lines, k);
        write_line(lines, k, longer, out);
    }
}
