/* Currents that are no sum of products of what the source and what the target
 * contributes: one number of each pair. What is of one side alone is taken out of
 * the expression, as far as it goes, so that it is computed once a neuron; what is
 * left is computed for every pair, of these parts. */
#include "compiler/model/build.h"

typedef struct Split {
    Builder *b;
    bool is_delayed;
    VEC(ModelPart) parts;
} Split;

/* Time and numbers that are of neither side go to the target, which has the present at hand. */
static const Expr *part_of(Split *s, const Expr *e)
{
    bool of_source = current_sides(e, s->is_delayed) == SIDE_PRE;
    const Expr *own = of_source ? current_of_neuron(s->b, e) : e;
    size_t k = 0;
    while (k < s->parts.n && !(s->parts.at[k].of_source == of_source && expr_equal(s->parts.at[k].e, own)))
        k++;
    if (k == s->parts.n) {
        ModelPart part = { of_source, own };
        vec_push(&s->b->cx->arena, &s->parts, part);
    }
    return expr_column(s->b->cx, e->span, k);
}

/* Nothing is moved: every operation of the text is still there, of the same numbers. */
static const Expr *split(Split *s, const Expr *e)
{
    if (e->kind == EXPR_CONST)
        return e;
    if (current_sides(e, s->is_delayed) != (SIDE_PRE | SIDE_POST))
        return part_of(s, e);
    const Expr *arg[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = split(s, e->as.call.arg[k]);
    return expr_apply(s->b->cx, e->span, e->as.call.fn, e->as.call.n_args, arg);
}

bool current_by_pairs(Builder *b, Typed v, ModelConn *c)
{
    Split s = { .b = b, .is_delayed = c->delay != NULL };
    ModelTerm *term = ARENA_NEW(&b->cx->arena, ModelTerm);
    *term = (ModelTerm){ .factor = num_int(b->nums, 1), .pair = split(&s, v.e) };
    if (s.parts.n > MODEL_MAX_PARTS) {
        Diag *d = diag_at(b->cx, D_E0403, v.span, "this current has %zu different numbers of its source and its target in it, and %d is the "
                          "most", s.parts.n, MODEL_MAX_PARTS);
        diag_help(b->cx, d, "let what is of one side alone be a state or the rate of the population");
        return false;
    }
    term->n_parts = s.parts.n;
    term->part = s.parts.at;
    c->term = term;
    c->n_terms = 1;
    return true;
}
