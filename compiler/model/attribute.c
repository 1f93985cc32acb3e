/* The lines of a block against the table of what the block knows. */
#include "compiler/model/build.h"
#include "compiler/model/cost/cost.h"
#include "compiler/model/habit.h"

#include <string.h>
#include <strings.h>

static const AttrRule *find_rule(size_t n, const AttrRule *rule, const AstAttr *a)
{
    const AttrRule *same_name = NULL;
    for (size_t k = 0; k < n; k++) {
        bool any_name = rule[k].name == NULL;
        bool named = any_name || (a->name && strcmp(rule[k].name, a->name) == 0);
        if (named && rule[k].kind == a->kind)
            return &rule[k];
        if (named && !any_name)
            same_name = &rule[k];
    }
    return same_name;
}

/* `v = 3` beside `v' = ...`. */
static bool is_state(const AstAttrs *attrs, const char *name)
{
    for (size_t k = 0; k < attrs->n; k++)
        if (attrs->at[k].kind == AST_ATTR_DERIVATIVE && attrs->at[k].name == name)
            return true;
    return false;
}

bool attribute_mentions(const AstExpr *e, const char *name)
{
    bool found = false;
    switch (e->kind) {
    case AST_NAME:
        return e->as.name.name == name;
    case AST_UNARY:
        return attribute_mentions(e->as.binary.right, name);
    case AST_BINARY:
        return attribute_mentions(e->as.binary.left, name) || attribute_mentions(e->as.binary.right, name);
    case AST_CALL:
        for (size_t k = 0; k < e->as.call.args.n; k++)
            found |= attribute_mentions(e->as.call.args.at[k].value, name);
        return found;
    default:
        return false;
    }
}

/* `v = -v + input`, or another line of that kind beside equations. */
static bool is_equation(const AstAttrs *attrs, const AstAttr *a, size_t n, const AttrRule *rule)
{
    bool takes_equations = false, has_equations = false;
    for (size_t k = 0; k < n; k++)
        takes_equations |= rule[k].kind == AST_ATTR_DERIVATIVE;
    for (size_t k = 0; k < attrs->n; k++)
        has_equations |= attrs->at[k].kind == AST_ATTR_DERIVATIVE;
    return takes_equations && a->kind == AST_ATTR_VALUE && (has_equations || attribute_mentions(a->value, a->name));
}

static bool is_listed(size_t n, const char *const *names, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(names[k], name) == 0)
            return true;
    return false;
}

static void report_unknown(Builder *b, const AstAttrs *attrs, const AstAttr *a, const char *where, size_t n, const AttrRule *rule)
{
    const char *names[64];
    size_t n_names = 0;
    for (size_t k = 0; k < n && n_names < 64; k++)
        if (rule[k].name && !is_listed(n_names, names, rule[k].name))
            names[n_names++] = rule[k].name;
    if (!a->name) {
        diag_at(b->cx, D_E0205, a->span, "this does not belong into %s", where);
        return;
    }
    Diag *d = diag_at(b->cx, D_E0205, a->name_span, "%s has no `%s`", where, a->name);
    bool equation = is_equation(attrs, a, n, rule);
    if (is_state(attrs, a->name))
        diag_help(b->cx, d, "its value at time 0 is written `start(%s) = ...`, what it does then `%s' = ...`", a->name, a->name);
    else if (!habit_help(b->cx, d, HABIT_ATTRIBUTE, a->name, n_names, names, equation ? HABIT_LISTED : HABIT_LISTS) && equation)
        diag_help(b->cx, d, "an equation is written `%s' = ...`; a constant stands outside of the population, `let %s = ...`", a->name, a->name);
}

bool attribute_was_refused(const Builder *b, const PopBuild *pb, const char *name)
{
    const DiagList *said = &b->cx->diags;
    const AstAttrs *attrs = &pb->decl->as.population.attrs;
    for (size_t k = 0; k < attrs->n; k++) {
        const AstAttr *a = &attrs->at[k];
        if (!a->name || (name && strcmp(a->name, name) != 0))
            continue;
        bool equation = a->kind == AST_ATTR_DERIVATIVE;     /* refused under several codes, such as that of one state too many */
        for (size_t d = 0; d < said->n; d++)
            if ((equation || said->at[d].code == D_E0205) && said->at[d].span.source == a->name_span.source &&
                said->at[d].span.from == a->name_span.from)
                return true;
    }
    return false;
}

static void report_form(Builder *b, const AstAttr *a, const AttrRule *r)
{
    Diag *d = diag_at(b->cx, D_E0304, a->name_span, "`%s` is not written in this form", a->name);
    const char *name = a->kind == AST_ATTR_VALUE && a->value->kind == AST_NAME ? a->value->as.name.name : NULL;
    if (name && strcasecmp(name, "relu") == 0)
        diag_help(b->cx, d, "a ReLU is `cost = nonnegative`; a formula is written `%s(z) = ...`", r->name);
    else if (name && r->kind == AST_ATTR_FUNCTION && cost_find(name) >= 0 && !names_function(name))
        diag_help(b->cx, d, "the activation of a cost follows from it: `cost = %s`; a formula is written `%s(z) = ...`", name, r->name);
    else if (name && r->kind == AST_ATTR_FUNCTION)
        diag_help(b->cx, d, "it is a function: `%s(z) = %s(z)`", r->name, name);
    else if (r->kind == AST_ATTR_FUNCTION)
        diag_help(b->cx, d, "it is a function: `%s(z) = ...`", r->name);
    else
        diag_help(b->cx, d, "it is a value: `%s = ...`", r->name);
}

/* An argument that is kept within [lo, hi]: "min(max(z, 0), 1)". */
static const char *clipped(Builder *b, const char *name, const AstExpr *lo, const AstExpr *hi)
{
    bool from = !infinite_bound(lo), to = !infinite_bound(hi);
    const char *kept = from ? arena_printf(&b->cx->arena, "max(%s, %s)", name, expression_text(b, lo)) : name;
    return to ? arena_printf(&b->cx->arena, "min(%s, %s)", kept, expression_text(b, hi)) : kept;
}

/* Only a cost ends somewhere. */
static void report_domain(Builder *b, const AstAttr *a)
{
    const AstExpr *lo = a->domain->as.list.at[0], *hi = a->domain->as.list.at[1];
    Diag *d = diag_at(b->cx, D_E0208, a->domain->span, "`%s` has no domain: `on [lo, hi]` is that of a cost", a->name);
    if (strcmp(a->name, "activation") != 0 || a->params.n != 1)
        diag_help(b->cx, d, "leave it out");
    else if (!infinite_bound(lo) || !infinite_bound(hi))
        diag_help(b->cx, d, "an activation has a value for every input; for one that does not change beyond these, write `%s` in place of `%s`",
                  clipped(b, a->params.at[0].name, lo, hi), a->params.at[0].name);
    else
        diag_help(b->cx, d, "an activation has a value for every input: leave it out");
}

bool attributes_collect(Builder *b, const AstAttrs *attrs, const char *where, size_t n_rules, const AttrRule *rule,
                        const AstAttr **slot)
{
    bool complete = true;
    for (size_t k = 0; k < attrs->n; k++) {
        const AstAttr *a = &attrs->at[k];
        const AttrRule *r = find_rule(n_rules, rule, a);
        if (!r) {
            report_unknown(b, attrs, a, where, n_rules, rule);
            complete = false;
        } else if (r->not_built) {
            report_not_built(b, a->name_span, arena_printf(&b->cx->arena, "`%s`", a->name), r->not_built);
            complete = false;
        } else if (r->kind != a->kind) {
            report_form(b, a, r);
            complete = false;
        } else if (!r->repeats && slot[r - rule]) {
            Diag *d = diag_at(b->cx, D_E0206, a->name_span, "`%s` is given twice", a->name);
            diag_note_at(b->cx, d, slot[r - rule]->name_span, "first given here");
            diag_help(b->cx, d, "keep one of the two");
        } else {
            slot[r - rule] = a;
        }
        if (r && r->kind == a->kind && a->domain && !r->has_domain)
            report_domain(b, a);
    }
    return complete;
}

/* `all-to-all` is read as differences; what was meant is one word. */
static const char *joined(Builder *b, const AstExpr *e)
{
    char *text = arena_strdup(&b->cx->arena, expression_text(b, e)), *to = text;
    for (const char *from = text; *from; from++)
        if (*from != ' ')
            *to++ = *from == '-' ? '_' : *from;
    *to = 0;
    return text;
}

/* What is chosen between, where the names alone do not say it. */
static const struct { const char *what, *help; } choice[] = {
    { "a calculus", "by `ito` noise is multiplied by what it was multiplied by before its step, by `stratonovich` by that in the middle of it" },
    { "a pattern", "`all_to_all` connects every source to every target, `one_to_one` neuron k to neuron k, `random(p = 0.1)` by chance, `kernel(gaussian(100 um))` "
                   "by distance; `matrix(\"file\")` and `edges(\"file\")` read who is connected" },
    { "a place", "write `place = ring(1 mm)` or `line(1 mm)` for neurons in a row, `grid(20, 10)` or `torus(20, 10)` for columns and rows" },
    { "a precision", "`f64` keeps every weight in double precision; `f32_weights` rounds those of arrays to single, for half of the memory" },
    { "the interpolation", "`linear` goes straight from a sample to the next one, `step` keeps one until the next" },
    { "`normalize`", "`normalize = yes` divides a kernel by its sum over the sources; without it the kernel is as written" },
    { "`self`", "`self = no` leaves out what connects a neuron with itself, `self = yes` keeps it" },
};

static void help_to_choose(Builder *b, Diag *d, const char *what)
{
    for (size_t k = 0; k < sizeof choice / sizeof *choice; k++)
        if (strcmp(what, choice[k].what) == 0)
            diag_help(b->cx, d, "%s", choice[k].help);
}

int attribute_choice(Builder *b, const AstExpr *e, const char *what, size_t n, const char *const *names)
{
    if (is_error_node(e))
        return -1;
    const char *name = e->kind == AST_NAME ? e->as.name.name : NULL;
    for (size_t k = 0; name && k < n; k++)
        if (strcmp(name, names[k]) == 0)
            return (int)k;
    Sbuf list = { 0 };
    for (size_t k = 0; k < n; k++)
        sbuf_printf(&list, "%s`%s`", k == 0 ? "" : k + 1 == n ? " or " : ", ", names[k]);
    const char *choices = arena_strdup(&b->cx->arena, sbuf_text(&list));
    sbuf_free(&list);
    Diag *d = name ? diag_at(b->cx, D_E0201, e->span, "%s is %s, not `%s`", what, choices, name)
                   : diag_at(b->cx, D_E0304, e->span, "%s is %s", what, choices);
    for (size_t k = 0; e->kind == AST_STRING && k < n; k++)
        if (strcmp(e->as.string.text, names[k]) == 0) {
            diag_help(b->cx, d, "write it without quotes: `%s`", names[k]);
            return -1;
        }
    if (!habit_help(b->cx, d, HABIT_CHOICE, name ? name : joined(b, e), n, names, HABIT_LISTED))
        help_to_choose(b, d, what);
    return -1;
}

bool attribute_yes_no(Builder *b, const AstExpr *e, const char *what, bool *out)
{
    static const char *const names[] = { "yes", "no" };
    int k = attribute_choice(b, e, what, 2, names);
    *out = k == 0;
    return k >= 0;
}
