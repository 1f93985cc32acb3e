/* Curvatures by the derivative above them: where the slope is steepest the curvature goes through 0, and its enclosure, which takes
 * terms apart, is far wider than it is. By Taylor's formula it is off what it is in the middle of [lo, hi] by no more than
 * (hi - lo)/2 times the third derivative there, which the jet of the derivative encloses. */
#include "compiler/check/slope/slope_search.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/share.h"

/* That of phi, which is analytic wherever p has its roots; NULL: there is none. */
static const Expr *derivative_of(SlopeSearch *s, const Expr *phi, const SlopeRoots **roots)
{
    SlopeBend *b = NULL;
    for (size_t k = 0; k < SLOPE_N_COLLECTED && !b; k++)
        if (s->bend[k].of == phi)
            b = &s->bend[k];
    if (!b) {
        b = &s->bend[s->n_bends++ % SLOPE_N_COLLECTED];
        *b = (SlopeBend){ .of = phi };
        const Expr *slope = slope_is_analytic(phi, &b->roots) ? expr_derive(s->cx, &s->scratch, phi, EIG_VAR_Z) : NULL;
        b->slope = slope ? expr_shared(s->cx, slope) : NULL;
    }
    *roots = &b->roots;
    return b->slope;
}

/* The third derivative of p->phi on p, in s->side.curvature. */
static bool enclose_third(SlopeSearch *s, const SlopePiece *p)
{
    const SlopeRoots *roots;
    const Expr *slope = derivative_of(s, p->phi, &roots);
    if (!slope || !slope_has_roots(s, p, roots))
        return false;
    jet_evaluate(slope, &(JetDomain){ &s->scratch, 0, p->lo, p->hi }, &s->side);
    return s->side.trouble == JET_FINE && mpfi_bounded_p(s->side.curvature);
}

void slope_narrow_curvature(SlopeSearch *s, const SlopePiece *p, JetResult *whole)
{
    if (whole->trouble != JET_FINE || slope_is_tail(p) || mpfi_is_nonneg(whole->curvature) || mpfi_is_nonpos(whole->curvature))
        return;
    double mid = slope_middle_of(p);
    slope_evaluate_at(s, p->phi, mid, &s->middle);
    if (s->middle.trouble != JET_FINE || !mpfi_bounded_p(s->middle.curvature) || !enclose_third(s, p))
        return;
    mpfi_t off;
    mpfi_init2(off, JET_PRECISION);
    mpfi_interv_d(off, p->lo, p->hi);
    mpfi_sub_d(off, off, mid);
    mpfi_mul(off, off, s->side.curvature);
    mpfi_add(off, off, s->middle.curvature);
    mpfi_intersect(whole->curvature, whole->curvature, off);
    mpfi_clear(off);
}

double slope_third_at(SlopeSearch *s, double z)
{
    return enclose_third(s, &(SlopePiece){ z, z, s->phi, false }) ? mpfi_get_d(s->side.curvature) : 0;
}
