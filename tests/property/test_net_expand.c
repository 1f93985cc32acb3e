/* Random small networks: every block, expanded entry by entry, equals the
 * connection it came from, computed from the model by the textbook rule. */
#include "tests/unit/net_model.h"

static uint64_t state;

static size_t draw(size_t below)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (size_t)(state >> 20) % below;
}

static Num draw_number(Bench *b)
{
    static const unsigned long bottom[] = { 1, 2, 3, 10, 8 };
    return num_ratio(&b->pool, (long)draw(20), bottom[draw(5)]);
}

static size_t draw_pop(Bench *b, int k)
{
    static const char *const name[] = { "P", "Q", "R" }, *const with_sign[] = { "+a", "-b", "+c", "-d", "+e" };
    size_t size = 1 + draw(5), kind = draw(4);
    if (kind == 3)
        return add_table_pop(b, name[k], with_sign, size);
    return add_pop(b, name[k], kind == 0 ? SIGN_EXC : kind == 1 ? SIGN_INH : SIGN_MIXED, size);
}

static const Expr *draw_pair(Bench *b)
{
    const Expr *pre = expr_var(&b->cx, (Span){ 0 }, EIG_VAR_PRE_I), *post = expr_var(&b->cx, (Span){ 0 }, EIG_VAR_POST_I);
    const Expr *c = expr_const(&b->cx, (Span){ 0 }, num_ratio(&b->pool, (long)(2 + draw(5)), 7));
    const Expr *a[2] = { pre, post };
    const Expr *gap = expr_call(&b->cx, &b->pool, (Span){ 0 }, EIG_FN_SUB, 2, a);
    const Expr *far[2] = { c, expr_call(&b->cx, &b->pool, (Span){ 0 }, EIG_FN_ABS, 1, &gap) };
    return expr_call(&b->cx, &b->pool, (Span){ 0 }, EIG_FN_MUL, 2, far);
}

static Values draw_literal(Bench *b, size_t n)
{
    Values v = { .n = n, .d = ARENA_ARRAY(&b->cx.arena, n, double) };
    bool exact = draw(2), with_sign = draw(2), sparse = draw(2);
    if (exact)
        v.q = ARENA_ARRAY(&b->cx.arena, n, Num);
    for (size_t k = 0; k < n; k++) {
        long top = sparse && draw(5) ? 0 : (long)draw(20) - (with_sign ? 10 : 0);
        Num x = num_ratio(&b->pool, top, exact ? 3 : 4);
        v.d[k] = num_to_double(x);
        if (exact)
            v.q[k] = x;
    }
    return v;
}

static void draw_conn(Bench *b)
{
    size_t pre = draw(b->m.pops.n), post = draw(b->m.pops.n);
    size_t n_pre = b->m.pops.at[pre].size, n_post = b->m.pops.at[post].size;
    static const WeightKind kind[] = { WEIGHT_UNIFORM, WEIGHT_PAIR, WEIGHT_LITERAL };
    ModelConn *c = add_conn(b, pre, post, kind[draw(3)], draw_number(b));
    c->self = draw(2);
    c->seed = draw(1000);
    if (b->m.pops.at[pre].is_exempt && c->kind == WEIGHT_UNIFORM && draw(2)) {
        mpq_ptr x = num_new(&b->pool);
        mpq_neg(x, c->factor);
        c->factor = x;
    }
    if (c->kind == WEIGHT_PAIR)
        c->pair = draw_pair(b);
    if (c->kind == WEIGHT_LITERAL) {
        c->literal = draw_literal(b, n_pre * n_post);
        return;
    }
    c->pattern = draw(3) == 0 ? PATTERN_RANDOM_P : draw(3) == 0 ? PATTERN_RANDOM_INDEGREE : PATTERN_ALL;
    if (n_pre == n_post && draw(2))
        c->pattern = PATTERN_ONE;
    c->probability = num_ratio(&b->pool, (long)draw(5), 4);
    c->indegree = draw(n_pre + (c->self || pre != post));
}

/* 1, or 1 times the sign of the source where entries are magnitudes. */
static int sign_of(const ModelPop *p, size_t j)
{
    if (p->neuron_sign)
        return p->neuron_sign[j];
    return p->sign == SIGN_INH ? -1 : 1;
}

static void expected_weight(Bench *b, const ModelConn *c, size_t i, size_t j, mpq_t w)
{
    const ModelPop *pre = &b->m.pops.at[c->pre];
    bool is_signed = false;
    mpq_set_ui(w, 1, 1);
    if (c->kind == WEIGHT_PAIR) {   /* const * |pre.i - post.i|, see draw_pair */
        mpq_set_ui(w, i > j ? i - j : j - i, 1);
        mpq_mul(w, w, c->pair->as.call.arg[0]->as.value);
    } else if (c->kind == WEIGHT_LITERAL) {
        for (size_t k = 0; k < c->literal.n; k++)
            is_signed |= c->literal.d[k] < 0;
        mpq_set(w, values_exact(&b->pool, &c->literal, i * pre->size + j));
    }
    mpq_mul(w, w, c->factor);
    if (!is_signed && sign_of(pre, j) < 0)
        mpq_neg(w, w);
    if ((c->pattern == PATTERN_ONE && i != j) || (!c->self && c->pre == c->post && i == j))
        mpq_set_ui(w, 0, 1);
}

/* Entries of a random pattern may be absent; a full row of an indegree is counted. */
static bool block_is_right(Bench *b, const Block *block, const mpq_t *sum)
{
    const ModelConn *c = &b->m.conns.at[block->conn];
    const NetPop *pre = &b->net.pop[c->pre], *post = &b->net.pop[c->post];
    bool right = true, random = c->pattern == PATTERN_RANDOM_P || c->pattern == PATTERN_RANDOM_INDEGREE;
    mpq_t w;
    mpq_init(w);
    for (size_t i = 0; i < b->net.n; i++)
        for (size_t j = 0; j < b->net.n; j++) {
            const mpq_t *have = &sum[i * b->net.n + j];
            mpq_set_ui(w, 0, 1);
            if (i >= post->from && i < post->from + post->size && j >= pre->from && j < pre->from + pre->size)
                expected_weight(b, c, i - post->from, j - pre->from, w);
            right &= mpq_equal(*have, w) || (random && mpq_sgn(*have) == 0);
        }
    for (size_t i = 0; c->pattern == PATTERN_RANDOM_INDEGREE && c->kind == WEIGHT_UNIFORM && i < post->size; i++)
        right &= block->row_from[i + 1] - block->row_from[i] == c->indegree;
    mpq_clear(w);
    return right;
}

static bool one_network(uint64_t seed)
{
    Bench b;
    state = seed * 0x9E3779B97F4A7C15u + 1;
    bench_begin(&b);
    int n_pops = 1 + (int)draw(3);
    for (int k = 0; k < n_pops; k++)
        draw_pop(&b, k);
    for (size_t k = 0, n = 1 + draw(4); k < n; k++)
        draw_conn(&b);
    bool right = bench_build(&b) && b.net.n_blocks == b.m.conns.n;
    size_t n = b.net.n;
    mpq_t *sum = malloc(n * n * sizeof *sum);
    for (size_t k = 0; right && k < b.net.n_blocks; k++) {
        for (size_t e = 0; e < n * n; e++)
            mpq_init(sum[e]);
        block_expand(&b, &b.net.block[k], sum);
        right = block_is_right(&b, &b.net.block[k], (const mpq_t *)sum);
        for (size_t e = 0; e < n * n; e++)
            mpq_clear(sum[e]);
    }
    free(sum);
    bench_end(&b);
    return right;
}

static void blocks_equal_their_connections(void)
{
    const char *times = getenv("EIGC_TEST_MULTIPLIER");
    uint64_t n = 2000 * (uint64_t)(times ? atoi(times) : 1);
    for (uint64_t seed = 1; seed <= n; seed++)
        if (!one_network(seed)) {
            fprintf(stderr, "network of seed %llu\n", (unsigned long long)seed);
            CHECK(!"a block differs from its connection");
            return;
        }
}

int main(void)
{
    RUN(blocks_equal_their_connections);
    return test_done();
}
