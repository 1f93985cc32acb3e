/* Time constants that differ from neuron to neuron, exactly. */
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

static bool report_tau(NetBuild *b, const NetPop *p, size_t k, const PairValue *x)
{
    const ModelPop *m = p->model;
    if (!x) {
        diag_at(b->cx, D_E0403, m->tau_span, "the time constant of %s has no finite value", neuron_text(b, p, k));
        return false;
    }
    Diag *d = diag_at(b->cx, D_E0401, m->tau_span, "a time constant is above 0, and that of %s is %.6g", neuron_text(b, p, k), x->d);
    if (expr_has_draw(m->tau_of))
        diag_help(b->cx, d, "draw from `lognormal` or `gamma`, which are above 0, or cut the distribution: `truncated(normal(20, 5), 1, inf)`");
    return false;
}

static Num keep(NetBuild *b, mpq_srcptr x)
{
    mpq_ptr kept = num_new(b->net->nums);
    mpq_set(kept, x);
    return kept;
}

static void stretch(NetBuild *b, NetPop *p, mpq_srcptr x)
{
    if (!p->tau_min || mpq_cmp(x, p->tau_min) < 0)
        p->tau_min = keep(b, x);
    if (!p->tau_max || mpq_cmp(x, p->tau_max) > 0)
        p->tau_max = keep(b, x);
}

static bool fits(NetBuild *b, const NetPop *p)
{
    double bytes = 8.0 * (double)p->size;
    if (bytes <= (double)b->limit)
        return true;
    diag_at(b->cx, D_E0805, p->model->tau_span, "a time constant for each of %zu neurons takes %.3g GB, more than there are", p->size,
            bytes * 1e-9);
    return false;
}

bool neurons_build(NetBuild *b, NetPop *p)
{
    const ModelPop *m = p->model;
    if (!m->tau_of)
        return true;
    if (!fits(b, p))
        return false;
    PairEval eval;
    mpq_t exact;
    bool ok = true;
    mpq_init(exact);
    p->tau = (Values){ .n = p->size, .d = ARENA_ARRAY(&b->cx->arena, p->size, double) };
    pair_eval_begin(b->cx, &eval, m->tau_of, b->m->sim.seed);
    for (size_t k = 0; ok && k < p->size; k++) {
        PairValue x;
        bool known = pair_eval(&eval, k, 0, &x);
        if (!known || !(x.q ? mpq_sgn(x.q) > 0 : x.d > 0)) {
            ok = report_tau(b, p, k, known ? &x : NULL);
            break;
        }
        if (x.q)
            mpq_set(exact, x.q);
        else
            mpq_set_d(exact, x.d);
        stretch(b, p, exact);
        values_put(b->cx, &p->tau, p->size, k, x.d, x.q ? keep(b, exact) : NULL);
    }
    pair_eval_end(&eval);
    mpq_clear(exact);
    values_finish(b->net->nums, &p->tau);
    return ok;
}
