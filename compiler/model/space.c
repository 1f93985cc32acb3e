/* Names and what is declared under them. */
#include "compiler/model/build.h"

#include <stdlib.h>
#include <string.h>

/* ---- names that cannot be declared ---- */

/* Names that mean something in expressions wherever they are known. */
static const struct { const char *name, *meaning; } reserved[] = {
    { "t", "time" }, { "i", "the index of a neuron" }, { "pre", "the source neuron" },
    { "post", "the target neuron" }, { "position", "the position of a neuron" }, { "distance", "the distance of two neurons" },
    { "pi", "the circle number" }, { "inf", "infinity" },
    { "index", "the number of an instance in its array" },
};

bool is_reserved(const char *name)
{
    for (size_t k = 0; k < sizeof reserved / sizeof *reserved; k++)
        if (strcmp(name, reserved[k].name) == 0)
            return true;
    return false;
}

static Diag *refuse_reserved(Builder *b, AstName name)
{
    for (size_t k = 0; k < sizeof reserved / sizeof *reserved; k++)
        if (strcmp(name.name, reserved[k].name) == 0)
            return diag_at(b->cx, D_E0203, name.span, "`%s` is reserved: it is %s", name.name, reserved[k].meaning);
    return NULL;
}

bool report_reserved(Builder *b, AstName name)
{
    Diag *g = refuse_reserved(b, name);
    if (g)
        diag_help(b->cx, g, "choose another name");
    return g;
}

void report_reserved_argument(Builder *b, AstName name, const char *function)
{
    Diag *g = refuse_reserved(b, name);
    if (g && strcmp(name.name, "t") == 0)
        diag_help(b->cx, g, "a function of time has an argument of another name, `function %s(s) = ...`, and is called with time, `input = %s(t)`",
                  function, function);
    else if (g)
        diag_help(b->cx, g, "choose another name");
}

/* Names with a meaning of their own in one kind of expressions, where a constant cannot be meant by them. */
static const struct { const char *name; ScopeKind kind; const char *meaning; } local[] = {
    { "n", SCOPE_SCALE, "the number of source neurons" },
    { "input", SCOPE_EQUATION, "the total input of a neuron" },
    { "noise", SCOPE_EQUATION, "white noise" },
};

bool report_hiding(Builder *b, AstName name, const char *meaning)
{
    const Symbol *s = symbol_find(b, name.name);
    if (!s)
        return false;
    Diag *d = diag_at(b->cx, D_E0203, name.span, "`%s` is %s here, and the model declares another one", name.name, meaning);
    diag_note_at(b->cx, d, s->decl->name.span, "declared here");
    diag_help(b->cx, d, "give that another name");
    return true;
}

/* Both are one number at all times and for all params, as where a size is called n. */
static bool agree(Builder *b, Symbol *s, AstName name, Typed meant)
{
    Num one, other;
    Typed v = symbol_value(b, s, name.span);
    if (!typed_ok(v))
        return true;
    return s->changes.n == 0 && expr_is_const(v.e, &one) && !v.e->depends && expr_is_const(meant.e, &other) && mpq_equal(one, other);
}

bool report_local_hiding(Builder *b, AstName name, ScopeKind kind, Typed meant)
{
    Symbol *s = symbol_find(b, name.name);
    for (size_t k = 0; s && (s->kind == SYM_PARAM || s->kind == SYM_LET) && k < sizeof local / sizeof *local; k++)
        if (kind == local[k].kind && strcmp(name.name, local[k].name) == 0)
            return !agree(b, s, name, meant) && report_hiding(b, name, local[k].meaning);
    return false;
}

static bool report_function(Builder *b, const AstDecl *d)
{
    if (d->kind != AST_FUNCTION || !names_function(d->name.name))
        return false;
    diag_help(b->cx, diag_at(b->cx, D_E0203, d->name.span, "`%s` is a function of the language", d->name.name), "choose another name");
    return true;
}

/* ---- spaces ---- */

static bool symbol_kind(AstDeclKind kind, SymbolKind *out)
{
    switch (kind) {
    case AST_PARAM: *out = SYM_PARAM; return true;
    case AST_LET: *out = SYM_LET; return true;
    case AST_FUNCTION: *out = SYM_FUNCTION; return true;
    case AST_POPULATION: *out = SYM_POP; return true;
    case AST_CIRCUIT: *out = SYM_CIRCUIT; return true;
    case AST_INSTANCE: *out = SYM_INSTANCE; return true;
    default: return false;
    }
}

Space *space_new(Builder *b, Space *around, const char *prefix)
{
    Space *s = ARENA_NEW(&b->cx->arena, Space);
    s->around = around;
    s->prefix = prefix;
    return s;
}

static int by_name(const void *a, const void *b)
{
    const Symbol *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Keeps the first of each name and complains about the others. */
static void drop_duplicates(Builder *b, Space *space)
{
    size_t kept = 0;
    for (size_t k = 0; k < space->symbols.n; k++) {
        Symbol *s = &space->symbols.at[k];
        if (kept > 0 && space->symbols.at[kept - 1].name == s->name) {
            Diag *d = diag_at(b->cx, D_E0202, s->decl->name.span, "`%s` is declared twice", s->name);
            diag_note_at(b->cx, d, space->symbols.at[kept - 1].decl->name.span, "first declared here");
            diag_help(b->cx, d, "rename or remove one of the two");
        } else {
            space->symbols.at[kept++] = *s;
        }
    }
    space->symbols.n = kept;
}

static const char *path_of(Builder *b, const Space *space, const char *name)
{
    return space->prefix[0] ? intern(&b->cx->names, arena_printf(&b->cx->arena, "%s%s", space->prefix, name)) : name;
}

void space_collect(Builder *b, Space *space, size_t n, AstDecl *const *decls)
{
    size_t n_named = 0;
    for (size_t k = 0; k < n; k++)
        n_named += decls[k]->name.name != NULL;
    space->symbols.at = ARENA_ARRAY(&b->cx->arena, n_named + 1, Symbol);
    space->symbols.cap = n_named + 1;
    for (size_t k = 0; k < n; k++) {
        const AstDecl *d = decls[k];
        Symbol s = { .name = d->name.name, .decl = d, .space = space, .order = space->symbols.n };
        if (!d->name.name || !symbol_kind(d->kind, &s.kind))
            continue;
        /* A reserved name stays unknown, so that it keeps its one meaning. */
        if (report_reserved(b, d->name) || report_function(b, d))
            continue;
        s.path = path_of(b, space, s.name);
        vec_push(&b->cx->arena, &space->symbols, s);
    }
    if (space->symbols.n)
        qsort(space->symbols.at, space->symbols.n, sizeof *space->symbols.at, by_name);
    drop_duplicates(b, space);
}

Space *space_enter(Builder *b, Space *space)
{
    Space *before = b->space;
    b->space = space;
    b->cx->diags.within = space->where;
    return before;
}

static const DiagWithin *round_note(Builder *b, const Space *around, AstName name, long value)
{
    DiagWithin *where = ARENA_NEW(&b->cx->arena, DiagWithin);
    size_t n = strlen(around->prefix);
    const char *in = n ? arena_printf(&b->cx->arena, ", in `%.*s`", (int)n - 1, around->prefix) : "";
    where->note = (DiagNote){ true, name.span, arena_printf(&b->cx->arena, "where `%s` is %ld%s", name.name, value, in) };
    return where;
}

Space *space_of_number(Builder *b, Space *around, AstName name, long value)
{
    Space *s = space_new(b, around, around->prefix);
    Symbol *k = ARENA_NEW(&b->cx->arena, Symbol);
    *k = (Symbol){ .name = name.name, .path = name.name, .kind = SYM_LET, .decl = ast_decl(b->cx, AST_LET, name.span, name),
                   .space = s, .state = SYM_DONE, .value = typed_const(b, name.span, num_int(b->nums, value), UNIT_NONE) };
    s->symbols.at = k;
    s->symbols.n = s->symbols.cap = 1;
    s->maker = around->maker;
    s->circuit = around->circuit;
    s->depth = around->depth;
    s->where = round_note(b, around, name, value);
    return s;
}

/* ---- finding ---- */

Symbol *symbol_in(const Space *space, const char *name)
{
    size_t from = 0, to = space->symbols.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (space->symbols.at[mid].name < name)
            from = mid + 1;
        else
            to = mid;
    }
    return from < space->symbols.n && space->symbols.at[from].name == name ? &space->symbols.at[from] : NULL;
}

Symbol *symbol_find(const Builder *b, const char *name)
{
    Symbol *found = NULL;
    for (const Space *s = b->space; s && !found; s = s->around)
        found = symbol_in(s, name);
    return found;
}

Symbol *symbol_of(const Item *item)
{
    Symbol *s = item->decl->name.name ? symbol_in(item->space, item->decl->name.name) : NULL;
    return s && s->decl == item->decl ? s : NULL;
}

size_t symbol_names(Builder *b, unsigned kinds, const char ***names)
{
    size_t n = 0;
    for (const Space *s = b->space; s; s = s->around)
        n += s->symbols.n;
    *names = ARENA_ARRAY(&b->cx->arena, n + 1, const char *);
    n = 0;
    for (const Space *s = b->space; s; s = s->around)
        for (size_t k = 0; k < s->symbols.n; k++)
            if (kinds >> s->symbols.at[k].kind & 1)
                (*names)[n++] = s->symbols.at[k].name;
    return n;
}
