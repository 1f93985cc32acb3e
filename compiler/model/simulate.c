/* The simulate block. */
#include "compiler/model/build.h"

#include <string.h>

typedef enum SimAttr { SIM_DURATION, SIM_METHOD, SIM_STEP, SIM_RTOL, SIM_ATOL, SIM_SEED, SIM_NOISE_STEP, SIM_PRECISION } SimAttr;

static const AttrRule rule[] = {
    [SIM_DURATION] = { .name = "duration" },
    [SIM_METHOD] = { .name = "method" },
    [SIM_STEP] = { .name = "step" },
    [SIM_RTOL] = { .name = "rtol" },
    [SIM_ATOL] = { .name = "atol" },
    [SIM_SEED] = { .name = "seed" },
    [SIM_NOISE_STEP] = { .name = "noise_step" },
    [SIM_PRECISION] = { .name = "precision" },
    { .name = NULL, .kind = AST_ATTR_RECORD, .repeats = true },
    { .name = NULL, .kind = AST_ATTR_AT, .repeats = true },
    { .name = "level", .not_built = "leave it out: a run is of the neurons themselves" },
    { .name = "trials", .not_built = "leave it out: `eigc sweep --trials 100 MODEL` runs it with as many seeds" },
};
enum { N_RULES = sizeof rule / sizeof *rule };

const AttrRule *simulate_rules(size_t *n)
{
    *n = N_RULES;
    return rule;
}

const AstDecl *simulate_block(const Builder *b)
{
    for (size_t k = 0; k < b->ast->decls.n; k++)
        if (b->ast->decls.at[k]->kind == AST_SIMULATE)
            return b->ast->decls.at[k];
    return NULL;
}

static void report_second_block(Builder *b, const AstDecl *first)
{
    for (size_t k = 0; k < b->ast->decls.n; k++) {
        const AstDecl *d = b->ast->decls.at[k];
        if (d->kind != AST_SIMULATE || d == first)
            continue;
        Diag *g = diag_at(b->cx, D_E0202, d->span, "a model has one simulate block");
        diag_note_at(b->cx, g, first->span, "the first one");
        diag_help(b->cx, g, "put all settings and records into one block; what changes during a run is `at 100 ms NAME = ...`");
    }
}

/* ---- times ---- */

/* `such` is a time in ms. */
static bool positive_time(Builder *b, const AstExpr *e, const char *what, const char *such, Num *out)
{
    Typed v;
    Num x;
    if (!constant_number(b, e, what, &v) || !time_expect(b, v, what))
        return false;
    expr_is_const(v.e, &x);
    if (mpq_sgn(x) <= 0) {
        Diag *d = diag_at(b->cx, D_E0401, e->span, "%s is above 0, and this is %s", what, constant_text(b, v));
        diag_help(b->cx, d, "write one such as `%s%s`", such, unit_is_none(v.unit) ? "" : " ms");
        return false;
    }
    *out = x;
    return true;
}

static bool same_interval(Num a, Num b)
{
    return a && b ? mpq_cmp(a, b) == 0 : a == b;
}

/* The clock of an interval; every is NULL for every step. */
static size_t clock_of(Builder *b, Num every, const AstAttr *a)
{
    ModelSim *sim = &b->m->sim;
    for (size_t k = 0; k < sim->clocks.n; k++)
        if (same_interval(sim->clocks.at[k].every, every))
            return k;
    ModelClock c = { .every = every, .text = every ? expression_text(b, a->every) : "step", .span = every ? a->every->span : a->span };
    vec_push(&b->cx->arena, &sim->clocks, c);
    return sim->clocks.n - 1;
}

/* `every step`, `every dt`: no names in the language. */
static bool report_every_step(Builder *b, const AstExpr *every)
{
    const char *name = every->kind == AST_NAME ? every->as.name.name : "";
    if ((strcmp(name, "step") != 0 && strcmp(name, "dt") != 0) || symbol_find(b, name))
        return false;
    Diag *d = diag_at(b->cx, D_E0201, every->span, "there is no `%s`", name);
    diag_help(b->cx, d, "leave out `every %s`: without it each step is recorded", name);
    return true;
}

static bool read_interval(Builder *b, const AstExpr *every, Num *out)
{
    return !report_every_step(b, every) && positive_time(b, every, "a record interval", "1", out);
}

static void read_intervals(Builder *b, const AstAttrs *attrs)
{
    for (size_t k = 0; k < attrs->n; k++) {
        const AstAttr *a = &attrs->at[k];
        Num every = NULL;
        if (a->kind != AST_ATTR_RECORD || (b->many->measured && b->m->sim.clocks.n > 0))
            continue;
        bool known = !a->every || read_interval(b, a->every, &every);
        size_t clock = known ? clock_of(b, every, a) : 0;
        vec_push(&b->cx->arena, &b->clock_of, clock);
    }
    if (b->m->sim.clocks.n == 0)
        vec_push(&b->cx->arena, &b->m->sim.clocks, ((ModelClock){ .text = "step", .span = b->m->sim.span }));
}

/* Everything that is missing, in one sentence. */
static void report_missing(Builder *b, bool duration, bool named_method, bool step)
{
    if (duration && named_method && step)
        return;
    const char *what = arena_printf(&b->cx->arena, "%s%s%s", duration ? "" : ", duration", named_method ? "" : ", method",
                                    step ? "" : ", step");
    const char *repair = arena_printf(&b->cx->arena, "%s%s%s", duration ? "" : "; duration = 500 ms",
                                      named_method ? "" : "; method = rk4", step ? "" : "; step = 0.1 ms");
    Diag *d = diag_at(b->cx, D_E0801, b->m->sim.span, "the simulate block has no %s", what + 2);
    diag_help(b->cx, d, "add `%s`", repair + 2);
}

static void read_method(Builder *b, const AstAttr *a, bool *known)
{
    const char *names[EIG_N_METHODS + 1];
    for (int k = 0; k < EIG_N_METHODS; k++)
        names[k] = eig_method[k].name;
    names[EIG_N_METHODS] = "auto";
    int k = attribute_choice(b, a->value, "a method", EIG_N_METHODS + 1, names);
    *known = k >= 0;
    b->m->sim.method_span = a->value->span;
    b->m->sim.is_auto = k == EIG_N_METHODS;
    /* Until it is chosen: limits of proximal steps, which are written for a method, have this one alone. */
    if (k >= 0)
        b->m->sim.method = b->m->sim.is_auto ? EIG_METHOD_EULER : (EigMethod)k;
}

static double tolerance(Builder *b, const AstAttr *a, const char *what, double otherwise)
{
    Typed v;
    Num x;
    if (!a || !constant_number(b, a->value, what, &v) || !typed_expect(b, v, UNIT_NONE, what))
        return otherwise;
    expr_is_const(v.e, &x);
    if (mpq_sgn(x) > 0 && num_to_double(x) > 0)
        return num_to_double(x);
    Diag *d = diag_at(b->cx, D_E0401, a->value->span, "%s is above 0, and this is %s", what, num_brief(b->cx, x));
    diag_help(b->cx, d, "write one such as `1e-6`");
    return otherwise;
}

/* Steps of one length keep no tolerance, and who writes one believes that they do. */
static void no_tolerance(Builder *b, const AstAttr *a, const char *what)
{
    if (!a)
        return;
    Diag *d = diag_at(b->cx, D_E0208, a->span, "%s is a tolerance, and `%s` takes steps of one length", what, eig_method[b->m->sim.method].name);
    diag_help(b->cx, d, "leave it out, or write `method = rk45` or `dopri8`, which choose their steps by it");
}

void simulate_times(Builder *b)
{
    const AstDecl *d = simulate_block(b);
    ModelSim *sim = &b->m->sim;
    const AstAttr *slot[N_RULES] = { 0 };
    bool method_known = false;
    sim->rtol = 1e-6;
    sim->atol = 1e-9;
    if (!d)
        return;
    report_second_block(b, d);
    sim->present = true;
    sim->span = d->span;
    bool complete = attributes_collect(b, &d->as.simulate.attrs, "the simulate block", N_RULES, rule, slot);
    if (slot[SIM_DURATION]) {
        sim->duration_span = slot[SIM_DURATION]->value->span;
        positive_time(b, slot[SIM_DURATION]->value, "the duration", "500", &sim->duration);
    }
    if (slot[SIM_METHOD])
        read_method(b, slot[SIM_METHOD], &method_known);
    if (slot[SIM_STEP])
        sim->has_step = positive_time(b, slot[SIM_STEP]->value, "the step", "0.1", &sim->step);
    bool needs_step = method_known && !sim->is_auto && !eig_method[sim->method].adaptive;
    if (complete)
        report_missing(b, slot[SIM_DURATION], slot[SIM_METHOD], slot[SIM_STEP] || !needs_step);
    sim->rtol = tolerance(b, slot[SIM_RTOL], "`rtol`", sim->rtol);
    sim->atol = tolerance(b, slot[SIM_ATOL], "`atol`", sim->atol);
    sim->has_tolerance = slot[SIM_RTOL] || slot[SIM_ATOL];
    if (needs_step) {
        no_tolerance(b, slot[SIM_RTOL], "`rtol`");
        no_tolerance(b, slot[SIM_ATOL], "`atol`");
    }
    if (slot[SIM_SEED])
        constant_whole(b, slot[SIM_SEED]->value, "a seed", 0, UINT64_MAX, &sim->seed);
    if (slot[SIM_NOISE_STEP]) {
        sim->noise_step_span = slot[SIM_NOISE_STEP]->span;
        positive_time(b, slot[SIM_NOISE_STEP]->value, "the step of the noise", "1", &sim->noise_step);
    }
    if (slot[SIM_PRECISION])
        sim->f32_weights = attribute_choice(b, slot[SIM_PRECISION]->value, "a precision", 2, (const char *[]){ "f64", "f32_weights" }) == 1;
    read_intervals(b, &d->as.simulate.attrs);
}
