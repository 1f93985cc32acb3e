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

/* ---- numbers ---- */

enum { LEAST_DIGITS = 15, MOST_DIGITS = 17 };

static int by_trying(char *text, size_t size, double value)
{
    int n = 0;
    for (int digits = LEAST_DIGITS; digits <= MOST_DIGITS; digits++) {
        n = snprintf(text, size, "%.*g", digits, value);
        if (digits == MOST_DIGITS || strtod(text, NULL) == value)
            break;
    }
    return n;
}

static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};        /* all exact */
enum { MOST_TEN = 22 };

/* d 10^k as strtod has it: one rounding of two doubles. d < 2^53, |k| <= 22. */
static double product(uint64_t d, int k)
{
    return k < 0 ? (double)d / ten[-k] : (double)d * ten[k];
}

/* The 17 digits that are nearest to value > 0, the first worth 10^*exponent. 0 where two are as near, or it is not seen quickly. */
static uint64_t nearest_digits(double value, int *exponent)
{
    *exponent = (int)floor(log10(value));
    for (int attempt = 0; attempt < 2; attempt++) {
        int k = MOST_DIGITS - 1 - *exponent;
        if (k < 0 || k > MOST_TEN)
            return 0;
        double high = value * ten[k], low = fma(value, ten[k], -high);          /* their sum is value 10^k */
        if (high >= 1e16 + 16 && high <= 1e17 - 32) {
            double whole = floor(low), rest = low - whole;
            return rest == 0.5 ? 0 : (uint64_t)((int64_t)high + (int64_t)whole + (rest > 0.5));
        }
        *exponent += high > 5e16 ? 1 : -1;
    }
    return 0;
}

/* %.{digits}g of d, which has so many digits, the first of them worth 10^exponent. */
static int placed(char *text, uint64_t d, int digits, int exponent)
{
    char all[MOST_DIGITS + 1], *to = text;
    int n = digits;
    for (; n > 1 && d % 10 == 0; n--)
        d /= 10;
    for (int k = n; k-- > 0; d /= 10)
        all[k] = (char)('0' + d % 10);
    if (exponent < -4 || exponent >= digits)
        return n == 1 ? sprintf(text, "%ce%+03d", *all, exponent) : sprintf(text, "%c.%.*se%+03d", *all, n - 1, all + 1, exponent);
    int first = exponent < 0 ? exponent : 0, point = first + (exponent < 0 ? 1 : exponent + 1);
    for (int k = first; k < n || k < point; k++) {
        if (k == point)
            *to++ = '.';
        *to++ = k >= 0 && k < n ? all[k] : '0';
    }
    return (int)(to - text);
}

/* The shortest of 15 to 17 digits by those 17 that are nearest, where they decide which 15 and which 16 are; 0: they do not, or what these
 * read back as is not one rounding. */
static int by_digits(char *text, double value)
{
    static const uint64_t by[] = {100, 10};
    int exponent;
    uint64_t d = nearest_digits(value, &exponent);
    if (d == 0)
        return 0;
    for (int less = 0; less < 2; less++) {
        uint64_t rest = d % by[less], up = rest > by[less] / 2, short_d = d / by[less] + up;
        int digits = LEAST_DIGITS + less;
        if (rest == by[less] / 2 || short_d >= UINT64_C(1) << 53)
            return 0;
        if (product(short_d, exponent + 1 - digits) != value)
            continue;
        bool carries = short_d == (less ? UINT64_C(10000000000000000) : UINT64_C(1000000000000000));
        return carries ? 0 : placed(text, short_d, digits, exponent);
    }
    return placed(text, d, MOST_DIGITS, exponent);
}

static int shortest(char *text, size_t size, double value)
{
    bool minus = value < 0;
    int n = value != 0 && isfinite(value) ? by_digits(text + minus, fabs(value)) : 0;
    if (n == 0)
        return by_trying(text, size, value);
    if (minus)
        *text = '-';
    return n + minus;
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
