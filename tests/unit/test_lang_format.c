/* The layout of eigc fmt: examples of each rule, and what must hold for every
 * text, on random programs with comments and line ends wherever they may be. */
#include <stdlib.h>

#include "lang/layout.h"
#include "lang/parser.h"
#include "tests/format_holds.h"
#include "tests/random_tree.h"
#include "tests/test.h"

static void gives(const char *text, const char *expected)
{
    Ctx cx;
    Sbuf out = { 0 };
    ctx_init(&cx);
    CHECK(format_source(&cx, source_from_text(&cx, "text", text, strlen(text)), &out));
    CHECK_TEXT(sbuf_text(&out), expected);
    sbuf_free(&out);
    ctx_free(&cx);
}

static void lang_format_statements(void)
{
    gives("let a=1;let bb = 2\n\n\n\nlet c=3", "let a  = 1\nlet bb = 2\n\nlet c = 3\n");
    gives("\n\nparam w =.50e1 ms  per   mV^2 in[ 0,1 ]\r\n", "param w = .50e1 ms per mV^2 in [0, 1]\n");
    gives("let x = a+b*c - d /e", "let x = a+b*c - d / e\n");
    gives("let x = - a ^ - 2 .. .5", "let x = -a^-2.. .5\n");
    gives("connect E[ 0 ] . x->I{}for k in 0 .. 2", "connect E[0].x -> I { } for k in 0..2\n");
}

static void lang_format_blocks(void)
{
    gives("population E excitatory\n{ tau=1 ms\nthreshold = 2 }",
          "population E excitatory { tau = 1 ms\n                          threshold = 2 }\n");
    gives("population E excitatory {\ntau=1 ms;threshold = 2; v'=1\nf(z)= z on [0,1]}",
          "population E excitatory {\n  tau       = 1 ms\n  threshold = 2\n  v'        = 1\n  f(z)      = z on [0, 1]\n}\n");
    gives("population E mixed{tau=1 ms;cost=a}", "population E mixed { tau = 1 ms; cost = a }\n");
    gives("population E mixed{}", "population E mixed { }\n");
    gives("circuit C(n=2,m){let a=n\nlet bb=m}", "circuit C(n = 2, m) {\n  let a  = n\n  let bb = m\n}\n");
    gives("simulate{step=1 ms\nrecord a,b every 2 ms\nat 3 ms w=4}",
          "simulate { step = 1 ms\n           record a, b every 2 ms\n           at 3 ms w = 4 }\n");
}

static void lang_format_comments(void)
{
    gives("#a  \nlet a = 1 #b\n\n\n # c\nlet bb = 2#d", "#a\nlet a = 1                       #b\n\n# c\nlet bb = 2                      #d\n");
    gives("population E mixed { # a\n# b\ntau = 1 ms # c\n\n# d\n} # e",
          "population E mixed {            # a\n  # b\n  tau = 1 ms                    # c\n\n  # d\n}"
          "                               # e\n");
    gives("let a = f(1, # one\n# two\n2)", "let a = f(1,                    # one\n          # two\n          2)\n");
}

static void lang_format_long_lines(void)
{
    gives("let m = [[1,2],\n[3,4]]\nlet long = 3", "let m    = [[1, 2],\n            [3, 4]]\nlet long = 3\n");
    gives("let a = f(\n1,\n2\n)", "let a = f(\n  1,\n  2\n)\n");
    gives("let a = 1 +\n2", "let a = 1 +\n        2\n");
}

static void lang_format_refuses_errors(void)
{
    Ctx cx;
    Sbuf out = { 0 };
    ctx_init(&cx);
    CHECK(!format_source(&cx, source_from_text(&cx, "text", "let a = \n", 9), &out));
    CHECK(cx.diags.n_errors == 1 && out.n == 0);
    sbuf_free(&out);
    ctx_free(&cx);
}

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

static bool keeps_all(uint64_t seed)
{
    Ctx cx;
    Sbuf printed = { 0 }, text = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    Ast tree = { decls(&d, 2) };
    ast_print(&tree, &printed);
    scatter(&d, source_from_text(&cx, "printed", sbuf_text(&printed), printed.n), &text);
    int source = source_from_text(&cx, "text", sbuf_text(&text), text.n);
    const char *wrong = format_fails(&cx, source);
    if (!wrong && !ast_equal(&tree, parse_source(&cx, source)))
        wrong = "the test itself changed the tree";
    if (wrong)
        fprintf(stderr, "seed %llu: %s\n%s\n", (unsigned long long)seed, wrong, sbuf_text(&text));
    sbuf_free(&printed);
    sbuf_free(&text);
    ctx_free(&cx);
    return !wrong;
}

static void lang_format_keeps_tree_and_comments(void)
{
    int failed = 0;
    for (uint64_t seed = 1; seed <= 10000 && failed < 3; seed++)
        failed += !keeps_all(seed);
    CHECK(failed == 0);
}

int main(void)
{
    RUN(lang_format_statements);
    RUN(lang_format_blocks);
    RUN(lang_format_comments);
    RUN(lang_format_long_lines);
    RUN(lang_format_refuses_errors);
    RUN(lang_format_keeps_tree_and_comments);
    return test_done();
}
