#include <math.h>

#include "tests/unit/net_model.h"

static const char *const three[] = { "+A", "-B", "+C" };

static void uniform_takes_the_sign_of_its_source(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), i = add_pop(&b, "I", SIGN_INH, 2), x = add_pop(&b, "X", SIGN_MIXED, 1);
    add_conn(&b, e, i, WEIGHT_UNIFORM, num_ratio(&b.pool, 1, 10));
    add_conn(&b, i, e, WEIGHT_UNIFORM, num_int(&b.pool, 2));
    add_conn(&b, x, e, WEIGHT_UNIFORM, num_int(&b.pool, -3));
    add_conn(&b, e, e, WEIGHT_UNIFORM, num_int(&b.pool, 1))->self = false;
    add_conn(&b, i, e, WEIGHT_UNIFORM, num_int(&b.pool, 5))->self = false;
    CHECK(bench_build(&b));
    CHECK(b.net.n == 6 && b.net.pop[1].from == 3 && b.net.n_blocks == 5);
    const Block *block = b.net.block;
    CHECK(block[0].kind == BLOCK_UNIFORM && mpq_cmp_ui(block[0].factor, 1, 10) == 0 && block[0].self);
    CHECK(mpq_cmp_si(block[1].factor, -2, 1) == 0);
    CHECK(mpq_cmp_si(block[2].factor, -3, 1) == 0);
    CHECK(!block[3].self);
    CHECK(block[4].self);       /* between different populations there is no self-connection to leave out */
    bench_end(&b);
}

static void uniform_from_both_signs_is_signed_by_column(void)
{
    Bench b;
    bench_begin(&b);
    size_t w = add_table_pop(&b, "worm", three, 3), e = add_pop(&b, "E", SIGN_EXC, 2);
    add_conn(&b, w, e, WEIGHT_UNIFORM, num_ratio(&b.pool, 1, 10));
    add_conn(&b, w, w, WEIGHT_UNIFORM, num_int(&b.pool, 2))->self = false;
    ModelConn *c = add_conn(&b, w, w, WEIGHT_UNIFORM, num_int(&b.pool, 7));
    c->pattern = PATTERN_ONE;
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].kind == BLOCK_DENSE && !b.net.block[0].was_signed);
    CHECK(mpq_cmp_si(block_entry(&b.pool, &b.net.block[0], 4), -1, 10) == 0);
    CHECK(weight(&b, 3, 0) == 0.1 && weight(&b, 4, 1) == -0.1);
    CHECK(weight(&b, 0, 1) == -2 && weight(&b, 2, 0) == 2);
    CHECK(weight(&b, 0, 0) == 7 && weight(&b, 1, 1) == -7);
    CHECK(b.net.block[2].kind == BLOCK_SPARSE);
    bench_end(&b);
}

static void one_to_one_is_a_diagonal(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), i = add_pop(&b, "I", SIGN_INH, 3), s = add_pop(&b, "S", SIGN_EXC, 2);
    add_conn(&b, i, e, WEIGHT_UNIFORM, num_int(&b.pool, 2))->pattern = PATTERN_ONE;
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].kind == BLOCK_DIAGONAL && mpq_cmp_si(b.net.block[0].factor, -2, 1) == 0);
    ModelConn *c = add_conn(&b, e, e, WEIGHT_UNIFORM, num_int(&b.pool, 2));
    c->pattern = PATTERN_ONE;
    c->self = false;
    CHECK(bench_build(&b));
    CHECK(b.net.block[1].kind == BLOCK_SPARSE && b.net.block[1].values.n == 0);
    add_conn(&b, s, e, WEIGHT_UNIFORM, num_int(&b.pool, 2))->pattern = PATTERN_ONE;
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0453, "S has 2 neurons and E has 3"));
    bench_end(&b);
}

static Values literal(Bench *b, size_t n, const double *d)
{
    Values v = { .n = n, .d = ARENA_ARRAY(&b->cx.arena, n, double) };
    memcpy(v.d, d, n * sizeof *d);
    return v;
}

static void magnitudes_take_signs_and_signed_matrices_keep_theirs(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 2), i = add_pop(&b, "I", SIGN_INH, 2);
    const double magnitudes[4] = { 1, 2, 3, 0 }, with_sign[4] = { -1, 2, 3, 0 };
    add_conn(&b, i, e, WEIGHT_LITERAL, num_ratio(&b.pool, 1, 2))->literal = literal(&b, 4, magnitudes);
    add_conn(&b, i, i, WEIGHT_LITERAL, num_int(&b.pool, 1))->literal = literal(&b, 4, with_sign);
    CHECK(bench_build(&b));
    CHECK(!b.net.block[0].was_signed && b.net.block[1].was_signed);
    CHECK(weight(&b, 0, 2) == -0.5 && weight(&b, 0, 3) == -1 && weight(&b, 1, 3) == 0);
    CHECK(weight(&b, 2, 2) == -1 && weight(&b, 2, 3) == 2);
    CHECK(b.m.conns.at[0].literal.d[0] == 1);       /* the model is const */
    bench_end(&b);
}

static void mostly_empty_matrices_become_sparse(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3);
    const double quarter[9] = { 5, 0, 0, 0, 0, 7, 0, 0, 0 }, third[9] = { 1, 0, 0, 0, 2, 0, 0, 0, 3 };
    add_conn(&b, e, e, WEIGHT_LITERAL, num_int(&b.pool, 1))->literal = literal(&b, 9, third);
    ModelConn *c = add_conn(&b, e, e, WEIGHT_LITERAL, num_int(&b.pool, 1));
    c->literal = literal(&b, 9, quarter);
    c->self = false;
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].kind == BLOCK_DENSE);
    CHECK(b.net.block[1].kind == BLOCK_SPARSE && b.net.block[1].values.n == 1 && b.net.block[1].column[0] == 2);
    bench_end(&b);
}

static void shapes_must_fit(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), i = add_pop(&b, "I", SIGN_INH, 2);
    const double d[9] = { 0 };
    add_conn(&b, e, i, WEIGHT_LITERAL, num_int(&b.pool, 1))->literal = literal(&b, 9, d);
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0511, "the matrix is 3 x 3, E->I needs 2 x 3"));
    CHECK(b.cx.diags.at[0].n_notes == 2);
    bench_end(&b);
}

static const Expr *call2(Bench *b, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[2] = { x, y };
    return expr_call(&b->cx, &b->pool, (Span){ 0 }, fn, 2, arg);
}

/* 1 / (1 + pre.i + 10 post.i): exact, not doubles. */
static const Expr *hyperbola(Bench *b)
{
    const Expr *pre = expr_var(&b->cx, (Span){ 0 }, EIG_VAR_PRE_I), *post = expr_var(&b->cx, (Span){ 0 }, EIG_VAR_POST_I);
    const Expr *one = expr_const(&b->cx, (Span){ 0 }, num_int(&b->pool, 1)), *ten = expr_const(&b->cx, (Span){ 0 }, num_int(&b->pool, 10));
    return call2(b, EIG_FN_DIV, one, call2(b, EIG_FN_ADD, one, call2(b, EIG_FN_ADD, pre, call2(b, EIG_FN_MUL, ten, post))));
}

static void pair_weights_are_exact(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), i = add_pop(&b, "I", SIGN_INH, 3);
    add_conn(&b, i, e, WEIGHT_PAIR, num_int(&b.pool, 2))->pair = hyperbola(&b);
    ModelConn *c = add_conn(&b, e, i, WEIGHT_PAIR, num_int(&b.pool, 1));
    c->pair = hyperbola(&b);
    c->pattern = PATTERN_ONE;
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].kind == BLOCK_DENSE && mpq_cmp_si(block_entry(&b.pool, &b.net.block[0], 5), -2, 13) == 0);
    CHECK(b.net.block[1].kind == BLOCK_SPARSE && mpq_cmp_ui(block_entry(&b.pool, &b.net.block[1], 2), 1, 23) == 0);
    bench_end(&b);
}

static void bad_pair_weights_are_refused(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 3), x = add_pop(&b, "X", SIGN_MIXED, 3);
    size_t w = add_table_pop(&b, "worm", three, 3);
    const Expr *pre = expr_var(&b.cx, (Span){ 0 }, EIG_VAR_PRE_I), *post = expr_var(&b.cx, (Span){ 0 }, EIG_VAR_POST_I);
    const Expr *one = expr_const(&b.cx, (Span){ 0 }, num_int(&b.pool, 1));
    add_conn(&b, x, e, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = call2(&b, EIG_FN_SUB, pre, post);
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].was_signed && weight(&b, 2, 4) == -1);
    b.m.conns.n = 0;
    add_conn(&b, e, x, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = call2(&b, EIG_FN_SUB, pre, post);
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0452, "E[0] -> X[1] (pre.i = 0, post.i = 1) is -1, below 0"));
    b.m.conns.n = b.cx.diags.n = 0;
    add_conn(&b, w, e, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = call2(&b, EIG_FN_SUB, pre, post);
    CHECK(!bench_build(&b));    /* neurons of both signs are not exempt from the law */
    CHECK(complains(&b, D_E0452, "A -> E[1]"));
    b.m.conns.n = b.cx.diags.n = 0;
    add_conn(&b, e, x, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = call2(&b, EIG_FN_DIV, one, pre);
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0455, "E[0] -> X[0]"));
    bench_end(&b);
}

static void weights_without_a_proof_are_rounded(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 30), i = add_pop(&b, "I", SIGN_INH, 20);
    Num third = num_ratio(&b.pool, 1, 3), zero = num_int(&b.pool, 0);
    const Expr *part[] = { expr_const(&b.cx, (Span){ 0 }, third), expr_var(&b.cx, (Span){ 0 }, EIG_VAR_PRE_I) };
    const Expr *pair = expr_call(&b.cx, &b.pool, (Span){ 0 }, EIG_FN_MUL, 2, part);
    ModelTerm term[] = { { .factor = num_ratio(&b.pool, 3, 7) }, { .factor = num_int(&b.pool, 1) }, { .factor = zero } };
    add_conn(&b, i, e, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = pair;
    ModelConn *c = add_conn(&b, e, i, WEIGHT_PAIR, num_int(&b.pool, 1));
    c->pair = pair;
    c->term = term;
    c->n_terms = 3;
    CHECK(net_build_for(&b.cx, &b.m, (NetDetail){ SIZE_MAX, INFINITY, 0, NULL }, &b.net));
    net_verify(&b.net);
    const Block *block = b.net.block;
    CHECK(b.net.n_blocks == 4 && block[0].kind == BLOCK_DENSE && block[0].is_rounded && !block[0].values.q);
    CHECK(block[0].is_tiled && block_dense_at(&b.net, &block[0], 0, 7) == 7 * 30 && block_dense_at(&b.net, &block[0], 1, 0) == 1);
    CHECK(block[0].values.d[7 * 30] == -7.0 / 3 && block[0].values.d[1] == 0 && mpq_cmp_ui(block[0].factor, 1, 1) == 0);
    CHECK(block[1].values.d[200] == 10.0 / 7 && block[2].values.d[200] == 10.0 / 3 && block[3].values.d[200] == 0);
    CHECK(mpq_cmp_ui(block[1].factor, 1, 1) == 0 && block[3].term == &term[2]);
    b.m.conns.n = 1;
    CHECK(net_build_for(&b.cx, &b.m, (NetDetail){ SIZE_MAX, 1000, 599, NULL }, &b.net));
    net_verify(&b.net);
    CHECK(b.net.block[0].kind == BLOCK_UNDRAWN && b.net.block[0].n_expected == 600);
    CHECK(net_build_for(&b.cx, &b.m, (NetDetail){ SIZE_MAX, 1000, 600, NULL }, &b.net));
    CHECK(b.net.block[0].kind == BLOCK_DENSE && b.net.block[0].values.q && !b.net.block[0].is_rounded);
    bench_end(&b);
}

/* Whether a connection's weights are read is known by all of them together. */
static void weights_count_in_all(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 30), i = add_pop(&b, "I", SIGN_INH, 20);
    Num third = num_ratio(&b.pool, 1, 3);
    const Expr *pre = expr_var(&b.cx, (Span){ 0 }, EIG_VAR_PRE_I), *part = expr_const(&b.cx, (Span){ 0 }, third);
    const Expr *nowhere_zero = call2(&b, EIG_FN_ADD, part, pre), *often_zero = call2(&b, EIG_FN_MUL, part, call2(&b, EIG_FN_MIN, pre, part));
    for (int k = 0; k < 4; k++)
        add_conn(&b, e, i, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = nowhere_zero;
    const struct { NetDetail read; BlockKind kind; bool is_rounded; } is[] = {
        { { 50, 1900, 1000, NULL }, BLOCK_UNDRAWN, false }, { { 50, 2400, 1000, NULL }, BLOCK_DENSE, false },
        { { 49, 2400, 1000, NULL }, BLOCK_UNDRAWN, false }, { { 49, INFINITY, 1000, NULL }, BLOCK_DENSE, true },
    };
    for (size_t k = 0; k < sizeof is / sizeof *is; k++) {
        CHECK(net_build_for(&b.cx, &b.m, is[k].read, &b.net));
        net_verify(&b.net);
        CHECK(b.net.n_blocks == 4 && b.net.block[3].kind == is[k].kind && b.net.block[3].is_rounded == is[k].is_rounded);
        CHECK(is[k].is_rounded || is[k].kind == BLOCK_UNDRAWN || b.net.block[3].values.q);
    }
    for (int k = 0; k < 4; k++)
        b.m.conns.at[k].pair = often_zero;
    CHECK(net_build_for(&b.cx, &b.m, (NetDetail){ 50, 600, 1000, NULL }, &b.net));
    CHECK(b.net.block[3].kind == BLOCK_DENSE && b.net.block[3].values.q);
    bench_end(&b);
}

static void memory_is_bounded(void)
{
    Bench b;
    bench_begin(&b);
    size_t m = 1000000;
    size_t e = add_pop(&b, "E", SIGN_EXC, m), i = add_pop(&b, "I", SIGN_INH, m), huge = add_pop(&b, "H", SIGN_EXC, (size_t)1 << 40);
    const Expr *pre = expr_var(&b.cx, (Span){ 0 }, EIG_VAR_PRE_I);
    add_conn(&b, e, i, WEIGHT_PAIR, num_int(&b.pool, 1))->pair = pre;
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0451, "8.0 TB for 1e+12 entries"));
    b.m.conns.n = b.cx.diags.n = 0;
    ModelConn *c = add_conn(&b, e, i, WEIGHT_UNIFORM, num_int(&b.pool, 1));
    c->pattern = PATTERN_RANDOM_P;
    c->probability = num_ratio(&b.pool, 1, 2);
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0451, "2.0 TB"));
    b.m.conns.n = b.cx.diags.n = 0;
    c = add_conn(&b, e, i, WEIGHT_UNIFORM, num_int(&b.pool, 1));
    c->pattern = PATTERN_RANDOM_INDEGREE;
    c->indegree = 500000;
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0451, "2.0 TB"));
    b.m.conns.n = b.cx.diags.n = 0;
    c = add_conn(&b, huge, huge, WEIGHT_UNIFORM, num_int(&b.pool, 1));
    CHECK(bench_build(&b));     /* a number, however many neurons */
    CHECK(b.net.n == ((size_t)1 << 40) + 2 * m && b.cx.arena.bytes < 1000000);
    c->pattern = PATTERN_RANDOM_P;
    c->probability = num_ratio(&b.pool, 1, 1000000000);
    CHECK(!bench_build(&b));
    CHECK(complains(&b, D_E0451, "too many for a list"));
    bench_end(&b);
}

static void the_limit_counts_all_blocks(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_table_pop(&b, "worm", three, 3);
    add_conn(&b, e, e, WEIGHT_UNIFORM, num_int(&b.pool, 1));
    add_conn(&b, e, e, WEIGHT_UNIFORM, num_int(&b.pool, 1));
    CHECK(net_build_within(&b.cx, &b.m, 2 * 72, &b.net));
    CHECK(!net_build_within(&b.cx, &b.m, 2 * 72 - 1, &b.net));
    CHECK(complains(&b, D_E0451, "72 bytes for 9 entries, more than the 71 bytes"));
    bench_end(&b);
}

static void the_dump_says_everything(void)
{
    Bench b;
    Sbuf text = { 0 };
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 2), w = add_table_pop(&b, "worm", three, 3);
    const double d[6] = { 0.5, 0, 3, 1, 2, -4 };
    add_conn(&b, e, w, WEIGHT_UNIFORM, num_ratio(&b.pool, 1, 10));
    add_conn(&b, e, e, WEIGHT_UNIFORM, num_int(&b.pool, 1))->self = false;
    add_conn(&b, w, e, WEIGHT_LITERAL, num_int(&b.pool, 2))->literal = literal(&b, 6, d);
    CHECK(bench_build(&b));
    net_print(&b.net, &text);
    CHECK_TEXT(sbuf_text(&text),
               "net test: 5 neurons, 2 populations, 3 blocks\n"
               "population E: excitatory, neurons 0..1\n"
               "  tau 20 0x1.4p+4 20\n"
               "population worm: signs by neuron, neurons 2..4\n"
               "  tau 20 0x1.4p+4 20\n"
               "block 0: E -> worm, 3 x 2, uniform\n"
               "  factor 0.1 0x1.999999999999ap-4 0.1\n"
               "block 1: E -> E, 2 x 2, uniform without self-connections\n"
               "  factor 1 0x1p+0 1\n"
               "block 2: worm -> E, 2 x 3, dense\n"
               "  factor 2 0x1p+1 2\n"
               "  6 entries, signed by the file or literal\n"
               "  row 0: 0.5 0 3\n"
               "  row 1: 1 2 -4\n");
    sbuf_free(&text);
    net_neuron_name(&b.net.pop[0], 1, &text);
    net_neuron_name(&b.net.pop[1], 1, &text);
    CHECK_TEXT(sbuf_text(&text), "E[1]B");
    sbuf_free(&text);
    bench_end(&b);
}

int main(void)
{
    RUN(uniform_takes_the_sign_of_its_source);
    RUN(uniform_from_both_signs_is_signed_by_column);
    RUN(one_to_one_is_a_diagonal);
    RUN(magnitudes_take_signs_and_signed_matrices_keep_theirs);
    RUN(mostly_empty_matrices_become_sparse);
    RUN(shapes_must_fit);
    RUN(pair_weights_are_exact);
    RUN(bad_pair_weights_are_refused);
    RUN(weights_without_a_proof_are_rounded);
    RUN(weights_count_in_all);
    RUN(memory_is_bounded);
    RUN(the_limit_counts_all_blocks);
    RUN(the_dump_says_everything);
    return test_done();
}
