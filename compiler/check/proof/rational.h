/* Exact rationals as text, for certificate files: an integer, a decimal with
 * an optional exponent, or a/b. Kept apart from the language's own numbers, so
 * that reading a certificate rests on nothing but GMP. */
#ifndef COMPILER_CHECK_RATIONAL_H
#define COMPILER_CHECK_RATIONAL_H
#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "lang/base/sbuf.h"

enum {
    RATIONAL_MAX_EXPONENT = 5000,   /* in size: "1e999999999" would be a number of 400 MB */
    RATIONAL_MAX_DIGITS = 20000     /* characters of one number */
};

/*   -? digits ( . digits )? ( [eE] [+-]? digits )?   or   -? digits / digits
 * False, with *x unspecified, for anything else: a sign "+", a bare point,
 * blanks, "nan", a zero denominator, an exponent beyond the limit. */
bool rational_parse(mpq_ptr x, const char *text, size_t n);

/* Exact text: a decimal where x has one of at most 40 places that is short or
 * hardly longer than a/b, else a/b in lowest terms. rational_parse gives x back. */
void rational_print(mpq_srcptr x, Sbuf *out);
/* The same text of a finite double, mostly without exact arithmetic; `room` is overwritten. */
void rational_print_double(double x, mpq_ptr room, Sbuf *out);
#endif
