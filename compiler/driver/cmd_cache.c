#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compiler/driver/code_cache.h"
#include "compiler/driver/options.h"

static ExitStatus complain_operand(const char *operand)
{
    fprintf(stderr, "eigc cache: '%s' is nothing to do with it; 'eigc cache' tells what there is, 'eigc cache clear' removes it\n", operand);
    return STATUS_WRONG;
}

static ExitStatus complain_folder(const char *folder, const char *doing)
{
    fprintf(stderr, "eigc cache: %s cannot be %s: %s\n", folder, doing, strerror(errno));
    return STATUS_SYSTEM;
}

/* "3 files, 12.4 kB" */
static void print_size(const CodeCacheSize *is)
{
    double kb = (double)is->n_bytes / 1e3;

    printf("%zu file%s, ", is->n_files, is->n_files == 1 ? "" : "s");
    if (kb < 1e3)
        printf("%.1f kB\n", kb);
    else
        printf("%.1f MB\n", kb / 1e3);
}

static ExitStatus tell(const char *folder)
{
    CodeCacheSize is;

    if (!code_cache_measure(folder, &is))
        return complain_folder(folder, "read");
    printf("%s: ", folder);
    print_size(&is);
    const char *why = code_cache_refusal(folder);
    if (why)
        printf("it is not used: %s\n", why);
    return STATUS_DONE;
}

static ExitStatus clear(const char *folder)
{
    CodeCacheSize gone;
    bool done = code_cache_clear(folder, &gone);
    int why = errno;

    printf("%s: removed ", folder);
    print_size(&gone);
    errno = why;
    return done ? STATUS_DONE : complain_folder(folder, "cleared");
}

ExitStatus cmd_cache(const Options *o)
{
    Ctx cx;
    ExitStatus status = STATUS_DONE;

    if (o->operand && strcmp(o->operand, "clear") != 0)
        return complain_operand(o->operand);
    ctx_init(&cx);
    const char *folder = code_cache_folder(&cx);
    if (!folder)
        puts("nothing is kept: EIGC_CACHE_DIR is empty, or there is no HOME");
    else
        status = o->operand ? clear(folder) : tell(folder);
    ctx_free(&cx);
    return status;
}
