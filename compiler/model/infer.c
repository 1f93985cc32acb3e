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

/* One conflict a population: the next would follow from the first. */
static void report_conflict(Builder *b, size_t pop, Side side, const UnitFact *old, Unit unit, Span at)
{
    PopBuild *pb = &b->pops.at[pop];
    if (pb->in_conflict)
        return;
    pb->in_conflict = true;
    Diag *d = diag_at(b->cx, D_E0301, at, "the %s of `%s` is in `%s` here, but in `%s` by %s",
                      side == SIDE_RATE ? "rate" : "input", b->m->pops.at[pop].name, unit_text(b, unit),
                      unit_text(b, old->unit), old->why);
    diag_note_at(b->cx, d, old->span, "%s", old->why);
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
    for (size_t k = 0; pb->cost && cost_unit_place(pb->cost, k, &f); k++)
        learn(b, pop, SIDE_RATE, f.unit, f.span, f.why);
}

/* rate = gain * input; by a formula, its value. */
static bool tie_sides(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    if (!typed_ok(pb->gain))
        return false;
    if (pb->formula) {
        if (!pb->z.known || pb->phi_read)
            return false;
        pb->phi = population_formula(b, pop);
        pb->phi_read = true;
        return typed_ok(pb->phi) && !pb->phi.is_zero &&
               learn(b, pop, SIDE_RATE, pb->phi.unit, pb->formula->value->span, "its activation");
    }
    Unit gain = pb->gain.unit;
    if (pb->z.known && pb->x.known) {
        const char *why = arena_printf(&b->cx->arena, "its gain and %s", pb->z.why);
        UnitFact by_gain = { true, unit_mul(gain, pb->z.unit), pb->z.span, why };
        if (!unit_equal(by_gain.unit, pb->x.unit))
            report_conflict(b, pop, SIDE_RATE, &by_gain, pb->x.unit, pb->x.span);
        return false;
    }
    if (pb->z.known)
        return learn(b, pop, SIDE_RATE, unit_mul(gain, pb->z.unit), pb->z.span, pb->z.why);
    return pb->x.known && learn(b, pop, SIDE_INPUT, unit_div(pb->x.unit, gain), pb->x.span, pb->x.why);
}

static bool follow_connection(Builder *b, size_t k)
{
    const ModelConn *c = &b->m->conns.at[k];
    Typed w = b->conns.at[k].weight;
    if (!typed_ok(w) || w.is_zero)
        return false;
    const UnitFact *x = &b->pops.at[c->pre].x, *z = &b->pops.at[c->post].z;
    /* A population in conflict has spread its error already. */
    if (b->pops.at[c->pre].in_conflict || b->pops.at[c->post].in_conflict)
        return false;
    const char *why = arena_printf(&b->cx->arena, "the weight of %s", c->label);
    if (x->known)
        return learn(b, c->post, SIDE_INPUT, unit_mul(w.unit, x->unit), w.span, why);
    return z->known && learn(b, c->pre, SIDE_RATE, unit_div(z->unit, w.unit), w.span, why);
}

static bool propagate(Builder *b)
{
    bool news = false;
    for (size_t k = 0; k < b->pops.n; k++)
        news = tie_sides(b, k) || news;
    for (size_t k = 0; k < b->conns.n; k++)
        news = follow_connection(b, k) || news;
    return news;
}

/* Nothing gives these a unit: pure numbers, one at a time, for one may give
 * the unit of the next. */
static bool assume_pure(Builder *b)
{
    for (size_t k = 0; k < b->pops.n; k++)
        if (!b->pops.at[k].z.known)
            return learn(b, k, SIDE_INPUT, UNIT_NONE, b->m->pops.at[k].span, "the lack of any unit");
    return false;
}

void units_infer(Builder *b)
{
    for (size_t k = 0; k < b->pops.n; k++)
        learn_attributes(b, k);
    do {
        while (propagate(b))
            ;
    } while (assume_pure(b));
    for (size_t k = 0; k < b->pops.n; k++) {
        b->m->pops.at[k].unit_x = b->pops.at[k].x.unit;
        b->m->pops.at[k].unit_z = b->pops.at[k].z.unit;
    }
}
