#include "runtime/record.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/csv.h"
#include "runtime/layout.h"
#include "runtime/npz.h"
#include "runtime/room.h"
#include "runtime/spool.h"

typedef bool (*FormatWriter)(EigRecorder *r, OutFile *out, const char *meta);

typedef struct Format {
    const char *extension;
    double number_bytes;        /* at most, with what stands between numbers */
    FormatWriter write;
} Format;

/* What one clock records. */
typedef struct Track {
    size_t n_arrays, row_width; /* t included */
    size_t *width;              /* of each array */
    int64_t n_rows;
    Spool spool;
    double *rows;               /* in memory: cap rows of row_width */
    size_t cap;
} Track;

struct EigRecorder {
    const EigProblem *p;
    const Format *format;       /* NULL: rows stay in memory */
    char *path;
    size_t n_tracks, n_names;
    Track *track;               /* by clock */
    char **name;                /* of arrays: the times of each clock, then the records */
    double room, taken;         /* bytes of rows: that there may be, that there are */
    bool is_full;               /* a row was refused for that */
    const EigMoment *from;      /* another run has recorded up to there; NULL: none */
    EigLost lost;
    char error[256];
};

static bool write_npz(EigRecorder *r, OutFile *out, const char *meta);
static bool write_csv(EigRecorder *r, OutFile *out, const char *meta);

static const Format formats[] = {{".npz", 8, write_npz}, {".csv", 25, write_csv}};

static const Format *format_of(const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t m = strlen(formats[i].extension);
        if (n > m && strcmp(path + n - m, formats[i].extension) == 0)
            return &formats[i];
    }
    return NULL;
}

bool eig_recorder_knows(const char *path)
{
    return format_of(path) != NULL;
}

static bool is_taken(const EigRecorder *r, const char *name)
{
    if (strcmp(name, "meta") == 0)
        return true;
    for (size_t a = 0; a < r->n_names; a++)
        if (strcmp(r->name[a], name) == 0)
            return true;
    return false;
}

/* Array names are unique, those of times and "meta" included: the second E is "E#2". */
static bool add_name(EigRecorder *r, const char *name)
{
    size_t size = strlen(name) + 24;
    char *text = malloc(size);
    if (!text)
        return false;
    snprintf(text, size, "%s", name);
    for (unsigned k = 2; is_taken(r, text); k++)
        snprintf(text, size, "%s#%u", name, k);
    r->name[r->n_names++] = text;
    return true;
}

static bool set_names(EigRecorder *r)
{
    const EigProblem *p = r->p;
    r->name = calloc(r->n_tracks + p->n_records, sizeof *r->name);
    if (!r->name)
        return false;
    for (size_t k = 0; k < r->n_tracks; k++)
        if (!add_name(r, eig_clock(p, k).name))
            return false;
    for (size_t k = 0; k < p->n_records; k++)
        if (!add_name(r, p->record[k].name))
            return false;
    return true;
}

static bool set_columns(const EigProblem *p, size_t clock, Track *t)
{
    t->width = calloc(p->n_records + 1, sizeof *t->width);
    if (!t->width)
        return false;
    t->width[t->n_arrays++] = t->row_width = 1;
    for (size_t k = 0; k < p->n_records; k++) {
        if (p->record[k].clock != clock)
            continue;
        t->width[t->n_arrays++] = p->record[k].width;
        t->row_width += p->record[k].width;
    }
    return true;
}

static bool set_tracks(EigRecorder *r)
{
    r->track = calloc(r->n_tracks, sizeof *r->track);
    for (size_t k = 0; r->track && k < r->n_tracks; k++)
        r->track[k].spool.fd = -1;
    for (size_t k = 0; r->track && k < r->n_tracks; k++)
        if (!set_columns(r->p, k, &r->track[k]))
            return false;
    return r->track && set_names(r);
}

static bool set_file(EigRecorder *r, const char *path)
{
    r->format = format_of(path);
    if (!r->format) {
        snprintf(r->error, sizeof r->error, "the extension of %.150s is neither .npz nor .csv", path);
        return false;
    }
    r->path = strdup(path);
    for (size_t k = 0; r->path && k < r->n_tracks; k++) {
        Track *t = &r->track[k];
        int fd = outfile_scratch(path, r->error, sizeof r->error);
        if (fd < 0 || !spool_open(&t->spool, fd, SPOOL_BLOCK / r->n_tracks, t->n_arrays, t->width))
            return false;
    }
    if (r->n_tracks)
        r->room = room_on_disk(r->track[0].spool.fd, r->format->number_bytes);
    return r->path != NULL;
}

EigRecorder *eig_recorder_open(const EigProblem *p, const char *path, char error[256])
{
    EigRecorder *r = calloc(1, sizeof *r);
    if (r) {
        r->p = p;
        r->n_tracks = eig_n_clocks(p);
        r->room = INFINITY;
        if (set_tracks(r) && (!path || set_file(r, path)))
            return r;
    }
    snprintf(error, 256, "%s", r && r->error[0] ? r->error : "not enough memory");
    eig_recorder_close(r);
    return NULL;
}

static bool append_in_memory(EigRecorder *r, Track *k, double t, const double *row)
{
    size_t n = (size_t)k->n_rows;
    if (n == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 64;
        double *more = realloc(k->rows, cap * k->row_width * sizeof *more);
        if (!more) {
            snprintf(r->error, sizeof r->error, "not enough memory");
            return false;
        }
        k->rows = more;
        k->cap = cap;
    }
    double *to = k->rows + n * k->row_width;
    to[0] = t;
    memcpy(to + 1, row, (k->row_width - 1) * sizeof *to);
    return true;
}

static double row_bytes(const Track *k)
{
    return (double)k->row_width * sizeof(double);
}

double eig_recorder_room(const EigRecorder *r)
{
    return r->room;
}

bool eig_recorder_is_full(const EigRecorder *r)
{
    return r->is_full;
}

void eig_recorder_allow(EigRecorder *r, double bytes)
{
    r->room = bytes;
}

void eig_recorder_goes_on(EigRecorder *r, const EigMoment *from)
{
    r->from = from;
}

static double times_of_others(const EigRecorder *r, size_t clock)
{
    return r->from ? room_times_to(r->p, clock, r->from->step, eig_moment_time(r->from, r->p)) : 0.0;
}

double eig_recorder_bytes(const EigRecorder *r)
{
    double bytes = 0.0;
    for (size_t k = 0; k < r->n_tracks; k++)
        bytes += (room_times(r->p, k) - times_of_others(r, k)) * row_bytes(&r->track[k]);
    return bytes;
}

/* Before the system has to refuse: what is recorded has to fit once more, into the result. */
static bool has_room(EigRecorder *r, const Track *k)
{
    r->is_full |= r->taken + row_bytes(k) > r->room;
    if (!r->is_full)
        r->taken += row_bytes(k);
    else
        snprintf(r->error, sizeof r->error, "the disk has no room for more records");
    return !r->is_full;
}

static size_t first_lost(const double *row, size_t n)
{
    size_t at = 0;
    while (at < n && fabs(row[at]) <= DBL_MAX)
        at++;
    return at;
}

/* Number `at` of the row of a clock: of which record it is. */
static void note_lost(EigRecorder *r, size_t clock, double t, const double *row, size_t at)
{
    size_t k = 0, column = at;
    for (; r->p->record[k].clock != clock || column >= r->p->record[k].width; k++)
        if (r->p->record[k].clock == clock)
            column -= r->p->record[k].width;
    r->lost = (EigLost){ true, k, column, t, row[at] };
}

EigLost eig_recorder_lost(const EigRecorder *r)
{
    return r->lost;
}

bool eig_recorder_append(EigRecorder *r, size_t clock, double t, const double *row)
{
    Track *k = &r->track[clock];
    if (!has_room(r, k))
        return false;
    bool ok = r->format ? spool_append(&k->spool, t, row) : append_in_memory(r, k, t, row);
    size_t n = k->row_width - 1, at = ok && !r->lost.is_there ? first_lost(row, n) : n;
    if (at < n)
        note_lost(r, clock, t, row, at);
    if (ok)
        k->n_rows++;
    else if (!r->error[0])
        snprintf(r->error, sizeof r->error, "%s", k->spool.error);
    return ok;
}

const char *eig_recorder_error(const EigRecorder *r)
{
    return r->error;
}

const char *eig_recorder_name(const EigRecorder *r, size_t k)
{
    return r->name[r->n_tracks + k];
}

const char *eig_recorder_time_name(const EigRecorder *r, size_t k)
{
    return r->name[r->p->record[k].clock];
}

int64_t eig_recorder_count(const EigRecorder *r, size_t clock)
{
    return r->track[clock].n_rows;
}

const double *eig_recorder_rows(const EigRecorder *r, size_t clock, size_t *row_width)
{
    *row_width = r->track[clock].row_width;
    return r->track[clock].rows;
}

/* ---- .npz ---- */

static bool npz_sink(void *user, const double *values, size_t n)
{
    return npz_doubles(user, values, n);
}

static bool write_array(Npz *z, const char *name, Track *t, size_t array)
{
    uint64_t dims[2] = {(uint64_t)t->n_rows, t->width[array]};
    return npz_begin(z, name, t->width[array] == 1 ? 1 : 2, dims) && spool_read_array(&t->spool, array, npz_sink, z) && npz_end(z);
}

/* The times of a clock and what it records. */
static bool write_track(EigRecorder *r, size_t clock, Npz *z)
{
    size_t array = 0;
    if (!write_array(z, r->name[clock], &r->track[clock], array++))
        return false;
    for (size_t k = 0; k < r->p->n_records; k++)
        if (r->p->record[k].clock == clock && !write_array(z, eig_recorder_name(r, k), &r->track[clock], array++))
            return false;
    return true;
}

static bool write_tracks(EigRecorder *r, Npz *z)
{
    for (size_t k = 0; k < r->n_tracks; k++)
        if (!write_track(r, k, z))
            return false;
    return true;
}

static bool write_npz(EigRecorder *r, OutFile *out, const char *meta)
{
    Npz z;
    npz_open(&z, out, NPZ_LIMIT);
    bool ok = write_tracks(r, &z) && npz_text(&z, "meta", meta) && npz_finish(&z);
    if (!z.ok)
        snprintf(r->error, sizeof r->error, "not enough memory, or a quantity's name is too long for the archive");
    npz_close(&z);
    return ok;
}

/* ---- .csv: the rows of all clocks in the order of time, those of one time as one row ---- */

static bool csv_sink(void *user, const double *values, size_t n)
{
    return csv_doubles(user, values, n);
}

/* The earliest time of the rows to come; false when there are none, or with *ok false after a read error. */
static bool earliest(size_t n, SpoolCursor *cursor, double *time, bool *ok)
{
    bool found = false;
    for (size_t k = 0; *ok && k < n; k++) {
        double t;
        if (spool_cursor_at_end(&cursor[k]))
            continue;
        *ok = spool_cursor_time(&cursor[k], &t);
        if (*ok && (!found || t < *time))
            *time = t;
        found = true;
    }
    return found && *ok;
}

static bool write_row(EigRecorder *r, SpoolCursor *cursor, double time, Csv *c)
{
    bool ok = csv_doubles(c, &time, 1);
    for (size_t k = 0; ok && k < r->n_tracks; k++) {
        double t;
        bool more = !spool_cursor_at_end(&cursor[k]);
        ok = !more || spool_cursor_time(&cursor[k], &t);
        if (ok && more && t == time)
            ok = spool_cursor_row(&cursor[k], csv_sink, c);
        else if (ok)
            ok = csv_blanks(c, r->track[k].row_width - 1);
    }
    return ok;
}

static bool write_rows(EigRecorder *r, Csv *c)
{
    SpoolCursor *cursor = calloc(r->n_tracks, sizeof *cursor);
    bool ok = cursor != NULL;
    double time;
    for (size_t k = 0; ok && k < r->n_tracks; k++)
        ok = spool_cursor_open(&cursor[k], &r->track[k].spool);
    while (ok && earliest(r->n_tracks, cursor, &time, &ok))
        ok = write_row(r, cursor, time, c);
    for (size_t k = 0; cursor && k < r->n_tracks; k++)
        spool_cursor_close(&cursor[k]);
    free(cursor);
    return ok;
}

static bool write_csv(EigRecorder *r, OutFile *out, const char *meta)
{
    Csv c;
    return csv_open(&c, out, r->p, meta) && write_rows(r, &c);
}

static const char *first_error(const EigRecorder *r, const OutFile *out)
{
    if (r->error[0] || out->error[0])
        return r->error[0] ? r->error : out->error;
    for (size_t k = 0; k < r->n_tracks; k++)
        if (r->track[k].spool.error[0])
            return r->track[k].spool.error;
    return "not enough memory";
}

/* Rows that came before the disk refused are written all the same. */
bool eig_recorder_finish(EigRecorder *r, const char *meta, char error[256])
{
    if (!r->format)
        return true;
    OutFile out;
    r->error[0] = '\0';
    bool ok = outfile_open(&out, r->path) && r->format->write(r, &out, meta) && outfile_commit(&out);
    if (!ok) {
        snprintf(error, 256, "%.120s: %.120s", r->path, first_error(r, &out));
        snprintf(r->error, sizeof r->error, "%s", error);
    }
    outfile_close(&out);
    return ok;
}

void eig_recorder_close(EigRecorder *r)
{
    if (!r)
        return;
    for (size_t a = 0; a < r->n_names; a++)
        free(r->name[a]);
    for (size_t k = 0; r->track && k < r->n_tracks; k++) {
        spool_close(&r->track[k].spool);
        free(r->track[k].width);
        free(r->track[k].rows);
    }
    free(r->track);
    free(r->name);
    free(r->path);
    free(r);
}
