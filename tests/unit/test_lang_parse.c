/* What the grammar makes of texts: tokens, precedence, places, layout. */
#include <stdlib.h>

#include "lang/parse.h"
#include "tests/test.h"

static Ctx cx;

static Ast *parse(const char *text)
{
    int source = source_from_text(&cx, "m.eig", text, strlen(text));
    CHECK(source >= 0);
    return parse_source(&cx, source);
}

/* The expression of `let a = TEXT`, fully bracketed. */
static void bracketed(const AstExpr *e, Sbuf *out)
{
    static const char *const op[] = { "+", "-", "*", "/", "^", "-", "+", "<", "<=", ">", ">=", "==" };
    switch (e->kind) {
    case AST_UNARY:
        sbuf_printf(out, "(%s", op[e->as.binary.op]);
        bracketed(e->as.binary.right, out);
        sbuf_char(out, ')');
        break;
    case AST_BINARY:
    case AST_RANGE:
        sbuf_char(out, '(');
        bracketed(e->kind == AST_RANGE ? e->as.range.from : e->as.binary.left, out);
        sbuf_str(out, e->kind == AST_RANGE ? ".." : op[e->as.binary.op]);
        bracketed(e->kind == AST_RANGE ? e->as.range.to : e->as.binary.right, out);
        sbuf_char(out, ')');
        break;
    default:
        ast_print_expr(e, out);
    }
}

static void check_grouping(const char *text, const char *groups)
{
    Sbuf line = { 0 }, got = { 0 };
    ctx_init(&cx);
    sbuf_printf(&line, "let a = %s\n", text);
    const Ast *ast = parse(sbuf_text(&line));
    CHECK(cx.diags.n_errors == 0 && ast->decls.n == 1);
    if (ast->decls.n == 1)
        bracketed(ast->decls.at[0]->as.let.value, &got);
    CHECK_TEXT(sbuf_text(&got), groups);
    sbuf_free(&line);
    sbuf_free(&got);
    ctx_free(&cx);
}

static void lang_precedence(void)
{
    check_grouping("1 + 2 * 3", "(1+(2*3))");
    check_grouping("1 - 2 - 3", "((1-2)-3)");
    check_grouping("1 / 2 / 3 * 4", "(((1/2)/3)*4)");
    check_grouping("2^3^4", "(2^(3^4))");
    check_grouping("-a^2", "(-(a^2))");
    check_grouping("-a * b", "((-a)*b)");
    check_grouping("a^-b^c", "(a^(-(b^c)))");
    check_grouping("a^-b * c", "((a^(-b))*c)");
    check_grouping("a - -b", "(a-(-b))");
    check_grouping("--a", "(-(-a))");
    check_grouping("0..n - 1", "(0..(n-1))");
    check_grouping("0..2", "(0..2)");
    check_grouping("0.5...5", "(0.5...5)");
    check_grouping("a + 1 <= b * 2", "((a+1)<=(b*2))");
    check_grouping("(a < b) == c", "((a<b)==c)");
    check_grouping("2 mV^2", "2 mV^2");
    check_grouping("(2 mV)^2", "(2 mV^2)");
    check_grouping("2^x^2 mV", "(2^(x^2 mV))");
}

static void check_unit(const char *text, size_t n, int first, int last)
{
    Sbuf line = { 0 };
    ctx_init(&cx);
    sbuf_printf(&line, "let a = %s\n", text);
    const Ast *ast = parse(sbuf_text(&line));
    CHECK(cx.diags.n_errors == 0 && ast->decls.n == 1);
    if (ast->decls.n == 1) {
        const AstUnit *u = &ast->decls.at[0]->as.let.value->as.number.unit;
        CHECK(u->n == n);
        CHECK(u->n == 0 || (u->at[0].power_times_2 == first && u->at[u->n - 1].power_times_2 == last));
    }
    sbuf_free(&line);
    ctx_free(&cx);
}

static void lang_units(void)
{
    check_unit("10", 0, 0, 0);
    check_unit("10 ms", 1, 2, 2);
    check_unit("10ms", 1, 2, 2);
    check_unit("0.05 per ms", 1, -2, -2);
    check_unit("2 mV per ms", 2, 2, -2);
    check_unit("0.1 mV per sqrt(ms)", 2, 2, -1);
    check_unit("3 mV^2 per ms^3", 2, 4, -6);
    check_unit("3 sqrt(mV) per ms per s", 3, 1, -2);
}

static void lang_words_are_not_reserved(void)
{
    static const char text[] =
        "param model = 1 in [0, 2]\n"
        "let in = population + connect\n"
        "let per = record(at = 3, every = for) + a.in\n"
        "population population mixed { model = 1; record = 2; at(x) = x; simulate' = 3; in = 4 }\n"
        "connect from -> on { let = 1 } for all in 0..2\n"
        "require rate >= 0.05 per ms for all params\n"
        "simulate { model = 1; at = 2; record = 3\n at 5 per = 1 }\n";
    ctx_init(&cx);
    const Ast *ast = parse(text);
    CHECK(cx.diags.n_errors == 0);
    CHECK(ast->decls.n == 7);
    CHECK(ast->decls.n == 7 && ast->decls.at[5]->as.require.for_all_params);
    CHECK(ast->decls.n == 7 && strcmp(ast->decls.at[4]->as.connect.loop.name, "all") == 0);
    ctx_free(&cx);
}

static void lang_lines(void)
{
    ctx_init(&cx);
    const Ast *ast = parse("\n;;\nlet a =\n  1 +\n\n # c\n  2 ; let b = f(\n1\n,\n2\n)\n"
                           "population E mixed\n{\n tau = 1 }\nconnect E ->\n E {}\nsimulate {}");
    CHECK(cx.diags.n == 0);
    CHECK(ast->decls.n == 5);
    ctx_free(&cx);
    ctx_init(&cx);
    ast = parse("\xef\xbb\xbfmodel a\r\nlet b = \"x\" # c\r\n\r\n");
    CHECK(cx.diags.n == 0 && ast->decls.n == 2);
    CHECK(ast->decls.n == 2 && strcmp(ast->decls.at[1]->as.let.value->as.string.text, "x") == 0);
    ctx_free(&cx);
}

static void check_span(Span s, const char *text, const char *part)
{
    CHECK(s.to - s.from == strlen(part) && strncmp(text + s.from, part, strlen(part)) == 0);
    if (s.to - s.from != strlen(part))
        fprintf(stderr, "span is `%.*s`, expected `%s`\n", (int)(s.to - s.from), text + s.from, part);
}

static void lang_places(void)
{
    static const char text[] = "# c\npopulation E excitatory {\n  tau = 2 * (3 + x) # c\n  cost(z) = |\n}\n"
                               "connect A.B -> C[1] { w = 1 } for k in 0..3\n"
                               "let q = 3 mV per sqrt(ms) + f(a = -1)\n";
    ctx_init(&cx);
    const Ast *ast = parse(text);
    CHECK(cx.diags.n_errors == 1 && ast->decls.n == 3);
    if (ast->decls.n == 3) {
        const AstDecl *e = ast->decls.at[0], *c = ast->decls.at[1], *q = ast->decls.at[2];
        check_span(e->span, text, "population E excitatory {\n  tau = 2 * (3 + x) # c\n  cost(z) = |\n}");
        check_span(e->name.span, text, "E");
        check_span(e->as.population.sign_span, text, "excitatory");
        CHECK(e->as.population.attrs.n == 1);
        const AstAttr *tau = &e->as.population.attrs.at[0];
        check_span(tau->span, text, "tau = 2 * (3 + x)");
        check_span(tau->name_span, text, "tau");
        check_span(tau->value->span, text, "2 * (3 + x)");
        check_span(tau->value->as.binary.op_span, text, "*");
        check_span(tau->value->as.binary.right->span, text, "3 + x");
        check_span(c->span, text, "connect A.B -> C[1] { w = 1 } for k in 0..3");
        check_span(c->as.connect.source->as.member.name_span, text, "B");
        check_span(c->as.connect.target->span, text, "C[1]");
        check_span(c->as.connect.loop.span, text, "k");
        const AstExpr *sum = q->as.let.value;
        check_span(sum->as.binary.left->span, text, "3 mV per sqrt(ms)");
        check_span(sum->as.binary.left->as.number.unit.at[1].span, text, "sqrt(ms)");
        check_span(sum->as.binary.right->as.call.args.at[0].name_span, text, "a");
    }
    ctx_free(&cx);
}

static void lang_token_dump(void)
{
    Sbuf out = { 0 };
    ctx_init(&cx);
    static const char text[] = "let a = f(1 ms,\n 2..3) # c\nimport \"x\"\n";
    int source = source_from_text(&cx, "m.eig", text, strlen(text));
    parse_dump_tokens(&cx, source, &out);
    CHECK_TEXT(sbuf_text(&out),
               "1:1 keyword let\n1:5 name a\n1:7 symbol =\n1:9 name f\n1:10 symbol (\n1:11 number 1\n"
               "1:13 unit ms\n1:15 symbol ,\n2:2 number 2\n2:3 symbol ..\n2:5 number 3\n2:6 symbol )\n"
               "2:7 newline\n3:1 keyword import\n3:8 string \"x\"\n3:11 newline\n4:1 end\n");
    CHECK(cx.diags.n == 0);
    sbuf_free(&out);
    ctx_free(&cx);
}

static void lang_error_leaves_the_rest(void)
{
    ctx_init(&cx);
    const Ast *ast = parse("let a = = 1\nlet b = 2\npopulation E { tau = 1 }\nlet c = (1\nlet d = 4\n");
    CHECK(cx.diags.n_errors == 3);
    CHECK(ast->decls.n == 4);       /* b, E, c as far as it goes, d */
    ctx_free(&cx);
}

static char *repeated(const char *before, const char *part, int n, const char *after)
{
    Sbuf b = { 0 };
    sbuf_str(&b, before);
    for (int k = 0; k < n; k++)
        sbuf_str(&b, part);
    sbuf_str(&b, after);
    return b.text;
}

static void check_hostile(const char *part, size_t n_errors, DiagCode code)
{
    char *text = repeated("let a = ", part, 100000, "1\nlet b = 2\n");
    ctx_init(&cx);
    const Ast *ast = parse(text);
    CHECK(cx.diags.n_errors == n_errors);
    CHECK(n_errors == 0 || cx.diags.at[0].code == code);
    CHECK(ast->decls.n > 0 && strcmp(ast->decls.at[ast->decls.n - 1]->name.name, "b") == 0);
    for (size_t k = 0; k < ast->decls.n; k++)
        CHECK(ast->decls.at[k]->as.let.value->height <= AST_MAX_HEIGHT);
    ctx_free(&cx);
    free(text);
}

static void lang_hostile_texts(void)
{
    check_hostile("(", 1, D_E0105);
    check_hostile("[", 1, D_E0105);
    check_hostile("f(", 1, D_E0105);
    check_hostile("a[", 1, D_E0105);
    check_hostile("-", 1, D_E0105);
    check_hostile("2^", 1, D_E0105);
    check_hostile("2^-", 1, D_E0105);
    check_hostile("a + ", 1, D_E0105);
    check_hostile("a.", 1, D_E0105);        /* that it ends in `a.1` is no second report */
    check_hostile(" ", 0, D_E0105);
    check_hostile(")", 1, D_E0101);
}

static void lang_long_lists_are_flat(void)
{
    char *text = repeated("let a = [", "1, ", 200000, "1]\n");
    ctx_init(&cx);
    const Ast *ast = parse(text);
    CHECK(cx.diags.n == 0);
    CHECK(ast->decls.n == 1 && ast->decls.at[0]->as.let.value->as.list.n == 200001);
    ctx_free(&cx);
    free(text);
}

int main(void)
{
    RUN(lang_precedence);
    RUN(lang_units);
    RUN(lang_words_are_not_reserved);
    RUN(lang_lines);
    RUN(lang_places);
    RUN(lang_token_dump);
    RUN(lang_error_leaves_the_rest);
    RUN(lang_hostile_texts);
    RUN(lang_long_lists_are_flat);
    return test_done();
}
