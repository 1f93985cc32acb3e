#include "runtime/npz_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { LOCAL = 0x04034b50, DIRECTORY = 0x02014b50, END = 0x06054b50, HEADER = 30, EXTRA_64 = 20, END_SIZE = 22, NPY_HEADER = 10 };

static const char cut_off[] = "it is cut off", changed[] = "its checksum does not fit: bytes of it were changed";

static uint64_t number(const unsigned char *at, int n_bytes)
{
    uint64_t value = 0;
    for (int k = n_bytes; k-- > 0;)
        value = value << 8 | at[k];
    return value;
}

static bool read_whole(int fd, NpzRead *z)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return false;
    if (!S_ISREG(s.st_mode)) {
        errno = S_ISDIR(s.st_mode) ? EISDIR : EINVAL;
        return false;
    }
    size_t size = (size_t)s.st_size;
    z->bytes = malloc(size + 1);
    while (z->bytes && z->n < size) {
        ssize_t got = read(fd, z->bytes + z->n, size - z->n);
        if (got < 0 && errno != EINTR)
            return false;
        if (got == 0)
            break;
        z->n += got > 0 ? (size_t)got : 0;
    }
    return z->bytes != NULL;
}

bool npz_read_open(NpzRead *z, const char *path)
{
    *z = (NpzRead){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);     /* a pipe is refused, not waited for */
    if (fd < 0)
        return false;
    bool ok = read_whole(fd, z);
    int why = errno;
    close(fd);
    errno = why;
    return ok;
}

void npz_read_close(NpzRead *z)
{
    free(z->bytes);
    *z = (NpzRead){ 0 };
}

static bool fail(NpzRead *z, const char *why)
{
    z->why = why;
    return false;
}

/* The bytes of the next member, .npy header and all. */
static bool next_member(NpzRead *z, const char *name, const unsigned char **bytes, size_t *n)
{
    const unsigned char *head = z->bytes + z->at;
    size_t left = z->n - z->at, length = strlen(name);
    if (left < 4 || number(head, 4) != LOCAL)
        return z->at ? fail(z, left < 4 ? cut_off : changed) : false;
    if (left < HEADER + length + 4)
        return z->at ? fail(z, cut_off) : false;
    size_t n_name = number(head + 26, 2), n_extra = number(head + 28, 2), from = HEADER + n_name + n_extra;
    if (n_name != length + 4 || memcmp(head + HEADER, name, length) != 0 || memcmp(head + HEADER + length, ".npy", 4) != 0)
        return z->at ? fail(z, changed) : false;
    if (from > left)
        return fail(z, cut_off);
    uint64_t size = number(head + 22, 4);
    if (size == UINT32_MAX) {
        if (n_extra != EXTRA_64)
            return fail(z, changed);
        size = number(head + HEADER + n_name + 4, 8);
    }
    if (size > left - from)
        return fail(z, cut_off);
    if (crc32_z(0, head + from, (size_t)size) != number(head + 14, 4) || number(head + 8, 2) != 0)
        return fail(z, changed);
    *bytes = head + from;
    *n = (size_t)size;
    z->at += from + (size_t)size;
    return true;
}

/* Behind the .npy header, which has to begin with this type. */
static bool payload(NpzRead *z, const char *type, const unsigned char **bytes, size_t *n)
{
    char start[32];
    size_t length = (size_t)snprintf(start, sizeof start, "{'descr': '%s", type);
    if (*n < NPY_HEADER + length || memcmp(*bytes, "\x93NUMPY\x01\x00", 8) != 0 || memcmp(*bytes + NPY_HEADER, start, length) != 0)
        return false;
    size_t skip = NPY_HEADER + number(*bytes + 8, 2);
    if (skip > *n)
        return false;
    *bytes += skip;
    *n -= skip;
    return z->bytes != NULL;
}

bool npz_read_doubles(NpzRead *z, const char *name, double **out, size_t *n)
{
    const unsigned char *bytes;
    size_t size;
    if (!next_member(z, name, &bytes, &size))
        return false;
    if (!payload(z, "<f8'", &bytes, &size) || size % sizeof **out != 0)
        return fail(z, "an array in it is none of doubles");
    *n = size / sizeof **out;
    *out = malloc(size + 1);
    if (!*out)
        return fail(z, "there is not enough memory for it");
    memcpy(*out, bytes, size);
    return true;
}

bool npz_read_text(NpzRead *z, const char *name, char **out)
{
    const unsigned char *bytes;
    size_t size;
    if (!next_member(z, name, &bytes, &size))
        return false;
    if (!payload(z, "<U", &bytes, &size) || size % 4 != 0)
        return false;
    char *text = malloc(size / 4 + 1);
    if (!text)
        return fail(z, "there is not enough memory for it");
    text[size / 4] = '\0';
    *out = text;
    for (size_t k = 0; k < size / 4; k++) {
        uint64_t c = number(bytes + 4 * k, 4);
        if (c == 0 || c > 127)
            return false;
        text[k] = (char)c;
    }
    return true;
}

bool npz_read_is_next(const NpzRead *z, const char *name)
{
    const unsigned char *head = z->bytes + z->at;
    size_t length = strlen(name);
    return z->n - z->at >= HEADER + length + 4 && number(head, 4) == LOCAL && number(head + 26, 2) == length + 4 &&
           memcmp(head + HEADER, name, length) == 0;
}

bool npz_read_is_whole(NpzRead *z)
{
    if (z->n < z->at + END_SIZE || number(z->bytes + z->n - END_SIZE, 4) != END)
        return fail(z, cut_off);
    return number(z->bytes + z->at, 4) == DIRECTORY || fail(z, changed);
}
