#include "lang/base/sbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/arena.h"

static void reserve(Sbuf *b, size_t more)
{
    if (b->cap - b->n > more)
        return;
    size_t cap = b->cap ? b->cap : 256;
    while (cap - b->n <= more)
        cap *= 2;
    char *p = realloc(b->text, cap);
    if (!p) {
        arena_on_exhausted(cap);
        abort();
    }
    b->text = p;
    b->cap = cap;
}

void sbuf_mem(Sbuf *b, const char *s, size_t n)
{
    reserve(b, n);
    if (n)
        memcpy(b->text + b->n, s, n);
    b->n += n;
    b->text[b->n] = 0;
}

void sbuf_char(Sbuf *b, char c)
{
    sbuf_mem(b, &c, 1);
}

void sbuf_str(Sbuf *b, const char *s)
{
    sbuf_mem(b, s, strlen(s));
}

void sbuf_vprintf(Sbuf *b, const char *fmt, va_list ap)
{
    char quick[256];            /* most are short: one pass */
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(quick, sizeof quick, fmt, ap);
    if (n > 0 && (size_t)n < sizeof quick) {
        sbuf_mem(b, quick, (size_t)n);
    } else if (n > 0) {
        reserve(b, (size_t)n);
        vsnprintf(b->text + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void sbuf_printf(Sbuf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sbuf_vprintf(b, fmt, ap);
    va_end(ap);
}

const char *sbuf_text(const Sbuf *b)
{
    return b->text ? b->text : "";
}

void sbuf_free(Sbuf *b)
{
    free(b->text);
    *b = (Sbuf){ 0 };
}
