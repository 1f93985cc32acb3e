#include "compiler/check/report_text.h"

#include <mpfr.h>
#include <string.h>

/* To which sentences are filled. */
enum { WIDTH = 100 };

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

void report_number(Num x, Sbuf *out)
{
    enum { SHORT = 12 };
    size_t from = out->n;
    num_print(x, out);
    if (out->n - from > SHORT) {
        out->n = from;
        sbuf_printf(out, "%.9g", num_to_double(x));
    }
}

const char *report_rounded(Ctx *cx, mpq_srcptr x, int digits, bool up)
{
    char text[64];
    mpfr_t y;
    mpfr_init2(y, 256);
    mpfr_set_q(y, x, up ? MPFR_RNDU : MPFR_RNDD);
    mpfr_snprintf(text, sizeof text, up ? "%.*RUg" : "%.*RDg", digits, y);
    mpfr_clear(y);
    return arena_strdup(&cx->arena, text);
}
