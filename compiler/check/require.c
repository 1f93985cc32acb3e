#include "compiler/check/require.h"

#include "compiler/check/dale.h"
#include "compiler/check/range/range_search.h"

static const char *open_signs(Ctx *cx, const DaleReport *d)
{
    Sbuf text = {0};
    dale_print_open(d, &text);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

RequirementReport require_dale(Ctx *cx, Report *report, const ModelRequire *require)
{
    (void)require;
    const DaleReport *d = &report->dale;
    RequirementReport r = {.verdict = d->verdict == TRUTH_REFUTED ? TRUTH_REFUTED : d->open || d->n_currents ? TRUTH_UNDECIDED : TRUTH_CERTIFIED};
    if (r.verdict == TRUTH_UNDECIDED)
        r.reason = open_signs(cx, d);
    else if (d->verdict == TRUTH_REFUTED)
        r.reason = "some neurons send weights of both signs or of the wrong sign";
    else if (d->n_exempt_pops)
        r.reason = "populations declared `mixed` are exempt";
    else
        r.reason = "every weight has the sign of its source";
    return r;
}

RequirementReport require_stable(Ctx *cx, Report *r, const ModelRequire *require)
{
    (void)cx, (void)require;
    const StabilityReport *s = &r->stability;
    return (RequirementReport){.verdict = s->verdict, .reason = s->verdict == TRUTH_CERTIFIED ? s->theorem
                                : s->verdict == TRUTH_REFUTED ? s->conclusion : s->open};
}

RequirementReport require_unique(Ctx *cx, Report *r, const ModelRequire *require)
{
    (void)cx, (void)require;
    const StabilityReport *s = &r->stability;
    return (RequirementReport){.verdict = s->unique, .reason = s->unique == TRUTH_CERTIFIED
                               ? "Theorem 2 (docs/theory.md): diagonal stability, slopes in [0, L]"
                               : s->unique == TRUTH_REFUTED ? (s->not_unique ? s->not_unique : s->conclusion) : s->open};
}

/* ---- for all params ---- */

/* The params' own values are among all of them: what is open there, for noise or delays say, is open here. */
static RequirementReport for_all(const Report *r, Truth verdict, Truth own)
{
    if (verdict == TRUTH_CERTIFIED && own != TRUTH_CERTIFIED)
        return (RequirementReport){.verdict = TRUTH_UNDECIDED, .reason = r->stability.open};
    return (RequirementReport){.verdict = verdict, .reason = r->ranges.reason};
}

RequirementReport require_stable_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    (void)cx, (void)require;
    return for_all(r, r->ranges.stable, r->stability.verdict);
}

RequirementReport require_unique_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    (void)cx, (void)require;
    RequirementReport answer = for_all(r, range_unique(&r->ranges), r->stability.unique);
    if (answer.verdict == TRUTH_CERTIFIED)
        answer.reason = "Theorems 2 and 30 (docs/theory.md): diagonal stability for all values";
    return answer;
}

/* ---- the table ---- */

typedef struct RequirementRow {
    RequirementAnswer *answer, *for_all;
} RequirementRow;

static const RequirementRow row[N_REQUIREMENTS] = {
#define REQUIREMENT(NAME, name, ...) [REQUIRE_##NAME] = {__VA_ARGS__},
#include "compiler/model/require.def"
#undef REQUIREMENT
};

RequirementReport require_answer(Ctx *cx, Report *r, const ModelRequire *require)
{
    const RequirementRow *of = &row[require->kind];
    return (require->for_all_params ? of->for_all : of->answer)(cx, r, require);
}

bool require_says_why(const ModelRequire *require)
{
    bool is_said = require->kind == REQUIRE_DALE || require->kind == REQUIRE_STABLE || require->kind == REQUIRE_UNIQUE;
    return require->for_all_params || !is_said;
}
