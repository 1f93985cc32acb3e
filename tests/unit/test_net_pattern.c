/* Random wiring: statistics with a fixed seed, and exact invariance. */
#include "runtime/rng.h"
#include "tests/unit/net_model.h"

static ModelConn *random_p(Bench *b, size_t pre, size_t post, long top, unsigned long bottom)
{
    ModelConn *c = add_conn(b, pre, post, WEIGHT_UNIFORM, num_int(&b->pool, 1));
    c->pattern = PATTERN_RANDOM_P;
    c->probability = num_ratio(&b->pool, top, bottom);
    return c;
}

static ModelConn *indegree(Bench *b, size_t pre, size_t post, size_t k)
{
    ModelConn *c = add_conn(b, pre, post, WEIGHT_UNIFORM, num_int(&b->pool, 1));
    c->pattern = PATTERN_RANDOM_INDEGREE;
    c->indegree = k;
    return c;
}

/* Chi-squared of counts against an equal expectation, as a normal deviate (Wilson-Hilferty). */
static double deviate(const size_t *count, size_t n, double expected, double variance)
{
    double x = 0;
    for (size_t k = 0; k < n; k++)
        x += ((double)count[k] - expected) * ((double)count[k] - expected) / variance;
    double f = (double)n, s = 2 / (9 * f);
    return (cbrt(x / f) - (1 - s)) / sqrt(s);
}

static void probability_is_met(void)
{
    Bench b;
    bench_begin(&b);
    enum { N_PRE = 2000, N_POST = 1500 };
    size_t e = add_pop(&b, "E", SIGN_EXC, N_PRE), i = add_pop(&b, "I", SIGN_INH, N_POST);
    random_p(&b, e, i, 1, 20);
    CHECK(bench_build(&b));
    const Block *block = &b.net.block[0];
    double n = (double)N_PRE * N_POST, p = 0.05;
    CHECK_CLOSE((double)block->values.n, n * p, 0, 4 * sqrt(n * p * (1 - p)));
    static size_t out_degree[N_PRE], in_degree[N_POST];
    for (size_t t = 0; t < N_POST; t++) {
        in_degree[t] = block->row_from[t + 1] - block->row_from[t];
        for (size_t k = block->row_from[t]; k < block->row_from[t + 1]; k++)
            out_degree[block->column[k]]++;
    }
    CHECK(fabs(deviate(in_degree, N_POST, N_PRE * p, N_PRE * p * (1 - p))) < 4);
    CHECK(fabs(deviate(out_degree, N_PRE, N_POST * p, N_POST * p * (1 - p))) < 4);
    bench_end(&b);
}

static void probability_has_its_ends(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 7);
    random_p(&b, e, e, 0, 1);
    random_p(&b, e, e, 1, 1);
    random_p(&b, e, e, 1, 1)->self = false;
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].values.n == 0 && b.net.block[1].values.n == 49 && b.net.block[2].values.n == 42);
    bench_end(&b);
}

/* Leaving self-connections out removes them and moves nothing else. */
static void self_is_left_out(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 200);
    ModelConn *with = random_p(&b, e, e, 1, 4);
    add_conn(&b, e, e, WEIGHT_UNIFORM, num_int(&b.pool, 1));
    b.m.conns.at[1] = *with;
    b.m.conns.at[1].self = false;
    CHECK(bench_build(&b));
    const Block *x = &b.net.block[0], *y = &b.net.block[1];
    size_t on_diagonal = 0;
    for (size_t t = 0; t < 200; t++)
        for (size_t k = x->row_from[t], j = y->row_from[t]; k < x->row_from[t + 1]; k++) {
            if (x->column[k] == t)
                on_diagonal++;
            else
                CHECK(j < y->row_from[t + 1] && y->column[j++] == x->column[k]);
        }
    CHECK(on_diagonal > 20 && on_diagonal < 80 && y->values.n == x->values.n - on_diagonal);
    bench_end(&b);
}

static void indegrees_are_exact_and_sources_even(void)
{
    Bench b;
    bench_begin(&b);
    enum { N_PRE = 100, N_POST = 4000, K = 30 };
    size_t e = add_pop(&b, "E", SIGN_EXC, N_PRE), i = add_pop(&b, "I", SIGN_INH, N_POST);
    indegree(&b, e, i, K);
    CHECK(bench_build(&b));     /* net_verify: sources ascend, so they are distinct */
    static size_t out_degree[N_PRE];
    const Block *block = &b.net.block[0];
    CHECK(block->values.n == (size_t)N_POST * K);
    for (size_t k = 0; k < block->values.n; k++)
        out_degree[block->column[k]]++;
    double p = (double)K / N_PRE;
    CHECK(fabs(deviate(out_degree, N_PRE, N_POST * p, N_POST * p * (1 - p))) < 4);
    bench_end(&b);
}

static void indegree_has_its_ends(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 5);
    indegree(&b, e, e, 5);
    indegree(&b, e, e, 4)->self = false;
    indegree(&b, e, e, 0);
    CHECK(bench_build(&b));
    CHECK(b.net.block[0].values.n == 25 && b.net.block[1].values.n == 20 && b.net.block[2].values.n == 0);
    for (size_t t = 0; t < 5; t++)
        CHECK(weight(&b, t, t) == 1);
    bench_end(&b);
}

static void wiring_is_its_key_and_seed(void)
{
    Bench b, c;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 300), i = add_pop(&b, "I", SIGN_INH, 200);
    random_p(&b, e, i, 1, 10);
    indegree(&b, i, e, 7);
    CHECK(bench_build(&b));

    bench_begin(&c);            /* another population in front, other projections before and between */
    size_t x = add_pop(&c, "X", SIGN_EXC, 50), i2 = add_pop(&c, "I", SIGN_INH, 200), e2 = add_pop(&c, "E", SIGN_EXC, 300);
    random_p(&c, x, e2, 1, 3);
    indegree(&c, i2, e2, 7);
    random_p(&c, x, x, 1, 3);
    random_p(&c, e2, i2, 1, 10);
    random_p(&c, e2, i2, 1, 10)->key = "E->I#2";
    random_p(&c, e2, i2, 1, 10)->seed = 2;
    CHECK(bench_build(&c));
    const Block *p = &b.net.block[0], *q = &c.net.block[3], *r = &b.net.block[1], *s = &c.net.block[1];
    CHECK(p->values.n == q->values.n && memcmp(p->column, q->column, p->values.n * sizeof *p->column) == 0);
    CHECK(memcmp(p->row_from, q->row_from, 201 * sizeof *p->row_from) == 0);
    CHECK(r->values.n == s->values.n && memcmp(r->column, s->column, r->values.n * sizeof *r->column) == 0);
    for (size_t k = 4; k < 6; k++) {
        const Block *other = &c.net.block[k];
        size_t n = other->values.n < p->values.n ? other->values.n : p->values.n;
        CHECK(memcmp(p->column, other->column, n * sizeof *p->column) != 0);
    }
    bench_end(&b);
    bench_end(&c);
}

/* Growing the targets keeps what was there, as gaps are drawn from the first target on. */
static void more_targets_extend_the_wiring(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 100), i = add_pop(&b, "I", SIGN_INH, 50), j = add_pop(&b, "J", SIGN_INH, 80);
    random_p(&b, e, i, 1, 10);
    random_p(&b, e, j, 1, 10)->key = "E->I";
    CHECK(bench_build(&b));
    CHECK(memcmp(b.net.block[0].row_from, b.net.block[1].row_from, 51 * sizeof(size_t)) == 0);
    CHECK(memcmp(b.net.block[0].column, b.net.block[1].column, b.net.block[0].values.n * sizeof(uint32_t)) == 0);
    bench_end(&b);
}

/* The draw number k of a neuron of E->E, as docs/semantics.md has it. */
static double drawn(size_t neuron, uint32_t k)
{
    double u[2];
    eig_uniform2(1, eig_fnv1a("E->E"), eig_fnv1a("connect"), neuron, k / 2, u);
    return u[k % 2];
}

/* Entries of several bands, against each source's gaps one by one. */
static void probability_is_drawn_as_written(void)
{
    Bench b;
    bench_begin(&b);
    enum { N = 3000 };
    size_t e = add_pop(&b, "E", SIGN_EXC, N), wrong = 0, n = 0;
    random_p(&b, e, e, 1, 3)->self = false;
    CHECK(bench_build(&b));
    const Block *block = &b.net.block[0];
    uint64_t *next = ARENA_ARRAY(&b.cx.arena, N, uint64_t);
    memcpy(next, block->row_from, N * sizeof *next);
    for (size_t source = 0; source < N; source++) {
        uint32_t k = 0;
        for (double t = floor(log(drawn(source, k++)) / log1p(-1.0 / 3)); t < N; t += 1 + floor(log(drawn(source, k++)) / log1p(-1.0 / 3))) {
            if (t == (double)source)
                continue;
            uint64_t at = next[(size_t)t]++;
            wrong += at >= block->row_from[(size_t)t + 1] || block->column[at] != source;
            n++;
        }
    }
    CHECK(wrong == 0 && n == block->values.n && n > (size_t)2 << 20);
    bench_end(&b);
}

/* Against Floyd's sampling with a list of what is taken. */
static void indegree_is_drawn_as_written(void)
{
    Bench b;
    bench_begin(&b);
    enum { N = 400, K = 150 };
    size_t e = add_pop(&b, "E", SIGN_EXC, N), wrong = 0;
    indegree(&b, e, e, K)->self = false;
    CHECK(bench_build(&b));
    const Block *block = &b.net.block[0];
    for (size_t t = 0; t < N; t++) {
        bool taken[N] = { false };
        for (size_t j = N - 1 - K, k = 0; j < N - 1; j++, k++) {
            size_t x = (size_t)(drawn(t, (uint32_t)k) * (double)(j + 1));
            taken[taken[x] ? j : x] = true;
        }
        for (size_t x = 0, at = block->row_from[t]; x < N - 1; x++)
            if (taken[x])
                wrong += at >= block->row_from[t + 1] || block->column[at++] != x + (x >= t);
    }
    CHECK(wrong == 0 && block->values.n == (size_t)N * K);
    bench_end(&b);
}

/* A hundred million synapses that are not read are neither drawn nor stored, and their mistakes are still found. */
static void what_is_not_read_is_not_drawn(void)
{
    Bench b;
    bench_begin(&b);
    size_t e = add_pop(&b, "E", SIGN_EXC, 1000000), i = add_pop(&b, "I", SIGN_INH, 5000), x = add_pop(&b, "X", SIGN_MIXED, 5000);
    random_p(&b, e, e, 1, 10000);
    indegree(&b, e, i, 100);
    random_p(&b, i, x, 1, 1);
    random_p(&b, i, x, 1, 1000);
    NetDetail read = { 20000, 12e6, NET_MAX_EXACT, NULL };
    CHECK(net_build_for(&b.cx, &b.m, read, &b.net));
    net_verify(&b.net);
    CHECK(b.cx.arena.bytes < 10000000);
    CHECK(b.net.block[0].kind == BLOCK_UNDRAWN && b.net.block[0].n_expected == 100000000);
    CHECK(b.net.block[1].kind == BLOCK_UNDRAWN && b.net.block[1].n_expected == 500000);
    CHECK(b.net.block[2].kind == BLOCK_UNDRAWN && b.net.block[2].n_expected == 25000000 && mpq_sgn(b.net.block[2].factor) < 0);
    CHECK(b.net.block[3].kind == BLOCK_UNDRAWN);     /* together they are too many */
    b.m.conns.at[0] = b.m.conns.at[3];
    b.m.conns.n = 1;
    CHECK(net_build_for(&b.cx, &b.m, read, &b.net) && b.net.block[0].kind == BLOCK_SPARSE);
    bench_end(&b);
}

/* What is needed while synapses are drawn counts, too: 10^9 sources of two targets, or one target of many. */
static void many_sources_are_counted(void)
{
    static const struct { size_t limit; bool by_p, fits; } is[] = {
        { (size_t)20 << 20, true, false }, { (size_t)60 << 20, true, true }, { (size_t)30 << 20, false, false }, { (size_t)120 << 20, false, true },
    };
    for (size_t k = 0; k < sizeof is / sizeof *is; k++) {
        Bench b;
        bench_begin(&b);
        size_t many = add_pop(&b, "A", SIGN_EXC, 1000000), few = add_pop(&b, "B", SIGN_EXC, 2);
        if (is[k].by_p)
            random_p(&b, many, few, 1, 1000);
        else
            indegree(&b, many, few, 900000);
        CHECK(net_build_within(&b.cx, &b.m, is[k].limit, &b.net) == is[k].fits);
        CHECK(is[k].fits || (b.cx.diags.n == 1 && b.cx.diags.at[0].code == D_E0451));
        bench_end(&b);
    }
    Bench b;
    bench_begin(&b);
    size_t many = add_pop(&b, "A", SIGN_EXC, 1000000000), few = add_pop(&b, "B", SIGN_EXC, 2);
    random_p(&b, many, few, 1, 1000000000);
    CHECK(!net_build_within(&b.cx, &b.m, (size_t)8 << 30, &b.net) && b.cx.arena.bytes < 1000000);
    bench_end(&b);
}

int main(void)
{
    RUN(probability_is_met);
    RUN(probability_has_its_ends);
    RUN(self_is_left_out);
    RUN(indegrees_are_exact_and_sources_even);
    RUN(indegree_has_its_ends);
    RUN(wiring_is_its_key_and_seed);
    RUN(more_targets_extend_the_wiring);
    RUN(probability_is_drawn_as_written);
    RUN(indegree_is_drawn_as_written);
    RUN(what_is_not_read_is_not_drawn);
    RUN(many_sources_are_counted);
    return test_done();
}
