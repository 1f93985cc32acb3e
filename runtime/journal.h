/* Rows that are computed in any order, kept in a file as they come, so that a sweep that was killed goes on where it was. The
 * file is locked while it is open. Bytes in the order of this machine: a journal is read where it was written. */
#ifndef RUNTIME_JOURNAL_H
#define RUNTIME_JOURNAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_KEY = 64 };      /* bytes that name what the rows are of */

typedef struct EigJournal {
    char *path;
    int fd;
    size_t n_rows, block_rows, width;   /* numbers of a row; rows go in blocks, the last of which may be short */
    size_t n_blocks;
    unsigned char *kept;        /* by block */
    char error[256];
} EigJournal;

/* Opens the file or begins it. False, with the reason in error: it cannot be written, another process has it, or it is of another
 * key or shape (*is_other). eig_journal_close is due either way. */
bool eig_journal_open(EigJournal *j, const char *path, const char key[JOURNAL_KEY], size_t n_rows, size_t block_rows, size_t width,
                      bool *is_other);
size_t eig_journal_rows(const EigJournal *j, size_t block);     /* of this block */
/* May be called by several threads for different blocks. */
bool eig_journal_keep(EigJournal *j, size_t block, const double *rows);
bool eig_journal_read(EigJournal *j, size_t from, size_t n, double *rows);
void eig_journal_close(EigJournal *j, bool remove);
#endif
