/* Small changes to a syntax tree, for fuzzing behind the parser: subtrees are
 * replaced, swapped, wrapped, dropped and doubled; names, numbers, units and
 * attributes change into others of the language's tables. Printing the tree
 * gives a text that parses, though it may mean nothing. */
#ifndef TESTS_FUZZ_MUTATE_TREE_H
#define TESTS_FUZZ_MUTATE_TREE_H
#include "compiler/model/build.h"
#include "tests/random_model.h"
#include "tests/random_tree.h"

/* Everything in a tree that can be changed. */
typedef struct MutBlock {
    AstAttrs *attrs;
    AstDeclKind of;
} MutBlock;

typedef struct Mut {
    Draw *d;
    VEC(AstExpr **) exprs;
    VEC(AstExpr *) paths;       /* bases and callees, ends of connections: of these only names change */
    VEC(MutBlock) blocks;
    VEC(AstDecls *) lists;
    VEC(const char *) names;    /* that the tree declares */
} Mut;

/* ---- the places of a tree ---- */

static void find_expr(Mut *m, AstExpr **slot);

static void find_path(Mut *m, AstExpr *e)
{
    vec_push(&m->d->cx->arena, &m->paths, e);
    if (e->kind == AST_MEMBER)
        find_path(m, e->as.member.base);
    if (e->kind != AST_INDEX)
        return;
    find_path(m, e->as.index.base);
    for (size_t k = 0; k < e->as.index.args.n; k++)
        find_expr(m, &e->as.index.args.at[k]);
}

static void find_expr(Mut *m, AstExpr **slot)
{
    AstExpr *e = *slot;
    if (!e)
        return;
    vec_push(&m->d->cx->arena, &m->exprs, slot);
    switch (e->kind) {
    case AST_MEMBER: case AST_INDEX: find_path(m, e); break;
    case AST_CALL:
        find_path(m, e->as.call.callee);
        for (size_t k = 0; k < e->as.call.args.n; k++)
            find_expr(m, &e->as.call.args.at[k].value);
        break;
    case AST_UNARY: case AST_BINARY:
        find_expr(m, &e->as.binary.left);
        find_expr(m, &e->as.binary.right);
        break;
    case AST_LIST:
        for (size_t k = 0; k < e->as.list.n; k++)
            find_expr(m, &e->as.list.at[k]);
        break;
    case AST_RANGE:
        find_expr(m, &e->as.range.from);
        find_expr(m, &e->as.range.to);
        break;
    default: break;
    }
}

/* An interval keeps its two ends, whatever happens to each. */
static void find_ends(Mut *m, AstExpr *range)
{
    for (size_t k = 0; range && k < range->as.list.n; k++)
        find_expr(m, &range->as.list.at[k]);
}

static void find_block(Mut *m, AstAttrs *attrs, AstDeclKind of)
{
    MutBlock block = { attrs, of };
    vec_push(&m->d->cx->arena, &m->blocks, block);
    for (size_t k = 0; k < attrs->n; k++) {
        AstAttr *a = &attrs->at[k];
        find_expr(m, &a->value);
        find_expr(m, &a->every);
        find_expr(m, &a->at);
        find_ends(m, a->domain);
        for (size_t j = 0; j < a->records.n; j++)
            find_expr(m, &a->records.at[j]);
    }
}

static void find_list(Mut *m, AstDecls *list);

static void find_decl(Mut *m, AstDecl *x)
{
    if (x->name.name)
        vec_push(&m->d->cx->arena, &m->names, x->name.name);
    switch (x->kind) {
    case AST_PARAM:
        find_expr(m, &x->as.param.value);
        find_ends(m, x->as.param.range);
        break;
    case AST_LET: find_expr(m, &x->as.let.value); break;
    case AST_FUNCTION: find_expr(m, &x->as.function.value); break;
    case AST_POPULATION: find_block(m, &x->as.population.attrs, x->kind); break;
    case AST_CONNECT:
        find_path(m, x->as.connect.source);
        find_path(m, x->as.connect.target);
        find_block(m, &x->as.connect.attrs, x->kind);
        find_expr(m, &x->as.connect.loop_range);
        break;
    case AST_CIRCUIT:
        for (size_t k = 0; k < x->as.circuit.params.n; k++)
            find_expr(m, &x->as.circuit.params.at[k].value);
        find_list(m, &x->as.circuit.decls);
        break;
    case AST_INSTANCE:
        find_expr(m, &x->as.instance.count);
        for (size_t k = 0; k < x->as.instance.value->as.call.args.n; k++)
            find_expr(m, &x->as.instance.value->as.call.args.at[k].value);
        break;
    case AST_REQUIRE:
        find_expr(m, &x->as.require.subject);
        find_ends(m, x->as.require.range);
        break;
    case AST_SIMULATE: find_block(m, &x->as.simulate.attrs, x->kind); break;
    default: break;
    }
}

static void find_list(Mut *m, AstDecls *list)
{
    vec_push(&m->d->cx->arena, &m->lists, list);
    for (size_t k = 0; k < list->n; k++)
        find_decl(m, list->at[k]);
}

/* ---- copies ---- */

static AstExpr *clone(Ctx *cx, const AstExpr *e);

static AstExprs clone_list(Ctx *cx, const AstExprs *from)
{
    AstExprs to = { 0 };
    for (size_t k = 0; k < from->n; k++)
        vec_push(&cx->arena, &to, clone(cx, from->at[k]));
    return to;
}

/* So that no tree ever hangs below itself. */
static AstExpr *clone(Ctx *cx, const AstExpr *e)
{
    if (!e)
        return NULL;
    AstExpr *to = ARENA_NEW(&cx->arena, AstExpr);
    *to = *e;
    switch (e->kind) {
    case AST_MEMBER: to->as.member.base = clone(cx, e->as.member.base); break;
    case AST_INDEX:
        to->as.index.base = clone(cx, e->as.index.base);
        to->as.index.args = clone_list(cx, &e->as.index.args);
        break;
    case AST_CALL:
        to->as.call.callee = clone(cx, e->as.call.callee);
        to->as.call.args = (AstArgs){ 0 };
        for (size_t k = 0; k < e->as.call.args.n; k++) {
            AstArg a = e->as.call.args.at[k];
            a.value = clone(cx, a.value);
            vec_push(&cx->arena, &to->as.call.args, a);
        }
        break;
    case AST_UNARY: case AST_BINARY:
        to->as.binary.left = clone(cx, e->as.binary.left);
        to->as.binary.right = clone(cx, e->as.binary.right);
        break;
    case AST_LIST: to->as.list = clone_list(cx, &e->as.list); break;
    case AST_RANGE:
        to->as.range.from = clone(cx, e->as.range.from);
        to->as.range.to = clone(cx, e->as.range.to);
        break;
    default: break;
    }
    return to;
}

/* ---- words ---- */

#define ONE_OF(m, list) ((list).at[below((m)->d, (unsigned)(list).n)])

static const char *word(Mut *m, bool of_call)
{
    switch (below(m->d, of_call ? 5 : 3)) {
    case 0: return draw_text(m->d, other_word, LENGTH_OF(other_word));
    case 1: case 2:
        if (!of_call)
            return m->names.n ? ONE_OF(m, m->names) : "E";
        return cost_word[below(m->d, LENGTH_OF(cost_word))].name;
    case 3: return shape_word[below(m->d, LENGTH_OF(shape_word))].name;
    default: return distribution_word[below(m->d, LENGTH_OF(distribution_word))].name;
    }
}

static AstUnit known_unit(Mut *m)
{
    AstUnit u = { 0 };
    for (unsigned k = below(m->d, 3); k > 0; k--) {
        static const int power[] = { 2, 2, 2, 1, 4, -2, -2, -1 };
        AstUnitFactor f = { nowhere, draw_text(m->d, unit_word, LENGTH_OF(unit_word)), power[below(m->d, LENGTH_OF(power))] };
        if (u.n && f.power_times_2 > 0)
            f.power_times_2 = -f.power_times_2;
        vec_push(&m->d->cx->arena, &u, f);
    }
    return u;
}

static AstExpr *edge(Mut *m)
{
    return ast_number(m->d->cx, nowhere, draw_text(m->d, edge_number, LENGTH_OF(edge_number)), known_unit(m));
}

/* A function of the tables around `inside`, with as many arguments as it takes. */
static AstExpr *wrapped(Mut *m, AstExpr *inside)
{
    Ctx *cx = m->d->cx;
    const CallWord *f = &function_word[below(m->d, LENGTH_OF(function_word))];
    if (!f->name) {
        static const AstOp op[] = { AST_ADD, AST_SUB, AST_MUL, AST_DIV, AST_POW };
        AstExpr *other = below(m->d, 2) ? edge(m) : ast_name(cx, nowhere, word(m, false));
        bool left = below(m->d, 2);
        return ast_binary(cx, nowhere, op[below(m->d, LENGTH_OF(op))], nowhere, left ? inside : other, left ? other : inside);
    }
    AstArgs args = { 0 };
    for (int k = 0; k < f->n_args; k++) {
        AstArg a = { NULL, nowhere, k ? edge(m) : inside };
        vec_push(&cx->arena, &args, a);
    }
    return ast_call(cx, nowhere, ast_name(cx, nowhere, intern(&cx->names, f->name)), args);
}

/* ---- changes ---- */

static void change_leaf(Mut *m, AstExpr *e)
{
    const char *name = intern(&m->d->cx->names, word(m, e->kind == AST_CALL));
    switch (e->kind) {
    case AST_NUMBER:
        if (below(m->d, 3))
            e->as.number.text = draw_text(m->d, edge_number, LENGTH_OF(edge_number));
        else
            e->as.number.unit = known_unit(m);
        break;
    case AST_NAME: e->as.name.name = name; break;
    case AST_MEMBER: e->as.member.name = name; break;
    case AST_CALL:
        if (e->as.call.callee->kind == AST_NAME)
            e->as.call.callee->as.name.name = name;
        break;
    case AST_BINARY: {
        static const AstOp op[] = { AST_ADD, AST_SUB, AST_MUL, AST_DIV, AST_POW };
        e->as.binary.op = op[below(m->d, LENGTH_OF(op))];
        break;
    }
    default: break;
    }
}

static void drop_argument(Mut *m, AstExpr *e)
{
    AstArgs *args = &e->as.call.args;
    if (e->kind == AST_CALL && args->n) {
        unsigned k = below(m->d, (unsigned)args->n);
        args->at[k] = args->at[--args->n];
    } else if (e->kind == AST_LIST && e->as.list.n) {
        e->as.list.n--;
    }
}

static void change_expr(Mut *m)
{
    Ctx *cx = m->d->cx;
    if (!m->exprs.n)
        return;
    AstExpr **slot = ONE_OF(m, m->exprs), **other = ONE_OF(m, m->exprs);
    switch (below(m->d, 10)) {
    case 0: *slot = clone(cx, *ONE_OF(m, m->exprs)); break;
    case 1: {
        AstExpr *a = clone(cx, *slot), *b = clone(cx, *other);
        *slot = b;
        *other = a;
        break;
    }
    case 2: *slot = wrapped(m, *slot); break;
    case 3: *slot = edge(m); break;
    case 4: *slot = expr(m->d, 2); break;
    case 5: drop_argument(m, *slot); break;
    case 6:
        if (m->paths.n)
            change_leaf(m, ONE_OF(m, m->paths));
        break;
    default: change_leaf(m, *slot); break;
    }
}

static const AttrRule *rules_of(AstDeclKind of, size_t *n)
{
    return of == AST_POPULATION ? population_rules(n) : of == AST_CONNECT ? connection_rules(n) : simulate_rules(n);
}

/* An attribute that the block knows, with some value. */
static AstAttr known_attribute(Mut *m, AstDeclKind of)
{
    size_t n;
    const AttrRule *rule = rules_of(of, &n);
    const AttrRule *r = &rule[below(m->d, (unsigned)n)];
    AstAttr a = { .kind = r->kind, .name = r->name ? intern(&m->d->cx->names, r->name) : "x" };
    a.value = m->exprs.n && below(m->d, 2) ? clone(m->d->cx, *ONE_OF(m, m->exprs)) : edge(m);
    if (a.kind == AST_ATTR_FUNCTION)
        vec_push(&m->d->cx->arena, &a.params, ((AstName){ intern(&m->d->cx->names, "x"), nowhere }));
    if (a.kind == AST_ATTR_RECORD) {
        vec_push(&m->d->cx->arena, &a.records, a.value);
        a.value = NULL;
    }
    if (a.kind == AST_ATTR_AT) {
        a.name = intern(&m->d->cx->names, word(m, false));
        a.at = edge(m);
    }
    return a;
}

static void change_block(Mut *m)
{
    if (!m->blocks.n)
        return;
    const MutBlock *b = &ONE_OF(m, m->blocks);
    const MutBlock *from = &ONE_OF(m, m->blocks);
    AstAttr *a = b->attrs->n ? &b->attrs->at[below(m->d, (unsigned)b->attrs->n)] : NULL;
    switch (below(m->d, 5)) {
    case 0:
        if (a)
            *a = b->attrs->at[--b->attrs->n];
        break;
    case 1:
        if (a) {
            AstAttr other = known_attribute(m, b->of);
            if (other.kind == a->kind && other.kind != AST_ATTR_RECORD)
                a->name = other.name;
            else
                *a = other;
        }
        break;
    case 2: case 3:
        vec_push(&m->d->cx->arena, b->attrs, known_attribute(m, b->of));
        break;
    default:
        if (from->attrs->n && (b->of == from->of || from->attrs->at[0].kind < AST_ATTR_RECORD))
            vec_push(&m->d->cx->arena, b->attrs, from->attrs->at[0]);
    }
}

/* A declaration of a model drawn at random, or of the tree. */
static void change_list(Mut *m)
{
    AstDecls *list = ONE_OF(m, m->lists), *from = m->lists.at[0];
    unsigned k = list->n ? below(m->d, (unsigned)list->n) : 0;
    switch (below(m->d, 4)) {
    case 0:
        if (list->n)
            list->at[k] = list->at[--list->n];
        break;
    case 1:
        if (list->n)
            vec_push(&m->d->cx->arena, list, list->at[k]);
        break;
    case 2:
        if (from->n && from->at[k % from->n]->kind != AST_CIRCUIT)
            vec_push(&m->d->cx->arena, list, from->at[k % from->n]);
        break;
    default: {
        Sbuf text = { 0 };
        random_model(m->d, &text);
        const Ast *other = parse_source(m->d->cx, source_from_text(m->d->cx, "drawn", sbuf_text(&text), text.n));
        vec_push(&m->d->cx->arena, list, ONE_OF(m, other->decls));
        sbuf_free(&text);
    }
    }
}

/* One change, or a few. */
static void mutate_tree(Draw *d, Ast *tree)
{
    for (unsigned n = below(d, 3) ? 1 : 2 + below(d, 3); n > 0; n--) {
        Mut m = { .d = d };
        find_list(&m, &tree->decls);
        unsigned kind = below(d, 10);
        if (kind < 6)
            change_expr(&m);
        else if (kind < 9)
            change_block(&m);
        else
            change_list(&m);
    }
}

/* Parts of `other`, a tree of the same context, into `tree`. */
static void cross_trees(Draw *d, Ast *tree, Ast *other)
{
    Mut to = { .d = d }, from = { .d = d };
    find_list(&to, &tree->decls);
    find_list(&from, &other->decls);
    for (unsigned n = 1 + below(d, 3); n > 0; n--) {
        if (below(d, 2) && to.exprs.n && from.exprs.n) {
            *ONE_OF(&to, to.exprs) = clone(d->cx, *ONE_OF(&from, from.exprs));
        } else if (other->decls.n) {
            AstDecls *list = ONE_OF(&to, to.lists);
            vec_push(&d->cx->arena, list, ONE_OF(&to, other->decls));
        }
    }
}
#endif
