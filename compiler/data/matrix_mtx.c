/* Matrix Market: `%%MatrixMarket matrix coordinate|array real|integer|pattern
 * general|symmetric|skew-symmetric`, comment lines (%), a line of sizes, then
 * one entry a line; indices from 1, arrays by columns. */
#include "compiler/data/matrix_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef enum Symmetry { GENERAL, SYMMETRIC, SKEW } Symmetry;

typedef struct Mtx {
    Ctx *cx;
    NumPool *pool;
    const DataFile *f;
    size_t at, line_from;       /* line_from: offset of the line's first byte */
    uint32_t line;
    bool is_array, is_pattern, is_integer;
    Symmetry symmetry;
    uint64_t rows, columns, n_entries;
} Mtx;

/* One entry as it was read, before sorting. */
typedef struct Triple {
    uint32_t row, column, line;
    double d;
    Num q;
} Triple;

typedef struct Word {
    const char *text;
    size_t n;
    uint32_t line, column;
} Word;

static bool complain(const Mtx *m, DiagCode code, const Word *at, const char *why, const char *help)
{
    Diag *d = diag_at(m->cx, code, m->f->asked, "%s:%u:%u: %s", m->f->path, at->line, at->column, why);
    diag_help(m->cx, d, "%s", help);
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of this line; n == 0 at its end. */
static Word word_in_line(Mtx *m)
{
    const char *b = m->f->bytes;
    size_t n = m->f->n, from = m->at;
    while (from < n && is_space(b[from]))
        from++;
    size_t to = from;
    while (to < n && !is_space(b[to]) && b[to] != '\n')
        to++;
    m->at = to;
    return (Word){ .text = b + from, .n = to - from, .line = m->line, .column = (uint32_t)(from - m->line_from + 1) };
}

static void next_line(Mtx *m)
{
    const char *end = m->at < m->f->n ? memchr(m->f->bytes + m->at, '\n', m->f->n - m->at) : NULL;
    m->at = end ? (size_t)(end - m->f->bytes) + 1 : m->f->n;
    m->line_from = m->at;
    m->line++;
}

/* Moves to the next line that holds a word; false at the end of the file. */
static bool next_full_line(Mtx *m)
{
    while (m->at < m->f->n) {
        size_t at = m->at;
        Word w = word_in_line(m);
        m->at = at;
        if (w.n && w.text[0] != '%')
            return true;
        next_line(m);
    }
    return false;
}

static bool word_is(const Word *w, const char *name)
{
    return w->n == strlen(name) && strncasecmp(w->text, name, w->n) == 0;
}

static bool no_banner(const Mtx *m, const Word *at)
{
    return complain(m, D_E0502, at, "expected '%%MatrixMarket matrix coordinate|array real|integer|pattern "
                                    "general|symmetric|skew-symmetric'",
                    "the first line says what the file holds, in these words; write one of each group");
}

static bool read_banner(Mtx *m)
{
    Word banner = word_in_line(m), object = word_in_line(m), layout = word_in_line(m), field = word_in_line(m),
         symmetry = word_in_line(m);
    m->is_array = word_is(&layout, "array");
    m->is_pattern = word_is(&field, "pattern");
    m->is_integer = word_is(&field, "integer");
    m->symmetry = word_is(&symmetry, "symmetric") ? SYMMETRIC : word_is(&symmetry, "skew-symmetric") ? SKEW : GENERAL;
    if (!word_is(&banner, "%%MatrixMarket"))
        return no_banner(m, &banner);
    if (!word_is(&object, "matrix"))
        return no_banner(m, &object);
    if (!m->is_array && !word_is(&layout, "coordinate"))
        return no_banner(m, &layout);
    if (!(word_is(&field, "real") || m->is_integer || (m->is_pattern && !m->is_array)))
        return no_banner(m, &field);
    if (m->symmetry == GENERAL && !word_is(&symmetry, "general"))
        return no_banner(m, &symmetry);
    next_line(m);
    return true;
}

static bool read_index(const Mtx *m, const Word *w, uint64_t *out)
{
    *out = 0;
    for (size_t k = 0; k < w->n; k++) {
        if (w->text[k] < '0' || w->text[k] > '9' || *out > UINT64_MAX / 10 - 1)
            return complain(m, D_E0503, w, "expected a whole number",
                            "rows, columns and their numbers are digits alone: `3 17 0.25` is row 3, column 17");
        *out = *out * 10 + (uint64_t)(w->text[k] - '0');
    }
    return w->n > 0 || complain(m, D_E0503, w, "the line ends where a number is missing",
                                "a line of an entry has its row, its column and, but in a `pattern` file, its number");
}

static bool end_of_line(Mtx *m)
{
    if (m->at < m->f->n && m->f->bytes[m->at] == '\n') {
        m->line_from = ++m->at;
        m->line++;
        return true;
    }
    Word w = word_in_line(m);
    if (w.n)
        return complain(m, D_E0503, &w, "more on this line than belongs there",
                        "one entry a line; a comment has a line of its own, which begins with %");
    next_line(m);
    return true;
}

static bool cut_off(const Mtx *m, uint64_t have, uint64_t want)
{
    Diag *d = diag_at(m->cx, D_E0505, m->f->asked, "'%s' is cut off: it has %llu of the %llu entries that it promises", m->f->path,
                      (unsigned long long)have, (unsigned long long)want);
    diag_help(m->cx, d, "get the whole file again, or let the line of sizes promise what there is");
    return false;
}

/* What is promised must fit into the file's bytes, so that memory is asked for only
 * when the entries can be there: an entry takes at least 2 bytes, a coordinate 4. */
static bool read_sizes(Mtx *m)
{
    if (!next_full_line(m))
        return cut_off(m, 0, 1);
    Word rows = word_in_line(m), columns = word_in_line(m);
    if (!read_index(m, &rows, &m->rows) || !read_index(m, &columns, &m->columns))
        return false;
    if (!m->is_array) {
        Word n = word_in_line(m);
        if (!read_index(m, &n, &m->n_entries))
            return false;
    }
    if (m->rows == 0 || m->columns == 0)
        return complain(m, D_E0508, &rows, "a matrix without entries",
                        "the line of sizes has the number of rows, of columns and of entries, all above 0");
    if (m->rows > UINT32_MAX || m->columns > UINT32_MAX)
        return complain(m, D_E0512, &rows, "more than 4294967295 rows or columns",
                        "check the line of sizes");
    if (m->symmetry != GENERAL && m->rows != m->columns)
        return complain(m, D_E0503, &rows, "a symmetric matrix has as many rows as columns",
                        "check the line of sizes, or write `general` for `symmetric` into the first line");
    if (m->is_array)
        m->n_entries = m->symmetry == GENERAL ? m->rows * m->columns
                     : m->symmetry == SKEW    ? m->rows * (m->rows - 1) / 2
                                              : m->rows * (m->rows + 1) / 2;
    uint64_t least = m->is_array ? 2 : 4;
    if (m->n_entries > (m->f->n + 1) / least)
        return cut_off(m, 0, m->n_entries);
    return end_of_line(m);
}

static bool read_number(Mtx *m, double *d, Num *q)
{
    Word w = word_in_line(m);
    if (w.n == 0)
        return complain(m, D_E0503, &w, "the line ends where a number is missing",
                        "a line of an entry has its row, its column and, but in a `pattern` file, its number");
    NumberText what = number_read(m->pool, w.text, w.n, d, q);
    if (what == NUMBER_OK && m->is_integer && (*q ? mpz_cmp_ui(mpq_denref(*q), 1) != 0 : *d != floor(*d)))
        return complain(m, D_E0504, &w, "the first line says `integer`, and this is no whole number", "write `real` into the first line");
    if (what == NUMBER_OK)
        return true;
    Diag *diag = diag_at(m->cx, D_E0504, m->f->asked, "%s:%u:%u: '%.*s' %s", m->f->path, w.line, w.column, w.n < 40 ? (int)w.n : 40,
                         w.text, number_complaint(what));
    const char *help = number_help(w.text, w.n);
    if (help)
        diag_help(m->cx, diag, "%s", help);
    return false;
}

static bool nothing_behind(Mtx *m)
{
    if (!next_full_line(m))
        return true;
    Word w = word_in_line(m);
    return complain(m, D_E0505, &w, "more entries than the line of sizes promises",
                    "let its last number be the number of entries");
}

static Num negated(NumPool *pool, Num q)
{
    if (!q)
        return NULL;
    mpq_ptr x = num_new(pool);
    mpq_neg(x, q);
    return x;
}

/* ---- array ---- */

/* The mirror image of an entry below the diagonal. */
static void put_mirror(Mtx *m, Values *v, size_t row, size_t column, double d, Num q)
{
    size_t n = (size_t)m->columns, k = column * n + row;
    if (m->symmetry == SKEW)
        values_put(m->cx, v, v->n, k, d == 0 ? 0.0 : -d, negated(m->pool, q));
    else
        values_put(m->cx, v, v->n, k, d, q);
}

static bool read_array(Mtx *m, MatrixFile *out)
{
    uint64_t n = m->rows * m->columns;
    out->values = (Values){ .n = (size_t)n, .d = ARENA_ARRAY(&m->cx->arena, (size_t)n, double) };
    uint64_t k = 0;
    for (size_t column = 0; column < m->columns; column++) {
        size_t from = m->symmetry == GENERAL ? 0 : m->symmetry == SKEW ? column + 1 : column;
        for (size_t row = from; row < m->rows; row++, k++) {
            double d;
            Num q;
            if (!next_full_line(m))
                return cut_off(m, k, m->n_entries);
            if (!read_number(m, &d, &q) || !end_of_line(m))
                return false;
            values_put(m->cx, &out->values, (size_t)n, row * (size_t)m->columns + column, d, q);
            if (m->symmetry != GENERAL && row != column)
                put_mirror(m, &out->values, row, column, d, q);
        }
    }
    return nothing_behind(m);
}

/* ---- coordinate ---- */

static bool read_place(Mtx *m, Triple *t)
{
    Word row = word_in_line(m), column = word_in_line(m);
    uint64_t r, c;
    if (!read_index(m, &row, &r) || !read_index(m, &column, &c))
        return false;
    if (r < 1 || r > m->rows)
        return complain(m, D_E0503, &row, "a row outside the matrix",
                        "rows and columns count from 1 to the numbers in the line of sizes");
    if (c < 1 || c > m->columns)
        return complain(m, D_E0503, &column, "a column outside the matrix",
                        "rows and columns count from 1 to the numbers in the line of sizes");
    if ((m->symmetry == SYMMETRIC && c > r) || (m->symmetry == SKEW && c >= r))
        return complain(m, D_E0503, &column, "a symmetric file holds entries under the diagonal only",
                        "write each pair once, the larger number first, or `general` for `symmetric` into the first line");
    t->row = (uint32_t)(r - 1);
    t->column = (uint32_t)(c - 1);
    t->line = m->line;
    return true;
}

static bool is_place(const Mtx *m, uint64_t row, uint64_t column)
{
    bool is_inside = row >= 1 && row <= m->rows && column >= 1 && column <= m->columns;
    return is_inside && (m->symmetry == GENERAL || (m->symmetry == SYMMETRIC ? column <= row : column < row));
}

/* At most nine digits, and what comes behind them. */
static const char *few_digits(const char *p, uint64_t *out)
{
    uint64_t x = 0;
    for (int k = 0; k < 9 && *p >= '0' && *p <= '9'; k++)
        x = x * 10 + (uint64_t)(*p++ - '0');
    *out = x;
    return p;
}

/* Row and column as nearly every file has them, a blank between, and at the end of the line or one blank before a number; several times
 * as fast as read_place. False, and nothing is read, where it is anything else. */
static bool plain_place(Mtx *m, Triple *t)
{
    enum { LONGEST = 24 };
    uint64_t row, column;
    if (m->f->n - m->at < LONGEST)
        return false;
    const char *p = few_digits(m->f->bytes + m->at, &row);
    if (*p != ' ')
        return false;
    p = few_digits(p + 1, &column);
    if (*p != (m->is_pattern ? '\n' : ' ') || !is_place(m, row, column))
        return false;
    *t = (Triple){ .row = (uint32_t)(row - 1), .column = (uint32_t)(column - 1), .line = m->line, .d = 1.0 };
    m->at = (size_t)(p - m->f->bytes);
    return true;
}

/* `before`: entries that were read. */
static bool read_triple(Mtx *m, uint64_t before, Triple *t)
{
    if (!plain_place(m, t)) {
        *t = (Triple){ .d = 1.0 };
        if (!next_full_line(m))
            return cut_off(m, before, m->n_entries);
        if (!read_place(m, t))
            return false;
    }
    return (m->is_pattern || read_number(m, &t->d, &t->q)) && end_of_line(m);
}

static Triple mirror(Mtx *m, const Triple *t)
{
    Triple x = *t;
    x.row = t->column;
    x.column = t->row;
    if (m->symmetry == SKEW) {
        x.d = t->d == 0 ? 0.0 : -t->d;
        x.q = negated(m->pool, t->q);
    }
    return x;
}

static int by_place(const void *a, const void *b)
{
    const Triple *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static bool in_order(const Triple *t, size_t n)
{
    for (size_t k = 1; k < n; k++)
        if (by_place(&t[k - 1], &t[k]) > 0)
            return false;
    return true;
}

static bool store_sorted(Mtx *m, Triple *t, size_t n, MatrixFile *out)
{
    if (!in_order(t, n))
        qsort(t, n, sizeof *t, by_place);
    out->is_sparse = true;
    out->row = ARENA_ARRAY(&m->cx->arena, n, uint32_t);
    out->column = ARENA_ARRAY(&m->cx->arena, n, uint32_t);
    out->values = (Values){ .n = n, .d = ARENA_ARRAY(&m->cx->arena, n, double) };
    for (size_t k = 0; k < n; k++) {
        if (k && t[k].row == t[k - 1].row && t[k].column == t[k - 1].column) {
            diag_at(m->cx, D_E0510, m->f->asked, "%s:%u: row %u, column %u was already given in line %u", m->f->path,
                    t[k].line, t[k].row + 1, t[k].column + 1, t[k - 1].line);
            return false;
        }
        out->row[k] = t[k].row;
        out->column[k] = t[k].column;
        values_put(m->cx, &out->values, n, k, t[k].d, t[k].q);
    }
    return true;
}

static bool read_coordinates(Mtx *m, MatrixFile *out)
{
    size_t cap = (size_t)m->n_entries * (m->symmetry == GENERAL ? 1 : 2), n = 0;
    Triple *t = ARENA_ARRAY(&m->cx->arena, cap, Triple);
    for (uint64_t k = 0; k < m->n_entries; k++) {
        if (!read_triple(m, k, &t[n]))
            return false;
        n++;
        if (m->symmetry != GENERAL && t[n - 1].row != t[n - 1].column) {
            t[n] = mirror(m, &t[n - 1]);
            n++;
        }
    }
    return nothing_behind(m) && store_sorted(m, t, n, out);
}

bool matrix_mtx(Ctx *cx, NumPool *pool, const DataFile *f, MatrixFile *out)
{
    Mtx m = { .cx = cx, .pool = pool, .f = f, .line = 1 };
    if (!read_banner(&m) || !read_sizes(&m))
        return false;
    out->n_rows = (size_t)m.rows;
    out->n_columns = (size_t)m.columns;
    return m.is_array ? read_array(&m, out) : read_coordinates(&m, out);
}
