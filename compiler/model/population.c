/* Population blocks. */
#include "compiler/code/overflow.h"
#include "compiler/expr/zero.h"
#include "compiler/model/build.h"

typedef enum PopAttr {
    POP_SIZE, POP_TAU, POP_COST, POP_COST_FORMULA, POP_ACTIVATION, POP_GAIN, POP_THRESHOLD, POP_INPUT, POP_START, POP_PLACE, POP_NOISE, POP_PROX_STEP,
    POP_DRAWN_AS, POP_N_COLLECTED
} PopAttr;

static const AttrRule rule[] = {
    [POP_SIZE] = { .name = "size" },
    [POP_TAU] = { .name = "tau" },
    [POP_COST] = { .name = "cost" },
    [POP_COST_FORMULA] = { .name = "cost", .kind = AST_ATTR_FUNCTION, .has_domain = true },
    [POP_ACTIVATION] = { .name = "activation", .kind = AST_ATTR_FUNCTION },
    [POP_GAIN] = { .name = "gain" },
    [POP_THRESHOLD] = { .name = "threshold" },
    [POP_INPUT] = { .name = "input" },
    [POP_START] = { .name = "start" },
    [POP_PLACE] = { .name = "place" },
    [POP_NOISE] = { .name = "noise" },
    [POP_PROX_STEP] = { .name = "prox_step" },
    [POP_DRAWN_AS] = { .name = "drawn_as" },
    { .name = "start", .kind = AST_ATTR_FUNCTION, .repeats = true },
    { .name = "rate" },
    { .name = "calculus" },
    { .name = NULL, .kind = AST_ATTR_DERIVATIVE, .repeats = true },
};
enum { N_RULES = sizeof rule / sizeof *rule };

const AttrRule *population_rules(size_t *n)
{
    *n = N_RULES;
    return rule;
}

/* ---- declarations ---- */

static void declare_sign(const AstDecl *d, ModelPop *p)
{
    AstSign sign = d->as.population.sign;
    p->sign_span = d->as.population.sign_span;
    p->sign = sign == AST_EXCITATORY ? SIGN_EXC : sign == AST_INHIBITORY ? SIGN_INH : SIGN_MIXED;
    p->is_exempt = sign == AST_MIXED;
}

static bool declare_size(Builder *b, const AstDecl *d, const PopBuild *pb, ModelPop *p)
{
    const AstAttr *size = pb->slot[POP_SIZE];
    p->size = 1;
    if (d->as.population.table) {
        if (size)
            diag_at(b->cx, D_E0208, size->name_span, "the size of `%s` is the number of rows of its table", p->name);
        return population_read_table(b, d, p);
    }
    uint64_t n = 1;
    const char *what = arena_printf(&b->cx->arena, "the size of `%s`", p->name);
    if (size && !constant_whole(b, size->value, what, 1, POP_MAX_SIZE, &n))
        return false;
    p->size = n;
    return true;
}

/* A grid says how many neurons there are, when nothing else does. */
static bool declare_place(Builder *b, const PopBuild *pb, ModelPop *p)
{
    const AstAttr *place = pb->slot[POP_PLACE], *size = pb->slot[POP_SIZE];
    return !place || place_read(b, place->value, size ? size->value : NULL, p);
}

static void note_tau(Builder *b, Typed tau, ModelPop *p)
{
    const Dependence *d = typed_ok(tau) && expr_is_const(tau.e, NULL) ? tau.e->depends : NULL;
    uint64_t unseen = b->touched & ~(d ? d->params : 0);
    p->tau_of_params = unseen ? depend_unknown(b->cx, b->touched) : d;
    params_note(b, &b->m->params_in_tau);
}

/* A constant, or an expression of the neuron; what it is for each, net/neuron.c knows. */
static void declare_tau(Builder *b, size_t pop)
{
    const PopBuild *pb = &b->pops.at[pop];
    ModelPop *p = &b->m->pops.at[pop];
    const AstAttr *tau = pb->slot[POP_TAU];
    if (!tau) {
        bool nothing = !pb->slot[POP_COST] && !pb->slot[POP_COST_FORMULA] && !pb->slot[POP_ACTIVATION];
        if (pb->complete) {
            Diag *d = diag_at(b->cx, D_E0207, p->span, nothing ? "`%s` has neither a time constant nor a cost" : "`%s` has no time constant", p->name);
            diag_help(b->cx, d, nothing ? "add `tau = 10 ms; cost = nonnegative`, for a ReLU" : "add `tau = 10 ms`");
        }
        return;
    }
    Typed v;
    const char *what = arena_printf(&b->cx->arena, "the time constant of `%s`", p->name);
    p->tau_span = tau->value->span;
    DrawKey draws = draw_key(p->key, "tau", false);
    Scope scope = { .kind = SCOPE_START, .what = what, .pop = pb->broken ? NO_POP : (long)pop, .draws = &draws };
    params_note(b, &b->m->params_elsewhere);
    made_note(b, &b->m->made);
    v = resolve(b, tau->value, &scope);
    note_tau(b, v, p);
    made_note(b, &p->made);
    if (!typed_ok(v) || !time_expect(b, v, what))
        return;
    p->tau = expr_one_value(b->nums, v.e, p->size);
    if (!p->tau) {
        p->tau_of = v.e;
    } else if (mpq_sgn(p->tau) <= 0) {
        Diag *d = diag_at(b->cx, D_E0401, v.span, "%s is above 0, and this is %s", what, quantity_text(b, p->tau, v));
        diag_help(b->cx, d, "it is how long a rate takes to follow its input, such as `tau = 10%s`; a small one follows almost at once",
                  unit_is_none(v.unit) ? "" : " ms");
        p->tau = NULL;
    }
}

static void declare(Builder *b, const AstDecl *d, Symbol *s)
{
    ModelPop p = { .name = s->path, .span = d->name.span };
    PopBuild pb = { .decl = d, .space = s->space };
    const char *where = arena_printf(&b->cx->arena, "the population `%s`", s->path);
    Space *before = space_enter(b, s->space);
    pb.slot = ARENA_ARRAY(&b->cx->arena, N_RULES, const AstAttr *);
    pb.complete = attributes_collect(b, &d->as.population.attrs, where, N_RULES, rule, pb.slot);
    pb.drawn_as = pb.slot[POP_DRAWN_AS];
    p.key = drawn_as_read(b, pb.drawn_as, s);
    declare_sign(d, &p);
    pb.broken = !declare_size(b, d, &pb, &p);
    pb.place_broken = pb.broken || !declare_place(b, &pb, &p);
    equations_declare(b, &pb, &p);
    s->index = b->m->pops.n;
    vec_push(&b->cx->arena, &b->m->pops, p);
    vec_push(&b->cx->arena, &b->pops, pb);
    if (!pb.eq)
        declare_tau(b, s->index);
    space_enter(b, before);
}

void populations_declare(Builder *b)
{
    for (size_t k = 0; k < b->items.n; k++) {
        const AstDecl *d = b->items.at[k].decl;
        Symbol *s = d->kind == AST_POPULATION ? symbol_of(&b->items.at[k]) : NULL;
        if (s)
            declare(b, d, s);
    }
}

/* ---- attributes ---- */

static Typed default_number(Builder *b, Span at, long k)
{
    return typed_const(b, at, num_int(b->nums, k), UNIT_NONE);
}

/* What the gain was looked up for is followed, where it is one number, and else stands where nothing is. */
static void note_gain(Builder *b, const PopBuild *pb, ModelPop *p)
{
    const Dependence *d = typed_ok(pb->gain) && expr_is_const(pb->gain.e, NULL) ? pb->gain.e->depends : NULL;
    if (d && d->is_sum && !(b->touched & ~d->params)) {
        p->gain_of_params = d;
        params_note(b, &b->m->params_in_inputs);
    }
    params_note(b, &b->m->params_elsewhere);
}

static void check_gain(Builder *b, PopBuild *pb)
{
    Num k;
    if (!typed_ok(pb->gain) || !expr_is_const(pb->gain.e, &k) || mpq_sgn(k) > 0)
        return;
    Diag *d = diag_at(b->cx, D_E0401, pb->gain.span, "a gain is above 0, and this is %s", constant_text(b, pb->gain));
    diag_help(b->cx, d, "it multiplies all that a neuron receives, 1 without it; what lowers a rate comes from an inhibitory population, "
                        "or is a negative `input`");
    pb->gain = typed_error(pb->gain.span);
}

static Typed read_number(Builder *b, const AstAttr *a, ScopeKind kind, const char *what, size_t pop, long otherwise)
{
    const ModelPop *p = &b->m->pops.at[pop];
    if (!a)
        return default_number(b, p->span, otherwise);
    if (b->pops.at[pop].broken)
        return typed_error(a->value->span);
    DrawKey draws = draw_key(p->key, a->name, false);
    Scope scope = { .kind = kind, .what = arena_printf(&b->cx->arena, "%s of `%s`", what, p->name), .pop = (long)pop, .draws = &draws };
    return resolve(b, a->value, &scope);
}

/* Of the three ways to give an activation, the first that is there; NULL without one. */
static const AstAttr *one_activation(Builder *b, const PopBuild *pb, const ModelPop *p)
{
    const AstAttr *way[3] = { pb->slot[POP_COST], pb->slot[POP_COST_FORMULA], pb->slot[POP_ACTIVATION] }, *one = NULL;
    for (int k = 0; k < 3; k++) {
        if (one && way[k]) {
            Diag *d = diag_at(b->cx, D_E0703, way[k]->name_span, "`%s` has a cost already, which gives its activation", p->name);
            diag_note_at(b->cx, d, one->name_span, "the cost is here");
            diag_help(b->cx, d, "keep one of the two");
        }
        one = one ? one : way[k];
    }
    if (!one && pb->complete) {
        Diag *d = diag_at(b->cx, D_E0207, p->span, "`%s` has neither a cost nor an activation", p->name);
        diag_help(b->cx, d, "add `cost = nonnegative` for a ReLU, or `cost = identity` for a linear neuron");
    }
    return one;
}

static void read_activation(Builder *b, PopBuild *pb, const ModelPop *p)
{
    const AstAttr *one = one_activation(b, pb, p);
    if (!one)
        return;
    if (one == pb->slot[POP_COST])
        pb->cost = cost_read(b, one->value);
    else if (one == pb->slot[POP_COST_FORMULA])
        pb->cost_formula = cost_formula_read(b, one, &pb->domain) ? one : NULL;
    else if (one->params.n != 1)
        diag_at(b->cx, D_E0209, one->name_span, "an activation has one argument: `activation(z) = ...`");
    else if (!report_reserved(b, one->params.at[0]))
        pb->formula = one;
}

static void build(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    ModelPop *p = &b->m->pops.at[pop];
    pb->input = read_number(b, pb->slot[POP_INPUT], SCOPE_INPUT, "the input", pop, 0);
    params_note(b, &b->m->params_in_inputs);
    if (pb->eq) {
        equations_build(b, pop);
        params_note(b, &b->m->params_elsewhere);
        return;
    }
    pb->gain = read_number(b, pb->slot[POP_GAIN], SCOPE_START, "the gain", pop, 1);
    note_gain(b, pb, p);
    pb->threshold = read_number(b, pb->slot[POP_THRESHOLD], SCOPE_START, "the threshold", pop, 0);
    params_note(b, &b->m->params_in_inputs);    /* it moves inputs */
    check_gain(b, pb);
    read_activation(b, pb, p);
    prox_step_read(b, pb->slot[POP_PROX_STEP], p);
    params_note(b, &b->m->params_elsewhere);
    pb->start = read_number(b, pb->slot[POP_START], SCOPE_START, "the start", pop, 0);
    params_note(b, &p->start_params);
    pb->noise = read_number(b, pb->slot[POP_NOISE], SCOPE_INPUT, "the noise", pop, 0);
    params_note(b, &b->m->params_elsewhere);
}

void populations_build(Builder *b)
{
    for (size_t k = 0; k < b->pops.n; k++) {
        Space *before = space_enter(b, b->pops.at[k].space);
        build(b, k);
        made_note(b, &b->m->pops.at[k].made);
        space_enter(b, before);
    }
}

/* ---- activations ---- */

/* Gain and threshold are the same for all neurons. */
static bool is_shared(const PopBuild *pb)
{
    Num k;
    return expr_is_const(pb->gain.e, &k) && expr_is_const(pb->threshold.e, &k);
}

/* gain (z - threshold); where they differ, z stands for all of that. */
static Typed formula_argument(Builder *b, const PopBuild *pb)
{
    Span at = pb->formula->span;
    Typed arg[2] = { { .e = expr_var(b->cx, at, EIG_VAR_Z), .unit = pb->z.unit, .pop = NO_POP, .span = at }, pb->threshold };
    if (typed_ok(pb->gain) && typed_ok(pb->threshold) && !is_shared(pb)) {
        arg[0].unit = unit_mul(pb->gain.unit, pb->z.unit);
        return arg[0];
    }
    /* Threshold and input share a unit; a conflict between them is reported by inference. */
    if (typed_ok(arg[1]) && !arg[1].is_zero)
        arg[1].unit = pb->z.unit;
    arg[1] = typed_call(b, at, EIG_FN_SUB, 2, arg);
    arg[0] = pb->gain;
    return typed_call(b, at, EIG_FN_MUL, 2, arg);
}

Typed population_formula(Builder *b, size_t pop)
{
    PopBuild *pb = &b->pops.at[pop];
    made_note(b, &b->m->made);
    Binding bound = { pb->formula->params.at[0].name, formula_argument(b, pb) };
    Scope scope = { .kind = SCOPE_ACTIVATION, .what = "an activation", .pop = NO_POP, .n_bindings = 1, .binding = &bound };
    Space *before = space_enter(b, pb->space);
    Typed v = resolve(b, pb->formula->value, &scope);
    made_note(b, &b->m->pops.at[pop].made);
    space_enter(b, before);
    return v;
}

/* White noise times this, over sqrt(time), is a change of the rate. */
static const Expr *finish_noise(Builder *b, const PopBuild *pb, const ModelPop *p)
{
    if (!typed_ok(pb->noise) || pb->noise.is_zero)
        return NULL;
    Unit unit = unit_div(pb->x.unit, unit_pow(equation_time(b), 1, 2));
    if (!pb->in_conflict && !typed_expect(b, pb->noise, unit, arena_printf(&b->cx->arena, "the noise of `%s`", p->name)))
        return NULL;
    return expr_is_zero(b->nums, pb->noise.e, p->size) ? NULL : pb->noise.e;
}

static void formula_activation(Builder *b, const PopBuild *pb, Num gain, Num threshold, Activation *out)
{
    Sbuf text = { 0 };
    ast_print_expr(pb->formula->value, &text);
    *out = (Activation){ .phi = pb->phi.e, .by_formula = true, .gain = gain, .threshold = threshold,
                         .text = arena_strdup(&b->cx->arena, sbuf_text(&text)), .span = pb->formula->value->span };
    sbuf_free(&text);
}

/* What was found of the same formula before serves again: circuits bring many, and so do the models of a sweep. */
static void set_computed(Builder *b, Activation *act)
{
    const Expr *phi = act->phi;
    for (size_t k = b->many->known.n; k-- > 0;) {
        const Activation *other = b->many->known.at[k];
        if (expr_equal(other->phi, phi)) {
            act->computed = other->computed;
            act->has_gaps = other->has_gaps;
            return;
        }
    }
    const Expr *computed = expr_where_computed(b->cx, b->nums, phi, &act->has_gaps);
    act->computed = computed == phi ? NULL : computed;
    vec_push(&b->cx->arena, &b->many->known, act);
}

static void finish_activation(Builder *b, const PopBuild *pb, Activation *out)
{
    Num gain = num_int(b->nums, 1), threshold = num_int(b->nums, 0);
    if (!typed_ok(pb->gain) || !typed_ok(pb->threshold))
        return;
    if (is_shared(pb)) {
        expr_is_const(pb->gain.e, &gain);
        expr_is_const(pb->threshold.e, &threshold);
    }
    if (pb->cost) {
        cost_activation(b, pb->cost, gain, threshold, out);
        out->named = pb->cost;
    } else if (pb->cost_formula)
        cost_formula_activation(b, pb, gain, threshold, out);
    else if (pb->formula && typed_ok(pb->phi))
        formula_activation(b, pb, gain, threshold, out);
    if (out->by_formula)
        set_computed(b, out);
    if (is_shared(pb) || !out->phi)
        return;
    const Expr *gain_of = pb->gain.e, *threshold_of = pb->threshold.e;
    const Expr *phi = out->computed ? out->computed : out->phi;
    uint64_t size = (uint64_t)phi->size * (gain_of->size + threshold_of->size + 3);
    uint32_t depth = (gain_of->depth > threshold_of->depth ? gain_of->depth : threshold_of->depth) + 3;
    if (size >= EXPR_MAX_SIZE || phi->depth + depth > EXPR_MAX_DEPTH)
        diag_at(b->cx, D_E0403, out->span, "this activation is too large once the gain and threshold of each neuron stand in it");
    out->gain_of = pb->gain.e;
    out->threshold_of = pb->threshold.e;
    out->gain_span = pb->gain.span;
    out->threshold_span = pb->threshold.span;
}

void populations_finish(Builder *b)
{
    for (size_t k = 0; k < b->pops.n; k++) {
        PopBuild *pb = &b->pops.at[k];
        ModelPop *p = &b->m->pops.at[k];
        p->input = typed_ok(pb->input) ? pb->input.e : NULL;
        made_note(b, &b->m->made);
        if (pb->eq) {
            equations_finish(b, k);
            continue;
        }
        p->start = typed_ok(pb->start) ? pb->start.e : NULL;
        p->noise = finish_noise(b, pb, p);
        finish_activation(b, pb, &p->act);
        if ((p->prox_step || p->is_switched) && p->act.phi)
            prox_step_finish(b, pb, p);
        made_note(b, &p->made);
    }
}
