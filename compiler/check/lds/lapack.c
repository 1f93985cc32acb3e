#include "compiler/check/lds/lapack.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef void Geev(const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr,
                  double *wi, double *vl, const int *ldvl, double *vr, const int *ldvr, double *work,
                  const int *lwork, int *info, size_t, size_t);

/* The one process-wide state: a shared library can be loaded only once anyway. */
static struct {
    bool loaded;
    char why[256];
    Geev *geev;
    LapackDouble real;
    LapackSingle single;
} lapack;
static pthread_once_t lapack_once = PTHREAD_ONCE_INIT;

/* A function pointer out of dlsym's object pointer, which C cannot convert. */
static bool find(void *library, const char *name, void *function_slot)
{
    void *symbol = dlsym(library, name);
    memcpy(function_slot, &symbol, sizeof symbol);
    return symbol != NULL;
}

static bool find_kernels(void *library)
{
    return find(library, "dgeev_", &lapack.geev) &&
           find(library, "dgemm_", &lapack.real.gemm) && find(library, "sgemm_", &lapack.single.gemm) &&
           find(library, "dsymv_", &lapack.real.symv) && find(library, "ssymv_", &lapack.single.symv) &&
           find(library, "dtrsv_", &lapack.real.trsv) && find(library, "strsv_", &lapack.single.trsv) &&
           find(library, "dpotrf_", &lapack.real.potrf) && find(library, "spotrf_", &lapack.single.potrf) &&
           find(library, "dpotri_", &lapack.real.potri) && find(library, "spotri_", &lapack.single.potri);
}

static void load(void)
{
    void (*set_threads)(int) = NULL;
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    /* The one that has both is loaded alone, in less time than by way of the other. */
    void *library = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_LOCAL);
    if (!library || !find_kernels(library))
        library = dlopen("liblapack.so.3", RTLD_LAZY | RTLD_LOCAL);
    lapack.loaded = library && find_kernels(library);
    if (lapack.loaded && find(library, "openblas_set_num_threads", &set_threads))
        set_threads(1);
    if (!lapack.loaded) {
        const char *error = dlerror();
        strncpy(lapack.why, error ? error : "liblapack.so.3 cannot be loaded", sizeof lapack.why - 1);
    }
}

bool lapack_load(const char **why)
{
    pthread_once(&lapack_once, load);
    if (!lapack.loaded && why)
        *why = lapack.why;
    return lapack.loaded;
}

/* LAPACK counts in int: an order whose square does not fit is refused. */
static bool usable(size_t n)
{
    return n > 0 && n <= 30000 && lapack_load(NULL);
}

int lapack_general_eigen(size_t n, double *a, double *wr, double *wi, double *vr)
{
    if (!usable(n))
        return n ? LAPACK_ABSENT : 0;
    int order = (int)n, one = 1, info = 0, ask = -1;
    double work_size = 0, unused = 0;
    double *right = vr ? vr : &unused;
    const int *right_order = vr ? &order : &one;
    const char *job = vr ? "V" : "N";
    lapack.geev("N", job, &order, a, &order, wr, wi, &unused, &one, right, right_order, &work_size, &ask, &info, 1, 1);
    if (info)
        return info;
    int lwork = (int)work_size;
    double *work = malloc((size_t)lwork * sizeof *work);
    if (!work)
        return LAPACK_ABSENT;
    lapack.geev("N", job, &order, a, &order, wr, wi, &unused, &one, right, right_order, work, &lwork, &info, 1, 1);
    free(work);
    return info;
}

const LapackDouble *lapack_double(size_t n)
{
    return usable(n) ? &lapack.real : NULL;
}

const LapackSingle *lapack_single(size_t n)
{
    return usable(n) ? &lapack.single : NULL;
}
