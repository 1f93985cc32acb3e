/* Models drawn at random, through every phase: none breaks a promise, most are
 * right, and print(parse(text)) is a fixed point. */
#include "tests/fuzz/mutate_tree.h"
#include "tests/phases_hold.h"
#include "tests/test.h"

static Reached drawn_model_holds(uint64_t seed)
{
    Ctx cx;
    Sbuf text = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    random_model(&d, &text);
    Reached reached = phases_hold(sbuf_text(&text), text.n);
    if (reached < REACHED_TREE)
        fprintf(stderr, "seed %llu does not parse\n%s", (unsigned long long)seed, sbuf_text(&text));
    sbuf_free(&text);
    ctx_free(&cx);
    return reached;
}

static void random_models_keep_every_promise(void)
{
    int parsed = 0, planned = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        Reached reached = drawn_model_holds(seed);
        parsed += reached >= REACHED_TREE;
        planned += reached == REACHED_PLAN;
    }
    CHECK(parsed == 1000);
    CHECK(planned > 700);
    printf("# %d of 1000 random models have no error up to their plan\n", planned);
}

static Ast *drawn_tree(Draw *d)
{
    Sbuf text = { 0 };
    random_model(d, &text);
    Ast *tree = parse_source(d->cx, source_from_text(d->cx, "drawn", sbuf_text(&text), text.n));
    sbuf_free(&text);
    return tree;
}

/* The fuzzer's changes, without the fuzzer. */
static Reached changed_model_holds(uint64_t seed)
{
    Ctx cx;
    Sbuf changed = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    Ast *tree = drawn_tree(&d);
    if (seed % 4 == 0)
        cross_trees(&d, tree, drawn_tree(&d));
    else
        mutate_tree(&d, tree);
    ast_print(tree, &changed);
    Reached reached = phases_hold(sbuf_text(&changed), changed.n);
    sbuf_free(&changed);
    ctx_free(&cx);
    return reached;
}

static void changed_models_keep_every_promise(void)
{
    int parsed = 0, built = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        Reached reached = changed_model_holds(seed);
        parsed += reached >= REACHED_TREE;
        built += reached >= REACHED_MODEL;
    }
    CHECK(parsed > 950);
    CHECK(built > 100);
    printf("# of 1000 models changed at random %d parse, %d mean something\n", parsed, built);
}

static bool round_trips(uint64_t seed)
{
    Ctx cx;
    Sbuf text = { 0 }, printed = { 0 }, again = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    random_model(&d, &text);
    const Ast *tree = parse_source(&cx, source_from_text(&cx, "drawn", sbuf_text(&text), text.n));
    ast_print(tree, &printed);
    const Ast *parsed = parse_source(&cx, source_from_text(&cx, "printed", sbuf_text(&printed), printed.n));
    ast_print(parsed, &again);
    bool good = cx.diags.n_errors == 0 && ast_equal(tree, parsed) && strcmp(sbuf_text(&printed), sbuf_text(&again)) == 0;
    if (!good)
        fprintf(stderr, "seed %llu\n%s", (unsigned long long)seed, sbuf_text(&text));
    sbuf_free(&text);
    sbuf_free(&printed);
    sbuf_free(&again);
    ctx_free(&cx);
    return good;
}

static void random_models_round_trip(void)
{
    int failed = 0;
    for (uint64_t seed = 1; seed <= 10000 && failed < 3; seed++)
        failed += !round_trips(seed);
    CHECK(failed == 0);
}

int main(void)
{
    RUN(random_models_round_trip);
    RUN(random_models_keep_every_promise);
    RUN(changed_models_keep_every_promise);
    return test_done();
}
