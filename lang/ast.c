#include "lang/ast.h"

static AstExpr *node(Ctx *cx, AstExprKind kind, Span at)
{
    AstExpr *e = ARENA_NEW(&cx->arena, AstExpr);
    e->kind = kind;
    e->height = 1;
    e->span = at;
    return e;
}

static void above(AstExpr *e, const AstExpr *part)
{
    if (part && part->height >= e->height)
        e->height = part->height + 1;
}

AstExpr *ast_number(Ctx *cx, Span at, const char *text, AstUnit unit)
{
    AstExpr *e = node(cx, AST_NUMBER, at);
    e->as.number.text = text;
    e->as.number.unit = unit;
    return e;
}

AstExpr *ast_string(Ctx *cx, Span at, const char *text)
{
    AstExpr *e = node(cx, AST_STRING, at);
    e->as.string.text = text;
    return e;
}

AstExpr *ast_name(Ctx *cx, Span at, const char *name)
{
    AstExpr *e = node(cx, AST_NAME, at);
    e->as.name.name = name;
    return e;
}

AstExpr *ast_member(Ctx *cx, Span at, AstExpr *base, const char *name, Span name_span)
{
    AstExpr *e = node(cx, AST_MEMBER, at);
    e->as.member.base = base;
    e->as.member.name = name;
    e->as.member.name_span = name_span;
    above(e, base);
    return e;
}

AstExpr *ast_index(Ctx *cx, Span at, AstExpr *base, AstExprs args)
{
    AstExpr *e = node(cx, AST_INDEX, at);
    e->as.index.base = base;
    e->as.index.args = args;
    above(e, base);
    for (size_t k = 0; k < args.n; k++)
        above(e, args.at[k]);
    return e;
}

AstExpr *ast_call(Ctx *cx, Span at, AstExpr *callee, AstArgs args)
{
    AstExpr *e = node(cx, AST_CALL, at);
    e->as.call.callee = callee;
    e->as.call.args = args;
    above(e, callee);
    for (size_t k = 0; k < args.n; k++)
        above(e, args.at[k].value);
    return e;
}

AstExpr *ast_unary(Ctx *cx, Span at, AstOp op, Span op_span, AstExpr *right)
{
    AstExpr *e = node(cx, AST_UNARY, at);
    e->as.binary.op = op;
    e->as.binary.op_span = op_span;
    e->as.binary.right = right;
    above(e, right);
    return e;
}

AstExpr *ast_binary(Ctx *cx, Span at, AstOp op, Span op_span, AstExpr *left, AstExpr *right)
{
    AstExpr *e = node(cx, AST_BINARY, at);
    e->as.binary.op = op;
    e->as.binary.op_span = op_span;
    e->as.binary.left = left;
    e->as.binary.right = right;
    above(e, left);
    above(e, right);
    return e;
}

AstExpr *ast_list(Ctx *cx, Span at, AstExprs items)
{
    AstExpr *e = node(cx, AST_LIST, at);
    e->as.list = items;
    for (size_t k = 0; k < items.n; k++)
        above(e, items.at[k]);
    return e;
}

AstExpr *ast_range(Ctx *cx, Span at, AstExpr *from, AstExpr *to)
{
    AstExpr *e = node(cx, AST_RANGE, at);
    e->as.range.from = from;
    e->as.range.to = to;
    above(e, from);
    above(e, to);
    return e;
}

AstExpr *ast_error(Ctx *cx, Span at)
{
    return node(cx, AST_ERROR, at);
}

AstDecl *ast_decl(Ctx *cx, AstDeclKind kind, Span at, AstName name)
{
    AstDecl *d = ARENA_NEW(&cx->arena, AstDecl);
    d->kind = kind;
    d->span = at;
    d->name = name;
    return d;
}
