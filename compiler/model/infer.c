/* Units of rates and inputs. Nobody writes them: thresholds, inputs, starts
 * and costs give them, gains tie a rate to its input, and a weight times the
 * rate of its source is an input of its target. What nothing gives a unit is
 * a pure number. */
#include "compiler/model/build.h"

typedef enum Side { SIDE_RATE, SIDE_INPUT } Side;

static UnitFact *fact_of(Builder *b, size_t pop, Side side)
{
    return side == SIDE_RATE ? &b->pops.at[pop].x : &b->pops.at[pop].z;
}

/* One conflict a population, else NULL: the next would follow from the first. */
static Diag *report_conflict(Builder *b, size_t pop, Side side, const UnitFact *old, Unit unit, Span at)
{
    PopBuild *pb = &b->pops.at[pop];
    if (pb->in_conflict)
        return NULL;
    pb->in_conflict = true;
    Diag *d = diag_at(b->cx, D_E0301, at, "the %s of `%s` is %s here, but %s by %s",
                      side == SIDE_RATE ? "rate" : "input", b->m->pops.at[pop].name, unit_phrase(b, unit),
                      unit_phrase(b, old->unit), old->why);
    diag_note_at(b->cx, d, old->span, "%s", old->why);
    diag_help(b->cx, d, "write both in one unit");
    return d;
}

/* True when something new was learnt. */
static bool learn(Builder *b, size_t pop, Side side, Unit unit, Span at, const char *why)
{
    UnitFact *f = fact_of(b, pop, side);
    if (!f->known) {
        *f = (UnitFact){ true, unit, at, why };
        return true;
    }
    if (!unit_equal(f->unit, unit))
        report_conflict(b, pop, side, f, unit, at);
    return false;
}

static void learn_typed(Builder *b, size_t pop, Side side, Typed v, const char *why)
{
    if (typed_ok(v) && !v.is_zero)
        learn(b, pop, side, v.unit, v.span, why);
}

static void learn_attributes(Builder *b, size_t pop)
{
    const PopBuild *pb = &b->pops.at[pop];
    UnitFact f;
    learn_typed(b, pop, SIDE_INPUT, pb->threshold, "its threshold");
    learn_typed(b, pop, SIDE_INPUT, pb->input, "its input");
    learn_typed(b, pop, SIDE_RATE, pb->start, "its start");
    learn_typed(b, pop, SIDE_RATE, pb->domain.lo, "the domain of its cost");
    learn_typed(b, pop, SIDE_RATE, pb->domain.hi, "the domain of its cost");
    for (size_t k = 0; pb->cost && cost_unit_place(pb->cost, k, &f); k++)
        learn(b, pop, SIDE_RATE, f.unit, f.span, f.why);
}

/* The value of the activation. Where its units do not fit, what gave its argument one is the other side of it. */
static void read_formula(Builder *b, PopBuild *pb, size_t pop)
{
    size_t said = b->cx->diags.n;
    pb->phi = population_formula(b, pop);
    pb->phi_read = true;
    for (size_t k = said; k < b->cx->diags.n; k++) {
        Diag *d = &b->cx->diags.at[k];
        if (d->code == D_E0301)
            diag_note_at(b->cx, d, pb->z.span, "the input `%s` of `%s` is %s by %s", pb->formula->params.at[0].name, b->m->pops.at[pop].name,
                         unit_phrase(b, pb->z.unit), pb->z.why);
    }
}

/* What nothing gives the input of a population may be given by its activation: `tanh(z/(3 mV))` asks for mV. */
static bool ask_formula(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    if (!pb->formula || pb->z.known || !typed_ok(pb->gain))
        return false;
    DiagList said = b->cx->diags;
    uint64_t touched = b->touched;
    b->cx->diags = (DiagList){ 0 };
    b->sought_found = false;
    pb->z.unit = (Unit){ .twice[DIM_SOUGHT] = 2 };
    population_formula(b, pop);
    pb->z.unit = UNIT_NONE;
    b->cx->diags = said;
    b->touched = touched;
    Span all = pb->formula->value->span, at = b->sought_span;
    bool is_here = at.source == all.source && all.from <= at.from && at.to <= all.to;    /* not in the body of a function */
    return b->sought_found && learn(b, pop, SIDE_INPUT, b->sought, is_here ? at : all, "its activation");
}

/* rate = gain * input; by a formula, its value. */
static bool tie_sides(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    if (pb->eq) {
        equations_read(b, pop);
        return false;           /* it has no news of units */
    }
    if (!typed_ok(pb->gain))
        return false;
    if (pb->formula) {
        if (!pb->z.known || pb->phi_read)
            return false;
        read_formula(b, pb, pop);
        return typed_ok(pb->phi) && !pb->phi.is_zero &&
               learn(b, pop, SIDE_RATE, pb->phi.unit, pb->formula->value->span, "its activation");
    }
    Unit gain = pb->gain.unit;
    if (pb->z.known && pb->x.known) {
        UnitFact by_gain = { true, unit_mul(gain, pb->z.unit), pb->z.span, NULL };
        if (unit_equal(by_gain.unit, pb->x.unit))
            return false;
        by_gain.why = arena_printf(&b->cx->arena, "its gain and %s", pb->z.why);
        Diag *d = report_conflict(b, pop, SIDE_RATE, &by_gain, pb->x.unit, pb->x.span);
        if (d)
            diag_help(b->cx, d, "a rate is the gain times the input: the unit of the gain is `%s`",
                      unit_text(b->cx, unit_div(pb->x.unit, pb->z.unit)));
        return false;
    }
    if (pb->z.known)
        return learn(b, pop, SIDE_RATE, unit_mul(gain, pb->z.unit), pb->z.span, pb->z.why);
    return pb->x.known && learn(b, pop, SIDE_INPUT, unit_div(pb->x.unit, gain), pb->x.span, pb->x.why);
}

/* The unit of a weight from rates in `x` to inputs in `z`, as it can be written: one unit stands before `per`. */
static void help_weight_unit(Builder *b, Diag *d, Unit x, Unit z)
{
    Unit per_time = { .twice[DIM_TIME] = -2 }, fits = unit_div(z, x);
    if (unit_is_none(fits))
        diag_help(b->cx, d, "this weight is a pure number: leave its unit out");
    else if (unit_equal(x, per_time) && !unit_is_none(z))
        diag_help(b->cx, d, "the unit of this weight is `%s per Hz`", unit_text(b->cx, z));
    else
        diag_help(b->cx, d, "the unit of this weight is `%s`", unit_text(b->cx, fits));
}

/* One weight a target: where the first of them gave its input the unit, all others would follow. */
static void report_weight(Builder *b, const ModelConn *c, Typed w)
{
    const UnitFact *x = &b->pops.at[c->pre].x, *z = &b->pops.at[c->post].z;
    const char *from = b->m->pops.at[c->pre].name, *to = b->m->pops.at[c->post].name;
    if (b->pops.at[c->post].weight_in_conflict)
        return;
    b->pops.at[c->post].weight_in_conflict = true;
    Diag *d = diag_at(b->cx, D_E0301, w.span, "this weight times the rate of `%s` is %s, but the input of `%s` is %s",
                      from, unit_phrase(b, unit_mul(w.unit, x->unit)), to, unit_phrase(b, z->unit));
    diag_note_at(b->cx, d, x->span, "the rate of `%s` is %s by %s", from, unit_phrase(b, x->unit), x->why);
    diag_note_at(b->cx, d, z->span, "the input of `%s` is %s by %s", to, unit_phrase(b, z->unit), z->why);
    help_weight_unit(b, d, x->unit, z->unit);
}

/* A current times the weight is an input of the target. */
static bool follow_current(Builder *b, size_t k, size_t *told)
{
    const ModelConn *c = &b->m->conns.at[k];
    if (!current_read(b, k))
        return false;
    const ConnBuild *cb = &b->conns.at[k];
    const UnitFact *z = &b->pops.at[c->post].z;
    Unit unit = unit_mul(cb->weight.unit, cb->current.unit);
    if (!typed_ok(cb->weight) || cb->weight.is_zero || cb->current.is_zero)
        return false;
    *told = c->post;
    if (!z->known)
        return learn(b, c->post, SIDE_INPUT, unit, cb->current.span, arena_printf(&b->cx->arena, "the current of %s", c->label));
    if (unit_equal(unit, z->unit) || b->pops.at[c->post].weight_in_conflict)
        return false;
    b->pops.at[c->post].weight_in_conflict = true;
    Diag *d = diag_at(b->cx, D_E0301, cb->current.span, "this current brings what is %s, but the input of `%s` is %s",
                      unit_phrase(b, unit), b->m->pops.at[c->post].name, unit_phrase(b, z->unit));
    diag_note_at(b->cx, d, z->span, "the input of `%s` is %s by %s", b->m->pops.at[c->post].name, unit_phrase(b, z->unit), z->why);
    Unit wanted = unit_div(z->unit, cb->current.unit);
    if (b->time_known && !b->m->has_time_unit)
        diag_help(b->cx, d, "leave units out: the times of this model have none");
    else if (!unit_is_none(wanted))
        diag_help(b->cx, d, "a weight converts it: `weight = 1 %s`", unit_text(b->cx, wanted));
    return false;
}

/* True when a population was told something new; *told is its number. */
static bool follow_connection(Builder *b, size_t k, size_t *told)
{
    const ModelConn *c = &b->m->conns.at[k];
    Typed w = b->conns.at[k].weight;
    if (b->conns.at[k].current_from)
        return follow_current(b, k, told);
    if (!typed_ok(w) || w.is_zero)
        return false;
    const UnitFact *x = &b->pops.at[c->pre].x, *z = &b->pops.at[c->post].z;
    /* A population in conflict has spread its error already. */
    if (b->pops.at[c->pre].in_conflict || b->pops.at[c->post].in_conflict || (!x->known && !z->known))
        return false;
    if (x->known && z->known) {
        if (!unit_equal(unit_mul(w.unit, x->unit), z->unit))
            report_weight(b, c, w);
        return false;
    }
    const char *why = arena_printf(&b->cx->arena, "the weight of %s", c->label);
    *told = x->known ? c->post : c->pre;
    return x->known ? learn(b, c->post, SIDE_INPUT, unit_mul(w.unit, x->unit), w.span, why)
                    : learn(b, c->pre, SIDE_RATE, unit_div(z->unit, w.unit), w.span, why);
}

/* The connections of each population, from it and to it: conn[from[k]] .. conn[from[k + 1]]. */
typedef struct Touching {
    size_t *from, *conn;
} Touching;

static Touching list_touching(Builder *b)
{
    Touching t = { ARENA_ARRAY(&b->cx->arena, b->pops.n + 2, size_t),
                   ARENA_ARRAY(&b->cx->arena, 2 * b->conns.n + 1, size_t) };
    for (size_t k = 0; k < b->conns.n; k++) {
        t.from[b->m->conns.at[k].pre + 2]++;
        t.from[b->m->conns.at[k].post + 2]++;
    }
    for (size_t k = 2; k < b->pops.n + 2; k++)
        t.from[k] += t.from[k - 1];
    for (size_t k = 0; k < b->conns.n; k++) {
        t.conn[t.from[b->m->conns.at[k].pre + 1]++] = k;
        t.conn[t.from[b->m->conns.at[k].post + 1]++] = k;
    }
    return t;
}

/* Populations with news that their connections have not heard of. */
typedef struct Queue {
    VEC(size_t) pop;
    size_t next;
} Queue;

static void spread(Builder *b, const Touching *t, Queue *q)
{
    while (q->next < q->pop.n) {
        size_t k = q->pop.at[q->next++], told;
        tie_sides(b, k);
        for (size_t e = t->from[k]; e < t->from[k + 1]; e++)
            if (follow_connection(b, t->conn[e], &told))
                vec_push(&b->cx->arena, &q->pop, told);
    }
}

/* What nothing gives a unit, and no activation asks one for, is a pure number: one at a time, for one may give the unit of the next. */
void units_infer(Builder *b)
{
    Touching t = list_touching(b);
    Queue q = { 0 };
    for (size_t k = 0; k < b->pops.n; k++) {
        learn_attributes(b, k);
        vec_push(&b->cx->arena, &q.pop, k);
    }
    spread(b, &t, &q);
    for (size_t k = 0; k < b->pops.n; k++)
        if (ask_formula(b, k)) {
            vec_push(&b->cx->arena, &q.pop, k);
            spread(b, &t, &q);
        }
    for (size_t k = 0; k < b->pops.n; k++)
        if (!b->pops.at[k].z.known) {
            learn(b, k, SIDE_INPUT, UNIT_NONE, b->m->pops.at[k].span, "the lack of any unit");
            vec_push(&b->cx->arena, &q.pop, k);
            spread(b, &t, &q);
        }
    for (size_t k = 0; k < b->pops.n; k++) {
        b->m->pops.at[k].unit_x = b->pops.at[k].x.unit;
        b->m->pops.at[k].unit_z = b->pops.at[k].z.unit;
    }
}
