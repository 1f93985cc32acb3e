#include "lang/ast.h"

#include <string.h>

static bool decls_equal(const AstDecls *a, const AstDecls *b);
static bool expr_equal(const AstExpr *a, const AstExpr *b);

/* Names are compared as text: the two trees may have different interners. */
static bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool exprs_equal(const AstExprs *a, const AstExprs *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!expr_equal(a->at[k], b->at[k]))
            return false;
    return true;
}

static bool units_equal(const AstUnit *a, const AstUnit *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (a->at[k].power_times_2 != b->at[k].power_times_2 || !text_equal(a->at[k].name, b->at[k].name))
            return false;
    return true;
}

static bool args_equal(const AstArgs *a, const AstArgs *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!text_equal(a->at[k].name, b->at[k].name) || !expr_equal(a->at[k].value, b->at[k].value))
            return false;
    return true;
}

static bool expr_equal(const AstExpr *a, const AstExpr *b)
{
    if (!a || !b || a->kind != b->kind)
        return a == b;
    switch (a->kind) {
    case AST_NUMBER:
        return text_equal(a->as.number.text, b->as.number.text) && units_equal(&a->as.number.unit, &b->as.number.unit);
    case AST_STRING:
        return text_equal(a->as.string.text, b->as.string.text);
    case AST_NAME:
        return text_equal(a->as.name.name, b->as.name.name);
    case AST_MEMBER:
        return text_equal(a->as.member.name, b->as.member.name) && expr_equal(a->as.member.base, b->as.member.base);
    case AST_INDEX:
        return expr_equal(a->as.index.base, b->as.index.base) && exprs_equal(&a->as.index.args, &b->as.index.args);
    case AST_CALL:
        return expr_equal(a->as.call.callee, b->as.call.callee) && args_equal(&a->as.call.args, &b->as.call.args);
    case AST_UNARY:
    case AST_BINARY:
        return a->as.binary.op == b->as.binary.op && expr_equal(a->as.binary.left, b->as.binary.left)
            && expr_equal(a->as.binary.right, b->as.binary.right);
    case AST_LIST:
        return exprs_equal(&a->as.list, &b->as.list);
    case AST_RANGE:
        return expr_equal(a->as.range.from, b->as.range.from) && expr_equal(a->as.range.to, b->as.range.to);
    case AST_ERROR:
        return true;
    }
    BUG("expression kind %d", (int)a->kind);
}

static bool names_equal(const AstNames *a, const AstNames *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!text_equal(a->at[k].name, b->at[k].name))
            return false;
    return true;
}

static bool attr_equal(const AstAttr *a, const AstAttr *b)
{
    return a->kind == b->kind && text_equal(a->name, b->name) && names_equal(&a->params, &b->params)
        && expr_equal(a->value, b->value) && expr_equal(a->domain, b->domain)
        && exprs_equal(&a->records, &b->records) && expr_equal(a->every, b->every) && expr_equal(a->at, b->at)
        && expr_equal(a->target, b->target);
}

static bool attrs_equal(const AstAttrs *a, const AstAttrs *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!attr_equal(&a->at[k], &b->at[k]))
            return false;
    return true;
}

static bool params_equal(const AstParams *a, const AstParams *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!text_equal(a->at[k].name.name, b->at[k].name.name) || !expr_equal(a->at[k].value, b->at[k].value))
            return false;
    return true;
}

static bool decl_equal(const AstDecl *a, const AstDecl *b)
{
    if (a->kind != b->kind || !text_equal(a->name.name, b->name.name))
        return false;
    switch (a->kind) {
    case AST_MODEL:
        return true;
    case AST_IMPORT:
        return text_equal(a->as.import.path, b->as.import.path);
    case AST_PARAM:
        return expr_equal(a->as.param.value, b->as.param.value) && expr_equal(a->as.param.range, b->as.param.range);
    case AST_LET:
        return expr_equal(a->as.let.value, b->as.let.value);
    case AST_FUNCTION:
        return names_equal(&a->as.function.params, &b->as.function.params)
            && expr_equal(a->as.function.value, b->as.function.value);
    case AST_POPULATION:
        return a->as.population.sign == b->as.population.sign
            && expr_equal(a->as.population.table, b->as.population.table)
            && attrs_equal(&a->as.population.attrs, &b->as.population.attrs);
    case AST_CONNECT:
        return expr_equal(a->as.connect.source, b->as.connect.source)
            && expr_equal(a->as.connect.target, b->as.connect.target)
            && attrs_equal(&a->as.connect.attrs, &b->as.connect.attrs)
            && text_equal(a->as.connect.loop.name, b->as.connect.loop.name)
            && expr_equal(a->as.connect.loop_range, b->as.connect.loop_range);
    case AST_CIRCUIT:
        return params_equal(&a->as.circuit.params, &b->as.circuit.params)
            && decls_equal(&a->as.circuit.decls, &b->as.circuit.decls);
    case AST_INSTANCE:
        return expr_equal(a->as.instance.count, b->as.instance.count)
            && expr_equal(a->as.instance.value, b->as.instance.value);
    case AST_REQUIRE:
        return expr_equal(a->as.require.subject, b->as.require.subject)
            && expr_equal(a->as.require.range, b->as.require.range)
            && a->as.require.for_all_params == b->as.require.for_all_params;
    case AST_SIMULATE:
        return attrs_equal(&a->as.simulate.attrs, &b->as.simulate.attrs);
    }
    BUG("declaration kind %d", (int)a->kind);
}

static bool decls_equal(const AstDecls *a, const AstDecls *b)
{
    if (a->n != b->n)
        return false;
    for (size_t k = 0; k < a->n; k++)
        if (!decl_equal(a->at[k], b->at[k]))
            return false;
    return true;
}

bool ast_equal(const Ast *a, const Ast *b)
{
    return decls_equal(&a->decls, &b->decls);
}
