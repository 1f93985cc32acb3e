/* The layout. Line ends of the writer stay where a statement goes on over
 * several lines; between statements there is one each. A block is laid out in
 * one of three ways:
 *
 *     { a = 1; b = 2 }          on one line, as it was written, if it fits
 *     { a = 1                   hanging: begun on the line of its `{`
 *       b = 2 }
 *     {                         open: everything else
 *       a = 1
 *     }
 */
#include "lang/format.h"

#include "lang/format_line.h"
#include "lang/parse.h"
#include "lang/parser.h"

typedef struct Open {           /* an open bracket */
    int column;                 /* where a line that goes on inside it begins */
    bool moves;                 /* that column moves with the `=` */
    bool ends_line;             /* nothing stands behind it on its line: its partner begins one */
    int indent;                 /* of its line */
} Open;

typedef struct Format {
    Ctx *cx;
    const char *bytes;
    Items items;
    size_t k;                   /* the next item */
    const Item *before;         /* the token before it on this line, or NULL */
    Lines lines;                /* the last one is being written: its text is in `text` */
    Sbuf text;
    Open open[LAYOUT_MAX_NESTING + 1];
    int n_open;
    size_t first;               /* line on which this statement begins */
    int n_blocks;               /* so far: names groups of lines */
} Format;

static const Item *next(const Format *f)
{
    return &f->items.at[f->k];
}

static Line *line(const Format *f)
{
    return &f->lines.at[f->lines.n - 1];
}

/* ---- lines ---- */

static void finish_line(Format *f)
{
    if (f->lines.n == 0 || line(f)->text)
        return;
    line(f)->text = arena_strndup(&f->cx->arena, sbuf_text(&f->text), f->text.n);
    line(f)->width = format_columns(line(f)->text, 0, f->text.n);
    f->text.n = 0;
    sbuf_str(&f->text, "");
}

static void begin_line(Format *f, int indent, int group, bool blank_before)
{
    finish_line(f);
    Line new = { .indent = indent, .define = -1, .group = group, .follows = -1, .blank_before = blank_before };
    vec_push(&f->cx->arena, &f->lines, new);
    f->before = NULL;
}

static int column(const Format *f)
{
    return line(f)->indent + (f->text.n ? format_columns(f->text.text, 0, f->text.n) : 0);
}

static const char *comment_text(Format *f)
{
    const Item *c = next(f);
    f->k++;
    return arena_strndup(&f->cx->arena, f->bytes + c->from, c->to - c->from);
}

static void own_comment(Format *f, int indent, int group, bool blank_before)
{
    begin_line(f, indent, group, blank_before);
    line(f)->comment = comment_text(f);
    finish_line(f);
}

/* ---- tokens ---- */

static int width_of(const Format *f, size_t k)
{
    bool blank = format_blank(f->bytes, &f->items.at[k - 1], &f->items.at[k]);
    return blank + format_columns(f->bytes, f->items.at[k].from, f->items.at[k].to);
}

/* What must stand on one line from item k on: up to a comma or the end. */
static int width_of_part(const Format *f, size_t k)
{
    int width = 0;
    for (; f->items.at[k].kind != T_NEWLINE && f->items.at[k].kind != FORMAT_COMMENT; k++) {
        width += width_of(f, k);
        if (f->items.at[k].kind == T_COMMA || f->items.at[k].kind == T_OPEN_BLOCK)
            break;
        if (f->items.at[k + 1].breaks)
            break;
    }
    return width;
}

static void put(Format *f)
{
    const Item *item = next(f);
    if (f->before && format_blank(f->bytes, f->before, item))
        sbuf_char(&f->text, ' ');
    sbuf_mem(&f->text, f->bytes + item->from, item->to - item->from);
    f->before = item;
    f->k++;
}

/* A bracket or a block whose first line is far to the right: what goes on does not hang there. */
enum { FARTHEST = 80, GOES_ON = 4 };

static void open_bracket(Format *f, bool ends_line)
{
    bool hangs = !ends_line && column(f) <= FARTHEST;
    bool moves = line(f)->follows >= 0 || (hangs && f->lines.n - 1 == f->first && line(f)->define >= 0);
    int at = hangs ? column(f) : line(f)->indent + (ends_line ? FORMAT_INDENT : GOES_ON);
    f->open[f->n_open++] = (Open){ at, moves, ends_line, line(f)->indent };
}

static bool item_ends_line(const Item *item)
{
    return item->breaks > 0 || item->kind == FORMAT_COMMENT;
}

/* After a token: what it opens or closes. open[0] is the statement itself. */
static void follow(Format *f, bool defines)
{
    bool ends_line = item_ends_line(next(f));
    switch (f->before->kind) {
    case T_OPEN: case T_OPEN_LIST:
        open_bracket(f, ends_line);
        break;
    case T_CLOSE: case T_CLOSE_LIST:
        f->n_open -= f->n_open > 1;
        break;
    case T_DEFINE:
        if (f->n_open > 1)
            break;
        if (defines && line(f)->define < 0 && f->lines.n - 1 == f->first)
            line(f)->define = column(f) - 1 - line(f)->indent;
        /* fall through */
    case T_RECORD:
        if (!ends_line && f->n_open == 1) {
            bool moves = line(f)->define >= 0;
            f->open[0] = (Open){ column(f) + 1, moves, false, line(f)->indent };
        }
        break;
    default:
        break;
    }
}

static void go_on(Format *f)
{
    const Open *o = &f->open[f->n_open - 1];
    int kind = next(f)->kind;
    bool partner = (kind == T_CLOSE || kind == T_CLOSE_LIST) && f->n_open > 1;
    bool moves = o->moves;
    int indent = partner && o->ends_line ? o->indent : o->column - partner;
    size_t first = f->first;
    int group = line(f)->group;
    begin_line(f, indent, group, false);
    line(f)->follows = moves ? (int)first : -1;
}

/* As the first of a line it would be read as that of a statement. */
static bool may_begin_line(const Format *f)
{
    const Item *item = next(f);
    char word[32];
    size_t n = item->to - item->from;
    if (item->kind != T_NAME || item[1].breaks)
        return true;
    snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : 0, f->bytes + item->from);
    return !layout_begins_statement(word, f->bytes + item[1].from);
}

static bool wants_line(const Format *f, bool interrupted)
{
    const Item *item = next(f);
    if (!f->before || item->to == item->from)
        return interrupted;
    if (interrupted || (item->breaks && item->kind != T_OPEN_BLOCK))
        return true;
    return f->before->kind == T_COMMA && column(f) + width_of_part(f, f->k) > FORMAT_WIDTH && may_begin_line(f);
}

/* ---- statements and blocks ---- */

static void block(Format *f, bool declarations, int indent);

static void comment_inside(Format *f)
{
    if (next(f)->breaks == 0 && !line(f)->comment) {
        line(f)->comment = comment_text(f);
        return;
    }
    go_on(f);
    line(f)->comment = comment_text(f);
    finish_line(f);
}

/* One statement from its first token up to and with the end of it. The line
 * has been begun. */
static void statement(Format *f, bool defines)
{
    int indent = line(f)->indent, kind = next(f)->kind;
    bool interrupted = false;
    f->first = f->lines.n - 1;
    f->n_open = 1;
    f->open[0] = (Open){ indent + GOES_ON, false, false, indent };
    while (next(f)->kind != T_NEWLINE && next(f)->kind != T_END) {
        if (next(f)->kind == FORMAT_COMMENT) {
            comment_inside(f);
            interrupted = true;
            continue;
        }
        bool opens = next(f)->kind == T_OPEN_BLOCK;
        if (wants_line(f, interrupted) && opens)
            begin_line(f, indent, 0, false);
        else if (wants_line(f, interrupted))
            go_on(f);
        interrupted = false;
        put(f);
        if (opens)
            block(f, kind == T_CIRCUIT, indent);
        else
            follow(f, defines);
    }
    f->k += next(f)->kind == T_NEWLINE;
}

/* Statements up to the end of the block or file, each on lines of its own. */
static void statements(Format *f, bool declarations, int indent)
{
    int block_group = 1000 * ++f->n_blocks;
    bool first = true;
    while (next(f)->kind != T_CLOSE_BLOCK && next(f)->kind != T_END) {
        const Item *item = next(f);
        bool blank = !first && item->breaks > 1, definition = item->kind == T_PARAM || item->kind == T_LET;
        bool attribute = !declarations && item->kind != T_RECORD && item->kind != T_AT;
        if (item->kind == FORMAT_COMMENT && item->breaks == 0 && f->lines.n > 0 && !line(f)->comment) {
            line(f)->comment = comment_text(f);
            continue;
        }
        first = false;
        if (item->kind == FORMAT_COMMENT) {
            own_comment(f, indent, declarations ? 0 : block_group, blank);
            continue;
        }
        begin_line(f, indent, declarations ? (definition ? block_group + item->kind : 0) : block_group, blank);
        statement(f, declarations ? definition : attribute);
    }
}

typedef enum Layout { ONE_LINE, HANGING, OPEN_LAYOUT } Layout;

static Layout block_layout(const Format *f)
{
    size_t k = f->k;
    int width = column(f) + 2;      /* for ` }` */
    bool breaks = false, hanging = f->items.at[k].breaks == 0 && f->items.at[k].kind != FORMAT_COMMENT;
    for (; f->items.at[k].kind != T_CLOSE_BLOCK; k++) {
        const Item *item = &f->items.at[k];
        bool comment = item->kind == FORMAT_COMMENT;
        if (item->kind == T_OPEN_BLOCK)
            return OPEN_LAYOUT;
        bool begins = item->breaks > 0 || (k > f->k && f->items.at[k - 1].kind == FORMAT_COMMENT);
        bool closes = item->kind == T_CLOSE || item->kind == T_CLOSE_LIST;
        breaks |= item->breaks > 0 || comment;
        hanging &= item->breaks <= 1 && !(comment && item->breaks > 0) && !(begins && closes);  /* nor is anything to hang under `]` */
        width += item->kind == T_NEWLINE ? 2 : comment ? 0 : width_of(f, k);
    }
    bool closed_here = f->items.at[k].breaks == 0 && f->items.at[k - 1].kind != FORMAT_COMMENT;
    if (!closed_here || !hanging)
        return OPEN_LAYOUT;
    if (breaks)
        return HANGING;
    for (k++; f->items.at[k].kind != T_NEWLINE && f->items.at[k].kind != FORMAT_COMMENT; k++)
        width += width_of(f, k);
    return width <= FORMAT_WIDTH ? ONE_LINE : OPEN_LAYOUT;
}

static void close_block(Format *f)
{
    sbuf_char(&f->text, ' ');
    f->before = NULL;
    put(f);
}

static void one_line(Format *f)
{
    sbuf_char(&f->text, ' ');
    f->before = NULL;
    for (; next(f)->kind != T_CLOSE_BLOCK;) {
        if (next(f)->kind != T_NEWLINE) {
            put(f);
            continue;
        }
        f->k++;
        f->before = NULL;
        if (next(f)->kind != T_CLOSE_BLOCK)
            sbuf_str(&f->text, "; ");
    }
    close_block(f);
}

static void hanging(Format *f)
{
    sbuf_char(&f->text, ' ');
    int indent = column(f);
    bool first = true;
    f->before = NULL;
    while (next(f)->kind != T_CLOSE_BLOCK) {
        if (next(f)->kind == FORMAT_COMMENT) {
            line(f)->comment = comment_text(f);
            continue;
        }
        if (!first)
            begin_line(f, indent, 0, false);
        first = false;
        statement(f, false);
    }
    close_block(f);
}

/* From behind `{` up to and with `}`. */
static void block(Format *f, bool declarations, int indent)
{
    if (next(f)->kind == T_CLOSE_BLOCK) {
        close_block(f);
        return;
    }
    Layout layout = declarations ? OPEN_LAYOUT : block_layout(f);
    if (layout == ONE_LINE) {
        one_line(f);
    } else if (layout == HANGING) {
        hanging(f);
    } else {
        statements(f, declarations, indent + FORMAT_INDENT);
        begin_line(f, indent, 0, false);
        put(f);
    }
}

bool format_source(Ctx *cx, int source, Sbuf *out)
{
    size_t errors_before = cx->diags.n_errors;
    parse_text(cx, source);
    if (cx->diags.n_errors > errors_before)
        return false;
    Format *f = ARENA_NEW(&cx->arena, Format);
    f->cx = cx;
    f->bytes = cx->sources[source]->bytes;
    f->items = format_items(cx, source);
    statements(f, true, 0);
    finish_line(f);
    format_write(cx, &f->lines, out);
    sbuf_free(&f->text);
    return true;
}
