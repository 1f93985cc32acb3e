/* NumPy's .npy: a magic string, a version, the length of a header, the header (a
 * Python dictionary with descr, fortran_order and shape), then the numbers. */
#include "compiler/data/matrix_format.h"

#include <math.h>
#include <string.h>

#include "compiler/data/memory.h"

typedef struct NpyType {
    const char *descr;
    char kind;                  /* f, i, u; b: one byte, 0 or 1 */
    size_t bytes;
} NpyType;

static const NpyType type[] = {
    { "<f8", 'f', 8 }, { "<f4", 'f', 4 },
    { "<i8", 'i', 8 }, { "<i4", 'i', 4 }, { "<i2", 'i', 2 }, { "|i1", 'i', 1 }, { "<i1", 'i', 1 },
    { "<u8", 'u', 8 }, { "<u4", 'u', 4 }, { "<u2", 'u', 2 }, { "|u1", 'u', 1 }, { "<u1", 'u', 1 },
    { "|b1", 'b', 1 }, { "<b1", 'b', 1 },
};

enum { MAX_DIMS = 32, MAX_HEADER = 1 << 20 };

typedef struct NpyHeader {
    const char *text;           /* the dictionary */
    size_t n, at;
    size_t data;                /* offset of the numbers in the file */
    char descr[24];
    bool is_record;             /* descr is a list: a structured type */
    bool has_descr, has_order, has_shape;
    bool fortran;
    uint64_t shape[MAX_DIMS];
    int n_dims;
} NpyHeader;

static bool not_npy(Ctx *cx, const DataFile *f, const char *why)
{
    Diag *d = diag_at(cx, D_E0502, f->asked, "'%s' is not a .npy file that can be read: %s", f->path, why);
    diag_help(cx, d, "write it with numpy.save");
    return false;
}

static bool truncated(Ctx *cx, const DataFile *f, const char *what, uint64_t needed)
{
    diag_at(cx, D_E0505, f->asked, "'%s' is cut off: %s needs %llu bytes, the file has %zu", f->path, what,
            (unsigned long long)needed, f->n);
    return false;
}

static bool find_header(Ctx *cx, const DataFile *f, NpyHeader *h)
{
    const unsigned char *b = (const unsigned char *)f->bytes;
    if (f->n < 6 || memcmp(b, "\x93NUMPY", 6) != 0)
        return not_npy(cx, f, "it does not start with the bytes of the format");
    if (f->n < 12)
        return truncated(cx, f, "the header", 12);
    if (b[6] < 1 || b[6] > 3)
        return not_npy(cx, f, "its format version is none of 1.0, 2.0 and 3.0");
    size_t from = b[6] == 1 ? 10 : 12;
    h->n = (size_t)b[8] | (size_t)b[9] << 8;
    if (b[6] > 1)
        h->n |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (h->n > MAX_HEADER)
        return not_npy(cx, f, "its header is longer than 1 MiB");
    if (h->n > f->n - from)
        return truncated(cx, f, "the header", from + h->n);
    h->text = f->bytes + from;
    h->data = from + h->n;
    return true;
}

/* ---- the dictionary ---- */

static void skip_space(NpyHeader *h)
{
    while (h->at < h->n && strchr(" \t\r\n", h->text[h->at]) && h->text[h->at])
        h->at++;
}

static bool take(NpyHeader *h, char c)
{
    skip_space(h);
    if (h->at >= h->n || h->text[h->at] != c)
        return false;
    h->at++;
    return true;
}

static bool take_string(NpyHeader *h, char *out, size_t cap)
{
    skip_space(h);
    if (h->at >= h->n || (h->text[h->at] != '\'' && h->text[h->at] != '"'))
        return false;
    char quote = h->text[h->at++];
    size_t k = 0;
    for (; h->at < h->n && h->text[h->at] != quote; h->at++) {
        char c = h->text[h->at];
        if (k + 1 >= cap || c < ' ' || c > '~')
            return false;
        out[k++] = c;
    }
    out[k] = 0;
    return take(h, quote);
}

static bool take_bool(NpyHeader *h, bool *out)
{
    skip_space(h);
    size_t left = h->n - h->at;
    *out = left >= 4 && memcmp(h->text + h->at, "True", 4) == 0;
    if (!*out && !(left >= 5 && memcmp(h->text + h->at, "False", 5) == 0))
        return false;
    h->at += *out ? 4 : 5;
    return true;
}

static bool take_size(NpyHeader *h, uint64_t *out)
{
    skip_space(h);
    size_t from = h->at;
    *out = 0;
    for (; h->at < h->n && h->text[h->at] >= '0' && h->text[h->at] <= '9'; h->at++) {
        if (*out > UINT64_MAX / 10 - 1)
            return false;
        *out = *out * 10 + (uint64_t)(h->text[h->at] - '0');
    }
    if (h->at < h->n && h->text[h->at] == 'L')  /* Python 2 */
        h->at++;
    return h->at > from;
}

static bool take_shape(NpyHeader *h)
{
    if (!take(h, '('))
        return false;
    while (!take(h, ')')) {
        if (h->n_dims == MAX_DIMS || !take_size(h, &h->shape[h->n_dims++]))
            return false;
        if (!take(h, ',')) {
            if (!take(h, ')'))
                return false;
            break;
        }
    }
    return true;
}

/* The value of `key`. A structured type ends the reading: it is refused anyway. */
static bool take_value(NpyHeader *h, const char *key)
{
    if (strcmp(key, "descr") == 0) {
        h->has_descr = true;
        skip_space(h);
        h->is_record = h->at < h->n && h->text[h->at] == '[';
        return h->is_record || take_string(h, h->descr, sizeof h->descr);
    }
    if (strcmp(key, "fortran_order") == 0)
        return h->has_order = take_bool(h, &h->fortran);
    if (strcmp(key, "shape") == 0)
        return h->has_shape = h->n_dims == 0 && take_shape(h);
    return false;
}

static bool read_dictionary(Ctx *cx, const DataFile *f, NpyHeader *h)
{
    bool ok = take(h, '{');
    while (ok && !h->is_record && !take(h, '}')) {
        char key[24];
        ok = take_string(h, key, sizeof key) && take(h, ':') && take_value(h, key);
        if (ok && !h->is_record && !take(h, ',')) {
            ok = take(h, '}');
            break;
        }
    }
    if (ok && (h->is_record || (h->has_descr && h->has_order && h->has_shape)))
        return true;
    return not_npy(cx, f, "its header is not a dictionary of descr, fortran_order and shape");
}

/* ---- what is in it ---- */

static const NpyType *type_of(Ctx *cx, const DataFile *f, const NpyHeader *h)
{
    for (size_t k = 0; !h->is_record && k < sizeof type / sizeof *type; k++)
        if (strcmp(type[k].descr, h->descr) == 0)
            return &type[k];
    Diag *d;
    if (h->is_record)
        d = diag_at(cx, D_E0507, f->asked, "'%s' holds records, and plain numbers are needed", f->path);
    else if (strchr(h->descr, 'O'))
        d = diag_at(cx, D_E0507, f->asked, "'%s' holds Python objects ('%s'), and numbers are needed", f->path, h->descr);
    else
        d = diag_at(cx, D_E0507, f->asked, "'%s' holds entries of type '%s'", f->path, h->descr);
    diag_help(cx, d, "known are <f8, <f4, integers of 1, 2, 4 and 8 bytes (little-endian) and booleans: "
                     "numpy.save(file, array.astype('<f8'))");
    return NULL;
}

/* A vector of samples is one column. */
static bool check_dimensions(Ctx *cx, const DataFile *f, NpyHeader *h, bool is_samples)
{
    if (h->n_dims == 1 && is_samples)
        h->shape[h->n_dims++] = 1;
    if (h->n_dims == 2)
        return true;
    Diag *d = diag_at(cx, D_E0507, f->asked, "'%s' has %d dimension%s, %s", f->path, h->n_dims, h->n_dims == 1 ? "" : "s",
                      is_samples ? "samples have one or two" : "a matrix has 2");
    diag_help(cx, d, is_samples ? "rows are times, columns are neurons: array.reshape(times, neurons)"
                                : "rows are targets, columns are sources: array.reshape(targets, sources)");
    return false;
}

static bool check_shape(Ctx *cx, const DataFile *f, const NpyHeader *h, const NpyType *t, MatrixFile *out)
{
    if (h->shape[0] == 0 || h->shape[1] == 0) {
        diag_at(cx, D_E0508, f->asked, "'%s' has the shape %llu x %llu: no entries", f->path,
                (unsigned long long)h->shape[0], (unsigned long long)h->shape[1]);
        return false;
    }
    uint64_t count, bytes, end;
    if (__builtin_mul_overflow(h->shape[0], h->shape[1], &count) || __builtin_mul_overflow(count, t->bytes, &bytes) ||
        __builtin_add_overflow(bytes, h->data, &end))
        end = UINT64_MAX;
    if (end > f->n) {
        const char *what = arena_printf(&cx->arena, "a %llu x %llu array of '%s'", (unsigned long long)h->shape[0],
                                        (unsigned long long)h->shape[1], h->descr);
        return truncated(cx, f, what, end);
    }
    if (end < f->n) {
        diag_at(cx, D_E0505, f->asked, "'%s' has %llu byte%s behind its last entry", f->path,
                (unsigned long long)(f->n - end), f->n - end == 1 ? "" : "s");
        return false;
    }
    if (count > data_memory_limit() / sizeof(double)) {
        diag_at(cx, D_E0512, f->asked, "'%s' has %llu entries, more than fit into half of this machine's memory", f->path,
                (unsigned long long)count);
        return false;
    }
    out->n_rows = (size_t)h->shape[0];
    out->n_columns = (size_t)h->shape[1];
    return true;
}

static uint64_t load(const char *p, size_t bytes)
{
    uint64_t x = 0;
    for (size_t k = 0; k < bytes; k++)
        x |= (uint64_t)(unsigned char)p[k] << (8 * k);
    return x;
}

static double load_float(const char *p, size_t bytes)
{
    if (bytes == 8) {
        uint64_t u = load(p, 8);
        double d;
        memcpy(&d, &u, sizeof d);
        return d;
    }
    uint32_t u = (uint32_t)load(p, 4);
    float s;
    memcpy(&s, &u, sizeof s);
    return (double)s;
}

/* Integers above 2^53 may lie between two doubles. */
static double load_integer(NumPool *pool, const NpyType *t, const char *p, Num *q)
{
    uint64_t u = load(p, t->bytes);
    bool negative = t->kind == 'i' && u >> (8 * t->bytes - 1) & 1;
    if (negative)
        u = t->bytes == 8 ? 0 - u : ((uint64_t)1 << (8 * t->bytes)) - u;
    double d = (double)u;
    if (u >> 53 && (d >= 0x1p64 || (uint64_t)d != u)) {
        mpq_ptr x = num_new(pool);
        mpz_set_ui(mpq_numref(x), u);
        if (negative)
            mpq_neg(x, x);
        *q = x;
    }
    return negative ? -d : d;
}

static bool load_entry(Ctx *cx, NumPool *pool, const DataFile *f, const NpyType *t, const char *p, size_t row, size_t column,
                       double *d, Num *q)
{
    *q = NULL;
    if (t->kind == 'b' && *(const unsigned char *)p > 1) {
        diag_at(cx, D_E0504, f->asked, "'%s': the entry at row %zu, column %zu is no boolean", f->path, row + 1, column + 1);
        return false;
    }
    *d = t->kind == 'f' ? load_float(p, t->bytes) + 0.0 : load_integer(pool, t, p, q);
    if (!isfinite(*d)) {
        diag_at(cx, D_E0504, f->asked, "'%s': the entry at row %zu, column %zu is %s, not a finite number", f->path, row + 1,
                column + 1, isnan(*d) ? "NaN" : *d > 0 ? "infinite" : "minus infinity");
        return false;
    }
    return true;
}

/* Doubles in the order in which they are kept: as they are, but that a zero is +0. False where one is not finite. */
static bool load_doubles(const char *bytes, size_t n, double *d)
{
    double sum = 0;             /* of zeros, unless some number is not finite */
    memcpy(d, bytes, n * sizeof *d);
    for (size_t k = 0; k < n; k++) {
        d[k] += 0.0;
        sum += d[k] * 0.0;
    }
    return sum == 0;
}

static bool is_in_place(const NpyHeader *h, const NpyType *t)
{
    const uint16_t one = 1;
    return t->kind == 'f' && t->bytes == sizeof(double) && !h->fortran && *(const unsigned char *)&one == 1;
}

bool matrix_npy(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out)
{
    NpyHeader h = { 0 };
    if (!find_header(cx, f, &h) || !read_dictionary(cx, f, &h))
        return false;
    const NpyType *t = type_of(cx, f, &h);
    if (!t || !check_dimensions(cx, f, &h, out->is_samples) || !check_shape(cx, f, &h, t, out))
        return false;
    size_t n = out->n_rows * out->n_columns;
    out->values = (Values){ .n = n, .d = ARENA_ARRAY(&cx->arena, n, double) };
    if (is_in_place(&h, t) && load_doubles(f->bytes + h.data, n, out->values.d))
        return true;
    for (size_t row = 0; row < out->n_rows; row++)
        for (size_t column = 0; column < out->n_columns; column++) {
            size_t k = row * out->n_columns + column;
            size_t at = h.fortran ? column * out->n_rows + row : k;
            double d;
            Num q;
            if (!load_entry(cx, pool, f, t, f->bytes + h.data + at * t->bytes, row, column, &d, &q))
                return false;
            values_put(cx, &out->values, n, k, d, q);
        }
    return true;
}
