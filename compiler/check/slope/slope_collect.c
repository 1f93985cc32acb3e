/* Slopes by their collected terms: a z normcdf(z) + normpdf(z) has the slope normcdf(z) + z normpdf(z) - z normpdf(z), in
 * which intervals would not see the last two cancel.
 *
 * phi is made of functions that are analytic wherever they have values, so on an interval where it has one everywhere (the
 * jet of phi has no trouble) it is analytic, its divisors and the arguments of its logarithms are not 0, and no divisor that
 * derive.c adds is. There the laws of a field that collect.c applies to its derivative are equalities of functions, and what
 * encloses the collected derivative encloses the slope; and again for the curvature, from the collected slope. In a tail where the
 * curvature keeps its sign the slope rises or falls to its limit: (z^2 + 1) normcdf(z) + z normpdf(z) has the slope
 * 2 (z normcdf(z) + normpdf(z)), which rises from 0 since its own is 2 normcdf(z).
 *
 * Where the search becomes long they are taken as products of what cannot be factored further (factored.c), in which more cancels and
 * signs are seen: the slope of (z^3 + z)/(z^2 + 1) is 1. The same argument holds: what is cancelled is a factor of a divisor. */
#include <math.h>

#include "compiler/check/slope/slope_search.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/collect.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/factored.h"
#include "compiler/expr/share.h"

static const double FAR = 64;

/* The derivative of e with its like terms added up, of which at least `least` are gone; NULL: there is none. */
static const Expr *collected_derivative(SlopeSearch *s, const Expr *e, size_t least)
{
    size_t fewer;
    const Expr *slope = slope_is_analytic(e, NULL) ? expr_derive(s->cx, &s->scratch, e, EIG_VAR_Z) : NULL;
    const Expr *whole = slope ? expr_collected(s->cx, &s->scratch, slope, &fewer) : NULL;
    return whole && fewer >= least ? expr_shared(s->cx, whole) : NULL;
}

/* z/sqrt(z), which derivatives have, is then the root. Of sums it is the other way round: 1/sqrt(z^2 + 1) is shorter than sqrt(z^2 + 1)/(z^2 + 1). */
static const Expr *roots_as_powers(Ctx *cx, NumPool *nums, const Expr *e)
{
    if (e->kind == EXPR_CALL)
        e = standard_with_arguments(cx, nums, e, roots_as_powers);
    if (e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_SQRT || e->as.call.arg[0]->kind != EXPR_VAR)
        return e;
    const Expr *arg[2] = { e->as.call.arg[0], expr_const(cx, e->span, num_ratio(nums, 1, 2)) };
    return expr_apply(cx, e->span, EIG_FN_POW, 2, arg);
}

/* ... as a product; NULL: there is none that is shorter, or, where the search is stuck, not much longer. */
static const Expr *factored_derivative(SlopeSearch *s, const Expr *e, SlopeRoots *roots)
{
    e = e ? roots_as_powers(s->cx, &s->scratch, e) : NULL;
    const Expr *slope = e && slope_is_analytic(e, roots) ? expr_derive(s->cx, &s->scratch, e, EIG_VAR_Z) : NULL;
    const Expr *whole = slope ? expr_factored(s->cx, &s->scratch, slope, EIG_VAR_Z) : NULL;
    return whole && whole->size < (s->effort == SLOPE_STUCK ? 4 : 1) * slope->size ? expr_shared(s->cx, whole) : NULL;
}

static bool is_number(const Expr *e)
{
    return e->kind == EXPR_CONST;
}

/* e is a sum, or a multiple, of terms. */
static bool has_terms(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return false;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_NEG: return true;
    case EIG_FN_MUL: return is_number(e->as.call.arg[0]) || is_number(e->as.call.arg[1]);
    case EIG_FN_DIV: return is_number(e->as.call.arg[1]);
    default: return false;
    }
}

/* ... as a sum of products; *fewer: one of them is shorter so. NULL: there is none. */
static const Expr *derivative_by_terms(SlopeSearch *s, const Expr *e, SlopeRoots *roots, bool *fewer)
{
    if (!expr_uses(e, EIG_VAR_Z))
        return expr_const(s->cx, e->span, num_int(&s->scratch, 0));
    if (!has_terms(e)) {
        const Expr *whole = factored_derivative(s, e, roots);
        *fewer |= whole != NULL;
        return whole ? whole : slope_is_analytic(e, roots) ? expr_derive(s->cx, &s->scratch, e, EIG_VAR_Z) : NULL;
    }
    const Expr *arg[2] = { NULL, NULL };
    bool is_multiple = e->as.call.fn == EIG_FN_MUL || e->as.call.fn == EIG_FN_DIV;
    for (int k = 0; k < e->as.call.n_args; k++) {
        const Expr *part = e->as.call.arg[k];
        arg[k] = is_multiple && is_number(part) ? part : derivative_by_terms(s, part, roots, fewer);
        if (!arg[k])
            return NULL;
    }
    const Expr *sum = expr_call(s->cx, &s->scratch, e->span, e->as.call.fn, e->as.call.n_args, arg);
    return sum && sum->size < EXPR_MAX_SIZE && sum->depth <= EXPR_MAX_DEPTH ? sum : NULL;
}

static void factor(SlopeSearch *s, SlopeCollected *c)
{
    SlopeForm *whole = &c->form[SLOPE_FACTORED], *terms = &c->form[SLOPE_FACTORED_TERMS];
    bool fewer = false;
    c->tried = s->effort;
    c->roots.n = 0;
    *whole = *terms = (SlopeForm){ 0 };
    whole->slope = factored_derivative(s, c->of, &c->roots);
    whole->curve = factored_derivative(s, whole->slope, &c->roots);
    const Expr *sum = has_terms(c->of) ? derivative_by_terms(s, c->of, &c->roots, &fewer) : NULL;
    if (!sum || !fewer)
        return;
    terms->slope = expr_shared(s->cx, sum);
    sum = derivative_by_terms(s, sum, &c->roots, &fewer);
    terms->curve = sum ? expr_shared(s->cx, sum) : NULL;
}

static SlopeCollected *collected_of(SlopeSearch *s, const Expr *phi)
{
    for (size_t k = 0; k < SLOPE_N_COLLECTED; k++)
        if (s->collected[k].of == phi)
            return &s->collected[k];
    SlopeCollected *next = &s->collected[s->n_collected++ % SLOPE_N_COLLECTED];
    *next = (SlopeCollected){ .of = phi };
    SlopeForm *form = &next->form[SLOPE_COLLECTED];
    form->slope = collected_derivative(s, phi, 1);
    form->curve = form->slope ? collected_derivative(s, form->slope, 0) : NULL;
    return next;
}

static bool vanishes(SlopeSearch *s, SlopeForm *c, int side)
{
    int k = side > 0;
    if (!c->is_looked_at[k])
        c->vanishes[k] = jet_goes_to_zero(c->slope, &s->scratch, side, FAR);
    c->is_looked_at[k] = true;
    return c->vanishes[k];
}

/* In a tail where its slope nowhere turns, that lies between what it is at the finite end and what it goes to. */
static void narrow_tail(SlopeSearch *s, const SlopePiece *p, SlopeForm *c, JetResult *whole)
{
    int side = isfinite(p->lo) ? 1 : -1, way = mpfi_is_nonneg(whole->curvature) ? 1 : mpfi_is_nonpos(whole->curvature) ? -1 : 0;
    if (!way)
        return;
    jet_on_line(c->slope, &s->scratch, slope_middle_of(p), slope_middle_of(p), &s->scaled, &s->side);
    if (s->side.trouble != JET_FINE || !mpfi_bounded_p(s->side.value))
        return;
    bool grows_outwards = side * way > 0, to_zero = vanishes(s, c, side);
    if (to_zero && grows_outwards)          /* up to 0 */
        mpfr_set_zero(&s->side.value->right, 1);
    else if (to_zero)
        mpfr_set_zero(&s->side.value->left, 1);
    else if (grows_outwards)
        mpfr_set_inf(&s->side.value->right, 1);
    else
        mpfr_set_inf(&s->side.value->left, -1);
    if (!to_zero || mpfr_cmp(&s->side.value->left, &s->side.value->right) <= 0)
        mpfi_intersect(whole->slope, whole->slope, s->side.value);
}

static void narrow_by(SlopeSearch *s, const SlopePiece *p, SlopeForm *form, JetResult *whole)
{
    if (!form->slope || !slope_is_enclosed(s, p, form->slope))
        return;
    mpfi_intersect(whole->slope, whole->slope, s->side.value);
    mpfi_intersect(whole->curvature, whole->curvature, s->side.slope);
    if (!form->curve || !slope_is_enclosed(s, p, form->curve))
        return;
    mpfi_intersect(whole->curvature, whole->curvature, s->side.value);
    if (slope_is_tail(p))
        narrow_tail(s, p, form, whole);
}

void slope_narrow_by_collected(SlopeSearch *s, const SlopePiece *p, JetResult *whole)
{
    if (whole->trouble != JET_FINE)
        return;
    SlopeCollected *c = collected_of(s, p->phi);
    narrow_by(s, p, &c->form[SLOPE_COLLECTED], whole);
    if (c->tried < s->effort)
        factor(s, c);
    if (slope_has_roots(s, p, &c->roots)) {
        narrow_by(s, p, &c->form[SLOPE_FACTORED], whole);
        narrow_by(s, p, &c->form[SLOPE_FACTORED_TERMS], whole);
    }
}
