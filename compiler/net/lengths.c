/* The lengths of pulses and ramps that differ from neuron to neuron: no neuron may have one that a text could not write as a number. */
#include "compiler/net/build.h"

#include "compiler/net/pair_eval.h"

/* A pulse of no length is never on; a ramp of none has no value where it begins. */
static bool is_length(EigFn fn, double x)
{
    return fn == EIG_FN_PULSE ? x >= 0 : x > 0;
}

static bool shows_lengths(NumPool *nums, EigFn fn, const Expr *length, size_t n_neurons)
{
    Num lo, hi;
    return neurons_lie_between(nums, length, n_neurons, &lo, &hi) && (mpq_sgn(lo) > 0 || (fn == EIG_FN_PULSE && mpq_sgn(lo) == 0));
}

/* The first neuron whose length is none, in doubles and exactly; n_neurons where all are. */
static size_t first_without(const NetBuild *b, EigFn fn, const Expr *length, size_t n_neurons, double *found)
{
    enum { STRIP = 64 };
    PairEval exact;
    PairValue x;
    double value[STRIP];
    size_t at = n_neurons;
    pair_eval_begin(&exact, length, b->m->sim.seed);
    for (size_t first = 0; at == n_neurons && first < n_neurons; first += STRIP) {
        size_t n = n_neurons - first < STRIP ? n_neurons - first : STRIP;
        neurons_compute(b, length, first, n, value);
        for (size_t k = 0; k < n && at == n_neurons; k++) {
            if (is_length(fn, value[k]) || !pair_eval(&exact, first + k, 0, &x) || is_length(fn, x.d))
                continue;
            at = first + k;
            *found = x.d;
        }
    }
    pair_eval_end(&exact);
    return at;
}

static bool report(NetBuild *b, const NetPop *p, const Expr *call, size_t k, double length)
{
    bool is_pulse = call->as.call.fn == EIG_FN_PULSE;
    const Expr *e = call->as.call.arg[1];
    Sbuf neuron = { 0 };
    net_neuron_name(p, k, &neuron);
    Diag *d = diag_at(b->cx, D_E0401, e->span, "the length of a `%s` is %s 0, and that of %s is %.6g", is_pulse ? "pulse" : "ramp",
                      is_pulse ? "at least" : "above", sbuf_text(&neuron), length);
    sbuf_free(&neuron);
    if (expr_has_draw(e))
        diag_help(b->cx, d, "draw from `lognormal` or `gamma`, which are above 0, or cut the distribution: `truncated(normal(20, 5), 1, inf)`");
    else if (k == 0 && expr_uses(e, EIG_VAR_I) && length == 0)
        diag_help(b->cx, d, "`i` begins at 0: a length of (1 + i) * 1 ms is above 0 for every neuron");
    else
        diag_help(b->cx, d, is_pulse ? "`max(0, ...)` of it is 0 where it is negative: no pulse" : "`max(1 ms, ...)` of it is never shorter than that");
    return false;
}

/* Of every pulse and ramp in e whose length hangs on the neuron and its draws; others are numbers, which were looked at, or change. */
static bool in_expression(NetBuild *b, const NetPop *p, const Expr *e)
{
    if (!e || e->kind != EXPR_CALL)
        return true;
    bool ok = true;
    for (int k = 0; k < e->as.call.n_args; k++)
        ok = in_expression(b, p, e->as.call.arg[k]) && ok;
    EigFn fn = e->as.call.fn;
    const Expr *length = e->as.call.arg[1];
    if (!ok || (fn != EIG_FN_PULSE && fn != EIG_FN_RAMP) || !neurons_know(length) || shows_lengths(b->net->nums, fn, length, p->size))
        return ok;
    double value = 0;
    size_t k = first_without(b, fn, length, p->size, &value);
    return k == p->size || report(b, p, e, k, value);
}

bool neurons_have_lengths(NetBuild *b, const NetPop *p)
{
    const ModelPop *m = p->model;
    bool ok = in_expression(b, p, m->input);
    ok = in_expression(b, p, m->start) && ok;
    ok = in_expression(b, p, m->noise) && ok;
    ok = in_expression(b, p, m->rate) && ok;
    for (size_t k = 0; k < m->n_states; k++) {
        const ModelState *s = &m->state[k];
        ok = in_expression(b, p, s->drift) && ok;
        ok = in_expression(b, p, s->noise) && ok;
        ok = in_expression(b, p, s->start) && ok;
    }
    return ok;
}
