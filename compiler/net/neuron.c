/* Time constants, gains and thresholds that differ from neuron to neuron, exactly. */
#include "compiler/net/build.h"

#include <math.h>

#include "compiler/data/values.h"
#include "compiler/net/pair_eval.h"

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
    Values *keep;               /* every number */
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

/* A run reads them all, and a check all gains, for their mean slope; of the rest it has a row for a neuron in smaller networks
 * alone, and needs no more than their ends beyond. */
static bool are_read(const NetBuild *b, const NetPop *p, const Own *own)
{
    return !own->by_ends || isinf(b->read.most_synapses) || p->size <= b->read.most_neurons;
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

static bool visit_neurons(NetBuild *b, const NetPop *p, const Own *own, bool are_kept, Range *range)
{
    PairEval eval;
    bool ok = true;
    pair_eval_begin(&eval, own->of, b->m->sim.seed);
    for (size_t k = 0; ok && k < p->size; k++) {
        PairValue x;
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
    return ok;
}

static bool every_neuron(NetBuild *b, const NetPop *p, const Own *own)
{
    Range range = { NULL, NULL, 0, 0 };
    bool are_kept = are_read(b, p, own);
    bool by_form = !are_kept && neurons_lie_between(b->net->nums, own->of, p->size, &range.least, &range.most) &&
                   (!own->is_positive || num_to_double(range.least) > 0);
    if (!by_form) {
        range = (Range){ NULL, NULL, 0, 0 };
        if (are_kept && !fits(b, p, own, sizeof(double)))
            return false;
        if (are_kept)
            *own->keep = (Values){ .n = p->size, .d = ARENA_ARRAY(&b->cx->arena, p->size, double) };
        if (!visit_neurons(b, p, own, are_kept, &range))
            return false;
        values_finish(b->net->nums, own->keep);
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
    const Own tau = { m->tau_of, m->tau_span, "time constant", true, true, &p->tau, &p->tau_min, &p->tau_max };
    const Own gain = { m->act.gain_of, m->act.gain_span, "gain", true, false, &p->gain, &p->gain_min, &p->gain_max };
    const Own threshold = { m->act.threshold_of, m->act.threshold_span, "threshold", false, false, &p->threshold, NULL, NULL };
    bool ok = !tau.of || every_neuron(b, p, &tau);
    ok = (!gain.of || every_neuron(b, p, &gain)) && ok;
    return (!threshold.of || every_neuron(b, p, &threshold)) && ok;
}
