/* Text -> text in canonical layout: `eigc fmt`. Works on the tokens and the
 * comments between them, so nothing but blanks, line ends and `;` can change. */
#ifndef LANG_FORMAT_H
#define LANG_FORMAT_H
#include <stdbool.h>

#include "lang/base/ctx.h"
#include "lang/base/sbuf.h"

/* Appends source number `source` of cx, laid out, to `out`. False after
 * diagnostics E01xx: a text with syntax errors has no layout. */
bool format_source(Ctx *cx, int source, Sbuf *out);
#endif
