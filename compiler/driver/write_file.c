#include "compiler/driver/write_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lang/base/ctx.h"
#include "runtime/outfile.h"

bool write_file_is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static const char *write_stream(FILE *f, const char *bytes, size_t n)
{
    return f && fwrite(bytes, 1, n, f) == n && fflush(f) == 0 ? NULL : strerror(errno);
}

static const char *write_special(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    const char *why = write_stream(f, bytes, n);

    if (f)
        fclose(f);
    return why;
}

static const char *replace_file(struct Ctx *cx, const char *path, const char *bytes, size_t n)
{
    OutFile out;
    bool ok = outfile_open(&out, path) && outfile_write(&out, bytes, n) && outfile_commit(&out);
    const char *why = ok ? NULL : arena_strdup(&cx->arena, out.error);

    outfile_close(&out);
    return why;
}

bool write_file(struct Ctx *cx, const char *path, const char *bytes, size_t n)
{
    const char *why;

    if (!strcmp(path, "-"))
        why = write_stream(stdout, bytes, n);
    else
        why = write_file_is_special(path) ? write_special(path, bytes, n) : replace_file(cx, path, bytes, n);
    if (why)
        diag_nowhere(cx, D_E0004, "%s: %s", path, why);
    return !why;
}
