/* Syntax errors in the modeller's words. */
#ifndef LANG_SYNTAX_ERROR_H
#define LANG_SYNTAX_ERROR_H
#include "lang/layout.h"

/* `found` fits nowhere; `expected` names what would (aliases of parser.y). */
void syntax_unexpected(Parse *p, Token found, const char *const *expected, int n);
/* A population's sign is missing, or the word that stands there is none. */
AstSign syntax_no_sign(Parse *p, Span name);
AstSign syntax_wrong_sign(Parse *p, Span at, const char *word);
/* The block of a connection stands behind its `for`. */
void syntax_late_block(Parse *p, Span at);
/* The parser's own stack is at its limit. */
void syntax_overflow(Parse *p, Span at, const char *text);
#endif
