/* 1 + g'' beside an irrational kink, where it may be infinite: of a power of u, the base that is 0 at the kink. An enclosure holds where there is a
 * value. If u is 0 at the kink alone there is one at every other place of the region, and it encloses all of them. */
#include <math.h>

#include "compiler/check/slope/convex/convex_search.h"

static const Kink *kink_of(const ConvexSearch *s, ConvexWhere where)
{
    return where == CONVEX_TOWARDS_LO ? s->piece->from : where == CONVEX_TOWARDS_HI ? s->piece->to : NULL;
}

static bool has_sign(mpfi_srcptr x)
{
    return mpfi_is_strictly_pos(x) || mpfi_is_strictly_neg(x);
}

/* What is 0 at the kink that the region goes towards is 0 nowhere else there, nor is what is 0 at the one at the other end of the piece. */
static bool is_zero_once(ConvexSearch *s, const ConvexRegion *r, const JetDomain *d)
{
    const Kink *kink = kink_of(s, r->where), *other = kink_of(s, r->where == CONVEX_TOWARDS_LO ? CONVEX_TOWARDS_HI : CONVEX_TOWARDS_LO);
    jet_evaluate(kink->zero, d, &s->end);
    if (s->end.trouble != JET_FINE || !has_sign(s->end.slope))
        return false;
    if (!other || expr_equal(other->zero, kink->zero))
        return true;
    jet_evaluate(other->zero, d, &s->end);
    return s->end.trouble == JET_FINE && has_sign(s->end.value);
}

static bool is_fine(ConvexSearch *s, const Expr *e, const JetDomain *d)
{
    jet_evaluate(e, d, &s->end);
    return s->end.trouble == JET_FINE;
}

/* e is 0 nowhere but at the kink. */
static bool is_divisor(ConvexSearch *s, const Expr *e, const JetDomain *d)
{
    if (kink_is_power_of_kept(e))
        return true;
    if (e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_MUL)
        return is_divisor(s, e->as.call.arg[0], d) && is_divisor(s, e->as.call.arg[1], d);
    return is_fine(s, e, d) && has_sign(s->end.value);
}

/* e has a value everywhere but at the kink. */
static bool has_values(ConvexSearch *s, const Expr *e, const JetDomain *d)
{
    if (e->kind != EXPR_CALL || kink_is_power_of_kept(e))
        return true;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: return has_values(s, arg[0], d) && has_values(s, arg[1], d);
    case EIG_FN_NEG: return has_values(s, arg[0], d);
    case EIG_FN_DIV: return has_values(s, arg[0], d) && is_divisor(s, arg[1], d);
    default:         return is_fine(s, e, d);
    }
}

double convex_beside_kink(ConvexSearch *s, const ConvexRegion *r)
{
    JetDomain d = { .nums = &s->nums };
    const Expr *curve = s->curve[CONVEX_INSIDE];
    if (!kink_of(s, r->where) || !convex_line_of(s, r, &d.lo, &d.hi) || !is_zero_once(s, r, &d) || !has_values(s, curve, &d))
        return -INFINITY;
    jet_evaluate_both(s->g[CONVEX_INSIDE], curve, &d, &s->domain, &s->end);
    bool is = s->domain.trouble == JET_FINE && (s->end.trouble == JET_FINE || s->end.trouble == JET_EDGE) && !mpfi_nan_p(s->end.value);
    return is ? convex_lower(s->end.value) : (double)-INFINITY;
}
