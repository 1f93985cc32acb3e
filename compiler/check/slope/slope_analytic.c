/* Where a formula is analytic: wherever it has values, if it is made of functions that are so, and what its roots are taken of is
 * above 0. */
#include "compiler/check/slope/slope_search.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/affine.h"

static bool is_integer(const Expr *e)
{
    return e->kind == EXPR_CONST && mpz_cmp_ui(mpq_denref(e->as.value), 1) == 0;
}

static bool add_root(SlopeRoots *r, const Expr *under)
{
    for (size_t k = 0; k < r->n; k++)
        if (expr_equal(r->root[k], under))
            return true;
    if (r->n == SLOPE_N_ROOTS)
        return false;
    r->root[r->n++] = under;
    return true;
}

bool slope_is_analytic(const Expr *e, SlopeRoots *roots)
{
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_CONST || e->kind == EXPR_VAR;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_POW:
        if (!is_integer(arg[1]) && !(roots && arg[1]->kind == EXPR_CONST && add_root(roots, arg[0])))
            return false;
        return slope_is_analytic(arg[0], roots);
    case EIG_FN_SQRT:
        return roots && add_root(roots, arg[0]) && slope_is_analytic(arg[0], roots);
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV:
        return slope_is_analytic(arg[0], roots) && slope_is_analytic(arg[1], roots);
    case EIG_FN_NEG: case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_EXPREL: case EIG_FN_SIN:
    case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_ATAN: case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA:
        return slope_is_analytic(arg[0], roots);
    default:
        return false;
    }
}

bool slope_is_enclosed(SlopeSearch *s, const SlopePiece *p, const Expr *e)
{
    jet_on_line(e, &s->scratch, p->lo, p->hi, &s->scaled, &s->side);
    return s->side.trouble == JET_FINE && !mpfi_nan_p(s->side.value) && !mpfi_nan_p(s->side.slope);
}

/* A straight e that is nowhere below 0 is 0 at an end of p, if anywhere. */
static bool is_straight(SlopeSearch *s, const Expr *e)
{
    Num offset, rate;
    NumMark before = num_pool_mark(&s->scratch);
    bool is = expr_affine(&s->scratch, e, EIG_VAR_Z, &offset, &rate) && mpq_sgn(rate) != 0;
    num_pool_release(&s->scratch, before);
    return is;
}

static bool is_above_zero_inside(SlopeSearch *s, const SlopePiece *p, const Expr *e)
{
    if (standard_is_away_from_zero(e))
        return true;
    if (!slope_is_enclosed(s, p, e))
        return false;
    return mpfi_is_strictly_pos(s->side.value) || (p->lo < p->hi && mpfi_is_nonneg(s->side.value) && is_straight(s, e));
}

bool slope_has_roots(SlopeSearch *s, const SlopePiece *p, const SlopeRoots *r)
{
    for (size_t k = 0; k < r->n; k++)
        if (!is_above_zero_inside(s, p, r->root[k]))
            return false;
    return true;
}
