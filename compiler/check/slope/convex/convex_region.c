#include "compiler/check/slope/convex/convex_search.h"

#include <math.h>

#include "compiler/expr/factored.h"
#include "compiler/expr/share.h"

double convex_upper(mpfi_srcptr x)
{
    return mpfr_get_d(&x->right, MPFR_RNDU);
}

double convex_lower(mpfi_srcptr x)
{
    return mpfr_get_d(&x->left, MPFR_RNDD);
}

void convex_decide(ConvexSearch *s, ConvexVerdict v, double at)
{
    s->found.verdict = v;
    s->found.at = at;
}

Num convex_end_of(const ConvexSearch *s, ConvexWhere where)
{
    return where == CONVEX_TOWARDS_LO ? s->piece->lo : where == CONVEX_TOWARDS_HI ? s->piece->hi : NULL;
}

JetDomain convex_domain_of(ConvexSearch *s, const ConvexRegion *r)
{
    if (r->where == CONVEX_INSIDE)
        return (JetDomain){ &s->nums, 0, r->from, r->to };
    bool mirrored = r->where == CONVEX_TOWARDS_LO && !convex_end_of(s, r->where);
    return (JetDomain){ &s->nums, mirrored ? -1 : 1, r->from, r->to };
}

bool convex_is_inside(const ConvexSearch *s, double x)
{
    return (!s->piece->lo || x > num_to_double_down(s->piece->lo)) && (!s->piece->hi || x < num_to_double_up(s->piece->hi));
}

double convex_edge_of(const ConvexSearch *s, const ConvexRegion *r)
{
    Num end = convex_end_of(s, r->where);
    double x = end ? num_to_double(end) + (r->where == CONVEX_TOWARDS_LO ? 1 : -1) * s->unit[r->where] / r->from
                   : (r->where == CONVEX_TOWARDS_LO ? -1 : 1) * r->from;
    bool inside = (!s->piece->lo || x > num_to_double_up(s->piece->lo)) && (!s->piece->hi || x < num_to_double_down(s->piece->hi));
    return inside ? x : (double)NAN;
}

double convex_slack_of(const ConvexSearch *s, ConvexWhere where, double edge)
{
    Num end = convex_end_of(s, where);
    return 0x1p-50 * fmax(fabs(edge), end ? fabs(num_to_double(end)) : 0);
}

bool convex_line_of(const ConvexSearch *s, const ConvexRegion *r, double *from, double *to)
{
    Num end = convex_end_of(s, r->where);
    *from = r->from;
    *to = r->to;
    if (r->where == CONVEX_INSIDE)
        return r->from < r->to;
    if (!end)
        return false;
    double edge = convex_edge_of(s, r), slack = convex_slack_of(s, r->where, edge);
    bool is_low = r->where == CONVEX_TOWARDS_LO;
    *from = is_low ? num_to_double_down(end) : edge - slack;
    *to = is_low ? edge + slack : num_to_double_up(end);
    return *from < *to;
}

/* Away from 0 the scaled form holds as well as the plain one: what they have in common. */
static void narrow_far(ConvexSearch *s, const ConvexRegion *r, JetResult *out)
{
    double from, to;
    if (!convex_line_of(s, r, &from, &to) || (!(from >= 1) && !(to <= -1)))
        return;
    JetDomain d = { &s->nums, from >= 1 ? 1 : -1, from >= 1 ? from : -to, from >= 1 ? to : -from };
    jet_evaluate(s->curve[CONVEX_INSIDE], &d, &s->scaled);
    if (s->scaled.trouble != JET_FINE)
        return;
    mpfi_intersect(out->value, out->value, s->scaled.value);
    if (r->where == CONVEX_INSIDE)     /* else the slopes are not those of the same variable */
        mpfi_intersect(out->slope, out->slope, s->scaled.slope);
    out->trouble = JET_FINE;
}

/* 1 + g'' by the chain rule on g, function by function: what cancels in the expression for g'' need not do so here. Towards a
 * finite end the variable is another one. */
static void narrow_by_g(ConvexSearch *s, const ConvexRegion *r, JetResult *out)
{
    if (out->trouble != JET_FINE || (r->where != CONVEX_INSIDE && convex_end_of(s, r->where)))
        return;
    mpfi_add_ui(s->domain.curvature, s->domain.curvature, 1);
    mpfi_intersect(out->value, out->value, s->domain.curvature);
}

void convex_factor(ConvexSearch *s)
{
    for (ConvexWhere w = 0; w < CONVEX_N_WHERE; w++) {
        s->factored[w] = s->is_hard ? expr_factored(s->cx, &s->nums, s->curve[w], EIG_VAR_X) : NULL;
        s->factored[w] = s->factored[w] ? expr_shared(s->cx, s->factored[w]) : NULL;
    }
}

/* What is a factor of a divisor may have cancelled, so it is the same only where 1 + g'' as it stands has a value all over r. */
static void narrow_by_factors(ConvexSearch *s, const ConvexRegion *r, const JetDomain *d, JetResult *out)
{
    if (out->trouble != JET_FINE || !s->factored[r->where])
        return;
    jet_evaluate(s->factored[r->where], d, &s->scaled);
    if (s->scaled.trouble != JET_FINE || mpfi_nan_p(s->scaled.value) || mpfi_nan_p(s->scaled.slope))
        return;
    mpfi_intersect(out->value, out->value, s->scaled.value);
    mpfi_intersect(out->slope, out->slope, s->scaled.slope);
}

/* At one point nothing has to cancel in terms of g'', and all that is asked for is its value. */
static bool is_known_point(const ConvexSearch *s)
{
    if (s->domain.trouble != JET_FINE || !mpfi_bounded_p(s->domain.curvature))
        return false;
    double low = convex_lower(s->domain.curvature), high = convex_upper(s->domain.curvature);
    return high - low <= 0x1p-40 * fmax(1, fmin(fabs(low), fabs(high)));
}

void convex_evaluate(ConvexSearch *s, const ConvexRegion *r, JetResult *out)
{
    JetDomain d = convex_domain_of(s, r);
    bool is_point = r->where == CONVEX_INSIDE && !(r->from < r->to);
    if (is_point)
        jet_evaluate(s->g[r->where], &d, &s->domain);
    if (is_point && is_known_point(s)) {
        mpfi_add_ui(out->value, s->domain.curvature, 1);
        out->trouble = JET_FINE;
        return;
    }
    jet_evaluate_both(s->g[r->where], s->curve[r->where], &d, &s->domain, out);
    narrow_by_factors(s, r, &d, out);
    narrow_far(s, r, out);
    if (s->domain.trouble == JET_FINE) {
        narrow_by_g(s, r, out);
        return;
    }
    out->trouble = s->domain.trouble;
    out->function = s->domain.function;
}

void convex_evaluate_at(ConvexSearch *s, double x, JetResult *out)
{
    convex_evaluate(s, &(ConvexRegion){ CONVEX_INSIDE, x, x }, out);
}

double convex_middle_of(const ConvexSearch *s, const ConvexRegion *r)
{
    return r->where == CONVEX_INSIDE ? r->from + (r->to - r->from) / 2 : convex_edge_of(s, r);
}

void convex_attain(ConvexSearch *s, double bend, double x)
{
    if (!(bend < s->found.attained))
        return;
    s->found.attained = bend;
    s->found.attained_at = x;
}

bool convex_look_at(ConvexSearch *s, double x)
{
    s->middle.trouble = JET_EDGE;
    if (isnan(x) || !convex_is_inside(s, x))
        return false;
    convex_evaluate_at(s, x, &s->middle);
    if (s->domain.trouble == JET_OUTSIDE) {
        s->found.function = s->domain.function;
        convex_decide(s, CONVEX_OUTSIDE, x);
    } else if (s->middle.trouble == JET_FINE && convex_upper(s->middle.value) < 0) {
        s->found.value = convex_upper(s->middle.value);
        convex_decide(s, CONVEX_NOT, x);
    } else if (s->middle.trouble == JET_FINE) {
        convex_attain(s, convex_upper(s->middle.value), x);
    }
    return s->found.verdict != CONVEX_SEARCHING;
}
