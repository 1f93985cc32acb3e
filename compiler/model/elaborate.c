/* What the model consists of: every declaration, and the space it is read in.
 * Circuits are written out, an instance each time; so are loops. */
#include "compiler/model/build.h"
#include "compiler/model/habit.h"

#include <string.h>

enum { MAX_ITEMS = 1 << 18, MAX_CIRCUIT_DEPTH = 100 };

/* False once circuits make too much; said at one place only. */
static bool may_write_out(Builder *b, Span at, size_t n)
{
    if (b->too_many_items)
        return false;
    b->n_written_out += n;
    if (b->n_written_out <= MAX_ITEMS)
        return true;
    diag_at(b->cx, D_E0403, at, "the model has more than %d declarations once its circuits are written out", MAX_ITEMS);
    b->too_many_items = true;
    return false;
}

/* ---- what a circuit may hold ---- */

static void check_circuit(Builder *b, const AstDecl *circuit)
{
    const AstParams *params = &circuit->as.circuit.params;
    for (size_t k = 0; k < params->n; k++) {
        report_reserved(b, params->at[k].name);
        for (size_t j = 0; j < k; j++)
            if (params->at[j].name.name == params->at[k].name.name) {
                Diag *d = diag_at(b->cx, D_E0202, params->at[k].name.span, "`%s` is a parameter already", params->at[k].name.name);
                diag_note_at(b->cx, d, params->at[j].name.span, "first declared here");
                diag_help(b->cx, d, "rename or remove one of the two");
                break;
            }
    }
    for (size_t k = 0; k < circuit->as.circuit.decls.n; k++) {
        const AstDecl *d = circuit->as.circuit.decls.at[k];
        const char *what = d->kind == AST_MODEL ? "the name of the model" : d->kind == AST_IMPORT ? "an import"
                         : d->kind == AST_REQUIRE ? "a requirement" : d->kind == AST_SIMULATE ? "a simulation" : NULL;
        if (!what)
            continue;
        Diag *g = diag_at(b->cx, D_E0208, d->span, "%s concerns the whole model, so it cannot stand in the circuit `%s`", what,
                          circuit->name.name);
        diag_help(b->cx, g, "write it outside of the circuit");
    }
}

/* ---- arguments ---- */

static long param_index(const AstParams *params, const char *name)
{
    for (size_t k = 0; k < params->n; k++)
        if (params->at[k].name.name == name)
            return (long)k;
    return -1;
}

static const char *listed_params(Builder *b, const AstParams *params)
{
    const char **names = ARENA_ARRAY(&b->cx->arena, params->n + 1, const char *);
    for (size_t k = 0; k < params->n; k++)
        names[k] = params->at[k].name.name;
    return listed_names(b, "no parameters", params->n, names);
}

static void report_no_param(Builder *b, const AstArg *arg, const AstDecl *circuit)
{
    const AstParams *params = &circuit->as.circuit.params;
    const char **names = ARENA_ARRAY(&b->cx->arena, params->n + 1, const char *);
    for (size_t k = 0; k < params->n; k++)
        names[k] = params->at[k].name.name;
    Diag *d = diag_at(b->cx, D_E0209, arg->name_span, "the circuit `%s` has no parameter `%s`", circuit->name.name, arg->name);
    const char *near = nearest_name(arg->name, names, params->n);
    if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else
        diag_help(b->cx, d, "it has %s", listed_params(b, params));
}

static bool check_missing(Builder *b, const AstExpr *call, const AstDecl *circuit, AstExpr **given)
{
    const AstParams *params = &circuit->as.circuit.params;
    bool ok = true;
    for (size_t k = 0; k < params->n; k++) {
        size_t first = (size_t)param_index(params, params->at[k].name.name);
        if (first < k && !given[k])     /* a name given twice, as is said of the circuit: nothing can be said for the second */
            given[k] = given[first];
        else if (!given[k] && !params->at[k].value && ok) {
            Diag *d = diag_at(b->cx, D_E0209, call->span, "the circuit `%s` needs its parameter `%s`", circuit->name.name,
                              params->at[k].name.name);
            diag_note_at(b->cx, d, params->at[k].name.span, "it has no value of its own");
            diag_help(b->cx, d, "write `%s(%s = ...)`, or give it a value in the circuit", circuit->name.name, params->at[k].name.name);
            ok = false;
        }
    }
    return ok;
}

/* The argument for each parameter, NULL where its own value holds. */
static bool read_arguments(Builder *b, const AstExpr *call, const AstDecl *circuit, AstExpr **given)
{
    const AstParams *params = &circuit->as.circuit.params;
    const AstArgs *args = &call->as.call.args;
    bool ok = true;
    for (size_t k = 0; k < args->n; k++) {
        const AstArg *arg = &args->at[k];
        long at = arg->name ? param_index(params, arg->name) : k < params->n ? (long)k : -1;
        if (at >= 0 && !given[at]) {
            given[at] = arg->value;
            continue;
        }
        ok = false;
        if (at >= 0) {
            Diag *d = diag_at(b->cx, D_E0209, arg->value->span, "the parameter `%s` is given twice", params->at[at].name.name);
            diag_note_at(b->cx, d, given[at]->span, "first given here");
            diag_help(b->cx, d, "keep one of the two");
        } else if (arg->name) {
            report_no_param(b, arg, circuit);
        } else {
            Diag *d = diag_at(b->cx, D_E0209, arg->value->span, "the circuit `%s` has %zu parameter%s, and this is argument %zu",
                              circuit->name.name, params->n, params->n == 1 ? "" : "s", k + 1);
            diag_note_at(b->cx, d, circuit->name.span, "it has %s", listed_params(b, params));
            break;
        }
    }
    return ok && check_missing(b, call, circuit, given);
}

/* ---- instances ---- */

static Symbol *find_circuit(Builder *b, const AstExpr *call)
{
    const AstExpr *callee = call->as.call.callee;
    if (callee->kind == AST_NAME && !symbol_find(b, callee->as.name.name)) {
        const char *name = callee->as.name.name, **names;
        if (b->import_failed)
            return NULL;
        Diag *d = diag_at(b->cx, D_E0201, callee->span, "there is no circuit `%s`", name);
        size_t n = symbol_names(b, 1u << SYM_CIRCUIT, &names);
        if (!habit_help(b->cx, d, HABIT_NAME, name, n, names, HABIT_LISTS))
            diag_help(b->cx, d, "declare it: `circuit %s() { ... }`", name);
        return NULL;
    }
    Symbol *s = path_find(b, callee);
    if (!s || s->kind == SYM_CIRCUIT)
        return s;
    Diag *d = diag_at(b->cx, D_E0304, callee->span, "`%s` is not a circuit", s->name);
    diag_note_at(b->cx, d, s->decl->name.span, "declared here");
    diag_help(b->cx, d, "an instance is one of a circuit: `circuit NAME() { ... }`");
    return NULL;
}

static void report_inside_itself(Builder *b, const Symbol *s, const AstDecl *circuit, Span at)
{
    const char *chain = circuit->name.name, *more = "";
    size_t shown = 0;
    for (const Space *outer = s->space; outer->circuit != circuit; outer = outer->maker)
        if (shown++ < MOST_LISTED)
            chain = arena_printf(&b->cx->arena, "%s -> %s", outer->circuit->name.name, chain);
        else
            more = "... -> ";
    Diag *d = diag_at(b->cx, D_E0204, at, "the circuit `%s` contains itself: %s -> %s%s", circuit->name.name,
                      circuit->name.name, more, chain);
    diag_note_at(b->cx, d, circuit->name.span, "declared here");
}

/* A circuit inside of itself would have no end. */
static bool check_not_inside_itself(Builder *b, const Symbol *s, const AstDecl *circuit, Span at)
{
    for (const Space *outer = s->space; outer && outer->circuit; outer = outer->maker)
        if (outer->circuit == circuit) {
            report_inside_itself(b, s, circuit, at);
            return false;
        }
    if (s->space->depth < MAX_CIRCUIT_DEPTH || b->too_many_items)
        return true;
    diag_at(b->cx, D_E0403, at, "circuits are nested more than %d deep", MAX_CIRCUIT_DEPTH);
    b->too_many_items = true;   /* each level may make several: there is no end to try the others */
    return false;
}

static const DiagWithin *element_note(Builder *b, const Symbol *s, const char *path)
{
    DiagWithin *where = ARENA_NEW(&b->cx->arena, DiagWithin);
    where->note = (DiagNote){ true, s->decl->name.span, arena_printf(&b->cx->arena, "in `%s`, which is made here", path) };
    return where;
}

/* The parameters are constants in front of the circuit's own declarations;
 * the text of an argument is read where the instance stands. */
static Space *make_element(Builder *b, const Symbol *s, const Symbol *circuit, AstExpr *const *given, long index)
{
    const AstDecl *c = circuit->decl;
    const AstParams *params = &c->as.circuit.params;
    const char *path = index < 0 ? s->path : arena_printf(&b->cx->arena, "%s[%ld]", s->path, index);
    AstName number = { intern(&b->cx->names, "index"), s->decl->name.span };
    Space *outside = index < 0 ? s->space : space_of_number(b, s->space, number, index);
    Space *e = space_new(b, circuit->space, arena_printf(&b->cx->arena, "%s.", path));
    e->circuit = c;
    e->maker = s->space;
    e->depth = s->space->depth + 1;
    e->where = element_note(b, s, path);
    e->decls.cap = e->decls.n = params->n + c->as.circuit.decls.n;
    e->decls.at = ARENA_ARRAY(&b->cx->arena, e->decls.n + 1, AstDecl *);
    for (size_t k = 0; k < params->n; k++) {
        AstDecl *d = ast_decl(b->cx, AST_LET, params->at[k].name.span, params->at[k].name);
        d->as.let.value = given[k] ? given[k] : params->at[k].value;
        e->decls.at[k] = d;
    }
    for (size_t k = 0; k < c->as.circuit.decls.n; k++)
        e->decls.at[params->n + k] = c->as.circuit.decls.at[k];
    Space *before = space_enter(b, e);
    space_collect(b, e, e->decls.n, e->decls.at);
    space_enter(b, before);
    for (size_t k = 0; k < params->n; k++) {
        Symbol *p = symbol_in(e, params->at[k].name.name);
        if (p && p->decl == e->decls.at[k] && given[k])
            p->space = outside;
    }
    return e;
}

static const Instance *make(Builder *b, const Symbol *s)
{
    const AstDecl *d = s->decl;
    const AstExpr *call = d->as.instance.value, *count = d->as.instance.count;
    if (call->kind != AST_CALL)
        return NULL;            /* a syntax error */
    const Symbol *circuit = find_circuit(b, call);
    uint64_t n = 1;
    if (count && !constant_whole(b, count, "the number of instances", 1, MAX_ITEMS, &n))
        return NULL;
    if (!circuit || !check_not_inside_itself(b, s, circuit->decl, call->span))
        return NULL;
    const AstDecl *c = circuit->decl;
    AstExpr **given = ARENA_ARRAY(&b->cx->arena, c->as.circuit.params.n + 1, AstExpr *);
    if (!read_arguments(b, call, c, given))
        return NULL;
    if (!may_write_out(b, call->span, n * (1 + c->as.circuit.params.n + c->as.circuit.decls.n)))
        return NULL;
    Instance *made = ARENA_NEW(&b->cx->arena, Instance);
    *made = (Instance){ count != NULL, n, ARENA_ARRAY(&b->cx->arena, n, Space *) };
    for (size_t k = 0; k < n; k++)
        made->element[k] = make_element(b, s, circuit, given, count ? (long)k : -1);
    return made;
}

const Instance *instance_of(Builder *b, Symbol *s, Span used_at)
{
    if (s->state == SYM_DONE)
        return s->instance;
    if (!symbol_open(b, s, used_at))
        return NULL;
    Space *before = space_enter(b, s->space);
    s->instance = make(b, s);
    space_enter(b, before);
    symbol_close(b, s, SYM_DONE);
    return s->instance;
}

/* ---- loops ---- */

static bool read_bounds(Builder *b, const AstExpr *range, long *from, long *to)
{
    if (range->kind != AST_RANGE) {
        if (is_error_node(range))
            return false;
        Diag *d = diag_at(b->cx, D_E0304, range->span, "a loop runs over a range of whole numbers");
        diag_help(b->cx, d, "write `for k in 0..3`");
        return false;
    }
    bool ok = constant_integer(b, range->as.range.from, "the start of a loop", from);
    if (!constant_integer(b, range->as.range.to, "the end of a loop", to) || !ok)
        return false;
    bool is_literal = range->as.range.from->kind == AST_NUMBER && range->as.range.to->kind == AST_NUMBER;
    if (*from <= *to || !is_literal)
        return true;
    Diag *d = diag_at(b->cx, D_E0401, range->span, "this range is empty");
    diag_help(b->cx, d, "the lower number comes first: `%ld..%ld`", *to, *from);
    return false;
}

static void write_out_loop(Builder *b, const AstDecl *d, Space *space)
{
    long from, to;
    AstName name = d->as.connect.loop;
    Space *before = space_enter(b, space);
    bool ok = read_bounds(b, d->as.connect.loop_range, &from, &to) && !report_reserved(b, name);
    space_enter(b, before);
    if (!ok || from > to || !may_write_out(b, d->as.connect.loop_range->span, (size_t)to - (size_t)from + 1))
        return;
    for (long k = from; k <= to; k++) {
        Item item = { d, space_of_number(b, space, name, k), k };
        vec_push(&b->cx->arena, &b->items, item);
    }
}

/* ---- all of it ---- */

static void write_out(Builder *b, Space *space, const AstDecls *decls);

static void write_out_instance(Builder *b, const Item *item)
{
    Symbol *s = symbol_of(item);
    const Instance *made = s ? instance_of(b, s, s->decl->name.span) : NULL;
    for (size_t k = 0; made && k < made->n; k++)
        write_out(b, made->element[k], &made->element[k]->decls);
}

static void write_out(Builder *b, Space *space, const AstDecls *decls)
{
    for (size_t k = 0; k < decls->n; k++) {
        Item item = { .decl = decls->at[k], .space = space };
        if (item.decl->kind == AST_INSTANCE)
            write_out_instance(b, &item);
        else if (item.decl->kind == AST_CIRCUIT)
            check_circuit(b, item.decl);
        else if (item.decl->kind == AST_CONNECT && item.decl->as.connect.loop.name)
            write_out_loop(b, item.decl, space);
        else
            vec_push(&b->cx->arena, &b->items, item);
    }
}

bool elaborate(Builder *b)
{
    write_out(b, b->files, &b->decls);
    return !b->too_many_items;
}
