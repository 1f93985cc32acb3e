/* Recordings and the files they go to. Rows are appended as they come and
 * spooled to disk, so memory does not grow with the run; the file under its
 * final name is either the previous one or a complete one (written beside it,
 * then renamed). Formats by extension: .npz (opens in NumPy as is), .csv. */
#ifndef RUNTIME_RECORD_H
#define RUNTIME_RECORD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/moment.h"
#include "runtime/problem.h"

typedef struct EigRecorder EigRecorder;

/* True when the file name's extension names a format that is known. */
bool eig_recorder_knows(const char *path);
/* path NULL: keep rows in memory (tests; eig_recorder_rows). NULL with a
 * message in error[256] when the file's folder cannot be written. A row of a clock: t, then its records in order. */
EigRecorder *eig_recorder_open(const EigProblem *p, const char *path, char error[256]);
/* Bytes of rows for which the disk had room then, with the result that is made of them; INFINITY in memory, and where the
 * system does not say. Append refuses what goes beyond. */
double eig_recorder_room(const EigRecorder *r);
/* Room of the caller's choice. */
void eig_recorder_allow(EigRecorder *r, double bytes);
/* The run goes on from this moment, which is the caller's: records up to it are another's and not counted below. */
void eig_recorder_goes_on(EigRecorder *r, const EigMoment *from);
/* Append refused a row for want of room, before the system did. */
bool eig_recorder_is_full(const EigRecorder *r);
/* Bytes of the rows of a run that reaches its end; those at every accepted step are not counted. */
double eig_recorder_bytes(const EigRecorder *r);
/* row: sum of the widths of the clock's records. False when the disk refuses or has no room (message kept). */
bool eig_recorder_append(EigRecorder *r, size_t clock, double t, const double *row);
/* The first number that was appended and is infinite or a NaN: a record may be one, as 1/E is where E is 0, and changes nothing in the run. */
typedef struct EigLost {
    bool is_there;
    size_t record, column;
    double t, value;
} EigLost;
EigLost eig_recorder_lost(const EigRecorder *r);
/* What the system said when append returned false; "" before. */
const char *eig_recorder_error(const EigRecorder *r);
/* Array name of record number k: EigRecord.name, or that with "#2", "#3", ... where it is taken. */
const char *eig_recorder_name(const EigRecorder *r, size_t k);
/* And of the times at which it was recorded. */
const char *eig_recorder_time_name(const EigRecorder *r, size_t k);
int64_t eig_recorder_count(const EigRecorder *r, size_t clock);
/* In-memory rows: count rows of 1 + width numbers (t first). */
const double *eig_recorder_rows(const EigRecorder *r, size_t clock, size_t *row_width);
/* Writes the file with `meta` (JSON text) and renames it into place; .npz holds the times
 * of each clock (records,), one array (records, width) per quantity or (records,) for a quantity of width 1,
 * and meta (a 0-d unicode string array). .csv: `# meta` lines, a header, one row per time, numbers that read back exactly, nothing
 * where a quantity was not recorded. */
bool eig_recorder_finish(EigRecorder *r, const char *meta, char error[256]);
/* Frees; an unfinished file is removed. */
void eig_recorder_close(EigRecorder *r);
#endif
