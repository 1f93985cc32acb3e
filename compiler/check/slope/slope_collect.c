/* Slopes by their collected terms: a z normcdf(z) + normpdf(z) has the slope normcdf(z) + z normpdf(z) - z normpdf(z), in
 * which intervals would not see the last two cancel.
 *
 * phi is made of functions that are analytic wherever they have values, so on an interval where it has one everywhere (the
 * jet of phi has no trouble) it is analytic, its divisors and the arguments of its logarithms are not 0, and no divisor that
 * derive.c adds is. There the laws of a field that collect.c applies to its derivative are equalities of functions, and what
 * encloses the collected derivative encloses the slope. */
#include "compiler/check/slope/slope_search.h"
#include "compiler/expr/collect.h"
#include "compiler/expr/derive.h"

static bool is_integer(const Expr *e)
{
    return e->kind == EXPR_CONST && mpz_cmp_ui(mpq_denref(e->as.value), 1) == 0;
}

static bool is_analytic(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_CONST || e->kind == EXPR_VAR;
    switch (e->as.call.fn) {
    case EIG_FN_POW:
        return is_integer(e->as.call.arg[1]) && is_analytic(e->as.call.arg[0]);
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV:
        return is_analytic(e->as.call.arg[0]) && is_analytic(e->as.call.arg[1]);
    case EIG_FN_NEG: case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_EXPREL: case EIG_FN_SIN:
    case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_ATAN: case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA:
        return is_analytic(e->as.call.arg[0]);
    default:
        return false;
    }
}

/* NULL: nothing in it cancels. */
static const Expr *collected_slope(SlopeSearch *s, const Expr *phi)
{
    size_t fewer;
    const Expr *slope = is_analytic(phi) ? expr_derive(s->cx, &s->scratch, phi, EIG_VAR_Z) : NULL;
    const Expr *whole = slope ? expr_collected(s->cx, &s->scratch, slope, &fewer) : NULL;
    return whole && fewer ? whole : NULL;
}

static const Expr *slope_of(SlopeSearch *s, const Expr *phi)
{
    for (size_t k = 0; k < SLOPE_N_COLLECTED; k++)
        if (s->collected[k].of == phi)
            return s->collected[k].slope;
    SlopeCollected *next = &s->collected[s->n_collected++ % SLOPE_N_COLLECTED];
    *next = (SlopeCollected){ phi, collected_slope(s, phi) };
    return next->slope;
}

void slope_narrow_by_collected(SlopeSearch *s, const SlopePiece *p)
{
    const Expr *slope = s->whole.trouble == JET_FINE ? slope_of(s, p->phi) : NULL;
    if (!slope)
        return;
    jet_on_line(slope, &s->scratch, p->lo, p->hi, &s->scaled, &s->side);
    if (s->side.trouble != JET_FINE || mpfi_nan_p(s->side.value) || mpfi_nan_p(s->side.slope))
        return;
    mpfi_intersect(s->whole.slope, s->whole.slope, s->side.value);
    mpfi_intersect(s->whole.curvature, s->whole.curvature, s->side.slope);
}
