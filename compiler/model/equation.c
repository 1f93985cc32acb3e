/* Populations by equations: `v' = ...` in place of a time constant and a cost.
 *
 * A state has the unit of its start. What neither has a start nor a unit may
 * still stand alone in a sum that has one: in v' = ... - w + input, w and the
 * input change v and are in its unit per time. */
#include "compiler/model/build.h"

#include <string.h>

#include "compiler/expr/zero.h"

static const AstAttrs *attributes_of(const PopBuild *pb)
{
    return &pb->decl->as.population.attrs;
}

static const AstAttr *find_attribute(const PopBuild *pb, const char *name, AstAttrKind kind)
{
    const AstAttrs *a = attributes_of(pb);
    for (size_t k = 0; k < a->n; k++)
        if (a->at[k].kind == kind && a->at[k].name && strcmp(a->at[k].name, name) == 0)
            return &a->at[k];
    return NULL;
}

static long find_state(const Equations *eq, const char *name)
{
    for (size_t k = 0; k < eq->n; k++)
        if (eq->state[k].equation->name == name)
            return (long)k;
    return -1;
}

/* ---- which states there are ---- */

static bool report_taken(Builder *b, const AstAttr *a, const ModelPop *p)
{
    static const struct { const char *name, *is; } taken[] = {
        { "input", "the summed input of an equation" }, { "noise", "the white noise of an equation" },
        { "rate", "what the population sends, `pre.rate` in a current" }, { "size", "its number of neurons, `pre.size` in a current" },
    };
    if (report_reserved(b, (AstName){ a->name, a->name_span }))
        return true;
    for (size_t k = 0; k < sizeof taken / sizeof *taken; k++)
        if (strcmp(a->name, taken[k].name) == 0) {
            Diag *d = diag_at(b->cx, D_E0203, a->name_span, "a state cannot be called `%s`, which is %s", a->name, taken[k].is);
            diag_help(b->cx, d, "choose another name");
            return true;
        }
    const Symbol *s = symbol_find(b, a->name);
    if (!s || (s->kind != SYM_PARAM && s->kind != SYM_LET))
        return false;
    Diag *d = diag_at(b->cx, D_E0202, a->name_span, "`%s` is a state of `%s` and a constant", a->name, p->name);
    diag_note_at(b->cx, d, s->decl->name.span, "the constant");
    diag_help(b->cx, d, "rename one of the two");
    return true;
}

static bool add_state(Builder *b, const AstAttr *a, const ModelPop *p, Equations *eq)
{
    long before = find_state(eq, a->name);
    if (before >= 0) {
        Diag *d = diag_at(b->cx, D_E0206, a->name_span, "`%s` has two equations", a->name);
        diag_note_at(b->cx, d, eq->state[before].equation->name_span, "the first one");
        diag_help(b->cx, d, "write their sum as one equation");
        return false;
    }
    if (report_taken(b, a, p))
        return false;
    if (eq->n == EIG_MAX_STATES) {
        Diag *d = diag_at(b->cx, D_E0402, a->name_span, "a neuron has at most %d states", EIG_MAX_STATES);
        diag_help(b->cx, d, "split the population into two that are connected one to one");
        return false;
    }
    eq->state[eq->n++] = (StateBuild){ .equation = a, .start = typed_error(a->span), .drift = typed_error(a->span) };
    return true;
}

/* What describes a neuron by its time constant and cost has no place beside equations. */
static void report_leak_attributes(Builder *b, const PopBuild *pb, const ModelPop *p)
{
    static const struct { const char *name; AstAttrKind kind; const char *help; } other[] = {
        { "tau", AST_ATTR_VALUE, "a time constant is written into the equation: `v' = (-v + input) / (10 ms)`" },
        { "cost", AST_ATTR_VALUE, NULL }, { "cost", AST_ATTR_FUNCTION, NULL }, { "activation", AST_ATTR_FUNCTION, NULL },
        { "gain", AST_ATTR_VALUE, "write the factor before `input` in the equation" },
        { "threshold", AST_ATTR_VALUE, "write `input - threshold` in the equation" },
        { "prox_step", AST_ATTR_VALUE, NULL },
        { "noise", AST_ATTR_VALUE, "noise stands in the equation that it drives: `v' = ... + sigma * noise`" },
    };
    const AstAttr *first = pb->eq->state[0].equation;
    for (size_t k = 0; k < sizeof other / sizeof *other; k++) {
        const AstAttr *a = find_attribute(pb, other[k].name, other[k].kind);
        if (!a)
            continue;
        Diag *d = diag_at(b->cx, D_E0208, a->name_span, "`%s` is given by equations, which leave no place for `%s`", p->name, a->name);
        diag_note_at(b->cx, d, first->name_span, "an equation of `%s`", p->name);
        if (other[k].help)
            diag_help(b->cx, d, "%s", other[k].help);
    }
}

static void report_equation_attributes(Builder *b, const PopBuild *pb, const ModelPop *p)
{
    static const struct { const char *name; AstAttrKind kind; const char *help; } other[] = {
        { "rate", AST_ATTR_VALUE, "what it sends is its rate, the value of its activation" },
        { "calculus", AST_ATTR_VALUE, "leave it out: the noise of a rate is only added, the same in both senses" },
        { "start", AST_ATTR_FUNCTION, "its one state is its rate: `start = ...`" },
    };
    for (size_t k = 0; k < sizeof other / sizeof *other; k++) {
        const AstAttr *a = find_attribute(pb, other[k].name, other[k].kind);
        if (!a || attribute_was_refused(b, pb, NULL))
            continue;
        Diag *d = diag_at(b->cx, D_E0208, a->name_span, "`%s` has no equations, and `%s` belongs to a population that has", p->name,
                          a->name);
        diag_help(b->cx, d, "%s", other[k].help);
    }
}

void equations_declare(Builder *b, PopBuild *pb, const ModelPop *p)
{
    const AstAttrs *a = attributes_of(pb);
    Equations eq = { .state = ARENA_ARRAY(&b->cx->arena, EIG_MAX_STATES, StateBuild) };
    bool any = false;
    for (size_t k = 0; k < a->n; k++)
        if (a->at[k].kind == AST_ATTR_DERIVATIVE) {
            any = true;
            pb->complete = add_state(b, &a->at[k], p, &eq) && pb->complete;
        }
    if (!any) {
        report_equation_attributes(b, pb, p);
        return;
    }
    pb->eq = ARENA_NEW(&b->cx->arena, Equations);
    *pb->eq = eq;
    if (eq.n > 0)
        report_leak_attributes(b, pb, p);
}

/* ---- starts ---- */

static void place_start(Builder *b, const AstAttr *a, const ModelPop *p, Equations *eq)
{
    if (a->kind == AST_ATTR_VALUE && eq->n != 1) {
        Diag *d = diag_at(b->cx, D_E0304, a->name_span, "`%s` has %zu states, and this does not say whose start it is", p->name, eq->n);
        diag_help(b->cx, d, "write `start(%s) = ...`", eq->state[0].equation->name);
        return;
    }
    if (a->kind == AST_ATTR_FUNCTION && a->params.n != 1) {
        diag_at(b->cx, D_E0209, a->name_span, "a start is that of one state: `start(%s) = ...`", eq->state[0].equation->name);
        return;
    }
    long k = a->kind == AST_ATTR_VALUE ? 0 : find_state(eq, a->params.at[0].name);
    if (k < 0 && attribute_was_refused(b, &b->pops.at[p - b->m->pops.at], a->params.at[0].name))
        return;
    if (k < 0) {
        const char *names[EIG_MAX_STATES];
        for (size_t j = 0; j < eq->n; j++)
            names[j] = eq->state[j].equation->name;
        Diag *d = diag_at(b->cx, D_E0201, a->params.at[0].span, "`%s` has no state `%s`", p->name, a->params.at[0].name);
        diag_help(b->cx, d, "its states are %s; one more needs an equation `%s' = ...`", listed_names(b, "none", eq->n, names),
                  a->params.at[0].name);
        return;
    }
    StateBuild *s = &eq->state[k];
    if (s->start_from) {
        Diag *d = diag_at(b->cx, D_E0206, a->name_span, "`%s` has two starts", s->equation->name);
        diag_note_at(b->cx, d, s->start_from->name_span, "the first one");
        return;
    }
    s->start_from = a;
}

static void read_starts(Builder *b, size_t pop)
{
    const PopBuild *pb = &b->pops.at[pop];
    const ModelPop *p = &b->m->pops.at[pop];
    const AstAttrs *a = attributes_of(pb);
    for (size_t k = 0; k < a->n; k++)
        if (a->at[k].kind != AST_ATTR_DERIVATIVE && a->at[k].name && strcmp(a->at[k].name, "start") == 0)  /* `start' =` is an equation */
            place_start(b, &a->at[k], p, pb->eq);
    for (size_t k = 0; k < pb->eq->n; k++) {
        StateBuild *s = &pb->eq->state[k];
        const char *key = arena_printf(&b->cx->arena, "%s.%s", p->key, s->equation->name);
        DrawKey draws = draw_key(key, "start", false);
        Scope scope = { .kind = SCOPE_START, .pop = (long)pop, .draws = &draws,
                        .what = arena_printf(&b->cx->arena, "the start of `%s`", s->equation->name) };
        s->start = s->start_from ? resolve(b, s->start_from->value, &scope)
                                 : typed_const(b, s->equation->name_span, num_int(b->nums, 0), UNIT_NONE);
        if (typed_ok(s->start) && !s->start.is_zero)
            s->unit = (UnitFact){ true, s->start.unit, s->start.span, "its start" };
    }
}

/* ---- units ---- */

/* Before any time is known, a model with units is taken to have one of time. */
Unit equation_time(const Builder *b)
{
    Unit time = { .twice[DIM_TIME] = 2 };
    return b->time_known ? time_unit(b) : b->has_unit_place ? time : UNIT_NONE;
}

/* `name` stands in e as a term of a sum. */
static bool is_term(const AstExpr *e, const char *name)
{
    if (e->kind == AST_NAME)
        return e->as.name.name == name;
    AstOp op = e->kind == AST_BINARY || e->kind == AST_UNARY ? e->as.binary.op : AST_MUL;
    if (e->kind == AST_UNARY)
        return is_term(e->as.binary.right, name);
    return (op == AST_ADD || op == AST_SUB) && (is_term(e->as.binary.left, name) || is_term(e->as.binary.right, name));
}

/* The unit of what stands alone in the equation of a state whose unit is known. */
static bool unit_as_term(Builder *b, const Equations *eq, const char *name, UnitFact *out)
{
    for (size_t k = 0; k < eq->n; k++) {
        const StateBuild *s = &eq->state[k];
        if (!s->unit.known || !is_term(s->equation->value, name))
            continue;
        *out = (UnitFact){ true, unit_div(s->unit.unit, equation_time(b)), s->equation->name_span,
                           arena_printf(&b->cx->arena, "the equation of `%s`", s->equation->name) };
        return true;
    }
    return false;
}

static void infer_states(Builder *b, Equations *eq)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t k = 0; k < eq->n; k++)
            if (!eq->state[k].unit.known && unit_as_term(b, eq, eq->state[k].equation->name, &eq->state[k].unit))
                again = true;
    }
    for (size_t k = 0; k < eq->n; k++)
        if (!eq->state[k].unit.known) {
            eq->state[k].unit = (UnitFact){ true, UNIT_NONE, eq->state[k].equation->name_span, "the lack of any unit" };
            eq->state[k].has_no_unit = true;
        }
}

/* ---- expressions of the states ---- */

static bool is_angle(const AstUnitFactor *f)
{
    return strcmp(f->name, "rad") == 0 || strcmp(f->name, "deg") == 0;
}

/* A unit in e that is not an angle tells that the model has units, before e is read: the unit of `noise` hangs on that. */
static void note_units(Builder *b, const AstExpr *e)
{
    switch (e->kind) {
    case AST_NUMBER:
        for (size_t k = 0; k < e->as.number.unit.n && !b->has_unit_place; k++)
            if (!is_angle(&e->as.number.unit.at[k])) {
                b->has_unit_place = true;
                b->unit_place = e->span;
            }
        break;
    case AST_UNARY:
        note_units(b, e->as.binary.right);
        break;
    case AST_BINARY:
        note_units(b, e->as.binary.left);
        note_units(b, e->as.binary.right);
        break;
    case AST_CALL:
        for (size_t k = 0; k < e->as.call.args.n; k++)
            note_units(b, e->as.call.args.at[k].value);
        break;
    default:
        break;
    }
}

/* The states, and behind them `input` and `noise`. */
static size_t bind_states(Builder *b, const PopBuild *pb, bool inputs, Binding *out)
{
    const Equations *eq = pb->eq;
    size_t n = 0;
    for (; n < eq->n; n++) {
        const AstAttr *a = eq->state[n].equation;
        out[n] = (Binding){ a->name, { .e = expr_var(b->cx, a->name_span, (EigVar)(EIG_VAR_STATE + n)),
                                       .unit = eq->state[n].unit.unit, .pop = NO_POP, .span = a->name_span } };
    }
    if (!inputs)
        return n;
    Span at = pb->decl->name.span;
    out[n++] = (Binding){ intern(&b->cx->names, "input"),
                          { .e = expr_var(b->cx, at, EIG_VAR_Z), .unit = pb->z.unit, .pop = NO_POP, .span = at } };
    for (size_t k = 0; k < eq->n; k++)
        note_units(b, eq->state[k].equation->value);
    out[n++] = (Binding){ intern(&b->cx->names, "noise"), noise_symbol(b, at) };
    return n;
}

static void read_rate(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    const StateBuild *first = &pb->eq->state[0];
    const AstAttr *a = find_attribute(pb, "rate", AST_ATTR_VALUE);
    Binding bound[EIG_MAX_STATES + 2];
    Scope scope = { .kind = SCOPE_EQUATION, .pop = (long)pop, .binding = bound,
                    .what = arena_printf(&b->cx->arena, "the rate of `%s`", b->m->pops.at[pop].name) };
    scope.n_bindings = bind_states(b, pb, false, bound);
    pb->eq->rate = a ? resolve(b, a->value, &scope) : bound[0].value;
    if (!typed_ok(pb->eq->rate))
        return;
    pb->x = (UnitFact){ true, pb->eq->rate.unit, a ? a->value->span : first->unit.span,
                        a ? "its rate" : arena_printf(&b->cx->arena, "its first state, `%s`", first->equation->name) };
}

static bool has_noise(Builder *b, const PopBuild *pb)
{
    const char *noise = intern(&b->cx->names, "noise");
    for (size_t k = 0; k < pb->eq->n; k++)
        if (attribute_mentions(pb->eq->state[k].equation->value, noise))
            return true;
    return false;
}

static void read_calculus(Builder *b, PopBuild *pb)
{
    static const char *const names[] = { "ito", "stratonovich" };
    const AstAttr *a = find_attribute(pb, "calculus", AST_ATTR_VALUE);
    int k = a ? attribute_choice(b, a->value, "a calculus", 2, names) : -1;
    if (k == 1)
        pb->eq->calculus = a;
    if (k >= 0 && !has_noise(b, pb)) {
        Diag *d = diag_at(b->cx, D_E0208, a->span, "`calculus` says in which sense `noise` is meant, and no equation here has any");
        diag_help(b->cx, d, "leave it out, or write the noise as a last term: `%s' = ... + sigma * noise`", pb->eq->state[0].equation->name);
    }
}

void equations_build(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    if (pb->eq->n == 0 || pb->broken)
        return;
    read_calculus(b, pb);
    read_starts(b, pop);
    infer_states(b, pb->eq);
    read_rate(b, pop);
    if (!typed_ok(pb->input) || pb->input.is_zero)
        unit_as_term(b, pb->eq, intern(&b->cx->names, "input"), &pb->z);
}

/* ---- equations ---- */

/* E0301 unless v is the state's unit per time. The first equation of a model without times says what time is. */
static bool check_change(Builder *b, const StateBuild *s, Typed v)
{
    Unit time = { .twice[DIM_TIME] = 2 }, over = unit_div(s->unit.unit, v.unit);
    if (v.is_zero)
        return true;
    if (!b->time_known && (unit_is_none(over) || unit_equal(over, time))) {
        Typed duration = { .e = v.e, .unit = over, .pop = NO_POP, .span = v.span };
        return time_expect(b, duration, arena_printf(&b->cx->arena, "the time in the equation of `%s`", s->equation->name));
    }
    Unit wanted = unit_div(s->unit.unit, time_unit(b));
    if (unit_equal(wanted, v.unit))
        return true;
    Diag *d = diag_at(b->cx, D_E0301, v.span, "the change of `%s` is %s, and this is %s", s->equation->name,
                      unit_phrase(b, wanted), unit_phrase(b, v.unit));
    if (!s->has_no_unit)
        diag_note_at(b->cx, d, s->unit.span, "`%s` is %s by %s", s->equation->name, unit_phrase(b, s->unit.unit), s->unit.why);
    if (s->equation->value->kind != AST_NAME && b->m->has_time_unit && unit_equal(unit_mul(wanted, time), v.unit))
        diag_help(b->cx, d, "divide it by a time constant: `(...) / (10 ms)`");
    return false;
}

/* A unit conflict in an equation may come from states that nothing gave a unit: its own, and those on its right. */
static void blame_unitless(Builder *b, const Equations *eq, const StateBuild *s, size_t diags_before)
{
    if (b->cx->diags.n <= diags_before || b->cx->diags.at[diags_before].code != D_E0301 || !b->has_unit_place)
        return;
    const char *names = NULL, *last = NULL;
    size_t n = 0;
    for (size_t k = 0; k < eq->n; k++) {
        const char *name = eq->state[k].equation->name;
        if (!eq->state[k].has_no_unit || (&eq->state[k] != s && !attribute_mentions(s->equation->value, name)))
            continue;
        names = n++ ? arena_printf(&b->cx->arena, "%s, `%s`", names, name) : arena_printf(&b->cx->arena, "`%s`", name);
        last = name;
    }
    Diag *d = &b->cx->diags.at[diags_before];
    if (n && is_term(s->equation->value, intern(&b->cx->names, "input")))
        diag_help(b->cx, d, "`input` has no unit, and a change is one per time: write `input / (10 ms)`, or give it a unit, `input = 0.1 per ms`");
    else if (n && is_term(s->equation->value, intern(&b->cx->names, "noise")))
        diag_help(b->cx, d, "`noise` is in `per sqrt(ms)`: write how large it is, as in `0.1 per sqrt(ms) * noise`");
    else if (n)
        diag_help(b->cx, d, "%s %s no unit: a start gives %s one, as in `start(%s) = -65 mV` or `= 0 per ms`",
                  names, n == 1 ? "has" : "have", n == 1 ? "it" : "each of them", last);
}

static void read_equation(Builder *b, size_t pop, StateBuild *s, const Scope *scope)
{
    size_t before = b->cx->diags.n;
    s->drift = resolve(b, s->equation->value, scope);
    if (!typed_ok(s->drift)) {
        blame_unitless(b, b->pops.at[pop].eq, s, before);
        return;
    }
    if (!check_change(b, s, s->drift)) {
        blame_unitless(b, b->pops.at[pop].eq, s, before);
        s->drift.e = NULL;
    } else if (!noise_split(b, s->drift.e, &s->drift.e, &s->noise)) {
        s->drift.e = NULL;
    }
    if (s->noise && expr_is_zero(b->nums, s->noise, b->m->pops.at[pop].size))
        s->noise = NULL;
    const Equations *eq = b->pops.at[pop].eq;
    if (eq->calculus && s->noise)
        s->stratonovich = s->drift.e;
    if (s->drift.e && s->noise && eq->calculus &&
        !noise_to_ito(b, eq->calculus->value->span, (size_t)(s - eq->state), s->noise, &s->drift.e))
        s->drift.e = NULL;
}

void equations_read(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    if (!pb->z.known || pb->eq->is_read || pb->broken)
        return;
    pb->eq->is_read = true;
    Binding bound[EIG_MAX_STATES + 2];
    Scope scope = { .kind = SCOPE_EQUATION, .pop = (long)pop, .binding = bound,
                    .what = arena_printf(&b->cx->arena, "an equation of `%s`", b->m->pops.at[pop].name) };
    scope.n_bindings = bind_states(b, pb, true, bound);
    Space *before = space_enter(b, pb->space);
    for (size_t k = 0; k < pb->eq->n; k++)
        read_equation(b, pop, &pb->eq->state[k], &scope);
    space_enter(b, before);
}

static void finish_state(Builder *b, const StateBuild *s, ModelState *out)
{
    *out = (ModelState){ .name = s->equation->name, .span = s->equation->name_span, .unit = s->unit.unit, .drift = s->drift.e,
                         .noise = s->noise, .stratonovich = s->stratonovich, .start = s->start.e };
    if (typed_ok(s->start))
        typed_expect(b, s->start, s->unit.unit, arena_printf(&b->cx->arena, "`%s`", out->name));
}

void equations_finish(Builder *b, size_t pop)
{
    const Equations *eq = b->pops.at[pop].eq;
    ModelPop *p = &b->m->pops.at[pop];
    p->state = ARENA_ARRAY(&b->cx->arena, eq->n + 1, ModelState);
    p->n_states = eq->n;
    p->rate = eq->rate.e;
    for (size_t k = 0; k < eq->n; k++)
        finish_state(b, &eq->state[k], &p->state[k]);
}

/* ---- records ---- */

static void report_no_state(Builder *b, const AstExpr *e, const ModelPop *p)
{
    if (attribute_was_refused(b, &b->pops.at[p - b->m->pops.at], e->as.member.name))
        return;
    Diag *d = diag_at(b->cx, D_E0201, e->as.member.name_span, "`%s` has no state `%s`", p->name, e->as.member.name);
    const char *names[EIG_MAX_STATES];
    for (size_t k = 0; k < p->n_states; k++)
        names[k] = p->state[k].name;
    const char *near = nearest_name(e->as.member.name, names, p->n_states);
    if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else if (p->n_states)
        diag_help(b->cx, d, "its states are %s", listed_names(b, "none", p->n_states, names));
    else
        diag_help(b->cx, d, "it is not given by equations: `%s` is its rate", p->name);
}

bool record_state(Builder *b, const AstExpr *e, const Scope *scope, Typed *out)
{
    const AstExpr *base = e->as.member.base;
    const AstExpr *name = base->kind == AST_INDEX ? base->as.index.base : base;
    bool is_path = name->kind == AST_MEMBER || name->kind == AST_INDEX;
    if (scope->kind != SCOPE_RECORD || (name->kind != AST_NAME && !is_path))
        return false;
    const Symbol *s = is_path ? path_find(b, name) : symbol_find(b, name->as.name.name);
    if (!s || s->kind != SYM_POP)
        return false;
    *out = resolve(b, base, scope);
    if (!typed_ok(*out))
        return true;
    const ModelPop *p = &b->m->pops.at[s->index];
    out->span = e->span;
    if (strcmp(e->as.member.name, "rate") == 0)
        return true;
    for (size_t k = 0; k < p->n_states; k++)
        if (p->state[k].name == e->as.member.name) {
            out->e = expr_state(b->cx, e->span, out->e, k);
            out->unit = p->state[k].unit;
            return true;
        }
    if (b->pops.at[s->index].complete)
        report_no_state(b, e, p);
    *out = typed_error(e->span);
    return true;
}
