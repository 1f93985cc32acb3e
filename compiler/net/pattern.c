/* Who is connected to whom. Every draw is keyed by the seed, the projection's
 * label and a neuron, so nothing elsewhere in the model changes it; time and
 * memory are proportional to the synapses. */
#include "compiler/net/build.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/rng.h"

/* Uniform numbers of one neuron: draws 0, 1, ... of two numbers each. */
typedef struct Stream {
    uint64_t seed, entity, tag, step;
    uint32_t draw;
    bool has_second;
    double second;
} Stream;

static Stream stream_of(const ModelConn *c, size_t neuron)
{
    return (Stream){ .seed = c->seed, .entity = eig_fnv1a(c->label), .tag = eig_fnv1a("connect"), .step = neuron };
}

static double stream_next(Stream *s)
{
    if (s->has_second) {
        s->has_second = false;
        return s->second;
    }
    double u[2];
    eig_uniform2(s->seed, s->entity, s->tag, s->step, s->draw++, u);
    s->second = u[1];
    s->has_second = true;
    return u[0];
}

/* ---- random(p): from each source, gaps between targets are geometric ---- */

/* The target after `at`, or n_targets: floor(log u / log(1 - p)) targets are passed over. */
static size_t next_target(Stream *s, double log_q, size_t at, size_t n_targets)
{
    double gap = floor(log(stream_next(s)) / log_q);
    return gap < (double)(n_targets - at) ? at + (size_t)gap : n_targets;
}

/* Calls of one pass over all pairs, in the order source, target. With `column`
 * NULL only counts; else row_from holds where the next source of a row goes. */
static void scatter(const ModelConn *c, size_t n_pre, size_t n_post, size_t *row_from, uint32_t *column)
{
    double log_q = log1p(-num_to_double(c->probability));
    bool skip_self = !c->self && c->pre == c->post;
    for (size_t source = 0; source < n_pre; source++) {
        Stream s = stream_of(c, source);
        for (size_t t = next_target(&s, log_q, 0, n_post); t < n_post; t = next_target(&s, log_q, t + 1, n_post)) {
            if (skip_self && t == source)
                continue;
            if (column)
                column[row_from[t]++] = (uint32_t)source;
            else
                row_from[t + 1]++;
        }
    }
}

static bool pattern_random_p(NetBuild *b, const ModelConn *c, Pairs *out)
{
    size_t n_pre = b->net->pop[c->pre].size, n_post = b->net->pop[c->post].size;
    double expected = (double)n_pre * (double)n_post * num_to_double(c->probability);
    if (!memory_take(b, c, expected, sizeof(double) + sizeof(uint32_t), "use a smaller p, or pattern = random(indegree = k)"))
        return false;
    size_t *from = ARENA_ARRAY(&b->cx->arena, n_post + 1, size_t);
    scatter(c, n_pre, n_post, from, NULL);
    for (size_t t = 0; t < n_post; t++)
        from[t + 1] += from[t];
    out->n = from[n_post];
    out->column = ARENA_ARRAY(&b->cx->arena, out->n, uint32_t);
    scatter(c, n_pre, n_post, from, out->column);
    for (size_t t = n_post; t > 0; t--)     /* each entry has moved to the start of the next row */
        from[t] = from[t - 1];
    from[0] = 0;
    out->row_from = from;
    return true;
}

/* ---- random(indegree = k): each target chooses k distinct sources ---- */

/* Set of chosen numbers: open addressing; a slot counts when its stamp is the target's. */
typedef struct Chosen {
    size_t n_slots;             /* power of two, at least twice k */
    uint32_t *key;
    uint64_t *stamp;
} Chosen;

/* True when x was not yet in the set. */
static bool chosen_add(Chosen *set, uint64_t stamp, uint32_t x)
{
    size_t at = (size_t)(x * 0x9E3779B97F4A7C15u >> 20) & (set->n_slots - 1);
    while (set->stamp[at] == stamp) {
        if (set->key[at] == x)
            return false;
        at = (at + 1) & (set->n_slots - 1);
    }
    set->stamp[at] = stamp;
    set->key[at] = x;
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Floyd's sampling: k of n without repetition by exactly k draws. */
static void choose(const ModelConn *c, size_t target, size_t n, Chosen *set, uint32_t *out)
{
    Stream s = stream_of(c, target);
    for (size_t j = n - c->indegree, k = 0; j < n; j++, k++) {
        uint32_t x = (uint32_t)(stream_next(&s) * (double)(j + 1));
        if (!chosen_add(set, target + 1, x)) {
            x = (uint32_t)j;
            chosen_add(set, target + 1, x);
        }
        out[k] = x;
    }
    qsort(out, c->indegree, sizeof *out, by_number);
}

static bool check_indegree(NetBuild *b, const ModelConn *c, size_t n_sources)
{
    if (c->indegree <= n_sources)
        return true;
    Diag *d = diag_at(b->cx, D_E0453, c->span, "indegree = %zu, but a neuron of %s can choose among %zu sources only",
                      c->indegree, b->net->pop[c->post].model->name, n_sources);
    diag_help(b->cx, d, "an indegree of at most %zu%s", n_sources,
              c->pre == c->post && !c->self ? "; a neuron is not its own source" : "");
    return false;
}

static bool pattern_random_indegree(NetBuild *b, const ModelConn *c, Pairs *out)
{
    size_t n_post = b->net->pop[c->post].size, k = c->indegree;
    bool skip_self = !c->self && c->pre == c->post;
    size_t n = b->net->pop[c->pre].size - skip_self;
    if (!check_indegree(b, c, n) || !memory_take(b, c, (double)n_post * (double)k, sizeof(double) + sizeof(uint32_t),
                                                 "use a smaller indegree"))
        return false;
    Chosen set = { .n_slots = 8 };
    while (set.n_slots < 2 * k)
        set.n_slots *= 2;
    if (!memory_take(b, c, (double)set.n_slots, sizeof *set.key + sizeof *set.stamp, "use a smaller indegree"))
        return false;
    set.key = ARENA_ARRAY(&b->cx->arena, set.n_slots, uint32_t);
    set.stamp = ARENA_ARRAY(&b->cx->arena, set.n_slots, uint64_t);
    *out = (Pairs){ .n = n_post * k, .row_from = ARENA_ARRAY(&b->cx->arena, n_post + 1, size_t),
                    .column = ARENA_ARRAY(&b->cx->arena, n_post * k, uint32_t) };
    for (size_t t = 0; t < n_post; t++) {
        choose(c, t, n, &set, out->column + t * k);
        for (size_t e = t * k; skip_self && e < (t + 1) * k; e++)
            out->column[e] += out->column[e] >= t;
        out->row_from[t + 1] = (t + 1) * k;
    }
    return true;
}

/* ---- one to one ---- */

static bool pattern_one_to_one(NetBuild *b, const ModelConn *c, Pairs *out)
{
    size_t n = b->net->pop[c->post].size;
    if (!memory_take(b, c, (double)n, sizeof(double) + sizeof(uint32_t), "use one weight for all pairs"))
        return false;
    *out = (Pairs){ .n = n, .row_from = ARENA_ARRAY(&b->cx->arena, n + 1, size_t),
                    .column = ARENA_ARRAY(&b->cx->arena, n, uint32_t) };
    for (size_t k = 0; k < n; k++) {
        out->column[k] = (uint32_t)k;
        out->row_from[k + 1] = k + 1;
    }
    return true;
}

/* ---- a matrix or a table that lists them ---- */

/* The sign of an entry without one of its own is that of its source. */
static bool is_zero_or_one(NetBuild *b, const ModelConn *c, const Block *list, size_t row, size_t column, size_t entry)
{
    double x = list->was_signed ? list->values.d[entry] : fabs(list->values.d[entry]);
    bool is_exact = !list->values.q || num_is_double(list->values.q[entry]);
    if (is_exact && (x == 0.0 || x == 1.0))
        return true;
    mpq_ptr shown = num_new(b->net->nums);
    mpq_set(shown, block_entry(b->net->nums, list, entry));
    if (!list->was_signed)
        mpq_abs(shown, shown);
    Diag *d = diag_at(b->cx, D_E0401, c->listed->weight_span, "a pattern says with 1 and 0 who is connected, and row %zu, column %zu is %s",
                      row + 1, column + 1, num_brief(b->cx, shown));
    diag_help(b->cx, d, "numbers of other sizes are weights: leave the pattern out and write `weight = matrix(...)`");
    return false;
}

/* The pairs of a dense or sparse block whose entries are not 0. */
static bool pairs_of_block(NetBuild *b, const ModelConn *c, const Block *list, Pairs *out)
{
    size_t n_pre = b->net->pop[c->pre].size, n_post = b->net->pop[c->post].size;
    out->row_from = ARENA_ARRAY(&b->cx->arena, n_post + 1, size_t);
    out->column = ARENA_ARRAY(&b->cx->arena, list->values.n, uint32_t);
    for (size_t row = 0, e = 0; row < n_post; row++) {
        size_t end = list->kind == BLOCK_SPARSE ? list->row_from[row + 1] : (row + 1) * n_pre;
        for (; e < end; e++) {
            size_t column = list->kind == BLOCK_SPARSE ? list->column[e] : e % n_pre;
            if (!is_zero_or_one(b, c, list, row, column, e))
                return false;
            if (list->values.d[e] != 0.0)
                out->column[out->n++] = (uint32_t)column;
        }
        out->row_from[row + 1] = out->n;
    }
    out->sha256 = list->sha256;
    return true;
}

static bool pattern_listed(NetBuild *b, const ModelConn *c, Pairs *out)
{
    ModelConn of = *c->listed;
    Block list = { .pre = c->pre, .post = c->post, .conn = (size_t)(c - b->m->conns.at), .factor = of.factor, .self = true };
    of.self = c->self;
    bool read = of.kind == WEIGHT_EDGES ? edges_block(b, &of, &list) : matrix_block(b, &of, &list);
    return read && pairs_of_block(b, c, &list, out);
}

bool pattern_pairs(NetBuild *b, const ModelConn *c, Pairs *out)
{
    const NetPop *pre = &b->net->pop[c->pre], *post = &b->net->pop[c->post];
    *out = (Pairs){ 0 };
    if (pre->size > UINT32_MAX || post->size > UINT32_MAX) {
        Diag *d = diag_at(b->cx, D_E0451, c->span, "%s has a population of more than 4294967295 neurons, too many for a list of synapses",
                          c->label);
        diag_help(b->cx, d, "one weight for all pairs (pattern = all_to_all) needs no list");
        return false;
    }
    if (!memory_take(b, c, (double)post->size + 1, sizeof(size_t), "use one weight for all pairs"))
        return false;
    switch (c->pattern) {
    case PATTERN_ONE: return pattern_one_to_one(b, c, out);
    case PATTERN_RANDOM_P: return pattern_random_p(b, c, out);
    case PATTERN_RANDOM_INDEGREE: return pattern_random_indegree(b, c, out);
    case PATTERN_LISTED: return pattern_listed(b, c, out);
    case PATTERN_ALL: break;
    }
    BUG("all_to_all has no list of pairs");
}
