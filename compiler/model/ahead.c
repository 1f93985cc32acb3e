/* Long chains of definitions, each declared before what it needs: followed with a list of what waits instead of by recursion. */
#include "compiler/model/build.h"

/* A definition that something needs, and where its name stands. */
typedef struct Wait {
    Symbol *symbol;
    Span used_at;
} Wait;

typedef struct Ahead {
    Builder *b;
    size_t number;              /* from 1; walks lie in each other where definitions go in circles */
    VEC(Wait) waiting;          /* what an entry needs stands above it */
} Ahead;

static bool is_put_off(const Ahead *a, const Symbol *s)
{
    return (s->kind == SYM_PARAM || s->kind == SYM_LET) && s->state == SYM_NEW && s->waits != a->number;
}

static void add_names(Ahead *a, const AstExpr *e);

static void add_list(Ahead *a, const AstExprs *list)
{
    for (size_t k = 0; k < list->n; k++)
        add_names(a, list->at[k]);
}

static void add_name(Ahead *a, const AstExpr *e)
{
    Symbol *s = symbol_find(a->b, e->as.name.name);
    if (s && is_put_off(a, s))
        vec_push(&a->b->cx->arena, &a->waiting, ((Wait){ s, e->span }));
}

/* What stands behind a path is known by other ways. */
static void add_names(Ahead *a, const AstExpr *e)
{
    if (!e)
        return;
    switch (e->kind) {
    case AST_NAME: add_name(a, e); break;
    case AST_INDEX: add_list(a, &e->as.index.args); break;
    case AST_CALL:
        for (size_t k = 0; k < e->as.call.args.n; k++)
            add_names(a, e->as.call.args.at[k].value);
        break;
    case AST_UNARY:
    case AST_BINARY:
        add_names(a, e->as.binary.left);
        add_names(a, e->as.binary.right);
        break;
    case AST_LIST: add_list(a, &e->as.list); break;
    case AST_RANGE:
        add_names(a, e->as.range.from);
        add_names(a, e->as.range.to);
        break;
    case AST_NUMBER: case AST_STRING: case AST_MEMBER: case AST_ERROR: break;
    }
}

static void add_needs(Ahead *a, const Symbol *s)
{
    Space *before = space_enter(a->b, s->space);
    if (s->kind == SYM_PARAM) {
        add_names(a, s->decl->as.param.value);
        add_names(a, s->decl->as.param.range);
    } else {
        add_names(a, s->decl->as.let.value);
    }
    space_enter(a->b, before);
}

void symbol_needs_first(Builder *b, Symbol *s)
{
    Ahead a = { .b = b, .number = ++b->n_walks };
    add_needs(&a, s);
    while (a.waiting.n > 0) {
        Wait top = a.waiting.at[a.waiting.n - 1];
        if (is_put_off(&a, top.symbol)) {
            top.symbol->waits = a.number;
            add_needs(&a, top.symbol);
            continue;
        }
        a.waiting.n--;
        top.symbol->is_ahead |= top.symbol->state == SYM_NEW;
        symbol_value(b, top.symbol, top.used_at);
    }
}
