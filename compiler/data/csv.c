#include "compiler/data/csv.h"

#include <string.h>

#include "compiler/data/values.h"

Csv csv_from(Arena *arena, const char *bytes, size_t n)
{
    Csv csv = { .arena = arena, .bytes = bytes, .n = n, .line = 1 };
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        csv.at = csv.line_from = 3;
    return csv;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Steps over LF, CRLF or CR. */
static void take_line_end(Csv *csv)
{
    if (csv->bytes[csv->at] == '\r' && csv->at + 1 < csv->n && csv->bytes[csv->at + 1] == '\n')
        csv->at++;
    csv->at++;
    csv->line++;
    csv->line_from = csv->at;
}

static uint32_t column_of(const Csv *csv, size_t at)
{
    return (uint32_t)(at - csv->line_from + 1);
}

static CsvStatus malformed(Csv *csv, uint32_t line, uint32_t column, const char *why)
{
    csv->error = why;
    csv->error_line = line;
    csv->error_column = column;
    return CSV_MALFORMED;
}

/* Comments and empty lines; a line of blanks is empty. */
static void skip_idle_lines(Csv *csv)
{
    while (csv->at < csv->n) {
        size_t k = csv->at;
        while (k < csv->n && is_blank(csv->bytes[k]))
            k++;
        if (k < csv->n && csv->bytes[k] == '#')
            while (k < csv->n && !is_line_end(csv->bytes[k]))
                k++;
        if (k < csv->n && !is_line_end(csv->bytes[k]))
            return;
        csv->at = k;
        if (k < csv->n)
            take_line_end(csv);
    }
}

static CsvStatus plain_cell(Csv *csv, CsvCell *cell)
{
    size_t from = csv->at, to;
    while (csv->at < csv->n && csv->bytes[csv->at] != ',' && !is_line_end(csv->bytes[csv->at])) {
        char c = csv->bytes[csv->at];
        if (c == 0 || c == '"')
            return malformed(csv, csv->line, column_of(csv, csv->at),
                             c ? "a quote inside a cell that does not start with one" : "a zero byte: this is not a text file");
        csv->at++;
    }
    for (to = csv->at; to > from && is_blank(csv->bytes[to - 1]);)
        to--;
    cell->text = csv->bytes + from;
    cell->n = to - from;
    return CSV_ROW;
}

/* Finds the closing quote; *n_doubled counts the "" on the way. */
static bool find_quote(Csv *csv, size_t *n_doubled)
{
    for (; csv->at < csv->n; csv->at++) {
        char c = csv->bytes[csv->at];
        if (c == '"') {
            if (csv->at + 1 >= csv->n || csv->bytes[csv->at + 1] != '"')
                return true;
            csv->at++;
            ++*n_doubled;
        } else if (is_line_end(c)) {
            take_line_end(csv);
            csv->at--;
        }
    }
    return false;
}

static const char *without_doubles(Csv *csv, const char *text, size_t n, size_t n_doubled)
{
    char *out = arena_alloc(csv->arena, n - n_doubled + 1);
    size_t k = 0;
    for (size_t at = 0; at < n; at++) {
        out[k++] = text[at];
        if (text[at] == '"')
            at++;
    }
    return out;
}

static CsvStatus quoted_cell(Csv *csv, CsvCell *cell)
{
    size_t from = ++csv->at, n_doubled = 0;
    if (!find_quote(csv, &n_doubled))
        return malformed(csv, cell->line, cell->column, "a quote that is never closed");
    size_t n = csv->at - from;
    cell->text = csv->bytes + from;
    cell->n = n;
    if (n_doubled) {
        cell->text = without_doubles(csv, cell->text, n, n_doubled);
        cell->n = n - n_doubled;
    }
    if (memchr(cell->text, 0, cell->n))
        return malformed(csv, cell->line, cell->column, "a zero byte: this is not a text file");
    csv->at++;
    while (csv->at < csv->n && is_blank(csv->bytes[csv->at]))
        csv->at++;
    if (csv->at < csv->n && csv->bytes[csv->at] != ',' && !is_line_end(csv->bytes[csv->at]))
        return malformed(csv, csv->line, column_of(csv, csv->at), "text behind a closing quote");
    return CSV_ROW;
}

static CsvStatus take_cell(Csv *csv)
{
    while (csv->at < csv->n && is_blank(csv->bytes[csv->at]))
        csv->at++;
    CsvCell cell = { .line = csv->line, .column = column_of(csv, csv->at) };
    CsvStatus s = csv->at < csv->n && csv->bytes[csv->at] == '"' ? quoted_cell(csv, &cell) : plain_cell(csv, &cell);
    if (s == CSV_ROW && csv->row.n >= CSV_MAX_CELLS)
        return malformed(csv, cell.line, cell.column, "a line of more than 4194304 cells");
    if (s == CSV_ROW)
        vec_push(csv->arena, &csv->row, cell);
    return s;
}

const char *csv_separator_help(const char *text, size_t n)
{
    if (memchr(text, ';', n))
        return "cells are separated by commas, and a decimal point is `.`; this file seems to use `;`";
    if (memchr(text, '\t', n))
        return "cells are separated by commas; this file seems to use tabs";
    return memchr(text, ' ', n) ? "cells are separated by commas; this file seems to use blanks" : NULL;
}

void csv_help(Ctx *cx, Diag *d, const char *text, size_t n)
{
    const char *help = number_help(text, n);
    if (!help)
        help = csv_separator_help(text, n);
    if (help)
        diag_help(cx, d, "%s", help);
}

CsvStatus csv_next(Csv *csv)
{
    skip_idle_lines(csv);
    csv->row.n = 0;
    if (csv->at >= csv->n)
        return CSV_END;
    for (;;) {
        CsvStatus s = take_cell(csv);
        if (s != CSV_ROW)
            return s;
        if (csv->at >= csv->n)
            return CSV_ROW;
        if (is_line_end(csv->bytes[csv->at])) {
            take_line_end(csv);
            return CSV_ROW;
        }
        csv->at++;              /* the comma */
    }
}
