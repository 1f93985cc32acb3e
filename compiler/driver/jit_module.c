#include "compiler/driver/jit_module.h"

#include <dlfcn.h>
#include <limits.h>
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

static int list_candidates(Ctx *cx, const char *path[3])
{
    const char *folder = program_folder(cx), *libdir = getenv("EIGC_LIBDIR");
    int n = 0;

    path[n++] = arena_printf(&cx->arena, "%s/%s", folder, library_name);
    path[n++] = arena_printf(&cx->arena, "%s/../lib/eigc/%s", folder, library_name);
    if (libdir && *libdir)
        path[n++] = arena_printf(&cx->arena, "%s/%s", libdir, library_name);
    return n;
}

static const JitModule *open_module(Ctx *cx, const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const JitModule *module = library ? dlsym(library, "eigc_jit_module") : NULL;

    if (!module) {
        const char *why = dlerror();
        diag_nowhere(cx, D_E0910, "the code generator %s cannot be loaded: %s", path, why ? why : "unknown reason");
        return NULL;
    }
    if (module->version != JIT_MODULE_VERSION) {
        Diag *d = diag_nowhere(cx, D_E0910, "the code generator %s has version %d of its interface; this eigc needs %d",
                               path, module->version, JIT_MODULE_VERSION);
        diag_help(cx, d, "install eigc and %s from the same build", library_name);
        return NULL;
    }
    return module;
}

const JitModule *jit_module_load(Ctx *cx)
{
    const char *path[3];
    int n = list_candidates(cx, path);

    for (int k = 0; k < n; k++)
        if (access(path[k], F_OK) == 0)
            return open_module(cx, path[k]);
    Diag *d = diag_nowhere(cx, D_E0910, "the code generator %s is not installed", library_name);
    for (int k = 0; k < n; k++)
        diag_note(cx, d, "looked for %s", path[k]);
    diag_help(cx, d, "set EIGC_LIBDIR to the folder that holds it, or run with --reference, which is slow but needs no code generator");
    return NULL;
}
