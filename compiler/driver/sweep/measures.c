#include <string.h>

#include "compiler/driver/sweep/sweep.h"

/* ---- reading ---- */

static const char *names_of_measures(Ctx *cx)
{
    const char *text = "";
    for (int k = 0; k < EIG_N_MEASURES; k++)
        text = arena_printf(&cx->arena, "%s%s%s", text, k == 0 ? "" : k + 1 < EIG_N_MEASURES ? ", " : " or ", eig_measure_name[k]);
    return text;
}

/* The expression of `record EXPR`, and nothing else; NULL after diagnostics. */
static const AstExpr *parse_measure(Ctx *cx, const char *text)
{
    static const char before[] = "simulate { record ", after[] = " }";
    const char *all = arena_printf(&cx->arena, "%s%s%s", before, text, after);
    size_t errors = cx->diags.n_errors;
    int source = source_from_text(cx, "--measure", all, strlen(all));
    const Ast *ast = source >= 0 ? parse_source(cx, source) : NULL;
    if (!ast || cx->diags.n_errors > errors)
        return NULL;
    const AstDecl *d = ast->decls.n == 1 ? ast->decls.at[0] : NULL;
    const AstAttrs *attrs = d && d->kind == AST_SIMULATE ? &d->as.simulate.attrs : NULL;
    const AstAttr *a = attrs && attrs->n == 1 ? &attrs->at[0] : NULL;
    if (a && a->kind == AST_ATTR_RECORD && a->records.n == 1 && !a->every)
        return a->records.at[0];
    Diag *g = diag_nowhere(cx, D_E0813, "--measure '%s': this is not one expression", text);
    diag_help(cx, g, "give --measure once for each; the times of measures are those of the model's first `record`");
    return NULL;
}

static EigMeasureKind kind_named(const AstExpr *e)
{
    if (e->kind != AST_CALL || e->as.call.callee->kind != AST_NAME)
        return EIG_N_MEASURES;
    for (EigMeasureKind k = 0; k < EIG_N_MEASURES; k++)
        if (strcmp(e->as.call.callee->as.name.name, eig_measure_name[k]) == 0)
            return k;
    return EIG_N_MEASURES;
}

static const char *text_of(Ctx *cx, const AstExpr *e)
{
    Sbuf text = { 0 };
    ast_print_expr(e, &text);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* The number of the quantity, which is recorded once. */
static size_t quantity_of(Ctx *cx, Measures *m, AstExpr *e)
{
    const char *text = text_of(cx, e);
    for (size_t k = 0; k < m->quantity.n; k++)
        if (strcmp(text_of(cx, m->quantity.at[k]), text) == 0)
            return k;
    vec_push(&cx->arena, &m->quantity, e);
    return m->quantity.n - 1;
}

static bool is_time(const AstArg *a)
{
    return a->value->kind == AST_NUMBER && (!a->name || strcmp(a->name, "from") == 0);
}

static bool read_measure(Ctx *cx, const char *text, Measures *m)
{
    AstExpr *e = (AstExpr *)(uintptr_t)parse_measure(cx, text), *quantity = e;
    if (!e)
        return false;
    EigMeasureKind kind = kind_named(e);
    const AstExpr *from = NULL;
    const char *name = text_of(cx, e);
    if (kind == EIG_N_MEASURES) {       /* a quantity as it is */
        kind = EIG_MEASURE_FINAL;
        name = arena_printf(&cx->arena, "final(%s)", name);
    } else {
        const AstArgs *args = &e->as.call.args;
        if (args->n < 1 || args->n > 2 || args->at[0].name || (args->n == 2 && !is_time(&args->at[1]))) {
            Diag *d = diag_at(cx, D_E0813, e->span, "`%s` is of a quantity, and of the time from which on it counts", eig_measure_name[kind]);
            diag_help(cx, d, "write %s(mean(E)) or %s(mean(E), 100 ms)", eig_measure_name[kind], eig_measure_name[kind]);
            return false;
        }
        quantity = args->at[0].value;
        from = args->n == 2 ? args->at[1].value : NULL;
        if (kind_named(quantity) != EIG_N_MEASURES) {
            diag_help(cx, diag_at(cx, D_E0813, quantity->span, "`%s` is of a whole run, and has no measure of its own", text_of(cx, quantity)),
                      "a measure, %s, stands outermost", names_of_measures(cx));
            return false;
        }
    }
    for (size_t k = 0; k < m->n; k++)
        if (strcmp(m->name[k], name) == 0) {
            diag_help(cx, diag_at(cx, D_E0813, e->span, "`%s` is measured already", name), "leave it out: a measure is one column");
            return false;
        }
    m->name[m->n] = name;
    m->from[m->n] = from;
    m->measure[m->n++] = (EigMeasure){ .kind = kind, .record = quantity_of(cx, m, quantity) };
    return true;
}

static void room_for(Ctx *cx, Measures *m, size_t n)
{
    *m = (Measures){ .measure = ARENA_ARRAY(&cx->arena, n + 1, EigMeasure), .name = ARENA_ARRAY(&cx->arena, n + 1, const char *),
                     .from = ARENA_ARRAY(&cx->arena, n + 1, const AstExpr *) };
}

bool measures_read(Compilation *c, Measures *out)
{
    bool ok = true;
    room_for(&c->cx, out, c->options->n_measures);
    for (size_t k = 0; k < c->options->n_measures; k++)
        ok = read_measure(&c->cx, c->options->measure[k], out) && ok;
    return ok;
}

void measures_of_all(Compilation *c, Measures *out)
{
    const Model *m = c->model;
    room_for(&c->cx, out, m->pops.n);
    for (size_t k = 0; k < m->pops.n; k++) {
        const ModelPop *p = &m->pops.at[k];
        const char *of = p->n_states ? arena_printf(&c->cx.arena, "%s.%s", p->name, p->state[0].name) : p->name;
        read_measure(&c->cx, arena_printf(&c->cx.arena, "final(mean(%s))", of), out);
    }
}

/* ---- what a model makes of them ---- */

static bool fit_time(Compilation *c, const AstExpr *from, EigMeasure *m)
{
    Num value, scale;
    Unit unit, time = c->model->has_time_unit ? (Unit){ .twice = { [DIM_TIME] = 2 } } : UNIT_NONE;
    if (!num_parse(&c->nums, from->as.number.text, strlen(from->as.number.text), &value) ||
        !unit_from_ast(&c->cx, &c->nums, &from->as.number.unit, &unit, &scale))
        return false;
    if (mpq_sgn(value) != 0 && !unit_equal(unit, time)) {
        Diag *d = diag_at(&c->cx, D_E0813, from->span, "this is the time from which on the quantity counts, and the model's time %s",
                          c->model->has_time_unit ? "is in ms" : "has no unit");
        diag_help(&c->cx, d, c->model->has_time_unit ? "write it with its unit: 100 ms" : "write it without a unit");
        return false;
    }
    mpq_ptr t = num_new(&c->nums);
    mpq_mul(t, value, scale);
    m->from = num_to_double(t);
    if (mpq_cmp(t, c->model->sim.duration) <= 0)
        return true;
    diag_help(&c->cx, diag_at(&c->cx, D_E0813, from->span, "the run ends before this time"), "a measure counts from here to the end of the run");
    return false;
}

bool measures_fit(Compilation *c, Measures *m)
{
    bool ok = true;
    for (size_t k = 0; k < c->model->sim.records.n; k++) {
        const ModelRecord *r = &c->model->sim.records.at[k];
        if (r->width == 1)
            continue;
        Diag *d = diag_at(&c->cx, D_E0813, r->span, "`%s` is %zu numbers, one a neuron; a measure is of one", r->name, r->width);
        diag_help(&c->cx, d, "take their mean, mean(%s), or one of them, as E[0]", r->name);
        ok = false;
    }
    for (size_t k = 0; ok && k < m->n; k++)
        if (m->from[k])
            ok = fit_time(c, m->from[k], &m->measure[k]) && ok;
    return ok;
}
