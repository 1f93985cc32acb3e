#include "lang/syntax_error.h"

#include <string.h>

#include "lang/lexical_error.h"
#include "lang/parser.h"
#include "lang/syntax_habit.h"

static const char *const sign_names[] = { "excitatory", "inhibitory", "mixed", NULL };

static bool among(const char *what, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(*list, what) == 0)
            return true;
    return false;
}

AstSign syntax_no_sign(Parse *p, Span name)
{
    if (layout_first_error(p)) {
        const char *text = arena_strndup(&p->cx->arena, p->cx->sources[p->source]->bytes + name.from, name.to - name.from);
        bool is_sign = among(text, sign_names);
        Diag *d = is_sign ? diag_at(p->cx, D_E0108, name, "`%s` is read as the name of this population, which then has no sign", text)
                          : diag_at(p->cx, D_E0108, name, "this population has no sign");
        diag_help(p->cx, d, is_sign ? "give it a name: `population E %s`" : "write `excitatory`, `inhibitory` or `mixed` behind its name", text);
    }
    return AST_MIXED;
}

AstSign syntax_wrong_sign(Parse *p, Span at, const char *word)
{
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0108, at, "`%.60s` is no sign", word);
        const char *near = diag_nearest(word, sign_names, 3);
        if (near)
            diag_help(p->cx, d, "did you mean `%s`?", near);
        else
            diag_help(p->cx, d, "a population is `excitatory`, `inhibitory` or `mixed`");
    }
    return AST_MIXED;
}

void syntax_late_block(Parse *p, Span at)
{
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0101, at, "the attributes of a connection stand before `for`");
        diag_help(p->cx, d, "write `connect A[k] -> B[k] { weight = 1 } for k in 0..2`");
    }
}

void syntax_overflow(Parse *p, Span at, const char *text)
{
    if (layout_first_error(p))
        diag_at(p->cx, D_E0105, at, "the text is nested too deeply here (%s)", text);
}

/* ---- what was expected ---- */

static bool has(const char *const *expected, int n, const char *what)
{
    for (int k = 0; k < n; k++)
        if (strcmp(expected[k], what) == 0)
            return true;
    return false;
}

/* The grammar's tokens are too fine for a reader: "an expression" stands for
 * all that can begin one, "an operator" for all that can go on behind one. */
static int condense(const char *const *expected, int n, const char **words, int most)
{
    static const char *const begins[] = { "a name", "a number", "a text in quotes", "+", "-", "(", "[", NULL };
    static const char *const goes_on[] = { "+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "..", ".",
                                           "(", "[", "a unit", "per", NULL };
    bool expression = has(expected, n, "a number") && has(expected, n, "(");
    bool operator = has(expected, n, "*"), in_block = has(expected, n, "}");
    int m = 0;
    if (expression)
        words[m++] = "an expression";
    if (operator)
        words[m++] = "an operator";
    for (int k = 0; k < n && m < most; k++)
        if (!(expression && among(expected[k], begins)) && !(operator && among(expected[k], goes_on))
            && strcmp(expected[k], "JUNK") != 0)
            words[m++] = in_block && strcmp(expected[k], "a name") == 0 ? "an attribute" : expected[k];
    return m;
}

static const char *quoted(Ctx *cx, const char *word)
{
    bool described = strncmp(word, "a ", 2) == 0 || strncmp(word, "an ", 3) == 0 || strncmp(word, "the ", 4) == 0;
    return described ? word : arena_printf(&cx->arena, "`%s`", word);
}

enum { MOST_EXPECTED = 6 };

static const char *expectation(Ctx *cx, const char *const *expected, int n)
{
    const char *words[MOST_EXPECTED + 1];
    int m = condense(expected, n, words, MOST_EXPECTED + 1);
    if (m == 0 || m > MOST_EXPECTED)
        return NULL;
    const char *text = quoted(cx, words[0]);
    for (int k = 1; k < m; k++)
        text = arena_printf(&cx->arena, "%s%s%s", text, k + 1 < m ? ", " : " or ", quoted(cx, words[k]));
    return text;
}

/* ---- what was found ---- */

static const char *words_of(Parse *p, Span at)
{
    const char *s = p->cx->sources[p->source]->bytes + at.from;
    size_t n = at.to - at.from;
    if (n > 40)
        return arena_printf(&p->cx->arena, "`%.37s...`", s);
    return arena_printf(&p->cx->arena, "`%s`", arena_strndup(&p->cx->arena, s, n));
}

static const char *description(Parse *p, Token t)
{
    if (t.kind == T_NEWLINE)
        return "the statement ends too early";
    if (t.kind == T_END)
        return "the file ends too early";
    return arena_printf(&p->cx->arena, "%s does not fit here", words_of(p, t.span));
}

static bool ends_operand(int kind)
{
    return kind == T_NAME || kind == T_CLOSE || kind == T_CLOSE_LIST;
}

static bool is_common_unit(const char *name)
{
    static const char *const unit[] = { "s", "ms", "us", "V", "mV", "uV", "A", "mA", "uA", "nA", "pA", "m", "mm",
                                        "um", "Hz", "kHz", "rad", "deg", "nS", "uS", "mS", "pF", "nF", "uF", "MOhm", "GOhm", "kOhm",
                                        "Ohm", "per", NULL };
    return among(name, unit);
}

/* ---- mistakes that have a name ---- */

static void help_with_unit(Parse *p, Diag *d, Token left, const char *unit)
{
    if (left.kind == T_NAME && strlen(left.text) <= 40)
        diag_help(p->cx, d, "leave it out if `%s` has this unit, else multiply by a number that has it: `%s * 1 %.40s`", left.text, left.text, unit);
    else
        diag_help(p->cx, d, "multiply by a number that has the unit: `* 1 %.40s`", unit);
}

static bool lone_unit(Parse *p, Token t)
{
    Token left = p->before_that;
    const char *word = t.text;
    bool behind_operand = (t.kind == T_NAME || t.kind == T_PER) && ends_operand(left.kind) && is_common_unit(word);
    bool bare_per = left.kind == T_NAME && strcmp(left.text, "per") == 0 && t.kind == T_NAME;
    if (!behind_operand && !bare_per)
        return false;
    Span at = bare_per ? left.span : t.span;
    Diag *d = diag_at(p->cx, D_E0111, at, "a unit stands only directly behind a number");
    if (bare_per)
        diag_help(p->cx, d, "write the number: `1 per %.40s`", word);
    else
        help_with_unit(p, d, left, strcmp(word, "per") == 0 ? "per ms" : word);
    return true;
}

/* Of the name of a population, `L[2].E`. */
static bool is_of_path(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_.[]", c));
}

/* `connect I <- E`: both names are there, that of the source behind. */
static bool help_with_turned_arrow(Parse *p, Diag *d, Token t)
{
    const char *text = p->cx->sources[p->source]->bytes, *arrow = text + t.span.from;
    if (arrow[0] != '<' || arrow[1] != '-')
        return false;
    const char *left = arrow, *right = arrow + 2 + strspn(arrow + 2, " \t");
    while (left > text && (left[-1] == ' ' || left[-1] == '\t'))
        left--;
    size_t n = 0, m = 0;
    while (left > text && is_of_path(left[-1]))
        left--, n++;
    while (is_of_path(right[m]))
        m++;
    if (n > 0 && m > 0)
        diag_help(p->cx, d, "write `connect %.*s -> %.*s`: an arrow leads from the source to the target", (int)(m < 60 ? m : 60), right, (int)(n < 60 ? n : 60), left);
    return n > 0 && m > 0;
}

static bool missing_arrow(Parse *p, Token t, const char *const *expected, int n)
{
    if (!has(expected, n, "->"))
        return false;
    Diag *d = diag_at(p->cx, D_E0109, t.span, "`->` is missing between the two populations");
    if (!help_with_turned_arrow(p, d, t))
        diag_help(p->cx, d, "write `connect SOURCE -> TARGET { ... }`");
    return true;
}

static bool wrong_equal(Parse *p, Token t, const char *const *expected, int n)
{
    if (t.kind == T_DEFINE && has(expected, n, "==") && !syntax_opens(p, "at")) {
        Diag *d = diag_at(p->cx, D_E0110, t.span, "`=` defines; it does not compare");
        diag_help(p->cx, d, syntax_opens(p, "require") ? "what holds or does not stands alone, `require stable`; a bound is written `E >= 0`, `E in [0, 5]`"
                                                       : "write `==` to compare, or `>=` and `<=` for a bound");
        return true;
    }
    if (t.kind == T_EQ && has(expected, n, "=")) {
        Diag *d = diag_at(p->cx, D_E0110, t.span, "`==` compares; it does not define");
        diag_help(p->cx, d, "write `=`");
        return true;
    }
    return false;
}

/* An attribute where declarations stand: its block was never opened, or a word
 * such as `let` is missing. Its neighbours have the same cause. */
static bool stray_attribute(Parse *p, Token t, const char *const *expected, int n)
{
    const char *next = p->cx->sources[p->source]->bytes + t.span.to;
    next += strspn(next, " \t");
    if (t.kind != T_NAME || !has(expected, n, "population") || !strchr("=('", *next) || !*next || syntax_opening_repair(t.text))
        return false;
    if (p->astray)
        return true;
    p->astray = true;
    Diag *d = diag_at(p->cx, D_E0101, t.span, "`%.60s` is defined outside every block", t.text);
    diag_help(p->cx, d, "open the block of the declaration above with `{`, or begin with `let`, `param` or `instance`");
    return true;
}

static bool is_keyword(const char *expected)
{
    return expected[0] >= 'a' && expected[0] <= 'z' && !strchr(expected, ' ');
}

/* The one keyword that begins with these letters, at least three: `pop`, `conn`. */
static const char *begun_keyword(const char *word, const char *const *expected, int n)
{
    const char *whole = NULL;
    for (int k = 0; k < n && strlen(word) >= 3; k++)
        if (is_keyword(expected[k]) && strncmp(expected[k], word, strlen(word)) == 0) {
            if (whole)
                return NULL;
            whole = expected[k];
        }
    return whole;
}

static const char *nearest_keyword(const char *word, const char *const *expected, int n)
{
    const char *near = strlen(word) > 1 ? diag_nearest(word, expected, (size_t)n) : NULL;
    return near && is_keyword(near) ? near : begun_keyword(word, expected, n);
}

static void help_with(Parse *p, Diag *d, Token t, const char *const *expected, int n)
{
    Found f = { p, t, p->before_that, expected, n };
    const char *repair = syntax_repair(&f), *near = t.kind == T_NAME ? nearest_keyword(t.text, expected, n) : NULL;
    if (near && !(has(expected, n, "population") && syntax_opening_repair(t.text)))
        diag_help(p->cx, d, "did you mean `%s`?", near);
    else if (t.kind == T_STRING && p->before_that.kind == T_FROM)
        diag_help(p->cx, d, "write `from table(\"%.60s\")`", t.text);
    else if (repair)
        diag_help(p->cx, d, "%s", repair);
}

void syntax_unexpected(Parse *p, Token t, const char *const *expected, int n)
{
    if (!layout_first_error(p) || t.kind == T_JUNK)
        return;
    if (lone_unit(p, t) || wrong_equal(p, t, expected, n) || missing_arrow(p, t, expected, n)
        || stray_attribute(p, t, expected, n))
        return;
    const char *wanted = expectation(p->cx, expected, n);
    Diag *d = diag_at(p->cx, D_E0101, t.span, "%s%s%s", description(p, t), wanted ? ": expected " : "",
                      wanted ? wanted : "");
    help_with(p, d, t, expected, n);
    p->astray |= has(expected, n, "{");         /* what follows stands outside the block that was not opened */
    lexical_silence(p, t.span);
}
