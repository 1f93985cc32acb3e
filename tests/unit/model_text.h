/* A model from its text, for tests of compiler/model. */
#ifndef TESTS_UNIT_MODEL_TEXT_H
#define TESTS_UNIT_MODEL_TEXT_H
#include <stdlib.h>

#include "compiler/model/model.h"
#include "lang/parse.h"
#include "tests/test.h"

typedef struct Built {
    Ctx cx;
    NumPool nums;
    Model m;
    bool ok;
} Built;

static inline void build_with(Built *b, const char *text, size_t n_set, const Setting *set)
{
    memset(b, 0, sizeof *b);
    ctx_init(&b->cx);
    int source = source_from_text(&b->cx, "test.eig", text, strlen(text));
    const Ast *ast = parse_source(&b->cx, source);
    b->ok = model_build(&b->cx, &b->nums, source, ast, n_set, set, &b->m) && b->cx.diags.n_errors == 0;
    if (b->ok)
        model_verify(&b->m);
}

static inline void build(Built *b, const char *text)
{
    build_with(b, text, 0, NULL);
}

/* Builds, and prints what was wrong when that was not expected. */
static inline void build_good(Built *b, const char *text)
{
    build(b, text);
    CHECK(b->ok);
    if (b->ok)
        return;
    Sbuf out = { 0 };
    diag_render(&b->cx, &out, false);
    fprintf(stderr, "%s\n%s\n", text, sbuf_text(&out));
    sbuf_free(&out);
}

static inline void built_free(Built *b)
{
    num_pool_free(&b->nums);
    ctx_free(&b->cx);
}

/* "E0301 E0201": the codes in the order of reporting. */
static inline const char *codes(Built *b)
{
    Sbuf out = { 0 };
    for (size_t k = 0; k < b->cx.diags.n; k++)
        sbuf_printf(&out, "%s%s", k ? " " : "", diag_code_name(b->cx.diags.at[k].code));
    const char *text = arena_strdup(&b->cx.arena, sbuf_text(&out));
    sbuf_free(&out);
    return text;
}

static inline const char *number_text(Built *b, Num x)
{
    Sbuf out = { 0 };
    if (x)
        num_print(x, &out);
    const char *text = arena_strdup(&b->cx.arena, x ? sbuf_text(&out) : "none");
    sbuf_free(&out);
    return text;
}

static inline const char *unit_name(Built *b, Unit u)
{
    Sbuf out = { 0 };
    unit_print(u, &out);
    const char *text = arena_strdup(&b->cx.arena, sbuf_text(&out));
    sbuf_free(&out);
    return text;
}
#endif
