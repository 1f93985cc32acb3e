/* A point needs nothing of how the model depends on its params: it is checked as with --set. */
#include "compiler/driver/check_points.h"

#include <string.h>

#include "compiler/check/proof/file/certificate.h"

enum {
    CORNER_PARAMS = 3,          /* for more params not all corners are looked at */
    INNER = 6,                  /* inner points; of several params as many again, the first of which goes as the last one did */
    MANY_NEURONS = 100,         /* beyond them only the point that the cells' search has found is looked at */
};

typedef struct Points {
    Compilation *c;
    size_t n;                   /* params that have a range */
    const ModelParam **param;
    size_t *place;              /* of each, among all in the order of their ranges: points do not hang on the order of declarations */
    Num *value;                 /* of the point at hand; NULL: the param's own */
    struct PointsKept *kept;    /* the compilation's */
    bool *noted;                /* of each requirement: a point without diagonal stability is named */
    const char *point, *setting;        /* "w = 3, v = 0" and " --set w=3 --set v=0" */
} Points;

/* By ranges, values, and names: not by the order of declarations. */
static bool is_before(const Points *p, size_t j, size_t k)
{
    const ModelParam *a = p->param[j], *b = p->param[k];
    int way = mpq_cmp(a->lo, b->lo);
    way = way ? way : mpq_cmp(a->hi, b->hi);
    way = way ? way : mpq_cmp(a->value, b->value);
    way = way ? way : strcmp(a->name, b->name);
    return way < 0;
}

static void points_init(Compilation *c, Points *p)
{
    const Model *m = c->model;
    *p = (Points){.c = c};
    p->param = ARENA_ARRAY(&c->cx.arena, m->params.n + 1, const ModelParam *);
    p->value = ARENA_ARRAY(&c->cx.arena, m->params.n + 1, Num);
    p->noted = ARENA_ARRAY(&c->cx.arena, m->requires.n + 1, bool);
    for (size_t k = 0; k < m->params.n; k++)
        if (m->params.at[k].varies && mpq_cmp(m->params.at[k].lo, m->params.at[k].hi) < 0)
            p->param[p->n++] = &m->params.at[k];
    p->kept = c->points = ARENA_NEW(&c->cx.arena, struct PointsKept);
    *p->kept = (struct PointsKept){.n_params = p->n, .param = p->param, .at = ARENA_ARRAY(&c->cx.arena, REFUTED_MAX_POINTS + 1, PointKept)};
    p->place = ARENA_ARRAY(&c->cx.arena, p->n + 1, size_t);
    for (size_t k = 0; k < p->n; k++)
        for (size_t j = 0; j < p->n; j++)
            p->place[k] += is_before(p, j, k);
}

/* ---- which ---- */

/* The point lies so many parts of `of` from the lower end. */
static void place(Points *p, size_t k, unsigned parts, unsigned of)
{
    mpq_ptr x = num_new(p->c->model->nums), share = num_new(p->c->model->nums);
    mpq_sub(x, p->param[k]->hi, p->param[k]->lo);
    mpq_set_ui(share, parts, of);
    mpq_canonicalize(share);
    mpq_mul(x, x, share);
    mpq_add(x, x, p->param[k]->lo);
    p->value[k] = x;
}

/* The point that was found; corners; the centre; inner points. False behind the last one. */
static bool go_to(Points *p, size_t number)
{
    const RangeReport *r = &p->c->report->ranges;
    size_t corners = p->n <= CORNER_PARAMS ? (size_t)1 << p->n : 2 * p->n + 2;
    if (number == 0) {
        for (size_t k = 0; k < p->n; k++)
            for (size_t j = 0; r->at && j < r->n_at; j++)
                if (strcmp(p->param[k]->name, r->at_name[j]) == 0)
                    p->value[k] = r->at[j];
        return true;
    }
    number--;
    size_t inner = p->n < 2 ? INNER : 2 * INNER, ahead = number > corners ? number - corners : 0;
    bool is_back = ahead > INNER;
    if (p->n == 0 || p->c->net->n > MANY_NEURONS || ahead > inner)
        return false;
    for (size_t k = 0; k < p->n; k++) {
        size_t at = p->place[k];
        bool upper = p->n <= CORNER_PARAMS ? number >> at & 1 : (number < 2 ? number : (number / 2 - 1 == at) != number % 2);
        if (number < corners)
            place(p, k, upper, 1);
        else if (number == corners)
            place(p, k, 1, 2);
        else
            place(p, k, (unsigned)((is_back ? (ahead - INNER) * (p->n - at) : ahead * (at + 1)) % 11), 11);
    }
    return true;
}

/* ---- one point ---- */

const char *point_value_text(Ctx *cx, const ModelParam *p, Num value)
{
    Unit unit = p->unit;
    const char *x = num_text(cx, value);
    int dimensions = 0;
    for (int d = 0; d < DIM_N; d++)
        dimensions += unit.twice[d] == 2 ? 1 : unit.twice[d] ? 2 : 0;
    return dimensions == 0 ? x : dimensions == 1 ? arena_printf(&cx->arena, "%s %s", x, unit_text(cx, unit)) : NULL;
}

/* The settings of the command line and, behind them, the point. */
static bool settings_at(Points *p, Options *o)
{
    Arena *arena = &p->c->cx.arena;
    Setting *set = ARENA_ARRAY(arena, o->n_set + p->n, Setting);
    if (o->n_set)
        memcpy(set, o->set, o->n_set * sizeof *set);
    o->set = set;
    p->point = p->setting = "";
    for (size_t k = 0; k < p->n; k++) {
        const char *name = p->param[k]->name, *value = p->value[k] ? point_value_text(&p->c->cx, p->param[k], p->value[k]) : NULL;
        if (!p->value[k])
            continue;
        if (!value)
            return false;
        set[o->n_set++] = (Setting){.name = name, .value = value};
        p->point = arena_printf(arena, "%s%s%s = %s", p->point, *p->point ? ", " : "", name, value);
        p->setting = arena_printf(arena, strchr(value, ' ') ? "%s --set '%s=%s'" : "%s --set %s=%s", p->setting, name, value);
    }
    return true;
}

static bool is_open(const Points *p, size_t k)
{
    const ModelRequire *require = &p->c->model->requires.at[k];
    return require->for_all_params && (require->kind == REQUIRE_STABLE || require->kind == REQUIRE_UNIQUE) &&
           p->c->report->requirement[k].verdict == TRUTH_UNDECIDED;
}

static bool any_open(const Points *p)
{
    bool any = false;
    for (size_t k = 0; k < p->c->model->requires.n; k++)
        any |= is_open(p, k);
    return any;
}

/* There is a certificate, of the model's own proof, and room in it. */
static bool may_keep(const Points *p)
{
    return p->c->options->certificate && report_proof(p->c->report)->verdict != TRUTH_UNDECIDED && p->n > 0 && p->n <= REFUTED_MAX_PARAMS &&
           p->kept->n < REFUTED_MAX_POINTS;
}

static const LdsReport *everywhere_of(const Report *r)
{
    const LdsReport *all = report_everywhere(r);
    return all ? all : report_proof(r);
}

/* The proof at a point goes into the certificate. */
static bool is_for_certificate(const Points *p, const Report *there)
{
    return may_keep(p) && everywhere_of(there)->verdict == TRUTH_REFUTED;
}

/* What is said at the point of the requirement; NULL where nothing is that would be against it. */
static const char *reason_there(Points *p, const Report *there, bool stable)
{
    const StabilityReport *s = &there->stability;
    Truth verdict = stable ? s->verdict : s->unique;
    const char *why = !stable && s->not_unique ? s->not_unique : s->conclusion;
    if (verdict == TRUTH_REFUTED && is_for_certificate(p, there))
        return arena_printf(&p->c->cx.arena, "at %s: %s (the certificate has the proof)", p->point, why);
    if (verdict == TRUTH_REFUTED)
        return arena_printf(&p->c->cx.arena, "at %s: %s (`eigc check%s --certificate=FILE` has the proof)", p->point, why, p->setting);
    if (there->lds.verdict != TRUTH_REFUTED)
        return NULL;
    return arena_printf(&p->c->cx.arena, "at %s diagonal stability fails, and %s", p->point,
                        verdict == TRUTH_CERTIFIED ? "what is certified there all the same does not go on to other values"
                        : stable                   ? "neither stability nor instability is proved there"
                                                   : "neither one equilibrium nor several are proved there for every constant input");
}

/* The point is the report's, as that of the cells' search is. */
static void keep_point(Points *p, const Report *there, bool stable, const char *reason)
{
    RangeReport *r = &p->c->report->ranges;
    const char **name = ARENA_ARRAY(&p->c->cx.arena, p->n, const char *);
    if (stable)
        r->stable = TRUTH_REFUTED;
    if (r->at)
        return;
    r->lds = there->lds.verdict == TRUTH_REFUTED ? TRUTH_REFUTED : r->lds;
    r->point = p->point;
    r->reason = reason;
    r->at = rationals_new(&p->c->cx, p->n);
    r->at_name = name;
    for (size_t k = 0; k < p->n; k++)
        if (p->value[k]) {
            name[r->n_at] = p->param[k]->name;
            mpq_set(r->at[r->n_at++], p->value[k]);
        }
}

/* Some requirement is refuted here. */
static bool take(Points *p, const Report *there)
{
    bool any = false;
    for (size_t k = 0; k < p->c->model->requires.n; k++) {
        RequirementReport *a = &p->c->report->requirement[k];
        bool stable = p->c->model->requires.at[k].kind == REQUIRE_STABLE;
        bool is_refuted = (stable ? there->stability.verdict : there->stability.unique) == TRUTH_REFUTED;
        const char *reason = is_open(p, k) && (is_refuted || !p->noted[k]) ? reason_there(p, there, stable) : NULL;
        if (!reason)
            continue;
        a->reason = reason;
        p->noted[k] = true;
        a->verdict = is_refuted ? TRUTH_REFUTED : a->verdict;
        if (is_refuted)
            keep_point(p, there, stable, reason);
        any |= is_refuted;
    }
    return any;
}

static PointKept *keep_for_certificate(Points *p, const LdsReport *proof)
{
    PointKept *out = &p->kept->at[p->kept->n++];
    out->proof = proof;
    out->value = ARENA_ARRAY(&p->c->cx.arena, p->n, Num);
    for (size_t k = 0; k < p->n; k++)
        out->value[k] = p->value[k] ? p->value[k] : p->param[k]->value;
    return out;
}

/* Without a model that is built there, of a text that was read once: with what the search found. */
static void keep_search(Points *p)
{
    RangeReport *r = &p->c->report->ranges;
    if (p->kept->n || r->lds != TRUTH_REFUTED || !r->there.matrix.q || !may_keep(p))
        return;
    for (size_t k = 0; k < p->n; k++)
        p->value[k] = NULL;
    go_to(p, 0);
    keep_for_certificate(p, &r->there);
    r->is_in_certificate = true;
}

/* The report's own point is kept, and those that refute. */
static void look_at(Points *p, bool is_reported)
{
    Options *o = ARENA_NEW(&p->c->cx.arena, Options);
    Compilation *there = &p->kept->at[p->kept->n].there;
    *o = *p->c->options;
    if (!settings_at(p, o))
        return;
    memset(o->dump, 0, sizeof o->dump);
    o->only = CONCLUDE_STABILITY;
    compilation_init(there, o, p->c->path);
    there->only_check = true;
    bool is_kept = compilation_run(there, PHASE_check) && (take(p, there->report) || is_reported) && is_for_certificate(p, there->report);
    if (is_kept)
        keep_for_certificate(p, everywhere_of(there->report))->is_built = true;
    else
        compilation_free(there);
    p->c->report->ranges.is_in_certificate |= is_kept && is_reported;
}

/* The search over cells knows weights as functions of params, and not what a model may say: at a point where a weight that says how strong
 * a source inhibits is below 0, or a scale is, there is no model. What was refuted there is not. */
static void withdraw_where_no_model_is(Points *p)
{
    Ctx *cx = &p->c->cx;
    RangeReport *r = &p->c->report->ranges;
    Options o = *p->c->options;
    Compilation there;
    if (!r->at || r->lds != TRUTH_REFUTED || !go_to(p, 0) || !settings_at(p, &o))
        return;
    memset(o.dump, 0, sizeof o.dump);
    compilation_init(&there, &o, p->c->path);
    there.only_check = true;
    bool is_model = compilation_run(&there, PHASE_net);
    compilation_free(&there);
    if (is_model)
        return;
    const char *before = r->reason;
    r->lds = TRUTH_UNDECIDED;
    r->reason = arena_printf(&cx->arena, "the model is in error at %s, which is in its ranges: `eigc check%s` says why", p->point, p->setting);
    r->point = "";
    for (size_t k = 0; k < p->n; k++)
        p->value[k] = NULL;
    rationals_clear(r->at, r->n_at);
    r->at = NULL;
    r->n_at = 0;
    claim_matrix_clear(&r->there.matrix);
    evidence_clear(&r->there.evidence);
    r->there = (LdsReport){0};
    for (size_t k = 0; k < p->c->model->requires.n; k++)
        if (is_open(p, k) || p->c->report->requirement[k].reason == before)
            p->c->report->requirement[k].reason = r->reason;
}

void check_points(Compilation *c)
{
    Points p;
    points_init(c, &p);
    if (c->options->only != CONCLUDE_ALL)
        return;
    bool is_read_again = strcmp(c->path, "-") != 0;
    if (is_read_again)
        withdraw_where_no_model_is(&p);
    bool is_asked = c->options->certificate && c->report->ranges.at;
    for (size_t number = 0; is_read_again && (any_open(&p) || (is_asked && number == 0)) && go_to(&p, number); number++)
        if (number > 0 || c->report->ranges.at)
            look_at(&p, number == 0);
    keep_search(&p);
}

void check_points_free(Compilation *c)
{
    for (size_t k = 0; c->points && k < c->points->n; k++)
        if (c->points->at[k].is_built)
            compilation_free(&c->points->at[k].there);
    c->points = NULL;
}
