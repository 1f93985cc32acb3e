/* Diagnostics as data: phases add them, the driver renders them. A phase
 * never prints. The codes are the rows of diag.def. */
#ifndef LANG_BASE_DIAG_H
#define LANG_BASE_DIAG_H
#include <stdbool.h>
#include <stdio.h>

#include "lang/base/sbuf.h"
#include "lang/base/source.h"

struct Ctx;

typedef enum DiagCode {
#define DIAG(code, severity, title) D_##code,
#include "lang/base/diag.def"
#undef DIAG
    DIAG_N_CODES
} DiagCode;

typedef enum Severity { SEV_error, SEV_warning } Severity;

typedef struct DiagNote {
    bool has_span;
    Span span;
    const char *text;
} DiagNote;

enum { DIAG_MAX_NOTES = 8, DIAG_LIMIT = 20 };

/* What a text is read for: an instance of a circuit, a round of a loop, a call
 * of a function; and what that stands in. */
typedef struct DiagWithin {
    DiagNote note;
    bool is_call;               /* the same fault in another call is worth a word of its own */
    const struct DiagWithin *around;    /* NULL: the text itself */
} DiagWithin;

typedef struct Diag {
    DiagCode code;
    bool has_span;              /* false for the command line and the machine */
    Span span;
    const char *text;           /* one sentence in the modeller's terms, no final stop */
    DiagNote note[DIAG_MAX_NOTES];  /* related places */
    int n_notes;
    bool is_in_call;            /* notes name a call in which it is so */
    const char *help;           /* the repair, or NULL */
} Diag;

typedef struct DiagList {
    Diag *at;
    size_t n, cap;
    size_t n_errors;            /* every error counts, also those over DIAG_LIMIT, which are not kept */
    size_t n_dropped;
    const DiagWithin *within;   /* notes for everything with a place that is reported meanwhile, innermost first, or NULL */
} DiagList;

/* Adds one. The same code at the same span is kept once; calls of a function in
 * which the same is wrong are added to its notes. Never NULL: what is not kept
 * goes to a scratch record. */
Diag *diag_at(struct Ctx *cx, DiagCode code, Span span, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
Diag *diag_nowhere(struct Ctx *cx, DiagCode code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void diag_note_at(struct Ctx *cx, Diag *d, Span span, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void diag_note(struct Ctx *cx, Diag *d, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void diag_help(struct Ctx *cx, Diag *d, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

const char *diag_code_name(DiagCode code);      /* "E0101" */
const char *diag_code_title(DiagCode code);
Severity diag_code_severity(DiagCode code);
bool diag_code_from_name(const char *name, DiagCode *out);

/* The name among `names` that a reader most likely meant, or NULL when none is
 * near (edit distance at most a third of the length, at least 1). */
const char *diag_nearest(const char *name, const char *const *names, size_t n_names);

/* Text for people, sorted by place; colour as asked. Tabs are expanded and
 * UTF-8 counts by display column. */
void diag_render(const struct Ctx *cx, Sbuf *out, bool colour);
/* One line a diagnostic, for tools, in the GNU form: `path:L1.C1-L2.C2: error: text [E0101]`
 * with 1-based byte columns, the end inclusive (C2 = C1 for an empty range);
 * `eigc: error: text [E0001]` when there is no place. Sorted by place. */
void diag_render_gnu(const struct Ctx *cx, Sbuf *out);
/* One SARIF 2.1.0 log object (compact JSON). */
void diag_render_sarif(const struct Ctx *cx, Sbuf *out);
#endif
