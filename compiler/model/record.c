/* Recorded quantities and requirements: what is asked of the model. */
#include "compiler/model/build.h"

#include <string.h>

/* ---- records ---- */

static bool is_recorded(const Builder *b, const char *name)
{
    for (size_t k = 0; k < b->m->sim.records.n; k++)
        if (strcmp(b->m->sim.records.at[k].name, name) == 0)
            return true;
    return false;
}

static void record(Builder *b, const AstExpr *e)
{
    Scope scope = { .kind = SCOPE_RECORD, .what = "a recorded quantity", .pop = NO_POP };
    Typed v = resolve(b, e, &scope);
    if (!typed_ok(v))
        return;
    ModelRecord r = { .name = expression_text(b, e), .span = e->span, .unit = v.unit, .expr = v.e, .width = 1,
                      .pop = SIZE_MAX };
    if (v.pop != NO_POP && v.n_neurons > 1) {
        r.width = v.n_neurons;
        r.pop = (size_t)v.pop;
    }
    if (is_recorded(b, r.name))
        diag_at(b->cx, D_E0202, e->span, "`%s` is recorded already", r.name);
    else
        vec_push(&b->cx->arena, &b->m->sim.records, r);
}

void records_build(Builder *b)
{
    const AstDecl *d = simulate_block(b);
    for (size_t k = 0; d && k < d->as.simulate.attrs.n; k++) {
        const AstAttr *a = &d->as.simulate.attrs.at[k];
        for (size_t j = 0; a->kind == AST_ATTR_RECORD && j < a->records.n; j++)
            record(b, a->records.at[j]);
    }
}

/* ---- requirements ---- */

static const char *const later[] = { "potential_game", "balanced", "rate" };
static const char *const built[] = {
    [REQUIRE_DALE] = "dale", [REQUIRE_STABLE] = "stable", [REQUIRE_UNIQUE] = "unique_equilibrium",
};
enum { N_LATER = sizeof later / sizeof *later, N_BUILT = sizeof built / sizeof *built };

static void report_unknown_requirement(Builder *b, const AstExpr *e)
{
    const char *names[N_LATER + N_BUILT], *name = e->as.name.name;
    for (size_t k = 0; k < N_BUILT; k++)
        names[k] = built[k];
    for (size_t k = 0; k < N_LATER; k++) {
        names[N_BUILT + k] = later[k];
        if (strcmp(name, later[k]) == 0) {
            report_not_built(b, e->span, arena_printf(&b->cx->arena, "the requirement `%s`", name));
            return;
        }
    }
    Diag *d = diag_at(b->cx, D_E0201, e->span, "there is no requirement `%s`", name);
    const char *near = nearest_name(name, names, N_LATER + N_BUILT);
    if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else
        diag_help(b->cx, d, "what can be required: dale, stable, unique_equilibrium");
}

static void require(Builder *b, const AstDecl *d)
{
    const AstExpr *e = d->as.require.subject;
    if (is_error_node(e))
        return;
    if (d->as.require.range || e->kind != AST_NAME) {
        report_not_built(b, e->span, "a requirement on values");
        return;
    }
    for (size_t k = 0; k < N_BUILT; k++)
        if (strcmp(e->as.name.name, built[k]) == 0) {
            ModelRequire r = { (RequireKind)k, d->span, built[k] };
            if (d->as.require.for_all_params)
                report_not_built(b, d->span, "a requirement for all params");
            else
                vec_push(&b->cx->arena, &b->m->requires, r);
            return;
        }
    report_unknown_requirement(b, e);
}

void requirements_build(Builder *b)
{
    for (size_t k = 0; k < b->items.n; k++)
        if (b->items.at[k].decl->kind == AST_REQUIRE)
            require(b, b->items.at[k].decl);
}
