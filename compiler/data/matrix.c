#include "compiler/data/matrix.h"

#include <string.h>
#include <strings.h>

#include "compiler/data/matrix_format.h"
#include "compiler/data/sha256.h"

typedef struct MatrixFormat {
    const char *extension;
    bool (*read)(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out);
} MatrixFormat;

static const MatrixFormat format[] = {
    { ".npy", matrix_npy },
    { ".csv", matrix_csv },
    { ".mtx", matrix_mtx },
};

static const MatrixFormat *format_of(Ctx *cx, const char *path, Span asked)
{
    size_t n = strlen(path);
    for (size_t k = 0; k < sizeof format / sizeof *format; k++) {
        size_t n_ext = strlen(format[k].extension);
        if (n > n_ext && strcasecmp(path + n - n_ext, format[k].extension) == 0)
            return &format[k];
    }
    Diag *d = diag_at(cx, D_E0502, asked, "'%s' has no extension that names a matrix format", path);
    diag_help(cx, d, "known are .npy (NumPy), .csv and .mtx (Matrix Market)");
    return NULL;
}

/* out->is_samples is the caller's. */
static bool parse(Ctx *cx, NumPool *pool, const MatrixFormat *how, const DataFile *f, MatrixFile *out)
{
    *out = (MatrixFile){ .path = f->path, .is_samples = out->is_samples };
    if (!how->read(cx, pool, f, out))
        return false;
    values_finish(pool, &out->values);
    out->sha256 = sha256_hex(cx, f->bytes, f->n);
    return true;
}

bool matrix_parse(Ctx *cx, NumPool *pool, const char *path, const char *bytes, size_t n, Span asked, MatrixFile *out)
{
    DataFile f = { .path = path, .asked = asked, .bytes = bytes, .n = n };
    const MatrixFormat *how = format_of(cx, path, asked);
    out->is_samples = false;
    return how && parse(cx, pool, how, &f, out);
}

static bool read_file(Ctx *cx, NumPool *pool, const char *dir, const char *path, Span asked, MatrixFile *out)
{
    const MatrixFormat *how = format_of(cx, path, asked);
    DataFile f;
    if (!how || !data_file_open(cx, dir, path, asked, &f))
        return false;
    bool ok = parse(cx, pool, how, &f, out);
    data_file_close(&f);
    return ok;
}

bool matrix_file_read(Ctx *cx, NumPool *pool, const char *dir, const char *path, Span asked, MatrixFile *out)
{
    out->is_samples = false;
    return read_file(cx, pool, dir, path, asked, out);
}

bool matrix_samples_read(Ctx *cx, NumPool *pool, const char *dir, const char *path, Span asked, MatrixFile *out)
{
    out->is_samples = true;
    return read_file(cx, pool, dir, path, asked, out);
}
