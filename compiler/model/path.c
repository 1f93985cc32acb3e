/* Paths: `E`, `L4.E`, `L[k + 1].E`, from where the text stands. */
#include "compiler/model/build.h"
#include "compiler/model/habit.h"

#include <string.h>

const char *expression_text(Builder *b, const AstExpr *e)
{
    Sbuf text = { 0 };
    ast_print_expr(e, &text);
    const char *s = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return s;
}

/* ---- one step ---- */

/* In constants, which are known before there are populations. */
static bool report_values(Builder *b, const AstExpr *path, const Symbol *s)
{
    if (s->index < b->pops.n && b->m->pops.at[s->index].name == s->path)
        return false;
    Diag *d = diag_at(b->cx, D_E0208, path->span, "a constant cannot be made of what neurons of `%s` do in a run", s->path);
    diag_help(b->cx, d, "`record` reads values of neurons, and `connect` brings them to others");
    return true;
}

/* A weight that is 0 for the other neurons says the same. */
static void report_some_neurons(Builder *b, const AstExpr *path, const Symbol *s)
{
    const AstExprs *index = &path->as.index.args;
    long from, to;
    if (report_values(b, path, s))
        return;
    if (b->pops.at[s->index].broken || index->n != 1 || !neuron_run(b, index->at[0], s->index, &from, &to))
        from = to = 0;
    Diag *d = diag_at(b->cx, D_E0208, path->span, "a connection joins populations, and this is some neurons of `%s`", s->path);
    diag_help(b->cx, d, "connect `%s`, with a weight that is 0 for its other neurons: `weight = 0.5 * pulse(post.i - %ld, %ld)` where it is the target, "
                        "`pre.i` where it is the source; many pairs are read by `pattern = edges(\"pairs.csv\")`", s->path, from, to - from + 1);
}

static void report_no_elements(Builder *b, const AstExpr *path, const Symbol *s)
{
    if (s->kind == SYM_POP) {
        report_some_neurons(b, path, s);
        return;
    }
    Diag *d = diag_at(b->cx, D_E0304, path->span, "`%s` is not an array of circuits, so it has no elements", s->path);
    diag_note_at(b->cx, d, s->decl->name.span, "declared here");
}

static Space *element_of(Builder *b, const AstExpr *path, const Symbol *s, const Instance *made)
{
    long k;
    const AstExprs *args = &path->as.index.args;
    const char *what = arena_printf(&b->cx->arena, "the number of an instance of `%s`", s->path);
    if (!made->is_array) {
        report_no_elements(b, path, s);
        return NULL;
    }
    if (args->n != 1) {
        diag_at(b->cx, D_E0209, path->span, "an array of circuits has one index, not %zu", args->n);
        return NULL;
    }
    if (!constant_element(b, args->at[0], what, made->n, &k))
        return NULL;
    if (k >= 0 && (size_t)k < made->n)
        return made->element[k];
    Diag *d = diag_at(b->cx, D_E0401, args->at[0]->span, "`%s` has no element %ld", s->path, k);
    diag_note_at(b->cx, d, s->decl->name.span, made->n == 1 ? "it has one, number 0" : "they are numbered from 0 to %zu", made->n - 1);
    return NULL;
}

/* The names inside of `L4` or `L[2]`. */
static Space *space_at(Builder *b, const AstExpr *path)
{
    bool indexed = path->kind == AST_INDEX;
    Symbol *s = path_find(b, indexed ? path->as.index.base : path);
    if (!s)
        return NULL;
    if (s->kind != SYM_INSTANCE) {
        if (indexed) {
            report_no_elements(b, path, s);
            return NULL;
        }
        Diag *d = diag_at(b->cx, D_E0304, path->span, s->kind == SYM_POP ? "`%s` is a population, and has no members here"
                                                                         : "`%s` is not an instance of a circuit, so it has no members", s->path);
        diag_note_at(b->cx, d, s->decl->name.span, "declared here");
        if (s->kind == SYM_POP && !indexed)
            diag_help(b->cx, d, "a state is written `%s.x` in a record, that of one neuron `%s[3].x`; `pre.x` and `post.x` in a current", s->path, s->path);
        else if (s->kind == SYM_CIRCUIT)
            diag_help(b->cx, d, "make one, `instance c = %s(...)`, and name what is in it: `c.E`", s->name);
        return NULL;
    }
    const Instance *made = instance_of(b, s, path->span);
    if (!made || indexed)
        return made ? element_of(b, path, s, made) : NULL;
    if (!made->is_array)
        return made->element[0];
    Diag *d = diag_at(b->cx, D_E0304, path->span, "`%s` is an array of %zu instances", s->path, made->n);
    diag_help(b->cx, d, "say which one: `%s[0]`", expression_text(b, path));
    return NULL;
}

static void report_no_member(Builder *b, const AstExpr *e, const Space *in)
{
    const char *name = e->as.member.name;
    const char **names = ARENA_ARRAY(&b->cx->arena, in->symbols.n + 1, const char *);
    for (size_t k = 0; k < in->symbols.n; k++)
        names[k] = in->symbols.at[k].name;
    Diag *d = diag_at(b->cx, D_E0201, e->as.member.name_span, "there is no `%s` in `%s`", name, expression_text(b, e->as.member.base));
    diag_note_at(b->cx, d, in->circuit->name.span, "it is an instance of this circuit");
    habit_help(b->cx, d, HABIT_NAME, name, in->symbols.n, names, HABIT_LISTS);
}

/* A circuit has what is wanted here: the path to its first instance, or NULL. */
static const char *path_ending_in(const Builder *b, const char *name)
{
    size_t n = strlen(name);
    for (size_t k = 0; k < b->m->pops.n; k++) {
        const char *path = b->m->pops.at[k].name;
        size_t length = strlen(path);
        if (length > n && path[length - n - 1] == '.' && strcmp(path + length - n, name) == 0)
            return path;
    }
    return NULL;
}

static void report_unknown(Builder *b, const AstExpr *e)
{
    const char *name = e->as.name.name, **names;
    if (b->import_failed)
        return;
    if (is_reserved(name)) {
        diag_at(b->cx, D_E0208, e->span, "`%s` cannot be used here", name);
        return;
    }
    Diag *d = diag_at(b->cx, D_E0201, e->span, "there is no `%s`", name);
    size_t n = symbol_names(b, 1u << SYM_POP | 1u << SYM_INSTANCE, &names);
    habit_help(b->cx, d, HABIT_NAME, name, n, names, HABIT_LISTS);
}

Symbol *path_find(Builder *b, const AstExpr *path)
{
    Symbol *s = NULL;
    if (path->kind == AST_NAME) {
        s = symbol_find(b, path->as.name.name);
        if (!s)
            report_unknown(b, path);
    } else if (path->kind == AST_MEMBER) {
        const Space *in = space_at(b, path->as.member.base);
        s = in ? symbol_in(in, path->as.member.name) : NULL;
        if (in && !s)
            report_no_member(b, path, in);
    } else if (path->kind == AST_INDEX) {
        Symbol *of = path_find(b, path->as.index.base);
        const Instance *made = of && of->kind == SYM_INSTANCE ? instance_of(b, of, path->span) : NULL;
        if (of && of->kind != SYM_INSTANCE)
            report_no_elements(b, path, of);
        else if (made && element_of(b, path, of, made))
            return of;
    } else if (!is_error_node(path)) {
        diag_at(b->cx, D_E0304, path->span, "a name is needed here");
    }
    return s;
}

/* ---- populations ---- */

static void report_no_population(Builder *b, const AstExpr *path)
{
    const char *name = path->as.name.name, **names;
    if (b->import_failed)
        return;
    Diag *d = diag_at(b->cx, D_E0201, path->span, "there is no population `%s`", name);
    if (b->cx->diags.n_dropped)
        return;
    size_t n = symbol_names(b, 1u << SYM_POP, &names);
    const char *near = nearest_name(name, names, n), *inside = path_ending_in(b, name);
    if (near || inside)
        diag_help(b->cx, d, "did you mean `%s`?", near ? near : inside);
    else if (n <= MOST_LISTED)
        diag_help(b->cx, d, "the model has %s", listed_names(b, "no population", n, names));
}

Symbol *resolve_population(Builder *b, const AstExpr *path)
{
    if (path->kind != AST_NAME && path->kind != AST_MEMBER && path->kind != AST_INDEX) {
        if (!is_error_node(path))
            diag_at(b->cx, D_E0304, path->span, "the name of a population is needed here");
        return NULL;
    }
    if (path->kind == AST_NAME && !symbol_find(b, path->as.name.name)) {
        report_no_population(b, path);
        return NULL;
    }
    Symbol *s = path_find(b, path);
    if (!s)
        return NULL;
    if (s->kind == SYM_POP)
        return b->pops.at[s->index].broken ? NULL : s;
    Diag *d = diag_at(b->cx, D_E0304, path->span, "`%s` is not a population", expression_text(b, path));
    if (s->kind == SYM_INSTANCE)
        diag_help(b->cx, d, "name one of the populations in it, such as `%s.E`", expression_text(b, path));
    else
        diag_note_at(b->cx, d, s->decl->name.span, "declared here");
    return NULL;
}
