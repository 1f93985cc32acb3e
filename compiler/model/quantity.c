/* Values in messages: in the unit in which they were written. */
#include "compiler/model/build.h"

const char *quantity_text(Builder *b, Num x, Typed like)
{
    Unit unit;
    Num scale;
    if (unit_is_none(like.unit))
        return num_brief(b->cx, x);
    if (!like.written || !unit_from_ast(b->cx, b->nums, like.written, &unit, &scale) || !unit_equal(unit, like.unit))
        return arena_printf(&b->cx->arena, "%s %s", num_brief(b->cx, x), unit_text(b->cx, like.unit));
    Sbuf text = { 0 };
    mpq_ptr in_unit = num_new(b->nums);
    mpq_div(in_unit, x, scale);
    sbuf_str(&text, num_brief(b->cx, in_unit));
    ast_print_unit(like.written, &text);
    const char *s = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return s;
}

const char *constant_text(Builder *b, Typed v)
{
    Num x;
    if (!expr_is_const(v.e, &x))
        BUG("a constant that is none");
    return quantity_text(b, x, v);
}
