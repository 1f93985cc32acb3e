#include "compiler/data/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/data/memory.h"
#include "lang/base/pages.h"

static const char *place_of(Ctx *cx, const char *dir, const char *path)
{
    if (path[0] == '/' || !dir || !dir[0])
        return arena_strdup(&cx->arena, path);
    size_t n = strlen(dir);
    return arena_printf(&cx->arena, dir[n - 1] == '/' ? "%s%s" : "%s/%s", dir, path);
}

static bool cannot_read(Ctx *cx, const DataFile *f, const char *why)
{
    Diag *d = diag_at(cx, D_E0501, f->asked, "'%s' cannot be read: %s", f->path, why);
    if (f->path[0] != '/')
        diag_help(cx, d, "a relative name starts from the folder of the model file");
    return false;
}

/* At most `size` bytes, the size when it was opened: a file that grows meanwhile is cut there. */
static bool read_all(Ctx *cx, FILE *in, DataFile *f, size_t size)
{
    char *bytes = pages_get(size + 1);
    if (!bytes)
        return cannot_read(cx, f, "not enough memory");
    size_t n = fread(bytes, 1, size, in);
    if (ferror(in)) {
        pages_free(bytes, size + 1);
        return cannot_read(cx, f, strerror(errno));
    }
    bytes[n] = 0;
    f->bytes = bytes;
    f->n = n;
    f->room = size + 1;
    return true;
}

static bool open_regular(Ctx *cx, FILE *in, DataFile *f)
{
    struct stat st;
    if (fstat(fileno(in), &st) != 0)
        return cannot_read(cx, f, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return cannot_read(cx, f, S_ISDIR(st.st_mode) ? "it is a folder" : "it is not a regular file");
    size_t size = (size_t)st.st_size;
    if (size > data_memory_limit()) {
        diag_at(cx, D_E0512, f->asked, "'%s' has %zu bytes, more than half of this machine's memory", f->path, size);
        return false;
    }
    if (size == 0) {
        diag_at(cx, D_E0508, f->asked, "'%s' is empty", f->path);
        return false;
    }
    return read_all(cx, in, f, size);
}

bool data_file_open(Ctx *cx, const char *dir, const char *path, Span asked, DataFile *out)
{
    *out = (DataFile){ .path = place_of(cx, dir, path), .asked = asked };
    int fd = open(out->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);    /* a pipe without a writer must not hang us */
    FILE *in = fd >= 0 ? fdopen(fd, "rb") : NULL;
    if (!in)
        return cannot_read(cx, out, strerror(errno));
    bool ok = open_regular(cx, in, out);
    fclose(in);
    return ok;
}

void data_file_close(DataFile *f)
{
    pages_free((void *)f->bytes, f->room);
    f->bytes = NULL;
    f->n = 0;
}
