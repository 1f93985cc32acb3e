/* What the formatter passes around: items in, lines out. Private to lang/. */
#ifndef LANG_FORMAT_LINE_H
#define LANG_FORMAT_LINE_H
#include "lang/layout.h"

enum { FORMAT_COMMENT = -1, FORMAT_INDENT = 2, FORMAT_WIDTH = 120 };

typedef struct Item {           /* a token or a comment */
    int kind;                   /* T_..., or FORMAT_COMMENT */
    uint32_t from, to;          /* its bytes; empty for tokens that layout supplied */
    int breaks;                 /* line ends between the item before and this one */
    bool touches;               /* nothing at all between them */
    bool sign;                  /* `+` or `-` in front of an operand */
    bool tight;                 /* an operator that was written without blanks on both sides */
} Item;
typedef VEC(Item) Items;

/* The whole source. The last item is T_END. */
Items format_items(Ctx *cx, int source);
/* Whether a blank stands between two tokens of one line. */
bool format_blank(const char *bytes, const Item *before, const Item *item);
/* Columns of bytes [from, to): characters, not bytes. */
int format_columns(const char *bytes, size_t from, size_t to);

typedef struct Line {
    int indent;
    const char *text;           /* "" of a line that is a comment */
    int width;                  /* columns of `text` */
    int define;                 /* column in `text` of the `=` that lines up with those around it, or -1 */
    int group;                  /* lines with `=` of one group line up */
    int follows;                /* moves with the `=` of this line, or -1 */
    const char *comment;        /* NULL, or from `#` on */
    bool blank_before;
} Line;
typedef VEC(Line) Lines;

/* Lines up definitions and comments, and writes. */
void format_write(Ctx *cx, Lines *lines, Sbuf *out);
#endif
