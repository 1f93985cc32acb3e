#include "runtime/npz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are written as they lie in memory, as '<f8'");

enum {
    VERSION_32 = 20, VERSION_64 = 45, MADE_BY_UNIX = 3 << 8,
    FLAG_UTF8 = 1 << 11,
    DATE_1980 = (1 << 5) | 1,   /* a fixed date: the same run gives the same bytes */
    HEADER_MAX = 256,
    EXTRA_LOCAL = 20, EXTRA_CENTRAL = 28
};

/* A record under construction: little-endian fields one after another. */
typedef struct Fields {
    unsigned char bytes[128];
    size_t n;
} Fields;

static void put(Fields *f, uint64_t value, int n_bytes)
{
    for (int i = 0; i < n_bytes; i++)
        f->bytes[f->n++] = (unsigned char)(value >> (8 * i));
}

void npz_open(Npz *z, OutFile *out, uint64_t limit)
{
    *z = (Npz){.out = out, .limit = limit, .ok = true};
}

void npz_close(Npz *z)
{
    for (size_t i = 0; i < z->n; i++)
        free(z->entry[i].member);
    free(z->entry);
}

static NpzEntry *entry_new(Npz *z, const char *name)
{
    if (z->n == z->cap) {
        size_t cap = z->cap ? 2 * z->cap : 16;
        NpzEntry *more = realloc(z->entry, cap * sizeof *more);
        if (!more)
            return NULL;
        z->entry = more;
        z->cap = cap;
    }
    size_t length = strlen(name);
    char *member = length <= NPZ_NAME_MAX ? malloc(length + sizeof ".npy") : NULL;
    if (!member)
        return NULL;
    memcpy(member, name, length);
    memcpy(member + length, ".npy", sizeof ".npy");
    z->entry[z->n] = (NpzEntry){.member = member, .at = z->out->at};
    return &z->entry[z->n++];
}

static bool is_long(const Npz *z, const NpzEntry *e)
{
    return e->size >= z->limit || e->at >= z->limit;
}

/* The fields that the local header and the directory share. */
static void put_common(const Npz *z, Fields *f, const NpzEntry *e, int n_extra)
{
    bool big = is_long(z, e);
    put(f, big ? VERSION_64 : VERSION_32, 2);
    put(f, FLAG_UTF8, 2);
    put(f, 0, 2);               /* stored */
    put(f, 0, 2);
    put(f, DATE_1980, 2);
    put(f, e->crc, 4);
    put(f, big ? UINT32_MAX : e->size, 4);
    put(f, big ? UINT32_MAX : e->size, 4);
    put(f, strlen(e->member), 2);
    put(f, big ? (uint64_t)n_extra : 0, 2);
}

static void put_extra(Fields *f, const NpzEntry *e, int n_extra)
{
    put(f, 1, 2);
    put(f, (uint64_t)n_extra - 4, 2);
    put(f, e->size, 8);
    put(f, e->size, 8);
}

/* Sizes are known beforehand; the checksum is not, and is patched in later. */
static bool write_local_header(Npz *z, const NpzEntry *e)
{
    Fields head = {.n = 0}, extra = {.n = 0};
    put(&head, 0x04034b50, 4);
    put_common(z, &head, e, EXTRA_LOCAL);
    if (is_long(z, e))
        put_extra(&extra, e, EXTRA_LOCAL);
    return outfile_write(z->out, head.bytes, head.n) && outfile_write(z->out, e->member, strlen(e->member)) &&
           outfile_write(z->out, extra.bytes, extra.n);
}

static bool write_bytes(Npz *z, const void *bytes, size_t n)
{
    NpzEntry *e = &z->entry[z->n - 1];
    e->crc = (uint32_t)crc32_z(e->crc, bytes, n);
    return outfile_write(z->out, bytes, n);
}

/* A member's local header and the .npy header. The latter is padded with
 * blanks to a multiple of 64 bytes, as the format asks. */
static bool begin(Npz *z, const char *name, const char *type, const char *shape, uint64_t payload)
{
    char text[HEADER_MAX];
    int n = snprintf(text + 10, sizeof text - 10, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", type, shape);
    size_t size = (10 + (size_t)n + 1 + 63) / 64 * 64;
    memset(text + 10 + n, ' ', size - 10 - (size_t)n);
    text[size - 1] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    text[8] = (char)((size - 10) & 0xFF);
    text[9] = (char)((size - 10) >> 8);
    NpzEntry *e = entry_new(z, name);
    if (!e)
        return z->ok = false;
    e->size = size + payload;
    return write_local_header(z, e) && write_bytes(z, text, size);
}

bool npz_begin(Npz *z, const char *name, int n_dims, const uint64_t *dims)
{
    char shape[24 * NPZ_MAX_DIMS + 4];
    uint64_t bytes = sizeof(double);
    size_t n = 0;
    for (int d = 0; d < n_dims; d++) {
        n += (size_t)snprintf(shape + n, sizeof shape - n, "%s%llu", d ? ", " : "(", (unsigned long long)dims[d]);
        bytes *= dims[d];
    }
    snprintf(shape + n, sizeof shape - n, n_dims == 1 ? ",)" : ")");
    return begin(z, name, "<f8", shape, bytes);
}

bool npz_doubles(Npz *z, const double *values, size_t n)
{
    return write_bytes(z, values, n * sizeof *values);
}

bool npz_end(Npz *z)
{
    const NpzEntry *e = &z->entry[z->n - 1];
    Fields crc = {.n = 0};
    put(&crc, e->crc, 4);
    return outfile_patch(z->out, e->at + 14, crc.bytes, crc.n);
}

/* One code point of UTF-8 text; U+FFFD for a byte that is none. */
static uint32_t code_point(const unsigned char **s)
{
    unsigned first = *(*s)++;
    int n_more = first < 0x80 ? 0 : first >= 0xF0 && first < 0xF8 ? 3 : first >= 0xE0 && first < 0xF0 ? 2
               : first >= 0xC2 && first < 0xE0 ? 1 : -1;
    if (n_more < 0)
        return 0xFFFD;
    uint32_t c = n_more == 0 ? first : first & (0x3Fu >> n_more);
    for (int i = 0; i < n_more; i++) {
        if (((*s)[i] & 0xC0) != 0x80)
            return 0xFFFD;
        c = c << 6 | ((*s)[i] & 0x3F);
    }
    *s += n_more;
    return c < 0x110000 && (c < 0xD800 || c > 0xDFFF) ? c : 0xFFFD;
}

static size_t n_code_points(const char *utf8)
{
    size_t n = 0;
    for (const unsigned char *s = (const unsigned char *)utf8; *s; n++)
        code_point(&s);
    return n;
}

bool npz_text(Npz *z, const char *name, const char *utf8)
{
    size_t n = n_code_points(utf8);
    char type[32];
    snprintf(type, sizeof type, "<U%zu", n ? n : 1);    /* NumPy has no strings of length 0 */
    if (!begin(z, name, type, "()", 4 * (n ? n : 1)))
        return false;
    if (n == 0)
        return write_bytes(z, "\0\0\0", 4) && npz_end(z);
    for (const unsigned char *s = (const unsigned char *)utf8; *s;) {
        Fields c = {.n = 0};
        put(&c, code_point(&s), 4);
        if (!write_bytes(z, c.bytes, 4))
            return false;
    }
    return npz_end(z);
}

static bool write_directory_entry(Npz *z, const NpzEntry *e)
{
    Fields head = {.n = 0}, extra = {.n = 0};
    put(&head, 0x02014b50, 4);
    put(&head, MADE_BY_UNIX | VERSION_64, 2);
    put_common(z, &head, e, EXTRA_CENTRAL);
    put(&head, 0, 2);           /* comment, disk, text flag */
    put(&head, 0, 2);
    put(&head, 0, 2);
    put(&head, 0100644u << 16, 4);
    put(&head, is_long(z, e) ? UINT32_MAX : e->at, 4);
    if (is_long(z, e)) {
        put_extra(&extra, e, EXTRA_CENTRAL);
        put(&extra, e->at, 8);
    }
    return outfile_write(z->out, head.bytes, head.n) && outfile_write(z->out, e->member, strlen(e->member)) &&
           outfile_write(z->out, extra.bytes, extra.n);
}

static bool write_end_64(Npz *z, uint64_t from, uint64_t size)
{
    Fields f = {.n = 0};
    put(&f, 0x06064b50, 4);
    put(&f, 44, 8);             /* bytes of this record from here on */
    put(&f, MADE_BY_UNIX | VERSION_64, 2);
    put(&f, VERSION_64, 2);
    put(&f, 0, 4);
    put(&f, 0, 4);
    put(&f, z->n, 8);
    put(&f, z->n, 8);
    put(&f, size, 8);
    put(&f, from, 8);
    put(&f, 0x07064b50, 4);     /* its locator */
    put(&f, 0, 4);
    put(&f, from + size, 8);
    put(&f, 1, 4);
    return outfile_write(z->out, f.bytes, f.n);
}

bool npz_finish(Npz *z)
{
    uint64_t from = z->out->at;
    for (size_t i = 0; i < z->n; i++)
        if (!write_directory_entry(z, &z->entry[i]))
            return false;
    uint64_t size = z->out->at - from;
    bool big = from >= z->limit || size >= z->limit || z->n >= UINT16_MAX;
    if (big && !write_end_64(z, from, size))
        return false;
    Fields f = {.n = 0};
    put(&f, 0x06054b50, 4);
    put(&f, 0, 2);
    put(&f, 0, 2);
    put(&f, big ? UINT16_MAX : z->n, 2);
    put(&f, big ? UINT16_MAX : z->n, 2);
    put(&f, big ? UINT32_MAX : size, 4);
    put(&f, big ? UINT32_MAX : from, 4);
    put(&f, 0, 2);
    return outfile_write(z->out, f.bytes, f.n);
}
