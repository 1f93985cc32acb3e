/* Between the lexer and the grammar: which newlines end a statement, which
 * words are keywords where they stand, which brackets were never closed. With
 * that settled the grammar has one token T_NEWLINE behind each statement and
 * no reserved words. Private to lang/. */
#ifndef LANG_LAYOUT_H
#define LANG_LAYOUT_H
#include "lang/ast.h"

/* Open brackets, prefix signs and powers at one place; beyond it E0105. */
enum { LAYOUT_MAX_NESTING = 400, LAYOUT_MAX_BLOCKS = 40 };

typedef struct Token {
    int kind;                   /* T_... of parser.h */
    Span span;
    const char *text;           /* of names, numbers and strings */
} Token;

typedef enum BlockKind { BLOCK_ATTRIBUTES, BLOCK_DECLARATIONS, BLOCK_SIMULATE } BlockKind;

typedef struct Block {          /* an open `{` */
    BlockKind kind;
    Span open;
    size_t column;              /* of the statement that it belongs to */
} Block;

typedef struct Bracket {        /* an open `(` or `[` */
    Span open;
    int kind;
    int pending;                /* signs and powers outside it that wait for it */
} Bracket;

/* One parse. Everything the lexer, layout and grammar share. */
typedef struct Parse {
    Ctx *cx;
    int source;
    uint32_t offset;            /* of the next byte the lexer reads */
    uint32_t silent_to;         /* lexical errors before this byte are consequences of one reported */
    void *scanner;
    Ast *ast;

    Token ahead;                /* raw token read but not used */
    bool has_ahead;
    bool line_ended, cut;       /* a newline stood before `ahead`; and it was `;` */
    Token before, before_that;  /* the last tokens handed out */

    Block block[LAYOUT_MAX_BLOCKS];
    int n_blocks;
    BlockKind next_block;       /* what a `{` of this statement opens */
    Bracket bracket[LAYOUT_MAX_NESTING];
    int n_brackets, pending, nesting;

    Token opening;              /* the first word of this statement, or what stands in its place */
    size_t column;              /* where this statement begins */
    bool statement_wrong;       /* an error in it was reported: be silent until it ends */
    int skip_to;                /* >= 0: tokens are dropped until a statement of this block ends */
    int forgiven;               /* `}` that may come too many, after one was reported missing */
    bool astray;                /* among attributes whose `{` is missing: one report is enough */
    Span torn;                  /* a line whose text in quotes has no end: what it opens, it could not close */
    bool ended;                 /* the rest of the file is not looked at */
} Parse;

typedef VEC(Token) Tokens;
/* All tokens of a source, T_END last (parse.c). */
Tokens parse_tokens(Ctx *cx, int source);

void layout_begin(Parse *p);
Token layout_next(Parse *p);
/* A line that begins with this word, followed by these bytes on the same line, is a new statement, whatever the line before ended in. */
bool layout_begins_statement(const char *word, const char *after);
/* The word of a declaration: "population". */
bool layout_opens_declaration(const char *word);
/* The grammar rejected `token`: drop what is left of the statement. */
void layout_skip_statement(Parse *p, int token);
/* Whether this statement is already known to be wrong; marks it so. */
bool layout_first_error(Parse *p);
#endif
