#include "runtime/csv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"

static bool write_text(OutFile *out, const char *text)
{
    return outfile_write(out, text, strlen(text));
}

bool csv_meta(OutFile *out, const char *meta)
{
    while (*meta) {
        size_t n = strcspn(meta, "\n");
        if (!outfile_write(out, "# ", 2) || !outfile_write(out, meta, n) || !outfile_write(out, "\n", 1))
            return false;
        meta += n + (meta[n] == '\n');
    }
    return true;
}

static bool needs_quotes(const char *text)
{
    return strpbrk(text, ",\"\r\n") || *text == '#' || *text == ' ';
}

/* name, or name[label]. */
static bool write_field(OutFile *out, const char *name, const char *label)
{
    bool quoted = needs_quotes(name) || (label && strpbrk(label, ",\"\r\n"));
    const char *part[4] = {name, label ? "[" : "", label ? label : "", label ? "]" : ""};
    if (quoted && !write_text(out, "\""))
        return false;
    for (int i = 0; i < 4; i++)
        for (const char *c = part[i]; *c; c++)
            if (!outfile_write(out, c, 1) || (*c == '"' && !outfile_write(out, c, 1)))
                return false;
    return !quoted || write_text(out, "\"");
}

static bool write_column(OutFile *out, const char *name, const char *label)
{
    return write_text(out, ",") && write_field(out, name, label);
}

static bool write_record_columns(OutFile *out, const EigProblem *p, const EigRecord *r)
{
    if (r->width == 1)
        return write_column(out, r->name, NULL);
    const EigObs *row = eig_obs_row(r->obs);
    const char *const *names = row ? p->pop[row->pop].neuron_name : NULL;
    for (size_t i = 0; i < r->width; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i);
        if (!write_column(out, r->name, names && names[row->first + i] ? names[row->first + i] : number))
            return false;
    }
    return true;
}

static bool write_clock_columns(Csv *c, const EigProblem *p, size_t clock)
{
    for (size_t r = 0; r < p->n_records; r++) {
        if (p->record[r].clock != clock)
            continue;
        c->row_width += p->record[r].width;
        if (!write_record_columns(c->out, p, &p->record[r]))
            return false;
    }
    return true;
}

bool csv_open(Csv *c, OutFile *out, const EigProblem *p, const char *meta)
{
    *c = (Csv){.out = out, .row_width = 1};
    if (!csv_meta(out, meta) || !write_text(out, "t"))
        return false;
    for (size_t k = 0; k < eig_n_clocks(p); k++)
        if (!write_clock_columns(c, p, k))
            return false;
    return write_text(out, "\n");
}

static int shortest(char *text, size_t size, double value)
{
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(text, size, "%.*g", digits, value);
        if (digits == 17 || strtod(text, NULL) == value)
            break;
    }
    return n;
}

/* NaN has a sign that printf shows and no reader wants. */
static int number_text(char *text, size_t size, double value)
{
    if (isnan(value))
        return snprintf(text, size, "nan");
    return shortest(text, size, value);
}

/* A cell: `length` characters of text, behind which there is room for the separator. */
static bool write_cell(Csv *c, char *text, int length)
{
    c->column = c->column + 1 == c->row_width ? 0 : c->column + 1;
    text[length] = c->column == 0 ? '\n' : ',';
    return outfile_write(c->out, text, (size_t)length + 1);
}

bool csv_doubles(Csv *c, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[40];
        if (!write_cell(c, text, number_text(text, sizeof text - 1, values[i])))
            return false;
    }
    return true;
}

bool csv_blanks(Csv *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[1];
        if (!write_cell(c, text, 0))
            return false;
    }
    return true;
}

bool csv_name(Csv *c, const char *text)
{
    c->column = c->column + 1 == c->row_width ? 0 : c->column + 1;
    return write_field(c->out, text, NULL) && write_text(c->out, c->column == 0 ? "\n" : ",");
}
