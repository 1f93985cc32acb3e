#include "compiler/check/report_text.h"

#include <mpfr.h>
#include <string.h>

enum {
    WIDTH = 100,                /* to which sentences are filled */
    DIGITS = 9,                 /* of numbers that are long */
    SHORT = 12                  /* characters of those that are not */
};

void report_label(Sbuf *out, const char *label)
{
    sbuf_printf(out, "%-*s", REPORT_LABEL, label);
}

void report_filled(Sbuf *out, const char *text)
{
    size_t column = REPORT_LABEL;
    for (const char *word = text; *word;) {
        size_t n = strcspn(word, " ");
        if (column > REPORT_LABEL && column + n > WIDTH) {
            sbuf_printf(out, "\n%*s", REPORT_LABEL, "");
            column = REPORT_LABEL;
        }
        sbuf_mem(out, word, n);
        column += n + 1;
        word += n + strspn(word + n, " ");
        if (*word && column + strcspn(word, " ") <= WIDTH)
            sbuf_char(out, ' ');
    }
    sbuf_char(out, '\n');
}

void report_line(Sbuf *out, const char *label, const char *text)
{
    report_label(out, label);
    report_filled(out, text);
}

const char *report_plural(size_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

/* Exactly where that is short: false, and nothing printed, where it is not. */
static bool print_short(Num x, size_t most, Sbuf *out)
{
    size_t from = out->n;
    num_print(x, out);
    if (out->n - from <= most)
        return true;
    out->n = from;
    return false;
}

static void print_rounded(mpq_srcptr x, int digits, bool up, Sbuf *out)
{
    char text[64];
    mpfr_t y;
    mpfr_init2(y, 256);
    mpfr_set_q(y, x, up ? MPFR_RNDU : MPFR_RNDD);
    mpfr_snprintf(text, sizeof text, up ? "%.*RUg" : "%.*RDg", digits, y);
    mpfr_clear(y);
    sbuf_str(out, text);
}

void report_number(Num x, Sbuf *out)
{
    if (!print_short(x, SHORT, out))
        sbuf_printf(out, "%.*g", DIGITS, num_to_double(x));
}

/* Of a rate nobody reads more. */
void report_rate(Num x, Sbuf *out)
{
    enum { SHORT_RATE = 6, RATE_DIGITS = 3 };
    if (!print_short(x, SHORT_RATE, out))
        print_rounded(x, RATE_DIGITS, false, out);
}

const char *report_rate_text(Ctx *cx, Num x)
{
    Sbuf text = { 0 };
    report_rate(x, &text);
    const char *copy = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return copy;
}

void report_bound(Num x, bool up, Sbuf *out)
{
    if (!print_short(x, SHORT, out))
        print_rounded(x, DIGITS, up, out);
}

const char *report_rounded(Ctx *cx, mpq_srcptr x, int digits, bool up)
{
    Sbuf text = { 0 };
    print_rounded(x, digits, up, &text);
    const char *copy = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return copy;
}
