/* Repairs of what fits nowhere: by what it would mean in another language, and by what was most likely meant. */
#ifndef LANG_SYNTAX_HABIT_H
#define LANG_SYNTAX_HABIT_H
#include "lang/layout.h"

typedef struct Found {
    const Parse *p;
    Token t, left;              /* what was found, and what stands before it */
    const char *const *expected;    /* what would fit (aliases of parser.y) */
    int n;
} Found;

bool syntax_wants(const Found *f, const char *what);
/* The statement begins with this word. */
bool syntax_opens(const Parse *p, const char *word);
/* The repair of a statement that begins with a word of another language, or NULL. */
const char *syntax_opening_repair(const char *word);
/* The repair, or NULL. */
const char *syntax_repair(const Found *f);
#endif
