#include "compiler/check/check.h"

#include "compiler/check/proof/file/certificate.h"
#include "compiler/check/dale.h"
#include "compiler/check/lds/lds.h"
#include "compiler/check/range/range_search.h"
#include "compiler/check/require.h"
#include "compiler/check/slope/slope.h"
#include "compiler/check/slope/slope_proved.h"
#include "compiler/check/stability/stability.h"

const char *truth_name(Truth t)
{
    static const char *const name[] = {"undecided", "certified", "refuted", "exempt"};
    return name[t];
}

const ConclusionRow conclusion_table[N_CONCLUSIONS] = {
    [CONCLUDE_ALL] = {NULL, NULL},
#define CONCLUSION(NAME, name, title) [CONCLUDE_##NAME] = {name, title},
#include "compiler/check/conclusion.def"
#undef CONCLUSION
};

bool report_covers(const Report *r, Conclusion c)
{
    return r->only == CONCLUDE_ALL || r->only >= c;
}

static RequirementReport require_one(Ctx *cx, Report *r, const ModelRequire *require)
{
    RequirementReport a = require_answer(cx, r, require);
    size_t column;
    if (require->span.source < cx->n_sources)
        source_line_column(cx->sources[require->span.source], require->span.from, &a.line, &column);
    return a;
}

/* What the model asks about itself, by all that was concluded. */
static void answer_requirements(Ctx *cx, const Net *net, Report *out)
{
    out->n_requirements = net->model->requires.n;
    out->requirement = ARENA_ARRAY(&cx->arena, out->n_requirements ? out->n_requirements : 1, RequirementReport);
    ranges_check(cx, net, out);
    for (size_t k = 0; k < out->n_requirements; k++)
        out->requirement[k] = require_one(cx, out, &net->model->requires.at[k]);
}

bool check_net(Ctx *cx, const Net *net, Conclusion only, Report *out)
{
    return check_net_knowing(cx, net, only, &(SlopeProofs){ 0 }, out);
}

bool check_net_knowing(Ctx *cx, const Net *net, Conclusion only, SlopeProofs *known, Report *out)
{
    size_t before = cx->diags.n_errors;
    *out = (Report){.net = net, .only = only};
    out->slope = ARENA_ARRAY(&cx->arena, net->n_pops ? net->n_pops : 1, SlopeReport);
    dale_check(cx, net, &out->dale);
    slope_check_knowing(cx, net, known, out->slope);
    if (report_covers(out, CONCLUDE_LDS))
        lds_check(cx, net, out->slope, &out->lds);
    if (report_covers(out, CONCLUDE_STABILITY)) {
        stability_conclude(cx, net, out->slope, &out->lds, &out->stability);
        stability_seek_local(cx, net, out->slope, &out->local, &out->stability);
        stability_seek_attained(cx, net, out->slope, &out->lds, &out->local, &out->stability);
    }
    if (only == CONCLUDE_ALL)
        answer_requirements(cx, net, out);
    return cx->diags.n_errors == before;
}

bool report_passes(const Report *r)
{
    if (r->dale.verdict == TRUTH_REFUTED)
        return false;
    if (r->only == CONCLUDE_LDS)
        return r->lds.verdict == TRUTH_CERTIFIED;
    if (r->only == CONCLUDE_STABILITY)
        return r->stability.verdict == TRUTH_CERTIFIED;
    if (r->only == CONCLUDE_DALE)
        return r->dale.verdict != TRUTH_UNDECIDED && r->dale.n_currents == 0;
    for (size_t k = 0; k < r->n_requirements; k++)
        if (r->requirement[k].verdict != TRUTH_CERTIFIED)
            return false;
    return true;
}

const LdsReport *report_proof(const Report *r)
{
    return r->local.verdict == TRUTH_CERTIFIED ? &r->local : &r->lds;
}

const LdsReport *report_everywhere(const Report *r)
{
    bool is_decided = r->lds.verdict == TRUTH_CERTIFIED || r->lds.verdict == TRUTH_REFUTED;
    return report_proof(r) == &r->local && is_decided ? &r->lds : NULL;
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
