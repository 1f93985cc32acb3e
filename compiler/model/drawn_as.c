/* drawn_as = "E": a population that has another name now draws as `E`, which is
 * to say that the last part of its path is replaced in all that draws are keyed
 * by. Instances of one circuit stay apart, for what stands before it is kept. */
#include "compiler/model/build.h"

#include <stdlib.h>
#include <string.h>

#include "lang/lexical_error.h"

/* ---- the name ---- */

static bool is_name(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n > 0 && n <= LEXICAL_LONGEST_NAME && text[n] == 0 && (text[0] < '0' || text[0] > '9');
}

const char *drawn_as_read(Builder *b, const AstAttr *a, const Symbol *s)
{
    const AstExpr *e = a ? a->value : NULL;
    const char *text = e && e->kind == AST_STRING ? e->as.string.text : NULL;
    if (!e || is_error_node(e))
        return s->path;
    if (text && is_name(text))
        return arena_printf(&b->cx->arena, "%.*s%s", (int)(strlen(s->path) - strlen(s->name)), s->path, text);
    Diag *d = diag_at(b->cx, text ? D_E0401 : D_E0304, e->span, "`drawn_as` is the name of a population, in quotes");
    diag_help(b->cx, d, "write the name that `%s` had: `drawn_as = \"%s\"`%s", s->name,
              e->kind == AST_NAME ? e->as.name.name : "E",
              text && strchr(text, '.') ? "; what stands before it, as `L[2].`, is that of its instance now" : "");
    return s->path;
}

/* ---- two that would draw the same ---- */

typedef struct Drawn {
    const ModelPop *pop;
    const PopBuild *build;
} Drawn;

/* A dot comes before all that a name is made of: what begins with "E." follows "E". */
static int by_key(const void *a, const void *b)
{
    const Drawn *x = a, *y = b;
    int order = strcmp(x->pop->key, y->pop->key);
    return order ? order : (x->pop > y->pop) - (x->pop < y->pop);
}

static Span place_of(const Drawn *x)
{
    const AstAttr *a = x->build->drawn_as;
    return a ? a->value->span : x->pop->span;
}

/* "E" and "E.v": as a state `v` of the first, and the second itself. */
static void report_clash(Builder *b, const Drawn *x, const Drawn *y)
{
    bool equal = strcmp(x->pop->key, y->pop->key) == 0;
    const Drawn *at = y->build->drawn_as ? y : x, *other = at == y ? x : y;
    Diag *d = diag_at(b->cx, D_E0211, place_of(at), "`%s` and `%s` would draw the same numbers: %s", at->pop->name, other->pop->name,
                      equal ? arena_printf(&b->cx->arena, "both are drawn as `%s`", at->pop->key)
                            : arena_printf(&b->cx->arena, "what is drawn as `%s` may have a state of the name of `%s`", x->pop->key, y->pop->key));
    diag_note_at(b->cx, d, place_of(other), "`%s`, drawn as `%s`", other->pop->name, other->pop->key);
    diag_help(b->cx, d, "give one of the two a name of its own in `drawn_as`");
}

static void check_keys(Builder *b, size_t n, Drawn *all)
{
    qsort(all, n, sizeof *all, by_key);
    for (size_t k = 1; k < n; k++) {
        const char *x = all[k - 1].pop->key, *y = all[k].pop->key;
        size_t length = strlen(x);
        if (strncmp(x, y, length) == 0 && (y[length] == 0 || y[length] == '.')) {
            report_clash(b, &all[k - 1], &all[k]);
            return;
        }
    }
}

/* ---- what draws nothing ---- */

static bool draws(Builder *b, const PopBuild *pb, const ModelPop *p)
{
    const AstAttrs *attrs = &pb->decl->as.population.attrs;
    const char *noise = intern(&b->cx->names, "noise");
    if (p->ous.n > 0 || pb->connection_draws)
        return true;
    for (size_t k = 0; k < attrs->n; k++) {
        const AstAttr *a = &attrs->at[k];
        if (a->value && (a->name == noise || attribute_mentions(a->value, noise) || draws_number(a->value)))
            return true;
    }
    return false;
}

/* Those of one text, which is useful when it is for one of them. */
static int by_text(const void *a, const void *b)
{
    const Drawn *x = a, *y = b;
    if (x->build->decl != y->build->decl)
        return x->build->decl < y->build->decl ? -1 : 1;
    return (x->pop > y->pop) - (x->pop < y->pop);
}

static void check_use(Builder *b, size_t n, Drawn *all)
{
    qsort(all, n, sizeof *all, by_text);
    for (size_t from = 0, to; from < n; from = to) {
        const AstAttr *a = all[from].build->drawn_as;
        bool used = !a;
        for (to = from; to < n && all[to].build->decl == all[from].build->decl; to++)
            used = used || draws(b, all[to].build, all[to].pop);
        if (used)
            continue;
        Diag *d = diag_at(b->cx, D_E0208, a->name_span, "`drawn_as` is the name for all that is drawn for `%s`, and nothing is drawn for it",
                          all[from].pop->name);
        diag_help(b->cx, d, "leave it out: without draws and noise a name changes nothing");
    }
}

void drawn_as_check(Builder *b)
{
    Drawn *all = ARENA_ARRAY(&b->cx->arena, b->pops.n + 1, Drawn);
    bool any = false;
    for (size_t k = 0; k < b->pops.n; k++) {
        all[k] = (Drawn){ &b->m->pops.at[k], &b->pops.at[k] };
        any |= b->pops.at[k].drawn_as != NULL;
    }
    if (!any)
        return;
    check_keys(b, b->pops.n, all);
    if (b->cx->diags.n_errors == 0)     /* what was not understood may draw */
        check_use(b, b->pops.n, all);
}
