/* Files of numbers and names, read exactly: a decimal is the rational it
 * spells, a .npy double the dyadic it is. Every complaint names the file, line
 * and column inside it. `asked` is the place in the model that named the file;
 * `path` is relative to `dir` (Source.dir) unless absolute. All return false
 * after a diagnostic E05xx. NaN and infinite entries, ragged rows, truncated
 * files, wrong dtypes and object arrays are errors, never repaired. */
#ifndef COMPILER_DATA_TABLE_H
#define COMPILER_DATA_TABLE_H
#include <stdint.h>

#include "compiler/model/num.h"

/* A column of numbers. d[k] is the double nearest to entry k; q is NULL when
 * every d[k] is exact, else q[k] is the exact entry. */
typedef struct Values {
    size_t n;
    double *d;
    Num *q;
} Values;
Num values_exact(NumPool *pool, const Values *v, size_t k);

/* ---- a CSV table with a header line ---- */
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

/* ---- a matrix file: .npy (2-D, <f8 <f4 <i4 <i8 and friends, C or Fortran order), .csv (no header, or a
 *      header row and column of names, which are returned), .mtx (coordinate or array; real, integer, pattern; general or symmetric) ---- */
typedef struct MatrixFile {
    const char *path;
    const char *sha256;
    size_t n_rows, n_columns;   /* rows are targets, columns are sources */
    bool is_sparse;             /* .mtx coordinate */
    Values values;              /* dense: row-major n_rows*n_columns; sparse: one per entry */
    uint32_t *row, *column;     /* sparse only; sorted by row, then column; duplicates refused */
    const char **row_name, **column_name;   /* interned, .csv with names only; else NULL */
} MatrixFile;
bool matrix_file_read(Ctx *cx, NumPool *pool, const char *dir, const char *path, Span asked, MatrixFile *out);
/* The same for bytes in memory; the extension of `path` chooses the format. */
bool matrix_parse(Ctx *cx, NumPool *pool, const char *path, const char *bytes, size_t n, Span asked, MatrixFile *out);

/* SHA-256 as 64 lower-case hex digits (arena). */
const char *sha256_hex(Ctx *cx, const void *bytes, size_t n);
#endif
