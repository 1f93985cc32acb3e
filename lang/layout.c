#include "lang/layout.h"

#include <string.h>

#include "lang/parser.h"
#include "lang/lexer.h"
#include "lang/lexical_error.h"

typedef struct Word {
    const char *text;
    int kind;
} Word;

static const Word declaration_word[] = {
    { "model", T_MODEL },           { "import", T_IMPORT },     { "param", T_PARAM },
    { "let", T_LET },               { "function", T_FUNCTION }, { "population", T_POPULATION },
    { "connect", T_CONNECT },       { "circuit", T_CIRCUIT },   { "instance", T_INSTANCE },
    { "require", T_REQUIRE },       { "simulate", T_SIMULATE }, { NULL, 0 },
};
static const Word simulate_word[] = { { "record", T_RECORD }, { "at", T_AT }, { NULL, 0 } };
static const Word sign_word[] = {
    { "excitatory", T_EXCITATORY }, { "inhibitory", T_INHIBITORY }, { "mixed", T_MIXED }, { NULL, 0 },
};
/* Words that can only stand behind an operand, where no name can but that of a param in `at 100 NAME = ...`. */
static const Word infix_word[] = {
    { "in", T_IN },       { "on", T_ON },   { "for", T_FOR }, { "every", T_EVERY },
    { "from", T_FROM },   { "per", T_PER }, { NULL, 0 },
};

static int find_word(const Word *table, const char *text)
{
    for (; table->text; table++)
        if (strcmp(table->text, text) == 0)
            return table->kind;
    return 0;
}

bool layout_opens_declaration(const char *word)
{
    return find_word(declaration_word, word) != 0;
}

static const Source *source_of(const Parse *p)
{
    return p->cx->sources[p->source];
}

/* What stands behind `ahead` on its line; the NUL behind the bytes ends it at the latest. */
static const char *bytes_ahead(const Parse *p)
{
    const char *s = source_of(p)->bytes + p->offset;
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static Token raw_token(Parse *p)
{
    YYSTYPE value = { 0 };
    Token t = { .kind = T_END };
    t.kind = raw_lex(&value, &t.span, p->scanner);
    if (t.kind == T_NAME || t.kind == T_NUMBER || t.kind == T_STRING)
        t.text = value.text;
    return t;
}

static bool is_semicolon(const Parse *p, const Token *t)
{
    return t->kind == T_NEWLINE && source_of(p)->bytes[t->span.from] == ';';
}

static Token misplaced_semicolon(Parse *p, Token t)
{
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0101, t.span, "`;` ends a statement, but a bracket is still open");
        diag_note_at(p->cx, d, p->bracket[p->n_brackets - 1].open, "opened here");
        diag_help(p->cx, d, "a matrix is a list of its rows: [[1, 2], [3, 4]]");
    }
    t.kind = T_JUNK;
    return t;
}

/* Fills `ahead` with the next token that is no newline. */
static void look_ahead(Parse *p)
{
    if (p->has_ahead)
        return;
    p->has_ahead = true;
    p->line_ended = p->cut = false;
    do {
        p->ahead = raw_token(p);
        bool semicolon = is_semicolon(p, &p->ahead);
        if (semicolon && p->n_brackets > 0 && p->n_brackets <= LAYOUT_MAX_NESTING)
            p->ahead = misplaced_semicolon(p, p->ahead);
        p->line_ended |= p->ahead.kind == T_NEWLINE;
        p->cut |= semicolon;
    } while (p->ahead.kind == T_NEWLINE);
}

static bool ends_operand(int kind)
{
    switch (kind) {
    case T_NAME: case T_NUMBER: case T_STRING: case T_UNIT: case T_CLOSE: case T_CLOSE_LIST:
        return true;
    default:
        return false;
    }
}

/* A line that ends in one of these goes on in the next. */
static bool wants_more(int kind)
{
    switch (kind) {
    case T_DEFINE: case T_ARROW: case T_COMMA: case T_PLUS: case T_MINUS: case T_TIMES: case T_OVER:
    case T_POWER: case T_LT: case T_LE: case T_GT: case T_GE: case T_EQ: case T_DOTS:
        return true;
    default:
        return false;
    }
}

static bool between_statements(const Parse *p)
{
    return p->before.kind == T_NEWLINE || p->before.kind == T_OPEN_BLOCK;
}

bool layout_first_error(Parse *p)
{
    bool first = !p->statement_wrong;
    p->statement_wrong = true;
    return first;
}

static size_t column_ahead(const Parse *p)
{
    size_t line, column;
    source_line_column(source_of(p), p->ahead.span.from, &line, &column);
    return column;
}

static void begin_statement(Parse *p)
{
    p->opening = p->ahead;
    p->column = column_ahead(p);
    p->statement_wrong = false;
    p->next_block = BLOCK_ATTRIBUTES;
    p->n_brackets = p->pending = p->nesting = 0;
}

/* ---- handing out ---- */

static Token hand_out(Parse *p, Token t)
{
    p->before_that = p->before;
    p->before = t;
    return t;
}

/* A token that the writer left out, at the end of what stands before it. */
static Token supply(Parse *p, int kind)
{
    Span at = p->before.span;
    at.source = (uint32_t)p->source;
    at.from = at.to;
    return hand_out(p, (Token){ .kind = kind, .span = at });
}

static Token close_block(Parse *p)
{
    p->n_blocks--;
    return supply(p, T_CLOSE_BLOCK);
}

static Token too_deep(Parse *p, Token t, const char *what)
{
    if (layout_first_error(p)) {
        Diag *d = diag_at(p->cx, D_E0105, t.span, "%s", what);
        diag_help(p->cx, d, "give the inner parts names with `let`");
    }
    t.kind = T_JUNK;
    return t;
}

/* Counts what waits on the parser's stack, so that no text can exhaust it. */
static void count_nesting(Parse *p, const Token *t)
{
    bool prefix = (t->kind == T_MINUS || t->kind == T_PLUS) && !ends_operand(p->before.kind);
    if (prefix || t->kind == T_POWER) {
        p->pending++;
        p->nesting++;
    } else if (t->kind == T_OPEN || t->kind == T_OPEN_LIST) {
        if (p->n_brackets < LAYOUT_MAX_NESTING)
            p->bracket[p->n_brackets] = (Bracket){ t->span, t->kind, p->pending };
        p->n_brackets++;
        p->nesting++;
        p->pending = 0;
    } else if ((t->kind == T_CLOSE || t->kind == T_CLOSE_LIST) && p->n_brackets > 0) {
        p->n_brackets--;
        p->nesting -= p->pending + 1;
        p->pending = p->n_brackets < LAYOUT_MAX_NESTING ? p->bracket[p->n_brackets].pending : 0;
    } else if (wants_more(t->kind)) {
        p->nesting -= p->pending;
        p->pending = 0;
    }
}

static Token open_block(Parse *p, Token t)
{
    if (p->n_blocks == LAYOUT_MAX_BLOCKS) {
        /* The rest has no structure that could be relied on: the file ends here. */
        p->ended = true;
        return hand_out(p, too_deep(p, t, "blocks are nested too deeply here"));
    }
    p->block[p->n_blocks++] = (Block){ p->next_block, t.span, p->column };
    return hand_out(p, t);
}

static Token take(Parse *p)
{
    Token t = p->ahead;
    p->has_ahead = false;
    count_nesting(p, &t);
    if (p->nesting > LAYOUT_MAX_NESTING)
        t = too_deep(p, t, "this expression is nested too deeply here");
    if (t.kind == T_JUNK)
        p->statement_wrong = true;
    if (t.kind == T_OPEN_BLOCK)
        return open_block(p, t);
    if (t.kind == T_CLOSE_BLOCK)
        p->n_blocks--;
    return hand_out(p, t);
}

/* ---- what was never closed ---- */

/* A declaration's first word with what must follow it: no attribute looks so. */
static bool is_declaration(const char *word, char next)
{
    if (!find_word(declaration_word, word))
        return false;
    return is_letter(next) || next == '"' || (next == '{' && strcmp(word, "simulate") == 0);
}

static bool is_definition(const char *after)
{
    return *after == '\'' || (after[0] == '=' && after[1] != '=');
}

bool layout_begins_statement(const char *word, const char *after)
{
    return is_declaration(word, *after) || is_definition(after);
}

static bool starts_declaration(const Parse *p)
{
    return p->ahead.kind == T_NAME && p->line_ended && is_declaration(p->ahead.text, *bytes_ahead(p));
}

/* A line that begins so goes on nothing, whatever the line before ended in. */
static bool starts_statement(const Parse *p)
{
    return p->ahead.kind == T_NAME && p->line_ended && layout_begins_statement(p->ahead.text, bytes_ahead(p));
}

static bool bracket_forgotten(const Parse *p)
{
    switch (p->ahead.kind) {
    case T_END: case T_OPEN_BLOCK: case T_CLOSE_BLOCK:
        return true;
    case T_NAME:
        /* Further in, it is rather a comma that is missing. */
        return starts_declaration(p)
            || (p->line_ended && ends_operand(p->before.kind) && column_ahead(p) <= p->column);
    default:
        return false;
    }
}

static Token close_brackets(Parse *p)
{
    int top = p->n_brackets - 1;
    if (layout_first_error(p) && top < LAYOUT_MAX_NESTING) {
        const Bracket *b = &p->bracket[top];
        Diag *d = diag_at(p->cx, D_E0107, b->open, "`%s` is never closed", b->kind == T_OPEN ? "(" : "[");
        diag_help(p->cx, d, "a `%s` is missing at the end of the statement", b->kind == T_OPEN ? ")" : "]");
    }
    bool list = top < LAYOUT_MAX_NESTING && p->bracket[top].kind == T_OPEN_LIST;
    Token t = { .kind = list ? T_CLOSE_LIST : T_CLOSE };
    count_nesting(p, &t);
    return supply(p, t.kind);
}

static bool block_forgotten(const Parse *p)
{
    if (p->n_blocks == 0 || p->block[p->n_blocks - 1].kind == BLOCK_DECLARATIONS || !starts_declaration(p))
        return false;
    return column_ahead(p) <= p->block[p->n_blocks - 1].column;
}

static bool is_torn(const Parse *p, Span open)
{
    return open.from >= p->torn.from && open.to <= p->torn.to;
}

static Token close_forgotten_block(Parse *p)
{
    const Block *b = &p->block[p->n_blocks - 1];
    if (is_torn(p, b->open))
        return close_block(p);
    Diag *d = diag_at(p->cx, D_E0106, b->open, "this block is never closed");
    diag_note_at(p->cx, d, p->ahead.span, "a declaration begins here, where `}` was expected");
    diag_help(p->cx, d, "write `}` behind the last line of the block");
    p->forgiven++;
    return close_block(p);
}

static Token close_at_end(Parse *p)
{
    if (!p->ended && !is_torn(p, p->block[p->n_blocks - 1].open)) {
        const Block *b = &p->block[p->n_blocks - 1];
        Diag *d = diag_at(p->cx, D_E0106, b->open, "this block is never closed");
        diag_help(p->cx, d, "write `}` behind the last line of the block");
        p->ended = true;
    }
    return close_block(p);
}

static void drop_stray_close(Parse *p)
{
    if (p->astray) {
        p->astray = false;
    } else if (p->forgiven > 0) {
        p->forgiven--;
    } else {
        Diag *d = diag_at(p->cx, D_E0113, p->ahead.span, "`}` closes nothing: no block is open here");
        diag_help(p->cx, d, "remove it, or open the block with `{`");
    }
    p->has_ahead = false;
}

/* ---- which word is what ---- */

static int first_word(Parse *p, const char *text)
{
    BlockKind block = p->n_blocks ? p->block[p->n_blocks - 1].kind : BLOCK_DECLARATIONS;
    int kind = find_word(declaration_word, text);
    char next = *bytes_ahead(p);
    if (block != BLOCK_DECLARATIONS)
        kind = is_letter(next) || next == '"' || next == '{' ? kind : 0;
    if (block == BLOCK_SIMULATE && !kind && next != '=' && next != '\'')
        kind = find_word(simulate_word, text);
    if (kind)
        p->astray = false;
    if (kind == T_SIMULATE)
        p->next_block = BLOCK_SIMULATE;
    else if (kind == T_CIRCUIT)
        p->next_block = BLOCK_DECLARATIONS;
    return kind ? kind : T_NAME;
}

static int word_behind_operand(const Parse *p, const char *text)
{
    int kind = p->before_that.kind == T_POPULATION ? find_word(sign_word, text) : 0;
    const char *next = bytes_ahead(p);
    bool is_set = (next[0] == '=' && next[1] != '=') || (next[0] == '.' && is_letter(next[1]));
    if (!kind && !is_set)
        kind = find_word(infix_word, text);
    if (kind || p->before.kind != T_NUMBER)
        return kind ? kind : T_NAME;
    /* `at 100 w = 2`, `at 100 L[1].w = 2`: a word with a definition or a path behind it is no unit. */
    bool is_name = next[0] == '[' || ((next[0] == '=' || next[0] == '.') && next[1] != next[0]);
    return is_name ? T_NAME : T_UNIT;
}

static int word_kind(Parse *p, const char *text)
{
    if (between_statements(p))
        return first_word(p, text);
    const char *next = bytes_ahead(p);
    bool is_loop = next[0] == 'i' && next[1] == 'n' && !is_letter(next[2]);    /* `for all in 0..3`: a variable of that name */
    switch (p->before.kind) {
    case T_PER:
        return T_UNIT;
    case T_OPEN:
        return p->before_that.kind == T_UNIT ? T_UNIT : T_NAME;
    case T_FOR:
        return strcmp(text, "all") == 0 && !is_loop ? T_ALL : T_NAME;
    case T_ALL:
        return strcmp(text, "params") == 0 ? T_PARAMS : T_NAME;
    case T_CLOSE_BLOCK:
        return strcmp(text, "for") == 0 ? T_FOR : T_NAME;
    default:
        return ends_operand(p->before.kind) ? word_behind_operand(p, text) : T_NAME;
    }
}

/* ---- one token ---- */

static bool statement_ends(const Parse *p)
{
    if (between_statements(p))
        return false;
    if (p->cut || p->ahead.kind == T_CLOSE_BLOCK || p->ahead.kind == T_END)
        return true;
    if (!p->line_ended || p->ahead.kind == T_OPEN_BLOCK)
        return false;
    return !wants_more(p->before.kind) || starts_statement(p);
}

static void find_next(Parse *p)
{
    look_ahead(p);
    while (p->ahead.kind == T_CLOSE_BLOCK && p->n_blocks == 0 && between_statements(p)) {
        drop_stray_close(p);
        look_ahead(p);
    }
    if (p->ended)
        p->ahead.kind = T_END;
}

static Token step(Parse *p)
{
    find_next(p);
    if (p->n_brackets > 0 && bracket_forgotten(p))
        return close_brackets(p);
    if (p->n_brackets == 0 && statement_ends(p))
        return supply(p, T_NEWLINE);
    if (p->ahead.kind == T_END && p->n_blocks > 0)
        return close_at_end(p);
    if (between_statements(p)) {
        if (block_forgotten(p))
            return close_forgotten_block(p);
        begin_statement(p);
    }
    if (p->ahead.kind == T_NAME)
        p->ahead.kind = word_kind(p, p->ahead.text);
    return take(p);
}

void layout_begin(Parse *p)
{
    p->before.kind = p->before_that.kind = T_NEWLINE;
    p->before.span = (Span){ (uint32_t)p->source, p->offset, p->offset };
    p->skip_to = -1;
}

static bool skipped_enough(const Parse *p, int kind)
{
    return kind == T_END || p->n_blocks < p->skip_to || (kind == T_NEWLINE && p->n_blocks == p->skip_to);
}

Token layout_next(Parse *p)
{
    Token t = step(p);
    while (p->skip_to >= 0 && !skipped_enough(p, t.kind))
        t = step(p);
    p->skip_to = -1;
    return t;
}

void layout_skip_statement(Parse *p, int token)
{
    if (token == T_NEWLINE || token == T_END)
        return;
    p->skip_to = token == T_OPEN_BLOCK ? p->n_blocks - 1 : p->n_blocks;
}
