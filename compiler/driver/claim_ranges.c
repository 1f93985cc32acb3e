#include "compiler/driver/claim.h"

#include <string.h>

#include "compiler/check/range/range_search.h"
#include "compiler/check/slope/slope.h"

/* Where the model's params stand in the certificate. */
typedef struct Match {
    const Ranges *certified, *model;
    size_t at[RANGES_MAX_PARAMS];
} Match;

/* The one that has the name. */
static bool find(const char *const *names, size_t n, const char *name, size_t *out)
{
    size_t k = 0;
    while (k < n && strcmp(names[k], name) != 0)
        k++;
    *out = k;
    return k < n;
}

/* What the model's are over is in what the certificate is over; of the latter out->own says which of the former it is. */
static const char *match_own(Ctx *cx, const Ranges *certified, const Ranges *model, size_t *own)
{
    RangeBox mine = ranges_box(model), its = ranges_box(certified);
    if (!certified->n_own)
        return NULL;
    if (its.n != mine.n || !model->n_own)
        return arena_printf(&cx->arena, "the ranges are of %zu of the model's params, and %zu that have one stand in weights", its.n, mine.n);
    for (size_t k = 0; k < mine.n; k++) {
        size_t j;
        if (!find(its.name, its.n, mine.name[k], &j))
            return arena_printf(&cx->arena, "`%s` is none of the params", mine.name[k]);
        if (mpq_cmp(its.lo[j], mine.lo[k]) > 0 || mpq_cmp(its.hi[j], mine.hi[k]) < 0)
            return arena_printf(&cx->arena, "the range of `%s` is wider", mine.name[k]);
        own[j] = k;
    }
    return NULL;
}

static const char *match_params(Ctx *cx, const Ranges *certified, const Ranges *model, Match *out)
{
    size_t own[RANGES_MAX_PARAMS] = {0};
    const char *fault = match_own(cx, certified, model, own);
    *out = (Match){.certified = certified, .model = model};
    if (fault)
        return fault;
    if (certified->n_params != model->n_params)
        return arena_printf(&cx->arena, "the ranges are of %zu params, and %zu of the model's that have one stand in weights",
                            certified->n_params, model->n_params);
    for (size_t k = 0; k < model->n_params; k++) {
        size_t j;
        if (!find(certified->name, certified->n_params, model->name[k], &j))
            return arena_printf(&cx->arena, "`%s` is none of the params", model->name[k]);
        if (certified->n_own && !formula_equal(certified->of[j], model->of[k], own))
            return arena_printf(&cx->arena, "`%s` is something else of the model's params", model->name[k]);
        if (!certified->n_own && (mpq_cmp(certified->lo[j], model->lo[k]) > 0 || mpq_cmp(certified->hi[j], model->hi[k]) < 0))
            return arena_printf(&cx->arena, "the range of `%s` is wider", model->name[k]);
        out->at[k] = j;
    }
    return NULL;
}

/* Linear in each param, both are the same everywhere when they are so at the corners: of the ranges, or, where params are functions of own
 * ones, of any box. */
static bool corner_differs(Ctx *cx, const ClaimMatrix *m, const RangeProblem *p, const Match *match, uint32_t which, const char **difference)
{
    size_t n = p->ranges.n_params;
    mpq_t *model = rationals_new(cx, n), *certified = rationals_new(cx, n);
    ClaimMatrix a, b;
    for (size_t k = 0; k < n; k++) {
        if (match->certified->n_own)
            mpq_set_ui(model[k], which >> k & 1, 1);
        else
            mpq_set(model[k], which >> k & 1 ? p->ranges.hi[k] : p->ranges.lo[k]);
        mpq_set(certified[match->at[k]], model[k]);
    }
    ranges_matrix_at(cx, m, match->certified, (const mpq_t *)certified, &a);
    ranges_matrix_at(cx, &p->base, &p->ranges, (const mpq_t *)model, &b);
    bool same = claim_equal(cx, &a, &b, difference);
    claim_matrix_clear(&a);
    claim_matrix_clear(&b);
    rationals_clear(model, n);
    rationals_clear(certified, n);
    return !same;
}

/* Where time constants have ranges a cell states what holds for any, above 0. */
static const char *ranged_tau_fault(Ctx *cx, const Net *net, const Evidence *e)
{
    for (size_t k = 0; k < e->n_statements; k++)
        if (!statement_is_of_any_tau(e->statement[k].kind))
            return arena_printf(&cx->arena, "a cell states \"%s\", which is about given time constants, and those of the model depend on params "
                                            "that have a range", statement_table[e->statement[k].kind].name);
    return e->n_statements ? range_tau_obstacle(cx, net->model) : NULL;
}

static const char *cells_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Ranges *certified)
{
    for (size_t k = 0; k < certified->n_cells; k++) {
        const char *fault = claim_statements_fault(cx, net, m, &certified->cell[k].evidence);
        if (!fault && net->model->params_in_tau && !certified->speed)
            fault = ranged_tau_fault(cx, net, &certified->cell[k].evidence);
        if (fault)
            return fault;
    }
    return NULL;
}

/* Speeds are of the same products of params in both. The factors are the time constants at the params' own values, which statements name. */
static const char *speeds_fault(Ctx *cx, const ClaimMatrix *m, const RangeProblem *p, const Match *match)
{
    for (size_t a = 0; match->certified->speed && a < m->q; a++) {
        uint32_t moved = 0;
        for (size_t k = 0; k < p->ranges.n_params; k++)
            moved |= (p->ranges.speed[a] >> k & 1) << match->at[k];
        if (moved != match->certified->speed[a])
            return arena_printf(&cx->arena, "the time constant of row %zu depends on other params", a);
    }
    for (size_t k = 0; match->certified->speed && k < p->ranges.n_params; k++)
        if (!mpq_equal(match->certified->value[match->at[k]], p->ranges.value[k]))
            return arena_printf(&cx->arena, "the value of `%s` is another", p->ranges.name[k]);
    return NULL;
}

const char *claim_ranges_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Ranges *certified)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    RangeProblem p;
    Match match;
    slope_check(cx, net, slope);
    const char *fault = range_problem_init(cx, net, slope, RANGE_POWERS | (certified->speed ? RANGE_SPEEDS : 0) | (certified->n_own ? RANGE_OWN : 0), &p);
    if (!fault)
        fault = match_params(cx, certified, &p.ranges, &match);
    if (!fault)
        fault = speeds_fault(cx, m, &p, &match);
    for (uint32_t which = 0; !fault && which < 1u << p.ranges.n_params; which++) {
        const char *difference = NULL;
        if (corner_differs(cx, m, &p, &match, which, &difference))
            fault = arena_printf(&cx->arena, certified->n_own ? "as functions of params, %s" : "at an end of the ranges, %s", difference);
    }
    range_problem_clear(&p);
    return fault ? fault : cells_fault(cx, net, m, certified);
}
