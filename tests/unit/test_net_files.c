/* Weights from files: edge lists, matrix files, and the worm's wiring. */
#include "tests/unit/net_model.h"

#include <unistd.h>

#include "compiler/data/matrix.h"
#include "compiler/data/table.h"

static const char *const three[] = { "+A", "-B", "+C" };

/* A file in a folder of this test's own. */
static const char *write_file(Bench *b, const char *name, const char *text, size_t n)
{
    const char *path = arena_printf(&b->cx.arena, "/tmp/eigc_net_files_%ld_%s", (long)getpid(), name);
    FILE *out = fopen(path, "wb");
    CHECK(out && fwrite(text, 1, n, out) == n && fclose(out) == 0);
    return path;
}

static ModelConn *add_edges(Bench *b, size_t pre, size_t post, const char *text)
{
    ModelConn *c = add_conn(b, pre, post, WEIGHT_EDGES, num_ratio(&b->pool, 1, 10));
    c->path = write_file(b, "edges.csv", text, strlen(text));
    c->dir = "";
    return c;
}

static bool build_and_remove(Bench *b)
{
    bool ok = bench_build(b);
    unlink(b->m.conns.at[b->m.conns.n - 1].path);
    return ok;
}

static void edges_join_named_neurons(void)
{
    Bench b;
    bench_begin(&b);
    size_t w = add_table_pop(&b, "worm", three, 3);
    add_edges(&b, w, w, "note,source,target,count,other\nx,C,A,3,9\ny,B,A,0.5,9\nz,A,C,1,9\nz,A,A,0,9\n");
    CHECK(build_and_remove(&b));
    const Block *block = &b.net.block[0];
    CHECK(block->kind == BLOCK_SPARSE && block->values.n == 3 && !block->was_signed && strlen(block->sha256) == 64);
    CHECK(mpq_cmp_si(block_entry(&b.pool, block, 0), -1, 20) == 0);
    CHECK(weight(&b, 0, 2) == 0.3 && weight(&b, 2, 0) == 0.1);
    bench_end(&b);
}

static void edges_take_a_named_column_and_numbers(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), i = add_pop(&b, "I", SIGN_INH, 1);
    add_edges(&b, i, e, "source,target,a,b\nI,E[2],1,-7\n0,1,2,8\n")->column = "b";
    CHECK(build_and_remove(&b));
    CHECK(b.net.block[0].was_signed && weight(&b, 2, 3) == -0.7 && weight(&b, 1, 3) == 0.8);
    bench_end(&b);
}

static void bad_edges_are_refused(void)
{
    static const struct { const char *text; DiagCode code; const char *piece, *help; int notes; } bad[] = {
        { "source,target,n\nA,B,1\nA,BB,1\n", D_E0509, "edges.csv:3: 'BB' is no neuron of worm", "did you mean 'B'?", 0 },
        { "source,target,n\nX1,Y1,1\nX2,Y2,1\nX3,Y3,1\nX4,Y4,1\nX5,Y5,1\n", D_E0509, ":2: 'X1' is no neuron", NULL, 8 },
        { "source,target,n\nA,B,1\nC,B,1\n# again\nA,B,2\n", D_E0510, ":5: A -> B was already given in line 2", "one line", 0 },
        { "source,targe,n\nA,B,1\n", D_E0506, "no column 'target'", "there is a column 'targe'", 0 },
        { "source,target\nA,B\n", D_E0506, "no column of numbers", "a number", 0 },
        { "source,target,n\nA,B,1\nA,C,nan\n", D_E0504, ":3: 'nan' in column 'n'", NULL, 0 },
        { "source,target,n\nA,B\n", D_E0503, ":2:1: cells in this row: 2, in the header: 3", NULL, 0 },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        bench_begin(&b);
        size_t w = add_table_pop(&b, "worm", three, 3);
        add_edges(&b, w, w, bad[k].text);
        CHECK(!build_and_remove(&b));
        CHECK(complains(&b, bad[k].code, bad[k].piece));
        const char *help = b.cx.diags.at[0].help;
        CHECK(!bad[k].help || (help && strstr(help, bad[k].help)));
        CHECK(b.cx.diags.at[0].n_notes == bad[k].notes);
        bench_end(&b);
    }
}

static ModelConn *add_matrix(Bench *b, size_t pre, size_t post, const char *name, const char *text)
{
    ModelConn *c = add_conn(b, pre, post, WEIGHT_MATRIX, num_int(&b->pool, 2));
    c->path = write_file(b, name, text, strlen(text));
    c->dir = "";
    return c;
}

static void matrix_files_have_targets_as_rows(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), i = add_pop(&b, "I", SIGN_INH, 2);
    add_matrix(&b, i, e, "w.csv", "1,2\n3,4\n5,6\n");
    CHECK(build_and_remove(&b));
    CHECK(b.net.block[0].kind == BLOCK_DENSE && weight(&b, 2, 3) == -10 && weight(&b, 0, 4) == -4);
    b.m.conns.n = 0;
    add_matrix(&b, i, e, "w.mtx", "%%MatrixMarket matrix coordinate real general\n3 2 4\n3 1 1.5\n1 1 1\n1 2 0\n2 2 -4\n");
    CHECK(build_and_remove(&b));
    CHECK(b.net.block[0].kind == BLOCK_SPARSE && b.net.block[0].values.n == 3 && b.net.block[0].was_signed);
    CHECK(weight(&b, 2, 3) == 3 && weight(&b, 1, 4) == -8);
    b.m.conns.n = 0;
    add_matrix(&b, e, i, "w.csv", "1,2\n3,4\n5,6\n");
    CHECK(!build_and_remove(&b));
    CHECK(complains(&b, D_E0511, "is 3 x 2, E->I needs 2 x 3 (targets x sources)"));
    CHECK(strstr(b.cx.diags.at[0].help, "transpose"));
    bench_end(&b);
}

static void matrix_names_must_be_those_of_the_table(void)
{
    Bench b;
    bench_begin(&b);
    size_t w = add_table_pop(&b, "worm", three, 3);
    add_matrix(&b, w, w, "w.csv", "x,A,B,C\nA,1,2,3\nB,4,5,6\nC,7,8,9\n");
    CHECK(build_and_remove(&b));
    b.m.conns.n = 0;
    add_matrix(&b, w, w, "w.csv", "x,A,B,C\nA,1,2,3\nC,4,5,6\nB,7,8,9\n");
    CHECK(!build_and_remove(&b));
    CHECK(complains(&b, D_E0513, "row 2 is 'C', but neuron 1 of worm is 'B'"));
    bench_end(&b);
}

static void matrix_numbers_must_be_those_of_the_neurons(void)
{
    static const char *const good[] = { ",0,1\n0,1,2\n1,4,5\n", "E,E[0],E[1]\nE[0],1,2\nE[1],4,5\n", ",E[0],E[1]\n0,1,2\n1,4,5\n", "E,a,b\na,1,2\nb,4,5\n" };
    static const struct { const char *text; DiagCode code; const char *piece; } bad[] = {
        { ",0,1\n1,1,2\n0,4,5\n", D_E0513, "row 1 is '1', but the neurons of E are numbered from 0, in order" },
        { ",E[0],E[2]\n0,1,2\n1,4,5\n", D_E0513, "column 2 is 'E[2]', but the neurons of E" },
        { ",1,2\n1,1,2\n2,4,5\n", D_E0513, "row 1 is '1', but the neurons of E" },
        { ",2\n3,4\n", D_E0511, "its line and column of names aside, is 1 x 1, E->E needs 2 x 2" },
        { "1/3,1/4,1/5\n1/4,.1,.2\n1/5,.3,.4\n", D_E0511, "w.csv' is 3 x 3, E->E needs 2 x 2" },
    };
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        Bench b;
        bench_begin(&b);
        size_t e = add_pop(&b, "E", SIGN_EXC, 2);
        add_matrix(&b, e, e, "w.csv", good[k]);
        CHECK(build_and_remove(&b));
        CHECK(weight(&b, 0, 1) == 4 && weight(&b, 1, 0) == 8);
        bench_end(&b);
    }
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        bench_begin(&b);
        size_t e = add_pop(&b, "E", SIGN_EXC, 2);
        add_matrix(&b, e, e, "w.csv", bad[k].text);
        CHECK(!build_and_remove(&b));
        CHECK(complains(&b, bad[k].code, bad[k].piece));
        bench_end(&b);
    }
}

static void a_matrix_needs_no_pattern(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 1);
    add_matrix(&b, e, e, "w.csv", "1\n")->pattern = PATTERN_ONE;
    CHECK(!build_and_remove(&b));
    CHECK(complains(&b, D_E0453, "already says who is connected"));
    bench_end(&b);
}

/* Population of the table in examples/data/celegans. */
static size_t add_worm(Bench *b)
{
    Table t;
    CHECK(table_read(&b->cx, "examples/data/celegans", "neurons.csv", (Span){ 0 }, &t));
    size_t k = add_pop(b, "worm", SIGN_MIXED, t.n_rows);
    ModelPop *p = &b->m.pops.at[k];
    int name = table_column(&t, intern(&b->cx.names, "name")), sign = table_column(&t, intern(&b->cx.names, "sign"));
    p->is_exempt = false;
    p->neuron_name = t.column[name].text;
    p->neuron_sign = ARENA_ARRAY(&b->cx.arena, t.n_rows, signed char);
    for (size_t j = 0; j < t.n_rows; j++)
        p->neuron_sign[j] = strcmp(t.column[sign].text[j], "inhibitory") == 0 ? -1 : 1;
    return k;
}

/* Counts as published: 279 neurons, 26 of them GABAergic, 2305 pairs, 6932 synapses. */
static void the_worm_is_complete(void)
{
    Bench b;
    bench_begin(&b);
    size_t w = add_worm(&b);
    ModelConn *c = add_conn(&b, w, w, WEIGHT_EDGES, num_int(&b.pool, 1));
    c->dir = "examples/data/celegans";
    c->path = "chemical.csv";
    CHECK(bench_build(&b));
    const Block *block = &b.net.block[0];
    CHECK(b.net.n == 279 && block->kind == BLOCK_SPARSE && block->values.n == 2305 && !block->values.q);
    double synapses = 0;
    size_t n_inhibitory = 0, n_wrong = 0;
    for (size_t k = 0; k < 279; k++)
        n_inhibitory += net_neuron_sign(&b.net.pop[0], k) == SIGN_INH;
    for (size_t e = 0; e < block->values.n; e++) {
        synapses += fabs(block->values.d[e]);
        n_wrong += (block->values.d[e] < 0) != (net_neuron_sign(&b.net.pop[0], block->column[e]) == SIGN_INH);
    }
    CHECK(n_inhibitory == 26 && synapses == 6932 && n_wrong == 0);
    bench_end(&b);
}

static void the_microcircuit_is_readable(void)
{
    Bench b;
    MatrixFile m;
    Table t;
    Values size;
    bench_begin(&b);
    CHECK(matrix_file_read(&b.cx, &b.pool, "examples/data/microcircuit", "connection_probability.csv", (Span){ 0 }, &m));
    CHECK(m.n_rows == 8 && m.n_columns == 8 && mpq_cmp_ui(m.values.q[0], 1009, 10000) == 0);
    CHECK(table_read(&b.cx, "examples/data/microcircuit", "populations.csv", (Span){ 0 }, &t));
    CHECK(table_numbers(&b.cx, &b.pool, &t, table_column(&t, intern(&b.cx.names, "size")), (Span){ 0 }, &size));
    double n = 0;
    for (size_t k = 0; k < 8; k++) {
        n += size.d[k];
        CHECK(t.column[0].text[k] == m.row_name[k] && m.row_name[k] == m.column_name[k]);
    }
    CHECK(n == 77169);
    bench_end(&b);
}

int main(void)
{
    RUN(edges_join_named_neurons);
    RUN(edges_take_a_named_column_and_numbers);
    RUN(bad_edges_are_refused);
    RUN(matrix_files_have_targets_as_rows);
    RUN(matrix_names_must_be_those_of_the_table);
    RUN(matrix_numbers_must_be_those_of_the_neurons);
    RUN(a_matrix_needs_no_pattern);
    RUN(the_worm_is_complete);
    RUN(the_microcircuit_is_readable);
    return test_done();
}
