#include "runtime/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/csv.h"
#include "runtime/integrate.h"
#include "runtime/npz.h"

enum { PIECE = 4096 };          /* rows in memory at a time */

static bool ends_in(const char *path, const char *extension)
{
    size_t n = strlen(path), m = strlen(extension);
    return n > m && strcmp(path + n - m, extension) == 0;
}

bool eig_survey_knows(const char *path)
{
    return ends_in(path, ".csv") || ends_in(path, ".npz");
}

/* `name`, or what stands in its place where a param has that name. */
static const char *own_name(const EigSurvey *s, const char *name, const char *otherwise)
{
    for (size_t a = 0; a < s->n_axes; a++)
        if (strcmp(s->axis[a].name, name) == 0)
            return otherwise;
    return name;
}

/* ---- .csv ---- */

static bool write_header(const EigSurvey *s, Csv *c)
{
    for (size_t a = 0; a < s->n_axes; a++)
        if (!csv_name(c, s->axis[a].name))
            return false;
    for (size_t m = 0; m < s->n_measures; m++)
        if (!csv_name(c, s->measure[m]))
            return false;
    return csv_name(c, own_name(s, "status", "status#2"));
}

/* Where set `row` stands on the axes. */
static void place(const EigSurvey *s, size_t row, double *value)
{
    for (size_t a = s->n_axes; a-- > 0; row /= s->axis[a].n)
        value[a] = s->axis[a].value[row % s->axis[a].n];
}

static bool write_csv(const EigSurvey *s, OutFile *out, const char *meta, double *rows)
{
    Csv c = { .out = out, .row_width = s->n_axes + s->n_measures + 1 };
    if (!csv_meta(out, meta) || !write_header(s, &c))
        return false;
    for (size_t at = 0; at < s->rows->n_rows; at += PIECE) {
        size_t n = s->rows->n_rows - at < PIECE ? s->rows->n_rows - at : PIECE;
        if (!eig_journal_read(s->rows, at, n, rows))
            return false;
        for (size_t r = 0; r < n; r++) {
            const double *row = rows + r * s->rows->width;
            double value[SURVEY_MAX_AXES];
            place(s, at + r, value);
            if (!csv_doubles(&c, value, s->n_axes) || !csv_doubles(&c, row, s->n_measures) ||
                !csv_name(&c, eig_run_status[(int)row[s->n_measures]]))
                return false;
        }
    }
    return true;
}

/* ---- .npz ---- */

static bool write_column(const EigSurvey *s, Npz *z, size_t column, double *rows)
{
    for (size_t at = 0; at < s->rows->n_rows; at += PIECE) {
        size_t n = s->rows->n_rows - at < PIECE ? s->rows->n_rows - at : PIECE;
        if (!eig_journal_read(s->rows, at, n, rows))
            return false;
        for (size_t r = 0; r < n; r++)
            if (!npz_doubles(z, &rows[r * s->rows->width + column], 1))
                return false;
    }
    return true;
}

static bool write_npz(const EigSurvey *s, OutFile *out, const char *meta, double *rows)
{
    Npz z;
    uint64_t dims[SURVEY_MAX_AXES];
    npz_open(&z, out, NPZ_LIMIT);
    bool ok = true;
    for (size_t a = 0; ok && a < s->n_axes; a++) {
        dims[a] = s->axis[a].n;
        ok = npz_begin(&z, s->axis[a].name, 1, &dims[a]) && npz_doubles(&z, s->axis[a].value, s->axis[a].n) && npz_end(&z);
    }
    for (size_t m = 0; ok && m <= s->n_measures; m++) {
        const char *name = m < s->n_measures ? s->measure[m] : own_name(s, "status", "status#2");
        ok = npz_begin(&z, name, (int)s->n_axes, dims) && write_column(s, &z, m, rows) && npz_end(&z);
    }
    ok = ok && npz_text(&z, own_name(s, "meta", "meta#2"), meta) && npz_finish(&z);
    npz_close(&z);
    return ok;
}

bool eig_survey_write(const EigSurvey *s, const char *path, const char *meta, char error[256])
{
    OutFile out;
    double *rows = malloc(PIECE * s->rows->width * sizeof *rows);
    bool ok = outfile_open(&out, path) && rows;
    ok = ok && (ends_in(path, ".csv") ? write_csv : write_npz)(s, &out, meta, rows) && outfile_commit(&out);
    if (!ok)
        snprintf(error, 256, "%s", *s->rows->error ? s->rows->error : *out.error ? out.error : "not enough memory");
    outfile_close(&out);
    free(rows);
    return ok;
}
