#include "compiler/expr/flint.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* The one process-wide state: a shared library can be loaded only once anyway. */
static struct {
    bool is_loaded;
    Flint functions;
} flint;
static pthread_once_t flint_once = PTHREAD_ONCE_INIT;

/* A function pointer out of dlsym's object pointer, which C cannot convert. */
static bool find(void *library, const char *name, void *slot)
{
    void *symbol = dlsym(library, name);
    memcpy(slot, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void load(void)
{
    /* Debian's name of what the headers of FLINT 2.9 describe. */
    void *library = dlopen("libflint.so.17", RTLD_LAZY | RTLD_LOCAL);
    const char *version = library ? dlsym(library, "flint_version") : NULL;
    /* Structures are laid out as its headers say: another version would be read wrongly. */
    flint.is_loaded = version && strcmp(version, FLINT_VERSION) == 0;
#define FIND(name) flint.is_loaded = flint.is_loaded && find(library, #name, &flint.functions.name);
    FLINT_FUNCTIONS(FIND)
#undef FIND
}

const Flint *flint_load(void)
{
    pthread_once(&flint_once, load);
    return flint.is_loaded ? &flint.functions : NULL;
}
