#include "compiler/driver/write_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lang/base/ctx.h"

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

/* mkstemp makes private files; the final one gets the rights that any new file would. */
static bool give_usual_rights(int fd)
{
    mode_t mask = umask(0);

    umask(mask);
    return fchmod(fd, 0666 & ~mask) == 0;
}

/* A device or a pipe cannot be replaced, only written to. */
static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static bool write_special(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    bool ok = f && fwrite(bytes, 1, n, f) == n;

    return f && fclose(f) == 0 && ok;
}

static bool replace_file(struct Ctx *cx, const char *path, const char *bytes, size_t n)
{
    char *beside = arena_printf(&cx->arena, "%s.XXXXXX", path);
    int fd = mkstemp(beside);

    if (fd < 0)
        return false;
    bool ok = give_usual_rights(fd) && write_all(fd, bytes, n) && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(beside, path) == 0;
    if (!ok) {
        int why = errno;
        unlink(beside);
        errno = why;
    }
    return ok;
}

bool write_file(struct Ctx *cx, const char *path, const char *bytes, size_t n)
{
    bool ok;

    if (!strcmp(path, "-"))
        ok = fwrite(bytes, 1, n, stdout) == n && fflush(stdout) == 0;
    else
        ok = is_special(path) ? write_special(path, bytes, n) : replace_file(cx, path, bytes, n);
    if (!ok)
        diag_nowhere(cx, D_E0004, "%s cannot be written: %s", path, strerror(errno));
    return ok;
}
