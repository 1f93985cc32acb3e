/* What the lexer reports. Each returns the kind of the token that stands for
 * the text: T_JUNK, which the grammar rejects without a second report. One
 * report a line: what follows on it is most likely a consequence. */
#ifndef LANG_LEXICAL_ERROR_H
#define LANG_LEXICAL_ERROR_H
#include "lang/layout.h"

/* Nothing more is reported on the line of `at`. */
void lexical_silence(Parse *p, Span at);
int lexical_number(Parse *p, Span at, const char *text, const char *why);
/* It is a name all the same. */
enum { LEXICAL_LONGEST_NAME = 200 };
void lexical_long_name(Parse *p, Span at, const char *text);
int lexical_character(Parse *p, Span at, const char *text, size_t n);
int lexical_open_string(Parse *p, Span at);
/* Unescapes the n bytes of a quoted string into *out: T_STRING, or T_JUNK. */
int lexical_string(Parse *p, Span at, const char *text, size_t n, const char **out);
#endif
