/* A file's bytes and places in them. Positions are byte offsets everywhere;
 * lines and columns exist only where a diagnostic is drawn. */
#ifndef LANG_BASE_SOURCE_H
#define LANG_BASE_SOURCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Ctx;

/* Bytes [from, to) of source number `source` (index into Ctx.sources). */
typedef struct Span {
    uint32_t source, from, to;
} Span;

typedef struct Source {
    const char *path;           /* as the user wrote it, printable; "<stdin>" for "-" */
    const char *dir;            /* folder that relative names in it start from, no slash at its end; "" is the working folder */
    const char *bytes;          /* n bytes and a NUL behind them */
    size_t n;
    uint32_t *line_from;        /* offset of the first byte of each line */
    size_t n_lines;             /* at least 1 */
} Source;

enum { SOURCE_MAX_BYTES = 64 * 1024 * 1024 };

/* Reads a file ("-" is standard input) into cx->sources and returns its
 * number, or -1 after a diagnostic E0001 (cannot be read), E0002 (binary: a
 * NUL byte or not UTF-8) or E0003 (larger than SOURCE_MAX_BYTES). `asked` is
 * the place of the import that asked for it, NULL for the command line. */
int source_load(struct Ctx *cx, const char *path, const Span *asked);
/* The same for text in memory (tests, fuzzers). */
int source_from_text(struct Ctx *cx, const char *path, const char *text, size_t n);

/* A file's name as text: bytes that are not UTF-8, which a name may hold but
 * JSON may not, become `?`. */
const char *source_printable(struct Ctx *cx, const char *path);
/* The same of any text that a file holds and a line of output shows: control characters, which could end the line or
 * move a terminal's cursor, become `?` as well. */
const char *source_one_line(struct Ctx *cx, const char *text);

/* 1-based line and byte column of an offset. */
void source_line_column(const Source *s, uint32_t offset, size_t *line, size_t *column);
/* The smallest span that holds both (same source). */
Span span_join(Span a, Span b);
#endif
