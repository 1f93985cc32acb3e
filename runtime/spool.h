/* Rows on their way to a result file (inside this folder only): some thousands
 * of rows are kept in memory, array by array; when they are full they go to an
 * unnamed file as one block. So a short run touches no disk, a long one no
 * more memory, and each array can be read back in long pieces. */
#ifndef RUNTIME_SPOOL_H
#define RUNTIME_SPOOL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Spool {
    int fd;                     /* of the unnamed file; owned */
    size_t n_arrays;
    const size_t *width;        /* numbers per row of each array; array 0 is t, width 1 */
    size_t *before;             /* numbers per row before each array */
    size_t row_width;
    size_t block_rows;          /* rows per block; 1: a row is too large to be gathered */
    int64_t n_rows, n_spilled;  /* rows in all, and of them in the file */
    double *block;              /* array a of row r at [block_rows * before[a] + r * width[a]]; NULL when block_rows is 1 */
    char error[200];
} Spool;

enum { SPOOL_BLOCK = 1 << 19 }; /* numbers in memory, of all recordings of a run */

/* Takes fd over also when it fails, which only memory can make it do. block: numbers in memory, SPOOL_BLOCK or its part. */
bool spool_open(Spool *s, int fd, size_t block, size_t n_arrays, const size_t *width);
/* values: the row without t. False when the disk refuses: error says why. */
bool spool_append(Spool *s, double t, const double *values);
void spool_close(Spool *s);

/* Receives n numbers; false stops the walk. */
typedef bool (*SpoolSink)(void *user, const double *values, size_t n);
/* All rows of one array in order. False: the sink's, or a read error (error says why). */
bool spool_read_array(Spool *s, size_t array, SpoolSink sink, void *user);

/* The rows once more, one by one. */
typedef struct SpoolCursor {
    Spool *spool;
    int64_t row;                /* to be read next */
    double *buffer;             /* a block, or a piece of a large row; NULL where all rows are in memory */
    int64_t loaded;             /* number of the block in the buffer, or -1 */
} SpoolCursor;
bool spool_cursor_open(SpoolCursor *c, Spool *s);
void spool_cursor_close(SpoolCursor *c);
bool spool_cursor_at_end(const SpoolCursor *c);
/* Its time; and its other numbers, array after array, which moves on. */
bool spool_cursor_time(SpoolCursor *c, double *t);
bool spool_cursor_row(SpoolCursor *c, SpoolSink sink, void *user);
#endif
