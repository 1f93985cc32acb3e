/* Rows of a comma-separated file: quotes with "" inside, LF, CRLF or CR, a byte
 * order mark, comment lines (#) and empty lines, which are skipped. */
#ifndef COMPILER_DATA_CSV_H
#define COMPILER_DATA_CSV_H
#include "lang/base/ctx.h"
#include "lang/base/vec.h"

enum { CSV_MAX_CELLS = 1 << 22 };       /* in a line: a row is held as a whole, 24 bytes a cell */

typedef struct CsvCell {
    const char *text;           /* n bytes, not NUL-terminated: trimmed, quotes taken off */
    size_t n;
    uint32_t line, column;      /* where it starts, both from 1; column in bytes */
} CsvCell;

typedef struct Csv {
    Arena *arena;
    const char *bytes;
    size_t n, at;
    uint32_t line;              /* of `at` */
    size_t line_from;           /* offset of the line's first byte */
    VEC(CsvCell) row;           /* the current row; overwritten by the next */
    const char *error;          /* why csv_next gave CSV_MALFORMED, and where */
    uint32_t error_line, error_column;
} Csv;

typedef enum CsvStatus { CSV_END, CSV_ROW, CSV_MALFORMED } CsvStatus;

Csv csv_from(Arena *arena, const char *bytes, size_t n);
CsvStatus csv_next(Csv *csv);
/* A repair for a cell that should be one number or name, but looks like a whole line of another format; or NULL. */
const char *csv_separator_help(const char *text, size_t n);
/* Adds a repair for a cell that should be a number, where one is known. */
void csv_help(Ctx *cx, Diag *d, const char *text, size_t n);
#endif
