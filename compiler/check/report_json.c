#include <jansson.h>

#include "compiler/check/advice.h"
#include "compiler/check/dale.h"

static json_t *exact(Num x)
{
    Sbuf text = {0};
    if (!x)
        return json_null();
    num_print(x, &text);
    json_t *s = json_string(sbuf_text(&text));
    sbuf_free(&text);
    return s;
}

static json_t *text_or_null(const char *s)
{
    return s ? json_string(s) : json_null();
}

static json_t *verdict(Truth t)
{
    return json_string(truth_name(t));
}

/* ---- Dale's law ---- */

static json_t *violation(const Net *net, const DaleViolation *v)
{
    json_t *o = json_object();
    json_object_set_new(o, "source", json_string(net->pop[v->pre_pop].model->name));
    json_object_set_new(o, "target", json_string(net->pop[v->post_pop].model->name));
    json_object_set_new(o, "neuron", json_integer((json_int_t)v->pre));
    json_object_set_new(o, "target_neuron", json_integer((json_int_t)v->post));
    json_object_set_new(o, "weight", exact(v->weight));
    return o;
}

static json_t *dale(const Report *r)
{
    const DaleReport *d = &r->dale;
    json_t *o = json_object(), *list = json_array(), *exempt = json_array();
    for (size_t k = 0; k < d->n_violations && k < DALE_MAX_KEPT; k++)
        json_array_append_new(list, violation(r->net, &d->violation[k]));
    for (size_t a = 0; a < r->net->n_pops; a++)
        if (r->net->pop[a].model->is_exempt)
            json_array_append_new(exempt, json_string(r->net->pop[a].model->name));
    json_object_set_new(o, "verdict", verdict(d->verdict));
    if (d->open || d->n_currents) {
        Sbuf open = {0};
        dale_print_open(d, &open);
        json_object_set_new(o, "reason", json_string(sbuf_text(&open)));
        sbuf_free(&open);
    }
    json_object_set_new(o, "violations", list);
    json_object_set_new(o, "violation_count", json_integer((json_int_t)d->n_violations));
    json_object_set_new(o, "exempt", exempt);
    return o;
}

/* ---- activations ---- */

static json_t *activation(const NetPop *pop, const SlopeReport *s)
{
    json_t *o = json_object(), *slope = json_array();
    json_array_append_new(slope, s->proved ? exact(s->lo) : json_null());
    json_array_append_new(slope, s->proved && s->bounded ? exact(s->hi) : json_null());
    json_object_set_new(o, "population", json_string(pop->model->name));
    json_object_set_new(o, "slope", slope);
    json_object_set_new(o, "attained", s->attained ? exact(s->attained) : json_null());
    json_object_set_new(o, "proved", json_boolean(s->proved));
    json_object_set_new(o, "bounded", json_boolean(s->bounded));
    json_object_set_new(o, "reason", text_or_null(s->reason));
    return o;
}

static json_t *activations(const Report *r)
{
    json_t *list = json_array();
    for (size_t a = 0; a < r->net->n_pops; a++)
        json_array_append_new(list, activation(&r->net->pop[a], &r->slope[a]));
    return list;
}

/* ---- stability ---- */

static json_t *witness_rows(const LdsReport *l)
{
    json_t *rows = json_array();
    const Witness *w = &l->evidence.witness;
    if (l->verdict != TRUTH_REFUTED || !l->matrix.name)
        return rows;
    if (w->is_zero_sum)
        json_array_append_new(rows, json_string(l->matrix.name[w->population]));
    for (size_t k = 0; !w->is_zero_sum && k < w->n; k++)
        if (w->member[k] < l->matrix.q - l->matrix.n_sums)      /* a neuron, or a population */
            json_array_append_new(rows, json_string(l->matrix.name[w->member[k]]));
    return rows;
}

static json_t *lds(const LdsReport *l)
{
    json_t *o = json_object();
    json_object_set_new(o, "verdict", verdict(l->verdict));
    json_object_set_new(o, "level", json_string(l->at_population_level ? "population" : "neuron"));
    json_object_set_new(o, "sums", json_integer((json_int_t)l->matrix.n_sums));
    json_object_set_new(o, "mean_gains", json_boolean(l->matrix.mean_slope != NULL));
    json_object_set_new(o, "method", text_or_null(l->method));
    json_object_set_new(o, "margin", l->has_margin ? json_real(l->margin) : json_null());
    json_object_set_new(o, "reason", text_or_null(l->reason));
    json_object_set_new(o, "rows", json_integer((json_int_t)l->matrix.q));
    json_object_set_new(o, "components", json_integer((json_int_t)l->n_components));
    json_object_set_new(o, "largest_component", json_integer((json_int_t)l->largest_component));
    json_object_set_new(o, "witness_rows", witness_rows(l));
    return o;
}

static json_t *statement(const Statement *s)
{
    const StatementRow *row = &statement_table[s->kind];
    json_t *o = json_object();
    mpq_t *rate = statement_numbers(s, "rate");
    json_object_set_new(o, "says", json_string(row->name));
    json_object_set_new(o, "theorem", json_integer(row->theorem));
    if (s->is_part)
        json_object_set_new(o, "component", json_integer((json_int_t)s->component));
    if (rate)
        json_object_set_new(o, "rate", exact(rate[0]));
    return o;
}

static json_t *statements(const Evidence *e)
{
    json_t *list = json_array();
    for (size_t k = 0; k < e->n_statements; k++)
        json_array_append_new(list, statement(&e->statement[k]));
    return list;
}

static json_t *stability(const StabilityReport *s)
{
    json_t *o = json_object();
    json_object_set_new(o, "verdict", verdict(s->verdict));
    json_object_set_new(o, "unique_equilibrium", verdict(s->unique));
    json_object_set_new(o, "conclusion", text_or_null(s->conclusion));
    json_object_set_new(o, "theorem", text_or_null(s->theorem));
    json_object_set_new(o, "open", text_or_null(s->open));
    json_object_set_new(o, "rate", exact(s->rate));
    return o;
}

static json_t *requirements(const Report *r)
{
    json_t *list = json_array();
    for (size_t k = 0; k < r->n_requirements; k++) {
        const RequirementReport *a = &r->requirement[k];
        json_t *o = json_object();
        json_object_set_new(o, "text", text_or_null(r->net->model->requires.at[k].text));
        json_object_set_new(o, "line", json_integer((json_int_t)a->line));
        json_object_set_new(o, "verdict", verdict(a->verdict));
        json_object_set_new(o, "reason", text_or_null(a->reason));
        json_array_append_new(list, o);
    }
    return list;
}

/* ---- advice ---- */

static json_t *binding(const Report *r)
{
    json_t *list = json_array();
    for (size_t k = 0; r->lds.matrix.name && k < r->advice->n_rows; k++) {
        json_t *o = json_object();
        json_object_set_new(o, "row", json_string(r->lds.matrix.name[r->advice->row[k]]));
        json_object_set_new(o, "share", json_real(r->advice->share[k]));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *remedies(const Report *r)
{
    json_t *list = json_array();
    const Model *m = r->net->model;
    for (size_t k = 0; k < r->advice->n_remedies; k++) {
        const Remedy *x = &r->advice->remedy[k];
        json_t *o = json_object();
        if (x->kind == REMEDY_ALL_WEIGHTS)
            json_object_set_new(o, "all_weights", json_true());
        else if (x->kind == REMEDY_SLOPES)
            json_object_set_new(o, "slopes_of", json_string(m->pops.at[x->pop].name));
        else if (x->kind == REMEDY_GAINS)
            json_object_set_new(o, "gains_of", json_string(m->pops.at[x->pop].name));
        else
            json_object_set_new(o, "weights_of", json_string(m->conns.at[x->conn].label));
        json_object_set_new(o, "parameter", text_or_null(x->name));
        json_object_set_new(o, "now", exact(x->now));
        json_object_set_new(o, "certified_at", exact(x->at));
        json_object_set_new(o, "certified_below", x->below ? exact(x->below) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

/* A point or box of params: each by its name. */
static json_t *by_param(size_t n, const char *const *name, const mpq_t *lo, const mpq_t *hi)
{
    json_t *o = json_object();
    for (size_t k = 0; k < n; k++) {
        json_t *value = exact(lo[k]);
        if (hi) {
            json_t *both = json_array();
            json_array_append_new(both, value);
            json_array_append_new(both, exact(hi[k]));
            value = both;
        }
        json_object_set_new(o, name[k], value);
    }
    return o;
}

static json_t *ranges(const RangeReport *r)
{
    json_t *o = json_object();
    RangeBox over = ranges_box(&r->ranges);
    json_object_set_new(o, "lds", verdict(r->lds));
    json_object_set_new(o, "stability", verdict(r->stable));
    json_object_set_new(o, "params", by_param(over.n, over.name, (const mpq_t *)over.lo, (const mpq_t *)over.hi));
    json_object_set_new(o, "cells", json_integer((json_int_t)r->ranges.n_cells));
    json_object_set_new(o, "refuted_at", r->at ? by_param(r->n_at, r->at_name, (const mpq_t *)r->at, NULL) : json_null());
    json_object_set_new(o, "reason", text_or_null(r->reason));
    return o;
}

struct json_t *report_json(const Report *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "model", text_or_null(r->net->model->name));
    json_object_set_new(o, "file", text_or_null(r->net->model->path));
    json_object_set_new(o, "neurons", json_integer((json_int_t)r->net->n));
    json_object_set_new(o, "time_unit", r->net->model->has_time_unit ? json_string("ms") : json_null());
    json_object_set_new(o, "populations", json_integer((json_int_t)r->net->n_pops));
    json_object_set_new(o, "dale", dale(r));
    json_object_set_new(o, "activations", activations(r));
    json_object_set_new(o, "only", text_or_null(conclusion_table[r->only].name));
    json_object_set_new(o, "lds", report_covers(r, CONCLUDE_LDS) ? lds(&r->lds) : json_null());
    json_object_set_new(o, "stability", report_covers(r, CONCLUDE_STABILITY) ? stability(&r->stability) : json_null());
    const LdsReport *everywhere = report_everywhere(r);
    json_object_set_new(o, "statements", statements(&report_proof(r)->evidence));
    json_object_set_new(o, "statements_everywhere", everywhere ? statements(&everywhere->evidence) : json_null());
    if (r->advice) {
        json_object_set_new(o, "binding", binding(r));
        json_object_set_new(o, "remedies", remedies(r));
        json_object_set_new(o, "no_remedy", text_or_null(r->advice->no_remedy));
    }
    json_object_set_new(o, "ranges", r->ranges.asked ? ranges(&r->ranges) : json_null());
    json_object_set_new(o, "requirements", requirements(r));
    return o;
}
