#include "lang/base/diag.h"

#include <string.h>

#include "lang/base/ctx.h"

typedef struct CodeRow {
    const char *name, *title;
    Severity severity;
} CodeRow;

static const CodeRow code_row[] = {
#define DIAG(code, severity, title) { #code, title, SEV_##severity },
#include "lang/base/diag.def"
#undef DIAG
};

const char *diag_code_name(DiagCode code)
{
    return code_row[code].name;
}

const char *diag_code_title(DiagCode code)
{
    return code_row[code].title;
}

Severity diag_code_severity(DiagCode code)
{
    return code_row[code].severity;
}

bool diag_code_from_name(const char *name, DiagCode *out)
{
    for (size_t k = 0; k < DIAG_N_CODES; k++) {
        if (strcmp(code_row[k].name, name) == 0) {
            *out = (DiagCode)k;
            return true;
        }
    }
    return false;
}

static bool same_place(const Diag *a, const Diag *b)
{
    if (a->has_span != b->has_span)
        return false;
    if (!a->has_span)
        return strcmp(a->text, b->text) == 0;
    return a->span.source == b->span.source && a->span.from == b->span.from && a->span.to == b->span.to;
}

static Diag *kept_already(DiagList *list, const Diag *d)
{
    for (size_t k = 0; k < list->n; k++)
        if (list->at[k].code == d->code && same_place(&list->at[k], d))
            return &list->at[k];
    return NULL;
}

static size_t count_kept(const DiagList *list, Severity severity)
{
    size_t n = 0;
    for (size_t k = 0; k < list->n; k++)
        n += diag_code_severity(list->at[k].code) == severity;
    return n;
}

static void grow(Ctx *cx, DiagList *list)
{
    size_t cap = list->cap ? 2 * list->cap : 8;
    Diag *at = ARENA_ARRAY(&cx->arena, cap, Diag);
    if (list->n)
        memcpy(at, list->at, list->n * sizeof *at);
    list->at = at;
    list->cap = cap;
}

static void add_note(Diag *d, DiagNote note)
{
    if (d->n_notes < DIAG_MAX_NOTES)
        d->note[d->n_notes++] = note;
}

static bool has_note(const Diag *d, Span at)
{
    for (int k = 0; k < d->n_notes; k++)
        if (d->note[k].has_span && d->note[k].span.source == at.source && d->note[k].span.from == at.from && d->note[k].span.to == at.to)
            return true;
    return false;
}

/* Of a long chain of calls its two ends: where it is wrong, and what the modeller asked for. */
static void add_within(Diag *d, const DiagWithin *within)
{
    enum { MOST = 4 };
    size_t n = 0, k = 0;
    for (const DiagWithin *w = within; w; w = w->around)
        n++;
    for (const DiagWithin *w = within; w; w = w->around, k++) {
        if ((k < MOST / 2 || k + MOST / 2 >= n) && !has_note(d, w->note.span))
            add_note(d, w->note);
        d->is_in_call |= w->is_call;
    }
}

static Diag *add(Ctx *cx, const Diag *d)
{
    DiagList *list = &cx->diags;
    Diag *scratch = ARENA_NEW(&cx->arena, Diag);
    *scratch = *d;
    Diag *kept = kept_already(list, d);
    if (kept) {
        if (kept->is_in_call && d->is_in_call)
            add_within(kept, list->within);
        return scratch;
    }
    Severity severity = diag_code_severity(d->code);
    list->n_errors += severity == SEV_error;
    if (count_kept(list, severity) >= DIAG_LIMIT) {
        list->n_dropped++;
        return scratch;
    }
    if (list->n == list->cap)
        grow(cx, list);
    list->at[list->n] = *d;
    return &list->at[list->n++];
}

/* The text, with words that are longer than any line, and than most paths, in short. */
static const char *text_of(Ctx *cx, const char *fmt, va_list ap)
{
    enum { LONGEST = 400, KEPT = 60 };
    char *text = arena_strdup(&cx->arena, arena_vprintf(&cx->arena, fmt, ap)), *to = text;
    for (const char *from = text; *from;) {
        size_t n = strcspn(from, " "), kept = n > LONGEST ? KEPT : n;
        while (kept < n && ((unsigned char)from[kept] & 0xc0) == 0x80)
            kept++;                             /* no character is cut apart */
        memmove(to, from, kept);
        to += kept;
        if (kept < n) {
            bool quoted = from[n - 1] == '`';
            memcpy(to, "...`", 4);
            to += quoted ? 4 : 3;
        }
        from += n;
        if (*from)
            *to++ = *from++;
    }
    *to = 0;
    return text;
}

Diag *diag_at(Ctx *cx, DiagCode code, Span span, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    Diag d = { .code = code, .has_span = true, .span = span, .text = text_of(cx, fmt, ap) };
    va_end(ap);
    add_within(&d, cx->diags.within);
    return add(cx, &d);
}

Diag *diag_nowhere(Ctx *cx, DiagCode code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    Diag d = { .code = code, .text = text_of(cx, fmt, ap) };
    va_end(ap);
    return add(cx, &d);
}

void diag_note_at(Ctx *cx, Diag *d, Span span, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_note(d, (DiagNote){ true, span, text_of(cx, fmt, ap) });
    va_end(ap);
}

void diag_note(Ctx *cx, Diag *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_note(d, (DiagNote){ .text = text_of(cx, fmt, ap) });
    va_end(ap);
}

void diag_help(Ctx *cx, Diag *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    d->help = text_of(cx, fmt, ap);
    va_end(ap);
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

enum { NEAREST_MAX = 64 };

/* Damerau's distance in its restricted form: insert, delete, replace, swap neighbours. */
static size_t edit_distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[3][NEAREST_MAX + 1];
    size_t *before = row[0], *above = row[1], *here = row[2];
    for (size_t j = 0; j <= nb; j++)
        above[j] = j;
    for (size_t i = 1; i <= na; i++) {
        here[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            here[j] = smallest(above[j] + 1, here[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < here[j])
                here[j] = before[j - 2] + 1;
        }
        size_t *oldest = before;
        before = above;
        above = here;
        here = oldest;
    }
    return above[nb];
}

const char *diag_nearest(const char *name, const char *const *names, size_t n_names)
{
    size_t n = strlen(name);
    if (n < 2 || n > NEAREST_MAX)       /* any letter is one step from any other */
        return NULL;
    size_t limit = n / 3 > 1 ? n / 3 : 1, best = limit + 1;
    const char *nearest = NULL;
    for (size_t k = 0; k < n_names; k++) {
        size_t m = names[k] ? strlen(names[k]) : 0;
        if (m == 0 || m > NEAREST_MAX || (m > n ? m - n : n - m) > limit)
            continue;
        size_t d = edit_distance(name, n, names[k], m);
        if (d > 0 && d < best) {
            best = d;
            nearest = names[k];
        }
    }
    return nearest;
}
