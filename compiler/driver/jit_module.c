#include "compiler/driver/jit_module.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char library_name[] = "libeigc_jit.so";

/* The folder of the running program; "." where /proc is not mounted. */
static const char *program_folder(Ctx *cx)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n <= 0)
        return ".";
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return arena_strdup(&cx->arena, path);
}

enum { N_CANDIDATES = 3 };

static int list_candidates(Ctx *cx, const char *path[N_CANDIDATES])
{
    const char *folder = program_folder(cx), *libdir = getenv("EIGC_LIBDIR");
    int n = 0;

    path[n++] = arena_printf(&cx->arena, "%s/%s", folder, library_name);
    path[n++] = arena_printf(&cx->arena, "%s/../lib/eigc/%s", folder, library_name);
    if (libdir && *libdir)
        path[n++] = arena_printf(&cx->arena, "%s/%s", libdir, library_name);
    return n;
}

/* The first candidate that is there, or NULL. */
static const char *find_library(Ctx *cx)
{
    const char *path[N_CANDIDATES];
    int n = list_candidates(cx, path);

    for (int k = 0; k < n; k++)
        if (access(path[k], F_OK) == 0)
            return path[k];
    return NULL;
}

static void complain_not_installed(Ctx *cx)
{
    const char *path[N_CANDIDATES];
    int n = list_candidates(cx, path);
    Diag *d = diag_nowhere(cx, D_E0910, "the code generator %s is not installed", library_name);

    for (int k = 0; k < n; k++)
        diag_note(cx, d, "looked for %s", path[k]);
    diag_help(cx, d, "set EIGC_LIBDIR to the folder that holds it, or run with --reference, which is slow but needs no code generator");
}

struct JitOpening {
    pthread_t thread;
    const char *path;           /* lives in the arena of the compilation */
    const JitModule *module;    /* NULL: `why` tells */
    char *why;                  /* malloc'd: the loader's message belongs to the thread that failed */
};

static void open_library(JitOpening *o)
{
    void *library = dlopen(o->path, RTLD_NOW | RTLD_LOCAL);

    o->module = library ? dlsym(library, "eigc_jit_module") : NULL;
    if (!o->module) {
        const char *why = dlerror();
        o->why = strdup(why ? why : "unknown reason");
    } else if (o->module->version == JIT_MODULE_VERSION)
        o->module->prepare();
}

static void *open_in_thread(void *opening)
{
    open_library(opening);
    return NULL;
}

JitOpening *jit_module_begin(Ctx *cx)
{
    const char *path = find_library(cx);
    JitOpening *o = path ? calloc(1, sizeof *o) : NULL;
    sigset_t all, before;

    if (!o)
        return NULL;
    o->path = path;
    /* Signals are the main thread's business. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool began = pthread_create(&o->thread, NULL, open_in_thread, o) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (began)
        return o;
    free(o);
    return NULL;
}

void jit_module_leave(JitOpening *o)
{
    if (!o)
        return;
    pthread_join(o->thread, NULL);
    free(o->why);
    free(o);
}

/* What was opened, after its diagnostic where that failed. */
static const JitModule *accept(Ctx *cx, const JitOpening *o)
{
    if (!o->module) {
        diag_nowhere(cx, D_E0910, "the code generator %s cannot be loaded: %s", o->path, o->why ? o->why : "unknown reason");
        return NULL;
    }
    if (o->module->version == JIT_MODULE_VERSION)
        return o->module;
    Diag *d = diag_nowhere(cx, D_E0910, "the code generator %s has version %d of its interface; this eigc needs %d", o->path,
                           o->module->version, JIT_MODULE_VERSION);
    diag_help(cx, d, "install eigc and %s from the same build", library_name);
    return NULL;
}

const JitModule *jit_module_load(Ctx *cx, JitOpening *begun, const char **library)
{
    if (begun) {
        pthread_join(begun->thread, NULL);
        const JitModule *module = accept(cx, begun);
        if (library)
            *library = begun->path;
        free(begun->why);
        free(begun);
        return module;
    }
    JitOpening here = { .path = find_library(cx) };
    if (!here.path) {
        complain_not_installed(cx);
        return NULL;
    }
    if (library)
        *library = here.path;
    open_library(&here);
    const JitModule *module = accept(cx, &here);
    free(here.why);
    return module;
}
