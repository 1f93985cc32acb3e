/* The layout of eigc fmt: examples of each rule, and what must hold for every
 * text, on random programs with comments and line ends wherever they may be. */
#include <stdlib.h>

#include "tests/format_holds.h"
#include "tests/random_tree.h"
#include "tests/scatter.h"
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
    gives("connect E->E{weight=[[1#l\n]];self=no}",
          "connect E -> E {\n  weight = [[1                  #l\n            ]]\n  self   = no\n}\n");
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
    const char *list = "simulate {\n  record mean(population_of_some_length.v), mean(population_of_some_length.v^2), mean(population_of_some_length.w), ";
    char long_one[300], two_lines[300];
    snprintf(long_one, sizeof long_one, "%smodel every 10\n}\n", list);      /* a line cannot begin so: it would declare a model */
    gives(long_one, long_one);
    snprintf(long_one, sizeof long_one, "%smodels every 10\n}\n", list);
    snprintf(two_lines, sizeof two_lines, "%.*s\n         models every 10\n}\n", (int)strlen(list) - 1, list);
    gives(long_one, two_lines);
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
