/* A file that appears under its name complete or not at all: written beside
 * it, then renamed (inside this folder only). */
#ifndef RUNTIME_OUTFILE_H
#define RUNTIME_OUTFILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct OutFile {
    char *target;               /* final name, links resolved */
    char *temporary;            /* name beside it; NULL when there is none to remove */
    int fd;
    unsigned char *buffer;      /* n bytes that are not in the file yet */
    size_t n;
    uint64_t at;                /* bytes written, buffer included */
    char error[200];            /* "" until something fails; then nothing more is written */
} OutFile;

/* A nameless file in the folder of `path`, or -1 with a message. */
int outfile_scratch(const char *path, char *error, size_t error_size);
bool outfile_open(OutFile *f, const char *path);
bool outfile_write(OutFile *f, const void *bytes, size_t n);
/* All of it is in the file under its temporary name. */
bool outfile_flush(OutFile *f);
/* Overwrites n bytes at an earlier place. */
bool outfile_patch(OutFile *f, uint64_t at, const void *bytes, size_t n);
/* Renames into place. */
bool outfile_commit(OutFile *f);
/* Frees; removes what was not committed. */
void outfile_close(OutFile *f);
#endif
