/* Ast -> Model, in the order in which one thing needs another: files,
 * names, circuits, constants, populations, the unit of time, connections, units of rates, what is asked. */
#include "compiler/model/build.h"

#include <string.h>

/* "models/pair.eig" is the model `pair`; what comes from standard input is `model`. */
static const char *name_of_file(Builder *b, const char *path)
{
    if (path[0] == '<')
        return "model";
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    return arena_strndup(&b->cx->arena, base, n);
}

static void read_name(Builder *b)
{
    const AstDecl *first = NULL;
    b->m->path = b->cx->sources[b->source]->path;
    b->m->name = name_of_file(b, b->m->path);
    for (size_t k = 0; k < b->ast->decls.n; k++) {
        const AstDecl *d = b->ast->decls.at[k];
        if (d->kind != AST_MODEL)
            continue;
        if (first) {
            Diag *g = diag_at(b->cx, D_E0202, d->name.span, "a model has one name");
            diag_note_at(b->cx, g, first->name.span, "the first one");
            diag_help(b->cx, g, "keep one of the two");
            continue;
        }
        first = d;
        b->m->name = d->name.name;
    }
}

static void report_empty(Builder *b)
{
    /* After another error the population may be there, but not understood. */
    if (b->m->pops.n > 0 || b->cx->diags.n_errors > 0)
        return;
    Diag *d = diag_nowhere(b->cx, D_E0207, "the model has no population");
    diag_help(b->cx, d, "declare one: `population E excitatory { tau = 10 ms; cost = nonnegative }`");
}

bool model_build(Ctx *cx, NumPool *nums, int source, const Ast *ast, size_t n_set, const Setting *set, Model *out)
{
    return model_build_of_many(cx, nums, source, ast, n_set, set, &(ModelOfMany){ 0 }, out);
}

bool model_build_of_many(Ctx *cx, NumPool *nums, int source, const Ast *ast, size_t n_set, const Setting *set, ModelOfMany *many, Model *out)
{
    Builder b = { .cx = cx, .nums = nums, .m = out, .ast = ast, .source = source, .n_set = n_set, .set = set, .many = many };
    size_t errors_before = cx->diags.n_errors;
    *out = (Model){ .nums = nums };
    read_name(&b);
    b.files = b.space = space_new(&b, NULL, "");
    if (!imports_read(&b))
        return false;
    space_collect(&b, b.files, b.decls.n, b.decls.at);
    protocol_collect(&b);
    if (!elaborate(&b))
        return false;
    constants_build(&b);
    populations_declare(&b);
    made_note(&b, &out->made);
    report_empty(&b);
    params_note(&b, &out->params_elsewhere);
    simulate_times(&b);
    protocol_build(&b);
    params_note(&b, &out->params_in_inputs);
    made_note(&b, &out->made);
    populations_build(&b);
    connections_build(&b);
    drawn_as_check(&b);
    made_note(&b, &out->made);
    units_infer(&b);
    populations_finish(&b);
    params_note(&b, &out->params_elsewhere);
    made_note(&b, &out->made);
    records_build(&b);
    requirements_build(&b);
    time_check_mixture(&b);
    return cx->diags.n_errors == errors_before;
}
