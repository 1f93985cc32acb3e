/* Requirements: what `eigc check` has to certify. */
#include "compiler/model/cost/cost.h"
#include "compiler/model/habit.h"

#include <string.h>

static const char *const built[N_REQUIREMENTS] = {
#define REQUIREMENT(NAME, name, ...) [REQUIRE_##NAME] = name,
#include "compiler/model/require.def"
#undef REQUIREMENT
};

static void report_unknown_requirement(Builder *b, const AstExpr *e)
{
    const char *names[N_REQUIREMENTS], *name = e->as.name.name;
    size_t n = 0;
    Sbuf all = {0};
    for (size_t k = 0; k < N_REQUIREMENTS; k++)
        if (built[k]) {
            sbuf_printf(&all, "%s, ", built[k]);
            names[n++] = built[k];
        }
    Diag *d = diag_at(b->cx, D_E0201, e->span, "there is no requirement `%s`", name);
    if (!habit_help(b->cx, d, HABIT_REQUIREMENT, name, n, names, HABIT_LISTED))
        diag_help(b->cx, d, "what can be required: %s`rate >= 0.05 per ms`, `E in [0, 50]`", sbuf_text(&all));
    sbuf_free(&all);
}

/* The number of a requirement by name; N_REQUIREMENTS: there is none. */
static size_t find_requirement(const char *name)
{
    size_t k = 0;
    while (k < N_REQUIREMENTS && !(built[k] && strcmp(name, built[k]) == 0))
        k++;
    return k;
}

/* ---- bounds ---- */

/* `stable >= 1`; false where the name is also that of a population. */
static bool report_bounded_name(Builder *b, const AstDecl *d)
{
    const AstExpr *e = d->as.require.subject, *left = d->as.require.range || e->kind != AST_BINARY ? e : e->as.binary.left;
    if (left->kind != AST_NAME || find_requirement(left->as.name.name) == N_REQUIREMENTS)
        return false;
    for (size_t k = 0; k < b->m->pops.n; k++)
        if (strcmp(b->m->pops.at[k].name, left->as.name.name) == 0)
            return false;
    Diag *g = diag_at(b->cx, D_E0304, e->span, "`%s` holds or does not hold, and has no bound", left->as.name.name);
    diag_help(b->cx, g, "write `require %s`", left->as.name.name);
    return true;
}

/* `rate >= 0.05 per ms`, `E[3] <= 2`: its two sides; false after a diagnostic. */
static bool read_comparison(Builder *b, const AstExpr *e, const AstExpr **subject, const AstExpr **lo, const AstExpr **hi)
{
    AstOp op = e->kind == AST_BINARY ? e->as.binary.op : AST_ADD;
    *subject = e->as.binary.left;
    if (op == AST_GE)
        *lo = e->as.binary.right;
    else if (op == AST_LE)
        *hi = e->as.binary.right;
    if ((op == AST_GE || op == AST_LE) && (*subject)->kind != AST_NUMBER)
        return true;
    Diag *d = diag_at(b->cx, D_E0304, e->span, "this is not something that can be required");
    if (op == AST_LT || op == AST_GT)
        diag_help(b->cx, d, "bounds may be reached: write `%s`", op == AST_LT ? "<=" : ">=");
    else
        diag_help(b->cx, d, "a bound stands behind what it bounds: `E >= 0`, `E in [0, 50]`, `rate >= 0.05 per ms`");
    return false;
}

static bool read_bound(Builder *b, const AstExpr *e, int outward, Unit unit, const char *what, Typed *v, Num *out, const Dependence **of)
{
    if (!e || infinite_bound(e) == outward)
        return true;
    if (!constant_number(b, e, what, v) || !typed_expect(b, *v, unit, what))
        return false;
    expr_is_const(v->e, out);
    *of = v->e->depends;
    return true;
}

static bool read_bounds(Builder *b, const AstExpr *e, const AstExpr *lo, const AstExpr *hi, Unit unit, ModelRequire *r)
{
    const char *what = arena_printf(&b->cx->arena, "a bound of `%s`", expression_text(b, e));
    Typed from, to;
    if (!read_bound(b, lo, -1, unit, what, &from, &r->lo, &r->lo_of) || !read_bound(b, hi, 1, unit, what, &to, &r->hi, &r->hi_of))
        return false;
    if (!r->lo || !r->hi || mpq_cmp(r->lo, r->hi) <= 0)
        return true;
    Diag *d = diag_at(b->cx, D_E0401, span_join(lo->span, hi->span), "nothing lies between %s and %s", constant_text(b, from),
                      constant_text(b, to));
    diag_help(b->cx, d, "the lower bound comes first: `in [lo, hi]`");
    return false;
}

/* `rate` is the speed of convergence, in units of one per time. */
static bool read_rate(Builder *b, const AstExpr *e, const AstExpr *lo, const AstExpr *hi, ModelRequire *r)
{
    r->kind = REQUIRE_RATE;
    if (!lo || hi) {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "the rate of convergence is required to be at least something");
        diag_help(b->cx, d, "write `rate >= 0.05 per ms`");
        return false;
    }
    return read_bounds(b, e, lo, NULL, unit_div(UNIT_NONE, time_unit(b)), r);
}

/* E, E[3], E[2..5], mean(E) - 2 * I: what may be recorded. */
static bool read_quantity(Builder *b, const AstExpr *e, const AstExpr *lo, const AstExpr *hi, ModelRequire *r)
{
    Scope scope = { .kind = SCOPE_RECORD, .what = "a requirement", .pop = NO_POP };
    Typed v = resolve(b, e, &scope);
    if (!typed_ok(v))
        return false;
    r->kind = REQUIRE_RANGE;
    r->expr = v.e;
    r->n_neurons = v.pop != NO_POP && v.n_neurons > 1 ? v.n_neurons : 1;
    return read_bounds(b, e, lo, hi, v.unit, r);
}

static void require_bound(Builder *b, const AstDecl *d)
{
    const AstExpr *e = d->as.require.subject, *range = d->as.require.range, *lo = NULL, *hi = NULL;
    const char *text = expression_text(b, e);
    if (report_bounded_name(b, d))
        return;
    if (range && range->kind == AST_LIST && range->as.list.n == 2) {
        lo = range->as.list.at[0];
        hi = range->as.list.at[1];
        text = arena_printf(&b->cx->arena, "%s in %s", text, expression_text(b, range));
    } else if (!read_comparison(b, e, &e, &lo, &hi)) {
        return;
    }
    bool all = d->as.require.for_all_params;
    ModelRequire r = { .span = d->span, .text = all ? arena_printf(&b->cx->arena, "%s for all params", text) : text, .for_all_params = all };
    params_note(b, NULL);
    bool is_rate = e->kind == AST_NAME && strcmp(e->as.name.name, "rate") == 0;
    if (is_rate && report_hiding(b, (AstName){ e->as.name.name, e->span }, "the rate of convergence"))
        return;
    bool ok = is_rate ? read_rate(b, e, lo, hi, &r) : read_quantity(b, e, lo, hi, &r);
    params_note(b, &r.params);
    if (ok)
        vec_push(&b->cx->arena, &b->m->requires, r);
}

static void require(Builder *b, const AstDecl *d)
{
    const AstExpr *e = d->as.require.subject;
    if (is_error_node(e))
        return;
    bool is_named = !d->as.require.range && e->kind == AST_NAME;
    if (!is_named) {
        require_bound(b, d);
        return;
    }
    size_t k = find_requirement(e->as.name.name);
    if (k == N_REQUIREMENTS) {
        report_unknown_requirement(b, e);
        return;
    }
    bool all = d->as.require.for_all_params;
    ModelRequire r = { .kind = (RequireKind)k, .span = d->span, .for_all_params = all,
                       .text = all ? arena_printf(&b->cx->arena, "%s for all params", built[k]) : built[k] };
    vec_push(&b->cx->arena, &b->m->requires, r);
}

void requirements_build(Builder *b)
{
    for (size_t k = 0; k < b->items.n; k++)
        if (b->items.at[k].decl->kind == AST_REQUIRE) {
            require(b, b->items.at[k].decl);
            made_together(b);
        }
}
