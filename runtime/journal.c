#include "runtime/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The head of the file; one byte a block follows, then, on a boundary of 8, the rows. */
typedef struct Head {
    char magic[8];
    char key[JOURNAL_KEY];
    uint64_t n_rows, block_rows, width;
} Head;

static const char magic[8] = "eigcswp1";

static bool failed(EigJournal *j, const char *what)
{
    snprintf(j->error, sizeof j->error, "%s: %s%s%s", j->path ? j->path : "", what, errno ? ": " : "", errno ? strerror(errno) : "");
    return false;
}

static bool write_all(int fd, const void *bytes, size_t n, off_t at)
{
    for (const char *b = bytes; n;) {
        ssize_t wrote = pwrite(fd, b, n, at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        b += wrote;
        at += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t n, off_t at)
{
    for (char *b = bytes; n;) {
        ssize_t got = pread(fd, b, n, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got == 0 ? 0 : errno;
            return false;
        }
        b += got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

static off_t rows_at(const EigJournal *j, size_t row)
{
    return (off_t)((sizeof(Head) + j->n_blocks + 7) / 8 * 8 + row * j->width * sizeof(double));
}

static bool begin(EigJournal *j, const Head *head)
{
    memset(j->kept, 0, j->n_blocks);
    if (ftruncate(j->fd, 0) != 0 || !write_all(j->fd, j->kept, j->n_blocks, sizeof *head) || !write_all(j->fd, head, sizeof *head, 0))
        return failed(j, "cannot write");
    return true;
}

/* An empty file is one that was killed before its head was written. Of one that was cut short the blocks are kept that it holds whole. */
static bool go_on(EigJournal *j, const Head *mine, bool *is_other)
{
    Head head;
    struct stat st;
    errno = 0;
    if (fstat(j->fd, &st) != 0)
        return failed(j, "cannot read");
    if (st.st_size == 0)
        return begin(j, mine);
    *is_other = (size_t)st.st_size < sizeof head || !read_all(j->fd, &head, sizeof head, 0) || memcmp(&head, mine, sizeof head) != 0;
    errno = 0;
    if (*is_other)
        return failed(j, "it is what another sweep left");
    if ((size_t)st.st_size < sizeof head + j->n_blocks)
        return begin(j, mine);
    if (!read_all(j->fd, j->kept, j->n_blocks, sizeof head))
        return failed(j, "cannot read");
    for (size_t k = 0; k < j->n_blocks; k++) {
        off_t end = rows_at(j, k * j->block_rows + eig_journal_rows(j, k));
        j->kept[k] = j->kept[k] == 1 && end <= st.st_size;
    }
    return true;
}

bool eig_journal_open(EigJournal *j, const char *path, const char key[JOURNAL_KEY], size_t n_rows, size_t block_rows, size_t width,
                      bool *is_other)
{
    Head head = { .n_rows = n_rows, .block_rows = block_rows, .width = width };
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.key, key, JOURNAL_KEY);
    *is_other = false;
    *j = (EigJournal){ .fd = -1, .n_rows = n_rows, .block_rows = block_rows, .width = width, .n_blocks = (n_rows + block_rows - 1) / block_rows };
    j->path = strdup(path);
    j->kept = calloc(j->n_blocks + 1, 1);
    errno = 0;
    if (!j->path || !j->kept)
        return failed(j, "not enough memory");
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (j->fd < 0)
        return failed(j, "cannot open");
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0) {
        errno = 0;
        return failed(j, "another sweep is writing it");
    }
    return go_on(j, &head, is_other);
}

size_t eig_journal_rows(const EigJournal *j, size_t block)
{
    size_t left = j->n_rows - block * j->block_rows;
    return left < j->block_rows ? left : j->block_rows;
}

bool eig_journal_keep(EigJournal *j, size_t block, const double *rows)
{
    size_t n = eig_journal_rows(j, block) * j->width * sizeof *rows;
    errno = 0;
    /* The byte after the rows: a kill between the two loses a block, never makes one up. */
    if (!write_all(j->fd, rows, n, rows_at(j, block * j->block_rows)) || !write_all(j->fd, "\1", 1, (off_t)(sizeof(Head) + block)))
        return failed(j, "cannot write");
    j->kept[block] = 1;
    return true;
}

bool eig_journal_read(EigJournal *j, size_t from, size_t n, double *rows)
{
    errno = 0;
    return read_all(j->fd, rows, n * j->width * sizeof *rows, rows_at(j, from)) || failed(j, "cannot read");
}

void eig_journal_close(EigJournal *j, bool remove)
{
    if (remove && j->fd >= 0)
        unlink(j->path);
    if (j->fd >= 0)
        close(j->fd);
    free(j->path);
    free(j->kept);
}
