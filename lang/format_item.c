/* The items of a source, and the blanks between them. */
#include <string.h>

#include "lang/format_line.h"
#include "lang/parser.h"

static bool ends_operand(int kind)
{
    return kind == T_NAME || kind == T_NUMBER || kind == T_STRING || kind == T_UNIT || kind == T_CLOSE
        || kind == T_CLOSE_LIST;
}

static bool is_arithmetic(int kind)
{
    return kind == T_PLUS || kind == T_MINUS || kind == T_TIMES || kind == T_OVER || kind == T_POWER;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What stands in [from, to): line ends are counted for the item behind it,
 * comments are items. Whatever else is there separates and has no layout. */
static int gap(Ctx *cx, const char *bytes, size_t from, size_t to, Items *items)
{
    int breaks = 0;
    while (from < to) {
        if (bytes[from] == '#') {
            size_t start = from, end;
            while (from < to && bytes[from] != '\n')
                from++;
            for (end = from; is_blank(bytes[end - 1]); end--)
                ;
            Item comment = { .kind = FORMAT_COMMENT, .from = (uint32_t)start, .to = (uint32_t)end, .breaks = breaks };
            vec_push(&cx->arena, items, comment);
            breaks = 0;
        } else {
            breaks += bytes[from++] == '\n';
        }
    }
    return breaks;
}

static void mark_operators(Items *items)
{
    int before = T_NEWLINE;
    for (size_t k = 0; k < items->n; k++) {
        Item *item = &items->at[k];
        if (is_arithmetic(item->kind)) {
            item->sign = !ends_operand(before);
            item->tight = !item->sign && item->touches && items->at[k + 1].touches;
        }
        if (item->kind != FORMAT_COMMENT)
            before = item->kind;
    }
}

Items format_items(Ctx *cx, int source)
{
    Items items = { 0 };
    const Source *s = cx->sources[source];
    Tokens tokens = parse_tokens(cx, source);
    size_t at = s->n >= 3 && memcmp(s->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    for (size_t k = 0; k < tokens.n; k++) {
        const Token *t = &tokens.at[k];
        Item item = { .kind = t->kind, .from = t->span.from, .to = t->span.to };
        if (t->kind == T_END)
            item.from = item.to = (uint32_t)s->n;
        if (item.to > item.from || t->kind == T_END) {
            item.touches = item.from == at;
            item.breaks = gap(cx, s->bytes, at, item.from, &items);
            at = item.to;
        }
        vec_push(&cx->arena, &items, item);
    }
    mark_operators(&items);
    return items;
}

bool format_blank(const char *bytes, const Item *before, const Item *item)
{
    int a = before->kind, b = item->kind;
    switch (b) {
    case T_CLOSE: case T_CLOSE_LIST: case T_COMMA: case T_PRIME: case T_DOT: case T_POWER:
        return false;
    default:
        break;
    }
    if (a == T_OPEN || a == T_OPEN_LIST || a == T_DOT || a == T_POWER || before->sign)
        return false;
    if (a == T_DOTS || b == T_DOTS)
        return bytes[item->from] == '.' && b != T_DOTS;         /* 0.. .5 */
    if (is_arithmetic(a) || (is_arithmetic(b) && !item->sign))
        return !(is_arithmetic(a) ? before->tight : item->tight);
    if (b == T_OPEN || b == T_OPEN_LIST)
        return !(a == T_NAME || a == T_CLOSE || a == T_CLOSE_LIST || (a == T_UNIT && b == T_OPEN));
    return true;
}

int format_columns(const char *bytes, size_t from, size_t to)
{
    int n = 0;
    for (; from < to; from++)
        n += ((unsigned char)bytes[from] & 0xc0) != 0x80;
    return n;
}
