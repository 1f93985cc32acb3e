/* kernel(...): who is connected by distance. A kernel is an expression of
 * `distance`; the shapes that modellers know by name are written out here. */
#include "compiler/model/build.h"

#include <string.h>

typedef enum ShapeId {
#define SHAPE(id, name, parameter, condition, text) SHAPE_##id,
#include "compiler/model/kernel.def"
#undef SHAPE
    N_SHAPES
} ShapeId;

typedef enum ShapeCondition { LENGTH, NUMBER } ShapeCondition;

static const struct { const char *name, *parameter; ShapeCondition condition; } shape[] = {
#define SHAPE(id, name, parameter, condition, text) { name, parameter, condition },
#include "compiler/model/kernel.def"
#undef SHAPE
};

/* ---- operations ---- */

static Typed number(Builder *b, Span at, long k)
{
    return typed_const(b, at, num_int(b->nums, k), UNIT_NONE);
}

/* ---- shapes ---- */

/* d^2 / sigma^2 */
static Typed squares(Builder *b, Span at, const char *what, Typed sigma, PairPlaces *pair)
{
    Typed d2 = place_distance_squared(b, at, what, pair);
    return typed_call2(b, at, EIG_FN_DIV, d2, typed_call2(b, at, EIG_FN_MUL, sigma, sigma));
}

/* exp(-x) */
static Typed falling(Builder *b, Span at, Typed x)
{
    return typed_call1(b, at, EIG_FN_EXP, typed_call1(b, at, EIG_FN_NEG, x));
}

static Typed gaussian(Builder *b, Span at, const char *what, Typed sigma, PairPlaces *pair)
{
    return falling(b, at, typed_call2(b, at, EIG_FN_DIV, squares(b, at, what, sigma, pair), number(b, at, 2)));
}

static Typed mexican_hat(Builder *b, Span at, const char *what, Typed sigma, PairPlaces *pair)
{
    Typed bell = gaussian(b, at, what, sigma, pair);
    Typed share = typed_call2(b, at, EIG_FN_DIV, squares(b, at, what, sigma, pair), number(b, at, (long)pair->n_axes));
    return typed_call2(b, at, EIG_FN_MUL, typed_call2(b, at, EIG_FN_SUB, number(b, at, 1), share), bell);
}

/* cos(2 pi d/L), d/L being a fraction of places; on a ring only. */
static Typed cosine_around(Builder *b, Span at, const char *what, PairPlaces *pair)
{
    Typed d = place_distance(b, at, what, pair);
    if (!typed_ok(d))
        return d;
    const ModelPop *pop = &b->m->pops.at[pair->pre];
    if (pop->place.kind != PLACE_RING) {
        Diag *g = diag_at(b->cx, D_E0208, at, "`%s` goes around a ring, and `%s` is on a %s", what, pop->name,
                          place_name(pop->place.kind));
        diag_note_at(b->cx, g, pop->place.span, "the place of `%s`", pop->name);
        diag_help(b->cx, g, "on a %s, write the kernel as an expression of `distance`", place_name(pop->place.kind));
        return typed_error(at);
    }
    mpq_ptr length = num_new(b->nums);
    mpq_set_ui(length, pop->place.extent[0], 1);
    mpq_mul(length, length, pop->place.spacing);
    Typed turn = typed_call2(b, at, EIG_FN_DIV, d, typed_const(b, at, length, pop->place.unit));
    Typed pi = typed_const(b, at, num_from_double(b->nums, 0x1.921fb54442d18p+1), UNIT_NONE);
    Typed whole = typed_call2(b, at, EIG_FN_MUL, number(b, at, 2), pi);
    return typed_call1(b, at, EIG_FN_COS, typed_call2(b, at, EIG_FN_MUL, whole, turn));
}

static Typed von_mises(Builder *b, Span at, const char *what, Typed kappa, PairPlaces *pair)
{
    Typed below = typed_call2(b, at, EIG_FN_SUB, cosine_around(b, at, what, pair), number(b, at, 1));
    return typed_call1(b, at, EIG_FN_EXP, typed_call2(b, at, EIG_FN_MUL, kappa, below));
}

static Typed cosine(Builder *b, Span at, const char *what, Typed c, PairPlaces *pair)
{
    Typed one = number(b, at, 1), wave = typed_call2(b, at, EIG_FN_MUL, c, cosine_around(b, at, what, pair));
    Typed above = typed_call2(b, at, EIG_FN_ADD, one, wave);
    return typed_call2(b, at, EIG_FN_DIV, above, typed_call2(b, at, EIG_FN_ADD, one, c));
}

static Typed shape_value(Builder *b, Span at, ShapeId id, Typed x, PairPlaces *pair)
{
    const char *what = shape[id].name;
    switch (id) {
    case SHAPE_GAUSSIAN: return gaussian(b, at, what, x, pair);
    case SHAPE_EXPONENTIAL: return falling(b, at, typed_call2(b, at, EIG_FN_DIV, place_distance(b, at, what, pair), x));
    case SHAPE_MEXICAN_HAT: return mexican_hat(b, at, what, x, pair);
    case SHAPE_VON_MISES: return von_mises(b, at, what, x, pair);
    case SHAPE_COSINE: return cosine(b, at, what, x, pair);
    case N_SHAPES: break;
    }
    BUG("kernel of shape %d", (int)id);
}

/* ---- arguments ---- */

static bool check_parameter(Builder *b, ShapeId id, Typed v, const PairPlaces *pair)
{
    const char *what = arena_printf(&b->cx->arena, "`%s` of `%s`", shape[id].parameter, shape[id].name);
    Unit unit = shape[id].condition == LENGTH ? b->m->pops.at[pair->pre].place.unit : UNIT_NONE;
    Num x;
    if (!typed_expect(b, v, unit, what))
        return false;
    expr_is_const(v.e, &x);
    bool good = shape[id].condition == LENGTH ? mpq_sgn(x) > 0 : mpq_sgn(x) >= 0;
    if (!good) {
        const char *bound = shape[id].condition == LENGTH ? "above 0" : "at least 0";
        Diag *d = diag_at(b->cx, D_E0401, v.span, "%s is %s, and this is %s", what, bound, constant_text(b, v));
        diag_help(b->cx, d, "give it a number that is %s", bound);
    }
    return good;
}

static size_t shape_of(const char *name)
{
    size_t id = 0;
    while (id < N_SHAPES && strcmp(shape[id].name, name) != 0)
        id++;
    return id;
}

size_t kernel_shapes(const char **names)
{
    for (size_t k = 0; k < N_SHAPES; k++)
        names[k] = shape[k].name;
    return N_SHAPES;
}

bool kernel_is_shape(const char *name)
{
    return shape_of(name) < N_SHAPES;
}

bool kernel_shape(Builder *b, const AstExpr *e, const Scope *scope, Typed *out)
{
    const AstArgs *args = &e->as.call.args;
    const char *name = e->as.call.callee->as.name.name;
    size_t id = shape_of(name);
    if (id == N_SHAPES)
        return false;
    *out = typed_error(e->span);
    if (args->n != 1 || (args->at[0].name && strcmp(args->at[0].name, shape[id].parameter) != 0)) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`%s` takes one argument, `%s`", name, shape[id].parameter);
        diag_help(b->cx, d, shape[id].condition == LENGTH ? "its width: `%s(100 um)` on a place in um" : "write `%s(0.5)`", name);
        return true;
    }
    Typed x, d = place_distance(b, e->span, name, scope->pair);
    if (constant_number(b, args->at[0].value, arena_printf(&b->cx->arena, "`%s` of `%s`", shape[id].parameter, name), &x) &&
        typed_ok(d) && check_parameter(b, (ShapeId)id, x, scope->pair))
        *out = shape_value(b, e->span, (ShapeId)id, x, scope->pair);
    return true;
}

/* ---- the pattern ---- */

static bool read_arguments(Builder *b, const AstExpr *e, ModelConn *c)
{
    const AstArgs *args = &e->as.call.args;
    bool named = args->n == 2 && args->at[1].name && strcmp(args->at[1].name, "normalize") == 0;
    if (args->n < 1 || args->n > 2 || args->at[0].name || (args->n == 2 && !named)) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`kernel` takes an expression of `distance`, or a shape, and if need be `normalize`");
        diag_help(b->cx, d, "write `kernel(gaussian(100 um))` or `kernel(exp(-distance / 100 um), normalize = yes)`");
        return false;
    }
    return args->n == 1 || attribute_yes_no(b, args->at[1].value, "`normalize`", &c->normalize);
}

/* Every target's weights can only be given one sum where all see the same. */
static bool check_normalize(Builder *b, const AstExpr *e, const ModelConn *c)
{
    const ModelPop *pre = &b->m->pops.at[c->pre], *post = &b->m->pops.at[c->post];
    if (!c->normalize || (c->by_displacement && place_is_periodic(pre->place.kind)))
        return true;
    Diag *d = c->by_displacement
        ? diag_at(b->cx, D_E0453, e->span, "on a %s the sum of a kernel differs from neuron to neuron: those near the ends see less of it",
                  place_name(pre->place.kind))
        : diag_at(b->cx, D_E0453, e->span, "only a kernel between populations of one place and one size can be normalised, and with a "
                  "weight that depends on nothing but the distance");
    if (pre->size != post->size) {
        diag_note_at(b->cx, d, pre->span, "%zu neurons", pre->size);
        diag_note_at(b->cx, d, post->span, "%zu neurons", post->size);
    }
    diag_help(b->cx, d, "leave out `normalize`, and choose the weight");
    return false;
}

bool kernel_read(Builder *b, const AstExpr *e, bool has_weight, ModelConn *c, Typed *of_one)
{
    PairPlaces pair = { .pre = c->pre, .post = c->post };
    Scope scope = { .kind = SCOPE_KERNEL, .what = "a kernel", .pop = NO_POP, .pair = &pair };
    if (!read_arguments(b, e, c))
        return false;
    Typed k = resolve(b, e->as.call.args.at[0].value, &scope);
    if (!typed_ok(k) || !typed_expect(b, k, UNIT_NONE, "a kernel") || !typed_ok(place_distance(b, e->span, "kernel", &pair)))
        return false;
    if (!has_weight || (c->kind != WEIGHT_UNIFORM && c->kind != WEIGHT_PAIR))
        return has_weight;
    bool is_alone = c->kind == WEIGHT_UNIFORM;
    Typed weight[2] = { k, *of_one };
    if (!is_alone)
        k = typed_call(b, e->span, EIG_FN_MUL, 2, weight);
    if (!typed_ok(k))
        return false;
    c->by_displacement = place_is_translation_invariant(&pair, weight[0].e) && (is_alone || c->by_displacement);
    c->kind = WEIGHT_PAIR;
    c->pair = k.e;
    c->kernel_span = e->span;
    return check_normalize(b, e, c);
}
