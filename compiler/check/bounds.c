#include "compiler/check/require.h"

#include "compiler/check/image.h"
#include "compiler/net/pair_eval.h"

RequirementReport require_rate(Ctx *cx, Report *r, const ModelRequire *require)
{
    const StabilityReport *s = &r->stability;
    if (s->verdict != TRUTH_CERTIFIED)
        return (RequirementReport){.reason = s->open};
    if (!s->rate)
        return (RequirementReport){.reason = "every trajectory converges, but no theorem gives a rate for this network"};
    if (mpq_cmp(s->rate, require->lo) >= 0)
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = s->theorem};
    return (RequirementReport){.reason = arena_printf(&cx->arena, "a rate of %s per unit of time is proved, and more is not excluded",
                                                      num_brief(cx, s->rate))};
}

/* "[0, 5]", "[0, inf)" */
static const char *interval(Ctx *cx, Num lo, Num hi)
{
    return arena_printf(&cx->arena, "%s, %s", lo ? arena_printf(&cx->arena, "[%s", num_brief(cx, lo)) : "(-inf",
                        hi ? arena_printf(&cx->arena, "%s]", num_brief(cx, hi)) : "inf)");
}

/* [lo, hi] lies within what is required. */
static bool is_inside(const ModelRequire *r, Num lo, Num hi)
{
    return (!r->lo || (lo && mpq_cmp(lo, r->lo) >= 0)) && (!r->hi || (hi && mpq_cmp(hi, r->hi) <= 0));
}

/* What the theorem needs, and what it leaves open. */
#define CERTIFIED(starts) "Theorem 12 (docs/theory.md): " starts " and all values of the activation lie within " \
                          "(a run whose steps are longer than a time constant may overshoot)"

/* ---- starts ---- */

enum { MAX_STARTS = 1000 * 1000 };      /* evaluated exactly, at up to some microseconds each */

typedef enum StartsAt { INSIDE, OUTSIDE, NOT_KNOWN } StartsAt;

static const char *neuron_text(Ctx *cx, const NetPop *p, size_t k)
{
    Sbuf text = {0};
    net_neuron_name(p, k, &text);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* Exactly, neuron by neuron: drawn with the model's seed, computed from i. */
static StartsAt look_at_starts(Ctx *cx, const Net *net, const ModelRequire *r, const char **why)
{
    const NetPop *p = &net->pop[r->pop];
    const Expr *start = p->model->start;
    bool is_drawn = expr_has_draw(start);
    PairEval eval;
    mpq_t x;
    StartsAt found = INSIDE;
    mpq_init(x);
    pair_eval_begin(cx, &eval, start, net->model->sim.seed);
    for (size_t k = r->first; k < r->first + r->n_neurons && found == INSIDE; k++) {
        PairValue value;
        if (!pair_eval(&eval, k, 0, &value)) {
            found = NOT_KNOWN;
            *why = arena_printf(&cx->arena, "the start of %s has no finite value", neuron_text(cx, p, k));
            break;
        }
        if (value.q)
            mpq_set(x, value.q);
        else
            mpq_set_d(x, value.d);
        if (is_inside(r, x, x))
            continue;
        found = OUTSIDE;
        *why = arena_printf(&cx->arena, "%s starts at %s", neuron_text(cx, p, k),
                            is_drawn ? arena_printf(&cx->arena, "%.10g, with the seed %llu", num_to_double(x),
                                                    (unsigned long long)net->model->sim.seed)
                                     : num_brief(cx, x));
    }
    pair_eval_end(&eval);
    mpq_clear(x);
    return found;
}

static StartsAt starts_at(Ctx *cx, const Net *net, const ModelRequire *r, const char **why)
{
    const ModelPop *p = net->pop[r->pop].model;
    Num start;
    if (expr_is_const(p->start, &start)) {
        *why = arena_printf(&cx->arena, "it starts at %s", num_brief(cx, start));
        return is_inside(r, start, start) ? INSIDE : OUTSIDE;
    }
    if (r->n_neurons <= MAX_STARTS)
        return look_at_starts(cx, net, r, why);
    *why = arena_printf(&cx->arena, "the starts of %zu neurons are more than are looked at, one by one", r->n_neurons);
    return NOT_KNOWN;
}

/* ---- the activation ---- */

/* NULL where all values lie within what is required; else why that is not known. */
static const char *activation_stays(Ctx *cx, const Net *net, const SlopeReport *slope, const ModelRequire *r)
{
    const Activation *act = &net->pop[r->pop].model->act;
    Image image = {true, act->range_lo, act->range_hi};
    if (act->by_formula)
        image_of_formula(cx, net->nums, act->phi, &slope[r->pop], &image);
    if (!image.known)
        return "its activation is not seen to be defined, without jumps, for every input";
    if (is_inside(r, image.lo, image.hi))
        return NULL;
    return arena_printf(&cx->arena, "values of its activation are known to lie in %s and no closer", interval(cx, image.lo, image.hi));
}

RequirementReport require_range(Ctx *cx, Report *r, const ModelRequire *require)
{
    const Net *net = r->net;
    const ModelPop *p = net->pop[require->pop].model;
    const char *start = NULL, *activation;
    if (p->n_states > 0)
        return (RequirementReport){.reason = "the population is given by equations, of which no bounds are known"};
    StartsAt at = starts_at(cx, net, require, &start);
    if (at == OUTSIDE)
        return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = start};
    if (p->noise)
        return (RequirementReport){.reason = "white noise leaves every bound sooner or later"};
    if ((activation = activation_stays(cx, net, r->slope, require)))
        return (RequirementReport){.reason = activation};
    if (at == NOT_KNOWN)
        return (RequirementReport){.reason = start};
    bool is_drawn = expr_has_draw(p->start);
    return (RequirementReport){.verdict = TRUTH_CERTIFIED,
                               .reason = is_drawn ? CERTIFIED("the starts, as drawn with the seed of the model,")
                                                  : CERTIFIED("the start")};
}
