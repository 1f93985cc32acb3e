#include "lang/parse.h"

#include <string.h>

#include "lang/parser.h"
#include "lang/lexer.h"

static Parse *begin(Ctx *cx, int source)
{
    const Source *s = cx->sources[source];
    Parse *p = ARENA_NEW(&cx->arena, Parse);
    p->cx = cx;
    p->source = source;
    p->ast = ARENA_NEW(&cx->arena, Ast);
    if (s->n >= 3 && memcmp(s->bytes, "\xef\xbb\xbf", 3) == 0)
        p->offset = 3;
    if (raw_lex_init_extra(p, &p->scanner) != 0
        || !raw__scan_bytes(s->bytes + p->offset, (int)(s->n - p->offset), p->scanner))
        arena_on_exhausted(s->n);
    layout_begin(p);
    return p;
}

static void end(Parse *p)
{
    raw_lex_destroy(p->scanner);
}

/* Not for a file with errors: what it would declare is then not known. */
static void check_empty(Parse *p, size_t errors_before)
{
    Ctx *cx = p->cx;
    if (p->ast->decls.n > 0 || cx->diags.n_errors > errors_before)
        return;
    Span first = { (uint32_t)p->source, 0, 0 };
    Diag *d = diag_at(cx, D_E0112, first, "the file declares nothing");
    diag_help(cx, d, "a model has at least one `population NAME excitatory { ... }`");
}

static Ast *parse(Ctx *cx, int source, bool may_be_empty)
{
    size_t errors_before = cx->diags.n_errors;
    Parse *p = begin(cx, source);
    yyparse(p);
    if (!may_be_empty)
        check_empty(p, errors_before);
    end(p);
    return p->ast;
}

Ast *parse_source(Ctx *cx, int source)
{
    return parse(cx, source, false);
}

Ast *parse_text(Ctx *cx, int source)
{
    return parse(cx, source, true);
}

static const char *kind_name(int kind)
{
    switch (kind) {
    case T_END: return "end";
    case T_NEWLINE: return "newline";
    case T_JUNK: return "junk";
    case T_NAME: return "name";
    case T_NUMBER: return "number";
    case T_STRING: return "string";
    case T_UNIT: return "unit";
    default: return kind >= T_MODEL && kind <= T_MIXED ? "keyword" : "symbol";
    }
}

static void dump(const Parse *p, const Token *t, Sbuf *out)
{
    const Source *s = p->cx->sources[p->source];
    size_t line, column;
    source_line_column(s, t->span.from, &line, &column);
    sbuf_printf(out, "%zu:%zu %s", line, column, kind_name(t->kind));
    if (t->span.to > t->span.from) {
        sbuf_char(out, ' ');
        sbuf_mem(out, s->bytes + t->span.from, t->span.to - t->span.from);
    }
    sbuf_char(out, '\n');
}

Tokens parse_tokens(Ctx *cx, int source)
{
    Parse *p = begin(cx, source);
    Tokens tokens = { 0 };
    Token t;
    do {
        t = layout_next(p);
        vec_push(&cx->arena, &tokens, t);
    } while (t.kind != T_END);
    end(p);
    return tokens;
}

void parse_dump_tokens(Ctx *cx, int source, Sbuf *out)
{
    Parse *p = begin(cx, source);
    Token t;
    do {
        t = layout_next(p);
        dump(p, &t, out);
    } while (t.kind != T_END);
    end(p);
}
