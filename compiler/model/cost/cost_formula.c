/* cost(x) = expr on [lo, hi]: the cost by formula. Its pieces and derivatives
 * are made here; that x^2/2 + g is convex is proved by compiler/check/slope/convex/convex_search.c. */
#include "compiler/code/code.h"
#include "compiler/code/far.h"
#include "compiler/code/near.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/digits.h"
#include "compiler/expr/exponential.h"
#include "compiler/expr/jump.h"
#include "compiler/expr/log_sum.h"
#include "compiler/expr/piece.h"
#include "compiler/expr/power.h"
#include "compiler/expr/zero.h"
#include "compiler/model/cost/cost.h"

#include <math.h>
#include <string.h>

/* ---- reading ---- */

static bool read_bound(Builder *b, const AstExpr *e, int outward, const char *what, Typed *out)
{
    int infinite = infinite_bound(e);
    *out = (Typed){ .e = NULL, .span = e->span, .pop = NO_POP };
    if (!infinite)
        return constant_number(b, e, what, out);
    if (infinite != outward)
        diag_at(b->cx, D_E0401, e->span, "%s cannot be infinite on this side", what);
    return infinite == outward;
}

static Num bound_value(Typed v)
{
    Num x = NULL;
    if (v.e)
        expr_is_const(v.e, &x);
    return x;
}

bool cost_formula_read(Builder *b, const AstAttr *a, CostDomain *out)
{
    *out = (CostDomain){ .lo = { .pop = NO_POP }, .hi = { .pop = NO_POP } };
    if (a->params.n != 1) {
        diag_at(b->cx, D_E0209, a->name_span, "a cost has one argument: `cost(x) = ...`");
        return false;
    }
    if (report_reserved(b, a->params.at[0]))
        return false;
    if (!a->domain)
        return true;
    const AstExpr *lo = a->domain->as.list.at[0], *hi = a->domain->as.list.at[1];
    bool ok = read_bound(b, lo, -1, "the lower end of the domain", &out->lo);
    ok = read_bound(b, hi, 1, "the upper end of the domain", &out->hi) && ok;
    Num from = bound_value(out->lo), to = bound_value(out->hi);
    if (ok && from && to && mpq_cmp(from, to) >= 0) {
        Diag *d = diag_at(b->cx, D_E0401, a->domain->span, "this domain has no inside: its lower end %s is not below %s",
                          constant_text(b, out->lo), constant_text(b, out->hi));
        diag_help(b->cx, d, "the lower end comes first: `on [lo, hi]`");
        return false;
    }
    return ok;
}

/* ---- pieces ---- */

void cost_report_jump(Ctx *cx, const Jump *jump, Span at)
{
    const char *values = jump_text(cx, jump);
    Diag *d = diag_at(cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: it jumps there%s%s", jump->at, values ? ", " : "",
                      values ? values : "");
    diag_help(cx, d, "a cost must not jump: write what switches with `max` or `ramp`, or let the domain end before that with `on [lo, hi]`");
}

static bool report_pieces(Builder *b, PieceTrouble trouble, const Expr *at)
{
    Diag *d;
    switch (trouble) {
    case PIECES_FINE: return true;
    case PIECES_NOT_SEEN:
        d = diag_at(b->cx, D_E0721, at->span, "it could not be decided whether x^2/2 plus this cost is convex: it is not "
                                              "seen where this makes kinks");
        diag_help(b->cx, d, "inside abs, min, max and step it has to be seen where this is 0, or that it is so nowhere; a place where its slope is "
                            "0, too, is not found, nor every sign far out: narrow the domain with `on [lo, hi]`, or choose a simpler formula");
        return false;
    case PIECES_IRRATIONAL:
        d = diag_at(b->cx, D_E0721, at->span, "it could not be decided whether x^2/2 plus this cost is convex: step, pulse or floor switches here at "
                                              "an x that is no rational number");
        diag_help(b->cx, d, "choose numbers that put the place at a rational number: step(x^2 - 4) switches at -2 and 2, step(x^2 - 2) at the root of 2");
        return false;
    case PIECES_CLOSE:
        d = diag_at(b->cx, D_E0721, at->span, "it could not be decided whether x^2/2 plus this cost is convex: this makes a kink at an x that is no "
                                              "rational number, with another place where the formula breaks next to it");
        diag_help(b->cx, d, "there has to be a double between two such places: let them be one place or apart");
        return false;
    case PIECES_TOO_MANY:
        d = diag_at(b->cx, D_E0721, at->span, "it could not be decided whether x^2/2 plus this cost is convex: it has more than %d kinks",
                    MAX_PIECES_OF_FORMULA - 1);
        diag_help(b->cx, d, "narrow the domain with `on [lo, hi]`: what is 0 again and again, as a sine, has kinks without end on an infinite one");
        return false;
    case PIECES_NO_VALUE:
        d = diag_at(b->cx, D_E0722, at->span, "this cost is not defined on all of its domain: between two kinks this has no value");
        diag_help(b->cx, d, "say where it is meant with `on [lo, hi]`");
        return false;
    case PIECES_TOO_LARGE: break;
    }
    diag_at(b->cx, D_E0403, at->span, "the derivatives of this cost are too large, or a constant in them has no value");
    return false;
}

static bool keep_above(Builder *b, const Kink *k, KinkSide side, CostPiece *p)
{
    p->g = kink_kept_above(b->cx, b->nums, k, side, p->g);
    p->slope = kink_kept_above(b->cx, b->nums, k, side, p->slope);
    p->curve = kink_kept_above(b->cx, b->nums, k, side, p->curve);
    return p->g && p->slope && p->curve;
}

static bool derive_piece(Builder *b, const Piece *p, CostPiece *out)
{
    *out = (CostPiece){ .lo = p->lo, .hi = p->hi, .g = p->e, .from = p->from, .to = p->to };
    const Expr *slope = expr_derive(b->cx, b->nums, p->e, EIG_VAR_X);
    out->slope = slope ? expr_continued_powers(b->cx, b->nums, slope) : NULL;
    out->curve = out->slope ? expr_derive(b->cx, b->nums, out->slope, EIG_VAR_X) : NULL;
    if (out->curve && p->from && !keep_above(b, p->from, KINK_ABOVE, out))
        out->curve = NULL;
    if (out->curve && p->to && !keep_above(b, p->to, KINK_BELOW, out))
        out->curve = NULL;
    return out->curve || report_pieces(b, PIECES_TOO_LARGE, p->e);
}

/* Powers that are of one base where abs, min and max have taken a side are one, too; what is then the root of a square has a kink
 * of its own. */
static PieceTrouble cut_pieces(Builder *b, const CostFormula *c, PieceEnds ends, Pieces *out, const Expr **at)
{
    Pieces first = { 0 };
    Piece whole = { .lo = c->lo, .hi = c->hi, .e = c->g };
    PieceTrouble trouble = expr_pieces(b->cx, b->nums, &whole, EIG_VAR_X, ends, &first, at);
    *out = (Pieces){ 0 };
    for (size_t k = 0; k < first.n && trouble == PIECES_FINE; k++) {
        Piece p = first.at[k];
        p.e = expr_merged_powers(b->cx, b->nums, p.e);
        trouble = expr_pieces(b->cx, b->nums, &p, EIG_VAR_X, ANY_KINKS, out, at);
    }
    return trouble;
}

typedef VEC(CostPiece) Parts;

/* One piece, cut where the largest exponential of a sum changes; as it is where that would make too many. */
static void add_parts(Builder *b, const CostPiece *p, Parts *out)
{
    size_t before = out->n;
    Parts open = { 0 };
    Num cut;
    vec_push(&b->cx->arena, &open, *p);
    while (open.n) {
        CostPiece part = open.at[--open.n], rest = part;
        Num lo = part.from ? part.from->above : part.lo, hi = part.to ? part.to->below : part.hi;
        part.slope = expr_without_overflow(b->cx, b->nums, p->slope, lo, hi, &cut);
        if (!cut)
            part.curve = expr_without_overflow(b->cx, b->nums, p->curve, lo, hi, &cut);
        if (cut && out->n + open.n >= MAX_PIECES_OF_FORMULA) {
            out->n = before;
            vec_push(&b->cx->arena, out, *p);
            return;
        }
        if (!cut) {
            vec_push(&b->cx->arena, out, part);
            continue;
        }
        part.hi = rest.lo = cut;
        part.to = rest.from = NULL;
        vec_push(&b->cx->arena, &open, rest);
        vec_push(&b->cx->arena, &open, part);
    }
}

/* Powers of one base are one from here on, for the proof and for the solve alike: the slope of x sqrt(x) as a product
 * is 0 times infinity at 0. So are logarithms of two exponentials, whose slopes are then seen sharply, and
 * quotients by an exponential, which would be infinity by infinity. */
static CostFormula *cut_formula(Builder *b, const Expr *written, const CostDomain *domain)
{
    const Expr *g = expr_saturated(b->cx, b->nums, expr_log_sums(b->cx, b->nums, expr_merged_powers(b->cx, b->nums, written)));
    CostFormula *c = ARENA_NEW(&b->cx->arena, CostFormula);
    Pieces pieces = { 0 };
    const Expr *at = NULL;
    Jump jump;
    *c = (CostFormula){ .g = g, .span = g->span, .lo = bound_value(domain->lo), .hi = bound_value(domain->hi) };
    PieceTrouble trouble = cut_pieces(b, c, ANY_KINKS, &pieces, &at);
    if (trouble != PIECES_FINE && trouble != PIECES_NO_VALUE && expr_jump(b->cx, b->nums, g, EIG_VAR_X, c->lo, c->hi, &jump)) {
        cost_report_jump(b->cx, &jump, g->span);
        return NULL;
    }
    if (trouble == PIECES_IRRATIONAL && expr_has_one_switch(g, EIG_VAR_X))
        trouble = cut_pieces(b, c, ANY_BREAKS, &pieces, &at);
    if (!report_pieces(b, trouble, at))
        return NULL;
    CostPiece *piece = ARENA_ARRAY(&b->cx->arena, pieces.n, CostPiece);
    Parts parts = { 0 };
    for (size_t k = 0; k < pieces.n; k++) {
        if (!derive_piece(b, &pieces.at[k], &piece[k]))
            return NULL;
        add_parts(b, &piece[k], &parts);
    }
    c->n_pieces = pieces.n;
    c->piece = piece;
    c->n_parts = parts.n;
    c->part = parts.at;
    return c;
}

/* Ends and kinks are doubles in the solve, and where the proof looks. */
static bool ends_are_doubles(Builder *b, const CostFormula *f)
{
    for (size_t k = 0; k <= f->n_pieces; k++) {
        Num end = k < f->n_pieces ? f->piece[k].lo : f->hi;
        if (!end || isfinite(num_to_double(end)))
            continue;
        bool is_kink = k && k < f->n_pieces;
        Diag *d = diag_at(b->cx, D_E0806, f->span, "%s of this cost, %s, is beyond the range of double precision",
                          is_kink ? "a kink" : "an end of the domain", num_brief(b->cx, end));
        diag_help(b->cx, d, is_kink ? "choose larger units" : "`inf` and `-inf` are ends, too; or choose larger units");
        return false;
    }
    return true;
}

/* ---- closed forms ---- */

static Num half(Builder *b, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num x, Num y)
{
    mpq_ptr q = num_new(b->nums);
    op(q, x, y);
    mpq_div_2exp(q, q, 1);
    return q;
}

/* Pieces of degree two that meet at 0 only: the form of cost.h. What has no value somewhere is no such piece, even
 * where its derivative does without it: where 0 * log(x) has one is for the check to prove. */
static bool as_quadratic(Builder *b, const CostFormula *f, Cost *out)
{
    Num tilt[2], a[2];
    size_t last = f->n_pieces - 1;
    if (f->n_pieces > 2 || !expr_is_defined(f->g) || expr_may_jump(f->g, EIG_VAR_X) || (last && (f->piece[1].from || mpq_sgn(f->piece[1].lo) != 0)))
        return false;
    for (size_t k = 0; k < 2; k++)
        if (!expr_affine(b->nums, f->piece[k ? last : 0].slope, EIG_VAR_X, &tilt[k], &a[k]) || mpq_cmp_si(a[k], -1, 1) <= 0)
            return false;
    *out = (Cost){ .span = f->span, .lo = f->lo, .hi = f->hi, .a_neg = a[0], .a_pos = a[1] };
    out->tilt = half(b, mpq_add, tilt[0], tilt[1]);
    out->lambda = half(b, mpq_sub, tilt[1], tilt[0]);
    return mpq_sgn(out->lambda) >= 0 && cost_close(b, out);
}

/* ---- the solve ---- */

static const Expr *call2(Builder *b, Span at, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[2] = { x, y };
    return expr_call(b->cx, b->nums, at, fn, 2, arg);
}

/* gain (z - threshold) */
static const Expr *total_input(Builder *b, Span at, Num gain, Num threshold)
{
    const Expr *z = call2(b, at, EIG_FN_SUB, expr_var(b->cx, at, EIG_VAR_Z), expr_const(b->cx, at, threshold));
    return call2(b, at, EIG_FN_MUL, expr_const(b->cx, at, gain), z);
}

/* Piece by piece, since at a kink that is no double, as 1/3, the abs and max of one formula may be rounded to different sides. */
static const Expr *solve_for(Builder *b, const CostFormula *f, const Expr *s)
{
    ExprSolve *of = ARENA_NEW(&b->cx->arena, ExprSolve);
    Num *kink = ARENA_ARRAY(&b->cx->arena, f->n_parts, Num), zero = num_int(b->nums, 0), one = num_int(b->nums, 1);
    SolvePiece *piece = ARENA_ARRAY(&b->cx->arena, f->n_parts, SolvePiece);
    bool is_shallow = true;
    for (size_t k = 0; k < f->n_parts; k++) {
        if (k)
            kink[k - 1] = f->part[k].from ? f->part[k].from->nearest : f->part[k].lo;
        piece[k].value = expr_plus_affine(b->cx, b->nums, f->part[k].slope, EIG_VAR_X, zero, one);
        piece[k].slope = expr_plus_affine(b->cx, b->nums, f->part[k].curve, EIG_VAR_X, one, zero);
        piece[k].value = expr_keeping_digits(b->cx, b->nums, piece[k].value);
        piece[k].slope = expr_keeping_digits(b->cx, b->nums, piece[k].slope);
        is_shallow = is_shallow && piece[k].value->depth <= EXPR_MAX_DEPTH && piece[k].slope->depth <= EXPR_MAX_DEPTH;
    }
    *of = (ExprSolve){ .lo = f->lo, .hi = f->hi, .n_kinks = f->n_parts - 1, .kink = kink, .piece = piece };
    const Expr *e = expr_solve(b->cx, f->span, s, of);
    if (!is_shallow || e->size >= EXPR_MAX_SIZE)
        return NULL;
    EigCode code = expr_to_code(b->cx, e);
    const EigSolve *q = &code.solve[0];
    const ExprSolve *near = solve_with_series(b->cx, b->nums, f->span, of, q);
    return expr_solve(b->cx, f->span, s, solve_with_far_lines(b->cx, b->nums, f->span, near, q));
}

static const CostPiece *multiples(Builder *b, const Expr *by, const CostPiece *piece, size_t n)
{
    CostPiece *out = ARENA_ARRAY(&b->cx->arena, n, CostPiece);
    for (size_t k = 0; k < n; k++) {
        out[k] = piece[k];
        out[k].slope = call2(b, by->span, EIG_FN_MUL, by, piece[k].slope);
        out[k].curve = call2(b, by->span, EIG_FN_MUL, by, piece[k].curve);
    }
    return out;
}

const Expr *cost_formula_multiple(Builder *b, const CostFormula *cost, Num factor)
{
    CostFormula f = *cost;
    const Expr *by = expr_const(b->cx, f.span, factor);
    f.g = call2(b, f.span, EIG_FN_MUL, by, cost->g);
    f.piece = multiples(b, by, cost->piece, f.n_pieces);
    f.part = multiples(b, by, cost->part, f.n_parts);
    Cost of_one, closed;
    Activation act = { 0 };
    Num one = num_int(b->nums, 1), zero = num_int(b->nums, 0);
    if (as_quadratic(b, &f, &closed))
        cost_activation(b, &closed, one, zero, &act);
    else if (cost_match(b, cost, &of_one) && cost_multiple(b, &of_one, factor, &closed))
        cost_match_activation(b, &closed, one, zero, &act);
    else if (!cost_pieces_activation(b, &f, one, zero, &act))
        return solve_for(b, &f, expr_var(b->cx, f.span, EIG_VAR_Z));
    return activation_computed(&act);
}

static Typed resolve_formula(Builder *b, const PopBuild *pb)
{
    const AstAttr *a = pb->cost_formula;
    Typed x = { .e = expr_var(b->cx, a->params.at[0].span, EIG_VAR_X), .unit = pb->x.unit, .pop = NO_POP, .span = a->span };
    Binding bound = { a->params.at[0].name, x };
    Scope scope = { .kind = SCOPE_ACTIVATION, .what = "a cost", .pop = NO_POP, .n_bindings = 1, .binding = &bound };
    Space *before = space_enter(b, pb->space);
    Typed g = resolve(b, a->value, &scope);
    space_enter(b, before);
    return typed_ok(g) && !typed_expect(b, g, unit_mul(pb->x.unit, pb->x.unit), "a cost, which has the square of the unit of its rate,")
               ? typed_error(a->value->span) : g;
}

/* x + g' is one number on all of a piece: an input of that size has every rate of the piece. */
static bool has_flat_piece(const Expr *phi)
{
    const ExprSolve *of = phi->as.solve.of;
    Num c;
    for (size_t k = 0; k <= of->n_kinks; k++)
        if (expr_is_const(of->piece[k].slope, &c) && mpq_sgn(c) == 0)
            return true;
    return false;
}

void cost_formula_activation(Builder *b, const PopBuild *pb, Num gain, Num threshold, Activation *out)
{
    const AstAttr *a = pb->cost_formula;
    Typed g = resolve_formula(b, pb);
    CostFormula *f = typed_ok(g) ? cut_formula(b, g.e, &pb->domain) : NULL;
    if (!f)
        return;
    Sbuf text = { 0 };
    Cost closed;
    ast_print_expr(a->value, &text);
    const char *written = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    if (as_quadratic(b, f, &closed)) {
        cost_activation(b, &closed, gain, threshold, out);
    } else if (cost_match(b, f, &closed)) {
        cost_match_activation(b, &closed, gain, threshold, out);
    } else if (cost_pieces_activation(b, f, gain, threshold, out)) {
        /* a sum of clamps */
    } else if (!ends_are_doubles(b, f)) {
        return;
    } else {
        const Expr *phi = solve_for(b, f, total_input(b, f->span, gain, threshold));
        if (!phi) {
            report_pieces(b, PIECES_TOO_LARGE, f->g);
            return;
        }
        *out = (Activation){ .phi = phi, .gain = gain, .threshold = threshold, .range_lo = f->lo, .range_hi = f->hi };
        out->set_valued = out->slope_unbounded = has_flat_piece(phi);
    }
    out->text = written;
    out->cost = f;
    out->span = a->value->span;
}
