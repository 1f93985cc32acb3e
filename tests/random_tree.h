/* Trees drawn at random over the whole grammar, with names that are words of
 * the language elsewhere. A seed is a tree. */
#ifndef TESTS_RANDOM_TREE_H
#define TESTS_RANDOM_TREE_H
#include "lang/parse.h"
#include "tests/draw.h"

static const Span nowhere;

static const char *plain_name(Draw *d)
{
    static const char *const names[] = { "E", "I", "w_EE", "x", "tau", "ms", "sqrt", "model", "record", "at",
                                         "simulate", "all", "params", "population", "excitatory", "_", "e1" };
    return DRAW_TEXT(d, names);
}

static const char *any_name(Draw *d)
{
    static const char *const infix[] = { "in", "on", "for", "every", "from", "per" };
    return below(d, 6) ? plain_name(d) : DRAW_TEXT(d, infix);
}

static AstName name(Draw *d)
{
    return (AstName){ any_name(d), nowhere };
}

static AstExpr *expr(Draw *d, int depth);

static AstUnit unit(Draw *d)
{
    AstUnit u = { 0 };
    unsigned n = below(d, 3);
    for (unsigned k = 0; k < n; k++) {
        static const int power[] = { 1, 2, 2, 2, 4, 6, 18 };
        int p = power[below(d, 7)];
        AstUnitFactor f = { nowhere, plain_name(d), k > 0 || below(d, 3) == 0 ? -p : p };
        vec_push(&d->cx->arena, &u, f);
    }
    return u;
}

static AstExpr *number(Draw *d)
{
    static const char *const texts[] = { "1", "0", ".5", "0.1", "1e-3", "2.5E+6", "100", "1e5", "007" };
    return ast_number(d->cx, nowhere, DRAW_TEXT(d, texts), unit(d));
}

static AstExprs exprs(Draw *d, int depth, unsigned least)
{
    AstExprs list = { 0 };
    unsigned n = least + below(d, 3);
    for (unsigned k = 0; k < n; k++)
        vec_push(&d->cx->arena, &list, expr(d, depth));
    return list;
}

static AstExpr *path_from(Draw *d, int depth, const char *(*first)(Draw *))
{
    if (depth <= 0 || below(d, 2) == 0)
        return ast_name(d->cx, nowhere, first(d));
    AstExpr *base = path_from(d, depth - 1, first);
    if (below(d, 2))
        return ast_member(d->cx, nowhere, base, any_name(d), nowhere);
    return ast_index(d->cx, nowhere, base, exprs(d, depth - 1, 1));
}

static AstExpr *path(Draw *d, int depth)
{
    return path_from(d, depth, any_name);
}

static AstExpr *call(Draw *d, int depth)
{
    AstExpr *callee = ast_name(d->cx, nowhere, any_name(d));
    if (below(d, 4) == 0)
        callee = ast_member(d->cx, nowhere, path(d, depth - 1), any_name(d), nowhere);
    AstArgs args = { 0 };
    unsigned n = below(d, 4);
    for (unsigned k = 0; k < n; k++) {
        AstArg a = { below(d, 2) ? any_name(d) : NULL, nowhere, expr(d, depth - 1) };
        vec_push(&d->cx->arena, &args, a);
    }
    return ast_call(d->cx, nowhere, callee, args);
}

static AstExpr *text(Draw *d)
{
    static const char *const texts[] = { "", "file.csv", "a \"b\"", "back\\slash", "line\nend\t", "\xc2\xb5 {}#" };
    return ast_string(d->cx, nowhere, DRAW_TEXT(d, texts));
}

static AstExpr *operation(Draw *d, int depth)
{
    static const AstOp binary[] = { AST_ADD, AST_SUB, AST_MUL, AST_DIV, AST_POW, AST_POW,
                                    AST_LT,  AST_LE,  AST_GT,  AST_GE,  AST_EQ };
    if (below(d, 4) == 0)
        return ast_unary(d->cx, nowhere, below(d, 2) ? AST_NEG : AST_POS, nowhere, expr(d, depth - 1));
    AstExpr *left = expr(d, depth - 1);
    return ast_binary(d->cx, nowhere, binary[below(d, 11)], nowhere, left, expr(d, depth - 1));
}

static AstExpr *expr(Draw *d, int depth)
{
    switch (depth <= 0 ? below(d, 3) : below(d, 12)) {
    case 0: return number(d);
    case 1: return ast_name(d->cx, nowhere, any_name(d));
    case 2: return depth <= 0 ? text(d) : path(d, depth);
    case 3: return call(d, depth);
    case 4: return ast_list(d->cx, nowhere, exprs(d, depth - 1, 0));
    case 5: {
        AstExpr *from = expr(d, depth - 1);
        return ast_range(d->cx, nowhere, from, expr(d, depth - 1));
    }
    default: return operation(d, depth);
    }
}

static AstExpr *maybe_interval(Draw *d)
{
    AstExprs ends = { 0 };
    vec_push(&d->cx->arena, &ends, expr(d, 2));
    vec_push(&d->cx->arena, &ends, expr(d, 2));
    return below(d, 2) ? ast_list(d->cx, nowhere, ends) : NULL;
}

static AstNames names(Draw *d)
{
    AstNames list = { 0 };
    unsigned n = 1 + below(d, 3);
    for (unsigned k = 0; k < n; k++)
        vec_push(&d->cx->arena, &list, name(d));
    return list;
}

static AstAttr attribute(Draw *d)
{
    AstAttr a = { .kind = AST_ATTR_VALUE, .name = any_name(d), .value = expr(d, 3) };
    if (below(d, 4) == 0)
        a.kind = AST_ATTR_DERIVATIVE;
    return a;
}

static AstAttr population_attribute(Draw *d)
{
    AstAttr a = attribute(d);
    if (below(d, 3) == 0) {
        a.kind = AST_ATTR_FUNCTION;
        a.params = names(d);
        a.domain = maybe_interval(d);
    }
    return a;
}

static AstAttr setting(Draw *d)
{
    AstAttr a = attribute(d);
    unsigned kind = below(d, 3);
    if (kind == 0) {
        a = (AstAttr){ .kind = AST_ATTR_RECORD, .records = exprs(d, 3, 1), .every = below(d, 2) ? expr(d, 2) : NULL };
    } else if (kind == 1) {
        a = (AstAttr){ .kind = AST_ATTR_AT, .value = a.value ? a.value : expr(d, 2), .at = expr(d, 2) };
        a.target = path_from(d, 2, plain_name);    /* behind an expression, where `per` is no name */
    }
    return a;
}

static AstAttrs block(Draw *d, AstAttr (*one)(Draw *))
{
    AstAttrs attrs = { 0 };
    unsigned n = below(d, 4);
    for (unsigned k = 0; k < n; k++)
        vec_push(&d->cx->arena, &attrs, one(d));
    return attrs;
}

static AstDecls decls(Draw *d, int depth);

static void fill_population(Draw *d, AstDecl *p)
{
    p->as.population.sign = (AstSign)below(d, 4);
    p->as.population.table = p->as.population.sign == AST_SIGN_FROM_TABLE ? call(d, 2) : NULL;
    p->as.population.attrs = block(d, population_attribute);
}

static void fill_connect(Draw *d, AstDecl *c)
{
    c->as.connect.source = path(d, 2);
    c->as.connect.target = path(d, 2);
    c->as.connect.attrs = block(d, population_attribute);
    if (below(d, 3) == 0) {
        c->as.connect.loop = name(d);
        c->as.connect.loop_range = expr(d, 2);
    }
}

static void fill_circuit(Draw *d, AstDecl *c, int depth)
{
    unsigned n = below(d, 3);
    for (unsigned k = 0; k < n; k++) {
        AstParam param = { name(d), below(d, 2) ? expr(d, 2) : NULL };
        vec_push(&d->cx->arena, &c->as.circuit.params, param);
    }
    c->as.circuit.decls = decls(d, depth - 1);
}

static bool is_named(AstDeclKind kind)
{
    return kind != AST_IMPORT && kind != AST_CONNECT && kind != AST_REQUIRE && kind != AST_SIMULATE;
}

static AstDecl *decl(Draw *d, int depth)
{
    AstDeclKind kind = (AstDeclKind)below(d, AST_SIMULATE + 1);
    if (kind == AST_CIRCUIT && depth <= 0)
        kind = AST_LET;
    AstDecl *x = ast_decl(d->cx, kind, nowhere, is_named(kind) ? name(d) : (AstName){ 0 });
    switch (kind) {
    case AST_MODEL: break;
    case AST_IMPORT: x->as.import.path = text(d)->as.string.text; break;
    case AST_PARAM:
        x->as.param.value = expr(d, 4);
        x->as.param.range = maybe_interval(d);
        break;
    case AST_LET: x->as.let.value = expr(d, 6); break;
    case AST_FUNCTION:
        x->as.function.params = names(d);
        x->as.function.value = expr(d, 4);
        break;
    case AST_POPULATION: fill_population(d, x); break;
    case AST_CONNECT: fill_connect(d, x); break;
    case AST_CIRCUIT: fill_circuit(d, x, depth); break;
    case AST_INSTANCE:
        x->as.instance.count = below(d, 2) ? expr(d, 2) : NULL;
        x->as.instance.value = call(d, 3);
        break;
    case AST_REQUIRE:
        x->as.require.subject = expr(d, 3);
        x->as.require.range = maybe_interval(d);
        x->as.require.for_all_params = below(d, 2) != 0;
        break;
    case AST_SIMULATE: x->as.simulate.attrs = block(d, setting); break;
    }
    return x;
}

static AstDecls decls(Draw *d, int depth)
{
    AstDecls list = { 0 };
    unsigned n = 1 + below(d, 4);
    for (unsigned k = 0; k < n; k++)
        vec_push(&d->cx->arena, &list, decl(d, depth));
    return list;
}
#endif
