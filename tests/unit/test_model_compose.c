/* Circuits, instances, loops, imports: names and what they come to. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/model_text.h"

#define POP(name, attributes) "population " name " excitatory { tau = 10 ms; cost = nonnegative; " attributes " }\n"

static Arena texts;             /* models that are put together */

/* "A B C" */
static const char *populations(Built *b)
{
    const char *text = "";
    for (size_t k = 0; k < b->m.pops.n; k++)
        text = arena_printf(&b->cx.arena, "%s%s%s", text, k ? " " : "", b->m.pops.at[k].name);
    return text;
}

/* "A->B=1/2 B->C=3" */
static const char *connections(Built *b)
{
    const char *text = "";
    for (size_t k = 0; k < b->m.conns.n; k++)
        text = arena_printf(&b->cx.arena, "%s%s%s=%s", text, k ? " " : "", b->m.conns.at[k].label,
                            number_text(b, b->m.conns.at[k].factor));
    return text;
}

static const char *params(Built *b)
{
    const char *text = "";
    for (size_t k = 0; k < b->m.params.n; k++)
        text = arena_printf(&b->cx.arena, "%s%s%s=%s", text, k ? " " : "", b->m.params.at[k].name,
                            number_text(b, b->m.params.at[k].value));
    return text;
}

static void paths_name_what_circuits_declare(void)
{
    Built b;
    build_good(&b, POP("P", "")
                   "circuit Layer(w) { param g = 0.5\n" POP("E", "") POP("I", "") "connect E -> I { weight = g * w } }\n"
                   "circuit Column(w) { instance top = Layer(w)\ninstance sub[2] = Layer(w + index)\n"
                   "connect top.E -> sub[1].I { weight = 3 } }\n"
                   "instance C = Column(2)\n"
                   "connect C.sub[0].E -> P { weight = C.top.g }\n");
    CHECK_TEXT(populations(&b), "P C.top.E C.top.I C.sub[0].E C.sub[0].I C.sub[1].E C.sub[1].I");
    CHECK_TEXT(connections(&b), "C.top.E->C.top.I=1 C.sub[0].E->C.sub[0].I=1 C.sub[1].E->C.sub[1].I=1.5 "
                                "C.top.E->C.sub[1].I=3 C.sub[0].E->P=0.5");
    CHECK_TEXT(params(&b), "C.top.g=0.5 C.sub[0].g=0.5 C.sub[1].g=0.5");
    built_free(&b);
}

static void arguments_come_by_place_by_name_and_by_default(void)
{
    static const struct { const char *call, *weight; } good[] = {
        { "C(1, 2, 3)", "123" }, { "C(c = 3, a = 1, b = 2)", "123" }, { "C(1)", "112" }, { "C(b = 5, a = 1)", "156" },
        { "C(1, c = 9)", "119" },
    };
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        Built b;
        build_good(&b, arena_printf(&texts, "circuit C(a, b = a, c = b + 1) { " POP("E", "")
                                    "connect E -> E { weight = 100 * a + 10 * b + c } }\ninstance X = %s\n", good[k].call));
        if (b.ok)
            CHECK_TEXT(number_text(&b, b.m.conns.at[0].factor), good[k].weight);
        built_free(&b);
    }
}

/* Text means what it means where it stands, whoever uses it. */
static void names_are_looked_up_where_the_text_stands(void)
{
    Built b;
    build_good(&b, "param w = 2\nlet inner = 7\nfunction f(x) = x + w\n"
                   "circuit C(w, v) { let inner = 3\nfunction g(x) = x * inner\n" POP("E", "")
                   "circuit D() { " POP("F", "") "connect F -> F { weight = w } }\n"
                   "instance d = D()\n"
                   "connect E -> E { weight = f(10) * 100 + g(w) + v } }\n"
                   "instance X = C(w * 4, inner)\nlet outside = X.g(1) + X.v + X.inner\n"
                   "connect X.E -> X.d.F { weight = outside }\n");
    /* f sees the file's w = 2, g the circuit's inner = 3, the arguments the file's w and inner. */
    CHECK_TEXT(connections(&b), "X.d.F->X.d.F=8 X.E->X.E=1231 X.E->X.d.F=13");
    built_free(&b);
}

/* Attributes whose text waits for a unit are read in the instance too. */
static void formulas_use_the_parameters_of_their_circuit(void)
{
    Built b;
    build_good(&b, "let a = 5\ncircuit C(a) { population E excitatory { tau = 10 ms; cost(x) = a * x^2 on [0, 1] }\n"
                   "population F excitatory { tau = 10 ms; activation(z) = max(a * z, 0) } }\ninstance X = C(2)\n");
    Sbuf out = { 0 };
    if (b.ok)
        model_print(&b.m, &out);
    CHECK(strstr(sbuf_text(&out), "2 * x^2") != NULL);
    CHECK(strstr(sbuf_text(&out), "max(2 * z, 0)") != NULL);
    sbuf_free(&out);
    built_free(&b);
}

static void loops_run_from_first_to_last(void)
{
    static const struct { const char *n, *range, *labels; } loop[] = {
        { "4", "0..2", "L[0].E->L[1].E=0.125 L[1].E->L[2].E=0.25 L[2].E->L[3].E=0.375" },
        { "4", "n - 3..n - 2", "L[1].E->L[2].E=0.25 L[2].E->L[3].E=0.375" },
        { "4", "1..1", "L[1].E->L[2].E=0.25" },
        { "1", "0..n - 2", "" },
    };
    for (size_t k = 0; k < sizeof loop / sizeof *loop; k++) {
        Built b;
        build_good(&b, arena_printf(&texts, "let n = %s\nlet k = 99\ncircuit C() { " POP("E", "") " }\ninstance L[n] = C()\n"
                                    "connect L[k].E -> L[k + 1].E { weight = (k + 1) / 8 } for k in %s\n", loop[k].n, loop[k].range));
        CHECK_TEXT(connections(&b), loop[k].labels);
        built_free(&b);
    }
}

/* What stands before and around a connection does not change its label, the key of its draws. */
static void labels_stay(void)
{
    static const char *const circuit = "circuit C() { " POP("E", "size = 2") "connect E -> E { weight = 1; pattern = random(p = 0.5) } }\n";
    Built small, large;
    build_good(&small, arena_printf(&texts, "%sinstance L[2] = C()\nconnect L[0].E -> L[1].E { weight = 1 }\n", circuit));
    build_good(&large, arena_printf(&texts, POP("P", "") "instance K = C()\nconnect K.E -> P { weight = 1 }\n%sinstance L[3] = C()\n"
                                    "connect L[0].E -> L[1].E { weight = 1 }\nconnect L[0].E -> L[1].E { weight = 2 }\n", circuit));
    CHECK_TEXT(connections(&small), "L[0].E->L[0].E=1 L[1].E->L[1].E=1 L[0].E->L[1].E=1");
    CHECK_TEXT(connections(&large), "K.E->K.E=1 K.E->P=1 L[0].E->L[0].E=1 L[1].E->L[1].E=1 L[2].E->L[2].E=1 "
                                    "L[0].E->L[1].E=1 L[0].E->L[1].E#2=2");
    built_free(&small);
    built_free(&large);
}

static void params_of_instances_are_set_by_their_paths(void)
{
    static const Setting set[] = { { .name = "L[1].g", .value = "0.75" }, { .name = "n", .value = "3" }, { .name = "M.A.g", .value = "1/3" } };
    Built b;
    build_with(&b, "param n = 2\ncircuit C(w) { param g = 0.5 in [0, 1]\n" POP("E", "") "connect E -> E { weight = g * w } }\n"
                   "circuit D() { instance A = C(3) }\ninstance L[n] = C(1)\ninstance M = D()\n", 3, set);
    CHECK(b.ok);
    CHECK_TEXT(params(&b), "n=3 L[0].g=0.5 L[1].g=0.75 L[2].g=0.5 M.A.g=1/3");
    CHECK_TEXT(connections(&b), "L[0].E->L[0].E=0.5 L[1].E->L[1].E=0.75 L[2].E->L[2].E=0.5 M.A.E->M.A.E=1");
    built_free(&b);
}

static void records_are_called_as_they_are_written(void)
{
    Built b;
    build_good(&b, "let n = 2\ncircuit C() { " POP("E", "size = 3") " }\ninstance L[n] = C()\ninstance M = C()\n"
                   "simulate { duration = 1 s; method = rk4; step = 1 ms\n"
                   "record L[n - 1].E, M.E[2], mean(L[0].E) + M.E[0], input(M.E) }\n");
    static const struct { const char *name; size_t width, pop; } expected[] = {
        { "L[n - 1].E", 3, 1 }, { "M.E[2]", 1, SIZE_MAX }, { "mean(L[0].E) + M.E[0]", 1, SIZE_MAX }, { "input(M.E)", 3, 2 },
    };
    for (size_t k = 0; b.ok && k < sizeof expected / sizeof *expected; k++) {
        CHECK_TEXT(b.m.sim.records.at[k].name, expected[k].name);
        CHECK(b.m.sim.records.at[k].width == expected[k].width && b.m.sim.records.at[k].pop == expected[k].pop);
    }
    built_free(&b);
}

static void circuits_nest_a_hundred_deep(void)
{
    for (int depth = 100; depth <= 101; depth++) {
        Built b;
        Sbuf text = { 0 };
        sbuf_str(&text, "circuit C0(g) { " POP("E", "") "}\n");
        for (int k = 1; k < depth; k++)
            sbuf_printf(&text, "circuit C%d(g) { instance a = C%d(g) }\n", k, k - 1);
        sbuf_printf(&text, "instance top = C%d(1)\n", depth - 1);
        build(&b, sbuf_text(&text));
        CHECK_TEXT(codes(&b), depth > 100 ? "E0403" : "");
        sbuf_free(&text);
        built_free(&b);
    }
}

static void a_mistake_in_many_instances_is_one(void)
{
    Built b;
    build(&b, "circuit C(w) { " POP("E", "input = missing") "connect E -> E { weight = w - 40 } }\ninstance L[100] = C(index)\n");
    CHECK_TEXT(codes(&b), "E0201 E0602");
    CHECK(b.cx.diags.n_errors == 2);
    CHECK(b.cx.diags.at[0].n_notes == 1);
    CHECK_TEXT(b.cx.diags.at[0].note[0].text, "in `L[0]`, which is made here");
    built_free(&b);
}

/* ---- files ---- */

static char folder[] = "/tmp/eigc-compose-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[2][256];
    static int k;
    k = !k;
    snprintf(path[k], sizeof path[k], "%s/%s", folder, name);
    return path[k];
}

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void build_file(Built *b, const char *name)
{
    memset(b, 0, sizeof *b);
    ctx_init(&b->cx);
    int source = source_load(&b->cx, in_folder(name), NULL);
    CHECK(source == 0);
    const Ast *ast = parse_source(&b->cx, source);
    b->ok = model_build(&b->cx, &b->nums, source, ast, 0, NULL, &b->m);
}

static void files_are_one_program(void)
{
    Built b;
    CHECK(mkdtemp(folder) != NULL);
    CHECK(mkdir(in_folder("sub"), 0777) == 0);
    write_text("main.eig", "import \"sub/b.eig\"\nimport \"a.eig\"\nmodel both\nconnect A -> B { weight = w }\n");
    write_text("a.eig", "import \"sub/../sub/b.eig\"\nimport \"link.eig\"\nimport \"main2.eig\"\n" POP("A", ""));
    write_text("main2.eig", "model other\nparam w = 3\nsimulate { duration = nothing }\nrequire dale\n");
    write_text("sub/b.eig", "import \"c.eig\"\n" POP("B", "size = n"));
    write_text("sub/c.eig", "let n = 4\npopulation N from table(\"neurons.csv\") { tau = 10 ms; cost = nonnegative }\n");
    write_text("sub/neurons.csv", "name,sign\nAVAL,excitatory\nDD01,inhibitory\n");
    CHECK(symlink("sub/b.eig", in_folder("link.eig")) == 0);
    build_file(&b, "main.eig");
    CHECK(b.ok);
    CHECK_TEXT(b.m.name, "both");
    CHECK_TEXT(populations(&b), "N B A");
    CHECK_TEXT(connections(&b), "A->B=3");
    CHECK(b.m.pops.at[1].size == 4 && b.m.pops.at[0].size == 2 && !b.m.sim.present && b.m.requires.n == 1);
    built_free(&b);
}

static void mistakes_point_into_their_files(void)
{
    Built b;
    write_text("wrong.eig", "param p = 1\n\nparam q = 2 * nothing\n");
    write_text("uses.eig", "import \"wrong.eig\"\n" POP("E", "input = q"));
    build_file(&b, "uses.eig");
    CHECK(!b.ok);
    CHECK_TEXT(codes(&b), "E0201");
    CHECK_TEXT(b.cx.sources[b.cx.diags.at[0].span.source]->path, in_folder("wrong.eig"));
    built_free(&b);
    write_text("x.eig", "import \"y.eig\"\n");
    write_text("y.eig", "import \"z.eig\"\n");
    write_text("z.eig", "import \"x.eig\"\n" POP("E", ""));
    build_file(&b, "x.eig");
    CHECK_TEXT(codes(&b), "E0204");
    const char *x = arena_strdup(&b.cx.arena, in_folder("x.eig")), *y = arena_strdup(&b.cx.arena, in_folder("y.eig"));
    CHECK_TEXT(b.cx.diags.at[0].text, arena_printf(&b.cx.arena, "`%s` imports itself: %s -> %s -> %s -> %s", x, x, y, in_folder("z.eig"), x));
    built_free(&b);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
}

int main(void)
{
    RUN(paths_name_what_circuits_declare);
    RUN(arguments_come_by_place_by_name_and_by_default);
    RUN(names_are_looked_up_where_the_text_stands);
    RUN(formulas_use_the_parameters_of_their_circuit);
    RUN(loops_run_from_first_to_last);
    RUN(labels_stay);
    RUN(params_of_instances_are_set_by_their_paths);
    RUN(records_are_called_as_they_are_written);
    RUN(circuits_nest_a_hundred_deep);
    RUN(a_mistake_in_many_instances_is_one);
    RUN(files_are_one_program);
    RUN(mistakes_point_into_their_files);
    arena_free(&texts);
    return test_done();
}
