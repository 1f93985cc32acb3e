#include "compiler/model/model.h"

#include <string.h>

static void print_unit(Unit u, Sbuf *out)
{
    if (unit_is_none(u))
        return;
    sbuf_char(out, ' ');
    unit_print(u, out);
}

/* What a model with errors does not have prints as `?`. */
static void print_num(const char *label, Num x, Sbuf *out)
{
    sbuf_str(out, label);
    if (x)
        num_print(x, out);
    else
        sbuf_char(out, '?');
}

static void print_expr(const char *label, const Expr *e, Sbuf *out)
{
    sbuf_str(out, label);
    if (e)
        expr_print(e, out);
    else
        sbuf_char(out, '?');
    sbuf_char(out, '\n');
}

static const char *sign_text(const ModelPop *p)
{
    if (p->is_exempt)
        return "mixed";
    return p->sign == SIGN_EXC ? "excitatory" : p->sign == SIGN_INH ? "inhibitory" : "by neuron";
}

static void print_param(const ModelParam *p, Sbuf *out)
{
    sbuf_printf(out, "param %s", p->name);
    print_num(" = ", p->value, out);
    print_unit(p->unit, out);
    if (p->has_range) {
        print_num(" in [", p->lo, out);
        print_num(", ", p->hi, out);
        sbuf_char(out, ']');
    }
    sbuf_str(out, p->was_set ? "  (set)\n" : "\n");
}

/* "    g(x) = x^4 on [0, inf], 2 pieces" */
static void print_cost_formula(const CostFormula *c, Sbuf *out)
{
    sbuf_str(out, "    g(x) = ");
    expr_print(c->g, out);
    if (c->lo)
        print_num(" on [", c->lo, out);
    else
        sbuf_str(out, " on [-inf");
    if (c->hi)
        print_num(", ", c->hi, out);
    else
        sbuf_str(out, ", inf");
    sbuf_printf(out, "], %zu piece%s\n", c->n_pieces, c->n_pieces == 1 ? "" : "s");
}

static void print_activation(const Activation *a, Sbuf *out)
{
    print_expr("  phi(z) = ", a->by_formula ? a->phi : activation_computed(a), out);
    if (a->phi)
        expr_print_slopes(a->phi, "    D(x) = ", NULL, out);
    if (a->by_formula && a->computed)
        print_expr("    computed as ", a->computed, out);
    if (a->slope)
        print_expr("  phi'(z) = ", a->computed_slope ? a->computed_slope : a->slope, out);
    if (a->gain_of) {
        print_expr("    each at gain ", a->gain_of, out);
        print_expr("      (z - threshold), threshold ", a->threshold_of, out);
    }
    sbuf_printf(out, "    %s %s\n", a->by_formula ? "formula" : "cost", a->text ? a->text : "?");
    if (a->cost)
        print_cost_formula(a->cost, out);
    if (a->by_formula)
        sbuf_str(out, "    g(x) by quadrature: the integral of phi^-1(r) - r\n");
    if (a->slope_known) {
        print_num("    slope [", a->slope_lo, out);
        if (a->slope_hi)
            print_num(", ", a->slope_hi, out);
        sbuf_str(out, a->slope_hi ? "]" : ", unbounded)");
        if (a->range_lo)
            print_num("  at least ", a->range_lo, out);
        if (a->range_hi)
            print_num("  at most ", a->range_hi, out);
        sbuf_char(out, '\n');
    }
}

static void print_place(const Place *p, Sbuf *out)
{
    if (p->kind == PLACE_NONE)
        return;
    sbuf_printf(out, "  place %s %zu x %zu", place_name(p->kind), p->extent[0], p->extent[1]);
    print_num(", spacing ", p->spacing, out);
    print_unit(p->unit, out);
    sbuf_char(out, '\n');
}

static void print_neurons(const ModelPop *p, Sbuf *out)
{
    for (size_t k = 0; p->neuron_name && k < p->size; k++)
        sbuf_printf(out, "  neuron %zu %s %s\n", k, p->neuron_name[k],
                    p->neuron_sign && p->neuron_sign[k] > 0 ? "excitatory" : "inhibitory");
}

static void print_states(const ModelPop *p, Sbuf *out)
{
    for (size_t k = 0; k < p->n_states; k++) {
        const ModelState *s = &p->state[k];
        sbuf_printf(out, "  state x%zu, %s, in ", k, s->name);
        unit_print(s->unit, out);
        print_expr("\n    drift ", s->drift, out);
        if (s->noise)
            print_expr("    noise ", s->noise, out);
        print_expr("    start ", s->start, out);
    }
    print_expr("  sends ", p->rate, out);
}

static void print_pop(const Model *m, const ModelPop *p, Sbuf *out)
{
    sbuf_printf(out, "population %s %s size %zu\n", p->name, sign_text(p), p->size);
    if (strcmp(p->name, p->key) != 0)
        sbuf_printf(out, "  drawn as %s\n", p->key);
    if (p->n_states == 0) {
        sbuf_str(out, "  tau ");
        if (p->tau)
            num_print(p->tau, out);
        else if (p->tau_of)
            expr_print(p->tau_of, out);
        else
            sbuf_char(out, '?');
        sbuf_str(out, m->has_time_unit ? " ms\n" : "\n");
    }
    sbuf_str(out, "  rate in ");
    unit_print(p->unit_x, out);
    sbuf_str(out, ", input in ");
    unit_print(p->unit_z, out);
    sbuf_char(out, '\n');
    if (p->n_states > 0)
        print_states(p, out);
    else
        print_activation(&p->act, out);
    if (p->prox_step) {
        print_num("  proximal step ", p->prox_step, out);
        sbuf_char(out, '\n');
    } else if (p->is_switched) {
        sbuf_str(out, "  proximal step inf\n");
    }
    if (p->stepped) {
        print_expr("    in the place of phi: ", p->stepped, out);
        expr_print_slopes(p->stepped, "      D(x) = ", NULL, out);
    }
    if (p->noise)
        print_expr("  noise ", p->noise, out);
    print_expr("  input ", p->input, out);
    for (size_t k = 0; k < p->ous.n; k++) {
        sbuf_printf(out, "  x%zu fluctuates: tau ", (p->n_states > 0 ? p->n_states : 1) + k);
        num_print(p->ous.at[k].tau, out);
        sbuf_str(out, ", sigma ");
        num_print(p->ous.at[k].sigma, out);
        sbuf_char(out, '\n');
    }
    if (p->n_states == 0)
        print_expr("  start ", p->start, out);
    print_place(&p->place, out);
    print_neurons(p, out);
}

static void print_values(const Values *v, size_t columns, Sbuf *out)
{
    for (size_t k = 0; k < v->n; k++) {
        sbuf_str(out, k % columns ? ", " : k ? "; " : "[");
        if (v->q)
            num_print(v->q[k], out);
        else
            sbuf_printf(out, "%.17g", v->d[k]);
    }
    sbuf_char(out, ']');
}

static void print_weight(const Model *m, const ModelConn *c, Sbuf *out)
{
    print_num("  weight ", c->factor, out);
    switch (c->kind) {
    case WEIGHT_UNIFORM: sbuf_char(out, '\n'); break;
    case WEIGHT_PAIR: print_expr(" * ", c->pair, out); break;
    case WEIGHT_LITERAL:
        sbuf_str(out, " * ");
        print_values(&c->literal, m->pops.at[c->pre].size, out);
        sbuf_char(out, '\n');
        break;
    case WEIGHT_MATRIX: sbuf_printf(out, " * matrix(\"%s\")\n", c->path); break;
    case WEIGHT_LOW_RANK: sbuf_printf(out, " * low_rank(\"%s\", \"%s\")\n", c->path, c->right_path); break;
    case WEIGHT_EDGES:
        sbuf_printf(out, c->column ? " * edges(\"%s\", column = \"%s\")\n" : " * edges(\"%s\")\n", c->path, c->column);
        break;
    }
}

static void print_pair(const ModelTerm *t, Sbuf *out)
{
    print_expr("  current of each pair: ", t->pair, out);
    for (size_t k = 0; k < t->n_parts; k++) {
        sbuf_printf(out, "    column(%zu): %s(", k, t->part[k].of_source ? "source" : "target");
        expr_print(t->part[k].e, out);
        sbuf_str(out, ")\n");
    }
}

static void print_term(const ModelTerm *t, Sbuf *out)
{
    if (t->pair) {
        print_pair(t, out);
        return;
    }
    print_num("  current: ", t->factor, out);
    if (t->gate) {
        sbuf_str(out, " * target(");
        expr_print(t->gate, out);
        sbuf_char(out, ')');
    }
    sbuf_str(out, " * source(");
    expr_print(t->signal, out);
    sbuf_str(out, ")\n");
}

static void print_conn(const Model *m, const ModelConn *c, Sbuf *out)
{
    sbuf_printf(out, "connect %s\n", c->label);
    print_weight(m, c, out);
    switch (c->pattern) {
    case PATTERN_ALL: break;
    case PATTERN_ONE: sbuf_str(out, "  one to one\n"); break;
    case PATTERN_RANDOM_P:
        print_num("  random, p = ", c->probability, out);
        sbuf_printf(out, ", seed %llu\n", (unsigned long long)c->seed);
        break;
    case PATTERN_RANDOM_INDEGREE:
        sbuf_printf(out, "  random, indegree = %zu, seed %llu\n", c->indegree, (unsigned long long)c->seed);
        break;
    case PATTERN_LISTED:
        sbuf_str(out, "  where");
        print_weight(m, c->listed, out);
        break;
    }
    for (size_t k = 0; k < c->n_terms; k++)
        print_term(&c->term[k], out);
    if (c->delay) {
        print_num("  delay ", c->delay, out);
        sbuf_char(out, '\n');
    }
    if (!c->self)
        sbuf_str(out, "  without self-connections\n");
}

static void print_record(const ModelRecord *r, Sbuf *out)
{
    sbuf_printf(out, "  record %s", r->name);
    print_unit(r->unit, out);
    sbuf_printf(out, "  width %zu", r->width);
    print_expr("  ", r->expr, out);
}

static void print_sim(const ModelSim *s, Sbuf *out)
{
    print_num("simulate ", s->duration, out);
    sbuf_printf(out, " by %s", eig_method[s->method].name);
    if (s->has_step)
        print_num(", step ", s->step, out);
    if (s->noise_step)
        print_num(", noise step ", s->noise_step, out);
    sbuf_printf(out, ", rtol %.17g, atol %.17g, seed %llu\n", s->rtol, s->atol, (unsigned long long)s->seed);
    for (size_t c = 0; c < s->clocks.n; c++) {
        if (s->clocks.at[c].every)
            print_num("  every ", s->clocks.at[c].every, out);
        sbuf_str(out, s->clocks.at[c].every ? "\n" : "  every step\n");
        for (size_t k = 0; k < s->records.n; k++)
            if (s->records.at[k].clock == c)
                print_record(&s->records.at[k], out);
    }
}

void model_print(const Model *m, Sbuf *out)
{
    sbuf_printf(out, "model %s\ntime in %s\n", m->name, m->has_time_unit ? "ms" : "pure numbers");
    for (size_t k = 0; k < m->params.n; k++)
        print_param(&m->params.at[k], out);
    for (size_t k = 0; k < m->pops.n; k++)
        print_pop(m, &m->pops.at[k], out);
    for (size_t k = 0; k < m->conns.n; k++)
        print_conn(m, &m->conns.at[k], out);
    for (size_t k = 0; k < m->requires.n; k++)
        sbuf_printf(out, "require %s\n", m->requires.at[k].text);
    if (m->sim.present)
        print_sim(&m->sim, out);
}
