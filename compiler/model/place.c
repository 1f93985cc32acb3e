/* Places: where the neurons of a population stand. A position, a distance and
 * a kernel are expressions of the neurons' numbers, so nothing after this
 * phase knows of places but for the extents of what depends on the
 * displacement alone. */
#include "compiler/model/build.h"

#include <string.h>

static const size_t MAX_EXTENT = (size_t)1 << 32;

const char *place_name(PlaceKind kind)
{
    static const char *const name[] = { "nowhere", "line", "ring", "grid", "torus" };
    return name[kind];
}

size_t place_axes(PlaceKind kind)
{
    return kind == PLACE_NONE ? 0 : kind == PLACE_LINE || kind == PLACE_RING ? 1 : 2;
}

bool place_is_periodic(PlaceKind kind)
{
    return kind == PLACE_RING || kind == PLACE_TORUS;
}

/* extent * spacing along an axis */
static Num place_length(Builder *b, const Place *p, size_t axis)
{
    mpq_ptr length = num_new(b->nums);
    mpq_set_ui(length, p->extent[axis], 1);
    mpq_mul(length, length, p->spacing);
    return length;
}

/* ---- the attribute ---- */

/* A length above 0: in a unit of length, an angle, or a pure number. */
static bool read_length(Builder *b, const AstExpr *e, const char *what, Num *length, Unit *unit)
{
    Typed v;
    if (!constant_number(b, e, what, &v))
        return false;
    Unit metre = { .twice[DIM_LENGTH] = 2 }, rad = { .twice[DIM_ANGLE] = 2 };
    if (!unit_is_none(v.unit) && !unit_equal(v.unit, metre) && !unit_equal(v.unit, rad)) {
        Diag *d = diag_at(b->cx, D_E0301, v.span, "%s is a length, an angle or a pure number, and this is in `%s`", what,
                          unit_text(b->cx, v.unit));
        diag_help(b->cx, d, "lengths are in um, mm, m, ..., angles in deg or rad");
        return false;
    }
    expr_is_const(v.e, length);
    *unit = v.unit;
    if (mpq_sgn(*length) > 0)
        return true;
    Diag *d = diag_at(b->cx, D_E0401, v.span, "%s is above 0, and this is %s", what, constant_text(b, v));
    diag_help(b->cx, d, "give it a number above 0, such as `1 mm`, or `1` without a unit");
    return false;
}

static bool report_arguments(Builder *b, const AstExpr *e, PlaceKind kind)
{
    Diag *d = place_axes(kind) == 1
        ? diag_at(b->cx, D_E0209, e->span, "a %s is given by its length", place_name(kind))
        : diag_at(b->cx, D_E0209, e->span, "a %s is given by its numbers of columns and rows and, if need be, the spacing",
                  place_name(kind));
    diag_help(b->cx, d, place_axes(kind) == 1 ? "write `%s(1 mm)`, or `%s(1)` without a unit"
                                              : "write `%s(20, 10)`, or `%s(20, 10, spacing = 50 um)`",
              place_name(kind), place_name(kind));
    return false;
}

/* line(L), ring(L): n neurons at a spacing of L/n */
static bool read_one_axis(Builder *b, const AstExpr *e, const ModelPop *pop, Place *out)
{
    const AstArgs *args = &e->as.call.args;
    Num length;
    if (args->n != 1 || args->at[0].name)
        return report_arguments(b, e, out->kind);
    const char *what = arena_printf(&b->cx->arena, "the length of the %s", place_name(out->kind));
    if (!read_length(b, args->at[0].value, what, &length, &out->unit))
        return false;
    mpq_ptr spacing = num_new(b->nums);
    mpq_set_ui(spacing, pop->size, 1);
    mpq_div(spacing, length, spacing);
    out->spacing = spacing;
    out->extent[0] = pop->size;
    out->extent[1] = 1;
    return true;
}

static bool check_size(Builder *b, const AstExpr *e, const AstExpr *size, const ModelPop *pop, const Place *p)
{
    size_t n = p->extent[0] * p->extent[1];
    if (n == pop->size)
        return true;
    Diag *d = diag_at(b->cx, D_E0402, e->span, "this %s has %zu x %zu = %zu places, and `%s` has %zu neurons",
                      place_name(p->kind), p->extent[0], p->extent[1], n, pop->name, pop->size);
    if (size) {
        diag_note_at(b->cx, d, size->span, "its size is given here");
        diag_help(b->cx, d, "leave out the size: it follows from the %s", place_name(p->kind));
    }
    return false;
}

/* grid(a, b), torus(a, b), with spacing = d */
static bool read_two_axes(Builder *b, const AstExpr *e, const AstExpr *size, ModelPop *pop, Place *out)
{
    const AstArgs *args = &e->as.call.args;
    const char *what[] = { "the number of columns", "the number of rows" };
    if (args->n < 2 || args->n > 3 || args->at[0].name || args->at[1].name)
        return report_arguments(b, e, out->kind);
    if (args->n == 3 && (!args->at[2].name || strcmp(args->at[2].name, "spacing") != 0))
        return report_arguments(b, e, out->kind);
    bool ok = true;
    for (int axis = 0; axis < 2; axis++) {
        uint64_t n = 1;
        ok = constant_whole(b, args->at[axis].value, what[axis], 1, MAX_EXTENT, &n) && ok;
        out->extent[axis] = n;
    }
    out->spacing = num_int(b->nums, 1);
    if (args->n == 3)
        ok = read_length(b, args->at[2].value, "the spacing", &out->spacing, &out->unit) && ok;
    if (!ok)
        return false;
    if (out->extent[1] > POP_MAX_SIZE / out->extent[0]) {
        diag_at(b->cx, D_E0401, e->span, "this %s has more than %llu places", place_name(out->kind),
                (unsigned long long)POP_MAX_SIZE);
        return false;
    }
    if (!size && !pop->neuron_name)
        pop->size = out->extent[0] * out->extent[1];
    return check_size(b, e, size, pop, out);
}

bool place_read(Builder *b, const AstExpr *e, const AstExpr *size, ModelPop *pop)
{
    static const char *const names[] = { "line", "ring", "grid", "torus" };
    Place p = { .span = e->span };
    if (e->kind != AST_CALL) {
        int k = attribute_choice(b, e, "a place", 4, names);
        return k >= 0 && report_arguments(b, e, (PlaceKind)(k + 1));
    }
    int k = attribute_choice(b, e->as.call.callee, "a place", 4, names);
    if (k < 0)
        return false;
    p.kind = (PlaceKind)(k + 1);
    if (place_axes(p.kind) == 1 ? !read_one_axis(b, e, pop, &p) : !read_two_axes(b, e, size, pop, &p))
        return false;
    pop->place = p;
    return true;
}

/* ---- coordinates ---- */

static Typed count(Builder *b, Span at, size_t n)
{
    mpq_ptr x = num_new(b->nums);
    mpq_set_ui(x, n, 1);
    return typed_const(b, at, x, UNIT_NONE);
}

/* Column (axis 0) or row (axis 1) of the neuron whose number is `var`. */
static Typed coordinate(Builder *b, Span at, const Place *p, EigVar var, size_t axis)
{
    Typed i = { .e = expr_var(b->cx, at, var), .pop = NO_POP, .span = at };
    if (place_axes(p->kind) == 1)
        return i;
    Typed columns = count(b, at, p->extent[0]);
    Typed row = typed_call1(b, at, EIG_FN_FLOOR, typed_call2(b, at, EIG_FN_DIV, i, columns));
    return axis == 1 ? row : typed_call2(b, at, EIG_FN_SUB, i, typed_call2(b, at, EIG_FN_MUL, columns, row));
}

/* On a line and a grid each neuron stands in the middle of its share. */
static Typed position(Builder *b, Span at, const Place *p, EigVar var, size_t axis)
{
    Typed x = coordinate(b, at, p, var, axis);
    if (!place_is_periodic(p->kind))
        x = typed_call2(b, at, EIG_FN_ADD, x, typed_const(b, at, num_ratio(b->nums, 1, 2), UNIT_NONE));
    return typed_call2(b, at, EIG_FN_MUL, x, typed_const(b, at, p->spacing, p->unit));
}

static bool has_place(Builder *b, Span at, const char *what, size_t pop)
{
    const ModelPop *p = &b->m->pops.at[pop];
    if (p->place.kind != PLACE_NONE)
        return true;
    if (b->pops.at[pop].place_broken)
        return false;
    Diag *d = diag_at(b->cx, D_E0207, at, "`%s` needs a place, and `%s` has none", what, p->name);
    diag_note_at(b->cx, d, p->span, "declared here");
    diag_help(b->cx, d, "add a place to `%s`, such as `place = ring(1 mm)` or `place = grid(20, 10)`", p->name);
    return false;
}

Typed place_position(Builder *b, Span at, size_t pop, EigVar var, const char *axis)
{
    if (!has_place(b, at, "position", pop))
        return typed_error(at);
    const ModelPop *p = &b->m->pops.at[pop];
    bool one = place_axes(p->place.kind) == 1;
    if (one && !axis)
        return position(b, at, &p->place, var, 0);
    bool x = axis && strcmp(axis, "x") == 0, y = axis && strcmp(axis, "y") == 0;
    if (!one && (x || y))
        return position(b, at, &p->place, var, y);
    Diag *d = diag_at(b->cx, D_E0304, at, one ? "a position on a %s is one number" : "a position on a %s is two numbers",
                      place_name(p->place.kind));
    diag_note_at(b->cx, d, p->place.span, "the place of `%s`", p->name);
    diag_help(b->cx, d, one ? "write `position`" : "write `position.x` or `position.y`");
    return typed_error(at);
}

/* ---- pairs ---- */

bool place_equal(Builder *b, const Place *p, const Place *q)
{
    if (p->kind != q->kind || !unit_equal(p->unit, q->unit))
        return false;
    for (size_t axis = 0; axis < place_axes(p->kind); axis++)
        if (!mpq_equal(place_length(b, p, axis), place_length(b, q, axis)))
            return false;
    return true;
}

static bool have_one_place(Builder *b, Span at, const ModelPop *pre, const ModelPop *post)
{
    const Place *p = &pre->place, *q = &post->place;
    if (place_equal(b, p, q))
        return true;
    Diag *d = p->kind != q->kind
        ? diag_at(b->cx, D_E0402, at, "there is no distance between a %s and a %s", place_name(p->kind), place_name(q->kind))
        : diag_at(b->cx, D_E0402, at, "`%s` and `%s` are on two %ss of different length", pre->name, post->name,
                  place_name(p->kind));
    diag_note_at(b->cx, d, p->span, "the place of `%s`", pre->name);
    diag_note_at(b->cx, d, q->span, "the place of `%s`", post->name);
    diag_help(b->cx, d, place_axes(p->kind) == 1 || p->kind != q->kind
              ? "populations of different size may share a place: give both the same one"
              : "columns times spacing and rows times spacing have to agree; the numbers of columns and rows need not");
    return false;
}

/* How far the two are apart along an axis: in places where both have the same
 * places, so that equal displacements give equal numbers, else as a length. */
static Typed apart(Builder *b, Span at, const PairPlaces *pair, size_t axis)
{
    const Place *p = &b->m->pops.at[pair->pre].place, *q = &b->m->pops.at[pair->post].place;
    bool same = pair->is_displacement;
    Typed x = same ? coordinate(b, at, p, EIG_VAR_PRE_I, axis) : position(b, at, p, EIG_VAR_PRE_I, axis);
    Typed y = same ? coordinate(b, at, q, EIG_VAR_POST_I, axis) : position(b, at, q, EIG_VAR_POST_I, axis);
    Typed d = typed_call1(b, at, EIG_FN_ABS, typed_call2(b, at, EIG_FN_SUB, y, x));
    if (!place_is_periodic(p->kind))
        return d;
    Typed all = same ? count(b, at, p->extent[axis]) : typed_const(b, at, place_length(b, p, axis), p->unit);
    return typed_call2(b, at, EIG_FN_MIN, d, typed_call2(b, at, EIG_FN_SUB, all, d));
}

static bool measure(Builder *b, Span at, const char *what, PairPlaces *pair)
{
    const ModelPop *pre = &b->m->pops.at[pair->pre], *post = &b->m->pops.at[pair->post];
    if (pair->is_measured || pair->is_broken)
        return pair->is_measured;
    pair->is_broken = true;
    if (!has_place(b, at, what, pair->pre) || (pair->pre != pair->post && !has_place(b, at, what, pair->post)) ||
        !have_one_place(b, at, pre, post))
        return false;
    pair->is_broken = false;
    pair->is_displacement = pre->place.extent[0] == post->place.extent[0] && pre->place.extent[1] == post->place.extent[1];
    pair->n_axes = place_axes(pre->place.kind);
    for (size_t axis = 0; axis < pair->n_axes; axis++) {
        pair->step[axis] = apart(b, at, pair, axis);
        pair->apart[axis] = pair->step[axis];
        if (pair->is_displacement)
            pair->apart[axis] = typed_call2(b, at, EIG_FN_MUL, pair->step[axis], typed_const(b, at, pre->place.spacing, pre->place.unit));
    }
    return pair->is_measured = true;
}

Typed place_distance_squared(Builder *b, Span at, const char *what, PairPlaces *pair)
{
    if (!measure(b, at, what, pair))
        return typed_error(at);
    Typed sum = typed_error(at);
    for (size_t axis = 0; axis < pair->n_axes; axis++) {
        Typed square = typed_call2(b, at, EIG_FN_MUL, pair->apart[axis], pair->apart[axis]);
        sum = axis == 0 ? square : typed_call2(b, at, EIG_FN_ADD, sum, square);
    }
    return sum;
}

Typed place_distance(Builder *b, Span at, const char *what, PairPlaces *pair)
{
    if (!measure(b, at, what, pair))
        return typed_error(at);
    if (pair->n_axes == 1) {
        Typed d = pair->apart[0];
        d.span = at;
        return d;
    }
    return typed_call1(b, at, EIG_FN_SQRT, place_distance_squared(b, at, what, pair));
}

/* Every number of a neuron in `e` stands within a step. */
static bool reads_steps_only(const Expr *e, const PairPlaces *pair)
{
    for (size_t axis = 0; axis < pair->n_axes; axis++)
        if (e == pair->step[axis].e)
            return true;
    if (e->kind == EXPR_VAR)
        return false;
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        if (!reads_steps_only(e->as.call.arg[k], pair))
            return false;
    return true;
}

bool place_is_translation_invariant(const PairPlaces *pair, const Expr *e)
{
    return pair->is_measured && pair->is_displacement && reads_steps_only(e, pair);
}
