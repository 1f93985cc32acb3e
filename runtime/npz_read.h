/* Reads archives that npz.c wrote (inside this folder only): stored members of doubles and texts, one after the other. Every byte of a
 * member counts in its checksum, and no length is believed before the file is known to be as long. */
#ifndef RUNTIME_NPZ_READ_H
#define RUNTIME_NPZ_READ_H
#include <stdbool.h>
#include <stddef.h>

typedef struct NpzRead {
    unsigned char *bytes;       /* all of the file */
    size_t n, at;               /* at: where the next member begins */
    const char *why;            /* what is wrong with an archive that began well; NULL where it is none, or another */
} NpzRead;

/* False, with errno set, when it cannot be read; npz_read_close is due either way. */
bool npz_read_open(NpzRead *z, const char *path);
void npz_read_close(NpzRead *z);
/* The next member, which has to have this name. What comes out is malloc'd. */
bool npz_read_doubles(NpzRead *z, const char *name, double **out, size_t *n);
/* Of 7-bit characters, none of them NUL; others are refused. */
bool npz_read_text(NpzRead *z, const char *name, char **out);
/* The next member has this name. */
bool npz_read_is_next(const NpzRead *z, const char *name);
/* There are no more members, and the directory behind them has its end. */
bool npz_read_is_whole(NpzRead *z);
#endif
