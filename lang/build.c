#include "lang/build.h"

#include <string.h>

/* ---- expressions ---- */

AstExpr *build_limited(Parse *p, AstExpr *e)
{
    if (e->height <= AST_MAX_HEIGHT)
        return e;
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0105, e->span, "this expression has more than %d levels", AST_MAX_HEIGHT);
        diag_note(p->cx, d, "each operator of a long sum or product is one level");
        diag_help(p->cx, d, "give parts of it names with `let`, or read the numbers from a file");
    }
    return ast_error(p->cx, e->span);
}

AstExpr *build_unary(Parse *p, Span at, AstOp op, Span op_span, AstExpr *right)
{
    return build_limited(p, ast_unary(p->cx, at, op, op_span, right));
}

AstExpr *build_binary(Parse *p, Span at, AstOp op, Span op_span, AstExpr *left, AstExpr *right)
{
    return build_limited(p, ast_binary(p->cx, at, op, op_span, left, right));
}

AstExpr *build_range(Parse *p, Span at, AstExpr *from, AstExpr *to)
{
    return build_limited(p, ast_range(p->cx, at, from, to));
}

AstExpr *build_member(Parse *p, Span at, AstExpr *base, const char *name, Span name_span)
{
    return build_limited(p, ast_member(p->cx, at, base, name, name_span));
}

AstExpr *build_index(Parse *p, Span at, AstExpr *base, AstExprs args)
{
    return build_limited(p, ast_index(p->cx, at, base, args));
}

AstExpr *build_application(Parse *p, Span at, AstExpr *callee, AstArgs args)
{
    if (callee->kind != AST_NAME && callee->kind != AST_MEMBER && callee->kind != AST_ERROR) {
        if (layout_first_error(p)) {
            Diag *d = diag_at(p->cx, D_E0101, callee->span, "only a function's name can stand before `(`");
            diag_help(p->cx, d, "write `*` for a product");
        }
        return ast_error(p->cx, at);
    }
    return build_limited(p, ast_call(p->cx, at, callee, args));
}

AstExpr *build_interval(Parse *p, Span at, AstExpr *low, AstExpr *high)
{
    AstExprs ends = { 0 };
    vec_push(&p->cx->arena, &ends, low);
    vec_push(&p->cx->arena, &ends, high);
    return build_limited(p, ast_list(p->cx, at, ends));
}

AstExpr *build_call(Parse *p, AstExpr *e)
{
    if (e->kind == AST_CALL || e->kind == AST_ERROR)
        return e;
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0101, e->span, "a call is expected here");
        if (e->kind == AST_NAME)
            diag_help(p->cx, d, "write its arguments: `%s(...)`", e->as.name.name);
    }
    return ast_error(p->cx, e->span);
}

/* ---- units ---- */

AstUnitFactor build_unit_power(Parse *p, Span at, const char *name, const char *power, Span power_span)
{
    bool good = power[0] >= '1' && power[0] <= '9' && power[1] == 0;
    if (!good && layout_first_error(p))
        diag_at(p->cx, D_E0104, power_span, "a unit's power is a whole number from 1 to 9");
    return (AstUnitFactor){ at, intern(&p->cx->names, name), good ? 2 * (power[0] - '0') : 2 };
}

AstUnitFactor build_unit_root(Parse *p, Span at, const char *root, Span root_span, const char *name)
{
    if (strcmp(root, "sqrt") != 0 && layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0104, root_span, "`%s(...)` is no unit", root);
        diag_help(p->cx, d, "a root is written `per sqrt(ms)`; a product needs `*`");
    }
    return (AstUnitFactor){ at, intern(&p->cx->names, name), 1 };
}

AstUnit build_unit(Parse *p, const AstUnitFactor *first, AstUnit per)
{
    AstUnit unit = { 0 };
    vec_push(&p->cx->arena, &unit, *first);
    for (size_t k = 0; k < per.n; k++)
        vec_push(&p->cx->arena, &unit, per.at[k]);
    return unit;
}

void build_per(Parse *p, AstUnit *unit, AstUnitFactor divisor)
{
    divisor.power_times_2 = -divisor.power_times_2;
    vec_push(&p->cx->arena, unit, divisor);
}

/* ---- declarations ---- */

static const AstName nameless;

AstDecl *build_import(Parse *p, Span at, const char *path, Span path_span)
{
    AstDecl *d = ast_decl(p->cx, AST_IMPORT, at, nameless);
    d->as.import.path = path;
    d->as.import.path_span = path_span;
    return d;
}

/* `param w = in [0, 3]`, `cost(x) = on [0, 1]`: the value is missing, so `in` was taken for a name. */
static bool is_range_alone(const AstExpr *e, const char *word)
{
    return e->kind == AST_INDEX && e->as.index.args.n == 2 && e->as.index.base->kind == AST_NAME
           && strcmp(e->as.index.base->as.name.name, word) == 0;
}

static AstExpr *missing_value(Parse *p, AstName name, const AstExpr *range)
{
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0101, range->as.index.base->span, "the value of `%.60s` is missing before its range",
                          name.name);
        diag_help(p->cx, d, "write the value behind `=`: `param %.60s = 1 in [0, 3]`", name.name);
    }
    return ast_error(p->cx, range->span);
}

AstDecl *build_param(Parse *p, Span at, AstName name, AstExpr *value, AstExpr *range)
{
    AstDecl *d = ast_decl(p->cx, AST_PARAM, at, name);
    d->as.param.value = !range && is_range_alone(value, "in") ? missing_value(p, name, value) : value;
    d->as.param.range = range;
    return d;
}

AstDecl *build_let(Parse *p, Span at, AstName name, AstExpr *value)
{
    AstDecl *d = ast_decl(p->cx, AST_LET, at, name);
    d->as.let.value = value;
    return d;
}

AstDecl *build_function(Parse *p, Span at, AstName name, AstNames params, AstExpr *value)
{
    AstDecl *d = ast_decl(p->cx, AST_FUNCTION, at, name);
    d->as.function.params = params;
    d->as.function.value = value;
    return d;
}

AstDecl *build_population(Parse *p, Span at, AstName name, AstSign sign, Span sign_span, AstExpr *table, AstAttrs attrs)
{
    AstDecl *d = ast_decl(p->cx, AST_POPULATION, at, name);
    d->as.population.sign = sign;
    d->as.population.sign_span = sign_span;
    d->as.population.table = table;
    d->as.population.attrs = attrs;
    return d;
}

static AstExpr *path(Parse *p, AstExpr *e)
{
    const AstExpr *root = e;
    while (root->kind == AST_MEMBER || root->kind == AST_INDEX)
        root = root->kind == AST_MEMBER ? root->as.member.base : root->as.index.base;
    if (root->kind == AST_NAME || root->kind == AST_ERROR)
        return e;
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0101, e->span, "`connect` joins populations, and this is none");
        diag_help(p->cx, d, "a population is written NAME, CIRCUIT.NAME or CIRCUIT[k].NAME");
    }
    return ast_error(p->cx, e->span);
}

AstDecl *build_connect(Parse *p, Span at, AstExpr *source, AstExpr *target, AstAttrs attrs)
{
    AstDecl *d = ast_decl(p->cx, AST_CONNECT, at, nameless);
    d->as.connect.source = path(p, source);
    d->as.connect.target = path(p, target);
    d->as.connect.attrs = attrs;
    return d;
}

void build_loop(AstDecl *connect, AstName loop, AstExpr *range)
{
    connect->as.connect.loop = loop;
    connect->as.connect.loop_range = range;
}

AstDecl *build_circuit(Parse *p, Span at, AstName name, AstParams params, AstDecls decls)
{
    AstDecl *d = ast_decl(p->cx, AST_CIRCUIT, at, name);
    d->as.circuit.params = params;
    d->as.circuit.decls = decls;
    return d;
}

AstDecl *build_instance(Parse *p, Span at, AstName name, AstExpr *count, AstExpr *value)
{
    AstDecl *d = ast_decl(p->cx, AST_INSTANCE, at, name);
    d->as.instance.count = count;
    d->as.instance.value = value;
    return d;
}

AstDecl *build_require(Parse *p, Span at, AstExpr *subject, AstExpr *range, bool for_all_params)
{
    AstDecl *d = ast_decl(p->cx, AST_REQUIRE, at, nameless);
    d->as.require.subject = subject;
    d->as.require.range = range;
    d->as.require.for_all_params = for_all_params;
    return d;
}

AstDecl *build_simulate(Parse *p, Span at, AstAttrs attrs)
{
    AstDecl *d = ast_decl(p->cx, AST_SIMULATE, at, nameless);
    d->as.simulate.attrs = attrs;
    return d;
}

/* ---- attributes ---- */

AstAttr *build_attr(Parse *p, AstAttrKind kind, Span at, AstName name, AstExpr *value)
{
    AstAttr *a = ARENA_NEW(&p->cx->arena, AstAttr);
    a->kind = kind;
    a->span = at;
    a->name = name.name;
    a->name_span = name.span;
    a->value = value;
    return a;
}

static AstExpr *missing_formula(Parse *p, AstName name, AstName param, const AstExpr *domain)
{
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0101, domain->as.index.base->span, "the formula of `%.60s` is missing before its domain", name.name);
        diag_help(p->cx, d, "write it behind `=`, as in `%.60s(%.60s) = %.60s^2`", name.name, param.name, param.name);
    }
    return ast_error(p->cx, domain->span);
}

AstAttr *build_attr_function(Parse *p, Span at, AstName name, AstNames params, AstExpr *value, AstExpr *domain)
{
    bool is_missing = !domain && is_range_alone(value, "on");
    AstAttr *a = build_attr(p, AST_ATTR_FUNCTION, at, name, is_missing ? missing_formula(p, name, params.at[0], value) : value);
    a->params = params;
    a->domain = domain;
    return a;
}

AstAttr *build_record(Parse *p, Span at, AstExprs records, AstExpr *every)
{
    AstAttr *a = build_attr(p, AST_ATTR_RECORD, at, nameless, NULL);
    a->name_span = at;
    a->records = records;
    a->every = every;
    return a;
}

AstAttr *build_at(Parse *p, Span at, AstExpr *time, AstExpr *target, AstExpr *value)
{
    AstAttr *a = build_attr(p, AST_ATTR_AT, at, nameless, value);
    a->name_span = target->span;
    a->target = target;
    a->at = time;
    return a;
}
