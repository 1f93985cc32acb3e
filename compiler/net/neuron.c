/* Time constants, gains and thresholds that differ from neuron to neuron, exactly. */
#include "compiler/net/build.h"

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
    Values *keep;               /* every number */
    Num *least, *most;          /* NULL: of no interest */
} Own;

/* x NULL: it has no finite value. */
static bool report(NetBuild *b, const NetPop *p, const Own *own, size_t k, const PairValue *x)
{
    if (!x) {
        diag_at(b->cx, D_E0403, own->at, "the %s of %s has no finite value", own->name, neuron_text(b, p, k));
        return false;
    }
    Diag *d = diag_at(b->cx, D_E0401, own->at, "a %s is above 0, and that of %s is %.6g", own->name, neuron_text(b, p, k), x->d);
    if (expr_has_draw(own->of))
        diag_help(b->cx, d, "draw from `lognormal` or `gamma`, which are above 0, or cut the distribution: `truncated(normal(20, 5), 1, inf)`");
    return false;
}

static Num keep(NetBuild *b, mpq_srcptr x)
{
    mpq_ptr kept = num_new(b->net->nums);
    mpq_set(kept, x);
    return kept;
}

static void stretch(NetBuild *b, const Own *own, mpq_srcptr x)
{
    if (own->least && (!*own->least || mpq_cmp(x, *own->least) < 0))
        *own->least = keep(b, x);
    if (own->most && (!*own->most || mpq_cmp(x, *own->most) > 0))
        *own->most = keep(b, x);
}

/* Numbers that are drawn are doubles, others are kept exactly. */
static bool fits(NetBuild *b, const NetPop *p, const Own *own)
{
    const double exact = 110;
    double bytes = (expr_has_draw(own->of) ? 8 : exact) * (double)p->size;
    if (bytes <= (double)b->limit)
        return true;
    diag_at(b->cx, D_E0805, own->at, "a %s for each of %zu neurons takes %.3g GB, more than there are", own->name, p->size,
            bytes * 1e-9);
    return false;
}

static bool every_neuron(NetBuild *b, const NetPop *p, const Own *own)
{
    PairEval eval;
    mpq_t exact;
    bool ok = true;
    if (!fits(b, p, own))
        return false;
    mpq_init(exact);
    *own->keep = (Values){ .n = p->size, .d = ARENA_ARRAY(&b->cx->arena, p->size, double) };
    pair_eval_begin(b->cx, &eval, own->of, b->m->sim.seed);
    for (size_t k = 0; ok && k < p->size; k++) {
        PairValue x;
        bool known = pair_eval(&eval, k, 0, &x);
        if (!known || (own->is_positive && !(x.q ? mpq_sgn(x.q) > 0 : x.d > 0))) {
            ok = report(b, p, own, k, known ? &x : NULL);
            break;
        }
        if (x.q)
            mpq_set(exact, x.q);
        else
            mpq_set_d(exact, x.d);
        stretch(b, own, exact);
        values_put(b->cx, own->keep, p->size, k, x.d, x.q ? keep(b, exact) : NULL);
    }
    pair_eval_end(&eval);
    mpq_clear(exact);
    values_finish(b->net->nums, own->keep);
    return ok;
}

bool neurons_build(NetBuild *b, NetPop *p)
{
    const ModelPop *m = p->model;
    const Own tau = { m->tau_of, m->tau_span, "time constant", true, &p->tau, &p->tau_min, &p->tau_max };
    const Own gain = { m->act.gain_of, m->act.gain_span, "gain", true, &p->gain, &p->gain_min, &p->gain_max };
    const Own threshold = { m->act.threshold_of, m->act.threshold_span, "threshold", false, &p->threshold, NULL, NULL };
    bool ok = !tau.of || every_neuron(b, p, &tau);
    ok = (!gain.of || every_neuron(b, p, &gain)) && ok;
    return (!threshold.of || every_neuron(b, p, &threshold)) && ok;
}
