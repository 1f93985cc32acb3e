#include "runtime/sundials.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* The one process-wide state: a shared library can be loaded only once anyway. */
static struct {
    bool is_loaded;
    char why[256];
    Sundials functions;
} sundials;
static pthread_once_t sundials_once = PTHREAD_ONCE_INIT;

enum { MAJOR = 6, LEAST_MINOR = 4 };

/* A function pointer out of dlsym's object pointer, which C cannot convert. */
static bool find(void *library, const char *name, void *slot)
{
    void *symbol = dlsym(library, name);
    memcpy(slot, &symbol, sizeof symbol);
    return symbol != NULL;
}

/* The vectors, matrices and linear solvers that CVODE is shipped with are in its library. */
static bool find_all(void *library)
{
    bool ok = true;
#define FIND(result, name, arguments) ok = ok && find(library, #name, &sundials.functions.name);
    SUNDIALS_FUNCTIONS(FIND)
#undef FIND
    return ok;
}

static void load(void)
{
    static const char name[] = "libsundials_cvode.so.6";
    int major = 0, minor = 0, patch = 0;
    char label[16];
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library || !find_all(library)) {
        const char *error = dlerror();
        snprintf(sundials.why, sizeof sundials.why, "%s", error ? error : "its functions are not there");
        return;
    }
    /* Arguments are passed as its headers say: another version may take others. */
    sundials.functions.SUNDIALSGetVersionNumber(&major, &minor, &patch, label, sizeof label);
    sundials.is_loaded = major == MAJOR && minor >= LEAST_MINOR;
    if (!sundials.is_loaded)
        snprintf(sundials.why, sizeof sundials.why, "%s is version %d.%d.%d, and 6.4 is needed, or a later one of 6", name, major, minor, patch);
}

const Sundials *sundials_load(const char **why)
{
    pthread_once(&sundials_once, load);
    if (!sundials.is_loaded && why)
        *why = sundials.why;
    return sundials.is_loaded ? &sundials.functions : NULL;
}
