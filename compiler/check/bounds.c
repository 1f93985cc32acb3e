#include "compiler/check/bounds.h"

RequirementReport bounds_rate(Ctx *cx, const StabilityReport *s, const ModelRequire *require)
{
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

RequirementReport bounds_range(Ctx *cx, const Net *net, const ModelRequire *require)
{
    const ModelPop *p = net->pop[require->pop].model;
    Num start;
    if (p->n_states > 0)
        return (RequirementReport){.reason = "the population is given by equations, of which no bounds are known"};
    bool is_constant = expr_is_const(p->start, &start);
    if (is_constant && !is_inside(require, start, start))
        return (RequirementReport){.verdict = TRUTH_REFUTED,
                                   .reason = arena_printf(&cx->arena, "it starts at %s", num_brief(cx, start))};
    if (p->noise)
        return (RequirementReport){.reason = "white noise leaves every bound sooner or later"};
    if (!is_inside(require, p->act.range_lo, p->act.range_hi))
        return (RequirementReport){.reason = arena_printf(&cx->arena, "values of its activation are known to lie in %s and no closer",
                                                          interval(cx, p->act.range_lo, p->act.range_hi))};
    if (!is_constant)
        return (RequirementReport){.reason = "its start is not one number for all neurons"};
    return (RequirementReport){.verdict = TRUTH_CERTIFIED,
                               .reason = "Theorem 12 (docs/theory.md): the start and all values of the activation lie within "
                                         "(a run whose steps are longer than a time constant may overshoot)"};
}
