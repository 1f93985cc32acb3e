/* A matrix of numbers, read exactly: .npy (2-D, <f8 <f4 <i4 <i8 and friends, C
 * or Fortran order), .csv (no header, or a header row and a column of names or numbers
 * of neurons, which are returned), .mtx (coordinate or array; real, integer, pattern;
 * general or symmetric). As in table.h, nothing that is wrong is repaired. */
#ifndef COMPILER_DATA_MATRIX_H
#define COMPILER_DATA_MATRIX_H
#include <stdint.h>

#include "compiler/data/values.h"

typedef struct MatrixFile {
    const char *path;
    const char *sha256;
    size_t n_rows, n_columns;   /* rows are targets, columns are sources, unless */
    bool is_samples;            /* rows are times, columns are quantities */
    bool is_sparse;             /* .mtx coordinate */
    Values values;              /* dense: row-major n_rows*n_columns; sparse: one per entry */
    uint32_t *row, *column;     /* sparse only; sorted by row, then column; duplicates refused */
    const char **row_name, **column_name;   /* interned, .csv with names only; else NULL */
} MatrixFile;

/* False after a diagnostic E05xx; `dir`, `path` and `asked` as for table_read. */
bool matrix_file_read(Ctx *cx, NumPool *pool, const char *dir, const char *path, Span asked, MatrixFile *out);
/* The same for samples, where an array of one dimension is one column. */
bool matrix_samples_read(Ctx *cx, NumPool *pool, const char *dir, const char *path, Span asked, MatrixFile *out);
/* As matrix_file_read for bytes in memory; the extension of `path` chooses the format. */
bool matrix_parse(Ctx *cx, NumPool *pool, const char *path, const char *bytes, size_t n, Span asked, MatrixFile *out);
#endif
