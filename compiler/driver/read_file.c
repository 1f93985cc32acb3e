#include "compiler/driver/read_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/ctx.h"

/* A directory opens, but reading from it fails; so errno is asked last. */
static bool read_all(FILE *f, char **bytes, size_t *n)
{
    size_t cap = 1 << 16, got;

    *n = 0;
    *bytes = malloc(cap);
    while (*bytes && (got = fread(*bytes + *n, 1, cap - *n, f)) > 0) {
        *n += got;
        if (*n > READ_FILE_MAX_BYTES)
            return true;
        if (*n == cap) {
            char *grown = realloc(*bytes, cap *= 2);
            if (!grown)
                arena_on_exhausted(cap);
            *bytes = grown;
        }
    }
    return *bytes && !ferror(f);
}

bool read_file(struct Ctx *cx, const char *path, char **bytes, size_t *n)
{
    bool is_stdin = !strcmp(path, "-");
    FILE *f = is_stdin ? stdin : fopen(path, "rb");

    *bytes = NULL;
    bool ok = f && read_all(f, bytes, n);
    if (!ok)
        diag_nowhere(cx, D_E0001, "%s cannot be read: %s", is_stdin ? "standard input" : path, strerror(errno));
    else if (*n > READ_FILE_MAX_BYTES) {
        diag_nowhere(cx, D_E0003, "%s is larger than %d bytes", path, READ_FILE_MAX_BYTES);
        ok = false;
    }
    if (f && !is_stdin)
        fclose(f);
    return ok;
}
