/* Other files: each once, whatever it is called, and none inside of itself.
 *
 * All files together are one program. What a file says of itself alone, its
 * model's name and its simulation, holds when it is asked for, not when it is
 * imported. */
#include "compiler/model/build.h"

#include <string.h>
#include <sys/stat.h>

#include "lang/parse.h"

typedef struct File {
    bool has_identity;          /* standard input and text in memory have none */
    dev_t device;
    ino_t number;
    const char *path;
    bool is_open;               /* its imports are being read */
} File;

typedef struct Files {
    Builder *b;
    VEC(File) all;
    VEC(size_t) open;           /* outermost first */
    bool well_formed;
} Files;

static File identify(const char *path)
{
    File f = { .path = path };
    struct stat st;
    f.has_identity = stat(path, &st) == 0;
    if (f.has_identity) {
        f.device = st.st_dev;
        f.number = st.st_ino;
    }
    return f;
}

static long find_file(const Files *files, const File *f)
{
    for (size_t k = 0; f->has_identity && k < files->all.n; k++) {
        const File *g = &files->all.at[k];
        if (g->has_identity && g->device == f->device && g->number == f->number)
            return (long)k;
    }
    return -1;
}

static const char *place_of(Builder *b, const AstDecl *d)
{
    const char *dir = b->cx->sources[d->span.source]->dir, *path = d->as.import.path;
    if (path[0] == '/')
        return path;
    /* "./" keeps a file called `-` from being standard input. */
    return arena_printf(&b->cx->arena, "%s%s%s", dir[0] ? dir : strcmp(path, "-") == 0 ? "." : "",
                        (dir[0] && strcmp(dir, "/") != 0) || strcmp(path, "-") == 0 ? "/" : "", path);
}

static void report_circle(Files *files, const AstDecl *d, size_t from)
{
    Ctx *cx = files->b->cx;
    const char *chain = "";
    size_t first = 0;
    while (files->open.at[first] != from)
        first++;
    for (size_t k = first; k < files->open.n; k++)
        chain = arena_printf(&cx->arena, "%s%s -> ", chain, source_printable(cx, files->all.at[files->open.at[k]].path));
    const char *name = source_printable(cx, files->all.at[from].path);
    Diag *g = diag_at(cx, D_E0204, d->as.import.path_span, "`%s` imports itself: %s%s", name, chain, name);
    diag_help(cx, g, "put what both files need into a third one, and import that from both");
}

static void read_file(Files *files, const Ast *ast, const File *f);

static void read_import(Files *files, const AstDecl *d)
{
    Builder *b = files->b;
    const char *path = place_of(b, d);
    File f = identify(path);
    long known = find_file(files, &f);
    if (known >= 0) {
        if (files->all.at[known].is_open)
            report_circle(files, d, (size_t)known);
        return;
    }
    if (files->open.n >= MAX_NESTING) {
        diag_at(b->cx, D_E0403, d->as.import.path_span, "imports are nested too deeply");
        return;
    }
    int source = source_load(b->cx, path, &d->as.import.path_span);
    if (source < 0) {
        b->import_failed = true;
        return;
    }
    vec_push(&b->cx->arena, &b->m->imported, source);
    size_t errors = b->cx->diags.n_errors;
    const Ast *ast = parse_source(b->cx, source);
    if (b->cx->diags.n_errors != errors)
        files->well_formed = false;
    read_file(files, ast, &f);
}

static void read_file(Files *files, const Ast *ast, const File *f)
{
    Builder *b = files->b;
    size_t number = files->all.n;
    bool is_main = number == 0;
    vec_push(&b->cx->arena, &files->all, *f);
    vec_push(&b->cx->arena, &files->open, number);
    files->all.at[number].is_open = true;
    for (size_t k = 0; k < ast->decls.n; k++) {
        AstDecl *d = ast->decls.at[k];
        if (d->kind == AST_IMPORT)
            read_import(files, d);
        else if (is_main || (d->kind != AST_MODEL && d->kind != AST_SIMULATE))
            vec_push(&b->cx->arena, &b->decls, d);
    }
    files->all.at[number].is_open = false;
    files->open.n--;
}

bool imports_read(Builder *b)
{
    Files files = { .b = b, .well_formed = true };
    File f = identify(b->cx->sources[b->source]->path);
    read_file(&files, b->ast, &f);
    return files.well_formed;
}
