#include "runtime/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/csv.h"
#include "runtime/npz.h"
#include "runtime/spool.h"

typedef bool (*FormatWriter)(EigRecorder *r, OutFile *out, const char *meta);

typedef struct Format {
    const char *extension;
    FormatWriter write;
} Format;

struct EigRecorder {
    const EigProblem *p;
    const Format *format;       /* NULL: rows stay in memory */
    char *path;
    size_t n_arrays, row_width; /* t included */
    size_t *width;              /* of each array */
    char **name;
    int64_t n_rows;
    Spool spool;
    double *rows;               /* in memory: cap rows of row_width */
    size_t cap;
    char error[256];
};

static bool write_npz(EigRecorder *r, OutFile *out, const char *meta);
static bool write_csv(EigRecorder *r, OutFile *out, const char *meta);

static const Format formats[] = {{".npz", write_npz}, {".csv", write_csv}};

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

static bool is_taken(const EigRecorder *r, size_t n_names, const char *name)
{
    if (strcmp(name, "meta") == 0)
        return true;
    for (size_t a = 0; a < n_names; a++)
        if (strcmp(r->name[a], name) == 0)
            return true;
    return false;
}

/* Array names are unique, "t" and "meta" included: the second E is "E#2". */
static char *unique_name(const EigRecorder *r, size_t n_names, const char *name)
{
    size_t size = strlen(name) + 24;
    char *text = malloc(size);
    if (!text)
        return NULL;
    snprintf(text, size, "%s", name);
    for (unsigned k = 2; is_taken(r, n_names, text); k++)
        snprintf(text, size, "%s#%u", name, k);
    return text;
}

static bool set_columns(EigRecorder *r)
{
    const EigProblem *p = r->p;
    r->n_arrays = p->n_records + 1;
    r->width = calloc(r->n_arrays, sizeof *r->width);
    r->name = calloc(r->n_arrays, sizeof *r->name);
    if (!r->width || !r->name)
        return false;
    r->row_width = 0;
    for (size_t a = 0; a < r->n_arrays; a++) {
        r->width[a] = a == 0 ? 1 : p->record[a - 1].width;
        r->row_width += r->width[a];
        r->name[a] = unique_name(r, a, a == 0 ? "t" : p->record[a - 1].name);
        if (!r->name[a])
            return false;
    }
    return true;
}

static bool set_file(EigRecorder *r, const char *path)
{
    r->format = format_of(path);
    if (!r->format) {
        snprintf(r->error, sizeof r->error, "the extension of %.150s is neither .npz nor .csv", path);
        return false;
    }
    r->path = strdup(path);
    int fd = outfile_scratch(path, r->error, sizeof r->error);
    return r->path && fd >= 0 && spool_open(&r->spool, fd, r->n_arrays, r->width);
}

EigRecorder *eig_recorder_open(const EigProblem *p, const char *path, char error[256])
{
    EigRecorder *r = calloc(1, sizeof *r);
    if (r) {
        r->p = p;
        r->spool.fd = -1;
        if (set_columns(r) && (!path || set_file(r, path)))
            return r;
    }
    snprintf(error, 256, "%s", r && r->error[0] ? r->error : "not enough memory");
    eig_recorder_close(r);
    return NULL;
}

static bool append_in_memory(EigRecorder *r, double t, const double *row)
{
    size_t n = (size_t)r->n_rows;
    if (n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 64;
        double *more = realloc(r->rows, cap * r->row_width * sizeof *more);
        if (!more) {
            snprintf(r->error, sizeof r->error, "not enough memory");
            return false;
        }
        r->rows = more;
        r->cap = cap;
    }
    double *to = r->rows + n * r->row_width;
    to[0] = t;
    memcpy(to + 1, row, (r->row_width - 1) * sizeof *to);
    return true;
}

bool eig_recorder_append(EigRecorder *r, double t, const double *row)
{
    bool ok = r->format ? spool_append(&r->spool, t, row) : append_in_memory(r, t, row);
    if (ok)
        r->n_rows++;
    else if (!r->error[0])
        snprintf(r->error, sizeof r->error, "%s", r->spool.error);
    return ok;
}

const char *eig_recorder_error(const EigRecorder *r)
{
    return r->error;
}

const char *eig_recorder_name(const EigRecorder *r, size_t k)
{
    return r->name[k + 1];
}

int64_t eig_recorder_count(const EigRecorder *r)
{
    return r->n_rows;
}

const double *eig_recorder_rows(const EigRecorder *r, size_t *row_width)
{
    *row_width = r->row_width;
    return r->rows;
}

static bool npz_sink(void *user, const double *values, size_t n)
{
    return npz_doubles(user, values, n);
}

static bool write_arrays(EigRecorder *r, Npz *z)
{
    for (size_t a = 0; a < r->n_arrays; a++) {
        uint64_t dims[2] = {(uint64_t)r->n_rows, r->width[a]};
        if (!npz_begin(z, r->name[a], r->width[a] == 1 ? 1 : 2, dims) ||
            !spool_read_array(&r->spool, a, npz_sink, z) || !npz_end(z))
            return false;
    }
    return true;
}

static bool write_npz(EigRecorder *r, OutFile *out, const char *meta)
{
    Npz z;
    npz_open(&z, out, NPZ_LIMIT);
    bool ok = write_arrays(r, &z) && npz_text(&z, "meta", meta) && npz_finish(&z);
    if (!z.ok)
        snprintf(r->error, sizeof r->error, "not enough memory, or a quantity's name is too long for the archive");
    npz_close(&z);
    return ok;
}

static bool csv_sink(void *user, const double *values, size_t n)
{
    return csv_doubles(user, values, n);
}

static bool write_csv(EigRecorder *r, OutFile *out, const char *meta)
{
    Csv c;
    return csv_open(&c, out, r->p, meta) && spool_read_rows(&r->spool, csv_sink, &c);
}

static const char *first_error(const EigRecorder *r, const OutFile *out)
{
    return r->error[0] ? r->error : out->error[0] ? out->error : r->spool.error;
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
    for (size_t a = 0; r->name && a < r->n_arrays; a++)
        free(r->name[a]);
    spool_close(&r->spool);
    free(r->name);
    free(r->width);
    free(r->path);
    free(r->rows);
    free(r);
}
