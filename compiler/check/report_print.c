#include "compiler/check/advice.h"
#include "compiler/check/dale.h"
#include "compiler/check/report_text.h"
#include "compiler/check/require.h"

#include <math.h>

enum { MAX_POPS = 12, MAX_ROWS = 8 };

/* ---- the parts ---- */

static void print_head(const Report *r, Sbuf *out)
{
    const Net *net = r->net;
    sbuf_printf(out, "%s: %zu %s in %zu %s, %zu %s\n\n", net->model->name ? net->model->name : "model", net->n,
                report_plural(net->n, "neuron", "neurons"), net->n_pops, report_plural(net->n_pops, "population", "populations"),
                net->model->conns.n, report_plural(net->model->conns.n, "connection", "connections"));
}

static void print_exempt(const Report *r, Sbuf *out)
{
    Sbuf names = {0};
    size_t shown = 0;
    for (size_t a = 0; a < r->net->n_pops; a++)
        if (r->net->pop[a].model->is_exempt && shown++ < MAX_POPS)
            sbuf_printf(&names, "%s%s", names.n ? ", " : "", r->net->pop[a].model->name);
    if (shown > MAX_POPS)
        sbuf_printf(&names, " and %zu more", shown - MAX_POPS);
    Sbuf text = {0};
    sbuf_printf(&text, "%zu %s declared mixed and exempt: %s", r->dale.n_exempt_pops,
                report_plural(r->dale.n_exempt_pops, "population is", "populations are"), sbuf_text(&names));
    report_line(out, "", sbuf_text(&text));
    sbuf_free(&names);
    sbuf_free(&text);
}

static void print_violations(const Report *r, Sbuf *out)
{
    const DaleReport *d = &r->dale;
    size_t kept = d->n_violations < DALE_MAX_KEPT ? d->n_violations : DALE_MAX_KEPT;
    for (size_t k = 0; k < kept && k < 3; k++) {
        const DaleViolation *v = &d->violation[k];
        sbuf_printf(out, "%*s", REPORT_LABEL, "");
        net_neuron_name(&r->net->pop[v->pre_pop], v->pre, out);
        sbuf_str(out, " -> ");
        net_neuron_name(&r->net->pop[v->post_pop], v->post, out);
        sbuf_str(out, ": ");
        num_print(v->weight, out);
        sbuf_char(out, '\n');
    }
    if (d->n_violations > 3)
        sbuf_printf(out, "%*sand %zu more\n", REPORT_LABEL, "", d->n_violations - 3);
}

static void print_currents(const Report *r, Sbuf *out)
{
    const Model *m = r->net->model;
    size_t n = 0;
    for (size_t k = 0; k < m->conns.n; k++)
        n += m->conns.at[k].n_terms > 0;
    if (n)
        sbuf_printf(out, "%*s%zu %s no sign, and none is claimed\n", REPORT_LABEL, "", n,
                    report_plural(n, "connection is a current, which has", "connections are currents, which have"));
}

static void print_open(const DaleReport *d, Sbuf *out)
{
    sbuf_str(out, ": ");
    dale_print_open(d, out);
    sbuf_char(out, '\n');
}

static void print_dale(const Report *r, Sbuf *out)
{
    const DaleReport *d = &r->dale;
    report_label(out, "Dale's law");
    sbuf_str(out, truth_name(d->verdict));
    if (d->verdict == TRUTH_REFUTED)
        sbuf_printf(out, ": %zu %s the wrong sign\n", d->n_violations, report_plural(d->n_violations, "weight has", "weights have"));
    else if (d->verdict == TRUTH_UNDECIDED)
        print_open(d, out);
    else
        sbuf_str(out, d->verdict == TRUTH_CERTIFIED ? ": every weight has the sign of its source\n" : "\n");
    print_violations(r, out);
    print_currents(r, out);
    if (d->n_exempt_pops)
        print_exempt(r, out);
}

static void print_slopes(const Report *r, Sbuf *out)
{
    for (size_t a = 0; a < r->net->n_pops && a < MAX_POPS; a++) {
        const SlopeReport *s = &r->slope[a];
        const ModelPop *p = r->net->pop[a].model;
        report_label(out, a == 0 ? "activations" : "");
        sbuf_printf(out, "%s: ", p->name);
        if (s->proved && s->bounded) {
            sbuf_str(out, "slope in [");
            report_bound(s->lo, false, out);
            sbuf_str(out, ", ");
            report_bound(s->hi, true, out);
            sbuf_str(out, "]");
            Unit unit = unit_div(p->unit_x, p->unit_z);
            if (!unit_is_none(unit)) {
                sbuf_char(out, ' ');
                unit_print(unit, out);
            }
        } else {
            sbuf_str(out, p->n_states ? "no slope" : !s->proved ? "slope not proved"
                          : s->too_large || !p->act.slope_unbounded ? "no slope bound" : "slope unbounded");
        }
        sbuf_printf(out, ", %s\n", s->reason);
    }
    if (r->net->n_pops > MAX_POPS)
        sbuf_printf(out, "%*sand %zu more\n", REPORT_LABEL, "", r->net->n_pops - MAX_POPS);
}

/* A lower bound: the first multipliers that hold are taken. Rounded down to a tenth of a percent. What is taken away stays below the margin, also when that is all of it. */
static void print_margin(double margin, Sbuf *out)
{
    Sbuf text = {0};
    double percent = floor(margin * 1e3) / 10;
    if (percent > 0)
        sbuf_printf(&text, "margin (measured): %s%.4g %% of every net leak, 1 - slope * weight onto itself, may be taken away",
                    percent < 100 ? "at least " : "anything below ", percent);
    else
        sbuf_printf(&text, "margin (measured): at least %.1e of every net leak may be taken away", margin);
    report_line(out, "", sbuf_text(&text));
    sbuf_free(&text);
}

/* The rows that a refutation rests on, largest entries of its first vector first. */
static void print_witness(const Report *r, Sbuf *out)
{
    const ClaimMatrix *m = &r->lds.matrix;
    const Witness *w = &r->lds.evidence.witness;
    Sbuf text = {0};
    if (w->is_zero_sum) {
        sbuf_printf(&text, "witness: differences between the neurons of %s are not damped", m->name[w->population]);
    } else {
        sbuf_printf(&text, "witness: %zu %s on ", w->rank, w->frequency ? report_plural(w->rank, "wave", "waves") : report_plural(w->rank, "vector", "vectors"));
        for (size_t k = 0; k < w->n && k < MAX_ROWS; k++)
            sbuf_printf(&text, "%s%s", k ? ", " : "", m->name ? m->name[w->member[k]] : "?");
        if (w->n > MAX_ROWS)
            sbuf_printf(&text, " and %zu more", w->n - MAX_ROWS);
        for (size_t k = 0; w->frequency && k < w->rank && k < MAX_ROWS; k++)
            sbuf_printf(&text, "%s(%u, %u)", k ? ", " : ", with the frequencies ", w->frequency[2 * k], w->frequency[2 * k + 1]);
        if (w->rank == 1 && w->n <= 4 && !w->frequency) {
            sbuf_str(&text, ": (");
            for (size_t k = 0; k < w->n; k++) {
                sbuf_str(&text, k ? ", " : "");
                num_print(w->v[k], &text);
            }
            sbuf_char(&text, ')');
        }
    }
    report_line(out, "", sbuf_text(&text));
    sbuf_free(&text);
}

/* Whom the verdict hangs on, and what would restore what is missing. */
static void print_binding(const Report *r, Sbuf *out)
{
    const Advice *a = r->advice;
    const ClaimMatrix *m = &r->lds.matrix;
    Sbuf text = {0};
    if (!a || a->n_rows < 2 || !m->name)
        return;
    sbuf_str(&text, r->lds.verdict == TRUTH_CERTIFIED ? "damped least (measured): a direction that is " : "the witness is ");
    if (a->share[0] < 0.01)
        sbuf_printf(&text, "spread out, %.1g %% or less in each row", 100 * a->share[0]);
    for (size_t k = 0; k < a->n_rows && a->share[k] >= 0.01; k++)
        sbuf_printf(&text, "%s%.0f %% in %s", k ? ", " : "", 100 * a->share[k], m->name[a->row[k]]);
    report_line(out, "", sbuf_text(&text));
    sbuf_free(&text);
}

static void put_remedy(const Report *r, const Remedy *x, Sbuf *out)
{
    const Model *m = r->net->model;
    if (x->kind == REMEDY_ALL_WEIGHTS) {
        sbuf_str(out, x->below ? "all weights times one factor below " : "all weights times one factor of at most ");
        num_print(x->below ? x->below : x->at, out);
    } else if (x->kind == REMEDY_SLOPES) {
        sbuf_printf(out, "slopes of %s %s ", m->pops.at[x->pop].name, x->below ? "below" : "up to");
        num_print(x->below ? x->below : x->at, out);
        sbuf_str(out, " instead of ");
        report_number(x->now, out);
    } else if (x->kind == REMEDY_GAINS) {
        sbuf_printf(out, "the gains of %s at %.3g %% of what they are", m->pops.at[x->pop].name, 100 * num_to_double(x->at));
    } else if (x->name) {
        sbuf_printf(out, x->below ? "the weight of %s at %s from 0 to below " : "the weight of %s at %s = ", m->conns.at[x->conn].label, x->name);
        num_print(x->below ? x->below : x->at, out);
        sbuf_str(out, " instead of ");
        report_number(x->now, out);
    } else if (x->below) {
        sbuf_printf(out, "the weights of %s times less than ", m->conns.at[x->conn].label);
        num_print(x->below, out);
    } else if (mpq_sgn(x->at) == 0) {
        sbuf_printf(out, "no connection %s", m->conns.at[x->conn].label);
    } else {
        sbuf_printf(out, "the weights of %s at %.3g %% of what they are", m->conns.at[x->conn].label, 100 * num_to_double(x->at));
    }
}

static void print_remedies(const Report *r, Sbuf *out)
{
    const Advice *a = r->advice;
    if (a && a->no_remedy)
        report_line(out, "", a->no_remedy);
    if (!a || a->n_remedies == 0)
        return;
    report_line(out, "", a->n_remedies == 1 ? "certified, everything else as it is, with:" : "certified, everything else as it is, with any one of:");
    for (size_t k = 0; k < a->n_remedies; k++) {
        Sbuf text = {0};
        sbuf_str(&text, "- ");
        put_remedy(r, &a->remedy[k], &text);
        report_line(out, "", sbuf_text(&text));
        sbuf_free(&text);
    }
}

static void print_lds(const Report *r, Sbuf *out)
{
    const LdsReport *l = &r->lds;
    Sbuf text = {0};
    sbuf_str(&text, truth_name(l->verdict));
    if (l->verdict == TRUTH_UNDECIDED)
        sbuf_printf(&text, ": %s", l->reason);
    else
        sbuf_printf(&text, ": %s (%zu %s for %zu %s%s%s)", l->method, l->matrix.q, report_plural(l->matrix.q, "row", "rows"), l->matrix.n,
                    report_plural(l->matrix.n, "neuron", "neurons"), l->matrix.n_sums ? " and their sums" : "",
                    l->matrix.mean_slope ? ", mean gains" : "");
    report_line(out, "diagonal stability", sbuf_text(&text));
    sbuf_free(&text);
    if (l->verdict == TRUTH_CERTIFIED && l->has_margin)
        print_margin(l->margin, out);
    if (l->verdict == TRUTH_REFUTED)
        print_witness(r, out);
    print_binding(r, out);
    print_remedies(r, out);
}

/* Several things are concluded: a line each, with its theorems; their hypotheses are behind it (report_explain). */
static void print_parts(const StabilityReport *s, Sbuf *out)
{
    report_label(out, "stability");
    sbuf_printf(out, "%s:\n", truth_name(s->verdict));
    for (size_t k = 0; k < s->n_parts; k++) {
        Sbuf text = {0};
        sbuf_printf(&text, "- %s (%s)", s->part[k].says, s->part[k].theorem);
        report_line(out, "", sbuf_text(&text));
        sbuf_free(&text);
    }
}

static void print_stability(const Report *r, Sbuf *out)
{
    const StabilityReport *s = &r->stability;
    Sbuf text = {0};
    if (s->n_parts > 1) {
        print_parts(s, out);
    } else {
        sbuf_printf(&text, "%s: %s", truth_name(s->verdict), s->conclusion);
        report_line(out, "stability", sbuf_text(&text));
        if (strcmp(s->theorem, "none") != 0)
            report_line(out, "", s->theorem);
    }
    if (s->rate) {
        sbuf_printf(out, "%*srate: at least ", REPORT_LABEL, "");
        report_rate(s->rate, out);
        sbuf_printf(out, " per %s\n", model_time_unit(r->net->model));
    }
    if (report_everywhere(r) && r->lds.verdict == TRUTH_REFUTED)
        report_line(out, "", "the refutation above is of the slopes everywhere, and this is about those that occur in the box; the certificate has both proofs");
    if (s->open && r->lds.verdict != TRUTH_UNDECIDED) {
        text.n = 0;
        sbuf_printf(&text, "open: %s", s->open);
        report_line(out, "", sbuf_text(&text));
    }
    sbuf_free(&text);
}

static void put_end(mpq_srcptr own, mpq_srcptr other, bool is_inverse, int side, Sbuf *out)
{
    mpq_t end;
    mpq_init(end);
    if (is_inverse)
        mpq_inv(end, other);
    else
        mpq_set(end, own);
    num_print_inside(end, side, out);
    mpq_clear(end);
}

/* "w_EE in [0, 3] and w_EI in [0, 2]"; of 1/T what T is. */
static void put_ranges(const Ranges *r, Sbuf *out)
{
    RangeBox over = ranges_box(r);
    for (size_t k = 0; k < over.n; k++) {
        const char *of = r->n_own ? NULL : ranges_inverse_of(r, k);
        sbuf_printf(out, "%s%s in [", k == 0 ? "" : k + 1 == over.n ? " and " : ", ", of ? of : over.name[k]);
        put_end(over.lo[k], over.hi[k], of != NULL, 1, out);
        sbuf_str(out, ", ");
        put_end(over.hi[k], over.lo[k], of != NULL, -1, out);
        sbuf_char(out, ']');
    }
}

/* Of diagonal stability alone; what follows for a requirement stands under it. */
static void print_ranges(const Report *r, Sbuf *out)
{
    const RangeReport *a = &r->ranges;
    Sbuf text = {0};
    if (!a->asked)
        return;
    sbuf_printf(&text, "diagonal stability %s", truth_name(a->lds));
    if (a->lds == TRUTH_CERTIFIED && a->ranges.n_params == 0)
        sbuf_str(&text, ": no param that has a range matters to it");
    if (a->lds == TRUTH_REFUTED && *a->point)
        sbuf_printf(&text, " at %s", a->point);
    if (a->ranges.n_params > 0)
        sbuf_str(&text, a->lds == TRUTH_REFUTED && *a->point ? ", so not for all of " : " for ");
    put_ranges(&a->ranges, &text);
    if (a->lds == TRUTH_REFUTED && a->is_in_certificate)
        sbuf_str(&text, " (the certificate has the proof)");
    else if (a->lds == TRUTH_CERTIFIED && a->ranges.n_params > 0)
        sbuf_printf(&text, ", in %zu %s", a->ranges.n_cells, report_plural(a->ranges.n_cells, "cell", "cells"));
    report_line(out, ranges_box(&a->ranges).n == 1 ? "over its range" : "over all ranges", sbuf_text(&text));
    sbuf_free(&text);
}

/* Some values of params fail, and why they are named at once: nobody failed to look. */
static bool is_undecided_at_point(const Report *r, const ModelRequire *require, const RequirementReport *a)
{
    bool of_all = require->kind == REQUIRE_STABLE || require->kind == REQUIRE_UNIQUE;
    return require->for_all_params && of_all && a->verdict == TRUTH_UNDECIDED && r->ranges.lds == TRUTH_REFUTED && *r->ranges.point;
}

static void print_requirements(const Report *r, Sbuf *out)
{
    for (size_t k = 0; k < r->n_requirements; k++) {
        const ModelRequire *require = &r->net->model->requires.at[k];
        const RequirementReport *a = &r->requirement[k];
        const char *why = require_says_why(require) ? a->reason : NULL;
        Sbuf text = {0};
        sbuf_printf(&text, "%s: %s", require->text, truth_name(a->verdict));
        if (why && is_undecided_at_point(r, require, a))
            sbuf_printf(&text, "; %s", why);
        report_line(out, k == 0 ? "required" : "", sbuf_text(&text));
        if (why && !is_undecided_at_point(r, require, a))
            report_line(out, "", why);
        sbuf_free(&text);
    }
}

/* What is silent is not what is well. */
static void print_only(const Report *r, Sbuf *out)
{
    if (r->only == CONCLUDE_ALL)
        return;
    sbuf_printf(out, "\nOnly %s was looked at", conclusion_table[r->only].title);
    if (!report_covers(r, CONCLUDE_STABILITY))
        sbuf_printf(out, ": nothing is said of %s", report_covers(r, CONCLUDE_LDS) ? "equilibria and convergence" : "stability");
    if (r->net->model->requires.n)
        sbuf_str(out, report_covers(r, CONCLUDE_STABILITY) ? ", not what the model requires" : ", nor of what the model requires");
    sbuf_str(out, ".\n");
}

void report_print(const Report *r, Sbuf *out)
{
    print_head(r, out);
    print_dale(r, out);
    print_slopes(r, out);
    if (report_covers(r, CONCLUDE_LDS))
        print_lds(r, out);
    if (report_covers(r, CONCLUDE_STABILITY))
        print_stability(r, out);
    print_ranges(r, out);
    print_requirements(r, out);
    print_only(r, out);
}
