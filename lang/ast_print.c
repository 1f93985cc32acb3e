#include "lang/ast.h"

#include <string.h>

/* ---- expressions ---- */

enum { RANGE = 1, COMPARE, SUM, PRODUCT, SIGN, POWER, OPERAND };

static const struct { const char *text; int level; } op_row[] = {
    [AST_ADD] = { " + ", SUM },      [AST_SUB] = { " - ", SUM },      [AST_MUL] = { " * ", PRODUCT },
    [AST_DIV] = { " / ", PRODUCT },  [AST_POW] = { "^", POWER },      [AST_NEG] = { "-", SIGN },
    [AST_POS] = { "+", SIGN },       [AST_LT] = { " < ", COMPARE },   [AST_LE] = { " <= ", COMPARE },
    [AST_GT] = { " > ", COMPARE },   [AST_GE] = { " >= ", COMPARE },  [AST_EQ] = { " == ", COMPARE },
};

static int level(const AstExpr *e)
{
    switch (e->kind) {
    case AST_RANGE: return RANGE;
    case AST_UNARY: case AST_BINARY: return op_row[e->as.binary.op].level;
    default: return OPERAND;
    }
}

static void print(const AstExpr *e, Sbuf *out);

static void print_at(const AstExpr *e, bool bare, Sbuf *out)
{
    if (!bare)
        sbuf_char(out, '(');
    print(e, out);
    if (!bare)
        sbuf_char(out, ')');
}

/* The sign binds weaker than the power, yet may stand right of it: 2^-x. A
 * number's unit would take the power for itself: (2 mV)^2. */
static void print_binary(const AstExpr *e, Sbuf *out)
{
    const AstExpr *left = e->as.binary.left, *right = e->as.binary.right;
    int own = op_row[e->as.binary.op].level;
    bool left_bare = own == COMPARE || own == POWER ? level(left) > own : level(left) >= own;
    if (own == POWER && left->kind == AST_NUMBER && left->as.number.unit.n)
        left_bare = false;
    print_at(left, left_bare, out);
    sbuf_str(out, op_row[e->as.binary.op].text);
    print_at(right, own == POWER ? level(right) >= SIGN : level(right) > own, out);
}

static void print_factor(const AstUnitFactor *f, Sbuf *out)
{
    int power = f->power_times_2 < 0 ? -f->power_times_2 : f->power_times_2;
    if (power % 2)
        sbuf_printf(out, "sqrt(%s)", f->name);
    else if (power == 2)
        sbuf_str(out, f->name);
    else
        sbuf_printf(out, "%s^%d", f->name, power / 2);
}

void ast_print_unit(const AstUnit *unit, Sbuf *out)
{
    for (size_t k = 0; k < unit->n; k++) {
        sbuf_str(out, unit->at[k].power_times_2 < 0 ? " per " : " ");
        print_factor(&unit->at[k], out);
    }
}

static void print_number(const AstExpr *e, Sbuf *out)
{
    sbuf_str(out, e->as.number.text);
    ast_print_unit(&e->as.number.unit, out);
}

static void print_text(const char *s, Sbuf *out)
{
    sbuf_char(out, '"');
    for (; *s; s++) {
        if (*s == '\n')
            sbuf_str(out, "\\n");
        else if (*s == '\t')
            sbuf_str(out, "\\t");
        else if (*s == '"' || *s == '\\')
            sbuf_printf(out, "\\%c", *s);
        else
            sbuf_char(out, *s);
    }
    sbuf_char(out, '"');
}

static void print_exprs(const AstExprs *list, Sbuf *out)
{
    for (size_t k = 0; k < list->n; k++) {
        if (k)
            sbuf_str(out, ", ");
        print(list->at[k], out);
    }
}

static void print_args(const AstArgs *args, Sbuf *out)
{
    for (size_t k = 0; k < args->n; k++) {
        if (k)
            sbuf_str(out, ", ");
        if (args->at[k].name)
            sbuf_printf(out, "%s = ", args->at[k].name);
        print(args->at[k].value, out);
    }
}

static void print(const AstExpr *e, Sbuf *out)
{
    switch (e->kind) {
    case AST_NUMBER:
        print_number(e, out);
        break;
    case AST_STRING:
        print_text(e->as.string.text, out);
        break;
    case AST_NAME:
        sbuf_str(out, e->as.name.name);
        break;
    case AST_MEMBER:
        print(e->as.member.base, out);
        sbuf_printf(out, ".%s", e->as.member.name);
        break;
    case AST_INDEX:
        print(e->as.index.base, out);
        sbuf_char(out, '[');
        print_exprs(&e->as.index.args, out);
        sbuf_char(out, ']');
        break;
    case AST_CALL:
        print(e->as.call.callee, out);
        sbuf_char(out, '(');
        print_args(&e->as.call.args, out);
        sbuf_char(out, ')');
        break;
    case AST_UNARY:
        sbuf_str(out, op_row[e->as.binary.op].text);
        print_at(e->as.binary.right, level(e->as.binary.right) >= SIGN, out);
        break;
    case AST_BINARY:
        print_binary(e, out);
        break;
    case AST_LIST:
        sbuf_char(out, '[');
        print_exprs(&e->as.list, out);
        sbuf_char(out, ']');
        break;
    case AST_RANGE:
        print_at(e->as.range.from, level(e->as.range.from) > RANGE, out);
        sbuf_str(out, "..");
        print_at(e->as.range.to, level(e->as.range.to) > RANGE, out);
        break;
    case AST_ERROR:
        sbuf_str(out, "<error>");
        break;
    }
}

void ast_print_expr(const AstExpr *e, Sbuf *out)
{
    print(e, out);
}

/* ---- declarations ---- */

static void print_names(const AstNames *names, Sbuf *out)
{
    for (size_t k = 0; k < names->n; k++)
        sbuf_printf(out, "%s%s", k ? ", " : "", names->at[k].name);
}

static void print_defined(const char *before, const AstExpr *value, Sbuf *out)
{
    sbuf_str(out, before);
    if (value)
        print(value, out);
}

static void print_attr(const AstAttr *a, Sbuf *out)
{
    switch (a->kind) {
    case AST_ATTR_VALUE:
        sbuf_str(out, a->name);
        print_defined(" = ", a->value, out);
        break;
    case AST_ATTR_DERIVATIVE:
        sbuf_str(out, a->name);
        print_defined("' = ", a->value, out);
        break;
    case AST_ATTR_FUNCTION:
        sbuf_printf(out, "%s(", a->name);
        print_names(&a->params, out);
        print_defined(") = ", a->value, out);
        if (a->domain)
            print_defined(" on ", a->domain, out);
        break;
    case AST_ATTR_RECORD:
        sbuf_str(out, "record ");
        print_exprs(&a->records, out);
        if (a->every)
            print_defined(" every ", a->every, out);
        break;
    case AST_ATTR_AT:
        print_defined("at ", a->at, out);
        print_defined(" ", a->target, out);
        print_defined(" = ", a->value, out);
        break;
    }
}

static void indent(int depth, Sbuf *out)
{
    sbuf_printf(out, "%*s", 2 * depth, "");
}

static void print_block(const AstAttrs *attrs, int depth, Sbuf *out)
{
    sbuf_str(out, " {\n");
    for (size_t k = 0; k < attrs->n; k++) {
        indent(depth + 1, out);
        print_attr(&attrs->at[k], out);
        sbuf_char(out, '\n');
    }
    indent(depth, out);
    sbuf_char(out, '}');
}

static void print_param(const AstDecl *d, Sbuf *out)
{
    sbuf_printf(out, "param %s", d->name.name);
    print_defined(" = ", d->as.param.value, out);
    if (d->as.param.range)
        print_defined(" in ", d->as.param.range, out);
}

static void print_population(const AstDecl *d, int depth, Sbuf *out)
{
    static const char *const sign[] = {
        [AST_EXCITATORY] = " excitatory", [AST_INHIBITORY] = " inhibitory",
        [AST_MIXED] = " mixed",           [AST_SIGN_FROM_TABLE] = " from ",
    };
    sbuf_printf(out, "population %s%s", d->name.name, sign[d->as.population.sign]);
    if (d->as.population.table)
        print(d->as.population.table, out);
    print_block(&d->as.population.attrs, depth, out);
}

static void print_connect(const AstDecl *d, int depth, Sbuf *out)
{
    print_defined("connect ", d->as.connect.source, out);
    print_defined(" -> ", d->as.connect.target, out);
    print_block(&d->as.connect.attrs, depth, out);
    if (d->as.connect.loop.name) {
        sbuf_printf(out, " for %s", d->as.connect.loop.name);
        print_defined(" in ", d->as.connect.loop_range, out);
    }
}

static void print_decls(const AstDecls *decls, int depth, Sbuf *out);

static void print_circuit(const AstDecl *d, int depth, Sbuf *out)
{
    sbuf_printf(out, "circuit %s(", d->name.name);
    for (size_t k = 0; k < d->as.circuit.params.n; k++) {
        const AstParam *param = &d->as.circuit.params.at[k];
        sbuf_printf(out, "%s%s", k ? ", " : "", param->name.name);
        if (param->value)
            print_defined(" = ", param->value, out);
    }
    sbuf_str(out, ") {\n");
    print_decls(&d->as.circuit.decls, depth + 1, out);
    indent(depth, out);
    sbuf_char(out, '}');
}

static void print_instance(const AstDecl *d, Sbuf *out)
{
    sbuf_printf(out, "instance %s", d->name.name);
    if (d->as.instance.count) {
        print_defined("[", d->as.instance.count, out);
        sbuf_char(out, ']');
    }
    print_defined(" = ", d->as.instance.value, out);
}

static void print_require(const AstDecl *d, Sbuf *out)
{
    print_defined("require ", d->as.require.subject, out);
    if (d->as.require.range)
        print_defined(" in ", d->as.require.range, out);
    if (d->as.require.for_all_params)
        sbuf_str(out, " for all params");
}

static void print_decl(const AstDecl *d, int depth, Sbuf *out)
{
    switch (d->kind) {
    case AST_MODEL:
        sbuf_printf(out, "model %s", d->name.name);
        break;
    case AST_IMPORT:
        sbuf_str(out, "import ");
        print_text(d->as.import.path, out);
        break;
    case AST_PARAM:
        print_param(d, out);
        break;
    case AST_LET:
        sbuf_printf(out, "let %s", d->name.name);
        print_defined(" = ", d->as.let.value, out);
        break;
    case AST_FUNCTION:
        sbuf_printf(out, "function %s(", d->name.name);
        print_names(&d->as.function.params, out);
        print_defined(") = ", d->as.function.value, out);
        break;
    case AST_POPULATION:
        print_population(d, depth, out);
        break;
    case AST_CONNECT:
        print_connect(d, depth, out);
        break;
    case AST_CIRCUIT:
        print_circuit(d, depth, out);
        break;
    case AST_INSTANCE:
        print_instance(d, out);
        break;
    case AST_REQUIRE:
        print_require(d, out);
        break;
    case AST_SIMULATE:
        sbuf_str(out, "simulate");
        print_block(&d->as.simulate.attrs, depth, out);
        break;
    }
}

static void print_decls(const AstDecls *decls, int depth, Sbuf *out)
{
    for (size_t k = 0; k < decls->n; k++) {
        indent(depth, out);
        print_decl(decls->at[k], depth, out);
        sbuf_char(out, '\n');
    }
}

void ast_print(const Ast *ast, Sbuf *out)
{
    print_decls(&ast->decls, 0, out);
}
