#include "runtime/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, TRIES = 1000 };

/* The name that a rename must replace: a link's target rather than the link.
 * NULL with errno set when it is there and not a regular file. */
static char *resolve(const char *path, struct stat *old, bool *exists)
{
    *exists = stat(path, old) == 0;
    if (*exists && !S_ISREG(old->st_mode)) {
        errno = S_ISDIR(old->st_mode) ? EISDIR : EEXIST;
        return NULL;
    }
    return *exists ? realpath(path, NULL) : strdup(path);
}

/* Creates ".NAME.PID-K.part" beside the target: no mkstemp, because the file
 * shall have the permissions that the user's umask gives. */
static int create_beside(const char *target, char **name)
{
    const char *slash = strrchr(target, '/');
    const char *base = slash ? slash + 1 : target;
    size_t size = strlen(target) + 64;
    *name = malloc(size);
    if (!*name)
        return -1;
    for (int k = 0; k < TRIES; k++) {
        snprintf(*name, size, "%.*s.%.200s.%ld-%d.part", (int)(base - target), target, base, (long)getpid(), k);
        int fd = open(*name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
    }
    int why = errno;
    free(*name);
    *name = NULL;
    errno = why;
    return -1;
}

static const char *why_not(int error)
{
    return error == EEXIST ? "it is not a regular file" : strerror(error);
}

int outfile_scratch(const char *path, char *error, size_t error_size)
{
    struct stat old;
    bool exists;
    int fd = -1;
    char *name = NULL, *target = resolve(path, &old, &exists);
    if (target)
        fd = create_beside(target, &name);
    if (fd < 0)
        snprintf(error, error_size, "cannot write %.150s: %s", path, why_not(errno));
    else
        unlink(name);
    free(name);
    free(target);
    return fd;
}

static bool failed(OutFile *f, const char *what)
{
    if (!f->error[0])
        snprintf(f->error, sizeof f->error, "%s: %s", what, why_not(errno));
    return false;
}

bool outfile_open(OutFile *f, const char *path)
{
    struct stat old;
    bool exists;
    *f = (OutFile){.fd = -1};
    f->buffer = malloc(BUFFER);
    f->target = resolve(path, &old, &exists);
    if (!f->buffer || !f->target)
        return failed(f, "cannot create the file");
    f->fd = create_beside(f->target, &f->temporary);
    if (f->fd < 0)
        return failed(f, "cannot create the file");
    if (exists && fchmod(f->fd, old.st_mode & 07777) != 0)
        return failed(f, "cannot set the permissions of the file");
    return true;
}

static bool write_all(OutFile *f, const unsigned char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(f->fd, bytes, n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return failed(f, "cannot write");
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool flush(OutFile *f)
{
    size_t n = f->n;
    f->n = 0;
    return write_all(f, f->buffer, n);
}

bool outfile_write(OutFile *f, const void *bytes, size_t n)
{
    if (f->error[0])
        return false;
    f->at += n;
    if (n > BUFFER - f->n && !flush(f))
        return false;
    if (n >= BUFFER)
        return write_all(f, bytes, n);
    if (n)
        memcpy(f->buffer + f->n, bytes, n);
    f->n += n;
    return true;
}

bool outfile_flush(OutFile *f)
{
    return !f->error[0] && flush(f);
}

bool outfile_patch(OutFile *f, uint64_t at, const void *bytes, size_t n)
{
    if (f->error[0] || !flush(f))
        return false;
    if (pwrite(f->fd, bytes, n, (off_t)at) != (ssize_t)n)
        return failed(f, "cannot write");
    return true;
}

/* No fsync: a killed process loses nothing by that, and it would cost more
 * than most runs. close may report a full disk late (network file systems). */
bool outfile_commit(OutFile *f)
{
    if (f->error[0] || !flush(f))
        return false;
    int fd = f->fd;
    f->fd = -1;
    if (close(fd) != 0)
        return failed(f, "cannot write");
    if (rename(f->temporary, f->target) != 0)
        return failed(f, "cannot rename the finished file");
    free(f->temporary);
    f->temporary = NULL;
    return true;
}

void outfile_close(OutFile *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->temporary)
        unlink(f->temporary);
    free(f->temporary);
    free(f->target);
    free(f->buffer);
}
