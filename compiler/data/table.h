/* A CSV table with a header line, read exactly. Every complaint names the file, line
 * and column inside it. `asked` is the place in the model that named the file;
 * `path` is relative to `dir` (Source.dir) unless absolute. All return false
 * after a diagnostic E05xx. NaN and infinite entries and ragged rows are
 * errors, never repaired. */
#ifndef COMPILER_DATA_TABLE_H
#define COMPILER_DATA_TABLE_H
#include <stdint.h>

#include "compiler/data/values.h"

typedef struct Column {
    const char *name;           /* interned header */
    const char **text;          /* n_rows cells, trimmed, unquoted, interned */
} Column;
typedef struct Table {
    const char *path;
    size_t n_rows, n_columns;
    Column *column;
    uint32_t *line;             /* line of each row in the file, for messages */
    const char *sha256;         /* of the file's bytes, 64 hex digits */
} Table;
bool table_read(Ctx *cx, const char *dir, const char *path, Span asked, Table *out);
/* The same for bytes in memory; `path` is only for messages (tests, fuzzers). */
bool table_parse(Ctx *cx, const char *path, const char *bytes, size_t n, Span asked, Table *out);
/* Index of a column, or -1. */
int table_column(const Table *t, const char *interned_name);
/* A numeric column exactly; E0504 at the first cell that is no finite number. */
bool table_numbers(Ctx *cx, NumPool *pool, const Table *t, int column, Span asked, Values *out);
#endif
