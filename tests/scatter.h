/* The same tokens with other blanks, line ends and comments between them. */
#ifndef TESTS_SCATTER_H
#define TESTS_SCATTER_H
#include <string.h>

#include "lang/layout.h"
#include "lang/parser.h"
#include "tests/draw.h"

/* Whether a line may end behind this token without ending the statement. */
static bool may_break(int kind)
{
    switch (kind) {
    case T_OPEN_BLOCK: case T_DEFINE: case T_ARROW: case T_COMMA: case T_PLUS: case T_MINUS: case T_TIMES: case T_OVER:
    case T_POWER: case T_LT: case T_LE: case T_GT: case T_GE: case T_EQ: case T_DOTS: case T_OPEN: case T_OPEN_LIST:
        return true;
    default:
        return false;
    }
}

/* At the start of a line these open a declaration, if a word follows. */
static bool may_open(const Token *t)
{
    return t->kind == T_NAME && (!strcmp(t->text, "model") || !strcmp(t->text, "population") || !strcmp(t->text, "simulate"));
}

static void scatter_breaks(Draw *d, Sbuf *out)
{
    static const char *const pieces[] = { "\n", "\r\n", "#", "# comment {\n", "  #[ \"x  \n", "\n\n\n\n", "\t", "\n#\xc2\xb5\n" };
    for (unsigned n = below(d, 3); n > 0; n--) {
        const char *piece = pieces[below(d, 8)];
        sbuf_str(out, piece);
        if (piece[0] == '#' && !piece[1])
            sbuf_char(out, '\n');
    }
}

/* The tokens of a text with other blanks between them. */
static void scatter(Draw *d, int source, Sbuf *out)
{
    const char *bytes = d->cx->sources[source]->bytes;
    Tokens tokens = parse_tokens(d->cx, source);
    size_t at = 0;
    int before = T_NEWLINE;
    for (size_t k = 0; k < tokens.n; k++) {
        const Token *t = &tokens.at[k];
        bool real = t->span.to > t->span.from, apart = real && t->span.from > at;
        if (t->kind == T_NEWLINE && !real && bytes[t->span.to] == '\n')
            sbuf_str(out, below(d, 4) ? "\n" : ";");
        if (before == T_NEWLINE || (may_break(before) && !may_open(t)) || (real && t->kind == T_OPEN_BLOCK))
            scatter_breaks(d, out);
        if (apart || below(d, 4) == 0)
            sbuf_str(out, below(d, 3) ? " " : " \t  ");
        sbuf_mem(out, bytes + t->span.from, t->span.to - t->span.from);
        at = real ? t->span.to : at;
        before = t->kind;
    }
}
#endif
