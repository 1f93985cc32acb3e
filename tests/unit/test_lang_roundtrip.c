/* parse(print(tree)) equals the tree, for trees drawn at random over the whole
 * language. */
#include <stdlib.h>

#include "tests/random_tree.h"
#include "tests/test.h"

static bool round_trips(uint64_t seed)
{
    Ctx cx;
    Sbuf printed = { 0 }, again = { 0 }, complaint = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    Ast tree = { decls(&d, 2) };
    ast_print(&tree, &printed);
    int source = source_from_text(&cx, "printed", sbuf_text(&printed), printed.n);
    const Ast *parsed = parse_source(&cx, source);
    bool good = cx.diags.n_errors == 0 && ast_equal(&tree, parsed);
    ast_print(parsed, &again);
    good = good && strcmp(sbuf_text(&printed), sbuf_text(&again)) == 0;
    diag_render(&cx, &complaint, false);
    if (!good)
        fprintf(stderr, "seed %llu\n%s%s", (unsigned long long)seed, sbuf_text(&printed), sbuf_text(&complaint));
    sbuf_free(&printed);
    sbuf_free(&again);
    sbuf_free(&complaint);
    ctx_free(&cx);
    return good;
}

static void lang_random_trees_round_trip(void)
{
    int failed = 0;
    for (uint64_t seed = 1; seed <= 10000 && failed < 3; seed++)
        failed += !round_trips(seed);
    CHECK(failed == 0);
}

/* The same with every space doubled and blank lines and comments thrown in. */
static bool survives_layout(uint64_t seed)
{
    Ctx cx;
    Sbuf printed = { 0 }, spaced = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    Ast tree = { decls(&d, 2) };
    ast_print(&tree, &printed);
    bool quoted = false;
    for (const char *s = sbuf_text(&printed); *s; s++) {
        quoted ^= *s == '"' && (s == printed.text || s[-1] != '\\');
        if (!quoted && *s == ' ')
            sbuf_str(&spaced, "\t ");
        else if (!quoted && (*s == ',' || *s == '(' || *s == '['))
            sbuf_printf(&spaced, "%c # comment (\r\n\n", *s);
        else if (!quoted && *s == '\n')
            sbuf_str(&spaced, " ;\n# } comment\n\n");
        else
            sbuf_char(&spaced, *s);
    }
    int source = source_from_text(&cx, "spaced", sbuf_text(&spaced), spaced.n);
    bool good = ast_equal(&tree, parse_source(&cx, source)) && cx.diags.n_errors == 0;
    sbuf_free(&printed);
    sbuf_free(&spaced);
    ctx_free(&cx);
    return good;
}

static void lang_layout_changes_nothing(void)
{
    int failed = 0;
    for (uint64_t seed = 1; seed <= 500; seed++)
        failed += !survives_layout(seed);
    CHECK(failed == 0);
}

static void lang_equality_sees_differences(void)
{
    Ctx cx;
    ctx_init(&cx);
    int equal = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        Draw d = { &cx, seed * 77 }, e = { &cx, seed * 77 + 1 };
        Ast a = { decls(&d, 1) }, b = { decls(&e, 1) };
        CHECK(ast_equal(&a, &a));
        equal += ast_equal(&a, &b);
    }
    CHECK(equal < 5);
    ctx_free(&cx);
}

int main(void)
{
    RUN(lang_random_trees_round_trip);
    RUN(lang_layout_changes_nothing);
    RUN(lang_equality_sees_differences);
    return test_done();
}
