#include "compiler/data/matrix_format.h"

#include <string.h>

#include "compiler/data/csv.h"

/* What is known while the rows come. */
typedef struct CsvMatrix {
    Ctx *cx;
    NumPool *pool;
    const DataFile *f;
    MatrixFile *out;
    bool has_names;             /* the first cell of every row is a name */
    size_t cap;                 /* of out->values */
    VEC(const char *) row_name;
} CsvMatrix;

/* Names of neurons, or their numbers. "nan" is neither: it must be complained about, not read as a name. */
static bool is_neuron(const CsvCell *cell)
{
    return cell->n > 0 && (!number_is_like(cell->text, cell->n) || number_is_whole(cell->text, cell->n));
}

/* A header line has a corner that is no number, and neurons behind it. One cell alone may be a line in another format. */
static bool is_header(const Csv *csv)
{
    const CsvCell *cell = csv->row.at;
    if (csv->row.n == 1 || number_is_like(cell->text, cell->n))
        return false;
    for (size_t k = 1; k < csv->row.n; k++)
        if (!is_neuron(&cell[k]))
            return false;
    return true;
}

static bool complain(const CsvMatrix *m, const CsvCell *cell, size_t row, size_t column, NumberText what)
{
    int shown = cell->n < 40 ? (int)cell->n : 40;
    Diag *d = diag_at(m->cx, D_E0504, m->f->asked, "%s:%u:%u: '%.*s' %s (row %zu, column %zu of the matrix)", m->f->path,
                      cell->line, cell->column, shown, cell->text, number_complaint(what), row + 1, column + 1);
    csv_help(m->cx, d, cell->text, cell->n);
    return false;
}

static bool ragged(const CsvMatrix *m, const CsvCell *cell, size_t n, size_t expected)
{
    diag_at(m->cx, D_E0503, m->f->asked, "%s:%u:%u: numbers in this row: %zu, in the first: %zu", m->f->path, cell->line,
            cell->column, n, expected);
    return false;
}

static void make_room(CsvMatrix *m, size_t n)
{
    if (n <= m->cap)
        return;
    size_t new_cap = n > 2 * m->cap ? n : 2 * m->cap;
    values_grow(m->cx, &m->out->values, m->cap, new_cap);
    m->cap = new_cap;
}

static bool add_row(CsvMatrix *m, const Csv *csv)
{
    const CsvCell *cell = csv->row.at;
    size_t n = csv->row.n - m->has_names;
    if (m->has_names)
        vec_push(&m->cx->arena, &m->row_name, intern_n(&m->cx->names, cell->text, cell->n));
    cell += m->has_names;
    MatrixFile *out = m->out;
    if (out->n_rows == 0 && out->n_columns == 0)
        out->n_columns = n;
    if (n != out->n_columns || n == 0)
        return ragged(m, csv->row.at, n, out->n_columns);
    make_room(m, out->values.n + n);
    for (size_t k = 0; k < n; k++) {
        double d;
        Num q;
        NumberText what = number_read(m->pool, cell[k].text, cell[k].n, &d, &q);
        if (what != NUMBER_OK)
            return complain(m, &cell[k], out->n_rows, k, what);
        values_put(m->cx, &out->values, m->cap, out->values.n++, d, q);
    }
    out->n_rows++;
    return true;
}

/* Names of columns alone would not show that rows are in another order. A number in front of a row is that of its
 * neuron only under an empty corner, or where neurons are numbered in the header too. */
static bool rows_are_named(const CsvMatrix *m, const Csv *csv, const CsvCell *header)
{
    const CsvCell *first = csv->row.at;
    bool numbered = header->n == 0 || number_is_whole(header[1].text, header[1].n);
    if (csv->row.n > 1 && is_neuron(first) && (numbered || !number_is_whole(first->text, first->n)))
        return true;
    int shown = first->n < 40 ? (int)first->n : 40;
    Diag *d = diag_at(m->cx, D_E0503, m->f->asked, "%s:%u:%u: this line names the columns, but '%.*s' in front of the first row names no neuron",
                      m->f->path, header->line, header->column, shown, first->text);
    diag_help(m->cx, d, "start each row with the name of its neuron, and this line with an empty cell; or take this line out");
    return false;
}

/* Takes the names of the columns, once the first row is there too. */
static bool take_header(CsvMatrix *m, const Csv *csv, const CsvCell *header, size_t n_header)
{
    const CsvCell *first = csv->row.at;
    size_t n = n_header - 1;
    m->has_names = true;
    if (n_header != csv->row.n) {
        diag_at(m->cx, D_E0503, m->f->asked, "%s:%u:%u: cells in this row: %zu, in the header: %zu", m->f->path, first->line,
                first->column, csv->row.n, n_header);
        return false;
    }
    if (!rows_are_named(m, csv, header))
        return false;
    m->out->column_name = ARENA_ARRAY(&m->cx->arena, n, const char *);
    for (size_t k = 0; k < n; k++)
        m->out->column_name[k] = intern_n(&m->cx->names, header[k + 1].text, header[k + 1].n);
    return true;
}

static CsvStatus first_row(CsvMatrix *m, Csv *csv, bool *ok)
{
    CsvStatus s = csv_next(csv);
    *ok = true;
    if (s != CSV_ROW || !is_header(csv))
        return s;
    size_t n = csv->row.n;
    CsvCell *header = ARENA_ARRAY(&m->cx->arena, n, CsvCell);
    memcpy(header, csv->row.at, n * sizeof *header);
    s = csv_next(csv);
    if (s == CSV_ROW)
        *ok = take_header(m, csv, header, n);
    return s;
}

bool matrix_csv(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out)
{
    CsvMatrix m = { .cx = cx, .pool = pool, .f = f, .out = out };
    Csv csv = csv_from(&cx->arena, f->bytes, f->n);
    bool ok;
    CsvStatus s = first_row(&m, &csv, &ok);
    for (; ok && s == CSV_ROW; s = csv_next(&csv))
        ok = add_row(&m, &csv);
    if (!ok)
        return false;
    if (s == CSV_MALFORMED) {
        diag_at(cx, D_E0503, f->asked, "%s:%u:%u: %s", f->path, csv.error_line, csv.error_column, csv.error);
        return false;
    }
    if (out->n_rows == 0) {
        diag_at(cx, D_E0508, f->asked, "'%s' holds no numbers", f->path);
        return false;
    }
    out->row_name = m.has_names ? m.row_name.at : NULL;
    return true;
}
