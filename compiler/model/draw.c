/* Numbers that are drawn: tau = lognormal(20 ms, 0.3). A draw is a pure function
 * of the seed, of what it is for, of the neuron or pair, and of its place in the
 * expression, so nothing else in the model changes it. */
#include "compiler/model/build.h"
#include "compiler/model/cost/cost.h"

#include <math.h>
#include <string.h>

#include "runtime/rng.h"

static int find_dist(const char *name)
{
    for (int k = 0; k < EIG_N_DISTS; k++)
        if (strcmp(eig_dist[k].name, name) == 0)
            return k;
    return -1;
}

bool names_draw(const char *name)
{
    return strcmp(name, "truncated") == 0 || find_dist(name) >= 0;
}

bool draws_number(const AstExpr *e)
{
    bool found = false;
    switch (e->kind) {
    case AST_UNARY:
        return draws_number(e->as.binary.right);
    case AST_BINARY:
        return draws_number(e->as.binary.left) || draws_number(e->as.binary.right);
    case AST_CALL:
        found = e->as.call.callee->kind == AST_NAME && names_draw(e->as.call.callee->as.name.name);
        for (size_t k = 0; !found && k < e->as.call.args.n; k++)
            found = draws_number(e->as.call.args.at[k].value);
        return found;
    default:
        return false;
    }
}

/* ---- one distribution ---- */

static bool report_usage(Builder *b, Span at, EigDist dist)
{
    const EigDistInfo *info = &eig_dist[dist];
    Diag *d = info->param[1] ? diag_at(b->cx, D_E0209, at, "`%s` takes `%s` and `%s`", info->name, info->param[0], info->param[1])
                             : diag_at(b->cx, D_E0209, at, "`%s` takes `%s`", info->name, info->param[0]);
    diag_help(b->cx, d, "write `%s(%s%s%s)`, in this order or with these names", info->name, info->param[0], info->param[1] ? ", " : "",
              info->param[1] ? info->param[1] : "");
    return false;
}

static bool read_parameters(Builder *b, const AstExpr *call, EigDist dist, Typed out[2])
{
    const EigDistInfo *info = &eig_dist[dist];
    const AstArgs *args = &call->as.call.args;
    const AstExpr *given[2] = { 0 };
    for (size_t k = 0; k < args->n; k++) {
        size_t which = args->at[k].name ? 0 : k;
        while (args->at[k].name && which < 2 && !(info->param[which] && strcmp(args->at[k].name, info->param[which]) == 0))
            which++;
        if (which >= 2 || !info->param[which] || given[which])
            return report_usage(b, args->at[k].name ? args->at[k].name_span : args->at[k].value->span, dist);
        given[which] = args->at[k].value;
    }
    bool ok = true;
    for (int k = 0; k < 2 && info->param[k]; k++) {
        if (!given[k])
            return report_usage(b, call->span, dist);
        ok = constant_number(b, given[k], arena_printf(&b->cx->arena, "`%s`", info->param[k]), &out[k]) && ok;
    }
    return ok;
}

static bool parameters_in_domain(Builder *b, EigDist dist, const Typed p[2], const Num x[2])
{
    const EigDistInfo *info = &eig_dist[dist];
    for (int k = 0; k < 2 && info->param[k]; k++) {
        bool is_place = dist == EIG_DIST_UNIFORM || (dist == EIG_DIST_NORMAL && k == 0);
        bool may_be_zero = k == 1 && (dist == EIG_DIST_NORMAL || dist == EIG_DIST_LOGNORMAL);
        if (is_place || mpq_sgn(x[k]) > 0 || (may_be_zero && mpq_sgn(x[k]) == 0))
            continue;
        const char *bound = may_be_zero ? "at least 0" : "above 0";
        Diag *d = diag_at(b->cx, D_E0401, p[k].span, "`%s` of `%s` is %s, and this is %s", info->param[k], info->name, bound,
                          constant_text(b, p[k]));
        diag_help(b->cx, d, "give it a number that is %s", bound);
        return false;
    }
    if (dist == EIG_DIST_GAMMA && mpq_cmp_ui(x[0], EIG_GAMMA_MOST_SHAPE, 1) > 0) {
        Diag *d = diag_at(b->cx, D_E0401, p[0].span, "`shape` of `gamma` is at most 1e8, and this is %s", num_brief(b->cx, x[0]));
        diag_help(b->cx, d, "beyond it is a normal distribution: `normal(shape * scale, sqrt(shape) * scale)`");
        return false;
    }
    if (dist != EIG_DIST_UNIFORM || mpq_cmp(x[0], x[1]) <= 0)
        return true;
    Diag *d = diag_at(b->cx, D_E0401, p[0].span, "`lo` is above `hi`: %s and %s", constant_text(b, p[0]), constant_text(b, p[1]));
    diag_help(b->cx, d, "the lower end comes first: `uniform(lo, hi)`");
    return false;
}

static bool read_dist(Builder *b, const AstExpr *call, EigDist dist, EigDraw *out, Unit *unit)
{
    const EigDistInfo *info = &eig_dist[dist];
    Typed p[2] = { typed_error(call->span), typed_error(call->span) };
    Num x[2] = { NULL, NULL };
    bool known = false;
    if (!read_parameters(b, call, dist, p))
        return false;
    *unit = UNIT_NONE;
    for (int k = 0; k < 2 && info->param[k]; k++) {
        expr_is_const(p[k].e, &x[k]);
        if (info->has_unit[k] && !known && !p[k].is_zero) {
            *unit = p[k].unit;
            known = true;
        }
    }
    for (int k = 0; k < 2 && info->param[k]; k++)
        if (!typed_expect(b, p[k], info->has_unit[k] ? *unit : UNIT_NONE,
                          arena_printf(&b->cx->arena, "`%s` of `%s`", info->param[k], info->name)))
            return false;
    if (!parameters_in_domain(b, dist, p, x))
        return false;
    *out = (EigDraw){ .dist = dist, .a = num_to_double(x[0]), .b = x[1] ? num_to_double(x[1]) : 0.0 };
    return true;
}

/* ---- truncated(normal(0, 1), lo, hi) ---- */

/* An end without an expression is infinite. */
static bool read_end(Builder *b, const AstExpr *e, Unit unit, double *out, Typed *v)
{
    Num x;
    int infinite = infinite_bound(e);
    *v = typed_error(e->span);
    if (infinite) {
        *out = infinite * (double)INFINITY;
        return true;
    }
    if (!constant_number(b, e, "an end of the interval", v) || !typed_expect(b, *v, unit, "an end of the interval"))
        return false;
    expr_is_const(v->e, &x);
    *out = num_to_double(x);
    return true;
}

static const char *end_text(Builder *b, Typed end, double value)
{
    return typed_ok(end) ? constant_text(b, end) : value < 0 ? "-inf" : "inf";
}

static void report_empty_cut(Builder *b, Span at, const EigDraw *d, const Typed end[2])
{
    Diag *g = diag_at(b->cx, D_E0401, at, "this interval is empty: its lower end %s is not below %s", end_text(b, end[0], d->lo), end_text(b, end[1], d->hi));
    diag_help(b->cx, g, "the lower end comes first: `truncated(normal(1, 0.2), 0, 2)`");
}

/* Far out a normal distribution falls off like an exponential one, of the mean sd^2/(distance from the mean). */
static void help_with_tail(Builder *b, Diag *g, const EigDraw *d, const Typed end[2])
{
    bool above = d->lo > d->a, open = isinf(above ? d->hi : d->lo);
    double mean = d->b * d->b / (above ? d->lo - d->a : d->a - d->hi);
    const char *digits = arena_printf(&b->cx->arena, "%.2g", mean);
    Typed near = end[above ? 0 : 1];
    Num rounded;
    if (open && mean > 0 && typed_ok(near) && num_parse(b->nums, digits, strlen(digits), &rounded))
        diag_help(b->cx, g, "move it towards the mean, or draw what such a tail nearly is: `%s %c exponential(%s)`", constant_text(b, near),
                  above ? '+' : '-', quantity_text(b, rounded, near));
    else
        diag_help(b->cx, g, "move it towards the mean: some 35 standard deviations from it there is enough to draw from");
}

static void report_far_cut(Builder *b, Span at, const EigDraw *d, const Typed end[2])
{
    bool above = d->lo > d->a;
    double away = d->dist == EIG_DIST_NORMAL ? (above ? d->lo - d->a : d->a - d->hi) / d->b : 0;
    bool far = eig_draw_tail(d) <= EIG_DRAW_LEAST;
    if (far && away > 0) {
        Diag *g = diag_at(b->cx, D_E0401, at, "this interval %s %.3g standard deviations %s the mean, and holds less than 1e-280 of the "
                          "distribution: too little to be drawn from", above ? "begins" : "ends", away, above ? "above" : "below");
        help_with_tail(b, g, d, end);
        return;
    }
    if (far) {
        Diag *g = diag_at(b->cx, D_E0401, at, "this interval holds less than 1e-280 of the distribution: too little to be drawn from");
        diag_help(b->cx, g, "move it to where the distribution lies: `truncated(normal(1, 0.2), 0, 2)`");
        return;
    }
    Diag *g = diag_at(b->cx, D_E0401, at, "this interval holds %.2g of the distribution, less than 1e-12 of what lies %s its %s end: too little to "
                      "be drawn from",
                      eig_draw_mass(d), eig_draw_is_upper(d) ? "above" : "below", eig_draw_is_upper(d) ? "lower" : "upper");
    diag_help(b->cx, g, "move its ends apart");
}

static bool read_cut(Builder *b, const AstExpr *call, EigDraw *out, Unit *unit)
{
    const AstArgs *args = &call->as.call.args;
    const AstExpr *inner = args->n == 3 ? args->at[0].value : NULL;
    bool is_call = inner && inner->kind == AST_CALL && inner->as.call.callee->kind == AST_NAME;
    int dist = is_call ? find_dist(inner->as.call.callee->as.name.name) : -1;
    Typed end[2];
    if (dist < 0 || args->at[1].name || args->at[2].name) {
        Diag *d = diag_at(b->cx, D_E0209, call->span, "`truncated` takes a distribution and the ends of an interval");
        diag_help(b->cx, d, inner && is_call_of(inner, "truncated") ? "it is cut once: write the interval that both leave"
                                                                    : "write `truncated(normal(1, 0.2), 0, inf)`");
        return false;
    }
    if (!read_dist(b, inner, (EigDist)dist, out, unit) || !read_end(b, args->at[1].value, *unit, &out->lo, &end[0]) ||
        !read_end(b, args->at[2].value, *unit, &out->hi, &end[1]))
        return false;
    out->is_cut = true;
    if (!(out->lo < out->hi))
        report_empty_cut(b, call->span, out, end);
    else if (eig_draw_tail(out) > EIG_DRAW_LEAST && eig_draw_mass(out) > EIG_DRAW_PART * eig_draw_tail(out))
        return true;
    else
        report_far_cut(b, call->span, out, end);
    return false;
}

/* ---- the call ---- */

DrawKey draw_key(const char *entity, const char *tag, bool of_pair)
{
    return (DrawKey){ .entity = eig_fnv1a(entity), .tag = eig_fnv1a(tag), .of_pair = of_pair };
}

Typed draw_call(Builder *b, const AstExpr *call, const Scope *scope)
{
    const char *name = call->as.call.callee->as.name.name;
    EigDraw draw;
    Unit unit;
    if (!scope->draws) {
        Diag *d = diag_at(b->cx, D_E0208, call->span, "`%s` cannot be used in %s", name, scope->what);
        diag_help(b->cx, d, scope->of_function ? "draw where the function is called, and give it the number as an argument"
                                               : "what can be drawn: `tau`, `gain`, `threshold`, `input`, `start` and `noise` of neurons, and weights");
        return typed_error(call->span);
    }
    enum { MOST_DRAWS = 60 };   /* an attribute; columns of a population have numbers of 8 bits */
    if (scope->draws->n >= MOST_DRAWS) {
        diag_at(b->cx, D_E0403, call->span, "at most %d numbers are drawn in one attribute", MOST_DRAWS);
        return typed_error(call->span);
    }
    int dist = find_dist(name);
    if (!(dist >= 0 ? read_dist(b, call, (EigDist)dist, &draw, &unit) : read_cut(b, call, &draw, &unit)))
        return typed_error(call->span);
    DrawKey *key = scope->draws;
    return (Typed){ .e = expr_draw(b->cx, call->span, &draw, key->entity, key->tag, key->of_pair, key->n++),
                    .unit = unit, .pop = NO_POP, .span = call->span };
}

/* ---- values ---- */

double expr_draw_value(const Expr *e, uint64_t seed, size_t pre, size_t post)
{
    double u[2];
    bool of_pair = e->as.draw.of_pair;
    uint64_t entity = of_pair ? e->as.draw.entity : eig_fnv1a_neuron(e->as.draw.entity, pre);
    uint64_t step = of_pair ? (uint64_t)pre << 32 | post : 0;
    eig_uniform2(seed, entity, e->as.draw.tag, step, e->as.draw.number, u);
    return eig_draw_value(e->as.draw.draw, u[0]);
}
