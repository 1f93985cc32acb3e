#include "runtime/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };       /* numbers read back at a time */

bool spool_open(Spool *s, int fd, size_t block, size_t n_arrays, const size_t *width)
{
    *s = (Spool){.fd = fd, .n_arrays = n_arrays, .width = width};
    s->before = calloc(n_arrays + 1, sizeof *s->before);
    if (!s->before)
        return false;
    for (size_t a = 0; a < n_arrays; a++) {
        s->before[a] = s->row_width;
        s->row_width += width[a];
    }
    s->block_rows = block / s->row_width;
    if (s->block_rows < 2) {
        s->block_rows = 1;
        return true;
    }
    s->block = malloc(s->block_rows * s->row_width * sizeof *s->block);
    return s->block != NULL;
}

void spool_close(Spool *s)
{
    free(s->before);
    free(s->block);
    if (s->fd >= 0)
        close(s->fd);
}

static bool failed(Spool *s, const char *what)
{
    snprintf(s->error, sizeof s->error, "%s the temporary file: %s", what, strerror(errno));
    return false;
}

static bool write_at(Spool *s, const void *bytes, size_t n, size_t at)
{
    const char *from = bytes;
    while (n > 0) {
        ssize_t wrote = pwrite(s->fd, from, n, (off_t)at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return failed(s, "cannot write");
        from += wrote;
        at += (size_t)wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool read_at(Spool *s, void *bytes, size_t n, size_t at)
{
    char *to = bytes;
    while (n > 0) {
        ssize_t got = pread(s->fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            return failed(s, "cannot read");
        }
        to += got;
        at += (size_t)got;
        n -= (size_t)got;
    }
    return true;
}

static size_t block_offset(const Spool *s, int64_t block)
{
    return (size_t)block * s->block_rows * s->row_width * sizeof(double);
}

static bool append_large(Spool *s, double t, const double *values)
{
    size_t at = block_offset(s, s->n_rows);
    if (!write_at(s, &t, sizeof t, at))
        return false;
    if (!write_at(s, values, (s->row_width - 1) * sizeof *values, at + sizeof t))
        return false;
    s->n_spilled = ++s->n_rows;
    return true;
}

static bool spill(Spool *s)
{
    size_t bytes = s->block_rows * s->row_width * sizeof *s->block;
    if (!write_at(s, s->block, bytes, block_offset(s, s->n_spilled / (int64_t)s->block_rows)))
        return false;
    s->n_spilled = s->n_rows;
    return true;
}

bool spool_append(Spool *s, double t, const double *values)
{
    if (!s->block)
        return append_large(s, t, values);
    if (s->n_rows - s->n_spilled == (int64_t)s->block_rows && !spill(s))
        return false;
    size_t r = (size_t)(s->n_rows - s->n_spilled);
    s->block[r] = t;
    for (size_t a = 1; a < s->n_arrays; a++) {
        size_t width = s->width[a];
        double *to = s->block + s->block_rows * s->before[a] + r * width;
        if (width == 1)
            *to = *values;
        else
            memcpy(to, values, width * sizeof *to);
        values += width;
    }
    s->n_rows++;
    return true;
}

/* n numbers of the file from byte `at` on, through a small buffer. */
static bool read_pieces(Spool *s, size_t at, size_t n, double *buffer, SpoolSink sink, void *user)
{
    while (n > 0) {
        size_t piece = n < PIECE ? n : PIECE;
        if (!read_at(s, buffer, piece * sizeof *buffer, at) || !sink(user, buffer, piece))
            return false;
        at += piece * sizeof *buffer;
        n -= piece;
    }
    return true;
}

/* Room for `n` numbers, or NULL with a message. */
static double *buffer_new(Spool *s, size_t n)
{
    double *buffer = malloc(n * sizeof *buffer);
    if (!buffer)
        snprintf(s->error, sizeof s->error, "not enough memory");
    return buffer;
}

bool spool_read_array(Spool *s, size_t array, SpoolSink sink, void *user)
{
    size_t width = s->width[array], base = s->block_rows * s->before[array];
    double *buffer = buffer_new(s, PIECE);
    bool ok = buffer != NULL;
    int64_t n_blocks = s->n_spilled / (int64_t)s->block_rows;
    for (int64_t b = 0; ok && b < n_blocks; b++)
        ok = read_pieces(s, block_offset(s, b) + base * sizeof *buffer, s->block_rows * width, buffer, sink, user);
    size_t in_memory = (size_t)(s->n_rows - s->n_spilled) * width;
    if (ok && in_memory)
        ok = sink(user, s->block + base, in_memory);
    free(buffer);
    return ok;
}

void spool_cursor_close(SpoolCursor *c)
{
    free(c->buffer);
}

bool spool_cursor_open(SpoolCursor *c, Spool *s)
{
    size_t numbers = s->block ? s->block_rows * s->row_width : PIECE;
    *c = (SpoolCursor){.spool = s, .loaded = -1};
    if (s->block && s->n_spilled == 0)
        return true;
    c->buffer = buffer_new(s, numbers);
    return c->buffer != NULL;
}

bool spool_cursor_at_end(const SpoolCursor *c)
{
    return c->row == c->spool->n_rows;
}

/* The block that holds the cursor's row, or NULL after a read error. */
static const double *cursor_block(SpoolCursor *c)
{
    Spool *s = c->spool;
    if (c->row >= s->n_spilled)
        return s->block;
    int64_t block = c->row / (int64_t)s->block_rows;
    size_t bytes = s->block_rows * s->row_width * sizeof *c->buffer;
    if (block != c->loaded && !read_at(s, c->buffer, bytes, block_offset(s, block)))
        return NULL;
    c->loaded = block;
    return c->buffer;
}

bool spool_cursor_time(SpoolCursor *c, double *t)
{
    Spool *s = c->spool;
    if (!s->block)
        return read_at(s, t, sizeof *t, block_offset(s, c->row));
    const double *block = cursor_block(c);
    if (block)
        *t = block[(size_t)c->row % s->block_rows];
    return block != NULL;
}

bool spool_cursor_row(SpoolCursor *c, SpoolSink sink, void *user)
{
    Spool *s = c->spool;
    size_t r = (size_t)c->row % s->block_rows;
    if (!s->block) {
        size_t at = block_offset(s, c->row++) + sizeof(double);
        return read_pieces(s, at, s->row_width - 1, c->buffer, sink, user);
    }
    const double *block = cursor_block(c);
    c->row++;
    for (size_t a = 1; block && a < s->n_arrays; a++)
        if (!sink(user, block + s->block_rows * s->before[a] + r * s->width[a], s->width[a]))
            return false;
    return block != NULL;
}
