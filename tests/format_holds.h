/* What a layout must keep, of any text that parses. */
#ifndef TESTS_FORMAT_HOLDS_H
#define TESTS_FORMAT_HOLDS_H
#include <string.h>

#include "lang/format.h"
#include "lang/parse.h"

/* Appends the next comment at or behind `s`, without blanks at its end, and a
 * line end; returns what is behind it, or NULL when there is none. */
static const char *next_comment(const char *s, Sbuf *out)
{
    for (; *s && *s != '#'; s++)
        if (*s == '"')
            for (s++; *s != '"'; s++)
                s += *s == '\\';
    if (!*s)
        return NULL;
    size_t n = strcspn(s, "\n"), kept = n;
    while (kept > 0 && strchr(" \t\r\f\v", s[kept - 1]))
        kept--;
    sbuf_mem(out, s, kept);
    sbuf_char(out, '\n');
    return s + n;
}

static bool same_comments(const char *a, const char *b)
{
    Sbuf of_a = { 0 }, of_b = { 0 };
    while (a)
        a = next_comment(a, &of_a);
    while (b)
        b = next_comment(b, &of_b);
    bool same = strcmp(sbuf_text(&of_a), sbuf_text(&of_b)) == 0;
    sbuf_free(&of_a);
    sbuf_free(&of_b);
    return same;
}

static bool is_tidy(const Sbuf *text)
{
    const char *s = sbuf_text(text);
    bool ends = text->n > 0 && s[text->n - 1] == '\n';
    if (text->n == 0)
        return true;
    return ends && s[0] != '\n' && !strstr(s, " \n") && !strstr(s, "\n\n\n") && !strchr(s, '\r');
}

/* The tree, the comments and their order are kept; a second time changes
 * nothing. NULL, or what is wrong. */
static const char *format_fails(Ctx *cx, int source)
{
    const char *text = cx->sources[source]->bytes, *wrong = NULL;
    Sbuf once = { 0 }, twice = { 0 };
    const Ast *tree = parse_text(cx, source);
    if (cx->diags.n_errors || !format_source(cx, source, &once))
        return "refused";
    int again = source_from_text(cx, "once", sbuf_text(&once), once.n);
    if (again < 0 || !ast_equal(tree, parse_text(cx, again)) || cx->diags.n_errors)
        wrong = "another tree";
    else if (!same_comments(text, sbuf_text(&once)))
        wrong = "other comments";
    else if (!is_tidy(&once))
        wrong = "untidy";
    else if (!format_source(cx, again, &twice) || strcmp(sbuf_text(&once), sbuf_text(&twice)) != 0)
        wrong = "another text the second time";
    sbuf_free(&once);
    sbuf_free(&twice);
    return wrong;
}
#endif
