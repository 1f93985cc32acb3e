/* What a certificate refutes over ranges, against a model: the points are in the model's ranges, and the proofs are of the model there. */
#include "compiler/driver/check_points.h"
#include "compiler/driver/claim.h"
#include "compiler/driver/pipeline.h"

#include <string.h>

const char *claim_proof_fault(Ctx *cx, const Net *net, const CertificateFile *f)
{
    ClaimMatrix claim = {0};
    const char *difference = NULL;
    bool same = claim_of_net(cx, net, &f->evidence, &f->matrix, &claim, &difference) && claim_equal(cx, &f->matrix, &claim, &difference);
    if (same)
        difference = claim_statements_fault(cx, net, &claim, &f->evidence);
    if (same && !difference && f->ranges.n_cells)
        difference = claim_ranges_fault(cx, net, &claim, &f->ranges);
    claim_matrix_clear(&claim);
    return difference;
}

static const ModelParam *param_named(const Model *m, const char *name)
{
    for (size_t k = 0; k < m->params.n; k++)
        if (m->params.at[k].varies && strcmp(m->params.at[k].name, name) == 0)
            return &m->params.at[k];
    return NULL;
}

/* Of a file that anybody may have written. */
static const char *on_one_line(Arena *arena, const char *name)
{
    char *out = arena_strdup(arena, name);
    for (char *at = out; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    return out;
}

/* Into o the settings of the point, behind those that there are. */
static const char *settings_of(Compilation *c, const RefutedRanges *r, const RefutedPoint *point, Options *o)
{
    Arena *arena = &c->cx.arena;
    Setting *set = ARENA_ARRAY(arena, o->n_set + r->n_params, Setting);
    for (size_t k = 0; k < o->n_set; k++)
        set[k] = o->set[k];
    o->set = set;
    for (size_t k = 0; k < r->n_params; k++) {
        const ModelParam *p = param_named(c->model, r->name[k]);
        if (mpq_cmp(point->at[k], p->lo) < 0 || mpq_cmp(point->at[k], p->hi) > 0)
            return arena_printf(arena, "`%s` = %s is not in its range", p->name, claim_number(&c->cx, point->at[k]));
        const char *value = point_value_text(&c->cx, p, point->at[k]);
        if (!value)
            return arena_printf(arena, "`%s` has a unit in which it cannot be set", p->name);
        set[o->n_set++] = (Setting){.name = p->name, .value = value};
    }
    return NULL;
}

/* The file's statement is about its ranges: they are to be the model's. */
static const char *ends_fault(Compilation *c, const RefutedRanges *r)
{
    Arena *arena = &c->cx.arena;
    for (size_t k = 0; k < r->n_params; k++) {
        const ModelParam *p = param_named(c->model, r->name[k]);
        if (!p)
            return arena_printf(arena, "no param of a range is `%s`", on_one_line(arena, r->name[k]));
        if (!mpq_equal(p->lo, r->lo[k]) || !mpq_equal(p->hi, r->hi[k]))
            return arena_printf(arena, "the range of `%s` is another, from %s to %s", p->name, claim_number(&c->cx, p->lo), claim_number(&c->cx, p->hi));
    }
    return NULL;
}

static const char *point_fault(Compilation *c, const RefutedRanges *r, const RefutedPoint *point)
{
    Options o = *c->options;
    Compilation there;
    const char *fault = settings_of(c, r, point, &o);
    if (fault)
        return fault;
    compilation_init(&there, &o, c->path);
    there.only_check = true;
    fault = compilation_run(&there, PHASE_net) ? claim_proof_fault(&there.cx, there.net, point->proof) : "the model is in error there";
    if (fault)
        fault = arena_strdup(&c->cx.arena, fault);
    compilation_free(&there);
    return fault;
}

const char *claim_points_fault(Compilation *c, const RefutedRanges *r)
{
    const char *ends = ends_fault(c, r);
    if (ends)
        return ends;
    for (size_t k = 0; k < r->n; k++) {
        const char *fault = point_fault(c, r, &r->point[k]);
        if (fault)
            return arena_printf(&c->cx.arena, "at point %zu of the ranges, %s", k + 1, fault);
    }
    return NULL;
}
