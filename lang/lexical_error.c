#include "lang/lexical_error.h"

#include <string.h>

#include "lang/parser.h"

void lexical_silence(Parse *p, Span at)
{
    const Source *s = p->cx->sources[p->source];
    const char *end = memchr(s->bytes + at.from, '\n', s->n - at.from);
    p->silent_to = end ? (uint32_t)(end - s->bytes) + 1 : (uint32_t)s->n + 1;
}

static bool silent(Parse *p, Span at)
{
    if (at.from < p->silent_to)
        return true;
    lexical_silence(p, at);
    return false;
}

int lexical_number(Parse *p, Span at, const char *text, const char *why)
{
    if (!silent(p, at)) {
        Diag *d = diag_at(p->cx, D_E0104, at, "`%.40s` is no number: %s", text, why);
        diag_help(p->cx, d, "numbers are written 1, 0.5, .5 or 2.5e-3");
    }
    return T_JUNK;
}

void lexical_long_name(Parse *p, Span at, const char *text)
{
    if (silent(p, at))
        return;
    Diag *d = diag_at(p->cx, D_E0114, at, "the name that begins with `%.20s` has %u letters", text, at.to - at.from);
    diag_help(p->cx, d, "a name has at most %d", LEXICAL_LONGEST_NAME);
}

/* What word processors and other languages put in the place of our characters. */
static const char *replacement(const char *s)
{
    static const char *const pair[][2] = {
        { "\u2212", "-" },  { "\u2013", "-" },  { "\u2014", "-" },  { "\u2192", "->" }, { "\u2264", "<=" },
        { "\u2265", ">=" }, { "\u00d7", "*" },  { "\u00b7", "*" },  { "\u201c", "\"" }, { "\u201d", "\"" },
        { "\u2018", "\"" },  { "\u2019", "'" },  { "\u2032", "'" },  { "\u2026", ".." }, { "\u00b5", "u" },
        { "\u03bc", "u" },  { "\u00b2", "^2" }, { "\u00b3", "^3" }, { "**", "^" },      { "\u00a0", " " },
        { "\u2010", "-" },  { "\u2011", "-" },  { "\uff0d", "-" },  { "\u2217", "*" },  { "\u22c5", "*" },  { "\u00f7", "/" },
        { "\u2215", "/" },  { "\u21d2", "->" }, { "\u27f6", "->" }, { "\u2208", "in" }, { "\u03c0", "pi" }, { "\u221e", "inf" },
        { "\u2126", "Ohm" }, { "\u03a9", "Ohm" }, { "\u00b0", " deg" }, { "\u221a", "sqrt(...)" }, { "\u201e", "\"" }, { "\u00ab", "\"" },
        { "\u00bb", "\"" }, { "\u00b4", "'" },  { "\uff08", "(" },  { "\uff09", ")" },  { "\uff0c", "," },  { "\uff1b", ";" },
        { "\uff1d", "=" },  { "\u3000", " " },  { "\u2009", " " },  { "\u202f", " " },  { "\u200b", " " },
    };
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++)
        if (strcmp(s, pair[k][0]) == 0)
            return pair[k][1];
    return NULL;
}

/* Latin, Greek and Cyrillic letters, U+00C0 to U+052F: what modellers write into names. */
static bool is_letter(const char *s)
{
    unsigned char a = (unsigned char)s[0], b = (unsigned char)s[1];
    return a >= 0xc3 && (a < 0xd4 || (a == 0xd4 && b < 0xb0));
}

static bool is_first_word(const Parse *p)
{
    return p->before.kind == T_NAME && p->before.span.from == p->opening.span.from;
}

static const char *colon_repair(const Parse *p, Span at)
{
    if (p->cx->sources[p->source]->bytes[at.to] == '=')
        return "write `=` alone";
    if (p->before_that.kind == T_POPULATION)
        return "leave it out: `population NAME excitatory`";
    if (p->n_brackets > 0)
        return "a range is written `0..3`, both ends included";
    return is_first_word(p) ? "definitions are written with `=`" : "leave out what stands behind it: units belong to numbers, and follow from them";
}

/* `|z|`: what stands up to a second bar on the line, or NULL. */
static const char *absolute_repair(const Parse *p, Span at)
{
    const char *inner = p->cx->sources[p->source]->bytes + at.to;
    size_t n = strcspn(inner, "|\n\r;#");
    if (inner[n] != '|' || n == 0)
        return NULL;
    while (n > 0 && (*inner == ' ' || *inner == '\t'))
        inner++, n--;
    while (n > 0 && (inner[n - 1] == ' ' || inner[n - 1] == '\t'))
        n--;
    bool is_short = n > 0 && n <= 40;
    return arena_printf(&p->cx->arena, "an absolute value is written `abs(%.*s)`", is_short ? (int)n : 1, is_short ? inner : "x");
}

/* Signs that mean something elsewhere. */
static const char *sign_repair(const Parse *p, Span at, unsigned char c, const char *s)
{
    if (c == ':')
        return colon_repair(p, at);
    if (c == '%' && p->before.kind == T_NUMBER)
        return "a share is written as a number, 5 % is 0.05; a comment begins with `#`";
    if (c == '%' || (c == '/' && s[1]))
        return "a comment begins with `#`";
    if (c == '?')
        return "a choice is made by `step`: `a + (b - a) * step(x)` is a for x below 0, then b";
    if (c == '|' && !s[1] && absolute_repair(p, at))
        return absolute_repair(p, at);
    if (c == '&' || c == '|' || c == '!')
        return "there are no truth values: a requirement is a statement of its own, a choice is made by `step`";
    if (c == '\r')
        return "lines end with a line feed, or a carriage return and a line feed: give the file such line ends";
    if (c == '~')
        return "what is drawn is written with `=`: `start = normal(0, 1)`";
    return c == '\\' ? "a line goes on by itself behind an operator, a comma or inside brackets" : NULL;
}

int lexical_character(Parse *p, Span at, const char *text, size_t n)
{
    if (silent(p, at))
        return T_JUNK;
    const char *s = arena_strndup(&p->cx->arena, text, n);
    const char *instead = replacement(s);
    unsigned char c = (unsigned char)s[0];
    bool shown = c >= 0x20 && c != 0x7f && !(c == 0xc2 && (unsigned char)s[1] <= 0xa0);
    Diag *d = shown       ? diag_at(p->cx, D_E0102, at, "`%s` is not used in the language", s)
              : c == '\r' ? diag_at(p->cx, D_E0102, at, "a carriage return stands in the middle of a line")
                          : diag_at(p->cx, D_E0102, at, "an invisible character (first byte 0x%02X) stands here", c);
    if (instead && strcmp(instead, " ") == 0)
        diag_help(p->cx, d, "it looks like a blank: replace it by one");
    else if (instead)
        diag_help(p->cx, d, "write `%s`", instead);
    else if (is_letter(s))
        diag_help(p->cx, d, "names are made of the letters a to z and A to Z, digits and `_`");
    else if (sign_repair(p, at, c, s))
        diag_help(p->cx, d, "%s", sign_repair(p, at, c, s));
    return T_JUNK;
}

int lexical_open_string(Parse *p, Span at)
{
    const char *bytes = p->cx->sources[p->source]->bytes;
    p->torn = at;
    while (p->torn.from > 0 && bytes[p->torn.from - 1] != '\n')
        p->torn.from--;
    if (!silent(p, at)) {
        Diag *d = diag_at(p->cx, D_E0103, at, "this text in quotes has no end on its line");
        diag_help(p->cx, d, "close it with `\"`");
    }
    return T_JUNK;
}

static char escaped(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case '"': case '\\': return c;
    default: return 0;
    }
}

int lexical_string(Parse *p, Span at, const char *text, size_t n, const char **out)
{
    char *s = arena_alloc(&p->cx->arena, n), *end = s;
    for (size_t k = 1; k + 1 < n; k++) {
        char c = text[k];
        if (c == '\\' && (c = escaped(text[++k])) == 0) {
            Span here = { at.source, at.from + (uint32_t)k - 1, at.from + (uint32_t)k + 1 };
            if (!silent(p, here)) {
                Diag *d = diag_at(p->cx, D_E0103, here, "there is no such escape in a text");
                diag_help(p->cx, d, "`\\\\`, `\\\"`, `\\n` and `\\t` are known; folders are separated by `/`");
            }
            return T_JUNK;
        }
        *end++ = c;
    }
    *end = 0;
    *out = s;
    return T_STRING;
}
