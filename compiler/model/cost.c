/* Cost expressions -> the canonical form of cost.h. */
#include "compiler/model/cost.h"

#include <string.h>
#include <strings.h>

typedef enum CostId {
#define COST(id, name, parameters, text) COST_##id,
#define ALIAS(name, id)
#define COST_LATER(name)
#include "compiler/model/cost.def"
#undef COST
#undef ALIAS
#undef COST_LATER
    N_COSTS
} CostId;

typedef enum ParamDomain { ANY, NONNEGATIVE, POSITIVE, ABOVE_MINUS_ONE, UNIT_INTERVAL, BOUND } ParamDomain;
typedef enum ParamUnit { PURE, RATE } ParamUnit;

typedef struct CostParam {
    const char *name, *standard;
    ParamDomain domain;
    ParamUnit unit;
} CostParam;

enum { MAX_PARAMS = 3 };

typedef struct CostRow {
    const char *name;
    CostParam param[MAX_PARAMS];
} CostRow;

#define PARAM(name, standard, domain, unit) { name, standard, domain, unit }
#define PARAMS(...) { __VA_ARGS__ }
#define NO_PARAMS { { 0 } }
#define COST(id, name, parameters, text) [COST_##id] = { name, parameters },
#define ALIAS(name, id)
#define COST_LATER(name)
static const CostRow cost_row[N_COSTS] = {
#include "compiler/model/cost.def"
};
#undef COST
#undef ALIAS
#undef COST_LATER

static const struct { const char *name; CostId id; } alias[] = {
#define COST(id, name, parameters, text)
#define ALIAS(name, id) { name, COST_##id },
#define COST_LATER(name)
#include "compiler/model/cost.def"
#undef COST
#undef ALIAS
#undef COST_LATER
};

static const char *const later[] = {
#define COST(id, name, parameters, text)
#define ALIAS(name, id)
#define COST_LATER(name) name,
#include "compiler/model/cost.def"
#undef COST
#undef ALIAS
#undef COST_LATER
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- names ---- */

static int find_cost(const char *name)
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
    while (n < MAX_PARAMS && row->param[n].name)
        n++;
    return n;
}

static void report_unknown_cost(Builder *b, Span at, const char *name)
{
    for (size_t k = 0; k < LENGTH(later); k++)
        if (strcmp(later[k], name) == 0) {
            report_not_built(b, at, arena_printf(&b->cx->arena, "the cost `%s`", name));
            return;
        }
    const char *names[N_COSTS + LENGTH(later)];
    for (size_t k = 0; k < N_COSTS; k++)
        names[k] = cost_row[k].name;
    for (size_t k = 0; k < LENGTH(later); k++)
        names[N_COSTS + k] = later[k];
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

typedef struct CostArgs {
    Num value[MAX_PARAMS];      /* NULL: an infinite bound */
    Span span[MAX_PARAMS];
} CostArgs;

static bool in_domain(ParamDomain domain, Num x)
{
    switch (domain) {
    case ANY:
    case BOUND: return true;
    case NONNEGATIVE: return mpq_sgn(x) >= 0;
    case POSITIVE: return mpq_sgn(x) > 0;
    case ABOVE_MINUS_ONE: return mpq_cmp_si(x, -1, 1) > 0;
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
    if (!in_domain(p->domain, out->value[k])) {
        diag_at(b->cx, D_E0401, e->span, "%s is %s, and this is %s", what, domain_text(p->domain),
                num_brief(b->cx, out->value[k]));
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

static bool read_given(Builder *b, Cost *c, const CostRow *row, const AstExpr *e, bool given[MAX_PARAMS], CostArgs *out)
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
    bool given[MAX_PARAMS] = { false };
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

/* ---- sums ---- */

static Num add_scaled(Builder *b, Num to, Num scale, Num x)
{
    mpq_ptr q = num_new(b->nums);
    mpq_mul(q, scale, x);
    mpq_add(q, q, to);
    return q;
}

static void narrow(Cost *c, Num lo, Num hi)
{
    if (lo && (!c->lo || mpq_cmp(lo, c->lo) > 0))
        c->lo = lo;
    if (hi && (!c->hi || mpq_cmp(hi, c->hi) < 0))
        c->hi = hi;
}

static bool add_box(Builder *b, Cost *c, const AstExpr *e, const CostArgs *a)
{
    if (a->value[0] && a->value[1] && mpq_cmp(a->value[0], a->value[1]) >= 0) {
        Diag *d = diag_at(b->cx, D_E0401, e->span, "this box is empty: its lower bound %s is not below %s",
                          num_brief(b->cx, a->value[0]), num_brief(b->cx, a->value[1]));
        diag_help(b->cx, d, "the lower bound comes first: `box(lo, hi)`");
        return false;
    }
    narrow(c, a->value[0], a->value[1]);
    return true;
}

static bool add_smooth(Builder *b, Cost *c, Smooth smooth, Span at, Num scale, const CostArgs *a)
{
    if (c->smooth != SMOOTH_NONE) {
        Diag *d = diag_at(b->cx, D_E0702, at, "the sum of two smooth costs has no closed prox");
        diag_note_at(b->cx, d, c->smooth_span, "the other one");
        diag_help(b->cx, d, "write the activation that you mean: `activation(z) = ...`");
        return false;
    }
    if (mpq_cmp_si(scale, 1, 1) != 0) {
        Diag *d = diag_at(b->cx, D_E0702, at, "a multiple of this cost has no closed prox");
        diag_help(b->cx, d, "change its parameters, or write the activation: `activation(z) = ...`");
        return false;
    }
    c->smooth = smooth;
    c->smooth_span = at;
    if (smooth == SMOOTH_LOGISTIC) {
        c->r = a->value[0];
        c->T = a->value[1];
        c->th = a->value[2];
    } else if (smooth == SMOOTH_SOFTPLUS) {
        c->T = a->value[0];
    }
    return true;
}

static bool add_named(Builder *b, Cost *c, CostId id, const AstExpr *e, Num scale, const CostArgs *a)
{
    Num one = num_int(b->nums, 1), zero = num_int(b->nums, 0);
    switch (id) {
    case COST_IDENTITY: return true;
    case COST_NONNEGATIVE: narrow(c, zero, NULL); return true;
    case COST_BOX: return add_box(b, c, e, a);
    case COST_L1: c->lambda = add_scaled(b, c->lambda, scale, a->value[0]); return true;
    case COST_LINEAR: c->tilt = add_scaled(b, c->tilt, scale, a->value[0]); return true;
    case COST_QUADRATIC:
        c->a_neg = add_scaled(b, c->a_neg, scale, a->value[0]);
        c->a_pos = add_scaled(b, c->a_pos, scale, a->value[0]);
        return true;
    case COST_ELASTIC:
        c->lambda = add_scaled(b, c->lambda, scale, a->value[0]);
        c->a_neg = add_scaled(b, c->a_neg, scale, a->value[1]);
        c->a_pos = add_scaled(b, c->a_pos, scale, a->value[1]);
        return true;
    case COST_LEAKY: {
        mpq_ptr extra = num_new(b->nums);
        mpq_inv(extra, a->value[0]);
        mpq_sub(extra, extra, one);
        c->a_neg = add_scaled(b, c->a_neg, scale, extra);
        return true;
    }
    case COST_LOGISTIC: return add_smooth(b, c, SMOOTH_LOGISTIC, e->span, scale, a);
    case COST_TANH: {
        UnitFact pure = { .known = true, .unit = UNIT_NONE, .span = e->span, .why = "`tanh_cost`" };
        vec_push(&b->cx->arena, &c->places, pure);
        return add_smooth(b, c, SMOOTH_TANH, e->span, scale, a);
    }
    case COST_SOFTPLUS: return add_smooth(b, c, SMOOTH_SOFTPLUS, e->span, scale, a);
    case N_COSTS: break;
    }
    BUG("cost %d", (int)id);
}

static bool add_call(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    const AstExpr *callee = e->kind == AST_CALL ? e->as.call.callee : e;
    if (callee->kind != AST_NAME) {
        if (!is_error_node(callee))
            diag_at(b->cx, D_E0304, callee->span, "the name of a cost is needed here");
        return false;
    }
    int id = find_cost(callee->as.name.name);
    if (id < 0) {
        report_unknown_cost(b, callee->span, callee->as.name.name);
        return false;
    }
    CostArgs args = { 0 };
    return read_arguments(b, c, &cost_row[id], e, &args) && add_named(b, c, (CostId)id, e, scale, &args);
}

static bool names_cost(Builder *b, const AstExpr *e)
{
    if (e->kind == AST_CALL)
        e = e->as.call.callee;
    if (e->kind == AST_BINARY)
        return names_cost(b, e->as.binary.left) || names_cost(b, e->as.binary.right);
    if (e->kind != AST_NAME || symbol_find(b, e->as.name.name))
        return false;
    for (size_t k = 0; k < LENGTH(later); k++)
        if (strcmp(later[k], e->as.name.name) == 0)
            return true;
    return find_cost(e->as.name.name) >= 0;
}

static bool add_cost(Builder *b, Cost *c, const AstExpr *e, Num scale);

static bool report_operation(Builder *b, Span at)
{
    Diag *d = diag_at(b->cx, D_E0702, at, "costs can be added, and multiplied by positive numbers, only");
    diag_help(b->cx, d, "a linear cost of either sign is `linear(c)`");
    return false;
}

static bool add_multiple(Builder *b, Cost *c, const AstExpr *factor, const AstExpr *cost, bool divide, Num scale)
{
    Typed v;
    if (names_cost(b, factor))
        return report_operation(b, factor->span);
    const char *what = "the factor of a cost";
    if (!constant_number(b, factor, what, &v) || !typed_expect(b, v, UNIT_NONE, what))
        return false;
    Num k;
    expr_is_const(v.e, &k);
    if (mpq_sgn(k) <= 0) {
        diag_at(b->cx, D_E0401, factor->span, "the factor of a cost is above 0, and this is %s", num_brief(b->cx, k));
        return false;
    }
    mpq_ptr product = num_new(b->nums);
    if (divide)
        mpq_div(product, scale, k);
    else
        mpq_mul(product, scale, k);
    return add_cost(b, c, cost, product);
}

static bool add_binary(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    const AstExpr *left = e->as.binary.left, *right = e->as.binary.right;
    switch (e->as.binary.op) {
    case AST_ADD: {
        bool ok = add_cost(b, c, left, scale);
        return add_cost(b, c, right, scale) && ok;
    }
    case AST_MUL:
        return names_cost(b, left) ? add_multiple(b, c, right, left, false, scale)
                                   : add_multiple(b, c, left, right, false, scale);
    case AST_DIV: return add_multiple(b, c, right, left, true, scale);
    default: return report_operation(b, e->as.binary.op_span);
    }
}

static bool add_kind(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    switch (e->kind) {
    case AST_NAME:
    case AST_CALL: return add_call(b, c, e, scale);
    case AST_BINARY: return add_binary(b, c, e, scale);
    case AST_UNARY: return e->as.binary.op == AST_NEG ? report_operation(b, e->as.binary.op_span)
                                                      : add_cost(b, c, e->as.binary.right, scale);
    case AST_ERROR: return false;
    case AST_NUMBER: {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "a number is not a cost");
        diag_help(b->cx, d, "no cost at all is `cost = identity`");
        return false;
    }
    default: diag_at(b->cx, D_E0304, e->span, "this is not a cost"); return false;
    }
}

static bool add_cost(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    if (b->nesting >= MAX_NESTING) {
        diag_at(b->cx, D_E0403, e->span, "this cost is nested too deeply");
        return false;
    }
    b->nesting++;
    bool ok = add_kind(b, c, e, scale);
    b->nesting--;
    return ok;
}

const Cost *cost_read(Builder *b, const AstExpr *e)
{
    Cost *c = ARENA_NEW(&b->cx->arena, Cost);
    Num zero = num_int(b->nums, 0);
    c->span = e->span;
    c->lambda = c->tilt = c->a_neg = c->a_pos = c->th = zero;
    Sbuf text = { 0 };
    ast_print_expr(e, &text);
    c->text = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return add_cost(b, c, e, num_int(b->nums, 1)) && cost_close(b, c) ? c : NULL;
}

bool cost_unit_place(const Cost *cost, size_t k, UnitFact *out)
{
    if (k >= cost->places.n)
        return false;
    *out = cost->places.at[k];
    return true;
}
