#include "compiler/check/check.h"

#include "compiler/check/bounds.h"
#include "compiler/check/certificate.h"
#include "compiler/check/dale.h"
#include "compiler/check/lds.h"
#include "compiler/check/range_search.h"
#include "compiler/check/slope.h"
#include "compiler/check/stability.h"

const char *truth_name(Truth t)
{
    static const char *const name[] = {"undecided", "certified", "refuted", "exempt"};
    return name[t];
}

static RequirementReport require_dale(const DaleReport *d)
{
    RequirementReport r = {.verdict = d->verdict == TRUTH_EXEMPT ? TRUTH_CERTIFIED : d->verdict};
    if (d->verdict == TRUTH_UNDECIDED)
        r.reason = "some weights are too many to be looked at, and could be below 0";
    else if (d->verdict == TRUTH_REFUTED)
        r.reason = "some neurons send weights of both signs or of the wrong sign";
    else if (d->n_exempt_pops)
        r.reason = "populations declared `mixed` are exempt";
    else
        r.reason = "every weight has the sign of its source";
    return r;
}

/* The params' own values are among all of them: what is open there, for noise or delays say, is open here. */
static RequirementReport require_for_all(const Report *r, bool stable)
{
    const StabilityReport *own = &r->stability;
    Truth verdict = stable ? r->ranges.stable : range_unique(&r->ranges);
    if (verdict == TRUTH_CERTIFIED && (stable ? own->verdict : own->unique) != TRUTH_CERTIFIED)
        return (RequirementReport){.verdict = TRUTH_UNDECIDED, .reason = own->open};
    return (RequirementReport){.verdict = verdict, .reason = r->ranges.reason};
}

static RequirementReport answer(Ctx *cx, const Report *r, const ModelRequire *require)
{
    const StabilityReport *s = &r->stability;
    if (require->for_all_params)
        return require_for_all(r, require->kind == REQUIRE_STABLE);
    switch (require->kind) {
    case REQUIRE_DALE:
        return require_dale(&r->dale);
    case REQUIRE_STABLE:
        return (RequirementReport){.verdict = s->verdict, .reason = s->verdict == TRUTH_CERTIFIED ? s->theorem : s->open};
    case REQUIRE_UNIQUE:
        return (RequirementReport){.verdict = s->unique, .reason = s->unique == TRUTH_CERTIFIED
                                   ? "Theorem 2 (docs/theory.md): diagonal stability, slopes in [0, L]" : s->open};
    case REQUIRE_RATE:
        return bounds_rate(cx, s, require);
    case REQUIRE_RANGE:
        return bounds_range(cx, r->net, r->slope, require);
    }
    BUG("requirement %d", (int)require->kind);
}

static RequirementReport require_one(Ctx *cx, const Report *r, const ModelRequire *require)
{
    RequirementReport a = answer(cx, r, require);
    size_t column;
    if (require->span.source < cx->n_sources)
        source_line_column(cx->sources[require->span.source], require->span.from, &a.line, &column);
    return a;
}

bool check_net(Ctx *cx, const Net *net, Report *out)
{
    size_t before = cx->diags.n_errors, n = net->model->requires.n;
    *out = (Report){.net = net};
    out->slope = ARENA_ARRAY(&cx->arena, net->n_pops ? net->n_pops : 1, SlopeReport);
    out->requirement = ARENA_ARRAY(&cx->arena, n ? n : 1, RequirementReport);
    dale_check(cx, net, &out->dale);
    slope_check(cx, net, out->slope);
    lds_check(cx, net, out->slope, &out->lds);
    stability_conclude(cx, net, out->slope, &out->lds, &out->stability);
    stability_seek_local(cx, net, out->slope, &out->local, &out->stability);
    ranges_check(cx, net, out);
    for (size_t k = 0; k < n; k++)
        out->requirement[k] = require_one(cx, out, &net->model->requires.at[k]);
    return cx->diags.n_errors == before;
}

bool report_passes(const Report *r)
{
    if (r->dale.verdict == TRUTH_REFUTED)
        return false;
    for (size_t k = 0; k < r->net->model->requires.n; k++)
        if (r->requirement[k].verdict != TRUTH_CERTIFIED)
            return false;
    return true;
}

const LdsReport *report_proof(const Report *r)
{
    return r->local.verdict == TRUTH_CERTIFIED ? &r->local : &r->lds;
}

static void lds_free(LdsReport *r)
{
    if (r->matrix.q)
        claim_matrix_clear(&r->matrix);
    evidence_clear(&r->evidence);
}

void report_free(Report *r)
{
    range_report_clear(&r->ranges);
    lds_free(&r->lds);
    lds_free(&r->local);
}
