#include "compiler/model/model.h"

static void must(bool holds, const char *what, const char *where)
{
    if (!holds)
        BUG("the model breaks an invariant at %s: %s", where, what);
}

static void verify_expr(const Expr *e, unsigned allowed, const char *where)
{
    must(e != NULL, "no expression", where);
    must(e->size < EXPR_MAX_SIZE && e->depth <= EXPR_MAX_DEPTH, "the expression is too large", where);
    for (int v = 0; v < EIG_N_VARS; v++)
        must((allowed >> v & 1u) || !expr_uses(e, (EigVar)v), "a variable that is not known there", where);
}

static void verify_activation(const Activation *a, const char *where)
{
    verify_expr(a->phi, 1u << EIG_VAR_Z, where);
    must(a->gain && mpq_sgn(a->gain) > 0 && a->threshold, "gain and threshold", where);
    must(!a->gain_of == !a->threshold_of, "gains of neurons", where);
    must(!a->gain_of || (mpq_cmp_ui(a->gain, 1, 1) == 0 && mpq_sgn(a->threshold) == 0), "two gains", where);
    must((a->by_formula || a->cost) != a->slope_known || (a->cost && a->slope_known), "slopes come from a formula or from a cost", where);
    if (a->slope_known && a->slope_unbounded)
        must(a->slope_lo && !a->slope_hi && mpq_sgn(a->slope_lo) >= 0, "unbounded slope", where);
    else if (a->slope_known)
        must(a->slope_lo && a->slope_hi && mpq_sgn(a->slope_lo) >= 0 && mpq_cmp(a->slope_lo, a->slope_hi) <= 0,
             "slope bounds", where);
    if (a->slope_known && a->slope_hi)
        must(a->slope_attained && mpq_cmp(a->slope_attained, a->slope_hi) <= 0, "attained slope", where);
    if (a->slope)
        verify_expr(a->slope, 1u << EIG_VAR_Z, where);
    must(!a->set_valued || a->slope_unbounded, "a jump has no slope", where);
    if (a->range_lo && a->range_hi)
        must(mpq_cmp(a->range_lo, a->range_hi) < 0, "range", where);
}

static const unsigned of_time_and_neuron = 1u << EIG_VAR_T | 1u << EIG_VAR_I;

static void verify_states(const ModelPop *p)
{
    unsigned states = ((1u << p->n_states) - 1) << EIG_VAR_STATE, all = states | of_time_and_neuron | 1u << EIG_VAR_Z;
    must(p->n_states <= EIG_MAX_STATES, "states", p->name);
    for (size_t k = 0; k < p->n_states; k++) {
        verify_expr(p->state[k].drift, all, p->name);
        verify_expr(p->state[k].start, 1u << EIG_VAR_I, p->name);
        if (p->state[k].noise)
            verify_expr(p->state[k].noise, all, p->name);
        if (p->state[k].stratonovich)
            verify_expr(p->state[k].stratonovich, all, p->name);
    }
    verify_expr(p->rate, states | of_time_and_neuron, p->name);
}

static void verify_leak(const ModelPop *p)
{
    must(p->tau ? mpq_sgn(p->tau) > 0 : p->tau_of != NULL, "tau", p->name);
    verify_activation(&p->act, p->name);
    must(!p->is_switched || !p->prox_step, "one proximal step", p->name);
    must(p->stepped ? p->prox_step || p->is_switched : !p->prox_step || mpq_sgn(p->prox_step) == 0, "proximal step", p->name);
    must(!p->prox_step || (mpq_sgn(p->prox_step) >= 0 && mpq_cmp_ui(p->prox_step, 1, 1) != 0), "length of the proximal step", p->name);
    if (p->stepped)
        verify_expr(p->stepped, 1u << EIG_VAR_Z | 1u << EIG_VAR_STATE, p->name);
    verify_expr(p->start, 1u << EIG_VAR_I, p->name);
    if (p->noise)
        verify_expr(p->noise, of_time_and_neuron, p->name);
}

static void verify_pop(const ModelPop *p)
{
    must(p->size >= 1, "size", p->name);
    must((p->neuron_name == NULL) == (p->neuron_sign == NULL), "names and signs come together", p->name);
    must(p->neuron_sign || p->is_exempt == (p->sign == SIGN_MIXED), "only a mixed population is exempt", p->name);
    for (size_t k = 0; p->neuron_sign && k < p->size; k++)
        must(p->neuron_sign[k] == 1 || p->neuron_sign[k] == -1, "sign of a neuron", p->name);
    if (p->n_states > 0)
        verify_states(p);
    else
        verify_leak(p);
    unsigned first = p->n_states > 0 ? (unsigned)p->n_states : 1, ous = ((1u << p->ous.n) - 1) << (EIG_VAR_STATE + first);
    verify_expr(p->input, of_time_and_neuron | ous, p->name);
    for (size_t k = 0; k < p->ous.n; k++)
        must(mpq_sgn(p->ous.at[k].tau) > 0 && mpq_sgn(p->ous.at[k].sigma) >= 0, "fluctuating input", p->name);
}

static unsigned states_of(const ModelPop *p)
{
    return ((1u << (p->n_states ? p->n_states : 1)) - 1) << EIG_VAR_STATE;
}

/* Columns count as what depends on the neuron. */
static void verify_pair(const Model *m, const ModelConn *c, const ModelTerm *t)
{
    verify_expr(t->pair, 1u << EIG_VAR_I, c->label);
    must(c->n_terms == 1 && !t->signal && !t->gate, "a current by pairs is one number", c->label);
    must(t->n_parts <= MODEL_MAX_PARTS, "parts of a current", c->label);
    for (size_t k = 0; k < t->n_parts; k++)
        verify_expr(t->part[k].e, states_of(&m->pops.at[t->part[k].of_source ? c->pre : c->post]) | of_time_and_neuron, c->label);
}

static void verify_current(const Model *m, const ModelConn *c)
{
    for (size_t k = 0; k < c->n_terms; k++) {
        must(c->term[k].factor && mpq_sgn(c->term[k].factor) >= 0, "factor of a current", c->label);
        if (c->term[k].pair) {
            verify_pair(m, c, &c->term[k]);
            continue;
        }
        verify_expr(c->term[k].signal, states_of(&m->pops.at[c->pre]) | of_time_and_neuron, c->label);
        if (c->term[k].gate)
            verify_expr(c->term[k].gate, states_of(&m->pops.at[c->post]) | of_time_and_neuron, c->label);
    }
    must(!c->delay || mpq_sgn(c->delay) > 0, "delay", c->label);
}

static void verify_conn(const Model *m, const ModelConn *c)
{
    must(c->pre < m->pops.n && c->post < m->pops.n, "populations", c->label);
    must(c->factor && (mpq_sgn(c->factor) >= 0 || m->pops.at[c->pre].is_exempt), "the factor is a magnitude", c->label);
    must((c->kind == WEIGHT_PAIR) == (c->pair != NULL), "pair expression", c->label);
    if (c->pair)
        verify_expr(c->pair, 1u << EIG_VAR_PRE_I | 1u << EIG_VAR_POST_I, c->label);
    if (c->kind == WEIGHT_LITERAL)
        must(c->literal.n == m->pops.at[c->pre].size * m->pops.at[c->post].size, "shape", c->label);
    must((c->kind == WEIGHT_MATRIX || c->kind == WEIGHT_EDGES || c->kind == WEIGHT_LOW_RANK) == (c->path != NULL), "file name", c->label);
    must((c->kind == WEIGHT_LOW_RANK) == (c->right_path != NULL), "name of the second file", c->label);
    if (c->pattern == PATTERN_ONE)
        must(m->pops.at[c->pre].size == m->pops.at[c->post].size, "one to one", c->label);
    if (c->pattern == PATTERN_RANDOM_P)
        must(c->probability && mpq_sgn(c->probability) >= 0 && mpq_cmp_si(c->probability, 1, 1) <= 0, "probability", c->label);
    must((c->pattern == PATTERN_LISTED) == (c->listed != NULL), "list of pairs", c->label);
    verify_current(m, c);
}

static void verify_sim(const Model *m, const ModelSim *s)
{
    must(s->duration && mpq_sgn(s->duration) > 0, "duration", "simulate");
    must(!s->has_step || mpq_sgn(s->step) > 0, "step", "simulate");
    must(s->clocks.n > 0, "record interval", "simulate");
    for (size_t k = 0; k < s->clocks.n; k++)
        must(!s->clocks.at[k].every || mpq_sgn(s->clocks.at[k].every) > 0, "record interval", "simulate");
    must(s->rtol > 0 && s->atol > 0, "tolerances", "simulate");
    for (size_t k = 0; k < s->records.n; k++) {
        const ModelRecord *r = &s->records.at[k];
        verify_expr(r->expr, 1u << EIG_VAR_T, r->name);
        must(r->clock < s->clocks.n, "record interval", r->name);
        must(r->pop == SIZE_MAX ? r->width == 1 : r->width > 1 && r->width <= m->pops.at[r->pop].size, "width", r->name);
    }
}

void model_verify(const Model *m)
{
    for (size_t k = 0; k < m->pops.n; k++)
        verify_pop(&m->pops.at[k]);
    for (size_t k = 0; k < m->conns.n; k++)
        verify_conn(m, &m->conns.at[k]);
    if (m->sim.present)
        verify_sim(m, &m->sim);
}
