/* String builder used by every printer, so that a dump can go to a file, a
 * terminal or a test's memory alike. The text is always NUL-terminated. */
#ifndef LANG_BASE_SBUF_H
#define LANG_BASE_SBUF_H
#include <stdarg.h>
#include <stddef.h>

typedef struct Sbuf {
    char *text;                 /* malloc'd; NULL while empty: use sbuf_text() */
    size_t n, cap;
} Sbuf;

void sbuf_char(Sbuf *b, char c);
void sbuf_str(Sbuf *b, const char *s);
void sbuf_mem(Sbuf *b, const char *s, size_t n);
void sbuf_printf(Sbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sbuf_vprintf(Sbuf *b, const char *fmt, va_list ap);
const char *sbuf_text(const Sbuf *b);       /* never NULL */
void sbuf_free(Sbuf *b);
#endif
