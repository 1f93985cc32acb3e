/* The catalogue of costs by name: a name, or a name with its arguments. */
#include "compiler/model/cost/cost.h"

#include <string.h>
#include <strings.h>

typedef enum ParamDomain { ANY, NONNEGATIVE, POSITIVE, ABOVE_MINUS_ONE, ABOVE_ONE, FROM_ONE, UNIT_INTERVAL, BOUND } ParamDomain;
typedef enum ParamUnit { PURE, RATE } ParamUnit;
typedef enum RateUnit { ANY_UNIT, PURE_NUMBER } RateUnit;

typedef struct CostParam {
    const char *name, *standard;
    ParamDomain domain;
    ParamUnit unit;
} CostParam;

typedef struct CostRow {
    const char *name;
    CostParam param[COST_MAX_PARAMS];
    RateUnit rate;
} CostRow;

#define PARAM(name, standard, domain, unit) { name, standard, domain, unit }
#define PARAMS(...) { __VA_ARGS__ }
#define NO_PARAMS { { 0 } }
#define COST(id, name, parameters, unit, text) [COST_##id] = { name, parameters, unit },
#define ALIAS(name, id)
static const CostRow cost_row[N_COSTS] = {
#include "compiler/model/cost/cost.def"
};
#undef COST
#undef ALIAS

static const struct { const char *name; CostId id; } alias[] = {
#define COST(id, name, parameters, unit, text)
#define ALIAS(name, id) { name, COST_##id },
#include "compiler/model/cost/cost.def"
#undef COST
#undef ALIAS
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- names ---- */

int cost_find(const char *name)
{
    for (int k = 0; k < N_COSTS; k++)
        if (strcmp(cost_row[k].name, name) == 0)
            return k;
    for (size_t k = 0; k < LENGTH(alias); k++)
        if (strcmp(alias[k].name, name) == 0)
            return (int)alias[k].id;
    return -1;
}

static int n_params(const CostRow *row)
{
    int n = 0;
    while (n < COST_MAX_PARAMS && row->param[n].name)
        n++;
    return n;
}

static void report_unknown_cost(Builder *b, Span at, const char *name)
{
    const char *names[N_COSTS];
    for (size_t k = 0; k < N_COSTS; k++)
        names[k] = cost_row[k].name;
    const char *near = nearest_name(name, names, LENGTH(names));
    for (size_t k = 0; !near && k < LENGTH(names); k++)
        if (strlen(name) >= 3 && strncmp(names[k], name, strlen(name)) == 0)
            near = names[k];
    if (strcasecmp(name, "relu") == 0)
        near = "nonnegative";
    Diag *d = diag_at(b->cx, D_E0201, at, "there is no cost `%s`", name);
    if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else
        diag_help(b->cx, d, "ReLU is `cost = nonnegative`; an activation of your own is `activation(z) = ...`");
}

/* ---- arguments ---- */

static bool in_domain(ParamDomain domain, Num x)
{
    switch (domain) {
    case ANY:
    case BOUND: return true;
    case NONNEGATIVE: return mpq_sgn(x) >= 0;
    case POSITIVE: return mpq_sgn(x) > 0;
    case ABOVE_MINUS_ONE: return mpq_cmp_si(x, -1, 1) > 0;
    case ABOVE_ONE: return mpq_cmp_si(x, 1, 1) > 0;
    case FROM_ONE: return mpq_cmp_si(x, 1, 1) >= 0;
    case UNIT_INTERVAL: return mpq_sgn(x) > 0 && mpq_cmp_si(x, 1, 1) <= 0;
    }
    return false;
}

static const char *domain_text(ParamDomain domain)
{
    switch (domain) {
    case ANY:
    case BOUND: return "finite";
    case NONNEGATIVE: return "at least 0";
    case POSITIVE: return "above 0";
    case ABOVE_MINUS_ONE: return "above -1";
    case ABOVE_ONE: return "above 1";
    case FROM_ONE: return "at least 1";
    case UNIT_INTERVAL: return "above 0 and at most 1";
    }
    return "";
}

int infinite_bound(const AstExpr *e)
{
    if (e->kind == AST_UNARY && e->as.binary.op == AST_NEG)
        return -infinite_bound(e->as.binary.right);
    return e->kind == AST_NAME && strcmp(e->as.name.name, "inf") == 0;
}

static void note_place(Builder *b, Cost *c, const char *cost_name, const CostParam *p, Typed v)
{
    UnitFact f = { .known = true, .unit = v.unit, .span = v.span };
    f.why = arena_printf(&b->cx->arena, "`%s` of `%s`", p->name, cost_name);
    if (!v.is_zero)
        vec_push(&b->cx->arena, &c->places, f);
}

static bool read_argument(Builder *b, Cost *c, const CostRow *row, int k, const AstExpr *e, CostArgs *out)
{
    const CostParam *p = &row->param[k];
    const char *what = arena_printf(&b->cx->arena, "`%s` of `%s`", p->name, row->name);
    int infinite = p->domain == BOUND ? infinite_bound(e) : 0;
    out->span[k] = e->span;
    if (infinite) {
        bool outward = infinite == (k == 0 ? -1 : 1);
        if (!outward)
            diag_at(b->cx, D_E0401, e->span, "%s cannot be infinite on this side", what);
        return outward;
    }
    Typed v;
    if (!constant_number(b, e, what, &v) || (p->unit == PURE && !typed_expect(b, v, UNIT_NONE, what)))
        return false;
    expr_is_const(v.e, &out->value[k]);
    out->given[k] = v;
    if (!in_domain(p->domain, out->value[k])) {
        diag_at(b->cx, D_E0401, e->span, "%s is %s, and this is %s", what, domain_text(p->domain),
                constant_text(b, v));
        return false;
    }
    if (p->unit == RATE)
        note_place(b, c, row->name, p, v);
    return true;
}

static int argument_slot(const CostRow *row, const AstArg *arg, size_t position)
{
    if (!arg->name)
        return (int)position;
    for (int k = 0; k < n_params(row); k++)
        if (strcmp(row->param[k].name, arg->name) == 0)
            return k;
    return -1;
}

/* "box(lo, hi)", "logistic(r = 1, T = 1, th = 0)", "nonnegative" */
static const char *usage(Builder *b, const CostRow *row)
{
    const char *text = row->name;
    for (int k = 0; k < n_params(row); k++) {
        const CostParam *p = &row->param[k];
        text = arena_printf(&b->cx->arena, "%s%s%s%s%s", text, k ? ", " : "(", p->name, p->standard ? " = " : "",
                            p->standard ? p->standard : "");
    }
    return n_params(row) ? arena_printf(&b->cx->arena, "%s)", text) : text;
}

static bool read_given(Builder *b, Cost *c, const CostRow *row, const AstExpr *e, bool given[COST_MAX_PARAMS], CostArgs *out)
{
    if (e->kind != AST_CALL)
        return true;
    if (e->as.call.args.n > (size_t)n_params(row)) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`%s` takes %d argument%s, not %zu", row->name, n_params(row),
                          n_params(row) == 1 ? "" : "s", e->as.call.args.n);
        diag_help(b->cx, d, "it is written `%s`", usage(b, row));
        return false;
    }
    bool ok = true;
    for (size_t j = 0; j < e->as.call.args.n; j++) {
        const AstArg *arg = &e->as.call.args.at[j];
        int k = argument_slot(row, arg, j);
        if (k < 0 || given[k]) {
            Diag *d = diag_at(b->cx, D_E0209, arg->name ? arg->name_span : arg->value->span,
                              k < 0 ? "`%s` has no parameter `%s`" : "`%s` is given `%s` twice", row->name,
                              arg->name ? arg->name : row->param[k].name);
            diag_help(b->cx, d, "it is written `%s`", usage(b, row));
            return false;
        }
        given[k] = true;
        ok = read_argument(b, c, row, k, arg->value, out) && ok;
    }
    return ok;
}

static bool read_arguments(Builder *b, Cost *c, const CostRow *row, const AstExpr *e, CostArgs *out)
{
    bool given[COST_MAX_PARAMS] = { false };
    if (!read_given(b, c, row, e, given, out))
        return false;
    for (int k = 0; k < n_params(row); k++) {
        const CostParam *p = &row->param[k];
        if (given[k])
            continue;
        if (!p->standard) {
            Diag *d = diag_at(b->cx, D_E0209, e->span, "`%s` needs its parameter `%s`", row->name, p->name);
            diag_help(b->cx, d, "it is written `%s`", usage(b, row));
            return false;
        }
        out->span[k] = e->span;
        if (!num_parse(b->nums, p->standard, strlen(p->standard), &out->value[k]))
            BUG("default of %s", p->name);
        if (p->unit == RATE)
            note_place(b, c, row->name, p, typed_const(b, e->span, out->value[k], UNIT_NONE));
    }
    return true;
}

bool cost_read_call(Builder *b, Cost *c, const AstExpr *e, CostId *id, CostArgs *out)
{
    const AstExpr *callee = e->kind == AST_CALL ? e->as.call.callee : e;
    if (callee->kind != AST_NAME) {
        if (!is_error_node(callee))
            diag_at(b->cx, D_E0304, callee->span, "the name of a cost is needed here");
        return false;
    }
    int found = cost_find(callee->as.name.name);
    if (found < 0) {
        report_unknown_cost(b, callee->span, callee->as.name.name);
        return false;
    }
    *id = (CostId)found;
    const CostRow *row = &cost_row[found];
    if (row->rate == PURE_NUMBER) {
        UnitFact pure = { .known = true, .unit = UNIT_NONE, .span = e->span };
        pure.why = arena_printf(&b->cx->arena, "`%s`", row->name);
        vec_push(&b->cx->arena, &c->places, pure);
    }
    return read_arguments(b, c, row, e, out);
}
