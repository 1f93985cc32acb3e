/* The bytes of a data file while it is being read. */
#ifndef COMPILER_DATA_FILE_H
#define COMPILER_DATA_FILE_H
#include "lang/base/ctx.h"

typedef struct DataFile {
    const char *path;           /* where it was looked for: `dir` in front of a relative name */
    Span asked;                 /* the place in the model that named it */
    const char *bytes;          /* n bytes; pages of their own (lang/base/pages.h) when opened by data_file_open */
    size_t n, room;             /* ... so many */
} DataFile;

/* False after E0501 (missing, a folder, unreadable), E0508 (no bytes at all) or
 * E0512 (larger than the machine's memory allows). */
bool data_file_open(Ctx *cx, const char *dir, const char *path, Span asked, DataFile *out);
void data_file_close(DataFile *f);
#endif
