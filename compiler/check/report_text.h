/* How reports for people are laid out: a column of labels, sentences beside it. */
#ifndef COMPILER_CHECK_REPORT_TEXT_H
#define COMPILER_CHECK_REPORT_TEXT_H
#include "compiler/expr/num.h"

enum { REPORT_LABEL = 20 };     /* width of the column */

void report_label(Sbuf *out, const char *label);
/* A sentence over several lines, each behind the label column. The first line has been begun. */
void report_filled(Sbuf *out, const char *text);
void report_line(Sbuf *out, const char *label, const char *text);
const char *report_plural(size_t n, const char *one, const char *many);
/* Exactly where that is short, else the leading digits; --json has it whole. */
void report_number(Num x, Sbuf *out);
/* The same for a bound, the digits rounded down or up. */
void report_bound(Num x, bool up, Sbuf *out);
/* The same for a proved rate, down, with fewer digits. */
void report_rate(Num x, Sbuf *out);
const char *report_rate_text(Ctx *cx, Num x);
/* The bound x in so many digits, rounded down or up, so that what is said of x holds of what is printed. */
const char *report_rounded(Ctx *cx, mpq_srcptr x, int digits, bool up);
#endif
