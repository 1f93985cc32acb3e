/* What the renderers of diagnostics share: the order of places, and columns. */
#ifndef LANG_BASE_DIAG_ORDER_H
#define LANG_BASE_DIAG_ORDER_H
#include "lang/base/ctx.h"

/* The diagnostics by source and place, those without a place first; ties keep
 * the order in which they were added. n pointers, malloc'd, the caller frees. */
const Diag **diag_sorted(const Ctx *cx);
/* The source of a span, NULL when there is none. */
const Source *diag_source(const Ctx *cx, Span span);
/* The span cut to the bytes that the source has. */
Span diag_clamp(const Source *s, Span span);
/* Code points in n bytes of UTF-8. */
size_t diag_count_points(const char *s, size_t n);
#endif
