/* Time constants, gains and thresholds that differ from neuron to neuron, exactly. */
#include "compiler/net/build.h"

#include <math.h>
#include <time.h>

#include "compiler/data/values.h"
#include "compiler/net/pair_eval.h"
#include "compiler/net/pair_round.h"

static const char *neuron_text(NetBuild *b, const NetPop *p, size_t k)
{
    Sbuf text = { 0 };
    net_neuron_name(p, k, &text);
    const char *kept = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* An attribute whose value differs from neuron to neuron. */
typedef struct Own {
    const Expr *of;
    Span at;
    const char *name;
    bool is_positive;
    bool by_ends;               /* a check of many neurons reads no more than the ends */
    Values *keep;               /* every number; NULL: nobody reads them */
    bool *is_rounded;           /* not exactly; NULL: that is no matter */
    Num *least, *most;          /* NULL: of no interest */
} Own;

/* x NULL: it has no finite value. */
static bool report(NetBuild *b, const NetPop *p, const Own *own, size_t k, const PairValue *x)
{
    if (!x)
        return neuron_has_no_value(b, p, own->of, own->at, own->name, k);
    Diag *d = diag_at(b->cx, D_E0401, own->at, "a %s is above 0, and that of %s is %.6g", own->name, neuron_text(b, p, k), x->d);
    if (expr_has_draw(own->of))
        diag_help(b->cx, d, "draw from `lognormal` or `gamma`, which are above 0, or cut the distribution: `truncated(normal(20, 5), 1, inf)`");
    return false;
}

static Num keep(NetBuild *b, const PairValue *x)
{
    mpq_ptr kept = num_new(b->net->nums);
    if (x->q)
        mpq_set(kept, x->q);
    else
        mpq_set_d(kept, x->d);
    return kept;
}

/* x is beyond an end so far; a rational may be so by less than a double tells. */
static bool is_beyond(Num end, double end_d, const PairValue *x, int side)
{
    if (!end || (x->d - end_d) * side > 0)
        return true;
    if (x->d != end_d || (!x->q && num_is_double(end)))
        return false;
    NumPool scratch = { 0 };
    bool beyond = mpq_cmp(x->q ? x->q : num_from_double(&scratch, x->d), end) * side > 0;
    num_pool_free(&scratch);
    return beyond;
}

/* What it was so far and, as doubles, what is compared first. */
typedef struct Range {
    Num least, most;
    double least_d, most_d;
} Range;

static void stretch(NetBuild *b, Range *r, const PairValue *x)
{
    if (is_beyond(r->least, r->least_d, x, -1)) {
        r->least = keep(b, x);
        r->least_d = x->d;
    }
    if (is_beyond(r->most, r->most_d, x, 1)) {
        r->most = keep(b, x);
        r->most_d = x->d;
    }
}

/* So many bytes more for each neuron. */
static bool fits(NetBuild *b, const NetPop *p, const Own *own, size_t bytes_each)
{
    double bytes = (double)bytes_each * (double)p->size;
    if (bytes <= (double)(b->limit - b->used)) {
        b->used += (size_t)bytes;
        return true;
    }
    diag_at(b->cx, D_E0805, own->at, "a %s for each of %zu neurons takes %.3g GB, more than the %.3g GB that are left", own->name,
            p->size, bytes * 1e-9, (double)(b->limit - b->used) * 1e-9);
    return false;
}

/* A run reads them all; a check has a row for a neuron in smaller networks alone, and needs no more than ends beyond. */
static bool are_read(const NetBuild *b, const NetPop *p)
{
    return isinf(b->read.most_synapses) || p->size <= b->read.most_neurons;
}

/* Once one number needs a rational, each gets one (values_finish). */
static bool put(NetBuild *b, const NetPop *p, const Own *own, size_t k, const PairValue *x)
{
    enum { RATIONAL_BYTES = 102 };
    if (x->q && !own->keep->q && !fits(b, p, own, RATIONAL_BYTES))
        return false;
    values_put(b->cx, own->keep, p->size, k, x->d, x->q ? keep(b, x) : NULL);
    return true;
}

/* Since when numbers are computed, and whether somebody was told how long it takes. */
typedef struct Slow {
    clock_t since;
    bool is_told;
} Slow;

/* After `done` of the neurons. */
static void look_at_clock(NetBuild *b, const NetPop *p, const Own *own, size_t done, Slow *s)
{
    enum { EVERY = 1024, LONG_SECONDS = 10 };
    if (s->is_told || !b->read.slow || done % EVERY)
        return;
    double seconds = (double)(clock() - s->since) / CLOCKS_PER_SEC, all = seconds * (double)p->size / (double)done;
    if (seconds < 0.5)
        return;
    s->is_told = true;
    if (all >= LONG_SECONDS)
        b->read.slow(arena_printf(&b->cx->arena, "computing the %s of each of the %zu neurons of `%s`", own->name, p->size, p->model->name), all);
}

/* Each exactly: where a proof may have a row for it. */
static bool visit_exactly(NetBuild *b, const NetPop *p, const Own *own, bool are_kept, Range *range)
{
    PairEval eval;
    bool ok = true;
    Slow slow = { clock(), false };
    pair_eval_begin(&eval, own->of, b->m->sim.seed);
    for (size_t k = 0; ok && k < p->size; k++) {
        PairValue x;
        look_at_clock(b, p, own, k + 1, &slow);
        bool known = pair_eval(&eval, k, 0, &x);
        if (!known || (own->is_positive && !(x.q ? mpq_sgn(x.q) > 0 : x.d > 0))) {
            ok = report(b, p, own, k, known ? &x : NULL);
            break;
        }
        stretch(b, range, &x);
        if (are_kept)
            ok = put(b, p, own, k, &x);
    }
    pair_eval_end(&eval);
    if (are_kept)
        values_finish(b->net->nums, own->keep);
    return ok;
}

/* Doubles of a strip of neurons, each the nearest. */
typedef struct Rounded {
    size_t first, n;
    const double *d;
    const bool *is_exact;
} Rounded;

/* Which of them is the first that an attribute cannot have; n: none. */
static size_t first_bad(const Own *own, size_t n, size_t n_known, const signed char *sign)
{
    for (size_t k = 0; own->is_positive && k < n_known; k++)
        if (sign[k] <= 0)
            return k;
    return n_known < n ? n_known : n;
}

/* It is the end that there is already. */
static bool is_end(Num end, double end_d, const Rounded *s, size_t k)
{
    return end && s->d[k] == end_d && s->is_exact[k] && num_is_double(end);
}

/* To round never changes an order, so the ends are among those whose doubles are: these alone are computed exactly. */
static void stretch_to_strip(NetBuild *b, Range *r, PairEval *exact, const Rounded *s)
{
    double least = s->d[0], most = s->d[0];
    for (size_t k = 1; k < s->n; k++) {
        least = s->d[k] < least ? s->d[k] : least;
        most = s->d[k] > most ? s->d[k] : most;
    }
    bool is_lower = !r->least || least <= r->least_d, is_higher = !r->most || most >= r->most_d;
    for (size_t k = 0; k < s->n && (is_lower || is_higher); k++) {
        PairValue x;
        bool may_be_least = is_lower && s->d[k] == least && !is_end(r->least, r->least_d, s, k);
        bool may_be_most = is_higher && s->d[k] == most && !is_end(r->most, r->most_d, s, k);
        if ((may_be_least || may_be_most) && pair_eval(exact, s->first + k, 0, &x))
            stretch(b, r, &x);
    }
}

static bool report_exactly(NetBuild *b, const NetPop *p, const Own *own, PairEval *exact, size_t k)
{
    PairValue x;
    bool known = pair_eval(exact, k, 0, &x);
    return report(b, p, own, k, known ? &x : NULL);
}

/* As doubles: no proof has a row for one of so many. */
static bool visit_rounded(NetBuild *b, const NetPop *p, const Own *own, bool are_kept, Range *range)
{
    PairRound round;
    double strip[PAIR_STRIP];
    signed char sign[PAIR_STRIP];
    Slow slow = { clock(), false };
    Num shared;
    bool ok = true, has_one = expr_is_const(own->of, &shared);
    if (has_one)
        *range = (Range){ .least = shared, .most = shared };
    pair_round_begin(&round, own->of, b->m->sim.seed, num_int(b->net->nums, 1), 0, p->size);
    for (size_t first = 0, n; ok && first < p->size; first += n) {
        n = p->size - first < PAIR_STRIP ? p->size - first : PAIR_STRIP;
        double *d = are_kept ? own->keep->d + first : strip;
        size_t known = pair_round_strip(&round, 0, NULL, first, n, d, sign), bad = first_bad(own, n, known, sign);
        ok = bad == n || report_exactly(b, p, own, &round.exact, first + bad);
        for (size_t k = 0; ok && own->is_rounded && k < n; k++)
            *own->is_rounded |= !round.is_exact[k];
        if (ok && own->least && !has_one)
            stretch_to_strip(b, range, &round.exact, &(Rounded){ first, n, d, round.is_exact });
        look_at_clock(b, p, own, first + n, &slow);
    }
    pair_round_end(&round);
    return ok;
}

static bool visit_neurons(NetBuild *b, const NetPop *p, const Own *own, bool are_kept, Range *range)
{
    return p->size <= b->read.most_neurons ? visit_exactly(b, p, own, are_kept, range) : visit_rounded(b, p, own, are_kept, range);
}

static bool every_neuron(NetBuild *b, const NetPop *p, const Own *own)
{
    Range range = { NULL, NULL, 0, 0 };
    bool are_visited = are_read(b, p) || !own->by_ends, are_kept = own->keep && are_read(b, p);
    bool by_form = !are_visited && !own->least ? neurons_show_values(own->of, p->size)
                 : !are_visited && neurons_lie_between(b->net->nums, own->of, p->size, &range.least, &range.most) &&
                       (!own->is_positive || num_to_double(range.least) > 0);
    if (!by_form) {
        range = (Range){ NULL, NULL, 0, 0 };
        if (are_kept && !fits(b, p, own, sizeof(double)))
            return false;
        if (are_kept)
            *own->keep = (Values){ .n = p->size, .d = ARENA_ARRAY(&b->cx->arena, p->size, double) };
        if (!visit_neurons(b, p, own, are_kept, &range))
            return false;
    }
    if (own->least)
        *own->least = range.least;
    if (own->most)
        *own->most = range.most;
    return true;
}

bool neurons_build(NetBuild *b, NetPop *p)
{
    const ModelPop *m = p->model;
    const Own tau = { m->tau_of, m->tau_span, "time constant", true, true, NULL, NULL, &p->tau_min, &p->tau_max };
    const Own gain = { m->act.gain_of, m->act.gain_span, "gain", true, false, &p->gain, &p->gain_is_rounded, &p->gain_min, &p->gain_max };
    const Own threshold = { m->act.threshold_of, m->act.threshold_span, "threshold", false, true, &p->threshold, NULL, NULL, NULL };
    bool ok = !tau.of || every_neuron(b, p, &tau);
    ok = (!gain.of || every_neuron(b, p, &gain)) && ok;
    return (!threshold.of || every_neuron(b, p, &threshold)) && ok;
}
