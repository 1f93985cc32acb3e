/* Who is connected to whom. Every draw is keyed by the seed, the connection's
 * key and a neuron, so nothing elsewhere in the model changes it; time and
 * memory are proportional to the synapses. */
#include <math.h>
#include <string.h>

#include "compiler/net/build.h"
#include "compiler/net/stream.h"

/* ---- random(indegree = k): each target chooses k distinct sources ---- */

/* Targets one after the other choose; what they share. */
typedef struct Choice {
    StreamKey key;
    size_t k, n;                /* k of n sources */
    size_t n_slots;             /* of the set: power of two, at least twice k; a slot counts when its stamp is the target's */
    uint32_t *slot;
    uint64_t *stamp;
    uint32_t *drawn, *place;    /* k in the order of the draws; k + 1 counters for sorting */
} Choice;

/* True when x was not yet in the set. */
static bool chosen_add(Choice *c, uint64_t stamp, uint32_t x)
{
    size_t at = (size_t)(x * 0x9E3779B97F4A7C15u >> 20) & (c->n_slots - 1);
    while (c->stamp[at] == stamp) {
        if (c->slot[at] == x)
            return false;
        at = (at + 1) & (c->n_slots - 1);
    }
    c->stamp[at] = stamp;
    c->slot[at] = x;
    return true;
}

/* Into k buckets of equal width, which hold one number each on average, then by insertion. */
static void sort_drawn(Choice *c, uint32_t *out)
{
    uint64_t scale = ((uint64_t)c->k << 32) / c->n;     /* x < n goes to bucket x * scale >> 32 < k */
    memset(c->place, 0, (c->k + 1) * sizeof *c->place);
    for (size_t e = 0; e < c->k; e++)
        c->place[(c->drawn[e] * scale >> 32) + 1]++;
    for (size_t e = 0; e < c->k; e++)
        c->place[e + 1] += c->place[e];
    for (size_t e = 0; e < c->k; e++)
        out[c->place[c->drawn[e] * scale >> 32]++] = c->drawn[e];
    for (size_t e = 1; e < c->k; e++) {
        uint32_t x = out[e];
        size_t at = e;
        for (; at > 0 && out[at - 1] > x; at--)
            out[at] = out[at - 1];
        out[at] = x;
    }
}

/* Floyd's sampling: k of n without repetition by exactly k draws. */
static void choose(Choice *c, size_t target, uint32_t *out)
{
    Stream s = { 0 };
    for (size_t j = c->n - c->k, e = 0; j < c->n; j++, e++) {
        uint32_t x = (uint32_t)(stream_next(&c->key, target, &s) * (double)(j + 1));
        if (!chosen_add(c, target + 1, x)) {
            x = (uint32_t)j;
            chosen_add(c, target + 1, x);
        }
        c->drawn[e] = x;
    }
    sort_drawn(c, out);
}

/* At most: up to four slots of a set for each source, what is drawn, and a counter. */
static double choice_bytes(size_t k)
{
    return (double)(k + 2) * (4 * (sizeof(uint32_t) + sizeof(uint64_t)) + 2 * sizeof(uint32_t));
}

static void choice_begin(const ModelConn *conn, size_t n, Arena *scratch, Choice *c)
{
    *c = (Choice){ .key = stream_key(conn), .k = conn->indegree, .n = n, .n_slots = 8 };
    while (c->n_slots < 2 * c->k)
        c->n_slots *= 2;
    c->slot = ARENA_ARRAY(scratch, c->n_slots, uint32_t);
    c->stamp = ARENA_ARRAY(scratch, c->n_slots, uint64_t);
    c->drawn = ARENA_ARRAY(scratch, c->k, uint32_t);
    c->place = ARENA_ARRAY(scratch, c->k + 1, uint32_t);
}

static bool pattern_random_indegree(NetBuild *b, const ModelConn *c, Pairs *out)
{
    size_t n_post = b->net->pop[c->post].size, k = c->indegree;
    bool skip_self = !c->self && c->pre == c->post;
    size_t n = b->net->pop[c->pre].size - skip_self;
    if (!memory_take(b, c, pattern_synapses(b->net, c), synapse_bytes(b, c), "use a smaller indegree"))
        return false;
    if (!pattern_is_read(b, c)) {
        *out = (Pairs){ .n = n_post * k };
        return true;
    }
    if (!memory_spare(b, c, choice_bytes(k), "use a smaller indegree"))
        return false;
    Arena scratch = { 0 };
    Choice choice;
    choice_begin(c, n, &scratch, &choice);
    *out = (Pairs){ .n = n_post * k, .row_from = ARENA_ARRAY(&b->cx->arena, n_post + 1, uint64_t),
                    .column = ARENA_ARRAY(&b->cx->arena, n_post * k, uint32_t) };
    for (size_t t = 0; k > 0 && t < n_post; t++) {
        choose(&choice, t, out->column + t * k);
        for (size_t e = t * k; skip_self && e < (t + 1) * k; e++)
            out->column[e] += out->column[e] >= t;
        out->row_from[t + 1] = (t + 1) * k;
    }
    arena_free(&scratch);
    return true;
}

/* ---- one to one ---- */

static bool pattern_one_to_one(NetBuild *b, const ModelConn *c, Pairs *out)
{
    size_t n = b->net->pop[c->post].size;
    if (!memory_take(b, c, (double)n, synapse_bytes(b, c), "use one weight for all pairs"))
        return false;
    *out = (Pairs){ .n = n, .row_from = ARENA_ARRAY(&b->cx->arena, n + 1, uint64_t),
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
    out->row_from = ARENA_ARRAY(&b->cx->arena, n_post + 1, uint64_t);
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

size_t synapse_bytes(const NetBuild *b, const ModelConn *c)
{
    return sizeof(uint32_t) + (pattern_has_one_weight(b, c) ? 0 : sizeof(double));
}

double pattern_synapses(const Net *net, const ModelConn *c)
{
    double n_pre = (double)net->pop[c->pre].size, n_post = (double)net->pop[c->post].size;
    switch (c->pattern) {
    case PATTERN_ONE: return n_post;
    case PATTERN_RANDOM_P: return n_pre * n_post * num_to_double(c->probability);
    case PATTERN_RANDOM_INDEGREE: return n_post * (double)c->indegree;
    case PATTERN_LISTED: case PATTERN_ALL: break;
    }
    return n_pre * n_post;
}

bool pattern_is_small(const NetBuild *b, const ModelConn *c)
{
    return !b->is_too_large && b->net->pop[c->pre].size <= b->read.most_neurons && b->net->pop[c->post].size <= b->read.most_neurons;
}

/* Ten standard deviations beyond what is read are certainly beyond it. */
bool pattern_is_read(const NetBuild *b, const ModelConn *c)
{
    double n = pattern_synapses(b->net, c);
    if (isinf(b->read.most_synapses))
        return true;
    return pattern_is_small(b, c) && n - 10 * sqrt(n) <= b->read.most_synapses && (c->kind != WEIGHT_PAIR || pair_is_exact(b, c, n));
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
    if (!memory_take(b, c, (double)post->size + 1, sizeof(uint64_t), "use one weight for all pairs"))
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
