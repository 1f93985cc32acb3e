/* random(p): from each source, gaps between targets are geometric. The sources
 * walk side by side through a band of targets at a time, so that each number is
 * drawn once and the rows that are written lie in the cache. */
#include <math.h>
#include <string.h>

#include "compiler/net/build.h"
#include "compiler/net/stream.h"
#include "runtime/elementary.h"

enum { BAND_ENTRIES = 1 << 20 };        /* of a band, about */

/* A source on its way: its draws, and the target that it comes to next. */
typedef struct Walker {
    Stream stream;
    uint32_t next;              /* n_post: none is left */
} Walker;

/* Entries of the band in the order of their sources. */
typedef struct Entry {
    uint32_t source, target;
} Entry;

typedef struct Scatter {
    StreamKey key;
    size_t n_pre, n_post, band; /* targets of a band */
    double log_q;
    bool skip_self;
    Arena scratch;
    Walker *walker;             /* n_pre */
    VEC(Entry) drawn;
    size_t cap;                 /* of the columns */
} Scatter;

/* The target after `at`, or n_post: floor(log u / log(1 - p)) targets are passed over. The quotient is not below 0, so that
 * the conversion is the floor, and either is below the whole number that is left where the other is. */
static uint32_t next_target(const Scatter *s, Walker *w, size_t source, size_t at)
{
    double gap = eig_log(stream_next(&s->key, source, &w->stream)) / s->log_q;
    return (uint32_t)(gap < (double)(s->n_post - at) ? at + (size_t)gap : s->n_post);
}

/* A walker a source, and the entries of a band, whose list grows by doubling; a band is one target or more. */
static double scatter_bytes(const Scatter *s, double expected, double spread)
{
    double part = (double)s->band / (double)s->n_post, drawn = expected * part + spread * sqrt(part) + 64;
    return (double)s->n_pre * sizeof(Walker) + 4 * drawn * sizeof(Entry);
}

/* Without the walkers, which take memory. */
static void scatter_begin(NetBuild *b, const ModelConn *c, double expected, double spread, Scatter *s)
{
    *s = (Scatter){ .key = stream_key(c), .n_pre = b->net->pop[c->pre].size, .n_post = b->net->pop[c->post].size,
                    .log_q = eig_log1p(-num_to_double(c->probability)), .skip_self = !c->self && c->pre == c->post };
    double bands = ceil(expected / BAND_ENTRIES);
    s->band = bands > 1 ? (size_t)((double)s->n_post / bands) + 1 : s->n_post;
    s->cap = (size_t)(expected + 10 * spread) + 64;
}

static void scatter_start(Scatter *s)
{
    s->walker = ARENA_ARRAY(&s->scratch, s->n_pre, Walker);
    for (size_t source = 0; source < s->n_pre; source++)
        s->walker[source].next = next_target(s, &s->walker[source], source, 0);
}

/* Draws what the targets below `end` receive; row_from[t + 1] counts it. */
static void draw_band(Scatter *s, size_t end, uint64_t *row_from)
{
    s->drawn.n = 0;
    for (size_t source = 0; source < s->n_pre; source++) {
        Walker *w = &s->walker[source];
        for (; w->next < end; w->next = next_target(s, w, source, (size_t)w->next + 1)) {
            if (s->skip_self && w->next == source)
                continue;
            vec_push(&s->scratch, &s->drawn, ((Entry){ (uint32_t)source, w->next }));
            row_from[w->next + 1]++;
        }
    }
}

/* Ten standard deviations are almost always enough. */
static void make_room(NetBuild *b, Scatter *s, size_t n, Pairs *out)
{
    if (n <= s->cap)
        return;
    s->cap = n + n / 8;
    uint32_t *more = ARENA_ARRAY(&b->cx->arena, s->cap, uint32_t);
    memcpy(more, out->column, out->n * sizeof *more);
    out->column = more;
}

/* row_from[t + 1] goes from the length of row t to its start and, entry by entry, to its end. */
static void place_band(Scatter *s, size_t from, size_t end, Pairs *out)
{
    uint64_t start = out->n;
    for (size_t t = from; t < end; t++) {
        uint64_t length = out->row_from[t + 1];
        out->row_from[t + 1] = start;
        start += length;
    }
    for (size_t k = 0; k < s->drawn.n; k++)
        out->column[out->row_from[s->drawn.at[k].target + 1]++] = s->drawn.at[k].source;
    out->n = start;
}

bool pattern_random_p(NetBuild *b, const ModelConn *c, Pairs *out)
{
    Scatter s;
    size_t n_post = b->net->pop[c->post].size;
    double p = num_to_double(c->probability), expected = pattern_synapses(b->net, c), spread = sqrt(expected * (1 - p));
    if (!memory_take(b, c, expected + 10 * spread, synapse_bytes(b, c), "use a smaller p, or pattern = random(indegree = k)"))
        return false;
    if (!pattern_is_read(b, c)) {
        *out = (Pairs){ .n = (size_t)expected };
        return true;
    }
    scatter_begin(b, c, expected, spread, &s);
    if (!memory_spare(b, c, scatter_bytes(&s, expected, 10 * spread), "use fewer sources"))
        return false;
    scatter_start(&s);
    *out = (Pairs){ .row_from = ARENA_ARRAY(&b->cx->arena, n_post + 1, uint64_t), .column = ARENA_ARRAY(&b->cx->arena, s.cap, uint32_t) };
    for (size_t from = 0; from < n_post; from += s.band) {
        size_t end = n_post - from < s.band ? n_post : from + s.band;
        draw_band(&s, end, out->row_from);
        make_room(b, &s, out->n + s.drawn.n, out);
        place_band(&s, from, end, out);
    }
    arena_free(&s.scratch);
    return true;
}
