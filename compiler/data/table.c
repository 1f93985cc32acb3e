#include "compiler/data/table.h"

#include <string.h>

#include "compiler/data/csv.h"
#include "compiler/data/file.h"
#include "compiler/data/sha256.h"

static bool malformed(Ctx *cx, const DataFile *f, const Csv *csv)
{
    diag_at(cx, D_E0503, f->asked, "%s:%u:%u: %s", f->path, csv->error_line, csv->error_column, csv->error);
    return false;
}

static bool read_header(Ctx *cx, const DataFile *f, const Csv *csv, Table *out)
{
    size_t n = csv->row.n;
    out->n_columns = n;
    out->column = ARENA_ARRAY(&cx->arena, n, Column);
    for (size_t k = 0; k < n; k++) {
        const CsvCell *cell = &csv->row.at[k];
        out->column[k].name = intern_n(&cx->names, cell->text, cell->n);
        int same = cell->n ? table_column(out, out->column[k].name) : (int)k;
        if (same != (int)k) {
            diag_at(cx, D_E0506, f->asked, "%s:%u:%u: a second column named '%s'", f->path, cell->line, cell->column,
                    out->column[k].name);
            return false;
        }
    }
    return true;
}

static void grow(Ctx *cx, Table *t, size_t *cap)
{
    size_t new_cap = *cap ? 2 * *cap : 16;
    for (size_t k = 0; k < t->n_columns; k++) {
        const char **text = ARENA_ARRAY(&cx->arena, new_cap, const char *);
        if (*cap)
            memcpy(text, t->column[k].text, *cap * sizeof *text);
        t->column[k].text = text;
    }
    uint32_t *line = ARENA_ARRAY(&cx->arena, new_cap, uint32_t);
    if (*cap)
        memcpy(line, t->line, *cap * sizeof *line);
    t->line = line;
    *cap = new_cap;
}

static bool add_row(Ctx *cx, const DataFile *f, const Csv *csv, Table *t, size_t *cap)
{
    const CsvCell *cell = csv->row.at;
    if (csv->row.n != t->n_columns) {
        diag_at(cx, D_E0503, f->asked, "%s:%u:%u: cells in this row: %zu, in the header: %zu", f->path, cell->line,
                cell->column, csv->row.n, t->n_columns);
        return false;
    }
    if (t->n_rows == *cap)
        grow(cx, t, cap);
    for (size_t k = 0; k < t->n_columns; k++)
        t->column[k].text[t->n_rows] = intern_n(&cx->names, cell[k].text, cell[k].n);
    t->line[t->n_rows++] = cell->line;
    return true;
}

static bool parse(Ctx *cx, const DataFile *f, Table *out)
{
    *out = (Table){ .path = f->path };
    Csv csv = csv_from(&cx->arena, f->bytes, f->n);
    CsvStatus s = csv_next(&csv);
    if (s == CSV_ROW && !read_header(cx, f, &csv, out))
        return false;
    size_t cap = 0;
    while (s == CSV_ROW && (s = csv_next(&csv)) == CSV_ROW)
        if (!add_row(cx, f, &csv, out, &cap))
            return false;
    if (s == CSV_MALFORMED)
        return malformed(cx, f, &csv);
    if (out->n_rows == 0) {
        diag_at(cx, D_E0508, f->asked, "'%s' %s", f->path,
                out->n_columns ? "has a header line and no rows" : "holds no header line and no rows");
        return false;
    }
    out->sha256 = sha256_hex(cx, f->bytes, f->n);
    return true;
}

bool table_parse(Ctx *cx, const char *path, const char *bytes, size_t n, Span asked, Table *out)
{
    DataFile f = { .path = path, .asked = asked, .bytes = bytes, .n = n };
    return parse(cx, &f, out);
}

bool table_read(Ctx *cx, const char *dir, const char *path, Span asked, Table *out)
{
    DataFile f;
    if (!data_file_open(cx, dir, path, asked, &f))
        return false;
    bool ok = parse(cx, &f, out);
    data_file_close(&f);
    return ok;
}

int table_column(const Table *t, const char *interned_name)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (t->column[k].name == interned_name)
            return (int)k;
    return -1;
}

bool table_numbers(Ctx *cx, NumPool *pool, const Table *t, int column, Span asked, Values *out)
{
    const Column *c = &t->column[column];
    *out = (Values){ .n = t->n_rows, .d = ARENA_ARRAY(&cx->arena, t->n_rows, double) };
    for (size_t k = 0; k < t->n_rows; k++) {
        double d;
        Num q;
        NumberText what = number_read(pool, c->text[k], strlen(c->text[k]), &d, &q);
        if (what != NUMBER_OK) {
            Diag *diag = diag_at(cx, D_E0504, asked, "%s:%u: '%.40s' in column '%.40s' %s", t->path, t->line[k], c->text[k], c->name,
                                 number_complaint(what));
            csv_help(cx, diag, c->text[k], strlen(c->text[k]));
            return false;
        }
        values_put(cx, out, t->n_rows, k, d, q);
    }
    values_finish(pool, out);
    return true;
}
