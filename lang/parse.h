/* Text -> tree. The only entry to this folder that the compiler uses. */
#ifndef LANG_PARSE_H
#define LANG_PARSE_H
#include "lang/ast.h"

/* Parses source number `source` of cx. Never NULL. Syntax errors are
 * diagnostics E01xx; the tree then holds what could be understood, with
 * AST_ERROR where something could not. */
Ast *parse_source(Ctx *cx, int source);
/* The same of a text that need not be a model: it may declare nothing. */
Ast *parse_text(Ctx *cx, int source);

/* The tokens, one a line: `line:column kind text` (dump of the first phase). */
void parse_dump_tokens(Ctx *cx, int source, Sbuf *out);
#endif
