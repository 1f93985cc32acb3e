#include <string.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/stability/local.h"
#include "compiler/check/range/range_search.h"
#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/stability.h"
#include "compiler/driver/claim.h"

/* The map's params are the model's, in the same order, and run no further. */
static const char *params_differ(Ctx *cx, const Ranges *map, const Ranges *model)
{
    bool same = map->n_params == model->n_params;
    for (size_t k = 0; same && k < map->n_params; k++)
        same = strcmp(map->name[k], model->name[k]) == 0;
    if (!same)
        return arena_printf(&cx->arena, "the map is over %zu params, and %zu of the model's that have a range stand in weights, or others", map->n_params,
                            model->n_params);
    for (size_t k = 0; k < map->n_params; k++)
        if (mpq_cmp(map->lo[k], model->lo[k]) < 0 || mpq_cmp(map->hi[k], model->hi[k]) > 0)
            return arena_printf(&cx->arena, "the range of `%s` is wider in the map", map->name[k]);
    return NULL;
}

/* Linear in each param, both are the same everywhere when they are so at the corners. */
static const char *matrices_differ(Ctx *cx, const CertificateFile *map, const ClaimMatrix *base, const Ranges *model)
{
    const char *fault = params_differ(cx, &map->ranges, model), *difference = NULL;
    mpq_t *theta = rationals_new(cx, model->n_params);
    for (uint32_t which = 0; !fault && which < 1u << model->n_params; which++) {
        ClaimMatrix a, b;
        for (size_t k = 0; k < model->n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? map->ranges.hi[k] : map->ranges.lo[k]);
        ranges_matrix_at(cx, &map->matrix, &map->ranges, (const mpq_t *)theta, &a);
        ranges_matrix_at(cx, base, model, (const mpq_t *)theta, &b);
        if (!claim_equal(cx, &a, &b, &difference))
            fault = arena_printf(&cx->arena, "at a corner of the plane, %s", difference);
        claim_matrix_clear(&a);
        claim_matrix_clear(&b);
    }
    rationals_clear(theta, model->n_params);
    return fault;
}

/* What a refutation says of equilibria in a box of params. */
static const char *box_differs(const LocalNet *local, const Net *net, const CertificateFile *p, const Evidence *e, const mpq_t *lo, const mpq_t *hi)
{
    size_t n_params = p->ranges.n_params, n = (size_t)1 << n_params;
    ClaimMatrix *corner = ARENA_ARRAY(&local->cx->arena, n, ClaimMatrix);
    mpq_t *theta = rationals_new(local->cx, n_params);
    for (size_t which = 0; which < n; which++) {
        for (size_t k = 0; k < n_params; k++)
            mpq_set(theta[k], which >> k & 1 ? hi[k] : lo[k]);
        ranges_matrix_at(local->cx, &p->matrix, &p->ranges, (const mpq_t *)theta, &corner[which]);
    }
    const char *fault = claim_corners_fault(local, net, corner, n, e);
    for (size_t which = 0; which < n; which++)
        claim_matrix_clear(&corner[which]);
    rationals_clear(theta, n_params);
    return fault;
}

static const char *cell_differs(const LocalNet *local, const Net *net, const MapFile *m, const MapCell *c)
{
    const CertificateFile *p = m->attained.matrix.q ? &m->attained : &m->plane;
    size_t n = p->ranges.n_params;
    mpq_t *theta = rationals_new(local->cx, n);
    const char *fault = NULL;
    if (c->proof != MAP_NO_PROOF && !m->proof[c->proof].is_certificate)
        fault = box_differs(local, net, p, &m->proof[c->proof], (const mpq_t *)c->lo, (const mpq_t *)c->hi);
    for (size_t k = 0; k < n; k++) {
        mpq_add(theta[k], c->lo[k], c->hi[k]);
        mpq_div_2exp(theta[k], theta[k], 1);
    }
    if (!fault && c->centre != MAP_NO_PROOF && !m->proof[c->centre].is_certificate)
        fault = box_differs(local, net, p, &m->proof[c->centre], (const mpq_t *)theta, (const mpq_t *)theta);
    rationals_clear(theta, n);
    return fault;
}

/* Of activations near equilibria or far out; *at_input: of what depends on inputs. */
static bool speaks_of_activations(const Evidence *e, bool *at_input)
{
    for (size_t k = 0; k < e->n_statements; k++)
        *at_input |= !e->is_certificate && statement_numbers(&e->statement[k], "input");
    return !e->is_certificate && e->n_statements > 0;
}

/* Without speeds cells state what holds for any time constants above 0. */
static const char *any_tau_differs(Ctx *cx, const Net *net, const MapFile *m)
{
    for (size_t k = 0; k < m->n_proofs; k++)
        for (size_t j = 0; j < m->proof[k].n_statements; j++) {
            const Statement *s = &m->proof[k].statement[j];
            if (m->proof[k].is_certificate ? !statement_is_of_any_tau(s->kind) : statement_numbers(s, "tau") != NULL)
                return arena_printf(&cx->arena, "a proof states \"%s\", and time constants depend on params that have a range",
                                    statement_table[s->kind].name);
        }
    return range_tau_obstacle(cx, net->model);
}

/* Speeds of rows go with the same params, of the same values: statements name the time constants there. */
static const char *speeds_differ(Ctx *cx, const Ranges *map, const Ranges *model, size_t q)
{
    for (size_t a = 0; map->speed && a < q; a++)
        if (map->speed[a] != model->speed[a])
            return arena_printf(&cx->arena, "the time constant of row %zu depends on other params", a);
    for (size_t k = 0; map->speed && k < model->n_params; k++)
        if (!mpq_equal(map->value[k], model->value[k]))
            return arena_printf(&cx->arena, "the value of `%s` is another", model->name[k]);
    return NULL;
}

static const char *statements_differ(Ctx *cx, const Net *net, const SlopeReport *slope, const MapFile *m)
{
    const ClaimMatrix *matrix = m->attained.matrix.q ? &m->attained.matrix : &m->plane.matrix;
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    LocalNet local;
    bool any = false, some = false, at_input = false;
    const char *fault = NULL;
    for (size_t k = 0; !fault && k < m->n_proofs; k++) {
        some |= m->proof[k].n_statements > 0;
        any |= speaks_of_activations(&m->proof[k], &at_input);
        fault = claim_network_fault(cx, net, matrix, &m->proof[k]);
    }
    if (fault || !some)
        return fault;
    if (net->model->params_in_tau && !m->plane.ranges.speed && (fault = any_tau_differs(cx, net, m)))
        return fault;
    if (!any)
        return NULL;
    if (at_input && net->model->params_in_inputs)
        return "cells speak of equilibria, and inputs depend on params that have a range";
    lds_attained(net, slope, attained);
    if (!local_net(cx, net, attained, NULL, matrix, &local, &fault))
        return fault;
    for (size_t k = 0; !fault && k < m->n_cells; k++)
        if ((fault = cell_differs(&local, net, m, &m->cell[k])))
            fault = arena_printf(&cx->arena, "cell %zu: %s", k, fault);
    return fault;
}

const char *claim_map_fault(Ctx *cx, const Net *net, const MapFile *m)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    RangeProblem p;
    slope_check(cx, net, slope);
    const char *fault = range_problem_init(cx, net, slope, m->plane.ranges.speed ? RANGE_SPEEDS : 0, &p);
    if (!fault)
        fault = matrices_differ(cx, &m->plane, &p.base, &p.ranges);
    if (!fault)
        fault = speeds_differ(cx, &m->plane.ranges, &p.ranges, p.base.q);
    if (!fault && (m->attained.matrix.q || p.attained_base.q))
        fault = matrices_differ(cx, m->attained.matrix.q ? &m->attained : &m->plane, p.attained_base.q ? &p.attained_base : &p.base,
                                p.attained_base.q ? &p.attained : &p.ranges);
    if (!fault)
        fault = statements_differ(cx, net, slope, m);
    range_problem_clear(&p);
    return fault;
}
