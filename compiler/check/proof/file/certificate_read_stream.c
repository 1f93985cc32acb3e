/* Certificate files in pieces: the numbers of the matrix are taken from the text as it comes, what is left of the text, with null in
 * their place, is a small JSON text like any other.
 *
 * Nothing is refused here. Numbers, commas and brackets in the plainest form, which is the form that is written, are all that is
 * known; at anything else the attempt is given up, and the whole text is read as one. Where the list is taken out, a value of the
 * JSON text has been replaced by another, so that the rest is JSON exactly when the whole is. */
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/file/certificate_parts.h"

enum {
    WINDOW = 1 << 20,
    LEAST_AHEAD = 1 << 16,          /* more than any number, with the brackets around it */
    MOST_REST = 1 << 28             /* bytes beside the matrix */
};

typedef struct Scan {
    FILE *file;                     /* where the text comes from: a file, */
    const char *text;               /* or these `left` bytes */
    size_t left;
    char *window, *at, *end;        /* what is ahead; *end is 0, and so no byte that is known */
    bool is_over;                   /* there is nothing behind the window */
    Sbuf rest;                      /* the text without the matrix */
    CertificateRows rows;
    bool has_rows;
} Scan;

/* ---- bytes ---- */

static size_t take_bytes(Scan *s, char *to, size_t n)
{
    if (s->file)
        return fread(to, 1, n, s->file);
    n = n < s->left ? n : s->left;
    if (n)
        memcpy(to, s->text, n);
    s->text += n;
    s->left -= n;
    return n;
}

static void move_window(Scan *s)
{
    size_t kept = (size_t)(s->end - s->at);
    memmove(s->window, s->at, kept);
    s->at = s->window;
    s->end = s->at + kept;
    while (!s->is_over && s->end < s->window + WINDOW) {
        size_t got = take_bytes(s, s->end, (size_t)(s->window + WINDOW - s->end));
        s->end += got;
        s->is_over = got == 0;
    }
    *s->end = 0;
}

/* The next LEAST_AHEAD bytes are in the window, if there are so many. */
static inline void look_ahead(Scan *s)
{
    if (!s->is_over && s->end - s->at < LEAST_AHEAD)
        move_window(s);
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline void skip_blanks(Scan *s)
{
    for (;;) {
        while (is_blank(*s->at))
            s->at++;
        if (s->at < s->end || s->is_over)
            return;
        move_window(s);
    }
}

/* The byte, blanks before it and behind it. */
static inline bool take(Scan *s, char c)
{
    skip_blanks(s);
    if (*s->at != c)
        return false;
    s->at++;
    skip_blanks(s);
    return true;
}

/* ---- the matrix ---- */

/* A string as far as its quote; what is in it, an escape too, is for a number to be or not. */
static inline bool take_text(Scan *s, const char **text, size_t *n)
{
    look_ahead(s);
    if (*s->at != '"')
        return false;
    const char *from = ++s->at, *end = memchr(from, '"', (size_t)(s->end - from));
    if (!end)
        return false;
    *text = from;
    *n = (size_t)(end - from);
    s->at += *n + 1;
    return true;
}

static inline bool take_index(Scan *s, size_t *out)
{
    size_t n = 0;
    char *from = s->at;
    for (*out = 0; *s->at >= '0' && *s->at <= '9' && n < 9; n++)
        *out = 10 * *out + (size_t)(*s->at++ - '0');
    return n && (n == 1 || *from != '0') && *out < READER_MAX_ROWS;
}

/* Behind the "[" of a row. */
static bool take_row(Scan *s)
{
    const char *text;
    size_t n, column = 0;
    do {
        if (!take_text(s, &text, &n) || column >= READER_MAX_ROWS)
            return false;
        if ((n != 1 || *text != '0') && !certificate_rows_add(&s->rows, column, text, n))
            return false;
        column++;
    } while (take(s, ','));
    if (s->rows.n_rows == 0)
        s->rows.q = column;
    return column == s->rows.q && certificate_rows_end_row(&s->rows) && take(s, ']');
}

static bool take_rows(Scan *s)
{
    do
        if (!take(s, '[') || !take_row(s))
            return false;
    while (take(s, ','));
    return s->rows.n_rows == s->rows.q;
}

static bool take_entry(Scan *s)
{
    CertificateRows *r = &s->rows;
    const char *text;
    size_t i, j, n;
    look_ahead(s);
    if (!take(s, '[') || !take_index(s, &i) || !take(s, ',') || !take_index(s, &j) || !take(s, ','))
        return false;
    while (r->n_rows < i)
        if (!certificate_rows_end_row(r))
            return false;
    r->q = j >= r->q ? j + 1 : r->q;
    return i == r->n_rows && take_text(s, &text, &n) && certificate_rows_add(r, j, text, n) && take(s, ']');
}

/* The order holds because rows only end and certificate_rows_add() wants ascending columns. */
static bool take_entries(Scan *s)
{
    do
        if (!take_entry(s))
            return false;
    while (take(s, ','));
    if (!certificate_rows_end_row(&s->rows))
        return false;
    s->rows.q = s->rows.n_rows > s->rows.q ? s->rows.n_rows : s->rows.q;
    return true;
}

/* ---- the rest ---- */

static void copy(Scan *s, size_t n)
{
    sbuf_mem(&s->rest, s->at, n);
    s->at += n;
}

/* A string as it stands, its quotes included; *key points to it when it is one of these words. */
static bool copy_string(Scan *s, const char **key)
{
    static const char *const words[] = {"matrix", "rows", "entries"};
    size_t from = s->rest.n + 1;
    copy(s, 1);
    while (*s->at != '"') {
        look_ahead(s);
        if (s->at == s->end || *s->at == 0 || s->rest.n > MOST_REST)
            return false;
        copy(s, *s->at == '\\' ? 2 : 1);
        if (s->at > s->end)
            return false;
    }
    *key = NULL;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (s->rest.n - from == strlen(words[k]) && memcmp(s->rest.text + from, words[k], s->rest.n - from) == 0)
            *key = words[k];
    copy(s, 1);
    look_ahead(s);
    return true;
}

/* The list that is the value of a key of "matrix". */
static bool take_list(Scan *s, const char *key)
{
    s->at++;
    skip_blanks(s);
    s->rows.is_entries = *key == 'e';
    s->has_rows = true;
    sbuf_str(&s->rest, "null");
    return (s->rows.is_entries ? take_entries(s) : take_rows(s)) && take(s, ']');
}

/* All of the text; false at the first thing that is not as it is written. Brackets need not match: then the rest is no JSON. */
static bool scan(Scan *s)
{
    const char *word = NULL, *key = NULL;       /* the last string, and then the last key, if nothing is between it and here */
    size_t depth = 0;
    bool in_matrix = false;
    for (look_ahead(s); s->at < s->end; look_ahead(s)) {
        char c = *s->at;
        if (c == 0 || s->rest.n > MOST_REST)
            return false;
        if (is_blank(c)) {
            copy(s, 1);
            continue;
        }
        if (c == '[' && depth == 2 && in_matrix && !s->has_rows && key && *key != 'm') {
            if (!take_list(s, key))
                return false;
        } else if (c == '"') {
            if (!copy_string(s, &word))
                return false;
            key = NULL;
            continue;
        } else {
            if (c == '{' || c == '[')
                in_matrix = ++depth == 2 ? c == '{' && key && *key == 'm' : in_matrix;
            else if (c == '}' || c == ']')
                depth -= depth > 0;
            copy(s, 1);
        }
        key = c == ':' ? word : NULL;
        word = NULL;
    }
    return s->has_rows;
}

static size_t bytes_of(FILE *f)
{
    long at = ftell(f), n = -1;
    if (at >= 0 && fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    return n >= at && fseek(f, at, SEEK_SET) == 0 ? (size_t)(n - at) : 0;
}

static bool read_stream(Ctx *cx, Scan *s, size_t n, CertificateFile *out)
{
    bool ok = false;
    *out = (CertificateFile){0};
    s->window = malloc(WINDOW + 1);
    if (!s->window)
        arena_on_exhausted(WINDOW);
    s->at = s->end = s->window;
    *s->end = 0;
    certificate_rows_init(&s->rows, cx, n);
    if (scan(s) && s->at == s->end)
        ok = certificate_read_rest(cx, sbuf_text(&s->rest), s->rest.n, &s->rows, out);
    certificate_rows_clear(&s->rows);
    free(s->window);
    sbuf_free(&s->rest);
    return ok;
}

bool certificate_read_text(Ctx *cx, const char *text, size_t n, CertificateFile *out)
{
    Scan s = {.text = text, .left = n};
    return read_stream(cx, &s, n, out);
}

bool certificate_read_file(Ctx *cx, FILE *f, CertificateFile *out)
{
    size_t n = bytes_of(f);
    Scan s = {.file = f};
    return n && read_stream(cx, &s, n, out) && !ferror(f);
}
